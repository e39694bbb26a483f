package workflows

import (
	"fmt"
	"slices"
	"time"

	"recourse/activities"
	"recourse/recovery"
)

// state is the part of a journey that does not depend on Temporal, so that tests can
// use it as a plain value.
type state struct {
	position  recovery.Position
	deadlines []recovery.Deadline
	version   int64 // of the case after the newest step of this run; 0 before the first
	// results are those of the last actions, oldest first: an action that is sent
	// twice gets the same result, whatever its Update id and run.
	results []RecentResult
}

// maxRecentResults is more than one case performs while a caller waits for its
// answer. Later repetitions are answered from the database.
const maxRecentResults = 500

func (s *state) findResult(id recovery.RequestID) (result ActionResult, found bool) {
	at := slices.IndexFunc(s.results, func(r RecentResult) bool { return r.RequestID == id })
	if at < 0 {
		return ActionResult{}, false
	}
	return s.results[at].Result, true
}

func (s *state) keepResult(id recovery.RequestID, result ActionResult) {
	s.results = append(s.results, RecentResult{RequestID: id, Result: result})
	if excess := len(s.results) - maxRecentResults; excess > 0 {
		s.results = s.results[excess:]
	}
}

// alarm is the instant of a deadline, or of a warning before it.
type alarm struct {
	deadline  recovery.Deadline
	at        time.Time
	isWarning bool
}

// nextAlarm returns the earliest alarm of all deadlines that are not paused. It
// leaves out instalments, which have their own workflow.
func (s *state) nextAlarm() (first alarm, found bool) {
	for _, deadline := range s.deadlines {
		if deadline.PausedBecause != "" || deadline.Kind == recovery.InstalmentClock {
			continue
		}
		next := alarm{deadline: deadline, at: deadline.DueAt}
		if deadline.WarnAt != nil && deadline.WarnAt.Before(deadline.DueAt) {
			next.at, next.isWarning = *deadline.WarnAt, true
		}
		if !found || next.at.Before(first.at) {
			first, found = next, true
		}
	}
	return first, found
}

// dueAlarm returns the next alarm; isDue is false if its instant is not reached.
func (s *state) dueAlarm(now time.Time) (next alarm, isDue bool) {
	next, found := s.nextAlarm()
	return next, found && !now.Before(next.at)
}

// instalmentsDue returns the instalments of a plan that have a deadline.
func (s *state) instalmentsDue(plan recovery.Plan) []InstalmentDue {
	var due []InstalmentDue
	for _, instalment := range plan.Instalments {
		for _, deadline := range s.deadlines {
			if deadline.Kind == recovery.InstalmentClock && deadline.Ref == recovery.InstalmentRef(plan.No, instalment.No) {
				due = append(due, InstalmentDue{Plan: plan.No, No: instalment.No, DueAt: deadline.DueAt})
			}
		}
	}
	return due
}

// newStep returns the step that an alarm causes.
func (a alarm) newStep(p recovery.Position) activities.StepInput {
	if a.isWarning {
		in := deadlineStep(a.deadline, p.WarnOfDeadline())
		in.Key = fmt.Sprintf("near:%s:%s:%d", a.deadline.Kind, a.deadline.Ref, a.at.UnixMilli())
		return in
	}
	return deadlineStep(a.deadline, p.PassDeadline(a.deadline.Kind, a.deadline.Ref))
}

func deadlineStep(deadline recovery.Deadline, step recovery.Step) activities.StepInput {
	return activities.StepInput{Key: deadlineKey(deadline), Step: step, Because: deadline.Kind, Ref: deadline.Ref}
}

// applyStep sets the position and the deadlines after a written step.
func (s *state) applyStep(step recovery.Step, result activities.StepResult) {
	s.position, s.deadlines, s.version = step.Next, result.Deadlines, result.Version
}

// checkVersion refuses an action whose actor has seen a version from before the newest
// step, which saves a transaction. The database compares the versions of the others.
func (s *state) checkVersion(command recovery.Command) error {
	if command.ExpectedVersion == nil || *command.ExpectedVersion >= s.version {
		return nil
	}
	changed := recovery.Faultf(recovery.CodePrecondition, "The case has changed since it was read. Read it again.")
	return newRefusal(changed, s.position, command.Actor.Role)
}

// checkAction returns a refusal if an action is not possible now.
func (s *state) checkAction(in ActionInput) error {
	if _, done := s.findResult(in.Command.RequestID); done {
		return nil
	}
	if err := s.checkVersion(in.Command); err != nil {
		return err
	}
	if _, err := s.position.Take(in.Command); err != nil {
		return newRefusal(err, s.position, in.Command.Actor.Role)
	}
	return nil
}

// The keys of steps. The same event always has the same key, so that it is written
// once. Keys are stored, so their words never change.

func actionKey(id recovery.RequestID) string { return "act:" + string(id) }

func evidenceKey(id recovery.EvidenceID) string { return "supplied:" + string(id) }

func deadlineKey(d recovery.Deadline) string {
	if d.Ref != "" {
		return fmt.Sprintf("lapse:%s:%s:%d", d.Kind, d.Ref, d.DueAt.UnixMilli())
	}
	return fmt.Sprintf("lapse:%s:%d", d.Kind, d.DueAt.UnixMilli())
}
