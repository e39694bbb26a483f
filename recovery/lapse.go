package recovery

import (
	"slices"
	"strconv"
	"strings"
)

// Lapse is what silence does: a clock has passed, and the case moves on by
// itself. A clock that does not run here, or stands still, changes nothing but is
// written down.
func (p Position) Lapse(clock Clock, ref string) Step {
	step := Step{Kind: EntryDeadlinePassed, Next: p}
	if !slices.Contains(p.Clocks(), Running{Clock: clock, Ref: ref}) {
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
		step.Kind, step.Next = EntryTaskOverdue, p.overdue(ref)
	case GraceClock:
		plan, _ := strconv.Atoi(ref) // a Ref that is no number names no plan
		step.Kind, step.Next = EntryPlanBroken, p.broken(plan)
	case InstalmentClock:
		plan, no, _ := strings.Cut(ref, "/")
		return p.instalmentLapsed(plan, no)
	case AvoidanceClock:
		step.Kind, step.Next.AvoidanceOver = EntryRightEnded, true
	case LimitationClock:
		step.Kind, step.Next.LimitationOver = EntryRightEnded, true
	case PauseClock:
		step.Kind, step.Next.Pause = EntryResumed, nil
	case RouteClock, LegalClock:
		step.Next = p.close(p.endedWith())
	default:
		step.Next = p.advance()
	}
	step.Next = step.Next.settled()
	return step
}

func (p Position) instalmentLapsed(plan, no string) Step {
	index, _ := strconv.Atoi(plan)
	part, _ := strconv.Atoi(no)
	if step, late := p.InstalmentDue(index, part); late {
		return step
	}
	return Step{Kind: EntryDeadlinePassed, Next: p}
}

// Near tells that a deadline comes nearer; nothing moves.
func (p Position) Near() Step { return Step{Kind: EntryDeadlineNear, Next: p} }
