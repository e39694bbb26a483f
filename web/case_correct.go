package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

// correctBody is the model of the page that corrects one entry.
type correctBody struct {
	Number  recovery.CaseNumber
	Home    string
	Event   timelineEvent // the entry as it counts now
	Form    *form         // nil if the visitor cannot correct it
	Refused *refusedCorrection
}

// Names on the form of a correction that no field of an action has.
const (
	correctionReason = "correction_reason"
	takeBackButton   = "take_back"
)

func (w *Web) registerCorrections(e *echo.Echo) {
	w.handleGet(e, "/cases/:number/entries/:seq/correct", requireSignIn(w.correctPage))
	w.handlePost(e, "/cases/:number/entries/:seq/correct", requireSignIn(w.correctEntry))
}

// correctPath is the path of the form that corrects an entry.
func correctPath(number recovery.CaseNumber, seq int64) string {
	return "/cases/" + string(number) + "/entries/" + strconv.FormatInt(seq, 10) + "/correct"
}

// correctPage shows what an entry says, in the form of its action.
func (w *Web) correctPage(c *pageContext) error {
	data, line, err := c.loadEntry()
	if err != nil {
		return err
	}
	return c.showCorrect(http.StatusOK, data, line, nil, nil)
}

// loadEntry loads the case and the entry that the path names.
func (c *pageContext) loadEntry() (*caseData, correctedLine, error) {
	data, err := c.loadCaseState(c.Param("number"))
	if err != nil {
		return nil, correctedLine{}, err
	}
	seq, err := strconv.ParseInt(c.Param("seq"), 10, 64)
	if err != nil || seq < 1 {
		return nil, correctedLine{}, noSuchEntry()
	}
	line, err := c.findLine(data, seq)
	return data, line, err
}

// findLine loads an entry as it counts. Errors: CodeNotFound.
func (c *pageContext) findLine(d *caseData, seq int64) (correctedLine, error) {
	w, err := c.web.service.JournalWindow(c.Request().Context(), c.visitor.Actor, d.ID, seq, 1)
	if err != nil {
		return correctedLine{}, err
	}
	for _, line := range correctedLines(w.Lines) {
		if line.Seq == seq {
			return line, nil
		}
	}
	return correctedLine{}, noSuchEntry()
}

func noSuchEntry() error {
	return recovery.Faultf(recovery.CodeNotFound, "The case has no such entry.")
}

// correctEntry replaces an entry or takes it back.
func (w *Web) correctEntry(c *pageContext) error {
	values := c.Request().PostForm
	data, line, err := c.loadEntry()
	if err != nil {
		return err
	}
	if asksToEdit(values) {
		return c.showCorrect(http.StatusOK, data, line, &formAttempt{values: values}, nil)
	}
	body, read := decodeCorrection(line, values)
	if len(read.faults) > 0 {
		return c.showCorrect(http.StatusUnprocessableEntity, data, line, &formAttempt{values: values, faults: read.faults}, nil)
	}
	reply, err := w.service.TakeAction(c.Request().Context(), c.newRequest(values), data.ID, body)
	if err != nil {
		return c.showFailedCorrection(data, line, values, err)
	}
	c.setFlash("flash.corrected")
	if isPending(reply.Value.Position, line.Seq) {
		c.setFlash("flash.correction_waits")
	}
	return c.redirectTo(c.entryPath(data.Number, line.Seq))
}

func isPending(p recovery.Position, seq int64) bool {
	return slices.ContainsFunc(p.PendingCorrections, func(pending recovery.PendingCorrection) bool { return pending.Seq == seq })
}

// decodeCorrection parses the form of a correction.
func decodeCorrection(line correctedLine, values url.Values) (recovery.ActionBody, *formDecoder) {
	read := &formDecoder{values: values}
	body := recovery.ActionBody{Action: recovery.Correct, Seq: line.Seq, Reason: read.readText(correctionReason)}
	rule, ok := recovery.CorrectionRuleOf(line.Entry.Kind)
	if ok && !rule.OnlyTakeBack && values.Get(takeBackButton) == "" {
		var replacement recovery.ActionBody
		replacement, read = decodeAction(rule.Action, values)
		replacement.Confirm, body.Replacement = nil, &replacement
		body.Clear = emptiedFields(rule.Action, values)
	}
	if values.Get(confirmButton) != "" {
		yes := true
		body.Confirm = &yes
	}
	return body, read
}

// emptiedFields names the optional fields that the form has and that were left empty. The
// form shows the whole entry, so an empty field means that the entry has none.
func emptiedFields(action recovery.Action, values url.Values) []string {
	spec, _ := recovery.SpecOf(action)
	var names []string
	for _, f := range spec.Fields {
		if !f.Required && values.Has(f.Name) && strings.TrimSpace(values.Get(f.Name)) == "" {
			names = append(names, f.Name)
		}
	}
	return names
}

// showFailedCorrection shows the form again with the error, or the question whether
// the amount is right.
func (c *pageContext) showFailedCorrection(
	d *caseData, line correctedLine, values url.Values, err error,
) error {
	failed := &formAttempt{values: values}
	refused := c.describeRefusal(d, err)
	switch code := recovery.CodeOf(err); {
	case code == recovery.CodeConfirmNeeded:
		failed.question = c.texts.T("confirm.corrected")
	case code == recovery.CodeInvalid:
		failed.faults = correctionFaults(fieldFaults(err))
	case refused == nil:
		return err
	}
	return c.showCorrect(errorStatus(err), d, line, failed, refused)
}

// correctionFaults names the fields of the form.
func correctionFaults(faults []recovery.FieldFault) []recovery.FieldFault {
	named := slices.Clone(faults)
	for i, fault := range named {
		if fault.Field == "reason" {
			named[i].Field = correctionReason
		}
		named[i].Field = trimReplacement(named[i].Field)
	}
	return named
}

// showCorrect shows an entry with the form that corrects it. refused is why the last
// attempt was refused.
func (c *pageContext) showCorrect(status int, d *caseData, line correctedLine, failed *formAttempt, refused *refusedCorrection) error {
	body := correctBody{
		Number: d.Number, Home: c.casePath(string(d.Number)), Event: c.newTimelineWriter(d).newEvent(line), Refused: refused,
	}
	if err := c.checkCorrection(d, line); err != nil {
		body.Refused = c.describeRefusal(d, err)
	} else {
		f := c.newCorrectForm(d, line, failed)
		body.Form = &f
	}
	return c.showPage(status, "correct", page{
		Title: c.texts.T("correct.title"), Pace: d.Pace, StaffLayout: c.visitor.IsStaff(), Body: body,
	})
}

// newCorrectForm builds the form of the entry's action with what the entry says.
func (c *pageContext) newCorrectForm(d *caseData, line correctedLine, failed *formAttempt) form {
	rule, _ := recovery.CorrectionRuleOf(line.Entry.Kind)
	builder := actionForms{fieldBuilder: fieldBuilder{texts: c.texts}, view: d.View, visitor: c.visitor, now: c.web.now(), query: url.Values{}}
	builder.prefix, builder.labels, builder.labelsFirst = "correct", "field", "action."+string(rule.Action)+".fields"
	builder.values = line.formValues(rule.Action)
	if failed != nil {
		builder.values, builder.faults = failed.values, failed.faults
	}
	f := form{
		ID: "correct", Action: correctPath(d.Number, line.Seq), Key: newIdempotencyKey(), CSRF: c.visitor.CSRF, Primary: true,
		Submit: c.texts.T("correct.submit"), Help: c.texts.T("correct.help"),
	}
	if rule.OnlyTakeBack {
		f.Submit, f.Help = c.texts.T("correct.take_back"), c.texts.T("correct.help_take_back")
	} else {
		f.Second = &option{Value: takeBackButton, Label: c.texts.T("correct.take_back")}
		f.Groups = append(f.Groups, group{Fields: builder.actionFields(rule.Action)})
	}
	f.Groups = append(f.Groups, group{Fields: []field{builder.areaField(correctionReason, recovery.MaxText, true)}})
	if failed == nil {
		return f
	}
	f.Notice = firstNonEmpty(failed.notice, f.generalFault(builder.fieldBuilder))
	if failed.question != "" {
		return f.withQuestion(failed.question, failed.values)
	}
	return f
}

// formValues are the values of the action's form that say what the entry says.
func (l correctedLine) formValues(action recovery.Action) url.Values {
	values := url.Values{}
	spec, _ := recovery.SpecOf(action)
	for _, f := range spec.Fields {
		if l.Values[f.Name] != "" {
			values.Set(f.Name, l.Values[f.Name])
		}
		if list := formValue(f, l.Entry.Facts[f.Name]); len(list) > 0 {
			values[f.Name] = list
		}
		if at, ok := parseStamp(l.Entry.ClaimedAt); ok && f.Form == recovery.PastForm {
			values.Set(f.Name, formatInputTime(at))
		}
		if word := values.Get(f.Name); f.OwnWord && word != "" && !slices.Contains(f.Choices, word) {
			values.Set(f.Name, recovery.OtherWord)
			values.Set("word", word)
		}
	}
	return values
}

// formValue converts a fact of the journal to the values of a field.
func formValue(f recovery.Field, fact any) []string {
	switch value := fact.(type) {
	case nil:
		return nil
	case []any:
		var list []string
		for _, one := range value {
			list = append(list, fmt.Sprint(one))
		}
		return list
	case float64:
		if f.Form == recovery.MoneyForm {
			return []string{recovery.Money(value).String()}
		}
		return []string{strconv.FormatInt(int64(value), 10)}
	default:
		return []string{fmt.Sprint(value)}
	}
}

// waitingCorrection is a correction that waits for a second person.
type waitingCorrection struct {
	Event   timelineEvent // the entry as it counts now
	By      string
	News    []detail // what it would say
	Taken   bool     // it would be taken back
	Reason  string
	Own     bool // the visitor proposed it
	Approve *form
	Reject  *form
}

// waitingCorrections lists the corrections that wait, with the forms to approve or
// reject them for those who may.
func (c *pageContext) waitingCorrections(d *caseData, failed *formAttempt) ([]waitingCorrection, error) {
	if len(d.Position.PendingCorrections) == 0 {
		return nil, nil
	}
	proposals, err := c.web.service.ProposedCorrections(c.Request().Context(), c.visitor.Actor, d.ID)
	if err != nil {
		return nil, err
	}
	var list []waitingCorrection
	writer := c.newTimelineWriter(d)
	for _, pending := range d.Position.PendingCorrections {
		w := waitingCorrection{Own: pending.By == c.visitor.ID, Taken: pending.Replacement == nil}
		line, err := c.findLine(d, pending.Seq)
		if err != nil {
			return nil, err
		}
		w.Event = writer.newEvent(line)
		for _, proposal := range proposals {
			if proposal.Entry.Facts["corrects"] == float64(pending.Seq) {
				w.News, w.Reason = writer.replacementDetails(proposal), proposal.Values["reason"]
				w.By = c.texts.Word("role", proposal.Entry.Actor.Role)
			}
		}
		if !w.Own && slices.Contains(d.Allowed, recovery.ApproveCorrection) {
			w.Approve, w.Reject = c.newApprovalForms(d, pending.Seq, failed)
		}
		list = append(list, w)
	}
	return list, nil
}

func (c *pageContext) newApprovalForms(d *caseData, seq int64, failed *formAttempt) (approve, reject *form) {
	hidden := []option{{Label: "seq", Value: strconv.FormatInt(seq, 10)}, {Label: seenVersion, Value: strconv.FormatInt(d.Version, 10)}}
	path := func(action recovery.Action) string {
		return "/cases/" + string(d.Number) + "/actions/" + string(action)
	}
	b := fieldBuilder{texts: c.texts, prefix: "reject-" + hidden[0].Value, labels: "field", labelsFirst: "action.reject_correction.fields"}
	if failed != nil && failed.action == recovery.RejectCorrection && failed.values.Get("seq") == hidden[0].Value {
		b.values, b.faults = failed.values, failed.faults
	}
	approve = &form{
		Action: path(recovery.ApproveCorrection), Key: newIdempotencyKey(), CSRF: c.visitor.CSRF, Primary: true, Hidden: hidden,
		Submit: c.texts.T("action.approve_correction.submit"),
	}
	reject = &form{
		ID: b.prefix, Action: path(recovery.RejectCorrection), Key: newIdempotencyKey(), CSRF: c.visitor.CSRF, Hidden: hidden,
		Title: c.texts.T("action.reject_correction.title"), Submit: c.texts.T("action.reject_correction.submit"), Open: len(b.faults) > 0,
		Groups: []group{{Fields: []field{b.areaField("reason", recovery.MaxText, true)}}},
	}
	return approve, reject
}
