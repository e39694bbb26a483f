package recovery

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Plan is a promise to pay in parts. Running says that both sides agreed.
type Plan struct {
	No            int           `json:"no"` // counts the plans of the case from 1
	CounterpartID CounterpartID `json:"counterpart_id"`
	Running       bool          `json:"running,omitempty"`
	By            Role          `json:"by"` // who proposed it
	Instalments   []Instalment  `json:"instalments"`
	// Grace is the number of the one instalment that was allowed to be late.
	Grace int `json:"grace,omitempty"`
}

// Instalment is one part of a plan, due at 18:00 in China on its day, or on the
// next working day.
type Instalment struct {
	No     int    `json:"no"`
	DueOn  string `json:"due_on"` // 2006-01-02 in China
	Amount Money  `json:"amount_fen"`
	Paid   Money  `json:"paid_fen,omitempty"`
}

// Limits of a plan: five years of months.
const (
	MaxInstalments = 60
	maxPlanYears   = 5
)

// Remaining is what a plan still brings.
func (p Plan) Remaining() Money {
	var rest Money
	for _, part := range p.Instalments {
		rest += part.Amount - part.Paid
	}
	return rest
}

// isCoveredByPlans reports that running plans bring all that is missing.
func (p Position) isCoveredByPlans() bool {
	var coming Money
	for _, plan := range p.Plans {
		if plan.Running {
			coming += plan.Remaining()
		}
	}
	return p.IsOpen() && coming > 0 && coming >= p.Outstanding()
}

// owedOutsidePlans is what a counterpart owes and no running plan of the others brings:
// where shares are unknown, each could owe all of it.
func (p Position) owedOutsidePlans(id CounterpartID) Money {
	rest := p.Outstanding()
	for _, plan := range p.Plans {
		if plan.Running && plan.CounterpartID != id {
			rest -= plan.Remaining()
		}
	}
	return min(p.AmountOwedBy(id), max(0, rest))
}

func (p Position) planIndex(id CounterpartID, running bool) int {
	return slices.IndexFunc(p.Plans, func(plan Plan) bool { return plan.CounterpartID == id && plan.Running == running })
}

// proposePlan puts a plan on the table, in place of the one that lay there. It must
// add up to what this counterpart owes.
func (p Position) proposePlan(m Move) (Step, error) {
	if p.counterpartIndex(m.CounterpartID) < 0 {
		return Step{}, UnknownCounterpart()
	}
	if p.planIndex(m.CounterpartID, true) >= 0 {
		return Step{}, Faultf(CodeActionNotAllowed, "A plan with this counterpart is running already.")
	}
	plan := newPlan(p.PlanCount+1, m)
	if owed := p.owedOutsidePlans(m.CounterpartID); plan.Remaining() != owed || owed == 0 {
		return Step{}, Invalid([]FieldFault{{
			"instalments", "sum_mismatch",
			"The instalments add up to " + plan.Remaining().String() + " yuan; this counterpart owes " + owed.String() + ".",
		}})
	}
	next := p.withoutPlan(m.CounterpartID)
	next.PlanCount++
	next.Plans = append(next.Plans, plan)
	return Step{Next: next}, nil
}

// newPlan numbers the instalments from 1; what was paid is nobody's to say here.
func newPlan(no int, m Move) Plan {
	plan := Plan{No: no, CounterpartID: m.CounterpartID, By: m.Actor.Role}
	for i, part := range m.Instalments {
		plan.Instalments = append(plan.Instalments, Instalment{No: i + 1, DueOn: part.DueOn, Amount: part.Amount})
	}
	return plan
}

// withoutPlan is the position less a counterpart's plan.
func (p Position) withoutPlan(id CounterpartID) Position {
	p.Plans = slices.DeleteFunc(slices.Clone(p.Plans), func(plan Plan) bool { return plan.CounterpartID == id })
	return p
}

// acceptPlan makes a plan run. A debt acknowledged so interrupts the limitation
// (诉讼时效规定 14). A counterpart who agrees by their own hand refuses no more;
// what others say they agreed to does not undo their refusal.
func (p Position) acceptPlan(m Move) (Step, error) {
	index := p.planIndex(m.CounterpartID, false)
	if index < 0 {
		return Step{}, Faultf(CodeActionNotAllowed, "No plan with this counterpart waits for an answer.")
	}
	if m.Actor.Role == RoleCounterpart && p.Plans[index].By == RoleCounterpart {
		return Step{}, Faultf(CodeActionNotAllowed, "The claimant answers a plan that the counterpart proposed.")
	}
	if p.Plans[index].Remaining() > p.owedOutsidePlans(m.CounterpartID) {
		return Step{}, Faultf(CodeActionNotAllowed, "Less is owed by now than the plan says: propose it anew.")
	}
	if m.At != nil && p.Plans[index].Instalments[0].DueOn < m.At.In(Shanghai).Format(time.DateOnly) {
		return Step{}, Faultf(CodeActionNotAllowed, "The day of the first instalment has passed: propose the plan anew.")
	}
	next, holder, err := p.withCounterpart(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	next.Plans = slices.Clone(p.Plans)
	next.Plans[index].Running = true
	if own := m.Actor.Role == RoleCounterpart || next.Plans[index].By == RoleCounterpart; own && holder.hasRefused() {
		holder.Answer = ""
		*holder = holder.withQuietSince(m.At)
	}
	return Step{Next: next}, nil
}

func (p Position) declinePlan(m Move) (Step, error) {
	if p.planIndex(m.CounterpartID, false) < 0 {
		return Step{}, Faultf(CodeActionNotAllowed, "No plan with this counterpart waits for an answer.")
	}
	return Step{Next: p.withoutPlan(m.CounterpartID)}, nil
}

// recordInstalment books a payment on a running plan. The plan is meant by its
// counterpart, or is the only one.
func (p Position) recordInstalment(m Move) (Step, error) {
	id, err := p.findInstalmentPayer(m)
	if err != nil {
		return Step{}, err
	}
	plan := p.Plans[p.planIndex(id, true)]
	if m.No < 1 || m.No > len(plan.Instalments) {
		return Step{}, Invalid([]FieldFault{{"no", "unknown", "The plan has no instalment of this number."}})
	}
	return Step{Next: p.bookPayment(id, m.Amount).afterPayment()}, nil
}

// InstalmentPayer is whose instalment a payment is: "" when nobody can tell.
func (p Position) InstalmentPayer(m Move) CounterpartID {
	id, _ := p.findInstalmentPayer(m)
	return id
}

func (p Position) findInstalmentPayer(m Move) (CounterpartID, error) {
	if m.CounterpartID != "" {
		if p.planIndex(m.CounterpartID, true) < 0 {
			return "", Faultf(CodeActionNotAllowed, "No plan with this counterpart is running.")
		}
		return m.CounterpartID, nil
	}
	running := slices.DeleteFunc(slices.Clone(p.Plans), func(plan Plan) bool { return !plan.Running })
	if len(running) != 1 {
		return "", Invalid([]FieldFault{{"counterpart_id", "required", "Several plans are running: say whose instalment it is."}})
	}
	return running[0].CounterpartID, nil
}

// bookOnPlan books money on a counterpart's plan, the earliest instalment first, and
// takes away a plan that is fulfilled.
func (p Position) bookOnPlan(id CounterpartID, amount Money) Position {
	index := p.planIndex(id, true)
	if index < 0 {
		return p
	}
	p.Plans = slices.Clone(p.Plans)
	plan := &p.Plans[index]
	plan.Instalments = slices.Clone(plan.Instalments)
	for i := range plan.Instalments {
		part := min(amount, plan.Instalments[i].Amount-plan.Instalments[i].Paid)
		plan.Instalments[i].Paid += part
		amount -= part
	}
	if plan.Remaining() == 0 {
		return p.withoutPlan(id)
	}
	return p
}

// PassInstalmentDay looks at an instalment whose day has come. It gives false when
// there is nothing to write: it was paid, or the plan is no more.
//
// One instalment of a plan may be late, until GraceClock passes. The next that
// is late breaks the plan.
func (p Position) PassInstalmentDay(plan, no int) (Step, bool) {
	index := p.runningPlanIndex(plan)
	if index < 0 || no < 1 || no > len(p.Plans[index].Instalments) || p.Plans[index].isPaid(no) {
		return Step{}, false
	}
	if p.Plans[index].Grace == no {
		return Step{}, false // told twice
	}
	if p.Plans[index].Grace != 0 {
		return Step{Kind: EntryPlanBroken, Next: p.breakPlan(plan).withWaitingOn()}, true
	}
	next := p
	next.Plans = slices.Clone(p.Plans)
	next.Plans[index].Grace = no
	return Step{Kind: EntryInstalmentMissed, Next: next.withWaitingOn()}, true
}

func (p Position) runningPlanIndex(no int) int {
	return slices.IndexFunc(p.Plans, func(plan Plan) bool { return plan.No == no && plan.Running })
}

func (p Plan) isPaid(no int) bool {
	part := p.Instalments[no-1]
	return part.Paid >= part.Amount
}

// instalmentClocks are the days of the instalments that are not paid, kept by the plan's
// own workflow, and the grace of the one that is late.
func (p Plan) instalmentClocks() []ClockState {
	var running []ClockState
	for _, part := range p.Instalments {
		switch {
		case p.isPaid(part.No):
		case p.Grace == part.No:
			running = append(running, ClockState{Clock: GraceClock, Ref: strconv.Itoa(p.No)})
		default:
			running = append(running, ClockState{Clock: InstalmentClock, Ref: InstalmentRef(p.No, part.No)})
		}
	}
	return running
}

// InstalmentRef names an instalment among the deadlines of a case.
func InstalmentRef(plan, no int) string { return fmt.Sprintf("%d/%d", plan, no) }

// RemindableAmount tells what is open of an instalment that a counterpart may be
// reminded of: of a plan of theirs that runs, and not once they refused or
// complained.
func (p Position) RemindableAmount(id CounterpartID, ref string) (Money, bool) {
	at, plan := p.counterpartIndex(id), p.planIndex(id, true)
	if at < 0 || plan < 0 || p.Counterparts[at].isSilenced() {
		return 0, false
	}
	for _, part := range p.Plans[plan].Instalments {
		if InstalmentRef(p.Plans[plan].No, part.No) == ref {
			return part.Amount - part.Paid, part.Amount > part.Paid
		}
	}
	return 0, false
}

// InstalmentDebtor is whose plan a deadline's Ref names; "" for nobody's.
func (p Position) InstalmentDebtor(ref string) CounterpartID {
	for _, plan := range p.Plans {
		for _, part := range plan.Instalments {
			if InstalmentRef(plan.No, part.No) == ref {
				return plan.CounterpartID
			}
		}
	}
	return ""
}

// FindInstalment finds the instalment that a deadline's Ref names.
func (p Position) FindInstalment(ref string) (Instalment, bool) {
	for _, plan := range p.Plans {
		for _, part := range plan.Instalments {
			if InstalmentRef(plan.No, part.No) == ref {
				return part, true
			}
		}
	}
	return Instalment{}, false
}

// breakPlan puts the case back on its path: a broken word ends the stage of words,
// an appeal goes on, and at law the acknowledged debt asks for another route.
func (p Position) breakPlan(plan int) Position {
	index := p.runningPlanIndex(plan)
	if index < 0 {
		return p
	}
	waited, id := p.isCoveredByPlans(), p.Plans[index].CounterpartID
	next, holder, err := p.withoutPlan(id).withCounterpart(id)
	if err != nil {
		return p.withoutPlan(id)
	}
	holder.BrokenPlans++
	if !holder.hasRefused() {
		holder.Answer = ""
	}
	switch {
	case !waited || next.isCoveredByPlans() || next.Pause != nil:
		return next
	case next.Stage == Legal:
		next.Route = ""
		return next
	case next.Stage == Appeal:
		return next
	default:
		return next.enterNextStage()
	}
}

func (c *FieldChecker) instalments(parts []Instalment) {
	const field = "instalments"
	if len(parts) == 0 || len(parts) > MaxInstalments {
		c.Add(field, "out_of_range", "A plan has between 1 and %d instalments.", MaxInstalments)
		return
	}
	before := c.now.In(Shanghai).Format(time.DateOnly)
	last := c.now.In(Shanghai).AddDate(maxPlanYears, 0, 0).Format(time.DateOnly)
	for i, part := range parts {
		at := fieldAt(field, i)
		_, err := time.Parse(time.DateOnly, part.DueOn)
		switch {
		case err != nil:
			c.Add(at+"due_on", "malformed", "A day as 2006-01-02 is needed.")
		case part.DueOn < before:
			c.Add(at+"due_on", "not_in_order", "Each instalment is due after the one before it, and none in the past.")
		case part.DueOn > last:
			c.Add(at+"due_on", "too_late", "A plan ends within %d years.", maxPlanYears)
		default:
			before = nextDay(part.DueOn)
		}
		c.Amount(at+"amount_fen", part.Amount, true)
		if part.No != 0 {
			c.Add(at+"no", "unknown_field", "Instalments are numbered by themselves, in the order of their days.")
		}
		if part.Paid != 0 {
			c.Add(at+"paid_fen", "unknown_field", "What was paid is recorded by itself.")
		}
	}
}
