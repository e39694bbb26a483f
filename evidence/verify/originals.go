package verify

import (
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Erasure describes the newest entry that records an erasure of personal data. The
// bag contains no value and no original of an earlier entry.
type Erasure struct {
	Entry     int64  `json:"entry"`
	At        string `json:"at"`        // by the installation's own clock
	Because   string `json:"because"`   // "request" or "retention"; "" if the entry has no such reason
	Originals int    `json:"originals"` // number of erased originals
}

// checkBlob compares an entry's file with the originals. Entries about exports refer
// to files generated from the journal, which are not originals.
func (w *journalWalk) checkBlob(seq int64, fields object) error {
	if fields.rawValue("blob") == nil || strings.HasPrefix(w.latest.kind, "export_") {
		return nil
	}
	blob, _ := w.inner.parseMember(fields, "blob")
	digest, _ := blob.stringValue("sha256")
	size, ok := blob.wholeNumber("size")
	if !ok || !isDigest([]byte(digest)) {
		return newFinding(entryName(seq), "its file has no SHA-256 or size")
	}
	path, here := w.v.layout.originals[digest]
	named := w.v.caseInfo.listsAsAbsent(digest)
	switch {
	case !here && !named:
		return newFinding(entryName(seq), "its original %s is missing", digest)
	case here && named:
		return newFinding(entryName(seq), "its original %s is here, but listed as withheld or erased", digest)
	case here && w.v.container.members[path].size != size:
		return newFinding(path, "does not have the %d bytes that %s records", size, entryName(seq))
	}
	w.received[digest] = seq
	return nil
}

// listsAsAbsent reports whether case.json lists an original as withheld or erased.
func (a *caseInfo) listsAsAbsent(digest string) bool {
	_, withheld := slices.BinarySearch(a.withheld, digest)
	_, erased := slices.BinarySearch(a.erased, digest)
	return withheld || erased
}

var reasonForm = regexp.MustCompile(`^[a-z_]{1,40}$`)

// checkErasure handles an entry that records an erasure: no value of an earlier
// entry may be disclosed.
func (w *journalWalk) checkErasure(seq int64) error {
	if w.latest.kind != kindErased {
		return nil
	}
	if w.firstValue != "" {
		return newFinding(w.firstValue, "it was erased according to %s", entryName(seq))
	}
	e := &Erasure{Entry: seq, At: string(w.latest.at)}
	if reasonForm.MatchString(w.latest.because) {
		e.Because = w.latest.because
	}
	w.v.summary.Erasure = e
	return nil
}

// checkReceived finds files that are in the bag, or listed as withheld or erased,
// but recorded by no entry, and compares them with the erasure.
func (w *journalWalk) checkReceived() error {
	before := int64(0) // files recorded only before this entry were erased
	if w.v.summary.Erasure != nil {
		before = w.v.summary.Erasure.Entry
		w.v.summary.Erasure.Originals = len(w.v.caseInfo.erased)
	}
	for _, digest := range slices.Sorted(maps.Keys(w.v.layout.originals)) {
		switch seq := w.received[digest]; {
		case seq == 0:
			return newFinding(w.v.layout.originals[digest], "no entry recorded it")
		case seq < before:
			return newFinding(w.v.layout.originals[digest], "it was erased according to %s", entryName(before))
		}
	}
	for _, digest := range w.v.caseInfo.withheld {
		if w.received[digest] == 0 {
			return newFinding(casePath, "it lists %s as withheld, but no entry recorded it", digest)
		}
	}
	for _, digest := range w.v.caseInfo.erased {
		if seq := w.received[digest]; seq == 0 || seq >= before {
			return newFinding(casePath, "it lists %s as erased, but no entry records its erasure", digest)
		}
	}
	return nil
}
