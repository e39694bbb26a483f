package recovery

import (
	"slices"
	"strconv"
	"strings"
)

// PassDeadline applies a deadline that passed without an action. A clock that is
// stopped or not running is recorded and changes nothing.
func (p Position) PassDeadline(clock Clock, ref string) Step {
	step := Step{Kind: EntryDeadlinePassed, Next: p}
	if !slices.Contains(p.AllClocks(), ClockState{Clock: clock, Ref: ref}) {
		return step
	}
	switch clock {
	case AutoRefundClock:
		step.Kind, step.Next.RefundAsked = EntryRefundDue, true
	case FirstAnswerClock:
		step.Kind, step.Next.Late = EntryDeadlineBreached, true
	case DecisionClock:
		step.Kind, step.Next.Breached = EntryDeadlineBreached, true
	case MoreEvidenceClock, PlatformClock:
		step.Next.Appeal = AppealSubmitted
	case TaskClock:
		step.Kind, step.Next = EntryTaskOverdue, p.markTaskOverdue(ref)
	case GraceClock:
		plan, _ := strconv.Atoi(ref) // a Ref that is not a number matches no plan
		step.Kind, step.Next = EntryPlanBroken, p.breakPlan(plan)
	case InstalmentClock:
		plan, no, _ := strings.Cut(ref, "/")
		return p.passInstalmentDeadline(plan, no)
	case AvoidanceClock:
		step.Kind, step.Next.AvoidanceOver = EntryRightEnded, true
	case LimitationClock:
		step.Kind, step.Next.LimitationOver = EntryRightEnded, true
	case PauseClock:
		step.Kind, step.Next.Pause = EntryResumed, nil
	case RouteClock, LegalClock:
		return p.passLegalDeadline(clock)
	default:
		step.Next = p.enterNextStage()
	}
	step.Next = step.Next.withWaitingOn()
	return step
}

// passLegalDeadline closes a case in which nothing was done. While a court has the
// matter, the clock starts again instead, and the claimant is asked whether it is
// still pending.
func (p Position) passLegalDeadline(clock Clock) Step {
	if p.InCourt {
		return Step{Kind: EntryDeadlinePassed, Next: p, Restart: clock}
	}
	return Step{Kind: EntryDeadlinePassed, Next: p.closeWith(p.outcomeWithoutAction()).withWaitingOn()}
}

func (p Position) passInstalmentDeadline(plan, no string) Step {
	index, _ := strconv.Atoi(plan)
	part, _ := strconv.Atoi(no)
	if step, late := p.PassInstalmentDay(index, part); late {
		return step
	}
	return Step{Kind: EntryDeadlinePassed, Next: p}
}

// WarnOfDeadline records that a deadline is near. It changes nothing.
func (p Position) WarnOfDeadline() Step { return Step{Kind: EntryDeadlineNear, Next: p} }
