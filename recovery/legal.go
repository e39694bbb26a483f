package recovery

import "slices"

// TaskKind is one way to learn who the counterpart is. The ladder is climbed from the
// mildest to the strongest.
type TaskKind string

// The ladder, from the bottom.
const (
	SealedReceiptTask TaskKind = "sealed_receipt"
	PlatformTask      TaskKind = "platform_request"
	CourtOrderTask    TaskKind = "investigation_order"
	PoliceTask        TaskKind = "police_receipt"
	DemandTask        TaskKind = "demand_letter" // not of identity: the letter and the proof that it arrived
)

// IdentityTasks lists the rungs by which an unknown defendant becomes a named one.
var IdentityTasks = []TaskKind{SealedReceiptTask, PlatformTask, CourtOrderTask, PoliceTask}

// TaskState is how far a task is.
type TaskState string

// The states of a task.
const (
	TaskOpen    TaskState = "open"
	TaskDone    TaskState = "done"
	TaskRefused TaskState = "refused"
	TaskOverdue TaskState = "overdue"
)

// Task is something asked of an authority or a platform, with a clock of its own.
type Task struct {
	Kind  TaskKind  `json:"rung"`
	State TaskState `json:"state"`
	// CounterpartID is whom it is about; "" for all of them.
	CounterpartID CounterpartID `json:"counterpart_id,omitempty"`
}

// Ref names the task among the deadlines of a case.
func (t Task) Ref() string {
	if t.CounterpartID == "" {
		return string(t.Kind)
	}
	return string(t.Kind) + ":" + string(t.CounterpartID)
}

// legalStepEffect is what a step of the law does besides being written down.
type legalStepEffect struct {
	task       TaskKind
	state      TaskState        // the task's state after it; "" leaves tasks alone
	interrupts InterruptionKind // of the limitation; "" when it does not
	directed   bool             // at one counterpart; any other step may concern them all
}

// DemandSent is the step by which a letter goes to a counterpart: a message to
// them like any other, to the guard against harassment.
const DemandSent = "demand_sent"

// legalStepEffects are the steps with a meaning of their own. Any other word is
// written down as it is.
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
	"set_off_declared":         {interrupts: SuitFiled, directed: true},
	"joined_to_other_suit":     {interrupts: SuitFiled},
	"bankruptcy_claim_filed":   {interrupts: SuitFiled},
	"debt_acknowledged":        {interrupts: DebtorPromised, directed: true},
	"partial_payment_received": {interrupts: DebtorPaid, directed: true},
}

// LegalStepKinds lists the steps that have a meaning of their own.
func LegalStepKinds() []string {
	kinds := make([]string, 0, len(legalStepEffects))
	for kind := range legalStepEffects {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// directedLegalSteps lists the steps that are directed at one counterpart, as a
// letter is.
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

func (p Position) chooseRoute(m Move) (Step, error) {
	next := p
	next.Route = m.Route
	return Step{Next: next, Restart: LegalClock}, nil
}

// recordLegalStep writes down a step, its cost, and what it does to a task. One that
// names nobody concerns every counterpart.
func (p Position) recordLegalStep(m Move) (Step, error) {
	next := p
	next.Costs += m.Amount
	known := legalStepEffects[m.Kind]
	switch {
	case m.CounterpartID != "" && p.counterpartIndex(m.CounterpartID) < 0:
		return Step{}, UnknownCounterpart()
	case m.CounterpartID == "" && known.directed && len(p.Counterparts) > 1:
		return Step{}, Invalid([]FieldFault{{"counterpart_id", "required", "Such a step is directed at one counterpart: say at whom."}})
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
