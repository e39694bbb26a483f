package verify_test

import (
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
	"recourse/recovery"
)

const stood = "data/standing.json"

// TestStandingIsHeldAgainstTheJournal breaks what a bag for the archive says of
// its case beside the journal: entry 1 and those of the exhibits say the same.
func TestStandingIsHeldAgainstTheJournal(t *testing.T) {
	t.Parallel()
	sound := open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1, Audience: recovery.ForArchive})))
	edit := func(from, to string) func(*box) {
		return func(b *box) { b.replace(stood, from, to); b.rehash() }
	}
	const second = `0193a4c0-0000-7000-9000-000000000001`
	eachIsNamed(t, sound, []mutation{
		{"changed", stood, func(b *box) { b.flip(stood) }},
		{"removed", manifest, func(b *box) { delete(b.files, stood) }},
		{"removed, rehashed", seal, func(b *box) { delete(b.files, stood); b.rehash() }},
		{"number", stood, edit(`"R20261121-000001"`, `"R20261121-000002"`)},
		{"case", stood, edit(`7000-8000-000000000001`, `7000-8000-000000000002`)},
		{"sum", stood, edit(`"amount_fen":200000`, `"amount_fen":200001`)},
		{"sum as a text", stood, edit(`"amount_fen":200000`, `"amount_fen":"200000"`)},
		{"sum as a fraction", stood, edit(`"amount_fen":200000`, `"amount_fen":200000.0`)},
		{"sum left out", stood, edit(`"amount_fen":200000`, `"Amount_fen":200000`)},
		{"one counterpart more", stood, edit(`"counterparts":[`, `"counterparts":[{},`)},
		{"no counterparts", stood, edit(`"counterparts":[`, `"counterparts":null,"was":[`)},
		{"exhibit renamed", stood, edit(second, strings.Replace(second, "9000", "9001", 1))},
		{"exhibit of another kind", stood, edit(`"kind":"other"`, `"kind":"identity"`)},
		{"exhibit of another entry", stood, edit(`"seq":3`, `"seq":5`)},
		{"exhibit of no entry", stood, edit(`"seq":3`, `"seq":99`)},
		{"exhibit twice", stood, edit(`"seq":3`, `"seq":2`)},
		{"exhibit without an entry", stood, edit(`"seq":3`, `"seq":null`)},
		{"no exhibits", stood, edit(`"exhibits":[`, `"exhibits":null,"was":[`)},
		{"another format", stood, edit(`"format":1`, `"format":2`)},
		{"a name twice", stood, edit(`"format":1`, `"format":1,"format":1`)},
		{"two lines", stood, edit("}\n", "}\n\n")},
		{"empty", stood, func(b *box) { b.files[stood] = nil; b.rehash() }},
	})
}

// TestStandingIsForTheArchive: a bag for another audience may not hold it.
func TestStandingIsForTheArchive(t *testing.T) {
	t.Parallel()
	archive := open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1, Audience: recovery.ForArchive})))
	b := open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1, Audience: recovery.ForCourt})))
	if b.files[stood] != nil {
		t.Error("a bag for the court holds it already")
	}
	b.files[stood] = archive.files[stood]
	b.rehash()
	if got := found(t, b); got != stood {
		t.Errorf("found %q", got)
	}
}
