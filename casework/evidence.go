package casework

import (
	"context"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/gabriel-vasile/mimetype"

	"recourse/evidence/blob"
	"recourse/evidence/journal"
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
}

// acceptedMedia are the types a case may hold, as sniffed from the bytes.
var acceptedMedia = []string{
	"image/png", "image/jpeg", "image/webp", "image/gif", "image/heic", "image/heif", "application/pdf",
	"video/mp4", "video/quicktime", "audio/amr", "audio/mp4", "audio/x-m4a", "audio/mpeg",
	"text/plain", "text/csv", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
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
	req.Fingerprint += ":" + file.SHA256()
	if row, found, err := s.answered(ctx, req); err != nil || found {
		return s.keptBefore(ctx, row, err)
	}
	record, err := s.evidenceRecord(req, c.ID, up, file)
	if err != nil {
		return Reply[recovery.Evidence]{}, err
	}
	write := s.evidenceWrite(req, c, record, facts)
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
	row, _, err := s.answered(ctx, req)
	return s.keptBefore(ctx, row, err)
}

func (s *Service) keptBefore(ctx context.Context, row postgres.Idempotency, err error) (Reply[recovery.Evidence], error) {
	if err != nil {
		return Reply[recovery.Evidence]{}, err
	}
	kept, err := s.Store.Evidence(ctx, recovery.EvidenceID(row.Ref))
	return Reply[recovery.Evidence]{Value: kept, Stored: row.Answer, Replayed: true}, err
}

func (s *Service) evidenceRecord(req Request, id recovery.CaseID, up Upload, file *blob.Pending) (recovery.Evidence, error) {
	if err := up.validate(s.Now()); err != nil {
		return recovery.Evidence{}, err
	}
	media, err := sniff(file.Sniff())
	if err != nil {
		return recovery.Evidence{}, err
	}
	return recovery.Evidence{
		ID: recovery.EvidenceID(s.newID()), CaseID: id, Kind: up.Kind, SHA256: file.SHA256(), Size: file.Size(),
		MediaType: media, FileName: up.FileName, CapturedAt: up.CapturedAt, Source: up.Source,
		Description: up.Description, ReceivedAt: s.Now(), By: req.Actor,
	}, nil
}

func (u Upload) validate(now time.Time) error {
	faults := recovery.CheckEvidence(u.Kind, u.CapturedAt, u.Source, u.Description, now)
	if strings.ContainsAny(u.FileName, `/\`) || u.FileName == ".." || u.FileName == "." {
		faults = append(faults, recovery.FieldFault{Field: "file", Code: "malformed_name", Detail: "A file name holds no path."})
	}
	return recovery.Invalid(append(faults, recovery.CheckFileName(u.FileName)...))
}

// sniff names the media type by the first bytes; what a name or header claims
// counts for nothing.
func sniff(head []byte) (string, error) {
	detected := mimetype.Detect(head)
	for m := detected; m != nil; m = m.Parent() {
		plain, _, _ := strings.Cut(m.String(), ";")
		for _, accepted := range acceptedMedia {
			if plain == accepted && (plain != "text/plain" || m == detected || detected.Is("text/csv")) {
				return plain, nil
			}
		}
	}
	return "", recovery.Faultf(recovery.CodeUnsupportedMedia,
		"Files of this kind (%s) are not accepted. Send images, PDF, video, audio, text, CSV or XLSX.", detected.String())
}

func (s *Service) evidenceWrite(req Request, c recovery.Case, e recovery.Evidence, facts map[string]any) postgres.EvidenceWrite {
	draft := s.draft(recovery.EntryEvidenceAdded, req, c)
	draft.Key = "evidence:" + string(e.ID)
	draft.ClaimedAt = e.CapturedAt
	draft.Facts = map[string]any{"evidence_id": e.ID, "kind": e.Kind}
	for name, value := range facts {
		draft.Facts[name] = value
	}
	draft.Blob = &journal.Blob{SHA256: e.SHA256, Size: e.Size, MediaType: e.MediaType}
	draft.Personal = map[string]string{}
	for name, value := range map[string]string{"file_name": e.FileName, "source": e.Source, "description": e.Description} {
		if value != "" {
			draft.Personal[name] = value
		}
	}
	return postgres.EvidenceWrite{Evidence: e, Draft: draft, Idem: postgres.Idempotency{
		Actor: req.Actor.ID, Key: req.Key, Fingerprint: req.Fingerprint, Ref: string(e.ID),
	}}
}

// takeBack removes the blob of a record that was not kept. When the database
// cannot say whether it was, the blob stays: a stray file does less harm than a
// record without its original.
func (s *Service) takeBack(ctx context.Context, id recovery.EvidenceID, file *blob.Pending) {
	_, err := s.Store.Evidence(ctx, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		err = file.Withdraw()
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
// journalled before a byte is given out.
func (s *Service) OpenEvidence(ctx context.Context, req Request, id recovery.EvidenceID) (recovery.Evidence, io.ReadCloser, error) {
	record, c, err := s.evidenceAndCase(ctx, req.Actor, id)
	if err != nil {
		return recovery.Evidence{}, nil, err
	}
	if c.ErasedAt != nil { // another case may still need the same bytes
		return recovery.Evidence{}, nil, recovery.Faultf(recovery.CodeNotFound, "The bytes were erased with the case.")
	}
	body, err := s.Blobs.Open(record.SHA256)
	if err != nil {
		return recovery.Evidence{}, nil, err
	}
	draft := s.draft(recovery.EntryEvidenceViewed, req, c)
	draft.Facts = map[string]any{"evidence_id": id, "sha256": record.SHA256}
	if _, err := s.Store.Append(ctx, c.ID, false, draft); err != nil {
		return recovery.Evidence{}, nil, errors.Join(err, body.Close())
	}
	return record, body, nil
}
