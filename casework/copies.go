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
	"recourse/evidence/originals/decode"
	"recourse/postgres"
	"recourse/recovery"
	"recourse/textlint"
)

// copyMaker makes the copies of one case for one audience.
type copyMaker struct {
	*Service
	c        recovery.Case
	audience recovery.Audience
	reader   recovery.CounterpartID // "": for all
	names    textlint.Names
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
	known, err := s.Store.NewestCopies(ctx, c.ID, audience, reader)
	return copyMaker{s, c, audience, reader, folio.KnownNames(c, particulars, audience, reader), known}, err
}

// makeCopy makes and stores the copy of a file, unless the newest one shows the same.
// Then the result is nil. Errors: copies.ErrNoCopy.
func (m copyMaker) makeCopy(ctx context.Context, record recovery.Evidence) (*postgres.CopyWrite, error) {
	if strings.HasPrefix(record.MediaType, "image/") {
		return nil, copies.ErrNoCopy // pictures have a copy for viewing
	}
	seed := make([]byte, copies.SeedSize)
	if _, err := io.ReadFull(m.Random, seed); err != nil {
		return nil, err
	}
	made, err := m.copyOf(ctx, record, seed)
	if err != nil || m.known[record.ID] == made.Content {
		return nil, err
	}
	pending, err := m.Blobs.Receive(ctx, bytes.NewReader(made.Data), int64(len(made.Data)))
	if err != nil {
		return nil, err
	}
	defer pending.Discard()
	if _, err := pending.Commit(ctx); err != nil {
		return nil, err
	}
	return &postgres.CopyWrite{
		EvidenceID: record.ID, Audience: m.audience, CounterpartID: m.reader, SHA256: pending.SHA256(), Content: made.Content,
		Draft: m.copyDraft(record, made, seed, pending.SHA256()),
	}, nil
}

// copyOf makes the copy of a file under a seed. A missing file is ignored here: building
// the export detects it. Errors: copies.ErrNoCopy.
func (m copyMaker) copyOf(ctx context.Context, record recovery.Evidence, seed []byte) (copies.Copy, error) {
	if record.Size > copies.MaxSize || !copies.IsReadable(record.MediaType) {
		return copies.Copy{}, copies.ErrNoCopy
	}
	body, err := m.Blobs.OpenAt(record.SHA256)
	if errors.Is(err, fs.ErrNotExist) || recovery.CodeOf(err) == recovery.CodeNotFound {
		return copies.Copy{}, copies.ErrNoCopy
	}
	if err != nil {
		return copies.Copy{}, err
	}
	made, err := m.Decoder.Copy(ctx, decode.File{ReaderAt: body, Size: record.Size, Account: string(record.By.ID)}, decode.CopyOrder{
		Order: copies.Order{
			SHA256: record.SHA256, Media: record.MediaType, IsBill: record.Kind == recovery.Statement, Payments: claimedPayments(m.c), Seed: seed,
		},
		Names: m.names,
	})
	return made, errors.Join(err, body.Close())
}

// copyDraft is the journal entry that binds a copy to its original.
func (m copyMaker) copyDraft(record recovery.Evidence, made copies.Copy, seed []byte, sha256 string) journal.Draft {
	draft := m.newDraft(recovery.EntryEvidenceDerived, Request{Actor: recovery.System}, m.c)
	draft.Key = "derived:" + made.Kind + ":" + m.newID()
	draft.Facts = map[string]any{
		"evidence_id": record.ID, "of_sha256": record.SHA256, "copy": made.Kind, "because": "shown_copy", "audience": m.audience,
		"sha256": sha256, "size": len(made.Data), "media_type": made.Media,
	}
	if m.reader != "" {
		draft.Facts["counterpart_id"] = m.reader
	}
	if made.Kind == copies.BillShown {
		draft.Facts["rows"], draft.Facts["rows_root"] = made.Rows, made.Root
		draft.Personal = map[string]string{"rows_seed": hex.EncodeToString(seed)}
	}
	return draft
}
