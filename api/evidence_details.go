package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/intake/pdf"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// GetEvidenceView implements ServerInterface. The copy is drawn anew, so it may
// be shown in place; the sandbox keeps it from being anything but a picture.
func (a *API) GetEvidenceView(c echo.Context, id ID, params GetEvidenceViewParams) error {
	if err := known(id); err != nil {
		return err
	}
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	body, size, err := a.service.OpenView(c.Request().Context(), request, recovery.EvidenceID(id), word(params.Purpose))
	if err != nil {
		return err
	}
	defer body.Close()
	c.Response().Header().Set(echo.HeaderContentDisposition, "inline")
	return pour(c, intake.ViewMedia, size, body)
}

// GetEvidenceText implements ServerInterface.
func (a *API) GetEvidenceText(c echo.Context, id ID, params GetEvidenceTextParams) error {
	if err := known(id); err != nil {
		return err
	}
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	reading, err := a.service.ReadDocument(c.Request().Context(), request, recovery.EvidenceID(id), word(params.Purpose))
	if err != nil {
		return err
	}
	return sendJSON(c, documentOf(reading))
}

// ConfirmEvidenceFacts implements ServerInterface.
func (a *API) ConfirmEvidenceFacts(c echo.Context, id ID, params ConfirmEvidenceFactsParams) error {
	if err := known(id); err != nil {
		return err
	}
	var body FactAnswers
	request, err := readRequest(c, params.IdempotencyKey, &body)
	if err != nil {
		return err
	}
	answers := casework.FactAnswers{Confirm: deref(body.Confirm), Reject: deref(body.Reject)}
	reply, err := a.service.ConfirmFacts(c.Request().Context(), request, recovery.EvidenceID(id), answers)
	if err != nil {
		return err
	}
	return send(c, http.StatusOK, reply, exhibitOf)
}

// word reads an optional word of an enumeration.
func word[T ~string](value *T) string {
	if value == nil {
		return ""
	}
	return string(*value)
}

// someInt tells 0 as null.
func someInt(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

func exhibitOf(e casework.Exhibit) Evidence {
	return Evidence{
		ID: string(e.ID), CaseID: string(e.CaseID), Seq: e.Seq, Kind: EvidenceKind(e.Kind), Sha256: e.SHA256,
		Size: e.Size, MediaType: e.MediaType, FileName: orNil[string](e.FileName), CapturedAt: localOrNil(e.CapturedAt),
		Source: orNil[string](e.Source), Description: orNil[string](e.Description), ReceivedAt: local(e.ReceivedAt),
		By: actorOf(e.By), Findings: each(e.Findings, fileFindingOf), ProposedFacts: each(e.Facts, factOf),
		NearDuplicateOf: orNil[string](e.NearDuplicateOf), Shown: e.Shown, Width: someInt(e.Width), Height: someInt(e.Height),
	}
}

func fileFindingOf(f casework.Found) FileFinding {
	return FileFinding{Code: FileFindingCode(f.Code), Text: f.Text}
}

func factOf(f casework.ProposedFact) ProposedFact {
	return ProposedFact{Name: FactName(f.Name), Label: f.Label, Value: f.Value, State: ProposedFactState(f.State)}
}

func differenceOf(d statement.Difference) Difference {
	return Difference{Field: d.Field, Said: d.Claimed, Found: d.Found, Why: d.Why}
}

func documentOf(r casework.Reading) DocumentText {
	d := r.Document
	return DocumentText{
		EvidenceID: string(r.Evidence.ID), Pages: d.Pages, Text: d.Text, Complete: !d.Damaged && !d.Unread && !d.Encrypted,
		Encrypted: d.Encrypted, Acts: notNil(d.Acts), Signatures: each(d.Signatures, signatureOf),
		Receipt: receiptOf(r.Receipt), Differences: each(r.Differences, differenceOf),
	}
}

func signatureOf(s pdf.Signature) FoundSignature {
	return FoundSignature{Name: s.Name, Signer: s.Signer, WholeFile: s.Whole, Filled: s.Filled, Form: s.Form}
}

func receiptOf(r statement.Receipt) Receipt {
	told := Receipt{TransactionNo: orNil[string](r.TransactionNo), Payee: orNil[string](r.Payee)}
	if r.Amount > 0 {
		fen := int64(r.Amount)
		told.AmountFen = &fen
	}
	if !r.At.IsZero() {
		told.At = localOrNil(&r.At)
	}
	return told
}
