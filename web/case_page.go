package web

import (
	"net/http"
	"slices"

	"recourse/playbook"
	"recourse/recovery"
)

// caseBody is the model of a case's page, the claimant's and the desk's alike.
type caseBody struct {
	*caseData
	Home       string // path of this page
	Stages     []stageMark
	Next       nextThing
	Due        *dueMark
	Clocks     []dueMark // all of them
	Parties    []party
	Plans      []planMark
	Contact    *contactMark
	Tasks      []taskMark
	Terms      *termMark
	Proposal   string // a decision that waits for a second person: who and what
	Issued     *issuedLink
	Said       string
	Facts      []detail
	Texts      []playbook.Text
	Acts       []form
	Evidence   []exhibit
	Lacking    []recovery.Requirement
	Upload     *form
	Bill       *form
	Export     *form
	Papers     []paper
	Timeline   []event
	Folded     int    // events not shown
	Assignee   string // by name
	Token      string
	Notice     string
	ExportPage bool // the export room is open to this visitor
}

// exhibit is one file of the case.
type exhibit struct {
	recovery.Evidence
	Image bool // may be looked at in the page
}

// paper is one export.
type paper struct {
	recovery.Export
	Building bool
	Failed   bool
	Ready    bool
}

// casePage shows a case; each role at its own address.
func (w *Web) casePage(c *call) error {
	home := c.home(c.Param("number"))
	if c.Request().URL.Path != home {
		return c.seeOther(home)
	}
	return c.showCase(http.StatusOK, nil)
}

func (c *call) home(number string) string {
	if c.who.Desk() {
		return "/desk/cases/" + number
	}
	return "/cases/" + number
}

// showCase renders the page of the case in the path, with what went wrong with
// one of its forms.
func (c *call) showCase(status int, failed *attempt) error {
	data, err := c.load(c.Param("number"))
	if err != nil {
		return err
	}
	body, err := c.caseBody(data, failed)
	if err != nil {
		return err
	}
	view, scripts := "case", []string{"live.js", "upload.js", "copy.js"}
	if c.who.Desk() {
		view = "desk_case"
	}
	return c.show(status, view, page{
		Title: c.say.T("case.title", "number", data.Number), Pace: data.Pace, Desk: c.who.Desk(), Scripts: scripts, Body: body,
	})
}

func (c *call) caseBody(d *caseData, failed *attempt) (caseBody, error) {
	body := caseBody{
		caseData: d, Home: c.home(string(d.Number)), Stages: c.stages(d), Next: c.next(d),
		Due: c.due(d.Deadlines, d.Pace), Clocks: c.clocks(d.Deadlines, d.Pace), Parties: c.parties(d), Plans: c.plans(d),
		Contact: c.contact(d), Tasks: c.tasks(d), Terms: c.terms(d), Facts: c.facts(d), Texts: d.texts, Lacking: lacking(d.Requirements),
		Papers: papers(d.exports), Timeline: c.timeline(d), Token: d.token(), Evidence: exhibits(d.evidence),
		ExportPage: c.who.Desk(),
	}
	c.fold(&body)
	staff, err := c.staff(d)
	if err != nil {
		return body, err
	}
	body.Assignee = nameOf(staff, d.Assignee)
	if d.Position.Proposal != nil {
		body.Proposal = c.say.proposal(d.Position.Proposal, nameOf(staff, d.Position.Proposal.By))
	}
	body.Acts = c.actForms(d, staff, failed, d.Allowed)
	c.fileForms(&body, failed)
	if failed != nil {
		body.Notice, body.Said, body.Issued = failed.notice, failed.said, failed.issued
	}
	return body, nil
}

// fold leaves the oldest events out until they are asked for.
func (c *call) fold(body *caseBody) {
	if c.QueryParam("timeline") == "all" || len(body.Timeline) <= timelineShown {
		return
	}
	body.Folded = len(body.Timeline) - timelineShown
	body.Timeline = body.Timeline[:timelineShown]
}

// staff are the people of the desk, by whom a case can be held.
func (c *call) staff(d *caseData) ([]recovery.User, error) {
	if !c.who.Desk() {
		return nil, nil
	}
	users, err := c.web.service.Accounts(c.Request().Context(), "")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(users, func(u recovery.User) bool { return !holdsCases(u) && u.ID != d.Assignee }), nil
}

func holdsCases(u recovery.User) bool {
	desk := []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal}
	return u.Active && slices.Contains(desk, u.Role)
}

func nameOf(users []recovery.User, id recovery.UserID) string {
	for _, user := range users {
		if user.ID == id {
			return user.Name
		}
	}
	return ""
}

// actForms makes the forms of exactly the given actions; the one that failed,
// or that the address asks for, is unfolded.
func (c *call) actForms(d *caseData, staff []recovery.User, failed *attempt, actions []recovery.Action) []form {
	maker := actForms{builder: builder{say: c.say}, view: d.View, who: c.who, staff: staff, now: c.web.now(), asked: c.QueryParams()}
	forms := make([]form, 0, len(actions))
	for _, action := range ordered(actions) {
		var made form
		if failed != nil && failed.action == action {
			made = maker.form(action, failed.values, failed.faults)
			made.Open, made.Findings = true, failed.findings
			made.Notice = firstOf(made.Notice, failed.notice)
		} else {
			made = maker.form(action, nil, nil)
			made.Open = c.QueryParam("do") == string(action)
		}
		forms = append(forms, made)
	}
	return forms
}

// rare are the actions that stand last, because they are seldom the next thing;
// the specific ones of a stage come before what can always be done.
var rare = []recovery.Action{
	recovery.PlanContact, recovery.RecordContact, recovery.RecordResponse, recovery.RecordReturn, recovery.ProposePlan,
	recovery.RecordMediation, recovery.ReportHarassment, recovery.AddNote, recovery.Assign, recovery.Release, recovery.Escalate,
	recovery.PauseCase, recovery.HandOver, recovery.Withdraw, recovery.CloseCase,
}

func ordered(actions []recovery.Action) []recovery.Action {
	sorted := slices.Clone(actions)
	slices.SortStableFunc(sorted, func(a, b recovery.Action) int { return slices.Index(rare, a) - slices.Index(rare, b) })
	return sorted
}

// facts are what was told when the case was filed.
func (c *call) facts(d *caseData) []detail {
	all := []detail{
		{Name: c.say.T("filing.platform.label"), Value: c.say.Word("platform", d.Platform) + " · " + c.say.Word("instrument", d.Instrument)},
		{Name: c.say.T("filing.sent_at.label"), Value: clock(d.SentAt)},
		{Name: c.say.T("filing.transaction_no.label"), Value: d.TransactionNo},
		{Name: c.say.T("filing.reason.label"), Value: c.say.Word("reason", d.Reason)},
		{Name: c.say.T("filing.claim_state.label"), Value: c.say.Word("claim_state", d.ClaimState)},
		{Name: c.say.T("filing.group_kind.label"), Value: c.say.Word("group_kind", d.Group.Kind)},
		{Name: c.say.T("filing.claimant_name.label"), Value: d.Claimant.Name},
		{Name: c.say.T("filing.claimant_phone.label"), Value: d.Claimant.Phone},
		{Name: c.say.T("filing.claimant_email.label"), Value: d.Claimant.Email},
		{Name: c.say.T("filing.claimant_province.label"), Value: d.Claimant.Province},
		{Name: c.say.T("filing.claimant_city.label"), Value: d.Claimant.City},
		{Name: c.say.T("filing.narrative.label"), Value: d.Narrative, Quote: true},
	}
	return slices.DeleteFunc(all, func(f detail) bool { return f.Value == "" })
}

func exhibits(files []recovery.Evidence) []exhibit {
	list := make([]exhibit, len(files))
	for i, file := range files {
		list[i] = exhibit{Evidence: file, Image: viewable[file.MediaType]}
	}
	slices.Reverse(list)
	return list
}

func papers(exports []recovery.Export) []paper {
	list := make([]paper, len(exports))
	for i, export := range exports {
		list[i] = paper{
			Export: export, Building: export.State == recovery.ExportBuilding,
			Failed: export.State == recovery.ExportFailed, Ready: export.State == recovery.ExportReady,
		}
	}
	return list
}

// caseState answers the page's own question whether anything is new.
func (w *Web) caseState(c *call) error {
	data, err := c.loadState(c.Param("number"))
	if err != nil {
		return err
	}
	return c.String(http.StatusOK, data.token())
}
