package workflows

import (
	"fmt"
	"time"

	"recourse/activities"
	"recourse/recovery"
)

// state is what a journey would hand over if it had to go on elsewhere. It
// knows nothing of Temporal, so that it is tested as plain values.
type state struct {
	position  recovery.Position
	deadlines []recovery.Deadline
	// handled holds the answers already given: an act sent twice gets the same
	// answer, under whatever Update id it comes.
	handled map[recovery.RequestID]ActResult
}

func newState() state {
	return state{handled: map[recovery.RequestID]ActResult{}}
}

// moment is the next instant at which the case has to look at itself: a deadline
// that ends, or one of which people are to be told.
type moment struct {
	deadline recovery.Deadline
	at       time.Time
	warning  bool
}

// next is the earliest moment of a deadline that is not paused. The instalments
// of a plan are on its own calendar.
func (s *state) next() (moment, bool) {
	var first moment
	found := false
	for _, deadline := range s.deadlines {
		if deadline.PausedBecause != "" || deadline.Kind == recovery.InstalmentClock {
			continue
		}
		coming := moment{deadline: deadline, at: deadline.DueAt}
		if deadline.WarnAt != nil && deadline.WarnAt.Before(deadline.DueAt) {
			coming.at, coming.warning = *deadline.WarnAt, true
		}
		if !found || coming.at.Before(first.at) {
			first, found = coming, true
		}
	}
	return first, found
}

// passed gives the next moment once its instant is reached.
func (s *state) passed(now time.Time) (moment, bool) {
	coming, found := s.next()
	return coming, found && !now.Before(coming.at)
}

// due are the instants of a plan's instalments, as the deadlines have them.
func (s *state) due(plan recovery.Plan) []InstalmentDue {
	var due []InstalmentDue
	for _, part := range plan.Instalments {
		for _, deadline := range s.deadlines {
			if deadline.Kind == recovery.InstalmentClock && deadline.Ref == recovery.InstalmentRef(plan.No, part.No) {
				due = append(due, InstalmentDue{Plan: plan.No, No: part.No, DueAt: deadline.DueAt})
			}
		}
	}
	return due
}

// step is what a moment does to the case.
func (m moment) step(p recovery.Position) activities.StepInput {
	if m.warning {
		in := stepOf(m.deadline, p.Near())
		in.Key = fmt.Sprintf("near:%s:%s:%d", m.deadline.Kind, m.deadline.Ref, m.at.UnixMilli())
		return in
	}
	return stepOf(m.deadline, p.Lapse(m.deadline.Kind, m.deadline.Ref))
}

func stepOf(deadline recovery.Deadline, step recovery.Step) activities.StepInput {
	return activities.StepInput{Key: lapseKey(deadline), Step: step, Because: deadline.Kind, Ref: deadline.Ref}
}

// adopt stands where a written step led.
func (s *state) adopt(step recovery.Step, result activities.StepResult) {
	s.position, s.deadlines = step.Next, result.Deadlines
}

// check is the dry run of an act.
func (s *state) check(in ActInput) error {
	if _, done := s.handled[in.Move.RequestID]; done {
		return nil
	}
	if _, err := s.position.Take(in.Move); err != nil {
		return refusal(err, s.position, in.Move.Actor.Role)
	}
	return nil
}

// The keys of steps: the same event always has the same key, so that it is
// written once.

func actKey(id recovery.RequestID) string { return "act:" + string(id) }

func suppliedKey(id recovery.EvidenceID) string { return "supplied:" + string(id) }

func lapseKey(d recovery.Deadline) string {
	if d.Ref != "" {
		return fmt.Sprintf("lapse:%s:%s:%d", d.Kind, d.Ref, d.DueAt.UnixMilli())
	}
	return fmt.Sprintf("lapse:%s:%d", d.Kind, d.DueAt.UnixMilli())
}
