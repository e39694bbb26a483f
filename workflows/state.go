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

// running is the deadline that moves the case when it passes: the earliest one
// of the position's clock that is not paused.
func (s *state) running() (recovery.Deadline, bool) {
	var first recovery.Deadline
	found := false
	for _, deadline := range s.deadlines {
		if deadline.Kind != s.position.Clock() || deadline.PausedBecause != "" {
			continue
		}
		if !found || deadline.DueAt.Before(first.DueAt) {
			first, found = deadline, true
		}
	}
	return first, found
}

// passed gives the running deadline once its instant is reached.
func (s *state) passed(now time.Time) (recovery.Deadline, bool) {
	deadline, running := s.running()
	return deadline, running && !now.Before(deadline.DueAt)
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
	return fmt.Sprintf("lapse:%s:%d", d.Kind, d.DueAt.UnixMilli())
}
