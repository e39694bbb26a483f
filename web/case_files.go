package web

import (
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"recourse/casework"
	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// addFileForms adds the upload and export forms if the visitor may use them.
func (c *pageContext) addFileForms(body *caseBody, failed *formAttempt) {
	audiences := recovery.PaperAudiences(c.visitor.Role)
	if len(audiences) == 0 {
		return
	}
	body.Upload = c.newUploadForm(body, failed)
	body.Bill = c.newBillForm(body, failed)
	if isDangerous(body.caseData) {
		audiences = slices.DeleteFunc(slices.Clone(audiences), func(a recovery.Audience) bool { return a == recovery.ForOpponent })
	}
	body.Export = c.newExportForm(body, failed, audiences)
}

func (c *pageContext) newFileFormBuilder(prefix string, of recovery.Action, failed *formAttempt) fieldBuilder {
	b := fieldBuilder{texts: c.texts, prefix: prefix, labels: "field", labelsFirst: prefix, values: url.Values{}}
	if failed != nil && failed.action == of {
		b.values, b.faults = failed.values, failed.faults
	}
	return b
}

func (c *pageContext) newUploadForm(body *caseBody, failed *formAttempt) *form {
	b := c.newFileFormBuilder("upload", attemptUpload, failed)
	if missing := body.MissingEvidence; b.values.Get("kind") == "" && len(missing) > 0 {
		b.values = url.Values{"kind": {string(missing[0].Kind)}}
	}
	f := c.newEmptyForm(b, "upload", body, "/evidence")
	f.Upload, f.Progress, f.Limit = true, true, c.web.service.UploadLimit()
	kind := choiceField(b, "kind", "select", "evidence_kind", recovery.EvidenceKinds, true)
	captured := b.timeField("captured_at", false)
	file := b.newField("file", "file")
	file.Required = true
	f.Groups = []group{{Fields: []field{kind, b.textField("description", recovery.MaxText, false), captured, file}}}
	f.Help = c.texts.T("upload.help", "size", formatSize(f.Limit))
	f.Open = f.Open || body.Next.Href == "#upload"
	return &f
}

func (c *pageContext) newBillForm(body *caseBody, failed *formAttempt) *form {
	b := c.newFileFormBuilder("bill", attemptBill, failed)
	f := c.newEmptyForm(b, "bill", body, "/statements")
	f.Upload = true
	file := b.newField("file", "file")
	file.Required, file.Accept = true, ".csv,.xlsx,.zip,.pdf"
	f.Groups = []group{{Fields: []field{b.passwordField(), file}}}
	f.Help = c.texts.T("bill.help")
	return &f
}

// passwordField is a field that is never filled in again.
func (b fieldBuilder) passwordField() field {
	f := b.newField("password", "text")
	f.Type, f.Max, f.Autocomplete, f.Value = "password", casework.MaxArchivePassword, "off", ""
	return f
}

func (c *pageContext) newExportForm(body *caseBody, failed *formAttempt, audiences []recovery.Audience) *form {
	b := c.newFileFormBuilder("papers", attemptExport, failed)
	if b.values.Get("audience") == "" {
		b.values = url.Values{"audience": {string(audiences[0])}}
	}
	f := c.newEmptyForm(b, "papers", body, "/exports")
	f.Groups = []group{{Fields: []field{choiceField(b, "audience", "radio", "audience", audiences, true)}}}
	return &f
}

func (c *pageContext) newEmptyForm(b fieldBuilder, name string, body *caseBody, path string) form {
	return form{
		ID: name + "-form", Action: "/cases/" + string(body.Number) + path, Key: newIdempotencyKey(), CSRF: c.visitor.CSRF,
		Title: c.texts.T(name + ".title"), Submit: c.texts.T(name + ".submit"), Open: len(b.faults) > 0,
	}
}

// receivedForm is a form with a file, as read from the request.
type receivedForm struct {
	values  url.Values
	file    *blob.Pending
	name    string
	caseID  recovery.CaseID
	request casework.Request

	password string // of an archive; in no other field of the form
}

// receiveForm streams a form with a file. The fields come before the file, so
// that nothing is written for a form with a wrong CSRF token.
func (c *pageContext) receiveForm(number string, limit int64) (*receivedForm, error) {
	received := &receivedForm{values: url.Values{}}
	if c.Request().ContentLength > limit+maxForm {
		return received, recovery.Faultf(recovery.CodeTooLarge, "The file is too large. Choose a file of at most %d bytes.", limit)
	}
	view, err := c.web.service.CaseByNumber(c.Request().Context(), c.visitor.Actor, recovery.CaseNumber(number))
	if err != nil {
		return received, err
	}
	received.caseID = view.ID
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return received, recovery.Faultf(recovery.CodeInvalid, "The request has no multipart form. Load the page again and resubmit the form.")
	}
	return received, readFileForm(parts, received.values, func(part *multipart.Part) error { return c.readFile(part, received) })
}

func (c *pageContext) readFile(part *multipart.Part, received *receivedForm) error {
	received.password = strings.TrimSpace(received.values.Get("password"))
	received.values.Del("password")
	if err := c.checkCSRF(received.values.Get("csrf")); err != nil {
		return err
	}
	var chosen bool
	if received.name, chosen = originalFileName(part); !chosen {
		return recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: "required"}})
	}
	file, err := c.web.service.Receive(c.Request().Context(), c.visitor.Actor, received.values.Get("key"), received.caseID, part)
	if err != nil {
		return err
	}
	received.file, received.request = file, c.newRequest(received.values)
	return nil
}

// originalFileName returns the name as it was. Part.FileName would remove a path, but
// a name with a path must be refused. Without a chosen file, browsers send an empty name.
func originalFileName(part *multipart.Part) (name string, chosen bool) {
	_, params, err := mime.ParseMediaType(part.Header.Get("Content-Disposition"))
	if err != nil || params["filename"] == "" {
		return "", false
	}
	return recovery.DecodeFileName(params["filename"]), true
}

// addEvidence adds a file to a case.
func (w *Web) addEvidence(c *pageContext) error {
	received, err := c.receiveForm(c.Param("number"), w.service.UploadLimit())
	if err != nil {
		return c.showFileRefusal(attemptUpload, received, err)
	}
	read := &formDecoder{values: received.values}
	up := recovery.FileDescription{
		Kind: recovery.EvidenceKind(read.readText("kind")), CapturedAt: read.readTime("captured_at"),
		Description: read.readText("description"), FileName: received.name,
	}
	if len(read.faults) > 0 {
		received.file.Discard()
		return c.showFileRefusal(attemptUpload, received, recovery.Invalid(read.faults))
	}
	if _, err := w.service.AddEvidence(c.Request().Context(), received.request, received.caseID, up, received.file); err != nil {
		return c.showFileRefusal(attemptUpload, received, err)
	}
	c.setFlash("flash.uploaded")
	return c.redirectTo(c.casePath(c.Param("number")) + "#evidence")
}

// showFileRefusal renders the case page with the error of the file.
func (c *pageContext) showFileRefusal(of recovery.Action, received *receivedForm, err error) error {
	failed := c.attemptFor(of, received.values, err, fieldFaults(err))
	if failed == nil || received.caseID == "" && recovery.CodeOf(err) != recovery.CodeTooLarge {
		return err
	}
	return c.showCasePage(errorStatus(err), failed)
}

// billBody is the model of the page about an imported bill.
type billBody struct {
	Number     recovery.CaseNumber
	Home       string
	Amount     recovery.Money
	Count      int
	Notes      []string
	Candidates []billRow
	Proofs     []statement.Proof
	Faults     []statement.RowFault
}

// maxCandidates keeps the page short; the file itself is stored completely.
const maxCandidates = 20

// importBill reads a wallet's bill, stores it as evidence and shows the
// transactions that may be the mis-sent one.
func (w *Web) importBill(c *pageContext) error {
	received, err := c.receiveForm(c.Param("number"), statement.MaxSize)
	if err != nil {
		return c.showFileRefusal(attemptBill, received, err)
	}
	reply, err := w.service.ImportStatement(c.Request().Context(), received.request, received.caseID, casework.BillFile{
		Name: received.name, Password: received.password, Pending: received.file,
	})
	if err != nil {
		return c.showFileRefusal(attemptBill, received, err)
	}
	view, err := w.service.Case(c.Request().Context(), c.visitor.Actor, received.caseID)
	if err != nil {
		return err
	}
	body := billBody{
		Number: view.Number, Home: c.casePath(string(view.Number)), Amount: view.Amount,
		Count: len(reply.Value.Bill.Transactions), Faults: reply.Value.Bill.RowFaults, Notes: reply.Value.Notes, Proofs: reply.Value.Proofs,
	}
	for _, candidate := range reply.Value.Candidates[:min(len(reply.Value.Candidates), maxCandidates)] {
		row := candidate.Transaction
		body.Candidates = append(body.Candidates, c.newBillRow(view.Number, reply.Value.ID, casework.AdoptablePayment{
			Candidate: candidate, Facts: casework.AdoptableFromRow(view.Case, reply.Value.Bill, row), Reversed: row.Reversal.Kind != statement.NotReversed,
		}))
	}
	return c.showPage(http.StatusOK, "bill", page{Title: c.texts.T("bill.result"), Pace: view.Pace, StaffLayout: c.visitor.IsStaff(), Body: body})
}
