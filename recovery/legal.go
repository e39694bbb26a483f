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
}

// legalStep is what a step of the law does besides being written down.
type legalStep struct {
	rung       Rung
	state      TaskState    // the task's state after it; "" leaves tasks alone
	interrupts Interruption // of the limitation; "" when it does not
}

// legalSteps are the steps with a meaning of their own. Any other word is
// written down as it is.
var legalSteps = map[string]legalStep{
	"receipt_requested":        {SealedReceiptRung, TaskOpen, ""},
	"receipt_received":         {SealedReceiptRung, TaskDone, ""},
	"receipt_refused":          {SealedReceiptRung, TaskRefused, ""},
	"platform_requested":       {PlatformRung, TaskOpen, ""},
	"platform_answered":        {PlatformRung, TaskDone, ""},
	"platform_refused":         {PlatformRung, TaskRefused, ""},
	"investigation_applied":    {OrderRung, TaskOpen, ""},
	"investigation_ordered":    {OrderRung, TaskDone, ""},
	"investigation_refused":    {OrderRung, TaskRefused, ""},
	"police_reported":          {PoliceRung, TaskOpen, PoliceReported},
	"police_receipt":           {PoliceRung, TaskDone, PoliceReported},
	"police_refused":           {PoliceRung, TaskRefused, ""},
	"demand_sent":              {DemandRung, TaskOpen, ""},
	"demand_arrived":           {DemandRung, TaskDone, DemandReached},
	"demand_undelivered":       {DemandRung, TaskRefused, ""},
	"mediation_requested":      {interrupts: MediationRequested},
	"payment_order_applied":    {interrupts: PaymentOrderApplied},
	"preservation_applied":     {interrupts: SuitFiled},
	"suit_filed":               {interrupts: SuitFiled},
	"enforcement_applied":      {interrupts: SuitFiled},
	"set_off_declared":         {interrupts: SuitFiled},
	"joined_to_other_suit":     {interrupts: SuitFiled},
	"bankruptcy_claim_filed":   {interrupts: SuitFiled},
	"debt_acknowledged":        {interrupts: DebtorPromised},
	"partial_payment_received": {interrupts: DebtorPaid},
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

// LegalInterruption is how a step of the law interrupts the limitation, if it does.
func LegalInterruption(kind string) (how Interruption, interrupts bool) {
	how = legalSteps[kind].interrupts
	return how, how != ""
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
	return Step{Kind: EntryRouteChosen, Next: next, Restart: LegalClock}, nil
}

// legalStep writes down a step, its cost, and what it does to a task.
func (p Position) legalStep(m Move) (Step, error) {
	next := p
	next.Costs += m.Amount
	known := legalSteps[m.Kind]
	if known.state != "" {
		next.Tasks = slices.DeleteFunc(slices.Clone(p.Tasks), func(t Task) bool { return t.Rung == known.rung })
		next.Tasks = append(next.Tasks, Task{Rung: known.rung, State: known.state})
	}
	return Step{Kind: EntryLegalStep, Next: next, Interrupts: known.interrupts != ""}, nil
}

func (p Position) overdue(rung Rung) Position {
	p.Tasks = slices.Clone(p.Tasks)
	for i := range p.Tasks {
		if p.Tasks[i].Rung == rung {
			p.Tasks[i].State = TaskOverdue
		}
	}
	return p
}
