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
	evidence []recovery.Evidence
	exports  []recovery.Export
	texts    []playbook.Text
	links    []casework.Link
}

// journalPage is how many entries are read at a time.
const journalPage = 200

func (c *call) load(number string) (*caseData, error) {
	data, err := c.loadState(number)
	if err != nil {
		return nil, err
	}
	if data.texts, err = c.web.service.Texts(c.Request().Context(), c.who.Actor, data.ID, ""); err != nil {
		return nil, err
	}
	if err = c.links(data); err != nil {
		return nil, err
	}
	data.lines, err = c.journal(data.ID)
	return data, err
}

// loadState reads only what the token is made of.
func (c *call) loadState(number string) (*caseData, error) {
	ctx := c.Request().Context()
	view, err := c.web.service.CaseByNumber(ctx, c.who.Actor, recovery.CaseNumber(number))
	if err != nil {
		return nil, err
	}
	data := &caseData{View: view}
	if data.evidence, err = c.web.service.EvidenceOf(ctx, c.who.Actor, view.ID); err != nil {
		return nil, err
	}
	data.exports, err = c.web.service.ExportsOf(ctx, c.who.Actor, view.ID)
	return data, err
}

func (c *call) journal(id recovery.CaseID) ([]casework.JournalLine, error) {
	var all []casework.JournalLine
	for {
		after := int64(0)
		if len(all) > 0 {
			after = all[len(all)-1].Seq
		}
		lines, _, err := c.web.service.Journal(c.Request().Context(), c.who.Actor, id, after, journalPage)
		all = append(all, lines...)
		if err != nil || len(lines) < journalPage {
			return all, err
		}
	}
}

// token changes whenever the page would show something new.
func (d *caseData) token() string {
	var states strings.Builder
	for _, export := range d.exports {
		states.WriteString("." + string(export.State))
	}
	return fmt.Sprintf("%d.%d/%s", d.Version, len(d.evidence), states.String())
}

// attempt is a form that was sent and is answered by its own page: it could not
// be accepted, or what came of it is shown once.
type attempt struct {
	action   recovery.Action // "", or one of the names below
	values   url.Values
	faults   []recovery.FieldFault
	notice   string // what went wrong
	said     string // what went well
	findings []finding
	issued   *issuedLink
}

// Attempts that are no actions.
const (
	attemptUpload recovery.Action = "upload"
	attemptBill   recovery.Action = "bill"
	attemptExport recovery.Action = "export"
)

// attempted words a failure for the form it came from; nil when the failure
// concerns no form.
func (c *call) attempted(action recovery.Action, values url.Values, err error, faults []recovery.FieldFault) *attempt {
	failed := &attempt{action: action, values: values, faults: faults}
	switch recovery.CodeOf(err) {
	case recovery.CodeInvalid:
		return failed
	case recovery.CodeTooLarge:
		failed.faults = []recovery.FieldFault{{Field: "file", Code: "too_large"}}
	case recovery.CodeUnsupportedMedia:
		failed.faults = []recovery.FieldFault{{Field: "file", Code: "unsupported"}}
	case recovery.CodeUnavailable:
		failed.notice = c.say.T("notice.unavailable")
	case recovery.CodeFourEyes:
		failed.notice = c.say.T("notice.four_eyes")
	case recovery.CodeActionNotAllowed:
		failed.notice = c.say.T("notice.not_allowed")
	default:
		return nil
	}
	return failed
}
