package journal_test

import (
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"pgregory.net/rapid"

	"recourse/evidence/journal"
	"recourse/recovery"
)

var noon = time.Date(2026, 11, 21, 12, 0, 0, 123456789, time.FixedZone("CST", 8*3600))

func draft(facts map[string]any, personal map[string]string) journal.Draft {
	return journal.Draft{
		Kind: recovery.EntryCaseFiled, At: noon, Actor: recovery.System,
		Collector: journal.Collector{Tool: "recourse", Version: "test"}, Facts: facts, Personal: personal,
	}
}

func mustAppend(t interface{ Fatal(...any) }, head *journal.Head, d journal.Draft) journal.Record {
	record, err := journal.AppendEntry(head, "case-1", d, rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return record
}

// naiveRoot computes the root directly by the definition in RFC 6962 §2.1.
func naiveRoot(leaves [][]byte) []byte {
	switch len(leaves) {
	case 0:
		sum := sha256.Sum256(nil)
		return sum[:]
	case 1:
		sum := sha256.Sum256(append([]byte{0}, leaves[0]...))
		return sum[:]
	}
	split := 1
	for split*2 < len(leaves) {
		split *= 2
	}
	node := append([]byte{1}, naiveRoot(leaves[:split])...)
	sum := sha256.Sum256(append(node, naiveRoot(leaves[split:])...))
	return sum[:]
}

func TestHeadIsTheMerkleRootAtEverySize(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		head := journal.NewHead()
		var leaves [][]byte
		for i := range rapid.IntRange(1, 70).Draw(t, "entries") {
			before := hex.EncodeToString(naiveRoot(leaves))
			record := mustAppend(t, head, draft(map[string]any{"i": i}, nil))
			entry, err := journal.ParseEntry(record.Bytes)
			if err != nil {
				t.Fatal(err)
			}
			if entry.Prev != before || entry.Seq != int64(i+1) {
				t.Fatalf("entry %d has prev %s and seq %d, want %s", i+1, entry.Prev, entry.Seq, before)
			}
			leaves = append(leaves, record.Bytes)
			if rapid.Bool().Draw(t, "reload") {
				head = reload(t, head)
			}
		}
		if !bytes.Equal(head.Root(), naiveRoot(leaves)) {
			t.Fatalf("root after %d entries differs from RFC 6962", len(leaves))
		}
	})
}

func reload(t *rapid.T, head *journal.Head) *journal.Head {
	loaded, err := journal.LoadHead(head.Size(), head.Hashes())
	if err != nil {
		t.Fatal(err)
	}
	return loaded
}

func TestPersonalValuesAreCommittedNotStated(t *testing.T) {
	t.Parallel()
	record := mustAppend(t, journal.NewHead(), draft(nil, map[string]string{"claimant.name": "林晓"}))
	if strings.Contains(string(record.Bytes), "林晓") {
		t.Fatal("the entry states a personal value")
	}
	entry, err := journal.ParseEntry(record.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	value := record.Values[0]
	if entry.Commitments["claimant.name"] != journal.ComputeCommitment(value.Salt, "林晓") || len(value.Salt) != journal.SaltSize {
		t.Errorf("commitment %v does not open with %+v", entry.Commitments, value)
	}
}

func TestSameValueNeverSameCommitment(t *testing.T) {
	t.Parallel()
	head := journal.NewHead()
	first := mustAppend(t, head, draft(nil, map[string]string{"text": "还钱"}))
	second := mustAppend(t, head, draft(nil, map[string]string{"text": "还钱"}))
	if bytes.Equal(first.Values[0].Salt, second.Values[0].Salt) {
		t.Error("two commitments share a salt: equal values could be linked")
	}
}

func TestTimesAreUTCMicroseconds(t *testing.T) {
	t.Parallel()
	claimed := noon.Add(-time.Hour)
	d := draft(nil, nil)
	d.ClaimedAt, d.Pace = &claimed, 60
	record := mustAppend(t, journal.NewHead(), d)
	var entry map[string]any
	if err := json.Unmarshal(record.Bytes, &entry); err != nil {
		t.Fatal(err)
	}
	if entry["at"] != "2026-11-21T04:00:00.123456Z" || entry["claimed_at"] != "2026-11-21T03:00:00.123456Z" {
		t.Errorf("at %v, claimed_at %v", entry["at"], entry["claimed_at"])
	}
	if entry["pace"] != float64(60) {
		t.Errorf("pace = %v: an entry under a pace must say so", entry["pace"])
	}
}

func TestCheckpointVerifies(t *testing.T) {
	t.Parallel()
	secret, err := journal.GenerateKey(rand.Reader, "recourse.test")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := journal.NewSigner(secret + "\n")
	if err != nil {
		t.Fatal(err)
	}
	head := journal.NewHead()
	mustAppend(t, head, draft(nil, nil))
	signed, err := signer.SignCheckpoint("case-1", head)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(signer.VerifierKey())
	if err != nil {
		t.Fatal(err)
	}
	opened, err := note.Open([]byte(signed), note.VerifierList(verifier))
	if err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("recourse/case/case-1\n1\n%s\n", base64.StdEncoding.EncodeToString(head.Root()))
	if opened.Text != want {
		t.Errorf("checkpoint text %q, want %q", opened.Text, want)
	}
}

func TestMalformedInputs(t *testing.T) {
	t.Parallel()
	if _, err := journal.NewSigner("PRIVATE+KEY+x"); err == nil {
		t.Error("a malformed key was accepted")
	}
	if _, err := journal.LoadHead(3, nil); err == nil {
		t.Error("a head without its hashes was accepted")
	}
	if _, err := journal.ParseEntry([]byte("{")); err == nil {
		t.Error("half an entry was accepted")
	}
	_, err := journal.AppendEntry(journal.NewHead(), "c", draft(nil, map[string]string{"a": "b"}), strings.NewReader("short"))
	if err == nil {
		t.Error("a commitment was made without enough salt")
	}
}
