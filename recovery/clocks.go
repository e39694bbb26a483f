package recovery

import "slices"

// Clock names a deadline. Its length is data of the playbook.
type Clock string

// The clocks.
const (
	NoClock           Clock = ""
	AutoRefundClock   Clock = "auto_refund"       // the platform gives back what nobody claimed
	RefundAnswerClock Clock = "refund_answer"     // the claimant says whether it came
	ContactClock      Clock = "contact_answer"    // counterparts answer a private word
	PromiseClock      Clock = "promise"           // a promise is kept
	NoticeClock       Clock = "notice_answer"     // the group answers
	PreparationClock  Clock = "appeal_submission" // the claimant submits the appeal
	FirstAnswerClock  Clock = "first_answer"      // the desk says something at all
	DecisionClock     Clock = "appeal_decision"   // the desk decides
	SupervisorClock   Clock = "supervisor_review" // the supervisor decides what the desk did not
	MoreEvidenceClock Clock = "evidence_request"  // the claimant supplies what was asked for
	PlatformClock     Clock = "platform_answer"   // the platform answers the desk
	PayoutClock       Clock = "payout"            // what was granted arrives
	RouteClock        Clock = "route_choice"      // a way of law is chosen
	LegalClock        Clock = "legal_outcome"     // the chosen way comes to an end
	TaskClock         Clock = "legal_task"        // one rung of the identity ladder, named by Ref
	AvoidanceClock    Clock = "avoidance"         // 90 days to avoid for misunderstanding (民法典 152)
	LimitationClock   Clock = "limitation"        // 3 years to claim (民法典 188)
	PauseClock        Clock = "pause"             // a pause ends by itself
	InstalmentClock   Clock = "instalment"        // a part of a plan, named by Ref; kept by the plan's own workflow
	GraceClock        Clock = "instalment_grace"  // the one part that may be late
)

// Clocks lists every clock that can run, for the playbook to give each a length.
var Clocks = []Clock{
	AutoRefundClock, RefundAnswerClock, ContactClock, PromiseClock, NoticeClock, PreparationClock, FirstAnswerClock,
	DecisionClock, SupervisorClock, MoreEvidenceClock, PlatformClock, PayoutClock, RouteClock, LegalClock, TaskClock,
	AvoidanceClock, LimitationClock, PauseClock, InstalmentClock, GraceClock,
}

// Why a clock stands still. The words are shown to people and stored for ever.
const (
	StoppedByPause     = "paused"
	StoppedByPlan      = "repayment_plan"
	StoppedForClaimant = "waiting_for_claimant"
	StoppedForPlatform = "waiting_for_platform"
)

// ClockState is a clock that runs at a position, or stands still for a reason.
type ClockState struct {
	Clock   Clock
	Ref     string // which of several, as a rung of the ladder; "" for the only one
	Stopped string // the word for why it stands still, or ""
}

// MainClock names the deadline that moves the case on when everybody is silent. It
// is NoClock in a closed case only.
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

// staffClock is the desk's own time to decide; what it let pass is the
// supervisor's.
func (p Position) staffClock() Clock {
	if p.Breached {
		return SupervisorClock
	}
	return DecisionClock
}

// AllClocks lists every clock that runs here, or would if nothing stopped it. The
// law's own clocks and the platform's are stopped by nobody.
func (p Position) AllClocks() []ClockState {
	if !p.IsOpen() {
		return nil
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

// secondaryClocks are the appeal's clocks that run, or stand still, next to its main one.
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
	default: // before it is submitted, and once it is decided, the desk owes nothing
	}
	return running
}

// rightClocks are the claimant's rights that time takes away, whatever the stage; in
// the recall watch nobody holds the money yet.
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
		return StoppedByPlan // silence closes no case in which somebody still pays
	default:
		return ""
	}
}

// isHalted reports that nothing may be pushed on: the case is paused, or all that
// is missing comes by a plan that is kept.
func (p Position) isHalted() bool { return p.Pause != nil || p.isCoveredByPlans() }
