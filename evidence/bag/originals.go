package bag

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// originals are the evidence files of a bag and the digests of the absent ones. The
// lists are sorted, and withheld and erased have no digest in common.
type originals struct {
	parts    []part
	copies   []string // digests of the copies that replace withheld originals
	withheld []string // not given to this audience
	erased   []string // erased, as a later entry records
}

// recordedFile is what the journal records about one file.
type recordedFile struct {
	size int64
	seq  int64 // newest entry that recorded it
}

// collectOriginals returns one part for each digest. If one exhibit is withheld or
// replaced by a copy, its bytes are withheld for every other exhibit with the same
// digest too. Court and archive receive every original that was not erased.
func collectOriginals(f folio.Folio) (held originals, err error) {
	recorded, erasure := findRecordedFiles(f)
	withheld := findWithheld(f)
	included := map[string]bool{}
	for _, exhibit := range f.Exhibits {
		file, known := recorded[exhibit.SHA256]
		switch {
		case !known || file.size != exhibit.Size:
			return held, fmt.Errorf("exhibit %s: no entry records a file of these %d bytes", exhibit.SHA256, exhibit.Size)
		case withheld[exhibit.SHA256] || included[exhibit.SHA256]: // identical bytes are written once
		case file.seq < erasure:
			return held, fmt.Errorf("exhibit %s: it was erased according to entry %d", exhibit.SHA256, erasure)
		default:
			included[exhibit.SHA256] = true
			held.parts = append(held.parts, newOriginalPart(exhibit))
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(recorded)) {
		switch {
		case included[digest]:
		case recorded[digest].seq < erasure:
			held.erased = append(held.erased, digest)
		default:
			held.withheld = append(held.withheld, digest)
		}
	}
	if err := held.addCopies(f); err != nil {
		return held, err
	}
	return held, held.checkComplete(f)
}

// addCopies adds the copies that replace withheld originals.
func (held *originals) addCopies(f folio.Folio) error {
	derived := findDerivations(f)
	for _, exhibit := range f.Exhibits {
		c := exhibit.Copy
		switch {
		case c == nil || exhibit.Withheld:
		case !derived[[2]string{c.SHA256, exhibit.SHA256}]:
			return fmt.Errorf("exhibit %s: no entry records the copy %s of it", exhibit.SHA256, c.SHA256)
		case !slices.Contains(held.copies, c.SHA256):
			held.copies = append(held.copies, c.SHA256)
			held.parts = append(held.parts, part{
				path: "data/shown/" + c.SHA256 + fileExtension(c.MediaType), sha256: c.SHA256, size: c.Size, uncompressed: !isCompressible(c.MediaType),
				write: func(w io.Writer) error { return copyFrom(w, c.Open) },
			})
		}
	}
	slices.Sort(held.copies)
	return nil
}

// findDerivations returns the recorded pairs of a copy's and its original's digest.
func findDerivations(f folio.Folio) map[[2]string]bool {
	derived := map[[2]string]bool{}
	for _, entry := range f.Entries {
		if entry.Parsed.Kind == recovery.EntryEvidenceDerived {
			digest, _ := entry.Parsed.Facts["sha256"].(string)
			original, _ := entry.Parsed.Facts["of_sha256"].(string)
			derived[[2]string{digest, original}] = true
		}
	}
	return derived
}

// checkComplete returns an error if an audience that must receive every original
// would miss one.
func (held *originals) checkComplete(f folio.Folio) error {
	if len(held.withheld) > 0 && recovery.SeesOnPaper(f.Audience, recovery.RoleSystem, recovery.FileMetadata) { // with or without a copy
		return fmt.Errorf("original %s is missing, but a bag for %s must contain every original that was not erased", held.withheld[0], f.Audience)
	}
	return nil
}

// findWithheld returns the digests of exhibits that are withheld or replaced by a copy.
func findWithheld(f folio.Folio) map[string]bool {
	withheld := map[string]bool{}
	for _, exhibit := range f.Exhibits {
		withheld[exhibit.SHA256] = withheld[exhibit.SHA256] || exhibit.Withheld || exhibit.Copy != nil
	}
	return withheld
}

func newOriginalPart(exhibit folio.Exhibit) part {
	return part{
		path:   "data/originals/" + exhibit.SHA256 + fileExtension(exhibit.MediaType),
		sha256: exhibit.SHA256, size: exhibit.Size, uncompressed: !isCompressible(exhibit.MediaType),
		write: func(w io.Writer) error { return copyFrom(w, exhibit.Open) },
	}
}

// findRecordedFiles returns the files that the journal records, by digest, and the
// number of the newest erasure entry, or 0. An erasure covers every file of the
// entries before it. Entries about exports refer to files generated from the
// journal, which are not originals.
func findRecordedFiles(f folio.Folio) (files map[string]recordedFile, erasure int64) {
	files = map[string]recordedFile{}
	for i, entry := range f.Entries {
		seq := int64(i) + 1
		blob := entry.Parsed.Blob
		if blob != nil && !strings.HasPrefix(string(entry.Parsed.Kind), "export_") {
			files[blob.SHA256] = recordedFile{size: blob.Size, seq: seq}
		}
		if entry.Parsed.Kind == recovery.EntryValuesErased {
			erasure = seq
		}
	}
	return files, erasure
}
