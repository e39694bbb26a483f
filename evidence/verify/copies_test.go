package verify_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
	"recourse/recovery"
)

// copied is a case whose first original (entry 2) is replaced by the copy that entry
// 5 records.
func copied(audience recovery.Audience) bagtest.Case {
	return bagtest.Case{Seed: 1, Rotations: 1, Copied: true, Audience: audience}
}

func TestCopiesStandInTheirOriginalsPlace(t *testing.T) {
	t.Parallel()
	for _, audience := range []recovery.Audience{recovery.ForOpponent, recovery.ForPlatform} {
		raw := write(t, bagtest.NewFolio(t, copied(audience)))
		summary, err := check(raw)
		if err != nil || summary.Shown != 1 || summary.Withheld != 1 || summary.Originals != 2 {
			t.Errorf("for %s: %+v, %v", audience, summary, err)
		}
		output, code := script(t, open(t, raw).unpack())
		if code != 0 || !strings.Contains(output, "copies in their place: 1") {
			t.Errorf("for %s: verify.sh: exit %d\n%s", audience, code, output)
		}
	}
}

// TestCopiesAreBoundByTheirEntries: a copy is accepted only if an entry derived it
// from a withheld original.
func TestCopiesAreBoundByTheirEntries(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, copied(recovery.ForOpponent))
	original, digest := "data/originals/"+folio.Exhibits[0].SHA256+".png", folio.Exhibits[0].Copy.SHA256
	shown, other := "data/shown/"+digest+".jpg", folio.Exhibits[1].SHA256
	sound := open(t, write(t, folio))
	if sound.files[shown] == nil || sound.files[original] != nil {
		t.Fatalf("the bag holds %d originals", len(sound.originals()))
	}
	before := open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1, Rotations: 1, Audience: recovery.ForOpponent})))
	edit := func(path, from, to string) func(*box) {
		return func(b *box) { b.replace(path, from, to); b.rehash() }
	}
	eachIsNamed(t, sound, []mutation{
		{"flipped", shown, func(b *box) { b.flip(shown) }},
		{"flipped, rehashed", shown, func(b *box) { b.flip(shown); b.rehash() }},
		{"cut, rehashed", shown, func(b *box) { b.files[shown] = b.files[shown][1:]; b.rehash() }},
		{"removed", about, func(b *box) { delete(b.files, shown) }},
		{"removed and not listed", seal, func(b *box) { delete(b.files, shown); b.listed(digest, ""); b.rehash() }},
		{"not listed", shown, func(b *box) { b.listed(digest, ""); b.rehash() }},
		{"listed, never made", about, edit(about, `"shown":["`+digest+`"`, `"shown":["`+digest+`","`+strings.Repeat("f", 64)+`"`)},
		{"under another name", "data/shown/" + strings.Repeat("f", 64), func(b *box) {
			b.files["data/shown/"+strings.Repeat("f", 64)] = b.files[shown]
			delete(b.files, shown)
			b.rehash()
		}},
		{"twice", twice(shown, shown+"x"), func(b *box) { b.files[twice(shown, shown+"x")] = b.files[shown]; b.rehash() }},
		{"in another folder", "data/shown/more/x", func(b *box) { b.files["data/shown/more/x"] = b.files[shown]; b.rehash() }},
		{"its original is withheld no more", sound.entryOf(original), func(b *box) { b.listed(folio.Exhibits[0].SHA256, ""); b.rehash() }},
		{"its original is here too", shown, func(b *box) {
			b.files[original] = bytes.Clone(before.files[original])
			b.listed(folio.Exhibits[0].SHA256, "")
			b.rehash()
		}},
		{"of an original that is here", "entry 5", edit(entries, `"of_sha256":"`+folio.Exhibits[0].SHA256, `"of_sha256":"`+other)},
		{"another copy, listed", "data/shown/" + digestOf([]byte("x")), func(b *box) {
			b.files["data/shown/"+digestOf([]byte("x"))] = []byte("x")
			list := []string{digest, digestOf([]byte("x"))}
			slices.Sort(list)
			b.replace(about, `"shown":["`+digest+`"]`, `"shown":["`+strings.Join(list, `","`)+`"]`)
			b.rehash()
		}},
	})
}

// TestCourtsGetNoCopies: nor may a bag contain a copy of an erased original.
func TestCourtsGetNoCopies(t *testing.T) {
	t.Parallel()
	folio := bagtest.NewFolio(t, copied(recovery.ForOpponent))
	digest := folio.Exhibits[0].Copy.SHA256
	shown := "data/shown/" + digest + ".jpg"
	from := open(t, write(t, folio))
	for _, test := range []struct {
		name, item string
		made       bagtest.Case
		listed     string
	}{
		{"court", about, bagtest.Case{Seed: 1, Rotations: 1}, `"withheld":[]`},
		{"made by nobody", shown, bagtest.Case{Seed: 1, Rotations: 1, Audience: recovery.ForOpponent}, `"withheld":[]`},
	} {
		b := open(t, write(t, bagtest.NewFolio(t, test.made)))
		b.files[shown] = from.files[shown]
		b.replace(about, test.listed, test.listed+`,"shown":["`+digest+`"]`)
		b.rehash()
		if got := found(t, b); got != test.item {
			t.Errorf("%s: found %q, want %q", test.name, got, test.item)
		}
	}
	gone := copied(recovery.ForOpponent)
	gone.Erased = true
	lost := bagtest.NewFolio(t, gone)
	b := open(t, write(t, lost))
	b.files[shown] = from.files[shown]
	b.listed(lost.Exhibits[0].SHA256, "")
	b.replace(about, `"withheld":[]`, `"withheld":["`+lost.Exhibits[0].SHA256+`"],"shown":["`+digest+`"]`)
	b.rehash()
	if got := found(t, b); got != shown {
		t.Errorf("erased: found %q", got)
	}
}
