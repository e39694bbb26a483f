package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// evidenceFields are the form fields accepted with a file.
var evidenceFields = []string{"kind", "captured_at", "source", "description", "sha256"}

// AddEvidence implements ServerInterface.
func (a *API) AddEvidence(c echo.Context, id ID, params AddEvidenceParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	received, err := a.receiveCaseUpload(c, id, evidenceFields...)
	if err != nil {
		return err
	}
	defer received.file.Discard()
	request, err := newRequest(c, params.IdempotencyKey, received.fingerprintParts()...)
	if err != nil {
		return err
	}
	if request.IfMatch, err = parseIfMatch(params.IfMatch); err != nil {
		return err
	}
	up, err := received.fileDescription()
	if err != nil {
		return err
	}
	reply, err := a.service.AddEvidence(c.Request().Context(), request, recovery.CaseID(id), up, received.file)
	return sendNewExhibit(c, reply, err)
}

func sendNewExhibit(c echo.Context, reply casework.Reply[casework.Exhibit], err error) error {
	if err != nil {
		return addFileField(err)
	}
	setLocation(c, "evidence", reply.Value.ID)
	return sendReply(c, http.StatusCreated, reply, renderExhibit)
}

// fileDescription parses the form fields sent with a file.
func (u receivedUpload) fileDescription() (recovery.FileDescription, error) {
	up := recovery.FileDescription{
		Kind: recovery.EvidenceKind(u.fields["kind"]), Source: u.fields["source"],
		Description: u.fields["description"], FileName: u.name, SHA256: u.fields["sha256"],
	}
	if text := u.fields["captured_at"]; text != "" {
		var at time.Time
		if err := at.UnmarshalText([]byte(text)); err != nil {
			return up, invalidField("captured_at", "wrong_type", "Send a time with offset (RFC 3339).")
		}
		up.CapturedAt = &at
	}
	return up, nil
}

// addFileField names the file as the invalid field when casework refuses its
// content without naming a field.
func addFileField(err error) error {
	switch code := recovery.CodeOf(err); code {
	case recovery.CodeTooLarge, recovery.CodeUnsupportedMedia:
		detail := "The file cannot be accepted."
		if fault, ok := findFault(err); ok {
			if len(fault.Fields) > 0 {
				return err
			}
			detail = fault.Detail
		}
		return &recovery.Fault{Code: code, Detail: detail, Cause: err, Fields: []recovery.FieldFault{
			{Field: fileField, Code: string(code), Detail: detail},
		}}
	default:
		return err
	}
}

// passwordField is the form field with the password of an archive. It is no part of the
// fingerprint of the request, which is stored.
const passwordField = "password"

// ImportStatement implements ServerInterface.
func (a *API) ImportStatement(c echo.Context, id ID, params ImportStatementParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	received, err := a.receiveCaseUpload(c, id, "sha256", passwordField)
	if err != nil {
		return err
	}
	defer received.file.Discard()
	request, err := newRequest(c, params.IdempotencyKey, received.fingerprintParts()...)
	if err != nil {
		return err
	}
	reply, err := a.service.ImportStatement(c.Request().Context(), request, recovery.CaseID(id), casework.BillFile{
		Name: received.name, Digest: received.fields["sha256"], Password: received.fields[passwordField], Pending: received.file,
	})
	if err != nil {
		return addFileField(err)
	}
	setLocation(c, "evidence", reply.Value.ID)
	return sendReply(c, http.StatusCreated, reply, renderStatementImport)
}

func renderStatementImport(i casework.ImportedStatement) StatementImport {
	var archive *Evidence
	if i.Archive != nil {
		rendered := renderExhibit(*i.Archive)
		archive = &rendered
	}
	return StatementImport{
		Archive:  archive,
		Evidence: renderExhibit(i.Exhibit), Platform: Platform(i.Bill.Platform), Form: StatementImportForm(i.Bill.Form),
		RowsStated: nullIfZero(i.Bill.Stated), RowsRead: len(i.Bill.Transactions), Notes: emptyIfNil(i.Notes),
		Transactions: renderList(i.Candidates, renderTransaction), RowFaults: renderList(i.Bill.RowFaults, renderRowFault),
		Proofs: renderList(i.Proofs, renderProof),
	}
}

func renderTransaction(c statement.Candidate) StatementTransaction {
	t := c.Transaction
	return StatementTransaction{
		Row: t.Row, At: renderTime(t.At), Kind: t.Kind, Counterpart: t.Counterpart, Goods: t.Goods, Direction: t.Direction,
		AmountFen: int64(t.Amount), Method: t.Method, State: t.State, TransactionNo: t.TransactionNo,
		MerchantNo: t.MerchantNo, Remark: t.Remark, Matched: c.Matched, Why: emptyIfNil(c.Why),
		Account: t.Account, Differences: renderList(c.Differences, renderDifference), Reversal: renderReversal(t.Reversal),
	}
}

func renderProof(p statement.Proof) MistakeProof {
	t := p.Transaction
	return MistakeProof{Row: t.Row, Kind: ProofKind(p.Kind), Why: p.Why, At: renderTime(t.At), Counterpart: t.Counterpart, AmountFen: int64(t.Amount)}
}

func renderReversal(r statement.Reversal) *PaymentReversal {
	if r.Kind == statement.NotReversed {
		return nil
	}
	reversal := &PaymentReversal{Kind: PaymentReversalKind(r.Kind), AmountFen: nullIfZero(int64(r.Amount)), Text: r.Text()}
	if !r.At.IsZero() {
		at := renderTime(r.At)
		reversal.At = &at
	}
	return reversal
}

func renderRowFault(f statement.RowFault) RowFault {
	return RowFault{Row: f.Row, Column: nullIfEmpty[string](f.Column), Why: f.Why}
}

// ListEvidence implements ServerInterface.
func (a *API) ListEvidence(c echo.Context, id ID) error {
	if err := checkID(id); err != nil {
		return err
	}
	list, err := a.service.ExhibitsOf(c.Request().Context(), actorFrom(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, EvidenceList{Items: renderList(list, renderExhibit)})
}

// GetEvidence implements ServerInterface.
func (a *API) GetEvidence(c echo.Context, id ID) error {
	if err := checkID(id); err != nil {
		return err
	}
	exhibit, err := a.service.Exhibit(c.Request().Context(), actorFrom(c), recovery.EvidenceID(id))
	if err != nil {
		return err
	}
	found, err := a.service.AdoptablePayments(c.Request().Context(), actorFrom(c), exhibit.ID)
	if err != nil {
		return err
	}
	result := renderExhibit(exhibit)
	result.Adoptable = renderAdoptable(found.Payments)
	return sendJSON(c, result)
}

// renderAdoptable names the fields only: reading their values is a viewing of the file.
func renderAdoptable(payments []casework.AdoptablePayment) *[]AdoptablePayment {
	list := []AdoptablePayment{}
	for _, payment := range payments {
		if len(payment.Facts) == 0 {
			continue
		}
		fields := renderList(payment.Facts, func(fact casework.AdoptableFact) string { return fact.Field })
		list = append(list, AdoptablePayment{
			Row: nullIfZero(payment.Transaction.Row), Matched: payment.Matched, Reversed: payment.Reversed, Fields: fields,
		})
	}
	if len(list) == 0 {
		return nil
	}
	return &list
}

// GetEvidenceContent implements ServerInterface. The content type was detected
// when the file was received. The response is always a download.
func (a *API) GetEvidenceContent(c echo.Context, id ID, params GetEvidenceContentParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	return sendFile(c, func(request casework.Request) (download, error) {
		record, body, err := a.service.OpenEvidenceFor(c.Request().Context(), request, recovery.EvidenceID(id), stringOrEmpty(params.Purpose))
		if err != nil {
			return download{}, err
		}
		return download{
			media: intake.DownloadType(record.MediaType), disposition: attachment(record.FileName), digest: record.SHA256, size: record.Size,
			modified: record.ReceivedAt, file: newBlobFile(body, record.Size),
		}, nil
	})
}
