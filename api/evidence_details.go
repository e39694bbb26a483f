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

// GetEvidenceView implements ServerInterface. The copy is a re-encoded picture,
// so browsers may show it inline. The sandbox header prevents any other use.
func (a *API) GetEvidenceView(c echo.Context, id ID, params GetEvidenceViewParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	return sendFile(c, func(request casework.Request) (download, error) {
		view, err := a.service.OpenView(c.Request().Context(), request, recovery.EvidenceID(id), stringOrEmpty(params.Purpose))
		sent := download{media: intake.ViewMedia, disposition: "inline", digest: view.SHA256, size: view.Size}
		if err == nil && view.Body != nil {
			sent.file = newBlobFile(view.Body, view.Size)
		}
		return sent, err
	})
}

// GetEvidenceText implements ServerInterface.
func (a *API) GetEvidenceText(c echo.Context, id ID, params GetEvidenceTextParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	reading, err := a.service.ReadDocument(c.Request().Context(), request, recovery.EvidenceID(id), stringOrEmpty(params.Purpose))
	if err != nil {
		return err
	}
	if isHead(c) {
		return sendHeader(c, echo.MIMEApplicationJSON)
	}
	return sendJSON(c, renderDocument(reading))
}

// ConfirmEvidenceFacts implements ServerInterface.
func (a *API) ConfirmEvidenceFacts(c echo.Context, id ID, params ConfirmEvidenceFactsParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	var body FactAnswers
	request, err := readRequest(c, params.IdempotencyKey, &body)
	if err != nil {
		return err
	}
	answers := casework.FactAnswers{Confirm: valueOrZero(body.Confirm), Reject: valueOrZero(body.Reject)}
	reply, err := a.service.AnswerFacts(c.Request().Context(), request, recovery.EvidenceID(id), answers)
	if err != nil {
		return err
	}
	return sendReply(c, http.StatusOK, reply, renderExhibit)
}

// stringOrEmpty returns the value of an optional enumeration parameter.
func stringOrEmpty[T ~string](value *T) string {
	if value == nil {
		return ""
	}
	return string(*value)
}

// nullIfZero renders 0 as null.
func nullIfZero[N int | int64](n N) *N {
	if n == 0 {
		return nil
	}
	return &n
}

func renderExhibit(e casework.Exhibit) Evidence {
	result := Evidence{
		ID: string(e.ID), CaseID: string(e.CaseID), Seq: e.Seq, Kind: EvidenceKind(e.Kind), Sha256: e.SHA256,
		Size: e.Size, MediaType: e.MediaType, FileName: nullIfEmpty[string](e.FileName), CapturedAt: renderTimeOrNull(e.CapturedAt),
		Source: nullIfEmpty[string](e.Source), Description: nullIfEmpty[string](e.Description), ReceivedAt: renderTime(e.ReceivedAt),
		By: renderActor(e.By), Findings: renderList(e.Findings, renderFileFinding), ProposedFacts: renderList(e.Facts, renderFact),
		NearDuplicateOf: nullIfEmpty[string](e.NearDuplicateOf), BeingExamined: e.BeingExamined, Shown: e.Shown, Width: nullIfZero(e.Width), Height: nullIfZero(e.Height),
	}
	if e.Rows != nil {
		result.RowsStated, result.RowsRead = nullIfZero(e.Rows.Stated), &e.Rows.Read
	}
	return result
}

func renderFileFinding(f casework.FindingText) FileFinding {
	return FileFinding{Code: FileFindingCode(f.Code), Text: f.Text}
}

func renderFact(f casework.ProposedFact) ProposedFact {
	return ProposedFact{Name: FactName(f.Name), Label: f.Label, Value: f.Value, State: ProposedFactState(f.State)}
}

func renderDifference(d statement.Difference) Difference {
	return Difference{Field: d.Field, Said: d.Claimed, Found: d.Found, Why: d.Why}
}

func renderDocument(r casework.Reading) DocumentText {
	d := r.Document
	return DocumentText{
		EvidenceID: string(r.Evidence.ID), Pages: d.Pages, Text: d.Text, Complete: !d.Damaged && !d.Unread && !d.Partial,
		Encrypted: d.Encrypted, Acts: emptyIfNil(d.Acts), Signatures: renderList(d.Signatures, renderSignature),
		Receipt: renderReceipt(r.Receipt), Differences: renderList(r.Differences, renderDifference),
	}
}

func renderSignature(s pdf.Signature) FoundSignature {
	return FoundSignature{Name: s.Name, Signer: s.Signer, WholeFile: s.Whole, Filled: s.Filled, Form: s.Form}
}

func renderReceipt(r statement.Receipt) Receipt {
	result := Receipt{TransactionNo: nullIfEmpty[string](r.TransactionNo), Payee: nullIfEmpty[string](r.Payee)}
	if r.Amount > 0 {
		fen := int64(r.Amount)
		result.AmountFen = &fen
	}
	if !r.At.IsZero() {
		result.At = renderTimeOrNull(&r.At)
	}
	return result
}
