package web

import (
	"errors"
	"io"
	"mime/multipart"
	"net/url"
	"slices"

	"recourse/casework"
	"recourse/evidence/originals/blob"
	"recourse/recovery"
)

// returnForms are the answers a counterpart may give now, in the order in which
// they end the matter soonest.
func (c *returnCall) returnForms(told casework.Return, failed *attempt) []form {
	var forms []form
	add := func(answer string, action recovery.Action) {
		if slices.Contains(told.Allowed, action) {
			forms = append(forms, c.returnForm(answer, told, failed))
		}
	}
	add(string(recovery.AcceptPlan), recovery.AcceptPlan)
	add(string(recovery.DeclinePlan), recovery.DeclinePlan)
	add(sayReturned, recovery.RecordResponse)
	add(sayPromised, recovery.RecordResponse)
	add(string(recovery.ProposePlan), recovery.ProposePlan)
	add(sayContested, recovery.RecordResponse)
	add(string(recovery.ReportHarassment), recovery.ReportHarassment)
	return append(forms, c.returnForm(sayEvidence, told, failed))
}

func (c *returnCall) returnForm(answer string, told casework.Return, failed *attempt) form {
	b := builder{say: c.say, prefix: "say-" + answer, labels: "field", own: "return." + answer}
	if failed != nil && string(failed.action) == answer {
		b.values, b.faults = failed.values, failed.faults
	}
	f := form{
		ID: "say-" + answer, Action: c.place() + "/" + answer, Key: newKey(), Open: failed != nil && string(failed.action) == answer,
		Title: c.say.T("return." + answer + ".title"), Submit: c.say.T("return." + answer + ".submit"),
	}
	f.Help, _ = c.say.Find("return." + answer + ".help")
	if b.values == nil {
		b.values = c.returnDefaults(told)
	}
	f.Groups = b.answerFields(answer)
	if answer == sayEvidence {
		f.Upload, f.Help = true, c.say.T("return.evidence.help", "size", size(c.web.service.UploadLimit()))
	}
	if len(b.faults) > 0 {
		f.Notice = f.general(b)
	}
	return f
}

// returnDefaults fill in that all that is asked for was returned just now.
func (c *returnCall) returnDefaults(told casework.Return) url.Values {
	values := url.Values{"at": {inputTime(c.web.now())}}
	if told.Asked != nil {
		values.Set("amount_fen", told.Asked.String())
	}
	return values
}

func (b builder) answerFields(answer string) []group {
	var fields []field
	switch answer {
	case sayReturned:
		fields = []field{b.money("amount_fen", true), b.moment("at", true), b.area("text", recovery.MaxText, false)}
	case sayPromised:
		fields = []field{b.area("text", recovery.MaxText, false)}
	case sayContested:
		fields = []field{choose(b, "refusal", "radio", "refusal", contestedBy, false), b.area("text", recovery.MaxText, false)}
	case string(recovery.ProposePlan):
		return []group{b.instalments(), {Fields: []field{b.mailbox()}}}
	case string(recovery.DeclinePlan):
		fields = []field{b.area("reason", recovery.MaxText, false)}
	case string(recovery.ReportHarassment):
		fields = []field{b.area("text", recovery.MaxText, true)}
	case sayEvidence:
		file := b.make("file", "file")
		file.Required = true
		fields = []field{b.text("description", recovery.MaxText, false), file}
	}
	if answer != sayEvidence {
		fields = append(fields, b.mailbox())
	}
	return []group{{Fields: fields}}
}

// mailbox asks where a confirmation may go, and says what for.
func (b builder) mailbox() field {
	f := b.text("email", 254, false)
	f.Type, f.Auto, f.Label, f.Help = "email", "email", b.say.T("return.email"), b.say.T("return.email_help")
	return f
}

// returnEvidence takes a counterpart's file, as a proof of what they say.
func (w *Web) returnEvidence(c *returnCall) error {
	told, err := w.service.OpenReturn(c.Request().Context(), c.asked(nil), c.link)
	if err != nil {
		return err
	}
	values, name, file, err := c.receiveReturn()
	if err == nil {
		up := recovery.FileDescription{Kind: recovery.OtherEvidence, Description: values.Get("description"), FileName: name}
		_, err = w.service.AddReturnEvidence(c.Request().Context(), c.asked(values), c.link, up, file)
	}
	if err == nil {
		return c.seeOther(c.place() + "?done=1")
	}
	failed := c.attempted(sayEvidence, values, err, fieldFaults(err))
	if failed == nil {
		return err
	}
	return c.showReturn(statusOf(err), told, failed)
}

// receiveReturn streams the form: its fields, then the file.
func (c *returnCall) receiveReturn() (url.Values, string, *blob.Pending, error) {
	values, name := url.Values{}, ""
	var file *blob.Pending
	if limit := c.web.service.UploadLimit(); c.Request().ContentLength > limit+maxForm {
		return values, "", nil, recovery.Faultf(recovery.CodeTooLarge, "The file is above %d bytes.", limit)
	}
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return values, "", nil, recovery.Faultf(recovery.CodeInvalid, "A multipart form is needed.")
	}
	err = readParts(parts, values, func(part *multipart.Part) error {
		if name = rawFileName(part); name == "" {
			return recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: "required"}})
		}
		file, err = c.web.service.ReceiveReturn(c.Request().Context(), part)
		return err
	})
	return values, name, file, err
}

// readParts reads the fields of a file form and hands on its file, which comes
// last.
func readParts(parts *multipart.Reader, into url.Values, take func(*multipart.Part) error) error {
	for range 20 {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: "required"}})
		}
		if err != nil {
			return recovery.Faultf(recovery.CodeInvalid, "The form was cut off or is malformed.")
		}
		if part.FormName() == "file" {
			return take(part)
		}
		text, err := io.ReadAll(io.LimitReader(part, maxForm))
		if err != nil {
			return recovery.Faultf(recovery.CodeInvalid, "The form was cut off or is malformed.")
		}
		into.Add(part.FormName(), string(text))
	}
	return recovery.Faultf(recovery.CodeInvalid, "The form has too many parts.")
}
