package casework

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"strings"

	"recourse/evidence/copies"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/evidence/originals/statement"
	"recourse/postgres"
	"recourse/recovery"
)

// The copies of a file for another party, as named in the journal.
const (
	copyMasked = "masked_text"
	copyRows   = "bill_rows"
)

// madeCopy is a copy of a file before it is stored.
type madeCopy struct {
	name  string
	media string
	data  []byte
	bill  *statement.Bill // nil for other files
	rows  *copies.Rows    // of the bill
	seed  []byte          // of the salts of its rows
	// content identifies what the copy shows, apart from salts.
	content string
}

// copyMaker makes the copies of one case for one audience.
type copyMaker struct {
	*Service
	c        recovery.Case
	audience recovery.Audience
	reader   recovery.CounterpartID // "": for all
	mask     folio.Mask
	known    map[recovery.EvidenceID]string // content of the newest copies
}

// deriveCopiesFor makes the copies that replace originals in an export for an audience
// that gets no originals. They must be in the journal before the export is requested. A
// file without a copy is left out of the export.
func (s *Service) deriveCopiesFor(ctx context.Context, c recovery.Case, audience recovery.Audience, reader recovery.CounterpartID) error {
	if c.ErasedAt != nil {
		return nil
	}
	if err := s.checkExamined(ctx, c.ID); err != nil {
		return err
	}
	if recovery.SeesOnPaper(audience, recovery.RoleSystem, recovery.FileMetadata) {
		return nil
	}
	records, err := s.Store.ListEvidence(ctx, c.ID)
	if err != nil {
		return err
	}
	maker, err := s.newCopyMaker(ctx, c, audience, reader)
	if err != nil {
		return err
	}
	var made []postgres.CopyWrite
	for _, record := range records {
		if recovery.DisclosureOnPaper(audience, recovery.RoleSystem, recovery.ClassOfFile(record.Kind)) != recovery.Masked {
			continue
		}
		write, err := maker.makeCopy(ctx, record)
		if errors.Is(err, copies.ErrNoCopy) {
			continue
		}
		if err != nil {
			return err
		}
		if write != nil {
			made = append(made, *write)
		}
	}
	return s.Store.AddCopies(ctx, c.ID, made)
}

func (s *Service) newCopyMaker(ctx context.Context, c recovery.Case, audience recovery.Audience, reader recovery.CounterpartID) (copyMaker, error) {
	particulars, err := s.Store.ReadParticulars(ctx, c.ID)
	if err != nil {
		return copyMaker{}, err
	}
	mask, err := folio.NewMask(c, particulars, audience, reader)
	if err != nil {
		return copyMaker{}, err
	}
	known, err := s.Store.NewestCopies(ctx, c.ID, audience, reader)
	return copyMaker{s, c, audience, reader, mask, known}, err
}

// makeCopy makes and stores the copy of a file, unless the newest one shows the same.
// Then the result is nil. Errors: copies.ErrNoCopy.
func (m copyMaker) makeCopy(ctx context.Context, record recovery.Evidence) (*postgres.CopyWrite, error) {
	if strings.HasPrefix(record.MediaType, "image/") {
		return nil, copies.ErrNoCopy // pictures have a copy for viewing
	}
	data, err := m.readOriginal(record)
	if err != nil {
		return nil, err
	}
	made, err := m.copyOf(record, data)
	if err != nil || m.known[record.ID] == made.content {
		return nil, err
	}
	if made.rows != nil {
		if made, err = m.saltRows(record, made); err != nil {
			return nil, err
		}
	}
	pending, err := m.Blobs.Receive(ctx, bytes.NewReader(made.data), int64(len(made.data)))
	if err != nil {
		return nil, err
	}
	defer pending.Discard()
	if _, err := pending.Commit(ctx); err != nil {
		return nil, err
	}
	return &postgres.CopyWrite{
		EvidenceID: record.ID, Audience: m.audience, CounterpartID: m.reader, SHA256: pending.SHA256(), Content: made.content,
		Draft: m.copyDraft(record, made, pending.SHA256()),
	}, nil
}

// readOriginal reads a file of which a copy may be possible. A missing file is ignored
// here: building the export detects it.
func (m copyMaker) readOriginal(record recovery.Evidence) ([]byte, error) {
	if record.Size > copies.MaxSize || !copies.IsReadable(record.MediaType) {
		return nil, copies.ErrNoCopy
	}
	body, err := m.Blobs.Open(record.SHA256)
	if errors.Is(err, fs.ErrNotExist) || recovery.CodeOf(err) == recovery.CodeNotFound {
		return nil, copies.ErrNoCopy
	}
	if err != nil {
		return nil, err
	}
	data, err := io.ReadAll(io.LimitReader(body, copies.MaxSize))
	return data, errors.Join(err, body.Close())
}

// copyOf makes the copy of a file. A bill shows nothing but the payments of the case; if
// a file that should be one cannot be read as one, it has no copy.
func (m copyMaker) copyOf(record recovery.Evidence, data []byte) (madeCopy, error) {
	bill, err := statement.Parse(bytes.NewReader(data), int64(len(data)))
	switch {
	case err == nil:
		return m.rowsOf(record, bill, make([]byte, copies.SeedSize))
	case record.Kind == recovery.Statement:
		return madeCopy{}, copies.ErrNoCopy
	}
	text, err := copies.Text(record.MediaType, data, m.mask)
	return madeCopy{name: copyMasked, media: copies.TextMedia, data: text, content: copies.Digest(text)}, err
}

// rowsOf makes the copy of a bill under a seed.
func (m copyMaker) rowsOf(record recovery.Evidence, bill *statement.Bill, seed []byte) (madeCopy, error) {
	rows, err := copies.BillRows(bill, record.SHA256, claimedPayments(m.c), m.mask, seed)
	if err != nil {
		return madeCopy{}, err
	}
	data, err := rows.Encode()
	return madeCopy{name: copyRows, media: copies.RowsMedia, data: data, bill: bill, rows: &rows, seed: seed, content: copies.Digest(data)}, err
}

// saltRows makes the copy of a bill again with salts that nobody can guess. Its content
// is still identified by plain, the copy under the seed of zeros.
func (m copyMaker) saltRows(record recovery.Evidence, plain madeCopy) (madeCopy, error) {
	seed := make([]byte, copies.SeedSize)
	if _, err := io.ReadFull(m.Random, seed); err != nil {
		return madeCopy{}, err
	}
	salted, err := m.rowsOf(record, plain.bill, seed)
	salted.content = plain.content
	return salted, err
}

// copyDraft is the journal entry that binds a copy to its original.
func (m copyMaker) copyDraft(record recovery.Evidence, made madeCopy, sha256 string) journal.Draft {
	draft := m.newDraft(recovery.EntryEvidenceDerived, Request{Actor: recovery.System}, m.c)
	draft.Key = "derived:" + made.name + ":" + m.newID()
	draft.Facts = map[string]any{
		"evidence_id": record.ID, "of_sha256": record.SHA256, "copy": made.name, "because": "shown_copy", "audience": m.audience,
		"sha256": sha256, "size": len(made.data), "media_type": made.media,
	}
	if m.reader != "" {
		draft.Facts["counterpart_id"] = m.reader
	}
	if made.rows != nil {
		draft.Facts["rows"], draft.Facts["rows_root"] = made.rows.Count, made.rows.Root
		draft.Personal = map[string]string{"rows_seed": hex.EncodeToString(made.seed)}
	}
	return draft
}
