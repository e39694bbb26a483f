package casework

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/statement"
	"recourse/postgres"
	"recourse/recovery"
)

// Purposes are the purposes for which a file may be viewed.
var Purposes = []string{"review", "appeal", "court", "police", "notary", "other"}

// The copies of a file that may be viewed, as named in the journal.
const (
	copyOriginal = "original"
	copyView     = "view"
	copyText     = "text"
)

// recordViewing writes the viewing of a file to the journal. Who asks for the header only
// sees nothing of it.
func (s *Service) recordViewing(ctx context.Context, req Request, c recovery.Case, record recovery.Evidence, copyName, purpose string) error {
	if req.HeaderOnly {
		return nil
	}
	draft := s.newDraft(recovery.EntryEvidenceViewed, req, c)
	draft.Key = s.readingKey(req, string(record.ID), copyName, purpose)
	draft.Facts = map[string]any{"evidence_id": record.ID, "sha256": record.SHA256, "copy": copyName}
	if purpose != "" {
		draft.Facts["purpose"] = purpose
	}
	return s.Store.RecordReading(ctx, c.ID, draft, s.mayStillRead(req))
}

func checkPurpose(purpose string) error {
	if purpose == "" || slices.Contains(Purposes, purpose) {
		return nil
	}
	return recovery.Invalid([]recovery.FieldFault{{
		Field: "purpose", Code: "unknown_value", Detail: "Accepted are: " + strings.Join(Purposes, ", ") + ".",
	}})
}

// OpenView opens the copy of a picture for viewing: upright, of moderate size,
// without metadata. It is made on the first request, with an entry in the journal.
// Errors: CodeNotFound if there is none.
func (s *Service) OpenView(ctx context.Context, req Request, id recovery.EvidenceID, purpose string) (ViewCopy, error) {
	record, c, err := s.evidenceAndCase(ctx, req.Actor, id)
	if err != nil {
		return ViewCopy{}, err
	}
	if err := checkPurpose(purpose); err != nil {
		return ViewCopy{}, err
	}
	if c.ErasedAt != nil {
		return ViewCopy{}, fileErased()
	}
	details, err := s.Store.EvidenceDetails(ctx, record.ID)
	if err != nil {
		return ViewCopy{}, err
	}
	if details.ViewSHA256 == "" && req.HeaderOnly {
		return s.viewToCome(record, details)
	}
	if details.ViewSHA256 == "" {
		if details, err = s.deriveView(ctx, c, record, details); err != nil {
			return ViewCopy{}, err
		}
	}
	body, err := s.Blobs.OpenAt(details.ViewSHA256)
	if err != nil {
		return ViewCopy{}, err
	}
	if err := s.recordViewing(ctx, req, c, record, copyView, purpose); err != nil {
		return ViewCopy{}, errors.Join(err, body.Close())
	}
	return ViewCopy{Body: body, SHA256: details.ViewSHA256, Size: details.ViewSize}, nil
}

// ViewCopy is the copy of a picture for viewing. Body is nil if only the header of a copy
// was asked for that is not made yet.
type ViewCopy struct {
	Body   blob.File
	SHA256 string
	Size   int64
}

// viewToCome answers for a copy that is not made yet, without making it.
func (s *Service) viewToCome(record recovery.Evidence, details recovery.EvidenceDetails) (ViewCopy, error) {
	exhibit, err := s.exhibitWith(record, details)
	if err == nil && !exhibit.Shown {
		err = noViewFault()
	}
	return ViewCopy{}, err
}

func noViewFault() error {
	return recovery.Faultf(recovery.CodeNotFound, "The file has no copy for viewing; its findings say why. Download the original.")
}

// deriveView makes the copy for viewing. Concurrent calls make the same bytes
// and one entry.
func (s *Service) deriveView(ctx context.Context, c recovery.Case, record recovery.Evidence, d recovery.EvidenceDetails) (recovery.EvidenceDetails, error) {
	view, err := s.makeView(ctx, record)
	if errors.Is(err, intake.ErrNoView) {
		return d, noViewFault()
	}
	if err != nil {
		return d, err
	}
	pending, err := s.Blobs.Receive(ctx, bytes.NewReader(view.JPEG), int64(len(view.JPEG)))
	if err != nil {
		return d, err
	}
	defer pending.Discard()
	if _, err := pending.Commit(ctx); err != nil {
		return d, err
	}
	d.ViewSHA256, d.ViewSize = pending.SHA256(), pending.Size()
	// The program is the actor; the entry of the viewing names the person.
	draft := s.newDraft(recovery.EntryEvidenceDerived, Request{Actor: recovery.System}, c)
	draft.Key = "derived:view:" + string(record.ID)
	draft.Facts = map[string]any{
		"evidence_id": record.ID, "of_sha256": record.SHA256, "copy": copyView, "because": "shown_copy",
		"sha256": d.ViewSHA256, "size": d.ViewSize, "media_type": intake.ViewMedia, "width": view.Width, "height": view.Height,
	}
	err = s.Store.StoreView(ctx, c.ID, d, draft)
	if err == nil {
		return d, nil
	}
	if !errors.Is(err, postgres.ErrRepeated) {
		return d, errors.Join(err, pending.UndoCommit())
	}
	return s.Store.EvidenceDetails(ctx, record.ID)
}

// deriveViews makes the copies for viewing that pictures do not have yet.
func (s *Service) deriveViews(ctx context.Context, c recovery.Case, records []recovery.Evidence) error {
	details, err := s.Store.EvidenceDetailsOf(ctx, c.ID)
	if err != nil {
		return err
	}
	for _, record := range records {
		found := details[record.ID]
		if !strings.HasPrefix(record.MediaType, "image/") || found.ViewSHA256 != "" {
			continue
		}
		found.EvidenceID = record.ID
		if _, err := s.deriveView(ctx, c, record, found); err != nil && recovery.CodeOf(err) != recovery.CodeNotFound {
			return err
		}
	}
	return nil
}

func (s *Service) makeView(ctx context.Context, record recovery.Evidence) (intake.View, error) {
	examiner, err := s.examiner()
	if err != nil {
		return intake.View{}, err
	}
	body, err := s.Blobs.OpenAt(record.SHA256)
	if err != nil {
		return intake.View{}, err
	}
	view, err := examiner.View(ctx, body, record.Size)
	return view, errors.Join(err, body.Close())
}

// Reading is the text of a PDF, compared with the case.
type Reading struct {
	Evidence    recovery.Evidence
	Document    pdf.Report
	Receipt     statement.Receipt
	Found       bool // the text describes a payment
	Differences []statement.Difference
}

// ReadDocument reads the text and the signatures of a PDF, without validating the
// signatures. The journal records this as a viewing of the original. Errors:
// CodeConflict if the file is not a PDF.
func (s *Service) ReadDocument(ctx context.Context, req Request, id recovery.EvidenceID, purpose string) (Reading, error) {
	record, c, err := s.evidenceAndCase(ctx, req.Actor, id)
	if err != nil {
		return Reading{}, err
	}
	if err := checkPurpose(purpose); err != nil {
		return Reading{}, err
	}
	if record.MediaType != "application/pdf" {
		return Reading{}, recovery.Faultf(recovery.CodeConflict, "Only the text of a PDF can be read. This file is %s.", record.MediaType)
	}
	if req.HeaderOnly {
		return Reading{Evidence: record}, nil
	}
	body, err := s.Blobs.Open(record.SHA256)
	if err != nil {
		return Reading{}, err
	}
	data, err := io.ReadAll(io.LimitReader(body, pdf.MaxSize+1))
	if err = errors.Join(err, body.Close()); err != nil {
		return Reading{}, err
	}
	if err := s.recordViewing(ctx, req, c, record, copyText, purpose); err != nil {
		return Reading{}, err
	}
	reading := Reading{Evidence: record, Document: pdf.Read(data), Differences: []statement.Difference{}}
	if reading.Receipt, reading.Found = statement.ReadReceipt(reading.Document.Text); reading.Found {
		reading.Differences = reading.Receipt.CompareWithAny(claimedPayments(c))
	}
	return reading, nil
}

// claimedPayments are the payments as the claimant describes them. A bill shows what
// was sent, whatever part of it is claimed.
func claimedPayments(c recovery.Case) []statement.ClaimedPayment {
	names := make([]string, len(c.Counterparts))
	for i, counterpart := range c.Counterparts {
		names[i] = counterpart.Alias
	}
	if len(c.Sends) == 0 {
		return []statement.ClaimedPayment{{Amount: c.Amount, SentAt: c.SentAt, TransactionNo: c.TransactionNo, Counterparts: names}}
	}
	payments := make([]statement.ClaimedPayment, len(c.Sends))
	for i, send := range c.Sends {
		payments[i] = statement.ClaimedPayment{Amount: send.Amount, SentAt: *send.SentAt, TransactionNo: send.TransactionNo, Counterparts: names}
	}
	return payments
}
