package web

import (
	"slices"

	"recourse/casework"
	"recourse/recovery"
)

// nextThing is the one thing the claimant does next.
type nextThing struct {
	Title  string
	Text   string
	Label  string // of the link; empty when there is nothing to do but wait
	Href   string
	Quick  *form // does it with one tap
	Upload bool  // a proof is wanted beside it
	Waits  bool
	Closed bool
}

// situation names where a case stands in the claimant's eyes; each has its
// words in the family "next". What somebody else has just said comes first.
func situation(d *caseData) string {
	at := d.Position
	switch {
	case at.IsOpen() && said(at) != nil:
		return "says_returned"
	case offered(at) != nil:
		return "plan_answer"
	case at.Pause != nil:
		return "paused"
	case at.IsOpen() && paysAll(at):
		return planSituation(at)
	default:
		return stageSituation(d)
	}
}

func stageSituation(d *caseData) string {
	at := d.Position
	switch at.Stage {
	case recovery.RecallWatch:
		if at.RefundAsked {
			return "refund_asked"
		}
	case recovery.PrivateContact, recovery.GroupNotice:
		return contactSituation(d)
	case recovery.Appeal:
		if at.Appeal == recovery.AppealPreparing && len(lacking(d.Requirements)) > 0 {
			return "appeal_lacking"
		}
		return "appeal_" + string(at.Appeal)
	case recovery.Legal:
		if at.Route == "" {
			return "legal_route"
		}
		return "legal_step"
	default:
	}
	return string(at.Stage)
}

// said is the counterpart who says they returned money, which nobody confirmed.
func said(at recovery.Position) *recovery.CounterpartState {
	for i := range at.Counterparts {
		if at.Counterparts[i].ReportedReturned > 0 {
			return &at.Counterparts[i]
		}
	}
	return nil
}

// offered is a plan that a counterpart proposed and nobody answered.
func offered(at recovery.Position) *recovery.Plan {
	for i := range at.Plans {
		if !at.Plans[i].Running && at.Plans[i].By == recovery.RoleCounterpart {
			return &at.Plans[i]
		}
	}
	return nil
}

// paysAll reports that running plans bring all that is missing.
func paysAll(at recovery.Position) bool {
	var coming recovery.Money
	for _, plan := range at.Plans {
		if plan.Running {
			coming += plan.Remaining()
		}
	}
	return coming > 0 && coming >= at.Outstanding()
}

func planSituation(at recovery.Position) string {
	for _, plan := range at.Plans {
		for _, part := range plan.Instalments {
			if plan.Running && part.No == plan.Grace && part.Paid < part.Amount {
				return "plan_late"
			}
		}
	}
	return "plan_running"
}

func contactSituation(d *caseData) string {
	if d.Position.MainClock() == recovery.PromiseClock {
		return "promise"
	}
	if spokenInStage(d.lines, d.Position.Stage) {
		return string(d.Position.Stage) + "_wait"
	}
	return string(d.Position.Stage)
}

// spokenInStage reports whether a contact was recorded since the stage began.
func spokenInStage(lines []casework.JournalLine, stage recovery.Stage) bool {
	spoken := false
	for _, line := range lines {
		switch {
		case line.Entry.Kind == recovery.EntryStageEntered && line.Entry.Facts["to"] == string(stage):
			spoken = false
		case line.Entry.Kind == recovery.EntryContactRecorded:
			spoken = true
		}
	}
	return spoken
}

func lacking(requirements []recovery.Requirement) []recovery.Requirement {
	var missing []recovery.Requirement
	for _, r := range requirements {
		if r.Required && !r.Satisfied {
			missing = append(missing, r)
		}
	}
	return missing
}

// nextActions is what each situation leads to; those absent wait.
var nextActions = map[string]recovery.Action{
	"recall_watch": recovery.RecordReturn, "private_contact": recovery.RecordContact,
	"private_contact_wait": recovery.RecordResponse, "group_notice": recovery.RecordContact,
	"group_notice_wait": recovery.RecordResponse, "promise": recovery.RecordReturn,
	"appeal_lacking": attemptUpload, "appeal_preparing": recovery.SubmitAppeal,
	"appeal_more_evidence": attemptUpload, "appeal_granted": recovery.RecordReturn,
	"says_returned": recovery.RecordReturn, "plan_answer": recovery.AcceptPlan, "paused": recovery.ResumeCase,
	"refund_asked": recovery.RecordReturn, "plan_running": recovery.RecordInstalment, "plan_late": recovery.RecordInstalment,
	"legal_route": recovery.ChooseRoute, "legal_step": recovery.RecordLegalStep,
}

func (c *call) next(d *caseData) nextThing {
	if d.Position.Stage == recovery.Closed {
		outcome := string(d.Position.Outcome)
		return nextThing{
			Title: c.say.Word("outcome", outcome), Text: c.say.T("ended." + outcome), Closed: true,
			Label: c.say.T("next.closed.label"), Href: "#dossier",
		}
	}
	name := situation(d)
	n := nextThing{Title: c.say.T("next." + name + ".title"), Text: c.nextText(name, d)}
	action, acts := nextActions[name]
	switch {
	case !acts:
		n.Waits = true
	case action == attemptUpload:
		n.Label, n.Href = c.say.T("upload.title"), "#upload"
	case slices.Contains(d.Allowed, action):
		n.Label = c.say.T("action." + string(action) + ".title")
		n.Href = c.doing(d, action, asker(name, d.Position), "")
	}
	if name == "refund_asked" && n.Href != "" {
		n.Quick, n.Upload, n.Label = c.refundForm(d), true, c.say.T("case.refund_other")
	}
	return n
}

// nextText fills in who said what.
func (c *call) nextText(name string, d *caseData) string {
	aliases := aliasesOf(d.Counterparts)
	switch name {
	case "says_returned":
		holder := said(d.Position)
		return c.say.T("next.says_returned.text", "name", aliases[string(holder.ID)], "sum", yuan(holder.ReportedReturned))
	case "plan_answer":
		plan := offered(d.Position)
		return c.say.T("next.plan_answer.text", "name", aliases[string(plan.CounterpartID)], "count", len(plan.Instalments), "sum", yuan(plan.Remaining()))
	default:
		return c.say.T("next." + name + ".text")
	}
}

// asker is the counterpart a situation is about, if it is about one.
func asker(name string, at recovery.Position) recovery.CounterpartID {
	switch name {
	case "says_returned":
		return said(at).ID
	case "plan_answer":
		return offered(at).CounterpartID
	default:
		return ""
	}
}

// refundForm records with one tap that the platform gave back what nobody took:
// all that is missing, less what is known to be held.
func (c *call) refundForm(d *caseData) *form {
	amount := d.Position.Outstanding()
	for _, holder := range d.Position.Counterparts {
		amount -= max(0, holder.Share-holder.Returned)
	}
	if amount <= 0 {
		amount = d.Position.Outstanding()
	}
	return &form{
		Action: "/cases/" + string(d.Number) + "/actions/" + string(recovery.RecordReturn), Key: newKey(), CSRF: c.who.CSRF,
		Submit: c.say.T("case.refund_yes", "sum", yuan(amount)), Primary: true,
		Hidden: []option{
			{Label: "amount_fen", Value: amount.String()}, {Label: "channel", Value: string(recovery.AutoRefund)},
			{Label: "at", Value: inputTime(c.web.now())},
		},
	}
}

// stageMark is one step of the stage bar: done, now, ahead or skipped.
type stageMark struct {
	Name  string
	State string
}

func (c *call) stages(d *caseData) []stageMark {
	var marks []stageMark
	entered := enteredStages(d.lines)
	for _, stage := range recovery.Stages {
		state := "ahead"
		switch {
		case stage == d.Position.Stage:
			state = "now"
		case entered[stage]:
			state = "done"
		case d.Position.Stage.IsAfter(stage) || stage == recovery.GroupNotice && d.Position.OneToOne:
			state = "skipped"
		}
		marks = append(marks, stageMark{Name: c.say.Word("stage", stage), State: state})
	}
	return marks
}

// enteredStages tells by the journal where the case has been.
func enteredStages(lines []casework.JournalLine) map[recovery.Stage]bool {
	entered := map[recovery.Stage]bool{}
	for _, line := range lines {
		for _, fact := range []string{"stage", "to"} {
			if name, ok := line.Entry.Facts[fact].(string); ok && line.Entry.Kind != recovery.EntryEscalated {
				entered[recovery.Stage(name)] = true
			}
		}
	}
	return entered
}
