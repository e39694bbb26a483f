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

// Rest is what a plan still brings.
func (p Plan) Rest() Money {
	var rest Money
	for _, part := range p.Instalments {
		rest += part.Amount - part.Paid
	}
	return rest
}

// planned reports that running plans bring all that is missing.
func (p Position) planned() bool {
	var coming Money
	for _, plan := range p.Plans {
		if plan.Running {
			coming += plan.Rest()
		}
	}
	return p.Open() && coming > 0 && coming >= p.Outstanding()
}

// unplanned is what a counterpart owes and no running plan of the others brings:
// where shares are unknown, each could owe all of it.
func (p Position) unplanned(id CounterpartID) Money {
	rest := p.Outstanding()
	for _, plan := range p.Plans {
		if plan.Running && plan.CounterpartID != id {
			rest -= plan.Rest()
		}
	}
	return min(p.Owed(id), max(0, rest))
}

func (p Position) planOf(id CounterpartID, running bool) int {
	return slices.IndexFunc(p.Plans, func(plan Plan) bool { return plan.CounterpartID == id && plan.Running == running })
}

// proposed puts a plan on the table, in place of the one that lay there. It must
// add up to what this counterpart owes.
func (p Position) proposed(m Move) (Step, error) {
	if p.holder(m.CounterpartID) < 0 {
		return Step{}, UnknownCounterpart()
	}
	if p.planOf(m.CounterpartID, true) >= 0 {
		return Step{}, Faultf(CodeActionNotAllowed, "A plan with this counterpart is running already.")
	}
	plan := newPlan(p.PlanCount+1, m)
	if owed := p.unplanned(m.CounterpartID); plan.Rest() != owed || owed == 0 {
		return Step{}, Invalid([]FieldFault{{
			"instalments", "sum_mismatch",
			"The instalments add up to " + plan.Rest().String() + " yuan; this counterpart owes " + owed.String() + ".",
		}})
	}
	next := p.without(m.CounterpartID)
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

// without is the position less a counterpart's plan.
func (p Position) without(id CounterpartID) Position {
	p.Plans = slices.DeleteFunc(slices.Clone(p.Plans), func(plan Plan) bool { return plan.CounterpartID == id })
	return p
}

// accepted makes a plan run. A debt acknowledged so interrupts the limitation
// (诉讼时效规定 14). A counterpart who agrees by their own hand refuses no more;
// what others say they agreed to does not undo their refusal.
func (p Position) accepted(m Move) (Step, error) {
	index := p.planOf(m.CounterpartID, false)
	if index < 0 {
		return Step{}, Faultf(CodeActionNotAllowed, "No plan with this counterpart waits for an answer.")
	}
	if m.Actor.Role == RoleCounterpart && p.Plans[index].By == RoleCounterpart {
		return Step{}, Faultf(CodeActionNotAllowed, "The claimant answers a plan that the counterpart proposed.")
	}
	if p.Plans[index].Rest() > p.unplanned(m.CounterpartID) {
		return Step{}, Faultf(CodeActionNotAllowed, "Less is owed by now than the plan says: propose it anew.")
	}
	if m.At != nil && p.Plans[index].Instalments[0].DueOn < m.At.In(Shanghai).Format(time.DateOnly) {
		return Step{}, Faultf(CodeActionNotAllowed, "The day of the first instalment has passed: propose the plan anew.")
	}
	next, holder, err := p.withHolder(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	next.Plans = slices.Clone(p.Plans)
	next.Plans[index].Running = true
	if own := m.Actor.Role == RoleCounterpart || next.Plans[index].By == RoleCounterpart; own && holder.refuses() {
		holder.Answer = ""
		*holder = holder.quiet(m.At)
	}
	return Step{Next: next}, nil
}

func (p Position) declined(m Move) (Step, error) {
	if p.planOf(m.CounterpartID, false) < 0 {
		return Step{}, Faultf(CodeActionNotAllowed, "No plan with this counterpart waits for an answer.")
	}
	return Step{Next: p.without(m.CounterpartID)}, nil
}

// instalment books a payment on a running plan. The plan is meant by its
// counterpart, or is the only one.
func (p Position) instalment(m Move) (Step, error) {
	id, err := p.payer(m)
	if err != nil {
		return Step{}, err
	}
	plan := p.Plans[p.planOf(id, true)]
	if m.No < 1 || m.No > len(plan.Instalments) {
		return Step{}, Invalid([]FieldFault{{"no", "unknown", "The plan has no instalment of this number."}})
	}
	return Step{Next: p.pay(id, m.Amount).received()}, nil
}

// Payer is whose instalment a payment is: "" when nobody can tell.
func (p Position) Payer(m Move) CounterpartID {
	id, _ := p.payer(m)
	return id
}

func (p Position) payer(m Move) (CounterpartID, error) {
	if m.CounterpartID != "" {
		if p.planOf(m.CounterpartID, true) < 0 {
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

// onPlan books money on a counterpart's plan, the earliest instalment first, and
// takes away a plan that is fulfilled.
func (p Position) onPlan(id CounterpartID, amount Money) Position {
	index := p.planOf(id, true)
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
	if plan.Rest() == 0 {
		return p.without(id)
	}
	return p
}

// InstalmentDue looks at an instalment whose day has come. It gives false when
// there is nothing to write: it was paid, or the plan is no more.
//
// One instalment of a plan may be late, until GraceClock passes. The next that
// is late breaks the plan.
func (p Position) InstalmentDue(plan, no int) (Step, bool) {
	index := p.runningPlan(plan)
	if index < 0 || no < 1 || no > len(p.Plans[index].Instalments) || p.Plans[index].paid(no) {
		return Step{}, false
	}
	if p.Plans[index].Grace == no {
		return Step{}, false // told twice
	}
	if p.Plans[index].Grace != 0 {
		return Step{Kind: EntryPlanBroken, Next: p.broken(plan).settled()}, true
	}
	next := p
	next.Plans = slices.Clone(p.Plans)
	next.Plans[index].Grace = no
	return Step{Kind: EntryInstalmentMissed, Next: next.settled()}, true
}

func (p Position) runningPlan(no int) int {
	return slices.IndexFunc(p.Plans, func(plan Plan) bool { return plan.No == no && plan.Running })
}

func (p Plan) paid(no int) bool {
	part := p.Instalments[no-1]
	return part.Paid >= part.Amount
}

// clocks are the days of the instalments that are not paid, kept by the plan's
// own workflow, and the grace of the one that is late.
func (p Plan) clocks() []Running {
	var running []Running
	for _, part := range p.Instalments {
		switch {
		case p.paid(part.No):
		case p.Grace == part.No:
			running = append(running, Running{Clock: GraceClock, Ref: strconv.Itoa(p.No)})
		default:
			running = append(running, Running{Clock: InstalmentClock, Ref: InstalmentRef(p.No, part.No)})
		}
	}
	return running
}

// InstalmentRef names an instalment among the deadlines of a case.
func InstalmentRef(plan, no int) string { return fmt.Sprintf("%d/%d", plan, no) }

// MayRemind tells what is open of an instalment that a counterpart may be
// reminded of: of a plan of theirs that runs, and not once they refused or
// complained.
func (p Position) MayRemind(id CounterpartID, ref string) (Money, bool) {
	at, plan := p.holder(id), p.planOf(id, true)
	if at < 0 || plan < 0 || p.Holders[at].silent() {
		return 0, false
	}
	for _, part := range p.Plans[plan].Instalments {
		if InstalmentRef(p.Plans[plan].No, part.No) == ref {
			return part.Amount - part.Paid, part.Amount > part.Paid
		}
	}
	return 0, false
}

// PlannedBy is whose plan a deadline's Ref names; "" for nobody's.
func (p Position) PlannedBy(ref string) CounterpartID {
	for _, plan := range p.Plans {
		for _, part := range plan.Instalments {
			if InstalmentRef(plan.No, part.No) == ref {
				return plan.CounterpartID
			}
		}
	}
	return ""
}

// Instalment finds the instalment that a deadline's Ref names.
func (p Position) Instalment(ref string) (Instalment, bool) {
	for _, plan := range p.Plans {
		for _, part := range plan.Instalments {
			if InstalmentRef(plan.No, part.No) == ref {
				return part, true
			}
		}
	}
	return Instalment{}, false
}

// broken puts the case back on its path: a broken word ends the stage of words,
// an appeal goes on, and at law the acknowledged debt asks for another route.
func (p Position) broken(plan int) Position {
	index := p.runningPlan(plan)
	if index < 0 {
		return p
	}
	waited, id := p.planned(), p.Plans[index].CounterpartID
	next, holder, err := p.without(id).withHolder(id)
	if err != nil {
		return p.without(id)
	}
	holder.Broken++
	if !holder.refuses() {
		holder.Answer = ""
	}
	switch {
	case !waited || next.planned() || next.Pause != nil:
		return next
	case next.Stage == Legal:
		next.Route = ""
		return next
	case next.Stage == Appeal:
		return next
	default:
		return next.advance()
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
