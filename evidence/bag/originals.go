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

// originals are the files a bag holds, and the digests of those it only names.
// Both lists are sorted; a digest stands in one place only.
type originals struct {
	parts    []part
	shown    []string // copies in the place of withheld ones, by their own digests
	withheld []string // held back from this audience
	erased   []string // gone for good, as a later entry of the journal tells
}

// taken is what the journal says of one file.
type taken struct {
	size int64
	seq  int64 // of the newest entry that took it in
}

// originalsOf gives one part per distinct digest. Bytes that any exhibit
// withholds are held back under every other name they were filed by, and so are
// those that a copy goes in the place of. Court and archive get every original
// that the journal does not say was erased.
func originalsOf(f folio.Folio) (held originals, err error) {
	owed, erasure := takenIn(f)
	hold := heldBack(f)
	here := map[string]bool{}
	for _, exhibit := range f.Exhibits {
		was, known := owed[exhibit.SHA256]
		switch {
		case !known || was.size != exhibit.Size:
			return held, fmt.Errorf("exhibit %s: no entry took in these %d bytes", exhibit.SHA256, exhibit.Size)
		case hold[exhibit.SHA256] || here[exhibit.SHA256]: // the same bytes twice are one exhibit
		case was.seq < erasure:
			return held, fmt.Errorf("exhibit %s: entry %d tells that it was erased", exhibit.SHA256, erasure)
		default:
			here[exhibit.SHA256] = true
			held.parts = append(held.parts, originalPart(exhibit))
		}
	}
	for _, digest := range slices.Sorted(maps.Keys(owed)) {
		switch {
		case here[digest]:
		case owed[digest].seq < erasure:
			held.erased = append(held.erased, digest)
		default:
			held.withheld = append(held.withheld, digest)
		}
	}
	if err := held.show(f); err != nil {
		return held, err
	}
	return held, held.check(f)
}

// show adds the copies.
func (held *originals) show(f folio.Folio) error {
	made := madeOf(f)
	for _, exhibit := range f.Exhibits {
		c := exhibit.Copy
		switch {
		case c == nil || exhibit.Withheld:
		case !made[[2]string{c.SHA256, exhibit.SHA256}]:
			return fmt.Errorf("exhibit %s: no entry made the copy %s of it", exhibit.SHA256, c.SHA256)
		case !slices.Contains(held.shown, c.SHA256):
			held.shown = append(held.shown, c.SHA256)
			held.parts = append(held.parts, part{
				path: "data/shown/" + c.SHA256 + extension(c.MediaType), sha256: c.SHA256, size: c.Size, stored: !compressible(c.MediaType),
				write: func(w io.Writer) error { return stream(w, c.Open) },
			})
		}
	}
	slices.Sort(held.shown)
	return nil
}

// madeOf gives the digests of each copy and the original an entry made it of.
func madeOf(f folio.Folio) map[[2]string]bool {
	made := map[[2]string]bool{}
	for _, entry := range f.Entries {
		if entry.Parsed.Kind == recovery.EntryEvidenceDerived {
			digest, _ := entry.Parsed.Facts["sha256"].(string)
			of, _ := entry.Parsed.Facts["of_sha256"].(string)
			made[[2]string{digest, of}] = true
		}
	}
	return made
}

func (held *originals) check(f folio.Folio) error {
	if len(held.withheld) > 0 && recovery.SeesOnPaper(f.Audience, recovery.RoleSystem, recovery.PictureMetadata) { // with or without a copy
		return fmt.Errorf("original %s is missing, and a bag for %s holds every one that was not erased", held.withheld[0], f.Audience)
	}
	return nil
}

func heldBack(f folio.Folio) map[string]bool {
	hold := map[string]bool{}
	for _, exhibit := range f.Exhibits {
		hold[exhibit.SHA256] = hold[exhibit.SHA256] || exhibit.Withheld || exhibit.Copy != nil
	}
	return hold
}

func originalPart(exhibit folio.Exhibit) part {
	return part{
		path:   "data/originals/" + exhibit.SHA256 + extension(exhibit.MediaType),
		sha256: exhibit.SHA256, size: exhibit.Size, stored: !compressible(exhibit.MediaType),
		write: func(w io.Writer) error { return stream(w, exhibit.Open) },
	}
}

// takenIn gives by digest every file the journal took in, and the number of the
// newest entry that tells of an erasure, 0 when nothing was erased: it took every
// file of the entries before it. Entries about exports point to papers made from
// the journal: those are no originals.
func takenIn(f folio.Folio) (files map[string]taken, erasure int64) {
	files = map[string]taken{}
	for i, entry := range f.Entries {
		seq := int64(i) + 1
		blob := entry.Parsed.Blob
		if blob != nil && !strings.HasPrefix(string(entry.Parsed.Kind), "export_") {
			files[blob.SHA256] = taken{size: blob.Size, seq: seq}
		}
		if entry.Parsed.Kind == recovery.EntryValuesErased {
			erasure = seq
		}
	}
	return files, erasure
}
