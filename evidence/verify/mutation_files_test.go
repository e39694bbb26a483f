package verify_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// originalMutations refer to originals of the valid bag by their sorted index.
func originalMutations(sound *box) []mutation {
	o := sound.originals()
	digest := func(path string) string { return path[len("data/originals/"):][:64] }
	missing, first := sound.entryOf(o[1]), o[0]
	if sound.entryOf(o[1]) < sound.entryOf(o[0]) {
		first = o[1]
	}
	return []mutation{
		{"original flipped", o[1], func(b *box) { b.flip(o[1]) }},
		{"original flipped, rehashed", o[1], func(b *box) { b.flip(o[1]); b.rehash() }},
		{"originals swapped", first, func(b *box) { b.files[o[0]], b.files[o[1]] = b.files[o[1]], b.files[o[0]]; b.rehash() }},
		{"original cut", o[1], func(b *box) { b.files[o[1]] = b.files[o[1]][1:]; b.rehash() }},
		{"original removed", missing, func(b *box) { delete(b.files, o[1]) }},
		{"original removed, rehashed", missing, func(b *box) { delete(b.files, o[1]); b.rehash() }},
		{"original removed and called withheld", about, func(b *box) {
			delete(b.files, o[1])
			b.replace(about, `"withheld":[]`, `"withheld":["`+digest(o[1])+`"]`)
			b.rehash()
		}},
		{"original added", "data/originals/" + strings.Repeat("0", 64), func(b *box) {
			b.files["data/originals/"+strings.Repeat("0", 64)] = []byte("x")
			b.rehash()
		}},
		{"true original added", "data/originals/" + digestOf([]byte("x")), func(b *box) {
			b.files["data/originals/"+digestOf([]byte("x"))] = []byte("x")
			b.rehash()
		}},
		{"original twice", twice(o[1], o[1]+"x"), func(b *box) { b.files[twice(o[1], o[1]+"x")] = b.files[o[1]]; b.rehash() }},
		{"original renamed", missing, func(b *box) {
			b.files["data/originals/"+strings.Repeat("f", 64)] = b.files[o[1]]
			delete(b.files, o[1])
			b.rehash()
		}},
		{"original outside its folder", "data/" + digest(o[1]), func(b *box) {
			b.files["data/"+digest(o[1])] = b.files[o[1]]
			b.rehash()
		}},
	}
}

// twice stores one original under a second, later name.
func twice(a, b string) string { return max(a, b) }

func aboutMutations() []mutation {
	edit := func(from, to string) func(*box) {
		return func(b *box) { b.replace(about, from, to); b.rehash() }
	}
	return []mutation{
		{"case number", about, edit("R20261121-000001", "R20261121-000002")},
		{"malformed case number", about, edit("R20261121-000001", "../../etc")},
		{"case id", about, edit("000000000001", "000000000002")},
		{"audience", about, edit("court", "opponent")},
		{"unknown audience", about, edit("court", "press")},
		{"pace", about, edit(`"pace":1`, `"pace":60`)},
		{"entries", about, edit(`"entries":12`, `"entries":11`)},
		{"format", about, edit(`"format":2`, `"format":3`)},
		{"time", "bag-info.txt", edit("2026-11-21T", "2026-11-20T")},
		{"hour", seal, edit("T04:", "T03:")},
		{"generator", "bag-info.txt", edit("recourse 0.1.0", "recourse 0.1.1")},
		{"two lines", about, edit("}\n", "}\n\n")},
		{"name twice in case.json", about, edit(`"pace":1`, `"pace":1,"pace":1`)},
		{"field missing", about, edit(`"custodian"`, `"custodians"`)},
	}
}

func tagMutations() []mutation {
	extra := func(path string) mutation {
		return mutation{"extra " + path, path, func(b *box) { b.files[path] = []byte("x"); b.rehash() }}
	}
	rename := func(from, to string) mutation {
		return mutation{"renamed " + from, from, func(b *box) { b.files[to] = b.files[from]; delete(b.files, from); b.rehash() }}
	}
	return []mutation{
		extra("data/extra.txt"), extra("extra.txt"), extra("data/journal/more/deep.txt"), extra("__MACOSX/x"), extra(".hidden"),
		rename(dossier, "Dossier.pdf"), rename(entries, "data/entries.jsonl"), rename("verify.sh", "check.sh"), rename("核验说明.txt", "x.txt"),
		{"dossier flipped", dossier, func(b *box) { b.flip(dossier) }},
		{"dossier replaced, rehashed", seal, func(b *box) { b.files[dossier] = []byte("%PDF-1.7\n"); b.rehash() }},
		{"dossier emptied", dossier, func(b *box) { b.files[dossier] = nil }},
		{"verify.sh changed", "verify.sh", func(b *box) { b.replace("verify.sh", "exit 1", "exit 0") }},
		{"guide changed", "核验说明.txt", func(b *box) { b.flip("核验说明.txt") }},
		{"bagit.txt changed", "bagit.txt", func(b *box) { b.replace("bagit.txt", "1.0", "0.9"); b.rehash() }},
		{"bag-info.txt changed", "bag-info.txt", func(b *box) { b.replace("bag-info.txt", "recourse", "another"); b.rehash() }},
		{"manifest line dropped", manifest, func(b *box) { b.lines(manifest, func(l []string) []string { return slices.Delete(l, 1, 2) }) }},
		{"manifest line doubled", manifest, func(b *box) { b.lines(manifest, func(l []string) []string { return append(l, l[len(l)-1]) }) }},
		{"manifest swapped", manifest, func(b *box) { b.lines(manifest, func(l []string) []string { l[0], l[1] = l[1], l[0]; return l }) }},
		{"manifest binary mark", manifest, func(b *box) { b.replace(manifest, "  data", " *data") }},
		{"manifest in capitals", manifest, func(b *box) { b.files[manifest] = bytes.ToUpper(b.files[manifest]) }},
		{"manifest names an outside file", manifest, func(b *box) { b.replace(manifest, "data/case.json", "/etc/hostname") }},
		{"manifest CRLF", manifest, func(b *box) { b.files[manifest] = bytes.ReplaceAll(b.files[manifest], []byte("\n"), []byte("\r\n")) }},
		{"tag manifest line dropped", tags, func(b *box) { b.lines(tags, func(l []string) []string { return l[1:] }) }},
		{"tag manifest digest", "bag-info.txt", func(b *box) {
			b.files[tags] = append([]byte(strings.Repeat("0", 64)), b.files[tags][64:]...)
		}},
	}
}

func sealMutations(other *box) []mutation {
	return []mutation{
		{"seal removed", seal, func(b *box) { delete(b.files, seal) }},
		{"seal of another case", seal, func(b *box) { b.files[seal] = other.files[seal] }},
		{"seal of another bag", seal, func(b *box) { b.replace(tags, "a", "b"); b.rehash(); b.reseal(1, "x") }},
		{"seal by another key", seal, func(b *box) { b.reseal(2, "0193a4c0-0000-7000-8000-000000000001") }},
		{"seal is the checkpoint", seal, func(b *box) { b.files[seal] = b.files[point] }},
		{"seal flipped", seal, func(b *box) { b.flip(seal) }},
	}
}

// TestOlderCheckpointMakesNoBag truncates the journal and uses the genuine checkpoint
// of that time.
func TestOlderCheckpointMakesNoBag(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, bagtest.Case{Seed: 1, Unsealed: true})
	b := open(t, write(t, folio))
	b.files[point] = []byte(checkpointOver(t, bagtest.NewSigner(t, 1), folio, 11))
	b.replace(about, `"entries":12`, `"entries":11`)
	b.rehash()
	if got := found(t, b); got != "entry 12" {
		t.Errorf("smaller checkpoint: %q", got)
	}
	b.lines(entries, func(l []string) []string { return l[:11] })
	b.rehash()
	if got := found(t, b); got != "entry 11" {
		t.Errorf("smaller checkpoint and journal: %q", got)
	}
}

// TestWithheldOriginals checks that exactly the withheld originals are listed.
func TestWithheldOriginals(t *testing.T) {
	t.Parallel()
	sound := open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 4, Audience: recovery.ForOpponent, Withheld: true, Unsealed: true})))
	for name, change := range map[string]func(b *box, held string){
		"forgotten":    func(b *box, held string) { b.replace(about, `["`+held+`"]`, `[]`) },
		"invented":     func(b *box, held string) { b.replace(about, held+`"]`, held+`","`+strings.Repeat("f", 64)+`"]`) },
		"out of order": func(b *box, held string) { b.replace(about, held+`"]`, held+`","`+strings.Repeat("0", 64)+`"]`) },
		"and here":     func(b *box, held string) { b.replace(about, held, b.originals()[0][len("data/originals/"):][:64]) },
	} {
		b := sound.clone()
		_, after, _ := strings.Cut(string(b.files[about]), `"withheld":["`)
		change(b, after[:64])
		b.rehash()
		if got := found(t, b); got == "" {
			t.Errorf("%s: not found", name)
		}
	}
}

// found returns the item that both verifiers report.
func found(t *testing.T, b *box) string {
	t.Helper()
	_, err := check(b.zip())
	got, scripted := item(t, err), scriptItem(t, b)
	if got != scripted {
		t.Errorf("Go names %q (%v), verify.sh %q", got, err, scripted)
	}
	return got
}

// checkpointOver signs a genuine checkpoint over the first entries of a folio.
func checkpointOver(t *testing.T, signer *journal.Signer, f folio.Folio, size int) string {
	t.Helper()
	var edge [][]byte
	for at, width := 0, 1<<20; width > 0; width /= 2 {
		if size&width == 0 {
			continue
		}
		var full naiveTree
		for _, entry := range f.Entries[at : at+width] {
			full = append(full, entry.Raw)
		}
		edge = append(edge, full.root())
		at += width
	}
	head, err := journal.LoadHead(uint64(size), edge)
	if err != nil {
		t.Fatal(err)
	}
	note, err := signer.SignCheckpoint(f.Case.ID, head)
	if err != nil {
		t.Fatal(err)
	}
	return note
}
