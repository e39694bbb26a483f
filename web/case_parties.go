package web

import (
	"slices"
	"strconv"
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// party is a counterpart with what they hold, owe and say.
type party struct {
	recovery.Counterpart
	Share    recovery.Money
	Owed     recovery.Money // 0 when nobody knows
	Returned recovery.Money
	Says     recovery.Money // what they say they returned and nobody has confirmed
	Banned   bool
	Broken   int
	Confirm  string // where what they say is confirmed
	Link     *linkMark
	Make     *linkForm // makes a link, in place of the one there is
}

// linkMark is the newest link of a counterpart.
type linkMark struct {
	casework.Link
	Works  bool
	Revoke *form
}

func (c *call) parties(d *caseData) []party {
	list := make([]party, len(d.Counterparts))
	for i, counterpart := range d.Counterparts {
		list[i] = party{Counterpart: counterpart, Share: counterpart.Claimed, Returned: counterpart.ReturnFen}
		c.hold(d, &list[i])
		c.linkForms(d, &list[i])
	}
	return list
}

// hold fills in what the position knows of a counterpart.
func (c *call) hold(d *caseData, p *party) {
	for _, holder := range d.Position.Counterparts {
		if holder.ID != p.ID {
			continue
		}
		p.Says, p.Banned, p.Broken, p.Returned = holder.ReportedReturned, holder.NoContact, holder.BrokenPlans, max(p.Returned, holder.Returned)
		if d.Position.KnowsShare(holder) {
			p.Owed = d.Position.AmountOwedBy(p.ID)
		}
		if holder.ReportedReturned > 0 && slices.Contains(d.Allowed, recovery.RecordReturn) {
			p.Confirm = c.doing(d, recovery.RecordReturn, p.ID, "")
		}
	}
}

// doing is where the form of an action stands unfolded and filled in.
func (c *call) doing(d *caseData, action recovery.Action, who recovery.CounterpartID, no string) string {
	address := c.home(string(d.Number)) + "?do=" + string(action)
	if who != "" {
		address += "&who=" + string(who)
	}
	if no != "" {
		address += "&no=" + no
	}
	return address + "#do-" + string(action)
}

// planMark is a plan as the page shows it.
type planMark struct {
	No      int
	Title   string
	Running bool
	Rest    recovery.Money
	Parts   []partMark
}

// partMark is an instalment: paid, part, late or due.
type partMark struct {
	recovery.Instalment
	State  string
	Record string // where its payment is recorded; "" when it may not be
}

func (c *call) plans(d *caseData) []planMark {
	aliases := aliasesOf(d.Counterparts)
	var marks []planMark
	for _, plan := range d.Position.Plans {
		mark := planMark{
			No: plan.No, Running: plan.Running, Rest: plan.Remaining(),
			Title: c.say.T("case.plan_by", "name", aliases[string(plan.CounterpartID)], "role", c.say.Word("role", plan.By)),
		}
		records := plan.Running && slices.Contains(d.Allowed, recovery.RecordInstalment)
		for _, part := range plan.Instalments {
			shown := partMark{Instalment: part, State: partState(plan, part, c.web.now())}
			if records && shown.State != partPaid {
				shown.Record = c.doing(d, recovery.RecordInstalment, plan.CounterpartID, strconv.Itoa(part.No))
				records = false // money fills the earliest first: only that one is offered
			}
			mark.Parts = append(mark.Parts, shown)
		}
		marks = append(marks, mark)
	}
	return marks
}

// The states of an instalment on the page.
const (
	partPaid = "paid"
	partSome = "part"
	partLate = "late"
	partDue  = "due"
)

// partState says how an instalment stands. It is late once its day in China is
// over, or when the case has noted so.
func partState(plan recovery.Plan, part recovery.Instalment, now time.Time) string {
	switch {
	case part.Paid >= part.Amount:
		return partPaid
	case plan.Running && (plan.Grace == part.No || part.DueOn < now.In(recovery.Shanghai).Format(time.DateOnly)):
		return partLate
	case part.Paid > 0:
		return partSome
	default:
		return partDue
	}
}

// proposal says who proposed what.
func (w *wording) proposal(p *recovery.Proposal, by string) string {
	amount := ""
	if p.Amount > 0 {
		amount = yuan(p.Amount)
	}
	if by == "" {
		by = w.T("role.agent")
	}
	return w.T("case.proposal_what", "name", by, "decision", w.Word("decision", p.Decision), "sum", amount)
}

// taskMark is one rung of the ladder, or another task of the law.
type taskMark struct {
	recovery.Task
	Who string // "" for all of them
	Due *dueMark
}

func (c *call) tasks(d *caseData) []taskMark {
	aliases := aliasesOf(d.Counterparts)
	var marks []taskMark
	for _, task := range d.Position.Tasks {
		mark := taskMark{Task: task, Who: aliases[string(task.CounterpartID)]}
		for _, deadline := range d.Deadlines {
			if deadline.Kind == recovery.TaskClock && deadline.Ref == task.Ref() {
				due := c.mark(deadline, d.Pace)
				mark.Due = &due
			}
		}
		marks = append(marks, mark)
	}
	return marks
}
