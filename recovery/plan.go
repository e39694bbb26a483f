package recovery

import (
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Plan is a repayment plan in instalments. Running is set when both sides agreed.
type Plan struct {
	No            int           `json:"no"` // number of the plan within the case, from 1
	CounterpartID CounterpartID `json:"counterpart_id"`
	Running       bool          `json:"running,omitempty"`
	By            Role          `json:"by"` // who proposed it
	Instalments   []Instalment  `json:"instalments"`
	// Grace is the number of the instalment that was allowed to be late; 0 for none.
	Grace int `json:"grace,omitempty"`
}

// Instalment is one payment of a plan. It is due at 18:00 in China on its day, or on
// the next working day.
type Instalment struct {
	No     int    `json:"no"`
	DueOn  string `json:"due_on"` // 2006-01-02 in China
	Amount Money  `json:"amount_fen"`
	Paid   Money  `json:"paid_fen,omitempty"`
}

// The limits of a plan: monthly instalments for five years.
const (
	MaxInstalments = 60
	maxPlanYears   = 5
)

// Remaining returns the amount of the plan that is not paid yet.
func (p Plan) Remaining() Money {
	var rest Money
	for _, part := range p.Instalments {
		rest += part.Amount - part.Paid
	}
	return rest
}

// PlansFulfilledBy returns the running plans that a payment completed. after is the
// position with the payment.
func (p Position) PlansFulfilledBy(after Position) []Plan {
	received := after.Received() - p.Received()
	return slices.DeleteFunc(slices.Clone(p.Plans), func(plan Plan) bool {
		runs := slices.ContainsFunc(after.Plans, func(other Plan) bool { return other.No == plan.No })
		return received == 0 || !plan.Running || runs || received < plan.Remaining()
	})
}

// isCoveredByPlans reports whether running plans cover all of the missing money.
func (p Position) isCoveredByPlans() bool {
	var coming Money
	for _, plan := range p.Plans {
		if plan.Running {
			coming += plan.Remaining()
		}
	}
	return p.IsOpen() && coming > 0 && coming >= p.Outstanding()
}

// owedOutsidePlans returns what a counterpart owes minus what running plans of the
// others cover. If shares are unknown, each could owe all of it.
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

// proposePlan adds a proposed plan and replaces an earlier proposal. The instalments
// must add up to what the counterpart owes.
func (p Position) proposePlan(m Command) (Step, error) {
	if p.counterpartIndex(m.CounterpartID) < 0 {
		return Step{}, UnknownCounterpart()
	}
	if p.planIndex(m.CounterpartID, true) >= 0 {
		return Step{}, Faultf(CodeActionNotAllowed, "A plan with this counterpart is already running.")
	}
	plan := newPlan(p.PlanCount+1, m)
	owed := p.owedOutsidePlans(m.CounterpartID)
	fits := plan.Remaining() == owed || m.Recorded && plan.Remaining() < owed // a corrected debt may be larger than agreed
	if !fits || owed == 0 {
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

// newPlan numbers the instalments from 1 and ignores paid amounts of the request.
func newPlan(no int, m Command) Plan {
	plan := Plan{No: no, CounterpartID: m.CounterpartID, By: m.Actor.Role}
	for i, part := range m.Instalments {
		plan.Instalments = append(plan.Instalments, Instalment{No: i + 1, DueOn: part.DueOn, Amount: part.Amount})
	}
	return plan
}

// withoutPlan returns the position without the counterpart's plan.
func (p Position) withoutPlan(id CounterpartID) Position {
	p.Plans = slices.DeleteFunc(slices.Clone(p.Plans), func(plan Plan) bool { return plan.CounterpartID == id })
	return p
}

// acceptPlan starts a proposed plan. This acknowledges the debt and interrupts the
// limitation (诉讼时效规定 14). It ends a refusal only if the counterpart proposed or
// accepted the plan themselves.
func (p Position) acceptPlan(m Command) (Step, error) {
	index := p.planIndex(m.CounterpartID, false)
	if index < 0 {
		return Step{}, Faultf(CodeActionNotAllowed, "No proposed plan with this counterpart exists.")
	}
	if m.Actor.Role == RoleCounterpart && p.Plans[index].By == RoleCounterpart {
		return Step{}, Faultf(CodeActionNotAllowed, "Only the claimant can accept a plan that the counterpart proposed.")
	}
	if p.Plans[index].Remaining() > p.owedOutsidePlans(m.CounterpartID) {
		return Step{}, Faultf(CodeActionNotAllowed, "The counterpart owes less than the plan now. Propose a new plan.")
	}
	if m.At != nil && p.Plans[index].Instalments[0].DueOn < m.At.In(Shanghai).Format(time.DateOnly) {
		return Step{}, Faultf(CodeActionNotAllowed, "The day of the first instalment has passed. Propose a new plan.")
	}
	next, state, err := p.withCounterpart(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	next.Plans = slices.Clone(p.Plans)
	next.Plans[index].Running = true
	if own := m.Actor.Role == RoleCounterpart || next.Plans[index].By == RoleCounterpart; own && state.hasRefused() {
		state.Answer = ""
		*state = state.withQuietSince(m.At)
	}
	return Step{Next: next}, nil
}

func (p Position) declinePlan(m Command) (Step, error) {
	if p.planIndex(m.CounterpartID, false) < 0 {
		return Step{}, Faultf(CodeActionNotAllowed, "No proposed plan with this counterpart exists.")
	}
	return Step{Next: p.withoutPlan(m.CounterpartID)}, nil
}

// recordInstalment counts a payment on the running plan of the counterpart, or on the
// only running plan.
func (p Position) recordInstalment(m Command) (Step, error) {
	id, err := p.findInstalmentPayer(m)
	if err != nil {
		return Step{}, err
	}
	plan := p.Plans[p.planIndex(id, true)]
	if m.No < 1 || m.No > len(plan.Instalments) {
		return Step{}, Invalid([]FieldFault{{"no", "unknown", "The plan has no instalment of this number."}})
	}
	m.CounterpartID = id
	if err := p.checkSurplus(m, m.Amount); err != nil {
		return Step{}, err
	}
	return Step{Next: p.bookPayment(id, m.Amount).afterPayment()}, nil
}

// InstalmentPayer returns the counterpart of an instalment payment; "" if unknown.
func (p Position) InstalmentPayer(m Command) CounterpartID {
	id, _ := p.findInstalmentPayer(m)
	return id
}

func (p Position) findInstalmentPayer(m Command) (CounterpartID, error) {
	if m.CounterpartID != "" {
		if p.planIndex(m.CounterpartID, true) < 0 {
			return "", Faultf(CodeActionNotAllowed, "No plan with this counterpart is running.")
		}
		return m.CounterpartID, nil
	}
	running := slices.DeleteFunc(slices.Clone(p.Plans), func(plan Plan) bool { return !plan.Running })
	if len(running) != 1 {
		return "", Invalid([]FieldFault{{"counterpart_id", "required", "Several plans are running. Name the counterpart who paid."}})
	}
	return running[0].CounterpartID, nil
}

// bookOnPlan counts money on a counterpart's running plan, earliest instalment first,
// and removes a plan that is fully paid.
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

// PassInstalmentDay applies the due day of an instalment. It returns false if there
// is nothing to record, because the instalment is paid or the plan has ended.
//
// One instalment of a plan may be late until GraceClock passes. A second late
// instalment breaks the plan.
func (p Position) PassInstalmentDay(plan, no int) (Step, bool) {
	index := p.runningPlanIndex(plan)
	if index < 0 || no < 1 || no > len(p.Plans[index].Instalments) || p.Plans[index].isPaid(no) {
		return Step{}, false
	}
	if p.Plans[index].Grace == no {
		return Step{}, false // already recorded
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

// instalmentClocks returns the clocks of unpaid instalments, which the workflow of
// the plan keeps, and the grace period of a late one.
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

// InstalmentRef identifies an instalment among the deadlines of a case.
func InstalmentRef(plan, no int) string { return fmt.Sprintf("%d/%d", plan, no) }

// RemindableAmount returns the unpaid amount of an instalment, and whether the
// counterpart may be reminded of it: their plan must be running, and they must not
// have refused or complained.
func (p Position) RemindableAmount(id CounterpartID, ref string) (Money, bool) {
	at, plan := p.counterpartIndex(id), p.planIndex(id, true)
	if at < 0 || plan < 0 || p.Counterparts[at].isSilenced() || !p.Invites() {
		return 0, false
	}
	for _, part := range p.Plans[plan].Instalments {
		if InstalmentRef(p.Plans[plan].No, part.No) == ref {
			return part.Amount - part.Paid, part.Amount > part.Paid
		}
	}
	return 0, false
}

// InstalmentDebtor returns the counterpart whose instalment a deadline's Ref
// identifies; "" for none.
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

// FindInstalment returns the instalment that a deadline's Ref identifies.
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

// breakPlan removes a plan that was not kept and resumes the case: a contact stage
// ends, an appeal continues, and in the legal stage a new route must be chosen,
// because the debt is now acknowledged.
func (p Position) breakPlan(plan int) Position {
	index := p.runningPlanIndex(plan)
	if index < 0 {
		return p
	}
	waited, id := p.isCoveredByPlans(), p.Plans[index].CounterpartID
	next, state, err := p.withoutPlan(id).withCounterpart(id)
	if err != nil {
		return p.withoutPlan(id)
	}
	state.BrokenPlans++
	if !state.hasRefused() {
		state.Answer = ""
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
			c.Add(at+"due_on", "malformed", "Enter a day such as 2026-03-31.")
		case part.DueOn < before:
			c.Add(at+"due_on", "not_in_order", "Instalments must be in order of their days, and none in the past.")
		case part.DueOn > last:
			c.Add(at+"due_on", "too_late", "A plan must end within %d years.", maxPlanYears)
		default:
			before = nextDay(part.DueOn)
		}
		c.Amount(at+"amount_fen", part.Amount, true)
		if part.No != 0 {
			c.Add(at+"no", "unknown_field", "Instalments are numbered automatically.")
		}
		if part.Paid != 0 {
			c.Add(at+"paid_fen", "unknown_field", "Paid amounts are recorded automatically.")
		}
	}
}
