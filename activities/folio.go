package activities

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"

	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// journalPage is how many entries are read at a time.
const journalPage = 500

// folio gathers what an export is made of: the case, and of its journal and its
// originals exactly what the export's checkpoint covers, as far as the audience
// may see it.
func (a *Exports) folio(ctx context.Context, export recovery.Export, c recovery.Case) (folio.Folio, error) {
	checkpoint, err := a.Archive.CheckpointAt(ctx, c.ID, export.Size)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		return folio.Folio{}, broken(reasonJournal, err)
	}
	if err != nil {
		return folio.Folio{}, err
	}
	kept, err := a.Archive.EvidenceOf(ctx, c.ID)
	if err != nil {
		return folio.Folio{}, err
	}
	kept = covered(kept, export.Size)
	mask := maskFor(c, export.Audience, kept)
	mask.blunt = !recovery.SeesParticulars(export.By.Role)
	entries, err := a.entries(ctx, export, mask)
	if err != nil {
		return folio.Folio{}, err
	}
	missing, err := a.Checklist.Missing(asSupplied(c, particulars(entries)), kept, export.Audience)
	if err != nil {
		return folio.Folio{}, err
	}
	exhibits, err := a.exhibits(kept, mask, entries)
	if err != nil {
		return folio.Folio{}, err
	}
	papers, err := a.pleading(c, entries, export, mask)
	if err != nil {
		return folio.Folio{}, err
	}
	folio := folio.Folio{
		Case: mask.record(c), Audience: export.Audience, At: export.CreatedAt, Entries: entries, Exhibits: exhibits,
		Papers: papers, Missing: missing, Generator: collectorTool + " " + a.Custody.Version, Custodian: a.Custody.Custodian,
	}
	err = a.vouch(ctx, &folio, checkpoint)
	return folio, err
}

func (a *Exports) entries(ctx context.Context, export recovery.Export, mask mask) ([]folio.Entry, error) {
	entries := make([]folio.Entry, 0, export.Size)
	for int64(len(entries)) < export.Size {
		limit := min(journalPage, int(export.Size)-len(entries))
		page, err := a.Archive.Journal(ctx, export.CaseID, int64(len(entries)), limit)
		if err != nil {
			return nil, err
		}
		if len(page) == 0 {
			return nil, broken(reasonJournal, fmt.Errorf("the journal ends at %d of %d entries", len(entries), export.Size))
		}
		for _, stored := range page {
			entry, err := seen(stored, mask)
			if err != nil {
				return nil, broken(reasonJournal, err)
			}
			entries = append(entries, entry)
		}
	}
	return entries, nil
}

// seen is one stored entry as the audience may see it.
func seen(stored journal.StoredEntry, mask mask) (folio.Entry, error) {
	parsed, err := journal.Parse(stored.Record.Bytes)
	if err != nil {
		return folio.Entry{}, fmt.Errorf("entry %d: %w", stored.Record.Seq, err)
	}
	entry := folio.Entry{Raw: stored.Record.Bytes, Hash: stored.Record.Hash, Parsed: parsed}
	for _, value := range stored.Record.Values {
		if mask.shows(parsed, value.Path) {
			entry.Values = append(entry.Values, value)
		}
	}
	return entry, nil
}

// covered are the records taken in up to the checkpoint.
func covered(all []recovery.Evidence, size int64) []recovery.Evidence {
	var kept []recovery.Evidence
	for _, one := range all {
		if one.Seq <= size {
			kept = append(kept, one)
		}
	}
	return kept
}

// exhibits names each original once for what it shows: the same bytes filed
// twice as the same kind are two entries of the journal and one exhibit. One that
// the audience does not get is read through too, and named without its bytes.
func (a *Exports) exhibits(kept []recovery.Evidence, mask mask, entries []folio.Entry) ([]folio.Exhibit, error) {
	type identity struct {
		sha256 string
		kind   recovery.EvidenceKind
	}
	known := map[identity]bool{}
	var exhibits []folio.Exhibit
	for _, one := range kept {
		id := identity{one.SHA256, one.Kind}
		if known[id] {
			continue
		}
		known[id] = true
		exhibit, err := a.exhibit(one, mask, entries)
		if err != nil {
			return nil, err
		}
		exhibits = append(exhibits, exhibit)
	}
	return exhibits, nil
}

// exhibit is one file as the audience may see it. Of a picture that tells where
// it was taken, those who need not know get a copy, or, where none can be made,
// nothing.
func (a *Exports) exhibit(one recovery.Evidence, mask mask, entries []folio.Entry) (folio.Exhibit, error) {
	telling := false
	if !mask.erased {
		var err error
		if telling, err = a.intact(one); err != nil {
			return folio.Exhibit{}, err
		}
	}
	exhibit := folio.Exhibit{NotIndependentOf: leansOn(one, entries)}
	if mask.contacts && !mask.erased && !mask.files[one.SHA256] && (telling || located(one, entries)) {
		if exhibit.Copy = a.copyOf(one, entries); exhibit.Copy == nil {
			exhibit.Why = reasonText(reasonTelling)
			mask.files = map[string]bool{one.SHA256: true}
		}
	}
	exhibit.Evidence, exhibit.Withheld = mask.exhibit(one)
	if !exhibit.Withheld {
		exhibit.Open = func() (io.ReadCloser, error) { return a.Originals.Open(one.SHA256) }
	}
	return exhibit, nil
}

// leansOn names the earlier file that a file was found to be once more, as the
// entry that took it in tells.
func leansOn(one recovery.Evidence, entries []folio.Entry) []recovery.EvidenceID {
	if one.Seq < 1 || one.Seq > int64(len(entries)) {
		return nil
	}
	other, _ := entries[one.Seq-1].Parsed.Facts["near_duplicate_of"].(string)
	if other == "" {
		return nil
	}
	return []recovery.EvidenceID{recovery.EvidenceID(other)}
}

// intact reads an original through once: papers are never built over bytes that
// are gone or are not those that were taken in. It tells what Telling does.
func (a *Exports) intact(one recovery.Evidence) (telling bool, err error) {
	file, err := a.Originals.Open(one.SHA256)
	if errors.Is(err, fs.ErrNotExist) || recovery.CodeOf(err) == recovery.CodeNotFound {
		return false, broken(reasonOriginal, fmt.Errorf("original %s: %w", one.SHA256, err))
	}
	if err != nil {
		return false, fmt.Errorf("original %s: %w", one.SHA256, err)
	}
	defer file.Close()
	hash := sha256.New()
	if telling, err = Telling(one.MediaType, io.TeeReader(file, hash)); err != nil {
		return false, fmt.Errorf("original %s: %w", one.SHA256, err)
	}
	if hex.EncodeToString(hash.Sum(nil)) != one.SHA256 {
		return false, broken(reasonOriginal, fmt.Errorf("original %s holds other bytes", one.SHA256))
	}
	return telling, nil
}
