package casework

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"recourse/evidence/originals/blob"
	"recourse/postgres"
	"recourse/recovery"
)

// PartSize is the size in bytes of every part of an upload but the last: small
// enough to be repeated on a bad connection, large enough that there are few.
const PartSize = 4 << 20

func digestMismatch() error {
	const detail = "The received bytes do not match the SHA-256 of the sender. Nothing was stored. Send the file again."
	return &recovery.Fault{Code: recovery.CodeDigestMismatch, Detail: detail, Fields: []recovery.FieldFault{
		{Field: "sha256", Code: string(recovery.CodeDigestMismatch), Detail: detail},
	}}
}

// checkDigestForm requires 64 lower-case hex digits.
func checkDigestForm(digest string) []recovery.FieldFault {
	if len(digest) == 64 && strings.Trim(digest, "0123456789abcdef") == "" {
		return nil
	}
	return []recovery.FieldFault{{Field: "sha256", Code: "malformed", Detail: "A SHA-256 is 64 lower-case hexadecimal digits."}}
}

// AnnouncedFile describes a file that will arrive in parts.
type AnnouncedFile struct {
	recovery.FileDescription
	Size int64 // bytes
}

// UploadState is the progress of an upload. Parts are numbered from 1.
type UploadState struct {
	recovery.Upload
	Count    int // number of parts
	Received []blob.Part
	Complete bool // it is evidence under the same id; the parts are deleted
}

// BeginUpload announces a file that will arrive in parts. It requires the
// digest of the whole file, to check the result.
func (s *Service) BeginUpload(ctx context.Context, req Request, id recovery.CaseID, announced AnnouncedFile) (Reply[UploadState], error) {
	if err := checkMayWrite(req.Actor); err != nil {
		return Reply[UploadState]{}, err
	}
	if _, err := s.visibleCase(ctx, req.Actor, id); err != nil {
		return Reply[UploadState]{}, err
	}
	return runIdempotent(ctx, s, req, func() (change[UploadState], error) { return s.prepareUpload(ctx, req, id, announced) })
}

func (s *Service) prepareUpload(ctx context.Context, req Request, id recovery.CaseID, announced AnnouncedFile) (change[UploadState], error) {
	if err := s.checkAnnouncedFile(announced); err != nil {
		return change[UploadState]{}, err
	}
	if err := s.Space.Check(2 * announced.Size); err != nil { // the parts, and the file that they make
		return change[UploadState]{}, err
	}
	unfinished, err := s.Store.UnfinishedBytes(ctx, req.Actor.ID)
	if err != nil {
		return change[UploadState]{}, err
	}
	if err := s.reserveForAccount(req.Actor, useFiles, "", unfinished+announced.Size).checkRoom(ctx); err != nil {
		return change[UploadState]{}, err
	}
	if err := s.Blobs.SweepParts(); err != nil {
		return change[UploadState]{}, err
	}
	state := UploadState{Upload: recovery.Upload{
		FileDescription: announced.FileDescription, ID: recovery.EvidenceID(s.newID()), CaseID: id, By: req.Actor, Size: announced.Size,
		PartSize: PartSize, CreatedAt: s.Now(),
	}}
	state.Count = countParts(state.Upload)
	return change[UploadState]{string(state.ID), state, func(idem postgres.Idempotency) (UploadState, error) {
		replaced, err := s.Store.BeginUpload(ctx, state.Upload, idem)
		for _, id := range replaced {
			s.dropParts(ctx, id)
		}
		return state, err
	}}, nil
}

func (s *Service) checkAnnouncedFile(announced AnnouncedFile) error {
	if announced.Size > s.config.UploadLimit {
		return recovery.Faultf(recovery.CodeTooLarge, "The file is larger than %d bytes.", s.config.UploadLimit)
	}
	var faults []recovery.FieldFault
	if announced.Size < 1 {
		faults = append(faults, recovery.FieldFault{Field: "size", Code: "out_of_range", Detail: "The size of the file in bytes is needed, above 0."})
	}
	return recovery.Invalid(append(append(faults, checkDigestForm(announced.SHA256)...), checkDescription(announced.FileDescription, s.Now())...))
}

func countParts(u recovery.Upload) int { return int((u.Size + u.PartSize - 1) / u.PartSize) }

// ownUpload loads an upload of the actor. For anybody else the upload
// does not exist.
func (s *Service) ownUpload(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) (recovery.Upload, error) {
	u, err := s.Store.FindUpload(ctx, id)
	if err == nil && u.By.ID != actor.ID {
		err = recovery.Faultf(recovery.CodeNotFound, "There is no such upload.")
	}
	if err != nil {
		return recovery.Upload{}, err
	}
	_, err = s.visibleCase(ctx, actor, u.CaseID)
	return u, err
}

// UploadState returns the progress of an upload, so that its sender can
// continue.
func (s *Service) UploadState(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) (UploadState, error) {
	u, err := s.ownUpload(ctx, actor, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		return s.completedUpload(ctx, actor, id)
	}
	if err != nil {
		return UploadState{}, err
	}
	received, err := s.Blobs.ListParts(string(id))
	return UploadState{Upload: u, Count: countParts(u), Received: received}, err
}

// completedUpload returns the state of an upload that is evidence already.
func (s *Service) completedUpload(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) (UploadState, error) {
	record, err := s.Evidence(ctx, actor, id)
	if err == nil && record.By.ID == actor.ID {
		u := recovery.Upload{
			FileDescription: recovery.FileDescription{Kind: record.Kind, SHA256: record.SHA256},
			ID:              id, CaseID: record.CaseID, By: record.By, Size: record.Size, PartSize: PartSize, CreatedAt: record.ReceivedAt,
		}
		return UploadState{Upload: u, Count: countParts(u), Complete: true}, nil
	}
	if err == nil || recovery.CodeOf(err) == recovery.CodeNotFound {
		err = recovery.Faultf(recovery.CodeNotFound, "There is no such upload.")
	}
	return UploadState{}, err
}

// PutPart stores one part. offset, if given, is where the sender expects it to
// begin. Sending a part again is harmless.
func (s *Service) PutPart(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID, no int, offset *int64, body io.Reader) (UploadState, error) {
	u, err := s.ownUpload(ctx, actor, id)
	if err != nil {
		return UploadState{}, err
	}
	size, err := partSize(u, no, offset)
	if err != nil {
		return UploadState{}, err
	}
	if err := s.Store.KeepUpload(ctx, id); err != nil {
		return UploadState{}, err
	}
	if err := s.Blobs.PutPart(ctx, string(id), no, s.Space.Guard(body), size); err != nil {
		return UploadState{}, err
	}
	return s.UploadState(ctx, actor, id)
}

func partSize(u recovery.Upload, no int, offset *int64) (int64, error) {
	if no < 1 || no > countParts(u) {
		return 0, recovery.Invalid([]recovery.FieldFault{{
			Field: "n", Code: "out_of_range", Detail: fmt.Sprintf("The parts of this upload are 1 to %d.", countParts(u)),
		}})
	}
	from := int64(no-1) * u.PartSize
	if offset != nil && *offset != from {
		return 0, recovery.Invalid([]recovery.FieldFault{{
			Field: "offset", Code: "wrong_offset", Detail: fmt.Sprintf("Part %d begins at byte %d.", no, from),
		}})
	}
	return min(u.PartSize, u.Size-from), nil
}

// CompleteUpload joins the parts and stores the file as evidence under the id
// of the upload. A repetition returns the same record. Errors: CodeConflict if
// a part is missing; CodeDigestMismatch if the file differs from the announced
// one, after which the parts must be sent again.
func (s *Service) CompleteUpload(ctx context.Context, req Request, id recovery.EvidenceID) (Reply[Exhibit], error) {
	if err := checkMayWrite(req.Actor); err != nil {
		return Reply[Exhibit]{}, err
	}
	u, err := s.ownUpload(ctx, req.Actor, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		if _, err := s.completedUpload(ctx, req.Actor, id); err != nil {
			return Reply[Exhibit]{}, err
		}
		exhibit, err := s.exhibitAsReceived(ctx, id)
		return Reply[Exhibit]{Value: exhibit, Replayed: true}, err
	}
	if err != nil {
		return Reply[Exhibit]{}, err
	}
	if err := s.Space.Check(u.Size); err != nil {
		return Reply[Exhibit]{}, err
	}
	file, err := s.Blobs.AssembleParts(ctx, string(id), countParts(u), u.Size)
	if err != nil {
		return Reply[Exhibit]{}, err
	}
	defer file.Discard()
	if file.SHA256() != u.SHA256 {
		return Reply[Exhibit]{}, errors.Join(digestMismatch(), s.Blobs.DropParts(string(id)))
	}
	c, err := s.visibleCase(ctx, req.Actor, u.CaseID)
	if err != nil {
		return Reply[Exhibit]{}, err
	}
	up := upload{FileDescription: u.FileDescription, id: id, parts: countParts(u)}
	reply, err := s.storeEvidence(ctx, req, c, up, file, nil)
	if err == nil {
		s.deleteUpload(context.WithoutCancel(ctx), id)
	}
	return reply, err
}

// DeleteUpload takes back an upload that is not complete. The parts that arrived are
// deleted. Errors: CodeConflict if it is evidence already, which stays.
func (s *Service) DeleteUpload(ctx context.Context, actor recovery.Actor, id recovery.EvidenceID) error {
	if err := checkMayWrite(actor); err != nil {
		return err
	}
	_, err := s.ownUpload(ctx, actor, id)
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		if _, err := s.completedUpload(ctx, actor, id); err != nil {
			return err
		}
		return recovery.Faultf(recovery.CodeConflict, "The upload is complete. It is evidence now, which cannot be taken back.")
	}
	if err != nil {
		return err
	}
	if err := s.Store.DeleteUpload(ctx, id); err != nil {
		return err
	}
	s.dropParts(ctx, id)
	return nil
}

// dropParts deletes the parts of an upload that was given up. Parts that remain are swept
// after a day.
func (s *Service) dropParts(ctx context.Context, id recovery.EvidenceID) {
	if err := s.Blobs.DropParts(string(id)); err != nil {
		s.Log.WarnContext(ctx, "the parts of an upload could not be deleted", "upload", string(id), "error", err)
	}
}

// deleteUpload deletes a completed upload. Parts that remain are swept after a
// day.
func (s *Service) deleteUpload(ctx context.Context, id recovery.EvidenceID) {
	if err := errors.Join(s.Store.DeleteUpload(ctx, id), s.Blobs.DropParts(string(id))); err != nil {
		s.Log.WarnContext(ctx, "a completed upload could not be deleted", "upload", string(id), "error", err)
	}
}
