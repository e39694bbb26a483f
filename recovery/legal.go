package recovery

import "slices"

// Rung is one way to learn who the counterpart is. The ladder is climbed from the
// mildest to the strongest.
type Rung string

// The ladder, from the bottom.
const (
	SealedReceiptRung Rung = "sealed_receipt"
	PlatformRung      Rung = "platform_request"
	OrderRung         Rung = "investigation_order"
	PoliceRung        Rung = "police_receipt"
	DemandRung        Rung = "demand_letter" // not of identity: the letter and the proof that it arrived
)

// Ladder lists the rungs by which an unknown defendant becomes a named one.
var Ladder = []Rung{SealedReceiptRung, PlatformRung, OrderRung, PoliceRung}

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
	Rung  Rung      `json:"rung"`
	State TaskState `json:"state"`
	// CounterpartID is whom it is about; "" for all of them.
	CounterpartID CounterpartID `json:"counterpart_id,omitempty"`
}

// Ref names the task among the deadlines of a case.
func (t Task) Ref() string {
	if t.CounterpartID == "" {
		return string(t.Rung)
	}
	return string(t.Rung) + ":" + string(t.CounterpartID)
}

// legalStep is what a step of the law does besides being written down.
type legalStep struct {
	rung       Rung
	state      TaskState    // the task's state after it; "" leaves tasks alone
	interrupts Interruption // of the limitation; "" when it does not
	directed   bool         // at one counterpart; any other step may concern them all
}

// DemandSent is the step by which a letter goes to a counterpart: a message to
// them like any other, to the guard against harassment.
const DemandSent = "demand_sent"

// legalSteps are the steps with a meaning of their own. Any other word is
// written down as it is.
var legalSteps = map[string]legalStep{
	"receipt_requested":        {rung: SealedReceiptRung, state: TaskOpen},
	"receipt_received":         {rung: SealedReceiptRung, state: TaskDone},
	"receipt_refused":          {rung: SealedReceiptRung, state: TaskRefused},
	"platform_requested":       {rung: PlatformRung, state: TaskOpen},
	"platform_answered":        {rung: PlatformRung, state: TaskDone},
	"platform_refused":         {rung: PlatformRung, state: TaskRefused},
	"investigation_applied":    {rung: OrderRung, state: TaskOpen},
	"investigation_ordered":    {rung: OrderRung, state: TaskDone},
	"investigation_refused":    {rung: OrderRung, state: TaskRefused},
	"police_reported":          {rung: PoliceRung, state: TaskOpen, interrupts: PoliceReported},
	"police_receipt":           {rung: PoliceRung, state: TaskDone, interrupts: PoliceReported},
	"police_refused":           {rung: PoliceRung, state: TaskRefused},
	DemandSent:                 {rung: DemandRung, state: TaskOpen, directed: true},
	"demand_arrived":           {rung: DemandRung, state: TaskDone, interrupts: DemandReached, directed: true},
	"demand_undelivered":       {rung: DemandRung, state: TaskRefused, directed: true},
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
	kinds := make([]string, 0, len(legalSteps))
	for kind := range legalSteps {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	return kinds
}

// directedLegalSteps lists the steps that are directed at one counterpart, as a
// letter is.
func directedLegalSteps() []string {
	return slices.DeleteFunc(LegalStepKinds(), func(kind string) bool { return !legalSteps[kind].directed })
}

func (p Position) legalWaits() WaitingOn {
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

func (p Position) routed(m Move) (Step, error) {
	next := p
	next.Route = m.Route
	return Step{Next: next, Restart: LegalClock}, nil
}

// legalStep writes down a step, its cost, and what it does to a task. One that
// names nobody concerns every counterpart.
func (p Position) legalStep(m Move) (Step, error) {
	next := p
	next.Costs += m.Amount
	known := legalSteps[m.Kind]
	switch {
	case m.CounterpartID != "" && p.holder(m.CounterpartID) < 0:
		return Step{}, UnknownCounterpart()
	case m.CounterpartID == "" && known.directed && len(p.Holders) > 1:
		return Step{}, Invalid([]FieldFault{{"counterpart_id", "required", "Such a step is directed at one counterpart: say at whom."}})
	}
	if known.state != "" {
		task := Task{Rung: known.rung, State: known.state, CounterpartID: m.CounterpartID}
		next.Tasks = slices.DeleteFunc(slices.Clone(p.Tasks), func(t Task) bool { return t.Ref() == task.Ref() })
		next.Tasks = append(next.Tasks, task)
	}
	return Step{Next: next}, nil
}

func (p Position) overdue(ref string) Position {
	p.Tasks = slices.Clone(p.Tasks)
	for i := range p.Tasks {
		if p.Tasks[i].Ref() == ref {
			p.Tasks[i].State = TaskOverdue
		}
	}
	return p
}
