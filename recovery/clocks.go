package recovery

import "slices"

// Clock is a kind of deadline. The playbook defines its length.
type Clock string

// The clocks.
const (
	NoClock           Clock = ""
	AutoRefundClock   Clock = "auto_refund"       // the platform refunds unclaimed money
	RefundAnswerClock Clock = "refund_answer"     // the claimant confirms the refund
	ContactClock      Clock = "contact_answer"    // counterparts answer a private message
	PromiseClock      Clock = "promise"           // a counterpart keeps a promise
	NoticeClock       Clock = "notice_answer"     // the group answers
	PreparationClock  Clock = "appeal_submission" // the claimant submits the appeal
	FirstAnswerClock  Clock = "first_answer"      // staff give a first answer
	DecisionClock     Clock = "appeal_decision"   // staff decide
	SupervisorClock   Clock = "supervisor_review" // the supervisor decides after staff missed the deadline
	MoreEvidenceClock Clock = "evidence_request"  // the claimant supplies requested evidence
	PlatformClock     Clock = "platform_answer"   // the platform answers the staff
	PayoutClock       Clock = "payout"            // the granted amount arrives
	RouteClock        Clock = "route_choice"      // a legal route is chosen
	LegalClock        Clock = "legal_outcome"     // the chosen route ends
	TaskClock         Clock = "legal_task"        // a legal task, named by Ref
	AvoidanceClock    Clock = "avoidance"         // 90 days to avoid for misunderstanding (民法典 152)
	LimitationClock   Clock = "limitation"        // 3 years to claim (民法典 188)
	PauseClock        Clock = "pause"             // a pause ends
	InstalmentClock   Clock = "instalment"        // an instalment, named by Ref; the workflow of the plan keeps it
	GraceClock        Clock = "instalment_grace"  // the one instalment that may be late
)

// Clocks lists every clock. The playbook defines a length for each.
var Clocks = []Clock{
	AutoRefundClock, RefundAnswerClock, ContactClock, PromiseClock, NoticeClock, PreparationClock, FirstAnswerClock,
	DecisionClock, SupervisorClock, MoreEvidenceClock, PlatformClock, PayoutClock, RouteClock, LegalClock, TaskClock,
	AvoidanceClock, LimitationClock, PauseClock, InstalmentClock, GraceClock,
}

// Reasons for which a clock is stopped. They are stored permanently: never rename
// them.
const (
	StoppedByPause     = "paused"
	StoppedByPlan      = "repayment_plan"
	StoppedForClaimant = "waiting_for_claimant"
	StoppedForPlatform = "waiting_for_platform"
)

// ClockState is a clock that runs at a position, or that is stopped.
type ClockState struct {
	Clock   Clock
	Ref     string // which of several, for example which task; "" if there is only one
	Stopped string // why it is stopped; "" while it runs
}

// MainClock returns the clock that moves the case on if nobody acts. It is NoClock
// only in a closed case.
func (p Position) MainClock() Clock {
	if p.Pause != nil {
		return PauseClock
	}
	return p.stageClock()
}

func (p Position) stageClock() Clock {
	switch p.Stage {
	case RecallWatch:
		if p.RefundAsked {
			return RefundAnswerClock
		}
		return AutoRefundClock
	case PrivateContact, GroupNotice:
		return p.contactClock()
	case Appeal:
		return p.appealClock()
	case Legal:
		if p.Route == "" {
			return RouteClock
		}
		return LegalClock
	default:
		return NoClock
	}
}

func (p Position) contactClock() Clock {
	if slices.ContainsFunc(p.Counterparts, func(h CounterpartState) bool { return h.Answer == Promised }) {
		return PromiseClock
	}
	if p.Stage == PrivateContact {
		return ContactClock
	}
	return NoticeClock
}

func (p Position) appealClock() Clock {
	switch p.Appeal {
	case AppealPreparing:
		return PreparationClock
	case AppealMoreEvidence:
		return MoreEvidenceClock
	case AppealWithPlatform:
		return PlatformClock
	case AppealGranted:
		return PayoutClock
	default:
		return p.staffClock()
	}
}

// staffClock returns the clock for the decision of an appeal: the staff's, or the
// supervisor's after the staff missed theirs.
func (p Position) staffClock() Clock {
	if p.Breached {
		return SupervisorClock
	}
	return DecisionClock
}

// AllClocks returns every running or stopped clock of this position. Legal time
// limits and the platform's refund clock are never stopped. The legal ones also run
// on in a closed case, because the claimant can still go to court.
func (p Position) AllClocks() []ClockState {
	if !p.IsOpen() {
		return p.clocksAfterClosing()
	}
	var running []ClockState
	if p.Pause != nil {
		running = append(running, ClockState{Clock: PauseClock})
	}
	running = append(running, ClockState{Clock: p.stageClock(), Stopped: p.stopReason(p.stageClock())})
	running = append(running, p.secondaryClocks()...)
	for _, task := range p.Tasks {
		if task.State == TaskOpen {
			running = append(running, ClockState{Clock: TaskClock, Ref: task.Ref(), Stopped: p.stopReason(TaskClock)})
		}
	}
	for _, plan := range p.Plans {
		if plan.Running {
			running = append(running, plan.instalmentClocks()...)
		}
	}
	return append(running, p.rightClocks()...)
}

// clocksAfterClosing returns the clocks of the rights while money is missing: they run
// on for somebody who withdrew the case too. A case that was not eligible has none.
func (p Position) clocksAfterClosing() []ClockState {
	if _, remains := p.RemainingRight(); !remains || p.Outcome == NotEligible {
		return nil
	}
	return p.rightClocks()
}

// secondaryClocks returns the appeal's clocks in addition to its main clock.
func (p Position) secondaryClocks() []ClockState {
	if p.Stage != Appeal {
		return nil
	}
	var running []ClockState
	switch p.Appeal {
	case AppealMoreEvidence:
		running = append(running, ClockState{Clock: p.staffClock(), Stopped: StoppedForClaimant})
	case AppealWithPlatform:
		running = append(running, ClockState{Clock: p.staffClock(), Stopped: StoppedForPlatform})
	case AppealSubmitted:
		if !p.Answered && !p.Late {
			running = append(running, ClockState{Clock: FirstAnswerClock, Stopped: p.stopReason(FirstAnswerClock)})
		}
	default: // staff owe nothing before the appeal is submitted and after it is decided
	}
	return running
}

// rightClocks returns the clocks of rights that expire, in every stage except the
// recall watch, in which nobody has the money yet.
func (p Position) rightClocks() []ClockState {
	var running []ClockState
	if p.Stage != RecallWatch && !p.AvoidanceOver {
		running = append(running, ClockState{Clock: AvoidanceClock})
	}
	if p.Stage != RecallWatch && !p.LimitationOver {
		running = append(running, ClockState{Clock: LimitationClock})
	}
	return running
}

func (p Position) stopReason(c Clock) string {
	switch {
	case c == AutoRefundClock:
		return ""
	case p.Pause != nil:
		return StoppedByPause
	case p.isCoveredByPlans():
		return StoppedByPlan
	case (c == RouteClock || c == LegalClock) && p.hasPlan(true):
		return StoppedByPlan // do not close a case while somebody still pays
	default:
		return ""
	}
}

// isHalted reports whether the case must not advance: it is paused, or running
// plans cover all of the missing money.
func (p Position) isHalted() bool { return p.Pause != nil || p.isCoveredByPlans() }
