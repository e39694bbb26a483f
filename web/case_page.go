package web

import (
	"net/http"
	"slices"

	"recourse/casework"
	"recourse/evidence/originals/stills"
	"recourse/evidence/originals/transcript"
	"recourse/playbook"
	"recourse/recovery"
)

// caseBody is the model of a case page, for claimants and staff.
type caseBody struct {
	*caseData
	Home            string // path of this page
	Stages          []stageView
	Next            nextStep
	NextDeadline    *deadlineView
	AllDeadlines    []deadlineView // all deadlines
	People          []counterpartView
	Plans           []planView
	Contact         *contactView
	Tasks           []taskView
	Limitation      *limitationView
	Proposal        string // a proposed decision that needs a second person
	Issued          *issuedLink
	Success         string
	Facts           []detail
	Texts           []playbook.Text
	ActionForms     []form
	Evidence        []evidenceView
	MissingEvidence []recovery.Requirement
	Upload          *form
	Bill            *form
	Export          *form
	Downloads       []exportView
	Timeline        timelineView
	FileCount       int
	AllFiles        string // path with all files; "" if they are shown
	AllTerms        string // path with everything that affects the limitation; "" if it is shown
	Assignee        string // name of the assignee
	Token           string
	Notice          string
	CanExport       bool        // the visitor may open the export page
	Danger          *dangerView // nil without danger
	Recall          *recallView // what can still be stopped; nil if nothing can
	Help            []playbook.HelpEntry
	AsksIntended    string // path of the form that states what was owed; "" if it is known
	Waiting         []waitingCorrection
	Signals         *signalsView // nil without any
	ReportsDanger   string       // path of the form that reports a danger; "" if it is known
}

// evidenceView is one file of the case.
type evidenceView struct {
	casework.Exhibit

	Payments bool        // may show payments that the visitor can adopt
	Words    bool        // has lines to read
	Found    []foundFact // in the file
	Film     bool        // is shown as stills or as a wave form
}

// exportView is one export.
type exportView struct {
	recovery.Export
	Building bool
	Failed   bool
	Expired  bool // its files were deleted
	Ready    bool
}

// casePage shows a case. Each role has its own path.
func (w *Web) casePage(c *pageContext) error {
	home := c.casePath(c.Param("number"))
	if c.Request().URL.Path != home {
		return c.redirectTo(home)
	}
	return c.showCasePage(http.StatusOK, nil)
}

func (c *pageContext) casePath(number string) string {
	if c.visitor.IsStaff() {
		return "/desk/cases/" + number
	}
	return "/cases/" + number
}

// showCasePage renders the case page, with the errors of a failed form.
func (c *pageContext) showCasePage(status int, failed *formAttempt) error {
	data, err := c.loadCase(c.Param("number"))
	if err != nil {
		return err
	}
	body, err := c.newCaseBody(data, failed)
	if err != nil {
		return err
	}
	view, scripts := "case", []string{"live.js", "upload.js", "copy.js"}
	if c.visitor.IsStaff() {
		view = "desk_case"
	}
	return c.showPage(status, view, page{
		Title: c.texts.T("case.title", "number", data.Number), Pace: data.Pace, StaffLayout: c.visitor.IsStaff(), Scripts: scripts, Body: body,
	})
}

func (c *pageContext) newCaseBody(d *caseData, failed *formAttempt) (caseBody, error) {
	body := caseBody{
		caseData: d, Home: c.casePath(string(d.Number)), Stages: c.stageViews(d), Next: c.newNextStep(d),
		NextDeadline: c.nextDeadline(d.Deadlines, d.Pace), AllDeadlines: c.deadlineViews(d.Deadlines, d.Pace), People: c.counterpartViews(d), Plans: c.planViews(d),
		Tasks: c.taskViews(d), Facts: c.caseFacts(d), Texts: d.texts, MissingEvidence: missingRequirements(d.Requirements),
		Downloads: exportViews(d.exports), Timeline: c.newTimeline(d), Token: d.stateToken(), Evidence: c.evidenceViews(d),
		CanExport: c.visitor.IsStaff(),
	}
	c.addSafety(&body, d)
	c.addAllPaths(&body)
	if err := c.addRecords(&body, d, failed); err != nil {
		return body, err
	}
	staff, err := c.loadStaff(d)
	if err != nil {
		return body, err
	}
	body.Assignee = userName(staff, d.Assignee)
	if d.Position.Proposal != nil {
		body.Proposal = c.texts.proposalText(d.Position.Proposal, userName(staff, d.Position.Proposal.By))
	}
	body.ActionForms = c.newActionForms(d, staff, failed, offeredActions(d))
	c.addFileForms(&body, failed)
	if failed != nil {
		body.Notice, body.Success, body.Issued = failed.notice, failed.success, failed.issued
	}
	return body, nil
}

// addRecords adds what is read from the journal by itself, because the entries may be
// older than those of the timeline.
func (c *pageContext) addRecords(body *caseBody, d *caseData, failed *formAttempt) (err error) {
	if body.Contact, err = c.newContactView(d); err != nil {
		return err
	}
	if body.Limitation, err = c.newLimitationView(d); err != nil {
		return err
	}
	if body.Signals, err = c.newSignalsView(d); err != nil {
		return err
	}
	body.Waiting, err = c.waitingCorrections(d, failed)
	return err
}

// addAllPaths adds where everything is shown of which the page shows a part.
func (c *pageContext) addAllPaths(body *caseBody) {
	body.FileCount = body.files.Total
	if body.files.Total > len(body.exhibits) {
		body.AllFiles = body.Home + "?" + filesParam + "=" + allValue + "#evidence"
	}
	if c.QueryParam(termsParam) != allValue {
		body.AllTerms = body.Home + "?" + termsParam + "=" + allValue + "#terms"
	}
}

// loadStaff returns the accounts to which a case can be assigned, and the
// current assignee.
func (c *pageContext) loadStaff(d *caseData) ([]recovery.User, error) {
	if !c.visitor.IsStaff() {
		return nil, nil
	}
	users, err := c.web.service.Accounts(c.Request().Context(), "")
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(users, func(u recovery.User) bool { return !canBeAssigned(u) && u.ID != d.Assignee }), nil
}

func canBeAssigned(u recovery.User) bool {
	desk := []recovery.Role{recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal}
	return u.Active && slices.Contains(desk, u.Role)
}

func userName(users []recovery.User, id recovery.UserID) string {
	for _, user := range users {
		if user.ID == id {
			return user.Name
		}
	}
	return ""
}

// newActionForms returns the forms of the given actions. The form that failed,
// or that the URL names, is open.
func (c *pageContext) newActionForms(d *caseData, staff []recovery.User, failed *formAttempt, actions []recovery.Action) []form {
	builder := actionForms{fieldBuilder: fieldBuilder{texts: c.texts}, view: d.View, visitor: c.visitor, staff: staff, now: c.web.now(), query: c.QueryParams(), questions: d.questions}
	forms := make([]form, 0, len(actions))
	for _, action := range sortActions(actions) {
		var f form
		if failed != nil && failed.action == action {
			f = builder.newForm(action, failed.values, failed.faults)
			f.Open, f.Findings = true, failed.findings
			f.Notice = firstNonEmpty(f.Notice, failed.notice)
			if failed.question != "" {
				f = f.withQuestion(failed.question, failed.values)
			}
		} else {
			f = builder.newForm(action, nil, nil)
			f.Open = c.QueryParam("do") == string(action)
		}
		forms = append(forms, f)
	}
	return forms
}

// sortActions orders actions by their rank in the table of actions.
func sortActions(actions []recovery.Action) []recovery.Action {
	// Corrections are offered beside the entry they are about, adoptions beside the row.
	sorted := slices.DeleteFunc(slices.Clone(actions), func(a recovery.Action) bool {
		return a.CorrectsEntry() || a == recovery.RejectCorrection || a == recovery.AdoptMatch
	})
	slices.SortStableFunc(sorted, func(a, b recovery.Action) int { return rankOf(a) - rankOf(b) })
	return sorted
}

func rankOf(action recovery.Action) int {
	spec, _ := recovery.SpecOf(action)
	return spec.Rank
}

func (c *pageContext) evidenceViews(d *caseData) []evidenceView {
	list, adopts := make([]evidenceView, len(d.exhibits)), slices.Contains(d.Allowed, recovery.AdoptMatch)
	for i, exhibit := range d.exhibits {
		list[i] = evidenceView{
			Exhibit: exhibit, Payments: adopts && showsPayments(exhibit.Evidence), Words: transcript.IsReadable(exhibit.MediaType), Found: c.foundFacts(exhibit),
			Film: stills.IsFilm(exhibit.MediaType),
		}
	}
	slices.Reverse(list)
	return list
}

func exportViews(exports []recovery.Export) []exportView {
	list := make([]exportView, len(exports))
	for i, export := range exports {
		list[i] = exportView{
			Export: export, Building: export.State == recovery.ExportBuilding,
			Failed: export.State == recovery.ExportFailed, Expired: export.State == recovery.ExportExpired, Ready: export.State == recovery.ExportReady,
		}
	}
	return list
}

// caseState answers the page's poll for changes.
func (w *Web) caseState(c *pageContext) error {
	data, err := c.loadCaseState(c.Param("number"))
	if err != nil {
		return err
	}
	return c.String(http.StatusOK, data.stateToken())
}
