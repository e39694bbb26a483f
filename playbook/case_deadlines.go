package playbook

import (
	"slices"
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// Deadlines returns the deadlines of a case after a step. A clock that continues
// keeps its start; stopping and resuming are recorded; a clock that is new or
// restarted begins now. For a newly filed case the step starts from the zero
// position.
func (rs *RuleSet) Deadlines(c recovery.Case, step recovery.Step, now time.Time) []recovery.Deadline {
	deadlines := []recovery.Deadline{}
	for _, run := range step.Next.AllClocks() {
		from, stops := now, []recovery.Stop(nil)
		if old, goesOn := findDeadline(c.Deadlines, run); goesOn && step.Restart != run.Clock {
			from, stops = old.From, old.Stops
		}
		if begin, given := fixedClockStart(run.Clock, c, step.Next); given {
			from = begin
		}
		deadlines = append(deadlines, rs.ComputeDeadline(run, step.Next, c, from, updateStops(stops, run.Stopped, now), now))
	}
	return deadlines
}

func findDeadline(deadlines []recovery.Deadline, run recovery.ClockState) (recovery.Deadline, bool) {
	for _, deadline := range deadlines {
		if deadline.Kind == run.Clock && deadline.Ref == run.Ref {
			return deadline, true
		}
	}
	return recovery.Deadline{}, false
}

// fixedClockStart returns when a clock of the platform or the law starts,
// independent of the case: the refund at the last payment, the avoidance when the
// claimant learned of the mistake (民法典 152), the limitation at the newest act that
// interrupted it (195).
func fixedClockStart(clock recovery.Clock, c recovery.Case, p recovery.Position) (at time.Time, given bool) {
	switch clock {
	case recovery.AutoRefundClock:
		return c.LastSentAt(), true
	case recovery.AvoidanceClock:
		return p.Limitation().Learned, true
	case recovery.LimitationClock:
		return p.Limitation().RunningSince(), true
	default:
		return time.Time{}, false
	}
}

// updateStops ends the stop that is over and begins the new one.
func updateStops(stops []recovery.Stop, because string, now time.Time) []recovery.Stop {
	stops = slices.Clone(stops)
	last := len(stops) - 1
	open := last >= 0 && stops[last].Until == nil
	if open && stops[last].Because == because {
		return stops
	}
	if open {
		stops[last].Until = &now
	}
	if because != "" {
		stops = append(stops, recovery.Stop{From: now, Because: because})
	}
	return stops
}

// ComputeDeadline returns the deadline of one clock of a case, counted from its
// start and without its stops, so that the same facts give the same instant
// whatever was computed before. now only decides the next warning.
//
// A stopped clock names the reason, and its deadline assumes that it resumes at
// once.
func (rs *RuleSet) ComputeDeadline(
	run recovery.ClockState, p recovery.Position, c recovery.Case, from time.Time, stops []recovery.Stop, now time.Time,
) recovery.Deadline {
	rule := rs.clockRuleAt(run.Clock, from)
	if rule == nil {
		rule = rs.clockRuleAt(run.Clock, time.Time{}) // it began before any rule is valid
	}
	deadline := recovery.Deadline{
		Kind: run.Clock, Ref: run.Ref, PausedBecause: run.Stopped, From: from, Stops: stops,
		Source: rule.ID + " (" + rule.Source.String() + ")",
	}
	switch run.Clock {
	case recovery.AutoRefundClock:
		deadline.DueAt = refundDeadline(c, rule.lengthInHours())
	case recovery.AvoidanceClock:
		deadline.DueAt = paceRemaining(c, c.CreatedAt, p.Limitation().Avoidance)
	case recovery.LimitationClock:
		deadline.DueAt = limitationDeadline(c, p)
	case recovery.InstalmentClock:
		ending := rs.instalmentDeadline(run.Ref, p, c, from)
		deadline.DueAt = ending.At
		deadline.Source += formatUnpublished(ending.Unpublished)
	default:
		ending := rs.computeClockEnd(rule, c.Pace, from, toPauses(stops))
		deadline.DueAt = ending.At
		deadline.Source += formatUnpublished(ending.Unpublished)
	}
	if run.Clock == recovery.PauseClock && p.Pause != nil && p.Pause.Until != nil && p.Pause.Until.Before(deadline.DueAt) {
		deadline.DueAt = *p.Pause.Until
	}
	deadline.DueAt = deadline.DueAt.UTC()
	deadline.WarnAt = rule.nextWarning(deadline.DueAt, c.Pace, now)
	return deadline
}

// nextWarning returns the next instant at which people are warned of a deadline;
// nil when none is left. A pace shrinks the days as it shrinks the wait.
func (r *clockRule) nextWarning(due time.Time, pace int, now time.Time) *time.Time {
	for _, days := range r.WarnDays { // in descending order
		at := due.Add(-scaleByPace(time.Duration(days)*24*time.Hour, pace))
		if at.After(now) {
			return &at
		}
	}
	return nil
}

func toPauses(stops []recovery.Stop) []calendar.Pause {
	pauses := make([]calendar.Pause, len(stops))
	for i, stop := range stops {
		pauses[i] = calendar.Pause{From: stop.From, Reason: stop.Because}
		if stop.Until != nil {
			pauses[i].Until = *stop.Until
		}
	}
	return pauses
}

// limitationDeadline returns the end of the limitation period, from its log (民法典
// 188, 195).
func limitationDeadline(c recovery.Case, p recovery.Position) time.Time {
	ledger := p.Limitation()
	of := c.CreatedAt
	if since := ledger.RunningSince(); since.After(of) {
		of = since
	}
	return paceRemaining(c, of, ledger.Ends)
}

// paceRemaining scales the time between two instants by the pace of the case.
func paceRemaining(c recovery.Case, of, due time.Time) time.Time {
	if !due.After(of) {
		return due
	}
	return of.Add(scaleByPace(due.Sub(of), c.Pace))
}

// instalmentDeadline returns the hour of the day in China on which an instalment is
// due, or of the next working day (民法典 203). Plans use real calendar days; a pace
// shrinks the wait from the acceptance.
func (rs *RuleSet) instalmentDeadline(ref string, p recovery.Position, c recovery.Case, accepted time.Time) calendar.Ending {
	part, known := p.FindInstalment(ref)
	day, err := time.ParseInLocation(time.DateOnly, part.DueOn, recovery.Shanghai)
	if !known || err != nil {
		return calendar.Ending{At: accepted} // package recovery accepts no such plan
	}
	next := calendar.Length{Count: 1, Unit: calendar.Days, RestDays: calendar.Move}
	ending := rs.calendar.Deadline(day.Add(-12*time.Hour), next, nil)
	end, hour := ending.At.In(recovery.Shanghai), rs.caseLimit(limitInstalmentHour, accepted)
	ending.At = paceRemaining(c, accepted, time.Date(end.Year(), end.Month(), end.Day(), hour, 0, 0, 0, recovery.Shanghai))
	return ending
}

// The limits that cases use, by name.
const (
	limitInstalmentHour = "instalment_hour"
	limitFourEyes       = "four_eyes_fen"
	limitContactDay     = "contact_per_day"
	limitContactTotal   = "contact_total"
	limitGroupDay       = "group_notices_per_day"
	limitGroupTotal     = "group_notices_total"
	limitQuietFrom      = "quiet_from_hour"
	limitQuietUntil     = "quiet_until_hour"
)

// Terms returns what the rules decide about a case when it is filed.
func (rs *RuleSet) Terms(f recovery.Filing, now time.Time) recovery.Terms {
	return recovery.Terms{
		RefundAhead: rs.IsRefundAhead(f, now), NoNotice: rs.skipsGroupNotice(f, now), FourEyes: recovery.Money(rs.caseLimit(limitFourEyes, now)),
	}
}

// caseLimit returns a limit at an instant. Instants before the validity of the
// rules use the limit too: without a limit everything would be forbidden.
func (rs *RuleSet) caseLimit(name string, at time.Time) int {
	value, known := rs.limitAt(name, at)
	if !known {
		value, _ = rs.limitAt(name, time.Time{})
	}
	return int(value)
}

// noNoticeRule is a case in which the group is not notified.
type noNoticeRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	Reasons   []recovery.Reason `yaml:"reasons"`
	Why       string            `yaml:"why"`
}

func (rs *RuleSet) skipsGroupNotice(f recovery.Filing, now time.Time) bool {
	at := situation{platform: f.Platform, instrument: f.Instrument, group: recovery.NoGroup}
	if f.Group != nil {
		at.group = f.Group.Kind
	}
	for rule := range rulesInForce(rs.data.Silences, now) {
		if rule.covers(at) && emptyOrContains(rule.Reasons, f.Reason) {
			return true
		}
	}
	return false
}

// ContactLimits returns how often and when a counterpart may be contacted, by the
// rules of an instant.
func (rs *RuleSet) ContactLimits(at time.Time) recovery.ContactLimits {
	number := func(name string) int { return rs.caseLimit(name, at) }
	return recovery.ContactLimits{
		PerDay: number(limitContactDay), Total: number(limitContactTotal),
		GroupDay: number(limitGroupDay), GroupTotal: number(limitGroupTotal),
		QuietFrom: number(limitQuietFrom), QuietUntil: number(limitQuietUntil),
	}
}
