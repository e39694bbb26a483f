package casework

import (
	"context"
	"errors"
	"slices"
	"strings"

	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/decode"
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
	return s.Store.RecordReading(ctx, c.ID, postgres.Reading{Draft: draft, IsPart: req.InParts}, s.mayStillRead(req))
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
// without metadata. Errors: CodeNotFound if there is none, CodeUnavailable while the file
// is being examined.
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
	if err := checkHasView(details); err != nil {
		return ViewCopy{}, err
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

// ViewCopy is the copy of a picture for viewing.
type ViewCopy struct {
	Body   blob.File
	SHA256 string
	Size   int64
}

func checkHasView(details recovery.EvidenceDetails) error {
	switch {
	case details.BeingExamined:
		return recovery.Faultf(recovery.CodeUnavailable, "The file is being examined. Its copy for viewing will be there in a moment.")
	case details.ViewSHA256 == "":
		return recovery.Faultf(recovery.CodeNotFound, "The file has no copy for viewing; its findings say why. Download the original.")
	}
	return nil
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
	document, err := s.readPDF(ctx, req.Actor, record)
	if err != nil {
		return Reading{}, err
	}
	if err := s.recordViewing(ctx, req, c, record, copyText, purpose); err != nil {
		return Reading{}, err
	}
	reading := Reading{Evidence: record, Document: document, Differences: []statement.Difference{}}
	if reading.Receipt, reading.Found = statement.ReadReceipt(reading.Document.Text, claimedPayments(c)...); reading.Found {
		reading.Differences = reading.Receipt.CompareWithAny(claimedPayments(c))
	}
	return reading, nil
}

func (s *Service) readPDF(ctx context.Context, actor recovery.Actor, record recovery.Evidence) (pdf.Report, error) {
	body, err := s.Blobs.OpenAt(record.SHA256)
	if err != nil {
		return pdf.Report{}, err
	}
	document, err := s.Decoder.Document(ctx, decode.File{ReaderAt: body, Size: record.Size, Account: string(actor.ID)})
	return document, errors.Join(err, body.Close())
}

// claimedPayments are the payments as the claimant describes them.
func claimedPayments(c recovery.Case) []statement.ClaimedPayment { return statement.PaymentsOf(c) }
