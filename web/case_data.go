package web

import (
	"fmt"
	"net/url"
	"strings"

	"recourse/casework"
	"recourse/playbook"
	"recourse/recovery"
)

// caseData is everything the pages of one case are made of.
type caseData struct {
	casework.View
	lines    []casework.JournalLine
	exhibits []casework.Exhibit
	exports  []recovery.Export
	texts    []playbook.Text
	links    []casework.Link
	// questions are the playbook's about circumstances, in its order.
	questions []playbook.Question
	recall    *playbook.Recall // what can still be stopped; nil if nothing can
}

// journalPage is the number of entries read at a time.
const journalPage = 200

func (c *pageContext) loadCase(number string) (*caseData, error) {
	data, err := c.loadCaseState(number)
	if err != nil {
		return nil, err
	}
	if data.texts, err = c.web.service.Texts(c.Request().Context(), c.visitor.Actor, data.ID, ""); err != nil {
		return nil, err
	}
	if err = c.loadLinks(data); err != nil {
		return nil, err
	}
	if data.questions, err = c.web.service.CircumstanceQuestions(data.Case); err != nil {
		return nil, err
	}
	if data.recall, err = c.web.service.CaseRecall(data.Case); err != nil {
		return nil, err
	}
	data.lines, err = c.loadJournal(data.ID)
	return data, err
}

// loadCaseState loads only what stateToken needs.
func (c *pageContext) loadCaseState(number string) (*caseData, error) {
	ctx := c.Request().Context()
	view, err := c.web.service.CaseByNumber(ctx, c.visitor.Actor, recovery.CaseNumber(number))
	if err != nil {
		return nil, err
	}
	data := &caseData{View: view}
	if data.exhibits, err = c.web.service.ExhibitsOf(ctx, c.visitor.Actor, view.ID); err != nil {
		return nil, err
	}
	data.exports, err = c.web.service.ExportsOf(ctx, c.visitor.Actor, view.ID)
	return data, err
}

func (c *pageContext) loadJournal(id recovery.CaseID) ([]casework.JournalLine, error) {
	var all []casework.JournalLine
	for {
		after := int64(0)
		if len(all) > 0 {
			after = all[len(all)-1].Seq
		}
		lines, _, err := c.web.service.Journal(c.Request().Context(), c.visitor.Actor, id, after, journalPage)
		all = append(all, lines...)
		if err != nil || len(lines) < journalPage {
			return all, err
		}
	}
}

// stateToken returns a string that changes whenever the page has something new
// to show.
func (d *caseData) stateToken() string {
	var states strings.Builder
	for _, export := range d.exports {
		states.WriteString("." + string(export.State))
	}
	return fmt.Sprintf("%d.%d.%d/%s", d.Version, len(d.exhibits), d.countUnexamined(), states.String())
}

func (d *caseData) countUnexamined() (count int) {
	for _, exhibit := range d.exhibits {
		if exhibit.BeingExamined {
			count++
		}
	}
	return count
}

// evidence are the records of the files, without what was found in them.
func (d *caseData) evidence() []recovery.Evidence {
	list := make([]recovery.Evidence, len(d.exhibits))
	for i, exhibit := range d.exhibits {
		list[i] = exhibit.Evidence
	}
	return list
}

// formAttempt is a submitted form whose result is shown on its own page: it
// failed, or its result is shown only once.
type formAttempt struct {
	action   recovery.Action // "" or one of the constants below
	values   url.Values
	faults   []recovery.FieldFault
	notice   string // error of the whole form
	question string // whether an unlikely value is right; see withQuestion
	success  string // success message
	findings []finding
	issued   *issuedLink
}

// Forms that are not actions.
const (
	attemptUpload recovery.Action = "upload"
	attemptBill   recovery.Action = "bill"
	attemptExport recovery.Action = "export"
)

// attemptFor describes an error for the form it belongs to; nil if it needs an
// error page.
func (c *pageContext) attemptFor(action recovery.Action, values url.Values, err error, faults []recovery.FieldFault) *formAttempt {
	failed := &formAttempt{action: action, values: values, faults: faults}
	switch recovery.CodeOf(err) {
	case recovery.CodeInvalid:
		return failed
	case recovery.CodeTooLarge:
		failed.faults = []recovery.FieldFault{{Field: "file", Code: "too_large"}}
	case recovery.CodeUnsupportedMedia:
		failed.faults = []recovery.FieldFault{{Field: "file", Code: "unsupported"}}
	case recovery.CodeUnavailable:
		failed.notice = c.texts.T("notice.unavailable")
	case recovery.CodeFourEyes:
		failed.notice = c.texts.T("notice.four_eyes")
	case recovery.CodeActionNotAllowed:
		failed.notice = c.texts.T("notice.not_allowed")
	default:
		return nil
	}
	return failed
}
