package web

import (
	"fmt"
	"math"
	"net/url"
	"strconv"
	"strings"

	"recourse/casework"
	"recourse/playbook"
	"recourse/recovery"
)

// caseData is everything the pages of one case are made of.
type caseData struct {
	casework.View
	journal  casework.JournalWindow // the entries that the page shows
	exhibits []casework.Exhibit     // the newest ones
	files    recovery.EvidenceCount
	exports  []recovery.Export
	stages   recovery.StageRecord
	texts    []playbook.Text
	links    []casework.Link
	// questions are the playbook's about circumstances, in its order.
	questions []playbook.Question
	recall    *playbook.Recall // what can still be stopped; nil if nothing can
}

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
	ctx := c.Request().Context()
	if data.exhibits, _, err = c.web.service.NewestExhibits(ctx, c.visitor.Actor, data.ID, c.shownFiles()); err != nil {
		return nil, err
	}
	if data.stages, err = c.web.service.Stages(ctx, c.visitor.Actor, data.ID); err != nil {
		return nil, err
	}
	data.journal, err = c.loadJournal(data.ID)
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
	if data.files, err = c.web.service.CountEvidence(ctx, c.visitor.Actor, view.ID); err != nil {
		return nil, err
	}
	data.exports, err = c.web.service.ExportsOf(ctx, c.visitor.Actor, view.ID)
	return data, err
}

// loadJournal loads the part of the journal that the address asks for: the entries before
// one, those around one, or the newest.
func (c *pageContext) loadJournal(id recovery.CaseID) (casework.JournalWindow, error) {
	last, limit := int64(0), maxShownEvents
	if before, err := strconv.ParseInt(c.QueryParam(beforeParam), 10, 64); err == nil {
		last = max(1, before-1)
	}
	if entry, err := strconv.ParseInt(c.QueryParam(entryParam), 10, 64); err == nil {
		last = max(1, entry) + maxShownEvents/2
	}
	if c.QueryParam(entriesParam) == allValue {
		last, limit = 0, math.MaxInt32
	}
	return c.web.service.JournalWindow(c.Request().Context(), c.visitor.Actor, id, last, limit)
}

// stateToken returns a string that changes whenever the page has something new
// to show.
func (d *caseData) stateToken() string {
	var states strings.Builder
	for _, export := range d.exports {
		states.WriteString("." + string(export.State))
	}
	return fmt.Sprintf("%d.%d.%d/%s", d.Version, d.files.Total, d.files.BeingExamined, states.String())
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
