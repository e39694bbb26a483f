package api

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// evidenceFields are what may be said about a file beside it.
var evidenceFields = []string{"kind", "captured_at", "source", "description", "sha256"}

// AddEvidence implements ServerInterface.
func (a *API) AddEvidence(c echo.Context, id ID, params AddEvidenceParams) error {
	if err := known(id); err != nil {
		return err
	}
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	got, err := a.receiveFor(c, id, evidenceFields...)
	if err != nil {
		return err
	}
	defer got.file.Discard()
	request, err := newRequest(c, params.IdempotencyKey, got.what()...)
	if err != nil {
		return err
	}
	up, err := got.evidence()
	if err != nil {
		return err
	}
	reply, err := a.service.AddEvidence(c.Request().Context(), request, recovery.CaseID(id), up, got.file)
	return sendNewExhibit(c, reply, err)
}

func sendNewExhibit(c echo.Context, reply casework.Reply[casework.Exhibit], err error) error {
	if err != nil {
		return onFile(err)
	}
	setLocation(c, "evidence", reply.Value.ID)
	return send(c, http.StatusCreated, reply, exhibitOf)
}

// evidence reads the fields that came with a file.
func (u upload) evidence() (recovery.FileDescription, error) {
	up := recovery.FileDescription{
		Kind: recovery.EvidenceKind(u.fields["kind"]), Source: u.fields["source"],
		Description: u.fields["description"], FileName: u.name, SHA256: u.fields["sha256"],
	}
	if text := u.fields["captured_at"]; text != "" {
		var at time.Time
		if err := at.UnmarshalText([]byte(text)); err != nil {
			return up, invalidField("captured_at", "wrong_type", "A time with offset is needed (RFC 3339).")
		}
		up.CapturedAt = &at
	}
	return up, nil
}

// onFile names the file as what is at fault when casework refuses it by its
// bytes, unless the refusal does so itself.
func onFile(err error) error {
	switch code := recovery.CodeOf(err); code {
	case recovery.CodeTooLarge, recovery.CodeUnsupportedMedia:
		detail := "The file cannot be accepted."
		if fault, ok := asFault(err); ok {
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

// ImportStatement implements ServerInterface.
func (a *API) ImportStatement(c echo.Context, id ID, params ImportStatementParams) error {
	if err := known(id); err != nil {
		return err
	}
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	got, err := a.receiveFor(c, id, "sha256")
	if err != nil {
		return err
	}
	defer got.file.Discard()
	request, err := newRequest(c, params.IdempotencyKey, got.what()...)
	if err != nil {
		return err
	}
	reply, err := a.service.ImportStatementOf(c.Request().Context(), request, recovery.CaseID(id), got.name, got.fields["sha256"], got.file)
	if err != nil {
		return onFile(err)
	}
	setLocation(c, "evidence", reply.Value.ID)
	return send(c, http.StatusCreated, reply, importOf)
}

func importOf(i casework.Imported) StatementImport {
	return StatementImport{
		Evidence: exhibitOf(i.Exhibit), Platform: Platform(i.Bill.Platform), Form: StatementImportForm(i.Bill.Form),
		StatedRows: someInt(i.Bill.Stated), Rows: len(i.Bill.Transactions),
		Transactions: each(i.Candidates, transactionOf), RowFaults: each(i.Bill.RowFaults, rowFaultOf),
	}
}

func transactionOf(c statement.Candidate) StatementTransaction {
	t := c.Transaction
	return StatementTransaction{
		Row: t.Row, At: local(t.At), Kind: t.Kind, Counterpart: t.Counterpart, Goods: t.Goods, Direction: t.Direction,
		AmountFen: int64(t.Amount), Method: t.Method, State: t.State, TransactionNo: t.TransactionNo,
		MerchantNo: t.MerchantNo, Remark: t.Remark, Matched: c.Matched, Why: notNil(c.Why),
		Account: t.Account, Differences: each(c.Differences, differenceOf),
	}
}

func rowFaultOf(f statement.RowFault) RowFault {
	return RowFault{Row: f.Row, Column: orNil[string](f.Column), Why: f.Why}
}

// ListEvidence implements ServerInterface.
func (a *API) ListEvidence(c echo.Context, id ID) error {
	if err := known(id); err != nil {
		return err
	}
	list, err := a.service.ExhibitsOf(c.Request().Context(), actor(c), recovery.CaseID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, EvidenceList{Items: each(list, exhibitOf)})
}

// GetEvidence implements ServerInterface.
func (a *API) GetEvidence(c echo.Context, id ID) error {
	if err := known(id); err != nil {
		return err
	}
	exhibit, err := a.service.Exhibit(c.Request().Context(), actor(c), recovery.EvidenceID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, exhibitOf(exhibit))
}

// GetEvidenceContent implements ServerInterface. The content type is the one
// found in the bytes when they came in; it is always a download.
func (a *API) GetEvidenceContent(c echo.Context, id ID, params GetEvidenceContentParams) error {
	if err := known(id); err != nil {
		return err
	}
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	record, body, err := a.service.OpenEvidenceFor(c.Request().Context(), request, recovery.EvidenceID(id), word(params.Purpose))
	if err != nil {
		return err
	}
	defer body.Close()
	header := c.Response().Header()
	attachment(header, record.FileName)
	return pour(c, record.MediaType, record.Size, body)
}

// pour answers with bytes as they are.
func pour(c echo.Context, media string, size int64, body io.Reader) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, media)
	header.Set(echo.HeaderContentLength, strconv.FormatInt(size, 10))
	out := newPacedWriter(c)
	defer out.done()
	c.Response().WriteHeader(http.StatusOK)
	_, err := io.Copy(out, body)
	return err
}
