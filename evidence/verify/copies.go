package verify

import (
	"maps"
	"slices"
)

// checkShown holds the copies in the bag against those case.json names. Who gets
// every original gets no copies.
func (c *check) checkShown(a about) error {
	if a.full() && len(a.shown) > 0 {
		return finding(aboutPath, "it shows a copy, and a bag for %s holds the original", a.audience)
	}
	for _, digest := range slices.Sorted(maps.Keys(c.layout.shown)) {
		if _, named := slices.BinarySearch(a.shown, digest); !named {
			return finding(c.layout.shown[digest], "%s does not name it as shown", aboutPath)
		}
	}
	for _, digest := range a.shown {
		if c.layout.shown[digest] == "" {
			return finding(aboutPath, "it names the copy %s as shown, which is missing", digest)
		}
	}
	return nil
}

// checkCopy takes in an entry that made a copy: the copy in the bag is bound by it
// to an original that an earlier entry took in, and that the bag withholds.
func (w *walk) checkCopy(seq int64, entry object) error {
	if w.last.kind != derived || len(w.c.layout.shown) == 0 {
		return nil
	}
	facts, _ := w.inner.inner(entry, "facts")
	digest, _ := facts.text("sha256")
	of, _ := facts.text("of_sha256")
	size, _ := facts.whole("size")
	path, here := w.c.layout.shown[digest]
	if _, withheld := slices.BinarySearch(w.c.about.withheld, of); !here || !withheld || w.taken[of] == 0 {
		return nil
	}
	if w.c.box.members[path].size != size {
		return finding(path, "has not the %d bytes %s made", size, entryName(seq))
	}
	w.made[digest] = seq
	return nil
}

// checkMade finds copies that no entry made of an original that is withheld, and
// those that went with it.
func (w *walk) checkMade() error {
	for _, digest := range slices.Sorted(maps.Keys(w.c.layout.shown)) {
		path, made := w.c.layout.shown[digest], w.made[digest]
		if made == 0 {
			return finding(path, "no entry made it of an original that is withheld")
		}
		if e := w.c.summary.Erasure; e != nil && made < e.Entry {
			return finding(path, "%s tells that it was erased", entryName(e.Entry))
		}
	}
	return nil
}
