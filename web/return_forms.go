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

// newReturnForms builds the forms of the answers a counterpart may give now.
// Answers that end the case soonest come first.
func (c *linkContext) newReturnForms(view casework.CounterpartView, failed *formAttempt) []form {
	var forms []form
	add := func(answer string, action recovery.Action) {
		if slices.Contains(view.Allowed, action) {
			forms = append(forms, c.newReturnForm(answer, view, failed))
		}
	}
	add(string(recovery.AcceptPlan), recovery.AcceptPlan)
	add(string(recovery.DeclinePlan), recovery.DeclinePlan)
	add(answerReturned, recovery.RecordResponse)
	add(answerPromised, recovery.RecordResponse)
	add(string(recovery.ProposePlan), recovery.ProposePlan)
	add(answerContested, recovery.RecordResponse)
	add(string(recovery.ReportHarassment), recovery.ReportHarassment)
	return append(forms, c.newReturnForm(answerEvidence, view, failed))
}

func (c *linkContext) newReturnForm(answer string, view casework.CounterpartView, failed *formAttempt) form {
	b := fieldBuilder{texts: c.texts, prefix: "say-" + answer, labels: "field", labelsFirst: "return." + answer}
	if failed != nil && string(failed.action) == answer {
		b.values, b.faults = failed.values, failed.faults
	}
	f := form{
		ID: "say-" + answer, Action: returnCasePath + "/" + answer, Key: newIdempotencyKey(), Open: failed != nil && string(failed.action) == answer,
		Title: c.texts.T("return." + answer + ".title"), Submit: c.texts.T("return." + answer + ".submit"),
	}
	f.Help, _ = c.texts.FindText("return." + answer + ".help")
	if b.values == nil {
		b.values = c.returnDefaults(view)
	}
	f.Groups = b.answerFields(answer)
	if answer == answerEvidence {
		f.Upload, f.Help = true, c.texts.T("return.evidence.help", "size", formatSize(c.web.service.UploadLimit()))
	}
	if len(b.faults) > 0 {
		f.Notice = f.generalFault(b)
	}
	if f.Open && failed.question != "" {
		return f.withQuestion(failed.question, failed.values)
	}
	return f
}

// returnDefaults assumes that the whole requested amount was returned just now.
func (c *linkContext) returnDefaults(view casework.CounterpartView) url.Values {
	values := url.Values{"at": {formatInputTime(c.web.now())}}
	if view.Asked != nil {
		values.Set("amount_fen", view.Asked.String())
	}
	return values
}

func (b fieldBuilder) answerFields(answer string) []group {
	var fields []field
	switch answer {
	case answerReturned:
		fields = []field{b.moneyField("amount_fen", true), b.timeField("at", true), b.areaField("text", recovery.MaxText, false)}
	case answerPromised:
		fields = []field{b.areaField("text", recovery.MaxText, false)}
	case answerContested:
		fields = []field{choiceField(b, "refusal", "radio", "refusal", contestReasons, false), b.areaField("text", recovery.MaxText, false)}
	case string(recovery.ProposePlan):
		return []group{b.instalmentGroup(), {Fields: []field{b.emailField()}}}
	case string(recovery.DeclinePlan):
		fields = []field{b.areaField("reason", recovery.MaxText, false)}
	case string(recovery.ReportHarassment):
		fields = []field{b.areaField("text", recovery.MaxText, true)}
	case answerEvidence:
		file := b.newField("file", "file")
		file.Required = true
		fields = []field{b.textField("description", recovery.MaxText, false), file}
	}
	if answer != answerEvidence {
		fields = append(fields, b.emailField())
	}
	return []group{{Fields: fields}}
}

// emailField asks for an address for confirmations and explains its use.
func (b fieldBuilder) emailField() field {
	f := b.textField("email", 254, false)
	f.Type, f.Autocomplete, f.Label, f.Help = "email", "email", b.texts.T("return.email"), b.texts.T("return.email_help")
	return f
}

// returnEvidence adds a counterpart's file as evidence.
func (w *Web) returnEvidence(c *linkContext) error {
	view, err := w.service.OpenCounterpartView(c.Request().Context(), c.linkRequest(nil), c.link)
	if err != nil {
		return err
	}
	values, name, file, err := c.receiveEvidence()
	if err == nil {
		up := recovery.FileDescription{Kind: recovery.OtherEvidence, Description: values.Get("description"), FileName: name}
		_, err = w.service.AddCounterpartEvidence(c.Request().Context(), c.linkRequest(values), c.link, up, file)
	}
	if err == nil {
		return c.redirectTo(returnCasePath + "?done=1")
	}
	failed := c.attemptFor(answerEvidence, values, err, fieldFaults(err))
	if failed == nil {
		return err
	}
	return c.showReturn(errorStatus(err), view, failed)
}

// receiveEvidence streams the form: its fields, then the file.
func (c *linkContext) receiveEvidence() (url.Values, string, *blob.Pending, error) {
	values, name := url.Values{}, ""
	var file *blob.Pending
	if limit := c.web.service.UploadLimit(); c.Request().ContentLength > limit+maxForm {
		return values, "", nil, recovery.Faultf(recovery.CodeTooLarge, "The file is too large. Choose a file of at most %d bytes.", limit)
	}
	parts, err := c.Request().MultipartReader()
	if err != nil {
		return values, "", nil, recovery.Faultf(recovery.CodeInvalid, "The request has no multipart form. Load the page again and resubmit the form.")
	}
	err = readFileForm(parts, values, func(part *multipart.Part) error {
		var chosen bool
		if name, chosen = originalFileName(part); !chosen {
			return recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: "required"}})
		}
		file, err = c.web.service.ReceiveCounterpartFile(c.Request().Context(), c.link, values.Get("key"), part)
		return err
	})
	return values, name, file, err
}

// readFileForm reads the fields of a form and passes its file, which comes
// last, to take.
func readFileForm(parts *multipart.Reader, into url.Values, take func(*multipart.Part) error) error {
	for range 20 {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: "required"}})
		}
		if err != nil {
			return recovery.Faultf(recovery.CodeInvalid, "The form is incomplete or malformed. Load the page again and resubmit it.")
		}
		if part.FormName() == "file" {
			return take(part)
		}
		text, err := io.ReadAll(io.LimitReader(part, maxForm))
		if err != nil {
			return recovery.Faultf(recovery.CodeInvalid, "The form is incomplete or malformed. Load the page again and resubmit it.")
		}
		into.Add(part.FormName(), string(text))
	}
	return recovery.Faultf(recovery.CodeInvalid, "The form has too many parts. Load the page again and resubmit it.")
}
