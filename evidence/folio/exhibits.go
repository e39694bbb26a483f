package folio

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"

	"recourse/recovery"
)

// addExhibits lists each original once per kind: the same bytes filed twice as
// the same kind are two journal entries and one exhibit.
func (b *assembly) addExhibits(f *Folio) error {
	type identity struct {
		sha256 string
		kind   recovery.EvidenceKind
	}
	seen := map[identity]bool{}
	for _, one := range b.Evidence {
		id := identity{one.SHA256, one.Kind}
		if seen[id] || b.redaction.isOfAnother(one.By) { // nothing tells of what the others filed
			continue
		}
		seen[id] = true
		exhibit, err := b.newExhibit(one)
		if err != nil {
			return err
		}
		f.Exhibits = append(f.Exhibits, exhibit)
	}
	return nil
}

// newExhibit returns one file as the audience may see it: the original, a copy
// without personal data, or only that it exists. Withheld files are checked too.
func (b *assembly) newExhibit(one recovery.Evidence) (Exhibit, error) {
	if err := b.checkOriginal(one); err != nil {
		return Exhibit{}, err
	}
	exhibit := Exhibit{Evidence: one, NotIndependentOf: append(b.nearDuplicateOf(one), b.archiveOf(one)...), Withheld: b.redaction.withholds(one)}
	masked := !b.redaction.showsClass(recovery.ClassOfFile(one.Kind))
	if !exhibit.Withheld && masked {
		exhibit.Copy = b.newestCopy(one.SHA256, false)
		exhibit.NoSafeCopy = exhibit.Copy == nil
		exhibit.Withheld = exhibit.NoSafeCopy
	}
	switch {
	case exhibit.Withheld:
		exhibit.Evidence = redactEvidence(one)
	case masked:
		exhibit.Evidence = redactEvidence(one)
		exhibit.CapturedAt = one.CapturedAt
	default:
		exhibit.Open = func() (io.ReadCloser, error) { return b.Originals.Open(one.SHA256) }
		exhibit.Stills = b.newestCopy(one.SHA256, true)
	}
	return exhibit, nil
}

// nearDuplicateOf returns the file that this one duplicates. The entry of the upload names
// one with the same bytes, that of the copy for viewing one with the same picture.
func (b *assembly) nearDuplicateOf(one recovery.Evidence) []recovery.EvidenceID {
	for _, entry := range b.entries[min(max(one.Seq-1, 0), int64(len(b.entries))):] {
		facts := entry.Parsed.Facts
		isOfFile := entry.Parsed.Kind == recovery.EntryEvidenceAdded || entry.Parsed.Kind == recovery.EntryEvidenceDerived
		if other, _ := facts["near_duplicate_of"].(string); other != "" && isOfFile && facts["evidence_id"] == string(one.ID) {
			return []recovery.EvidenceID{recovery.EvidenceID(other)}
		}
	}
	return nil
}

// archiveOf returns the archive from which a bill was unpacked, filed in the same case: both
// show the same payments.
func (b *assembly) archiveOf(one recovery.Evidence) []recovery.EvidenceID {
	if one.Seq < 1 || one.Seq > int64(len(b.entries)) {
		return nil
	}
	archive, _ := b.entries[one.Seq-1].Parsed.Facts["unpacked_from"].(string)
	for _, other := range b.Evidence {
		if archive != "" && other.SHA256 == archive {
			return []recovery.EvidenceID{other.ID}
		}
	}
	return nil
}

// checkOriginal reads an original once and compares its digest: papers must not be
// built over bytes that are gone or changed. The originals of an erased case are gone,
// and a preview reads none.
func (b *assembly) checkOriginal(one recovery.Evidence) error {
	if b.redaction.erased || b.Unsigned {
		return nil
	}
	file, err := b.Originals.Open(one.SHA256)
	if errors.Is(err, fs.ErrNotExist) || recovery.CodeOf(err) == recovery.CodeNotFound {
		return fmt.Errorf("%w: %s: %w", ErrOriginalDamaged, one.SHA256, err)
	}
	if err != nil {
		return fmt.Errorf("original %s: %w", one.SHA256, err)
	}
	defer file.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, file); err != nil {
		return fmt.Errorf("original %s: %w", one.SHA256, err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != one.SHA256 {
		return fmt.Errorf("%w: %s holds other bytes", ErrOriginalDamaged, one.SHA256)
	}
	return nil
}

// newestCopy returns the newest copy of an original that an entry records for this
// audience, or nil: its stills, or a copy of another kind.
func (b *assembly) newestCopy(original string, ofFilm bool) *Copy {
	for _, entry := range slices.Backward(b.entries) {
		facts := entry.Parsed.Facts
		if entry.Parsed.Kind != recovery.EntryEvidenceDerived || facts["of_sha256"] != original || !b.redaction.isMadeFor(facts) || (facts["copy"] == StillsCopy) != ofFilm {
			continue
		}
		digest, _ := facts["sha256"].(string)
		media, _ := facts["media_type"].(string)
		size, _ := facts["size"].(float64)
		return &Copy{
			SHA256: digest, Size: int64(size), MediaType: media,
			Open: func() (io.ReadCloser, error) { return b.Originals.Open(digest) },
		}
	}
	return nil
}
