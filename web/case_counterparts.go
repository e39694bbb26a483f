package web

import (
	"slices"
	"strconv"
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// counterpartView is a counterpart with their share, debt and reports.
type counterpartView struct {
	recovery.Counterpart
	Share            recovery.Money
	Owed             recovery.Money // 0 when the share is unknown
	Returned         recovery.Money
	ReportedReturned recovery.Money // reported by them, not yet confirmed
	NoContact        bool
	BrokenPlans      int
	Confirm          string // path of the form that confirms the report
	Link             *linkView
	NewLink          *linkForm // issues a link that replaces the current one
}

// linkView is the newest link of a counterpart.
type linkView struct {
	casework.Link
	Valid  bool
	Revoke *form
}

func (c *pageContext) counterpartViews(d *caseData) []counterpartView {
	list := make([]counterpartView, len(d.Counterparts))
	for i, counterpart := range d.Counterparts {
		list[i] = counterpartView{Counterpart: counterpart, Share: counterpart.Claimed, Returned: counterpart.ReturnFen}
		c.addPosition(d, &list[i])
		c.addLinkForms(d, &list[i])
	}
	return list
}

// addPosition adds a counterpart's values from the position.
func (c *pageContext) addPosition(d *caseData, p *counterpartView) {
	for _, state := range d.Position.Counterparts {
		if state.ID != p.ID {
			continue
		}
		p.ReportedReturned, p.NoContact, p.BrokenPlans, p.Returned = state.ReportedReturned, state.NoContact, state.BrokenPlans, max(p.Returned, state.Returned)
		if d.Position.KnowsShare(state) {
			p.Owed = d.Position.AmountOwedBy(p.ID)
		}
		if state.ReportedReturned > 0 && slices.Contains(d.Allowed, recovery.RecordReturn) {
			p.Confirm = c.actionFormPath(d, recovery.RecordReturn, p.ID, "")
		}
	}
}

// actionFormPath returns the path at which the form of an action is open and
// filled in.
func (c *pageContext) actionFormPath(d *caseData, action recovery.Action, who recovery.CounterpartID, no string) string {
	address := c.casePath(string(d.Number)) + "?do=" + string(action)
	if who != "" {
		address += "&who=" + string(who)
	}
	if no != "" {
		address += "&no=" + no
	}
	return address + "#do-" + string(action)
}

// planView is a plan as the page shows it.
type planView struct {
	No          int
	Title       string
	Running     bool
	Rest        recovery.Money
	Instalments []instalmentView
}

// instalmentView is an instalment: paid, part, late or due.
type instalmentView struct {
	recovery.Instalment
	State  string
	Record string // path of the form that records its payment, or ""
}

func (c *pageContext) planViews(d *caseData) []planView {
	aliases := counterpartAliases(d.Counterparts)
	var marks []planView
	for _, plan := range d.Position.Plans {
		mark := planView{
			No: plan.No, Running: plan.Running, Rest: plan.Remaining(),
			Title: c.texts.T("case.plan_by", "name", aliases[string(plan.CounterpartID)], "role", c.texts.Word("role", plan.By)),
		}
		records := plan.Running && slices.Contains(d.Allowed, recovery.RecordInstalment)
		for _, part := range plan.Instalments {
			shown := instalmentView{Instalment: part, State: instalmentState(plan, part, c.web.now())}
			if records && shown.State != instalmentPaid {
				shown.Record = c.actionFormPath(d, recovery.RecordInstalment, plan.CounterpartID, strconv.Itoa(part.No))
				records = false // payments fill the earliest instalment first, so only that one is offered
			}
			mark.Instalments = append(mark.Instalments, shown)
		}
		marks = append(marks, mark)
	}
	return marks
}

// States of an instalment on the page.
const (
	instalmentPaid       = "paid"
	instalmentPartlyPaid = "part"
	instalmentLate       = "late"
	instalmentDue        = "due"
)

// instalmentState returns the state of an instalment. It is late when its day
// in China has passed, or when the case has recorded that.
func instalmentState(plan recovery.Plan, part recovery.Instalment, now time.Time) string {
	switch {
	case part.Paid >= part.Amount:
		return instalmentPaid
	case plan.Running && (plan.Grace == part.No || part.DueOn < now.In(recovery.Shanghai).Format(time.DateOnly)):
		return instalmentLate
	case part.Paid > 0:
		return instalmentPartlyPaid
	default:
		return instalmentDue
	}
}

// proposalText describes who proposed which decision.
func (w *pageTexts) proposalText(p *recovery.Proposal, by string) string {
	amount := ""
	if p.Amount > 0 {
		amount = formatYuan(p.Amount)
	}
	if by == "" {
		by = w.T("role.agent")
	}
	return w.T("case.proposal_what", "name", by, "decision", w.Word("decision", p.Decision), "sum", amount)
}

// taskView is a task of the legal stage.
type taskView struct {
	recovery.Task
	Alias string // "" for every counterpart
	Due   *deadlineView
}

func (c *pageContext) taskViews(d *caseData) []taskView {
	aliases := counterpartAliases(d.Counterparts)
	var marks []taskView
	for _, task := range d.Position.Tasks {
		mark := taskView{Task: task, Alias: aliases[string(task.CounterpartID)]}
		for _, deadline := range d.Deadlines {
			if deadline.Kind == recovery.TaskClock && deadline.Ref == task.Ref() {
				due := c.newDeadlineView(deadline, d.Pace)
				mark.Due = &due
			}
		}
		marks = append(marks, mark)
	}
	return marks
}
