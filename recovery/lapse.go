package recovery

import "strconv"

// Lapse is what silence does: a clock has passed, and the case moves on by
// itself. A clock that does not run here changes nothing but is written down.
func (p Position) Lapse(clock Clock, ref string) Step {
	step := Step{Kind: EntryDeadlinePassed, Next: p}
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
		step.Kind, step.Next = EntryTaskOverdue, p.overdue(Rung(ref))
	case GraceClock:
		plan, _ := strconv.Atoi(ref) // a Ref that is no number names no plan
		step.Kind, step.Next = EntryPlanBroken, p.broken(plan)
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

// Near tells that a deadline comes nearer; nothing moves.
func (p Position) Near() Step { return Step{Kind: EntryDeadlineNear, Next: p} }
