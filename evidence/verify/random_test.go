package verify_test

import (
	"bytes"
	"flag"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/bag/bagtest"
	"recourse/evidence/seal/sealtest"
	"recourse/recovery"
)

// The short form runs in every test run. The long form is
//
//	go test ./evidence/verify -run Random -timeout 60m -mutations 10000 -scripted 1000
//
// and counts bags and sealed PDFs each.
var (
	mutations = flag.Int("mutations", 1000, "random mutations to try, of bags and of sealed PDFs each")
	scripted  = flag.Int("scripted", 8, "how many of them verify.sh judges too")
)

// TestRandomMutationsAreFound changes four of five bags at random: every changed bag
// and no other is rejected.
func TestRandomMutationsAreFound(t *testing.T) {
	t.Parallel()
	sound := soundBoxes(t)
	clean, every := 0, max(1, *mutations/max(1, *scripted))
	for seed := range *mutations {
		random := rand.New(rand.NewPCG(uint64(seed), 1))
		original := sound[random.IntN(len(sound))]
		broken := original.clone()
		what := "nothing"
		if random.IntN(5) > 0 {
			what = breakAny(broken, random)
		}
		same := broken.equal(original)
		if same {
			clean++
		}
		_, err := check(broken.zip())
		if got := item(t, err); (got == "") != same {
			t.Errorf("seed %d (%s): %v", seed, what, err)
		}
		if seed%every == 0 {
			if got := scriptItem(t, broken); (got == "") != same {
				t.Errorf("seed %d (%s): verify.sh names %q", seed, what, got)
			}
		}
	}
	if clean < *mutations/6 {
		t.Errorf("only %d of %d were sound", clean, *mutations)
	}
}

// soundBoxes are sealed, so that every change is detectable, even with new manifests.
func soundBoxes(t *testing.T) []*box {
	var boxes []*box
	for seed, made := range []bagtest.Case{
		{}, {Entries: 33, Exhibits: 1}, {Audience: recovery.ForArchive, Pace: 60}, {Audience: recovery.ForOpponent, Withheld: true},
		{Exhibits: -1, Entries: 5, Redacted: true, Audience: recovery.ForPlatform},
	} {
		made.Seed = uint64(seed + 10)
		boxes = append(boxes, open(t, write(t, bagtest.NewFolio(t, made))))
	}
	tsa := sealtest.StartAuthority(t)
	return append(boxes, open(t, write(t, bagtest.NewFolio(t, erasedCase(recovery.ForArchive)))),
		open(t, write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 22, Rotations: 1, Copied: true, Audience: recovery.ForPlatform}))),
		open(t, write(t, stamped(t, bagtest.Case{Seed: 20, Rotations: 1}, tsa))),
		open(t, write(t, stamped(t, bagtest.Case{Seed: 21, Rotations: 3, Audience: recovery.ForOpponent, Withheld: true}, tsa))))
}

// breakAny makes one to three random changes to a bag, half of the time with updated
// manifests, and describes them.
func breakAny(b *box, random *rand.Rand) string {
	ways := []struct {
		name string
		do   func(*box, *rand.Rand)
	}{
		{"flip", flipAny}, {"cut", cutAny}, {"insert", insertAny}, {"lines", swapLines}, {"double", doubleLine},
		{"drop line", dropLine}, {"remove", removeAny}, {"add", addAny}, {"swap", swapFiles}, {"truncate", truncateAny},
	}
	var told []string
	for range 1 + random.IntN(3) {
		way := ways[random.IntN(len(ways))]
		way.do(b, random)
		told = append(told, way.name)
	}
	if random.IntN(2) == 0 && b.files["bag-info.txt"] != nil {
		b.rehash()
		told = append(told, "rehash")
	}
	return strings.Join(told, ", ")
}

func anyPath(b *box, random *rand.Rand) string {
	paths := slices.Sorted(maps.Keys(b.files))
	return paths[random.IntN(len(paths))]
}

// anyFile returns a file that is not empty, and an offset in it.
func anyFile(b *box, random *rand.Rand) (path string, at int) {
	for {
		path = anyPath(b, random)
		if len(b.files[path]) > 0 {
			return path, random.IntN(len(b.files[path]))
		}
	}
}

func flipAny(b *box, random *rand.Rand) {
	path, at := anyFile(b, random)
	b.files[path][at] ^= 1 << random.IntN(8)
}

func cutAny(b *box, random *rand.Rand) {
	path, at := anyFile(b, random)
	end := min(len(b.files[path]), at+1+random.IntN(40))
	b.files[path] = slices.Delete(b.files[path], at, end)
}

func truncateAny(b *box, random *rand.Rand) {
	path, at := anyFile(b, random)
	b.files[path] = b.files[path][:at]
}

func insertAny(b *box, random *rand.Rand) {
	path, at := anyFile(b, random)
	junk := [][]byte{{0}, []byte("\n"), []byte("\r"), []byte(" "), []byte("\ufeff"), []byte(`"`), {0xff}, []byte("{}"), []byte("0")}
	b.files[path] = slices.Insert(b.files[path], at, junk[random.IntN(len(junk))]...)
}

func editLines(b *box, random *rand.Rand, edit func([]string) []string) {
	text := []string{entries, values, manifest, tags, point, seal, about, stood, "bag-info.txt", vkey, history, firstPoint, roots}
	if path := text[random.IntN(len(text))]; len(b.files[path]) > 0 {
		b.lines(path, edit)
	}
}

func swapLines(b *box, random *rand.Rand) {
	editLines(b, random, func(l []string) []string {
		i, j := random.IntN(len(l)), random.IntN(len(l))
		l[i], l[j] = l[j], l[i]
		return l
	})
}

func doubleLine(b *box, random *rand.Rand) {
	editLines(b, random, func(l []string) []string {
		return slices.Insert(l, random.IntN(len(l)+1), l[random.IntN(len(l))])
	})
}

func dropLine(b *box, random *rand.Rand) {
	editLines(b, random, func(l []string) []string {
		i := random.IntN(len(l))
		return slices.Delete(l, i, i+1)
	})
}

func removeAny(b *box, random *rand.Rand) { delete(b.files, anyPath(b, random)) }

func addAny(b *box, random *rand.Rand) {
	names := []string{"data/x", "x", "data/originals/x", "data/originals/" + digestOf([]byte("x")), "data/journal/entries.json", "a/b/c"}
	b.files[names[random.IntN(len(names))]] = []byte("x")
}

func swapFiles(b *box, random *rand.Rand) {
	one, two := anyPath(b, random), anyPath(b, random)
	b.files[one], b.files[two] = b.files[two], b.files[one]
}

// TestFlippedBitsOfTheZip flips single bits in the zip itself. A change that is not
// found must not affect the content of any file (such as a time in a header).
func TestFlippedBitsOfTheZip(t *testing.T) {
	t.Parallel()
	raw := write(t, bagtest.NewFolio(t, bagtest.Case{Seed: 1}))
	sound := open(t, raw)
	random := rand.New(rand.NewPCG(1, 2))
	for range 1_500 {
		broken := bytes.Clone(raw)
		at, bit := random.IntN(len(raw)), random.IntN(8)
		broken[at] ^= 1 << bit
		if _, err := check(broken); item(t, err) == "" && !open(t, broken).equal(sound) {
			t.Errorf("byte %d bit %d: not found", at, bit)
		}
	}
}
