package verify_test

import (
	"bytes"
	"encoding/pem"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/journal"
	"recourse/evidence/seal/sealtest"
)

const (
	history    = "data/keys/history.txt"
	roots      = "data/tokens/authorities.pem"
	ownToken   = "data/tokens/checkpoint.tsr"
	firstPoint = "data/checkpoints/000000001.txt"
	firstToken = "data/tokens/000000001.tsr"
	nextToken  = "data/tokens/000000002.tsr"
)

// TestDesignedMutationsOfTimes changes a bag with three keys and one stamped
// checkpoint by each.
func TestDesignedMutationsOfTimes(t *testing.T) {
	t.Parallel()
	tsa, other := sealtest.StartAuthority(t), sealtest.StartNamedAuthority(t, "localhost other TSA")
	folio := stamped(t, bagtest.Case{Seed: 1}, tsa)
	sound := open(t, write(t, folio))
	stranger := open(t, write(t, stamped(t, bagtest.Case{Seed: 2}, other)))
	signers := []*journal.Signer{bagtest.NewSigner(t, 1), bagtest.NewSigner(t, 1001), bagtest.NewSigner(t, 2001)}
	all := slices.Concat(historyMutations(t, signers, stranger), tokenMutations(t, sound, stranger, tsa, other), pointMutations(t, signers, stranger))
	for i, m := range all {
		all[i].do = func(b *box) { m.do(b); b.rehash() }
	}
	eachIsNamed(t, sound, all)
}

func historyMutations(t *testing.T, signers []*journal.Signer, stranger *box) []mutation {
	lines := func(edit func(l []string) []string) func(*box) { return func(b *box) { b.lines(history, edit) } }
	foreign := bagtest.NewSigner(t, 77)
	return []mutation{
		{"history removed", history, func(b *box) { delete(b.files, history) }},
		{"history emptied", history, func(b *box) { b.files[history] = nil }},
		{"history of another installation", history, func(b *box) { b.files[history] = stranger.files[history] }},
		{"first statement dropped", history, lines(func(l []string) []string { return l[6:] })},
		{"middle statement dropped", history, lines(func(l []string) []string { return slices.Delete(l, 6, 13) })},
		{"last statement dropped", history, lines(func(l []string) []string { return l[:13] })},
		{"hand-over not signed by the key before", history, lines(func(l []string) []string { return slices.Delete(l, 12, 13) })},
		{"hand-over not signed by the new key", history, lines(func(l []string) []string { return slices.Delete(l, 11, 12) })},
		{"signatures swapped", history, lines(func(l []string) []string { l[11], l[12] = l[12], l[11]; return l })},
		{"time moved", history, lines(func(l []string) []string { l[8] = "2020-01-01T00:00:00Z"; return l })},
		{"statement doubled", history, lines(func(l []string) []string { return append(l, l[13:]...) })},
		{"history CRLF", history, func(b *box) { b.files[history] = bytes.ReplaceAll(b.files[history], []byte("\n"), []byte("\r\n")) }},
		{"new key nobody handed over to", history, func(b *box) {
			own, err := foreign.StartHistory(day)
			if err != nil {
				b.t.Fatal(err)
			}
			b.files[history] = append(b.files[history], own...)
		}},
		{"new key signed by itself twice", history, func(b *box) {
			alone, err := foreign.StartHistory(day)
			if err != nil {
				b.t.Fatal(err)
			}
			handed, err := journal.RotateKey(alone, foreign, bagtest.NewSigner(b.t, 78), time.Now())
			if err != nil {
				b.t.Fatal(err)
			}
			b.files[history] = append(b.files[history], handed[len(alone):]...)
		}},
		{"back to format 1", about, func(b *box) { b.replace(about, `"format":2`, `"format":1`) }},
		{"format of the future", about, func(b *box) { b.replace(about, `"format":2`, `"format":3`) }},
		{"key swapped for its predecessor", point, func(b *box) { useKey(b, signers[1]) }},
		{"checkpoint by a retired key", point, func(b *box) {
			useKey(b, signers[0])
			resign(b, point, signers[0])
		}},
		{"checkpoint by a stranger's key", history, func(b *box) {
			useKey(b, foreign)
			resign(b, point, foreign)
		}},
	}
}

// useKey makes a key the bag's own.
func useKey(b *box, signer *journal.Signer) {
	f := bagtest.NewFolio(b.t, bagtest.Case{Seed: 1})
	f.Key = signer.VerifierKey()
	made := open(b.t, write(b.t, f))
	b.files[vkey], b.files[keyPEM] = made.files[vkey], made.files[keyPEM]
}

// resign signs the text of a checkpoint again, as a thief of the key could.
func resign(b *box, path string, signer *journal.Signer) {
	b.t.Helper()
	var edge [][]byte
	size := uint64(12)
	lines := strings.Split(string(b.files[entries]), "\n")
	for at, width := 0, 8; width > 0; width /= 2 {
		if size&uint64(width) == 0 {
			continue
		}
		var full naiveTree
		for _, line := range lines[at : at+width] {
			full = append(full, []byte(line))
		}
		edge, at = append(edge, full.root()), at+width
	}
	head, err := journal.LoadHead(size, edge)
	if err != nil {
		b.t.Fatal(err)
	}
	note, err := signer.SignCheckpoint("0193a4c0-0000-7000-8000-000000000001", head)
	if err != nil {
		b.t.Fatal(err)
	}
	b.files[path] = []byte(note)
}

func tokenMutations(t *testing.T, sound, stranger *box, tsa, other *sealtest.TSA) []mutation {
	t.Helper()
	of := func(tsa *sealtest.TSA, path string) []byte {
		return stampOf(t, sealtest.NewStampClient(t, tsa), string(sound.files[path])).Token
	}
	foreign, older := of(other, point), of(tsa, firstPoint)
	return []mutation{
		{"token removed", seal, func(b *box) { delete(b.files, ownToken) }},
		{"all tokens removed", seal, func(b *box) {
			for _, path := range []string{ownToken, firstToken, nextToken, roots} {
				delete(b.files, path)
			}
		}},
		{"tokens removed, certificates left", roots, func(b *box) {
			for _, path := range []string{ownToken, firstToken, nextToken} {
				delete(b.files, path)
			}
		}},
		{"tokens swapped", firstToken, func(b *box) {
			b.files[firstToken], b.files[nextToken] = b.files[nextToken], b.files[firstToken]
		}},
		{"token of an older checkpoint", ownToken, func(b *box) { b.files[ownToken] = older }},
		{"token of another case", ownToken, func(b *box) { b.files[ownToken] = stranger.files[ownToken] }},
		{"token of another authority", ownToken, func(b *box) { b.files[ownToken] = foreign }},
		{"token and certificates of another authority", firstToken, func(b *box) {
			b.files[ownToken], b.files[roots] = foreign, stranger.files[roots]
		}},
		{"certificates of another authority", firstToken, func(b *box) { b.files[roots] = stranger.files[roots] }},
		{"certificates removed", roots, func(b *box) { delete(b.files, roots) }},
		{"certificates with more", roots, func(b *box) { b.files[roots] = append(b.files[roots], "more"...) }},
		{"certificates that are none", roots, func(b *box) {
			b.files[roots] = pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("none")})
		}},
		{"token empty", ownToken, func(b *box) { b.files[ownToken] = nil }},
		{"token with more", ownToken, func(b *box) { b.files[ownToken] = append(b.files[ownToken], 0) }},
		{"token cut", ownToken, func(b *box) { b.files[ownToken] = b.files[ownToken][:200] }},
		{"token huge", ownToken, func(b *box) { b.files[ownToken] = make([]byte, 1<<20) }},
		{"token's time changed", ownToken, func(b *box) { shiftTime(b, ownToken) }},
		{"token of no checkpoint", "data/tokens/000000005.tsr", func(b *box) { b.files["data/tokens/000000005.tsr"] = older }},
	}
}

// shiftTime changes the year in a token's TSTInfo, which its signature covers.
func shiftTime(b *box, path string) {
	at := bytes.Index(b.files[path], []byte("\x18\x0f20"))
	if at < 0 {
		b.t.Fatal("no time in the token")
	}
	b.files[path][at+5]++
}

func pointMutations(t *testing.T, signers []*journal.Signer, stranger *box) []mutation {
	t.Helper()
	return []mutation{
		{"earlier checkpoint removed", firstToken, func(b *box) { delete(b.files, firstPoint) }},
		{"earlier checkpoint and its token removed", seal, func(b *box) { delete(b.files, firstPoint); delete(b.files, firstToken) }},
		{"earlier checkpoint edited", firstPoint, func(b *box) { b.replace(firstPoint, "\n1\n", "\n2\n") }},
		{"earlier checkpoint of another case", firstPoint, func(b *box) { b.files[firstPoint] = stranger.files[firstPoint] }},
		{"earlier checkpoint under another size", "data/checkpoints/000000003.txt", func(b *box) {
			b.files["data/checkpoints/000000003.txt"] = b.files[firstPoint]
		}},
		{"earlier checkpoint beyond the end", "data/checkpoints/000000012.txt", func(b *box) {
			b.files["data/checkpoints/000000012.txt"] = b.files[point]
		}},
		{"truly signed over another journal", firstPoint, func(b *box) {
			head := journal.NewHead()
			if _, err := journal.AppendEntry(head, "0193a4c0-0000-7000-8000-000000000001", journal.Draft{Kind: "case_filed", At: day}, nil); err != nil {
				b.t.Fatal(err)
			}
			note, err := signers[0].SignCheckpoint("0193a4c0-0000-7000-8000-000000000001", head)
			if err != nil {
				b.t.Fatal(err)
			}
			b.files[firstPoint] = []byte(note)
		}},
		{"unknown file beside the checkpoints", "data/checkpoints/x.txt", func(b *box) { b.files["data/checkpoints/x.txt"] = nil }},
	}
}
