package recovery

import "slices"

// TaskKind is a kind of task in the legal stage: a way to learn the identity of a
// counterpart, or a demand letter.
type TaskKind string

// The kinds of tasks, from the mildest to the strongest.
const (
	SealedReceiptTask TaskKind = "sealed_receipt"
	PlatformTask      TaskKind = "platform_request"
	CourtOrderTask    TaskKind = "investigation_order"
	PoliceTask        TaskKind = "police_receipt"
	DemandTask        TaskKind = "demand_letter" // the letter and the proof of its delivery
)

// IdentityTasks lists the tasks that can reveal the identity of a counterpart.
var IdentityTasks = []TaskKind{SealedReceiptTask, PlatformTask, CourtOrderTask, PoliceTask}

// TaskState is the state of a task.
type TaskState string

// The states of a task.
const (
	TaskOpen    TaskState = "open"
	TaskDone    TaskState = "done"
	TaskRefused TaskState = "refused"
	TaskOverdue TaskState = "overdue"
)

// Task is a request to an authority or a platform, with its own clock.
type Task struct {
	Kind  TaskKind  `json:"rung"`
	State TaskState `json:"state"`
	// CounterpartID is the counterpart it concerns; "" for all.
	CounterpartID CounterpartID `json:"counterpart_id,omitempty"`
}

// Ref identifies the task among the deadlines of a case.
func (t Task) Ref() string {
	if t.CounterpartID == "" {
		return string(t.Kind)
	}
	return string(t.Kind) + ":" + string(t.CounterpartID)
}

// legalStepEffect is the effect of a recorded legal step.
type legalStepEffect struct {
	task       TaskKind
	state      TaskState        // the task's new state; "" for no task
	interrupts InterruptionKind // how it interrupts the limitation; "" if it does not
	demand     bool             // a demand, which counts once a receipt proves its arrival
	directed   bool             // at a single counterpart; other steps may concern all
}

// DemandSent is the legal step of sending a demand letter. The contact limits count
// it as a message to the counterpart.
const DemandSent = "demand_sent"

// legalStepEffects are the legal steps with an effect. Other kinds are only
// recorded. Set-off interrupts like a suit only when it is pleaded in one (诉讼时效规定
// 11(7)); a declared set-off is a demand. A claim in a bankruptcy and joining a suit
// concern one debtor.
var legalStepEffects = map[string]legalStepEffect{
	"receipt_requested":        {task: SealedReceiptTask, state: TaskOpen},
	"receipt_received":         {task: SealedReceiptTask, state: TaskDone},
	"receipt_refused":          {task: SealedReceiptTask, state: TaskRefused},
	"platform_requested":       {task: PlatformTask, state: TaskOpen},
	"platform_answered":        {task: PlatformTask, state: TaskDone},
	"platform_refused":         {task: PlatformTask, state: TaskRefused},
	"investigation_applied":    {task: CourtOrderTask, state: TaskOpen},
	"investigation_ordered":    {task: CourtOrderTask, state: TaskDone},
	"investigation_refused":    {task: CourtOrderTask, state: TaskRefused},
	"police_reported":          {task: PoliceTask, state: TaskOpen, interrupts: PoliceReported},
	"police_receipt":           {task: PoliceTask, state: TaskDone, interrupts: PoliceReported},
	"police_refused":           {task: PoliceTask, state: TaskRefused},
	DemandSent:                 {task: DemandTask, state: TaskOpen, directed: true},
	"demand_arrived":           {task: DemandTask, state: TaskDone, interrupts: DemandReached, directed: true},
	"demand_undelivered":       {task: DemandTask, state: TaskRefused, directed: true},
	"mediation_requested":      {interrupts: MediationRequested},
	"payment_order_applied":    {interrupts: PaymentOrderApplied},
	"preservation_applied":     {interrupts: SuitFiled},
	"suit_filed":               {interrupts: SuitFiled},
	"enforcement_applied":      {interrupts: SuitFiled},
	"set_off_declared":         {demand: true, directed: true},
	"joined_to_other_suit":     {interrupts: SuitFiled, directed: true},
	"bankruptcy_claim_filed":   {interrupts: SuitFiled, directed: true},
	"debt_acknowledged":        {interrupts: DebtorPromised, directed: true},
	"partial_payment_received": {interrupts: DebtorPaid, directed: true},
}

// courtSteps are the legal steps that show that a court has the matter, or that it
// may still act on its own decision.
var courtSteps = []string{
	"suit_filed", "payment_order_applied", "preservation_applied", "enforcement_applied", "joined_to_other_suit",
	"bankruptcy_claim_filed", "accepted", "hearing_held", "order_issued", "judgment",
}

// LegalStepKinds lists the legal steps that have an effect.
func LegalStepKinds() []string {
	kinds := make([]string, 0, len(legalStepEffects))
	for kind := range legalStepEffects {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// directedLegalSteps lists the legal steps that are directed at a single counterpart,
// for example a letter.
func directedLegalSteps() []string {
	return slices.DeleteFunc(LegalStepKinds(), func(kind string) bool { return !legalStepEffects[kind].directed })
}

func (p Position) legalWaitsOn() WaitingOn {
	if p.Route == "" {
		return OnClaimant
	}
	switch p.Route {
	case DemandLetter, Mediation, SetOff:
		return OnCounterpart
	default:
		return OnCourt
	}
}

// routesInDanger are the routes that need no dealing with the other side.
var routesInDanger = []Route{PoliceReport, CrossBorder, SmallClaims, CivilSuit}

// IsSafeInDanger reports whether a route needs no dealing with the other side.
func (r Route) IsSafeInDanger() bool { return slices.Contains(routesInDanger, r) }

// OpenRoutes returns the routes that may be chosen.
func (p Position) OpenRoutes() []Route {
	if p.Facts.IsInDanger() {
		return slices.Clone(routesInDanger)
	}
	return slices.Clone(Routes)
}

func (p Position) chooseRoute(m Command) (Step, error) {
	if !slices.Contains(p.OpenRoutes(), m.Route) {
		return Step{}, Faultf(CodeActionNotAllowed, "In a case of fraud, threat or gambling do not deal with the other side. Choose one of: %s.",
			joinValues(routesInDanger))
	}
	next := p
	next.Route = m.Route
	return Step{Next: next, Restart: LegalClock}, nil
}

// recordLegalStep records a legal step and its cost, and updates its task. A step
// without a counterpart concerns all of them.
func (p Position) recordLegalStep(m Command) (Step, error) {
	if m.Amount > p.Claim && !m.Confirm && !m.Recorded {
		return Step{}, confirmNeeded("amount_fen", "A cost of %s yuan is more than the claim of %s yuan.", m.Amount, p.Claim)
	}
	next := p
	next.Costs += m.Amount
	next.InCourt = p.InCourt || slices.Contains(courtSteps, m.Kind)
	known := legalStepEffects[m.Kind]
	switch {
	case m.CounterpartID != "" && p.counterpartIndex(m.CounterpartID) < 0:
		return Step{}, UnknownCounterpart()
	case m.CounterpartID == "" && known.directed && len(p.Counterparts) > 1:
		return Step{}, Invalid([]FieldFault{{"counterpart_id", "required", "This step is directed at one counterpart. Name the counterpart."}})
	}
	if known.state != "" {
		task := Task{Kind: known.task, State: known.state, CounterpartID: m.CounterpartID}
		next.Tasks = slices.DeleteFunc(slices.Clone(p.Tasks), func(t Task) bool { return t.Ref() == task.Ref() })
		next.Tasks = append(next.Tasks, task)
	}
	return Step{Next: next}, nil
}

func (p Position) markTaskOverdue(ref string) Position {
	p.Tasks = slices.Clone(p.Tasks)
	for i := range p.Tasks {
		if p.Tasks[i].Ref() == ref {
			p.Tasks[i].State = TaskOverdue
		}
	}
	return p
}
