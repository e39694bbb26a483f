package web

import (
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"recourse/casework"
	"recourse/evidence/originals/blob"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// fileForms adds the forms that take files or ask for papers, for those who may.
func (c *call) fileForms(body *caseBody, failed *attempt) {
	may := audiences(c.who.Role)
	if len(may) == 0 {
		return
	}
	body.Upload = c.uploadForm(body, failed)
	body.Bill = c.billForm(body, failed)
	body.Export = c.exportForm(body, failed, may)
}

func (c *call) fileBuilder(prefix string, of recovery.Action, failed *attempt) builder {
	b := builder{say: c.say, prefix: prefix, labels: "field", own: prefix, values: url.Values{}}
	if failed != nil && failed.action == of {
		b.values, b.faults = failed.values, failed.faults
	}
	return b
}

func (c *call) uploadForm(body *caseBody, failed *attempt) *form {
	b := c.fileBuilder("upload", attemptUpload, failed)
	if missing := body.Lacking; b.values.Get("kind") == "" && len(missing) > 0 {
		b.values = url.Values{"kind": {string(missing[0].Kind)}}
	}
	f := c.emptyForm(b, "upload", body, "/evidence")
	f.Upload, f.Progress, f.Limit = true, true, c.web.service.UploadLimit()
	kind := choose(b, "kind", "select", "evidence_kind", recovery.EvidenceKinds, true)
	captured := b.moment("captured_at", false)
	file := b.make("file", "file")
	file.Required = true
	f.Groups = []group{{Fields: []field{kind, b.text("description", recovery.MaxText, false), captured, file}}}
	f.Help = c.say.T("upload.help", "size", size(f.Limit))
	f.Open = f.Open || body.Next.Href == "#upload"
	return &f
}

func (c *call) billForm(body *caseBody, failed *attempt) *form {
	b := c.fileBuilder("bill", attemptBill, failed)
	f := c.emptyForm(b, "bill", body, "/statements")
	f.Upload = true
	file := b.make("file", "file")
	file.Required, file.Accept = true, ".csv,.xlsx"
	f.Groups = []group{{Fields: []field{file}}}
	f.Help = c.say.T("bill.help")
	return &f
}

// billLimit is the size in bytes of the largest bill export that is read.
const billLimit = 10 << 20

func (c *call) exportForm(body *caseBody, failed *attempt, may []recovery.Audience) *form {
	b := c.fileBuilder("papers", attemptExport, failed)
	if b.values.Get("audience") == "" {
		b.values = url.Values{"audience": {string(may[0])}}
	}
	f := c.emptyForm(b, "papers", body, "/exports")
	f.Groups = []group{{Fields: []field{choose(b, "audience", "radio", "audience", may, true)}}}
	return &f
}

func (c *call) emptyForm(b builder, name string, body *caseBody, path string) form {
	return form{
		ID: name + "-form", Action: "/cases/" + string(body.Number) + path, Key: newKey(), CSRF: c.who.CSRF,
		Title: c.say.T(name + ".title"), Submit: c.say.T(name + ".submit"), Open: len(b.faults) > 0,
	}
}

// received is a file form as it was read: its fields, then its file.
type received struct {
	values  url.Values
	file    *blob.Pending
	name    string
	caseID  recovery.CaseID
	request casework.Request
}

// receive streams a file form. Fields come before the file, so that nothing is
// written for a form that is not ours.
func (c *call) receive(number string, limit int64) (*received, error) {
	got := &received{values: url.Values{}}
	if c.Request().ContentLength > limit+maxForm {
		return got, recovery.Faultf(recovery.CodeTooLarge, "The file is above %d bytes.", limit)
	}
	view, err := c.web.service.CaseByNumber(c.Request().Context(), c.who.Actor, recovery.CaseNumber(number))
	if err != nil {
		return got, err
	}
	got.caseID = view.ID
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return got, recovery.Faultf(recovery.CodeInvalid, "A multipart form is needed.")
	}
	return got, readParts(parts, got.values, func(part *multipart.Part) error { return c.readFile(part, got) })
}

func (c *call) readFile(part *multipart.Part, got *received) error {
	if err := c.genuine(got.values.Get("csrf")); err != nil {
		return err
	}
	got.name = rawFileName(part)
	if got.name == "" {
		return recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: "required"}})
	}
	file, err := c.web.service.Receive(c.Request().Context(), c.who.Actor, got.caseID, part)
	if err != nil {
		return err
	}
	got.file, got.request = file, c.request(got.values)
	return nil
}

// rawFileName is the name as it was sent. FileName of the part would cut a path
// off, and a path is to be refused, not mended.
func rawFileName(part *multipart.Part) string {
	_, rest, found := strings.Cut(part.Header.Get("Content-Disposition"), "filename=\"")
	if !found {
		return part.FileName()
	}
	name, _, _ := strings.Cut(rest, "\"")
	return name
}

// addEvidence takes a file into a case.
func (w *Web) addEvidence(c *call) error {
	got, err := c.receive(c.Param("number"), w.service.UploadLimit())
	if err != nil {
		return c.refused(attemptUpload, got, err)
	}
	read := &decoder{values: got.values}
	up := recovery.FileDescription{
		Kind: recovery.EvidenceKind(read.text("kind")), CapturedAt: read.moment("captured_at"),
		Description: read.text("description"), FileName: got.name,
	}
	if len(read.faults) > 0 {
		got.file.Discard()
		return c.refused(attemptUpload, got, recovery.Invalid(read.faults))
	}
	if _, err := w.service.AddEvidence(c.Request().Context(), got.request, got.caseID, up, got.file); err != nil {
		return c.refused(attemptUpload, got, err)
	}
	c.flash("flash.uploaded")
	return c.seeOther(c.home(c.Param("number")) + "#evidence")
}

// refused shows the case again with what was wrong with the file.
func (c *call) refused(of recovery.Action, got *received, err error) error {
	failed := c.attempted(of, got.values, err, fieldFaults(err))
	if failed == nil || got.caseID == "" && recovery.CodeOf(err) != recovery.CodeTooLarge {
		return err
	}
	return c.showCase(statusOf(err), failed)
}

// billBody is the model of a bill that was read.
type billBody struct {
	Number     recovery.CaseNumber
	Home       string
	Amount     recovery.Money
	Count      int
	Candidates []statement.Candidate
	Faults     []statement.RowFault
}

// maxCandidates keeps the page short; the file itself is kept whole.
const maxCandidates = 20

// importBill reads a wallet's bill, keeps it as evidence and shows which of its
// transactions may be the mis-sent one.
func (w *Web) importBill(c *call) error {
	got, err := c.receive(c.Param("number"), billLimit)
	if err != nil {
		return c.refused(attemptBill, got, err)
	}
	reply, err := w.service.ImportStatement(c.Request().Context(), got.request, got.caseID, got.name, got.file)
	if err != nil {
		return c.refused(attemptBill, got, err)
	}
	view, err := w.service.Case(c.Request().Context(), c.who.Actor, got.caseID)
	if err != nil {
		return err
	}
	body := billBody{
		Number: view.Number, Home: c.home(string(view.Number)), Amount: view.Amount,
		Count: len(reply.Value.Bill.Transactions), Faults: reply.Value.Bill.RowFaults,
		Candidates: reply.Value.Candidates[:min(len(reply.Value.Candidates), maxCandidates)],
	}
	return c.show(http.StatusOK, "bill", page{Title: c.say.T("bill.result"), Pace: view.Pace, Desk: c.who.Desk(), Body: body})
}
