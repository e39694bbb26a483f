package web

import (
	"slices"

	"recourse/recovery"
)

// nextStep is the one thing the claimant should do next.
type nextStep struct {
	Title        string
	Text         string
	Label        string // of the link; empty when the claimant can only wait
	Href         string
	QuickForm    *form // completes the step with one tap
	OffersUpload bool  // evidence should be added too
	Waiting      bool
	Closed       bool
}

// claimantSituation returns the situation of a case from the claimant's point
// of view; its texts are in the family "next". Something a counterpart has just
// reported or offered comes first.
func claimantSituation(d *caseData) string {
	at := d.Position
	switch {
	case isDangerous(d) && at.Stage == recovery.Legal:
		return dangerSituation(at)
	case at.IsOpen() && reportedReturn(at) != nil:
		return "says_returned"
	case offeredPlan(at) != nil:
		return "plan_answer"
	case at.Pause != nil:
		return "paused"
	case at.IsOpen() && plansCoverRest(at):
		return planSituation(at)
	default:
		return stageSituation(d)
	}
}

// dangerSituation keeps to the police and the court, whatever the other side says.
func dangerSituation(at recovery.Position) string {
	if at.Route == "" {
		return "danger"
	}
	return "legal_step"
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
		if at.Appeal == recovery.AppealPreparing && len(missingRequirements(d.Requirements)) > 0 {
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

// reportedReturn returns the first counterpart who reports a return that nobody
// has confirmed.
func reportedReturn(at recovery.Position) *recovery.CounterpartState {
	for i := range at.Counterparts {
		if at.Counterparts[i].ReportedReturned > 0 {
			return &at.Counterparts[i]
		}
	}
	return nil
}

// offeredPlan returns the first plan that a counterpart proposed and nobody
// answered.
func offeredPlan(at recovery.Position) *recovery.Plan {
	for i := range at.Plans {
		if !at.Plans[i].Running && at.Plans[i].By == recovery.RoleCounterpart {
			return &at.Plans[i]
		}
	}
	return nil
}

// plansCoverRest reports whether the running plans cover the outstanding
// amount.
func plansCoverRest(at recovery.Position) bool {
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
	if cannotBeReached(d.Facts()) && d.Position.Stage == recovery.PrivateContact {
		return "unreached"
	}
	if d.Contacts != nil && d.Contacts.Newest > d.stages.Since {
		return string(d.Position.Stage) + "_wait"
	}
	return string(d.Position.Stage)
}

// cannotBeReached reports whether a private message would not arrive, so that waiting
// for an answer only costs time.
func cannotBeReached(f recovery.Facts) bool {
	return f.Circumstances[recovery.Blocked] || f.Circumstances[recovery.Unreachable]
}

func missingRequirements(requirements []recovery.Requirement) []recovery.Requirement {
	var missing []recovery.Requirement
	for _, r := range requirements {
		if r.Required && !r.Satisfied {
			missing = append(missing, r)
		}
	}
	return missing
}

// nextActions has the action of each situation; in a situation that is not
// listed, the claimant waits.
var nextActions = map[string]recovery.Action{
	"recall_watch": recovery.RecordReturn, "private_contact": recovery.RecordContact,
	"private_contact_wait": recovery.RecordResponse, "group_notice": recovery.RecordContact,
	"group_notice_wait": recovery.RecordResponse, "promise": recovery.RecordReturn,
	"appeal_lacking": attemptUpload, "appeal_preparing": recovery.SubmitAppeal,
	"appeal_more_evidence": attemptUpload, "appeal_granted": recovery.RecordReturn,
	"says_returned": recovery.RecordReturn, "plan_answer": recovery.AcceptPlan, "paused": recovery.ResumeCase,
	"refund_asked": recovery.RecordReturn, "plan_running": recovery.RecordInstalment, "plan_late": recovery.RecordInstalment,
	"danger": recovery.ChooseRoute, "unreached": recovery.Escalate, "legal_route": recovery.ChooseRoute, "legal_step": recovery.RecordLegalStep,
}

func (c *pageContext) newNextStep(d *caseData) nextStep {
	if d.Position.Stage == recovery.Closed {
		outcome := string(d.Position.Outcome)
		return nextStep{
			Title: c.texts.Word("outcome", outcome), Text: c.endedText(d.Position), Closed: true,
			Label: c.texts.T("next.closed.label"), Href: "#dossier",
		}
	}
	name := claimantSituation(d)
	n := nextStep{Title: c.texts.T("next." + name + ".title"), Text: c.nextStepText(name, d)}
	action, actionable := nextActions[name]
	switch {
	case !actionable:
		n.Waiting = true
	case action == attemptUpload:
		n.Label, n.Href = c.texts.T("upload.title"), "#upload"
	case slices.Contains(d.Allowed, action):
		n.Label = c.texts.T("action." + string(action) + ".title")
		n.Href = c.actionFormPath(d, action, situationCounterpart(name, d.Position), "")
	}
	if name == "refund_asked" && n.Href != "" {
		n.QuickForm, n.OffersUpload, n.Label = c.newRefundForm(d), true, c.texts.T("case.refund_other")
	}
	return n
}

// endedText explains how a case ended. While money is missing it names the last
// day to sue, because the end of the case is not the end of the claim.
func (c *pageContext) endedText(at recovery.Position) string {
	text := c.texts.T("ended." + string(at.Outcome))
	right, remains := at.RemainingRight()
	if !remains {
		return text
	}
	day := formatDay(right.LastDay())
	if right.HasEnded(c.web.now()) {
		return text + c.texts.T("ended.right_over", "day", day)
	}
	return text + c.texts.T("ended.right_lasts", "day", day)
}

// nextStepText returns the text of a situation with names and amounts.
func (c *pageContext) nextStepText(name string, d *caseData) string {
	aliases := counterpartAliases(d.Counterparts)
	switch name {
	case "says_returned":
		counterpart := reportedReturn(d.Position)
		return c.texts.T("next.says_returned.text", "name", aliases[string(counterpart.ID)], "sum", formatYuan(counterpart.ReportedReturned))
	case "plan_answer":
		plan := offeredPlan(d.Position)
		return c.texts.T("next.plan_answer.text", "name", aliases[string(plan.CounterpartID)], "count", len(plan.Instalments), "sum", formatYuan(plan.Remaining()))
	default:
		return c.texts.T("next." + name + ".text")
	}
}

// situationCounterpart returns the counterpart a situation is about, or "".
func situationCounterpart(name string, at recovery.Position) recovery.CounterpartID {
	switch name {
	case "says_returned":
		return reportedReturn(at).ID
	case "plan_answer":
		return offeredPlan(at).CounterpartID
	default:
		return ""
	}
}

// newRefundForm records with one tap that the platform refunded unclaimed
// money: the outstanding amount minus the known shares that counterparts still
// have.
func (c *pageContext) newRefundForm(d *caseData) *form {
	amount := d.Position.Outstanding()
	for _, counterpart := range d.Position.Counterparts {
		amount -= max(0, counterpart.Share-counterpart.Returned)
	}
	if amount <= 0 {
		amount = d.Position.Outstanding()
	}
	return &form{
		Action: "/cases/" + string(d.Number) + "/actions/" + string(recovery.RecordReturn), Key: newIdempotencyKey(), CSRF: c.visitor.CSRF,
		Submit: c.texts.T("case.refund_yes", "sum", formatYuan(amount)), Primary: true,
		Hidden: []option{
			{Label: "amount_fen", Value: amount.String()}, {Label: "channel", Value: string(recovery.AutoRefund)},
			{Label: "at", Value: formatInputTime(c.web.now())},
		},
	}
}

// stageView is one step of the stage bar: done, now, ahead or skipped.
type stageView struct {
	Name  string
	State string
}

func (c *pageContext) stageViews(d *caseData) []stageView {
	var marks []stageView
	for _, stage := range recovery.Stages {
		state := "ahead"
		switch {
		case stage == d.Position.Stage:
			state = "now"
		case slices.Contains(d.stages.Left, stage):
			state = "done"
		case d.Position.Stage.IsAfter(stage) || stage == recovery.GroupNotice && d.Position.OneToOne:
			state = "skipped"
		}
		marks = append(marks, stageView{Name: c.texts.Word("stage", stage), State: state})
	}
	return marks
}
