package verify_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
)

// mutation is one designed change to a valid bag (seed 1, twelve entries, three
// originals in entries 2 to 4, sealed) and the item that must be reported.
type mutation struct {
	name string
	item string
	do   func(*box)
}

func TestDesignedMutationsAreFoundAndNamed(t *testing.T) {
	t.Parallel()
	sound := open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1})))
	other := open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 2})))
	all := slices.Concat(entryMutations(other), jsonMutations(), valueMutations(), noteMutations(other), keyMutations(other),
		originalMutations(sound), aboutMutations(), tagMutations(), sealMutations(other))
	if len(all) < 40 {
		t.Fatalf("only %d mutations", len(all))
	}
	eachIsNamed(t, sound, all)
}

// eachIsNamed applies each mutation separately: both verifiers must report its item.
func eachIsNamed(t *testing.T, sound *box, all []mutation) {
	t.Helper()
	for _, m := range all {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			broken := sound.clone()
			broken.t = t
			m.do(broken)
			if broken.equal(sound) {
				t.Fatal("nothing was changed")
			}
			if got := found(t, broken); got != m.item {
				t.Errorf("found %q, want %q", got, m.item)
			}
		})
	}
}

var failLine = regexp.MustCompile(`(?m)^不通过 FAIL: (.*?): `)

// scriptItem returns the item that the verify.sh of the valid bag reports for a
// changed bag, or "". If verify.sh itself was changed, another copy is used, as the
// guide advises.
func scriptItem(t *testing.T, b *box) string {
	t.Helper()
	output, code := script(t, scriptFolder(t), b.unpack())
	if code == 0 {
		return ""
	}
	match := failLine.FindStringSubmatch(output)
	if code != 1 || match == nil || strings.Contains(output, "Traceback") {
		t.Fatalf("verify.sh: exit %d\n%s", code, output)
	}
	return match[1]
}

// TestForgeryUnderAnotherKeyNeedsTheExpectedKey shows the known limit: a bag forged
// completely with a new key is valid in itself.
func TestForgeryUnderAnotherKeyNeedsTheExpectedKey(t *testing.T) {
	t.Parallel()
	genuine, forged := bagtest.NewFolio(t, bagtest.Case{Seed: 1}), bagtest.NewFolio(t, bagtest.Case{Seed: 1})
	signer := bagtest.NewSigner(t, 99)
	forged.Key, forged.Seal = signer.VerifierKey(), signer.SignSeal
	var err error
	if forged.Keys, err = signer.StartHistory(bagtest.Start); err != nil {
		t.Fatal(err)
	}
	forged.Checkpoint = checkpointOver(t, signer, forged, len(forged.Entries))
	raw := write(t, forged)
	if _, err := check(raw); err != nil {
		t.Fatalf("a whole bag under a new key is sound in itself: %v", err)
	}
	fingerprint := fingerprintOf(t, genuine.Key)
	folder := open(t, raw).unpack()
	for _, expected := range []string{genuine.Key, fingerprint, strings.ToUpper(fingerprint), "nonsense"} {
		_, err := checkKeyed(raw, expected)
		if got := item(t, err); got != vkey {
			t.Errorf("key %q: Go names %q", expected, got)
		}
		if output, code := script(t, folder, "--key", expected); code != 1 || !strings.Contains(output, "FAIL: "+vkey) {
			t.Errorf("key %q: verify.sh exit %d\n%s", expected, code, output)
		}
	}
	for _, expected := range []string{forged.Key, fingerprintOf(t, forged.Key)} {
		summary, err := checkKeyed(raw, expected)
		if err != nil || !summary.KeyExpected {
			t.Errorf("key %q: %v, expected %t", expected, err, summary.KeyExpected)
		}
		if output, code := script(t, folder, "--key", expected); code != 0 {
			t.Errorf("key %q: verify.sh exit %d\n%s", expected, code, output)
		}
	}
}

func entryMutations(other *box) []mutation {
	edit := func(change func([]string) []string) func(*box) {
		return func(b *box) { b.lines(entries, change); b.rehash() }
	}
	return []mutation{
		{"entry flipped", "entry 7", func(b *box) { b.replace(entries, `"n":2`, `"n":3`) }},
		{"entry flipped, rehashed", "entry 7", func(b *box) { b.replace(entries, `"n":2`, `"n":3`); b.rehash() }},
		{"first dropped", "entry 1", edit(func(l []string) []string { return l[1:] })},
		{"middle dropped", "entry 6", edit(func(l []string) []string { return slices.Delete(l, 5, 6) })},
		{"last dropped", "entry 12", edit(func(l []string) []string { return l[:11] })},
		{"two swapped", "entry 6", edit(func(l []string) []string { l[5], l[6] = l[6], l[5]; return l })},
		{"one doubled", "entry 7", edit(func(l []string) []string { return slices.Insert(l, 6, l[5]) })},
		{"last doubled", "entry 13", edit(func(l []string) []string { return append(l, l[11]) })},
		{"foreign entry inserted", "entry 6", edit(func(l []string) []string {
			return slices.Insert(l, 5, strings.Split(string(other.files[entries]), "\n")[5])
		})},
		{"renumbered after a drop", "entry 5", edit(func(l []string) []string {
			l = slices.Delete(l, 5, 6)
			for i := 5; i < len(l); i++ {
				l[i] = strings.Replace(l[i], seqOf(i+2), seqOf(i+1), 1)
			}
			return l
		})},
		{"edited and chained anew", "entry 12", edit(func(l []string) []string {
			l[6] = strings.Replace(l[6], `"n":2`, `"n":9`, 1)
			return rechain(l)
		})},
		{"edited, chained and root replaced", point, func(b *box) {
			root := b.root64()
			b.lines(entries, func(l []string) []string { l[6] = strings.Replace(l[6], `"n":2`, `"n":9`, 1); return rechain(l) })
			b.replace(point, root, b.root64())
			b.rehash()
		}},
		{"last edited", "entry 12", func(b *box) { b.replace(entries, `"export_id":"x"`, `"export_id":"y"`); b.rehash() }},
		{"all dropped", "entry 1", func(b *box) { b.files[entries] = nil; b.rehash() }},
		{"a line too long", entries, edit(func(l []string) []string { l[3] = strings.Repeat(" ", 1<<20) + l[3]; return l })},
	}
}
