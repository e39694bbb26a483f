package postgres_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/recovery"
)

// treeHash is RFC 6962 §2.1, written down once more: the tests trust no code
// the store uses.
func treeHash(leaves [][]byte) [32]byte {
	switch len(leaves) {
	case 0:
		return sha256.Sum256(nil)
	case 1:
		return sha256.Sum256(append([]byte{0}, leaves[0]...))
	}
	split := 1
	for split*2 < len(leaves) {
		split *= 2
	}
	left, right := treeHash(leaves[:split]), treeHash(leaves[split:])
	return sha256.Sum256(append(append([]byte{1}, left[:]...), right[:]...))
}

// verifyChain reads a whole journal back and checks it from its bytes: numbers
// without a gap, each entry after the root of those before it, leaf hashes and
// commitments. It gives the bytes of the entries.
func verifyChain(t testing.TB, s *postgres.Store, id recovery.CaseID) [][]byte {
	t.Helper()
	entries, err := s.ReadJournal(t.Context(), id, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	var leaves [][]byte
	for i, entry := range entries {
		parsed, err := journal.ParseEntry(entry.Record.Bytes)
		if err != nil {
			t.Fatal(err)
		}
		before := treeHash(leaves)
		leaves = append(leaves, entry.Record.Bytes)
		switch {
		case entry.Record.Seq != int64(i+1) || parsed.Seq != int64(i+1):
			t.Fatalf("entry %d says it is %d, its row %d", i+1, parsed.Seq, entry.Record.Seq)
		case parsed.Prev != hex.EncodeToString(before[:]):
			t.Fatalf("entry %d does not follow the tree before it", i+1)
		case parsed.Case != id || parsed.Kind != entry.Record.Kind:
			t.Fatalf("entry %d is of case %s and kind %s", i+1, parsed.Case, parsed.Kind)
		case entry.Record.Hash != treeHash(leaves[i:]):
			t.Fatalf("entry %d has another leaf hash than its bytes", i+1)
		}
		verifyValues(t, parsed, entry)
	}
	return leaves
}

func verifyValues(t testing.TB, parsed journal.Entry, entry journal.StoredEntry) {
	t.Helper()
	if len(parsed.Commitments) != len(entry.Record.Values)+len(entry.Erased) {
		t.Fatalf("entry %d commits to %d values and has %d, %d erased", parsed.Seq,
			len(parsed.Commitments), len(entry.Record.Values), len(entry.Erased))
	}
	for _, value := range entry.Record.Values {
		sum := sha256.Sum256(append(append([]byte{}, value.Salt...), value.Value...))
		if parsed.Commitments[value.Path] != hex.EncodeToString(sum[:]) {
			t.Fatalf("entry %d: the value %s is not what was committed to", parsed.Seq, value.Path)
		}
	}
}

// verifyCheckpoint checks a checkpoint's signature and that it signs the tree
// over the first Size leaves.
func (b bundle) verifyCheckpoint(t testing.TB, id recovery.CaseID, c journal.Checkpoint, leaves [][]byte) {
	t.Helper()
	verifier, err := note.NewVerifier(b.signer.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	signed, err := note.Open([]byte(c.Note), note.VerifierList(verifier))
	if err != nil {
		t.Fatalf("checkpoint %d: %v", c.Size, err)
	}
	root := treeHash(leaves[:c.Size])
	if c.Root != hex.EncodeToString(root[:]) {
		t.Fatalf("checkpoint %d has another root than the tree", c.Size)
	}
	if !strings.HasPrefix(signed.Text, fmt.Sprintf("recourse/case/%s\n%d\n", id, c.Size)) {
		t.Fatalf("checkpoint says %q", signed.Text)
	}
}
