package verify

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Erasure is what an entry tells of the erasure of personal data: no value and no
// original of an entry before it is in the bag.
type Erasure struct {
	Entry     int64  `json:"entry"`
	At        string `json:"at"`        // by the installation's own clock
	Because   string `json:"because"`   // "request", "retention"; "" when the entry does not say it in one word
	Originals int    `json:"originals"` // that were in the journal and are gone
}

// checkBlob holds an entry's file against the originals. Entries about exports
// point to papers made from the journal, which are no originals.
func (w *walk) checkBlob(seq int64, fields object) error {
	if fields.get("blob") == nil || strings.HasPrefix(w.last.kind, "export_") {
		return nil
	}
	blob, _ := w.inner.inner(fields, "blob")
	digest, _ := blob.text("sha256")
	size, ok := blob.whole("size")
	if !ok || !isDigest([]byte(digest)) {
		return finding(entryName(seq), "its file is not named by SHA-256 and size")
	}
	path, here := w.c.layout.originals[digest]
	named := w.c.about.names(digest)
	switch {
	case !here && !named:
		return finding(entryName(seq), "its original %s is missing", digest)
	case here && named:
		return finding(entryName(seq), "its original %s is here and said to be withheld or erased", digest)
	case here && w.c.box.members[path].size != size:
		return finding(path, "has not the %d bytes %s took in", size, entryName(seq))
	}
	w.taken[digest] = seq
	return nil
}

// names tells whether case.json says why an original is not here.
func (a *about) names(digest string) bool {
	_, withheld := slices.BinarySearch(a.withheld, digest)
	_, erased := slices.BinarySearch(a.erased, digest)
	return withheld || erased
}

var oneWord = regexp.MustCompile(`^[a-z_]{1,40}$`)

// checkErasure takes the entry that tells of an erasure by its word: a value of
// an earlier entry that is shown all the same was not erased.
func (w *walk) checkErasure(seq int64) error {
	if w.last.kind != erased {
		return nil
	}
	if w.first != "" {
		return finding(w.first, "%s tells that it was erased", entryName(seq))
	}
	e := &Erasure{Entry: seq, At: string(w.last.at)}
	if oneWord.MatchString(w.last.because) {
		e.Because = w.last.because
	}
	w.c.summary.Erasure = e
	return nil
}

// checkTaken finds files in the bag, or said to be withheld or erased, that no
// entry took in, and holds both against what the journal tells of an erasure.
func (w *walk) checkTaken() error {
	before := int64(0) // files that only entries before this one took in are gone
	if w.c.summary.Erasure != nil {
		before = w.c.summary.Erasure.Entry
		w.c.summary.Erasure.Originals = len(w.c.about.erased)
	}
	for _, digest := range slices.Sorted(maps.Keys(w.c.layout.originals)) {
		switch seq := w.taken[digest]; {
		case seq == 0:
			return finding(w.c.layout.originals[digest], "no entry took it in")
		case seq < before:
			return finding(w.c.layout.originals[digest], "%s tells that it was erased", entryName(before))
		}
	}
	for _, digest := range w.c.about.withheld {
		if w.taken[digest] == 0 {
			return finding(aboutPath, "it withholds %s, which no entry took in", digest)
		}
	}
	for _, digest := range w.c.about.erased {
		if seq := w.taken[digest]; seq == 0 || seq >= before {
			return finding(aboutPath, "it calls %s erased, and no entry tells of it", digest)
		}
	}
	return nil
}
