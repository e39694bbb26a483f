package verify

import (
	"maps"
	"slices"
)

// checkCopyList compares the copies in the bag with the list in case.json. An
// audience that receives every original receives no copies.
func (c *verification) checkCopyList(a caseInfo) error {
	if a.mustHoldAllOriginals() && len(a.copies) > 0 {
		return newFinding(casePath, "it lists a copy, but a bag for %s must contain the original", a.audience)
	}
	for _, digest := range slices.Sorted(maps.Keys(c.layout.copies)) {
		if _, named := slices.BinarySearch(a.copies, digest); !named {
			return newFinding(c.layout.copies[digest], "%s does not list it as shown", casePath)
		}
	}
	for _, digest := range a.copies {
		if c.layout.copies[digest] == "" {
			return newFinding(casePath, "it lists the copy %s as shown, but it is missing", digest)
		}
	}
	return nil
}

// checkCopy handles an entry that derived a copy. It accepts the copy in the bag if
// an earlier entry recorded its original and the bag withholds that original.
func (w *journalWalk) checkCopy(seq int64, entry object) error {
	if w.latest.kind != kindDerived || len(w.v.layout.copies) == 0 {
		return nil
	}
	facts, _ := w.inner.parseMember(entry, "facts")
	digest, _ := facts.stringValue("sha256")
	of, _ := facts.stringValue("of_sha256")
	size, _ := facts.wholeNumber("size")
	path, here := w.v.layout.copies[digest]
	if _, withheld := slices.BinarySearch(w.v.caseInfo.withheld, of); !here || !withheld || w.received[of] == 0 {
		return nil
	}
	if w.v.container.members[path].size != size {
		return newFinding(path, "does not have the %d bytes that %s records", size, entryName(seq))
	}
	w.copied[digest] = seq
	w.keepRows(digest, of, facts)
	return nil
}

// checkCopies finds copies that no entry derived from a withheld original, and
// copies that should have been erased.
func (w *journalWalk) checkCopies() error {
	for _, digest := range slices.Sorted(maps.Keys(w.v.layout.copies)) {
		path, made := w.v.layout.copies[digest], w.copied[digest]
		if made == 0 {
			return newFinding(path, "no entry derived it from a withheld original")
		}
		if e := w.v.summary.Erasure; e != nil && made < e.Entry {
			return newFinding(path, "it was erased according to %s", entryName(e.Entry))
		}
	}
	return w.checkBills()
}
