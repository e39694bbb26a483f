package verify_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/verify"
	"recourse/recovery"
)

// erasedCase is a case of twelve entries whose values and originals, in entries 2
// to 4, were erased by entry 11.
func erasedCase(audience recovery.Audience) bagtest.Case {
	return bagtest.Case{Seed: 1, Rotations: 1, Erased: true, Audience: audience}
}

func TestErasedCasesVerifyForEveryAudience(t *testing.T) {
	t.Parallel()
	for _, audience := range recovery.Audiences {
		t.Run(string(audience), func(t *testing.T) {
			t.Parallel()
			raw := write(t, bagtest.NewFolio(t, erasedCase(audience)))
			path := filepath.Join(t.TempDir(), "bag.zip")
			if err := os.WriteFile(path, raw, 0o600); err != nil {
				t.Fatal(err)
			}
			summary, err := verify.File(path)
			if err != nil {
				t.Fatal(err)
			}
			if summary.Values != 0 || summary.Originals != 0 || summary.Withheld != 0 || summary.Hidden == 0 {
				t.Errorf("%+v", summary)
			}
			want := verify.Erasure{Entry: 11, At: "2026-11-21T04:15:06.789000Z", Because: "request", Originals: 3}
			if summary.Erasure == nil || *summary.Erasure != want {
				t.Errorf("erasure %+v, want %+v", summary.Erasure, want)
			}
			output, code := script(t, unzip(t, path))
			if code != 0 || !strings.Contains(output, "entry 11 (request)，原件 originals: 3") {
				t.Errorf("verify.sh: exit %d\n%s", code, output)
			}
		})
	}
}

// erasedMutations break the lists of erased originals. They receive the originals of
// the same case before the erasure.
func erasedMutations(before *box) []mutation {
	original := before.originals()[1]
	digest := original[len("data/originals/"):][:64]
	taken := before.entryOf(original)
	edit := func(from, to string) func(*box) {
		return func(b *box) { b.replace(about, from, to); b.rehash() }
	}
	return []mutation{
		{"gone and not called erased", taken, func(b *box) { b.listed(digest, ""); b.rehash() }},
		{"called erased, never taken in", about, edit(`"erased":["`, `"erased":["`+strings.Repeat("0", 64)+`","`)},
		{"called withheld too", about, edit(`"withheld":[]`, `"withheld":["`+digest+`"]`)},
		{"called withheld instead", about, func(b *box) {
			b.listed(digest, "")
			b.replace(about, `"withheld":[]`, `"withheld":["`+digest+`"]`)
			b.rehash()
		}},
		{"erased and here", taken, func(b *box) { b.files[original] = before.files[original]; b.rehash() }},
		{"here, and not called erased", original, func(b *box) {
			b.files[original] = before.files[original]
			b.listed(digest, "")
			b.rehash()
		}},
		{"an erased value is shown", "entry 1 value claimant.name", func(b *box) {
			b.files[values] = before.files[values]
			b.rehash()
		}},
		{"the list out of order", about, func(b *box) { b.listed(digest, digest+`","`+digest); b.rehash() }},
		{"no list", about, edit(`"erased":[`, `"erased":null,"was":[`)},
		{"another kind of entry", "entry 11", func(b *box) { b.replace(entries, "values_erased", "values_masked"); b.rehash() }},
	}
}

// TestErasureIsTakenByItsWord: the bag of each audience contains exactly what the
// erasure entry allows.
func TestErasureIsTakenByItsWord(t *testing.T) {
	t.Parallel()
	for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForArchive} {
		whole := erasedCase(audience)
		whole.Erased = false
		before := open(t, write(t, bagtest.NewFolio(t, whole)))
		sound := open(t, write(t, bagtest.NewFolio(t, erasedCase(audience))))
		t.Run(string(audience), func(t *testing.T) {
			t.Parallel()
			eachIsNamed(t, sound, erasedMutations(before))
		})
	}
}

// TestOnlyErasedOriginalsMayBeCalledErased: without an erasure entry, an original
// listed as erased counts as missing.
func TestOnlyErasedOriginalsMayBeCalledErased(t *testing.T) {
	t.Parallel()
	for _, audience := range recovery.Audiences {
		whole := erasedCase(audience)
		whole.Erased = false
		b := open(t, write(t, bagtest.NewFolio(t, whole)))
		original := b.originals()[1]
		delete(b.files, original)
		b.replace(about, `"withheld":[]`, `"withheld":[],"erased":["`+original[len("data/originals/"):][:64]+`"]`)
		b.rehash()
		if got := found(t, b); got != about {
			t.Errorf("for %s: found %q", audience, got)
		}
	}
}

// TestErasedIsNotWithheld: an erased original is not listed as withheld.
func TestErasedIsNotWithheld(t *testing.T) {
	t.Parallel()
	b := open(t, write(t, bagtest.NewFolio(t, erasedCase(recovery.ForOpponent))))
	_, after, _ := strings.Cut(string(b.files[about]), `"erased":["`)
	b.replace(about, `"withheld":[]`, `"withheld":["`+after[:64]+`"]`)
	b.rehash()
	if got := found(t, b); got != about {
		t.Errorf("found %q", got)
	}
}
