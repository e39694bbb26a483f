package casework

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"recourse/evidence/journal"
	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/statement"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// upload is a file with its description. Files that arrived in parts have an id
// already and a number of parts.
type upload struct {
	recovery.FileDescription
	id    recovery.EvidenceID // "": assign one
	parts int                 // 0: the file arrived in one piece
	bill  *statement.Bill     // of a bill that was read; else nil

	numbers []postgres.PaymentNumbers // of the payments that a bill shows

	archive bool // an archive from which a bill was unpacked; other archives are refused
}

// ArchiveMedia is the media type of an archive in which a bill arrived.
const ArchiveMedia = "application/zip"

// Receive streams a file to the disk, if CheckUpload permits it.
func (s *Service) Receive(ctx context.Context, actor recovery.Actor, key string, id recovery.CaseID, body io.Reader) (*blob.Pending, error) {
	if err := s.CheckUpload(ctx, actor, key, id); err != nil {
		return nil, err
	}
	return s.ReceiveFile(ctx, body)
}

// ReceiveFile streams a file to the disk before it is examined. The caller passes the
// result to AddEvidence or ImportStatement, or discards it. Errors: CodeTooLarge,
// CodeStorageFull.
func (s *Service) ReceiveFile(ctx context.Context, body io.Reader) (*blob.Pending, error) {
	return s.Blobs.Receive(ctx, s.Space.Guard(body), s.config.UploadLimit)
}

// CheckUpload refuses a file before it is read: without the right to send it, and above
// the limits, unless it may be a repetition of a request with the same key. Errors:
// CodeForbidden, CodeNotFound, CodeRateLimited.
func (s *Service) CheckUpload(ctx context.Context, actor recovery.Actor, key string, id recovery.CaseID) error {
	if err := checkMayWrite(actor); err != nil {
		return err
	}
	if _, err := s.visibleCase(ctx, actor, id); err != nil {
		return err
	}
	repeated, err := s.isAnswered(ctx, actor, key)
	if err == nil && !repeated {
		err = s.reserveForAccount(actor, useFiles, "", 0).checkRoom(ctx)
	}
	return err
}

// AddEvidence stores a received file: the original bytes first, then its record
// and journal entry. It returns when both are durable. The same bytes twice are
// one blob and two entries.
func (s *Service) AddEvidence(ctx context.Context, req Request, id recovery.CaseID, description recovery.FileDescription, file *blob.Pending) (Reply[Exhibit], error) {
	defer file.Discard()
	c, err := s.visibleCase(ctx, req.Actor, id)
	if err != nil {
		return Reply[Exhibit]{}, err
	}
	return s.storeEvidence(ctx, req, c, upload{FileDescription: description}, file, nil)
}

// storeEvidence adds evidence to a case in any stage: it is proof in a closed
// case, too.
func (s *Service) storeEvidence(ctx context.Context, req Request, c recovery.Case, up upload, file *blob.Pending, facts map[string]any) (Reply[Exhibit], error) {
	if err := c.CheckDataAvailable(req.Actor); err != nil {
		return Reply[Exhibit]{}, err
	}
	if err := checkDigest(up.SHA256, file); err != nil {
		return Reply[Exhibit]{}, err
	}
	req.Fingerprint += ":" + file.SHA256()
	reply, err := runIdempotent(ctx, s, req, func() (change[recovery.EvidenceID], error) {
		return s.prepareEvidence(ctx, req, c, up, file, facts)
	})
	if errors.Is(err, postgres.ErrRepeated) && up.id != "" { // the upload was completed twice at once
		reply, err = Reply[recovery.EvidenceID]{Value: up.id, Replayed: true}, nil
	}
	if err != nil {
		return Reply[Exhibit]{}, err
	}
	s.examining.await(ctx, reply.Value)
	exhibit, err := s.exhibitAsReceived(ctx, reply.Value)
	return Reply[Exhibit]{Value: exhibit, Replayed: reply.Replayed}, err
}

func (s *Service) prepareEvidence(
	ctx context.Context, req Request, c recovery.Case, up upload, file *blob.Pending, facts map[string]any,
) (change[recovery.EvidenceID], error) {
	record, report, err := s.evidenceRecord(req, c.ID, up, file)
	if err != nil {
		return change[recovery.EvidenceID]{}, err
	}
	write, err := s.evidenceWrite(req, c, record, up, report, facts)
	return change[recovery.EvidenceID]{string(record.ID), record.ID, func(idem postgres.Idempotency) (recovery.EvidenceID, error) {
		write.Idempotency, write.Precondition = idem, s.mayStillWrite(req).And(acceptsFilesOf(req.Actor)).And(s.hasRoomFor(record.Size))
		return writeReserved(ctx, s.reserveFile(req, record), func() (recovery.EvidenceID, error) {
			return record.ID, s.writeEvidence(ctx, write, file)
		})
	}}, err
}

// writeEvidence makes the file a blob and writes its record.
func (s *Service) writeEvidence(ctx context.Context, write postgres.EvidenceWrite, file *blob.Pending) error {
	if _, err := file.Commit(ctx); err != nil {
		return err
	}
	if !write.Examination.IsZero() {
		s.examining.announce(write.Evidence.ID) // a repeated request finds the record at once
	}
	if _, err := s.Store.AddEvidence(ctx, write); err != nil {
		s.examining.finish(write.Evidence.ID)
		s.rollbackBlob(context.WithoutCancel(ctx), write.Evidence.ID, file)
		return err
	}
	s.examineReceived(write.Evidence.ID)
	return nil
}

// reserveFile prepares the use of a limit for a file, of the counterpart or of the account.
func (s *Service) reserveFile(req Request, record recovery.Evidence) *reservation {
	if req.reserve != nil {
		return req.reserve(string(record.ID), record.Size)
	}
	return s.reserveForAccount(req.Actor, useFiles, string(record.ID), record.Size)
}

// hasRoomFor is the precondition of a file: the case has room for it. What is stored in
// a case stays, so there is no time after which it is accepted.
func (s *Service) hasRoomFor(size int64) postgres.Precondition {
	return func(ctx context.Context, locked postgres.LockedCase) error {
		number, bytes, err := locked.SumFiles(ctx, locked.ID)
		if err != nil {
			return err
		}
		limit := findLimit(s.limits.table, LimitCaseFiles)
		for _, most := range limit.Windows {
			if most.Uses > 0 && number >= most.Uses || most.Bytes > 0 && bytes+size > most.Bytes {
				return recovery.Faultf(recovery.CodeTooLarge,
					"A case may have %d files of %d MB in all. This one has %d of %d MB. Send what matters most, in smaller files, or ask the operator for more room.",
					most.Uses, most.Bytes/megabyte, number, bytes/megabyte)
			}
		}
		return nil
	}
}

// acceptsFilesOf is the precondition of a file: from a counterpart none is accepted in a
// case of danger.
func acceptsFilesOf(actor recovery.Actor) postgres.Precondition {
	return func(_ context.Context, locked postgres.LockedCase) error {
		if actor.Role == recovery.RoleCounterpart && locked.Position.Facts.IsInDanger() {
			return recovery.HandledByOthers()
		}
		return nil
	}
}

// exhibitAsReceived returns a file as it was right after it was stored: without
// answers of the claimant.
func (s *Service) exhibitAsReceived(ctx context.Context, id recovery.EvidenceID) (Exhibit, error) {
	record, err := s.Store.FindEvidence(ctx, id)
	if err != nil {
		return Exhibit{}, err
	}
	details, err := s.Store.EvidenceDetails(ctx, record.ID)
	if err != nil {
		return Exhibit{}, err
	}
	details.Answers = nil
	return s.exhibitWith(record, details)
}

// checkDigest compares the received bytes with the digest the sender gave.
func checkDigest(sha256 string, file *blob.Pending) error {
	if sha256 == "" {
		return nil
	}
	if err := recovery.Invalid(checkDigestForm(sha256)); err != nil {
		return err
	}
	if sha256 != file.SHA256() {
		return digestMismatch()
	}
	return nil
}

func (s *Service) evidenceRecord(req Request, id recovery.CaseID, up upload, file *blob.Pending) (recovery.Evidence, intake.Report, error) {
	if err := recovery.Invalid(checkDescription(up.FileDescription, s.Now())); err != nil {
		return recovery.Evidence{}, intake.Report{}, err
	}
	report, err := intake.Report{Media: ArchiveMedia}, error(nil)
	if !up.archive {
		report, err = s.inspectReceived(file)
	}
	if err != nil {
		return recovery.Evidence{}, intake.Report{}, err
	}
	report.Findings = append(report.Findings, findingsOfBill(up.bill)...)
	if up.id == "" {
		up.id = recovery.EvidenceID(s.newID())
	}
	return recovery.Evidence{
		ID: up.id, CaseID: id, Kind: up.Kind, SHA256: file.SHA256(), Size: file.Size(),
		MediaType: report.Media, FileName: up.FileName, CapturedAt: up.CapturedAt, Source: up.Source,
		Description: up.Description, ReceivedAt: s.Now(), By: req.Actor,
	}, report, nil
}

func checkDescription(d recovery.FileDescription, now time.Time) []recovery.FieldFault {
	faults := recovery.CheckEvidence(d.Kind, d.CapturedAt, d.Source, d.Description, now)
	if strings.ContainsAny(d.FileName, `/\`) || d.FileName == ".." || d.FileName == "." {
		faults = append(faults, recovery.FieldFault{Field: "file", Code: "malformed_name", Detail: "A file name must not contain a path."})
	}
	return append(faults, recovery.CheckFileName(d.FileName)...)
}

func (s *Service) evidenceWrite(req Request, c recovery.Case, e recovery.Evidence, up upload, report intake.Report, facts map[string]any) (postgres.EvidenceWrite, error) {
	draft := s.newDraft(recovery.EntryEvidenceAdded, req, c)
	draft.Key = "evidence:" + string(e.ID)
	draft.ClaimedAt = e.CapturedAt
	draft.Facts = map[string]any{"evidence_id": e.ID, "kind": e.Kind}
	maps.Copy(draft.Facts, facts)
	if up.SHA256 != "" {
		draft.Facts["sender_sha256"] = up.SHA256 // computed by the sender and equal to ours
	}
	if up.parts > 0 {
		draft.Facts["parts"] = up.parts
	}
	draft.Blob = &journal.Blob{SHA256: e.SHA256, Size: e.Size, MediaType: e.MediaType}
	draft.Personal = personalValuesOf(e, report)
	details, err := detailsOf(e.ID, report, up.bill)
	write := postgres.EvidenceWrite{
		Evidence: e, Draft: draft, Details: &details, Numbers: up.numbers, FindDuplicate: findDuplicate(e.SHA256, nil),
		Notifications: s.NotifyRules.NotificationsFor(notify.ChangeInPlace(c, draft.Kind, req.Actor, draft.At)),
	}
	if report.NeedsDecoding {
		write.Examination = s.Now().Add(examinationLease)
	}
	return write, err
}

// personalValuesOf returns what people wrote about a file and what was found in it.
func personalValuesOf(e recovery.Evidence, report intake.Report) map[string]string {
	values := map[string]string{
		"file_name": e.FileName, "source": e.Source, "description": e.Description,
		"findings": strings.Join(recovery.ToStrings(report.Findings), ","),
	}
	for name, value := range examinationOf(report).foundFacts() {
		values["found."+name] = fmt.Sprint(value)
	}
	if report.Facts.Place != nil {
		values["gps"] = report.Facts.Place.String()
	}
	maps.DeleteFunc(values, func(_, value string) bool { return value == "" })
	return values
}

// rollbackBlob removes the blob of a record that was not written. If the
// database does not answer, the blob stays: an orphaned file does less harm than
// a record without its original.
func (s *Service) rollbackBlob(ctx context.Context, id recovery.EvidenceID, file *blob.Pending) {
	_, err := s.Store.FindEvidence(ctx, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		err = file.UndoCommit()
	}
	if err != nil {
		s.Log.ErrorContext(ctx, "a blob may have been left without a record", "sha256", file.SHA256(), "error", err)
	}
}

// Evidence returns the record of one file.
func (s *Service) Evidence(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) (recovery.Evidence, error) {
	record, _, err := s.evidenceAndCase(ctx, actor, id)
	return record, err
}

func (s *Service) evidenceAndCase(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) (recovery.Evidence, recovery.Case, error) {
	record, err := s.Store.FindEvidence(ctx, id)
	if err != nil {
		return recovery.Evidence{}, recovery.Case{}, err
	}
	c, err := s.visibleCase(ctx, actor, record.CaseID)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		err = recovery.Faultf(recovery.CodeNotFound, "There is no such evidence.")
	}
	if err == nil {
		err = checkFilesReadable(c, actor)
	}
	if err != nil {
		return recovery.Evidence{}, recovery.Case{}, err
	}
	return record, c, nil
}

// EvidenceOf lists the files of a case in the order they were added.
func (s *Service) EvidenceOf(ctx context.Context, actor recovery.Actor, id recovery.CaseID) ([]recovery.Evidence, error) {
	return s.evidenceOf(ctx, actor, id, func() ([]recovery.Evidence, error) { return s.Store.ListEvidence(ctx, id) })
}

// evidenceOf reads files of a case as the actor may see them.
func (s *Service) evidenceOf(
	ctx context.Context, actor recovery.Actor, id recovery.CaseID, read func() ([]recovery.Evidence, error),
) ([]recovery.Evidence, error) {
	c, err := s.visibleCase(ctx, actor, id)
	if err != nil {
		return nil, err
	}
	return redactFor(actor, c, read)
}

// redactFor reads files of a visible case as the actor may see them.
func redactFor(actor recovery.Actor, c recovery.Case, read func() ([]recovery.Evidence, error)) ([]recovery.Evidence, error) {
	list, err := read()
	if err != nil || !c.IsRestrictedFor(actor) {
		return list, err
	}
	for i := range list {
		list[i] = redactEvidence(list[i])
	}
	return list, nil
}

// OpenEvidence opens the original bytes. The viewing is written to the journal
// before a byte is returned.
func (s *Service) OpenEvidence(ctx context.Context, req Request, id recovery.EvidenceID) (recovery.Evidence, blob.File, error) {
	return s.OpenEvidenceFor(ctx, req, id, "")
}

// OpenEvidenceFor is OpenEvidence with a purpose, one of Purposes.
func (s *Service) OpenEvidenceFor(ctx context.Context, req Request, id recovery.EvidenceID, purpose string) (recovery.Evidence, blob.File, error) {
	record, c, err := s.evidenceAndCase(ctx, req.Actor, id)
	if err != nil {
		return recovery.Evidence{}, nil, err
	}
	if err := checkPurpose(purpose); err != nil {
		return recovery.Evidence{}, nil, err
	}
	if c.ErasedAt != nil { // another case may still need the same bytes
		return recovery.Evidence{}, nil, fileErased()
	}
	body, err := s.Blobs.OpenAt(record.SHA256)
	if err != nil {
		return recovery.Evidence{}, nil, err
	}
	if err := s.recordViewing(ctx, req, c, record, copyOriginal, purpose); err != nil {
		return recovery.Evidence{}, nil, errors.Join(err, body.Close())
	}
	return record, body, nil
}

func fileErased() error {
	return recovery.Faultf(recovery.CodeNotFound, "The file was erased with the case.")
}
