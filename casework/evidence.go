package casework

import (
	"context"
	"errors"
	"io"
	"maps"
	"strings"
	"time"

	"recourse/evidence/journal"
	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/intake"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// Upload is what comes with a file.
type Upload struct {
	Kind        recovery.EvidenceKind
	CapturedAt  *time.Time
	Source      string
	Description string
	FileName    string // as the sender's program gave it, path and all
	SHA256      string // as the sender's program worked it out; "" when it did not

	ID    recovery.EvidenceID // of an upload in parts; "" for a new one
	Parts int                 // in which it arrived; 0 for one piece
}

// Receive streams a file to the disk before anything about it is believed. The
// caller hands the result to AddEvidence or ImportStatement, or discards it.
func (s *Service) Receive(ctx context.Context, actor recovery.Actor, id recovery.CaseID, body io.Reader) (*blob.Pending, error) {
	if err := writes(actor); err != nil {
		return nil, err
	}
	if _, err := s.visible(ctx, actor, id); err != nil {
		return nil, err
	}
	return s.Blobs.Receive(ctx, body, s.config.UploadLimit)
}

// AddEvidence keeps a received file: original bytes first, then its record and
// journal entry. It is acknowledged when both are durable. The same bytes twice
// are one blob and two entries.
func (s *Service) AddEvidence(ctx context.Context, req Request, id recovery.CaseID, up Upload, file *blob.Pending) (Reply[recovery.Evidence], error) {
	defer file.Discard()
	c, err := s.visible(ctx, req.Actor, id)
	if err != nil {
		return Reply[recovery.Evidence]{}, err
	}
	return s.keep(ctx, req, c, up, file, nil)
}

// keep takes evidence into a case in any stage: in a closed one it is proof still.
func (s *Service) keep(ctx context.Context, req Request, c recovery.Case, up Upload, file *blob.Pending, facts map[string]any) (Reply[recovery.Evidence], error) {
	if err := inUse(c, req.Actor); err != nil {
		return Reply[recovery.Evidence]{}, err
	}
	if err := up.genuine(file); err != nil {
		return Reply[recovery.Evidence]{}, err
	}
	req.Fingerprint += ":" + file.SHA256()
	if row, found, err := s.answered(ctx, req); err != nil || found {
		return s.keptBefore(ctx, row, err)
	}
	record, report, err := s.evidenceRecord(ctx, req, c.ID, up, file)
	if err != nil {
		return Reply[recovery.Evidence]{}, err
	}
	write, err := s.evidenceWrite(req, c, record, up, report, facts)
	if err != nil {
		return Reply[recovery.Evidence]{}, err
	}
	if _, err := file.Commit(ctx); err != nil {
		return Reply[recovery.Evidence]{}, err
	}
	kept, err := s.Store.AddEvidence(ctx, write)
	if err == nil {
		return Reply[recovery.Evidence]{Value: kept}, nil
	}
	s.takeBack(context.WithoutCancel(ctx), record.ID, file)
	if !errors.Is(err, postgres.ErrAnswered) {
		return Reply[recovery.Evidence]{}, err
	}
	row, found, err := s.answered(ctx, req)
	if err == nil && !found { // an upload that was completed twice at once
		row.Ref = string(record.ID)
	}
	return s.keptBefore(ctx, row, err)
}

func (s *Service) keptBefore(ctx context.Context, row postgres.Idempotency, err error) (Reply[recovery.Evidence], error) {
	if err != nil {
		return Reply[recovery.Evidence]{}, err
	}
	kept, err := s.Store.Evidence(ctx, recovery.EvidenceID(row.Ref))
	return Reply[recovery.Evidence]{Value: kept, Stored: row.Answer, Replayed: true}, err
}

// genuine holds the bytes that arrived against those the sender saw.
func (u Upload) genuine(file *blob.Pending) error {
	if u.SHA256 == "" {
		return nil
	}
	if err := recovery.Invalid(checkDigest(u.SHA256)); err != nil {
		return err
	}
	if u.SHA256 != file.SHA256() {
		return digestMismatch()
	}
	return nil
}

func (s *Service) evidenceRecord(ctx context.Context, req Request, id recovery.CaseID, up Upload, file *blob.Pending) (recovery.Evidence, intake.Report, error) {
	if err := recovery.Invalid(up.faults(s.Now())); err != nil {
		return recovery.Evidence{}, intake.Report{}, err
	}
	report, err := s.examineReceived(ctx, file)
	if err != nil {
		return recovery.Evidence{}, intake.Report{}, err
	}
	if up.ID == "" {
		up.ID = recovery.EvidenceID(s.newID())
	}
	return recovery.Evidence{
		ID: up.ID, CaseID: id, Kind: up.Kind, SHA256: file.SHA256(), Size: file.Size(),
		MediaType: report.Media, FileName: up.FileName, CapturedAt: up.CapturedAt, Source: up.Source,
		Description: up.Description, ReceivedAt: s.Now(), By: req.Actor,
	}, report, nil
}

func (u Upload) faults(now time.Time) []recovery.FieldFault {
	faults := recovery.CheckEvidence(u.Kind, u.CapturedAt, u.Source, u.Description, now)
	if strings.ContainsAny(u.FileName, `/\`) || u.FileName == ".." || u.FileName == "." {
		faults = append(faults, recovery.FieldFault{Field: "file", Code: "malformed_name", Detail: "A file name holds no path."})
	}
	return append(faults, recovery.CheckFileName(u.FileName)...)
}

func (s *Service) evidenceWrite(req Request, c recovery.Case, e recovery.Evidence, up Upload, report intake.Report, facts map[string]any) (postgres.EvidenceWrite, error) {
	draft := s.draft(recovery.EntryEvidenceAdded, req, c)
	draft.Key = "evidence:" + string(e.ID)
	draft.ClaimedAt = e.CapturedAt
	draft.Facts = map[string]any{"evidence_id": e.ID, "kind": e.Kind}
	maps.Copy(draft.Facts, facts)
	maps.Copy(draft.Facts, learnedOf(report).facts())
	if len(report.Findings) > 0 {
		draft.Facts["findings"] = report.Findings
	}
	if up.SHA256 != "" {
		draft.Facts["sender_sha256"] = up.SHA256 // the sender's own, and the same
	}
	if up.Parts > 0 {
		draft.Facts["parts"] = up.Parts
	}
	draft.Blob = &journal.Blob{SHA256: e.SHA256, Size: e.Size, MediaType: e.MediaType}
	draft.Personal = map[string]string{}
	for name, value := range map[string]string{"file_name": e.FileName, "source": e.Source, "description": e.Description} {
		if value != "" {
			draft.Personal[name] = value
		}
	}
	if report.Facts.Place != nil {
		draft.Personal["gps"] = report.Facts.Place.String()
	}
	details, err := detailsOf(e.ID, report)
	return postgres.EvidenceWrite{
		Evidence: e, Draft: draft, Details: &details, FindDuplicate: findDuplicate(e.SHA256, report.Hash),
		Idem: postgres.Idempotency{Actor: req.Actor.ID, Key: req.Key, Fingerprint: req.Fingerprint, Ref: string(e.ID)},
		Tell: s.Herald.Of(notify.Unmoved(c, draft.Kind, req.Actor, draft.At)),
	}, err
}

// takeBack removes the blob of a record that was not kept. When the database
// cannot say whether it was, the blob stays: a stray file does less harm than a
// record without its original.
func (s *Service) takeBack(ctx context.Context, id recovery.EvidenceID, file *blob.Pending) {
	_, err := s.Store.Evidence(ctx, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		err = file.UndoCommit()
	}
	if err != nil {
		s.Log.ErrorContext(ctx, "a blob may have been left without a record", "sha256", file.SHA256(), "error", err)
	}
}

// Evidence gives the record of one file.
func (s *Service) Evidence(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) (recovery.Evidence, error) {
	record, _, err := s.evidenceAndCase(ctx, actor, id)
	return record, err
}

func (s *Service) evidenceAndCase(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) (recovery.Evidence, recovery.Case, error) {
	record, err := s.Store.Evidence(ctx, id)
	if err != nil {
		return recovery.Evidence{}, recovery.Case{}, err
	}
	c, err := s.visible(ctx, actor, record.CaseID)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		err = recovery.Faultf(recovery.CodeNotFound, "There is no such evidence.")
	}
	if err == nil {
		err = legible(c, actor)
	}
	if err != nil {
		return recovery.Evidence{}, recovery.Case{}, err
	}
	return record, c, nil
}

// EvidenceOf lists the files of a case in the order they came in.
func (s *Service) EvidenceOf(ctx context.Context, actor recovery.Actor, id recovery.CaseID) ([]recovery.Evidence, error) {
	c, err := s.visible(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	list, err := s.Store.EvidenceOf(ctx, id)
	if err != nil || !hidden(c, actor) {
		return list, err
	}
	for i := range list {
		list[i] = wordless(list[i])
	}
	return list, nil
}

// OpenEvidence opens the original bytes. Looking is an act of its own: it is
// journalled, with what for when the caller says so, before a byte is given out.
func (s *Service) OpenEvidence(ctx context.Context, req Request, id recovery.EvidenceID) (recovery.Evidence, io.ReadCloser, error) {
	return s.OpenEvidenceFor(ctx, req, id, "")
}

// OpenEvidenceFor is OpenEvidence with a purpose, one of Purposes.
func (s *Service) OpenEvidenceFor(ctx context.Context, req Request, id recovery.EvidenceID, purpose string) (recovery.Evidence, io.ReadCloser, error) {
	record, c, err := s.evidenceAndCase(ctx, req.Actor, id)
	if err != nil {
		return recovery.Evidence{}, nil, err
	}
	if err := checkPurpose(purpose); err != nil {
		return recovery.Evidence{}, nil, err
	}
	if c.ErasedAt != nil { // another case may still need the same bytes
		return recovery.Evidence{}, nil, erasedBytes()
	}
	body, err := s.Blobs.Open(record.SHA256)
	if err != nil {
		return recovery.Evidence{}, nil, err
	}
	if err := s.see(ctx, req, c, record, copyOriginal, purpose); err != nil {
		return recovery.Evidence{}, nil, errors.Join(err, body.Close())
	}
	return record, body, nil
}

func erasedBytes() error {
	return recovery.Faultf(recovery.CodeNotFound, "The bytes were erased with the case.")
}
