package recovery

import (
	"maps"
	"slices"
	"time"
)

// RecordedStep is a step of a case as it was taken. It contains no personal data.
// The position of a case is its first position with all recorded steps applied in
// order; see Replay.
type RecordedStep struct {
	Seq int64     `json:"seq"` // of the step's first journal entry
	At  time.Time `json:"at"`  // when it was taken, UTC
	// Command is what a person did; nil for a deadline or for evidence.
	Command *Command `json:"command,omitempty"`
	// Clock and Ref name a deadline that passed, or that is near if Near is set.
	Clock Clock  `json:"clock,omitempty"`
	Ref   string `json:"ref,omitempty"`
	Near  bool   `json:"near,omitempty"`
	// Evidence is set if requested evidence arrived.
	Evidence bool `json:"evidence,omitempty"`
}

// IsPersons reports whether a person took the step.
func (s RecordedStep) IsPersons() bool { return s.Command != nil }

// isDeadline reports whether a deadline passed.
func (s RecordedStep) isDeadline() bool { return s.Clock != NoClock && !s.Near }

// apply applies a recorded step to a position. The rules that ask a person to
// confirm something do not apply again.
func (p Position) apply(s RecordedStep) (Step, error) {
	switch {
	case s.Command != nil:
		command := *s.Command
		command.Recorded = true
		return p.Take(command)
	case s.Evidence:
		if step, awaited := p.ReceiveEvidence(); awaited {
			return step, nil
		}
		return Step{Next: p}, nil
	case s.Near:
		return p.WarnOfDeadline(), nil
	default:
		return p.PassDeadline(s.Clock, s.Ref), nil
	}
}

// Deadliner computes the deadlines after a step taken at an instant. before are the
// deadlines that ran until then.
type Deadliner func(before []Deadline, step Step, at time.Time) []Deadline

// LastAnswer is what a counterpart answered last.
type LastAnswer struct {
	Response Response
	Refusal  Refusal
}

// Stay is a stage that a case has left.
type Stay struct {
	Stage Stage
	From  time.Time
	Until time.Time
	Seq   int64 // of the journal entry that ended it
}

// History is what follows from the recorded steps of a case.
type History struct {
	Position   Position
	Deadlines  []Deadline
	Stays      []Stay
	StageSince time.Time
	// ClosedAt is when the case was closed; nil while it is open.
	ClosedAt *time.Time
	Appealed bool // an appeal was submitted
	// LastStage is the stage of an open case, or the last one before closing.
	LastStage Stage
	// ByStage is the money that came back in each stage.
	ByStage map[Stage]Money
	Answers map[CounterpartID]LastAnswer
	// WithoutEffect are the steps of people that could not be taken any more. They
	// are Seq numbers, in order.
	WithoutEffect []int64
	// NotRunning are the steps of deadlines that did not run.
	NotRunning []int64
	Results    StepResults

	// outdated computes the deadlines after the last step; nil if they are computed.
	outdated func() []Deadline
}

// StepResults are what followed from each step, by Seq number. Only After has every
// step.
type StepResults struct {
	Recovered map[int64]Money // all money that had come back, if some came with the step
	Entered   map[int64]Stage // the stage that the case entered
	Fulfilled map[int64][]int // numbers of the plans whose last instalment was paid
	After     map[int64]StepState
}

// StepState is where a case stands after a step.
type StepState struct {
	Stage     Stage   `json:"stage"`
	Outcome   Outcome `json:"outcome,omitempty"`
	Recovered Money   `json:"recovered_fen"`
	Surplus   Money   `json:"surplus_fen"`
}

func newStepResults() StepResults {
	return StepResults{
		Recovered: map[int64]Money{}, Entered: map[int64]Stage{}, Fulfilled: map[int64][]int{}, After: map[int64]StepState{},
	}
}

func (r StepResults) addStep(seq int64, before, after Position) {
	r.After[seq] = StepState{after.Stage, after.Outcome, after.Recovered, after.Surplus}
	if before.Received() != after.Received() {
		r.Recovered[seq] = after.Recovered
	}
	if before.Stage != after.Stage {
		r.Entered[seq] = after.Stage
	}
	for _, plan := range before.PlansFulfilledBy(after) {
		r.Fulfilled[seq] = append(r.Fulfilled[seq], plan.No)
	}
}

// Since returns the results of the steps from an entry on.
func (r StepResults) Since(seq int64) StepResults {
	return StepResults{
		Recovered: since(r.Recovered, seq), Entered: since(r.Entered, seq), Fulfilled: since(r.Fulfilled, seq), After: since(r.After, seq),
	}
}

// SinceBefore returns the results of the steps from an entry on, and the last result of
// each kind before it. A reader then needs no earlier entry to know where the case stood.
func (r StepResults) SinceBefore(seq int64) StepResults {
	return StepResults{
		Recovered: since(r.Recovered, lastBefore(r.Recovered, seq)), Entered: since(r.Entered, lastBefore(r.Entered, seq)),
		Fulfilled: since(r.Fulfilled, seq), After: since(r.After, seq),
	}
}

// lastBefore returns the last step before an entry that has a result; seq if none has.
func lastBefore[V any](results map[int64]V, seq int64) int64 {
	last := int64(0)
	for step := range results {
		if step < seq {
			last = max(last, step)
		}
	}
	if last == 0 {
		return seq
	}
	return last
}

func since[V any](results map[int64]V, seq int64) map[int64]V {
	later := maps.Clone(results)
	maps.DeleteFunc(later, func(step int64, _ V) bool { return step < seq })
	return later
}

// startHistory returns the history of a case with no steps.
func startHistory(start Position, filedAt time.Time, deadlines Deadliner) History {
	return History{
		Position: start, Deadlines: deadlines(nil, Step{Next: start}, filedAt), StageSince: filedAt, LastStage: start.Stage,
		ByStage: map[Stage]Money{}, Answers: map[CounterpartID]LastAnswer{}, Results: newStepResults(),
	}
}

// applyStep applies one step. It returns the error of a step that is not possible.
func (h *History) applyStep(s RecordedStep, deadlines Deadliner) error {
	before := h.Position
	step, err := before.apply(s)
	if err != nil {
		return err
	}
	if s.isDeadline() && !slices.Contains(before.AllClocks(), ClockState{Clock: s.Clock, Ref: s.Ref}) {
		h.NotRunning = append(h.NotRunning, s.Seq)
	}
	h.Position = step.Next
	h.followClocks(before, step, s.At, deadlines)
	h.Results.addStep(s.Seq, before, h.Position)
	h.addRecovered(before.Stage, h.Position.Recovered-before.Recovered)
	if s.Command != nil && s.Command.Action == RecordResponse {
		h.Answers[s.Command.CounterpartID] = LastAnswer{s.Command.Response, s.Command.Refusal}
	}
	h.Appealed = h.Appealed || h.Position.Appeal != "" && h.Position.Appeal != AppealPreparing
	if before.Stage == h.Position.Stage {
		return nil
	}
	h.Stays = append(h.Stays, Stay{Stage: before.Stage, From: h.StageSince, Until: s.At, Seq: s.Seq})
	h.StageSince, h.LastStage, h.ClosedAt = s.At, h.Position.Stage, nil
	if !h.Position.IsOpen() {
		h.ClosedAt, h.LastStage = &s.At, before.Stage
	}
	return nil
}

// followClocks computes the deadlines after a step that starts, stops or ends a clock.
// Otherwise no clock remembers the step, so only those after the last one are computed.
func (h *History) followClocks(before Position, step Step, at time.Time, deadlines Deadliner) {
	h.outdated = func() []Deadline { return deadlines(h.Deadlines, step, at) }
	if step.Restart != NoClock || !slices.Equal(before.AllClocks(), step.Next.AllClocks()) {
		h.updateDeadlines()
	}
}

func (h *History) updateDeadlines() {
	if h.outdated != nil {
		h.Deadlines, h.outdated = h.outdated(), nil
	}
}

// HasContacted reports whether the case has left a stage in which the counterparts are
// contacted.
func (h *History) HasContacted() bool {
	return slices.ContainsFunc(h.Stays, func(s Stay) bool { return s.Stage == PrivateContact || s.Stage == GroupNotice })
}

// addRecovered counts money towards the stage in which it arrived. Money that counts
// no more, because the claim became smaller, is taken from the last stages first.
func (h *History) addRecovered(stage Stage, gained Money) {
	if gained > 0 {
		h.ByStage[stage] += gained
	}
	lost := max(0, -gained)
	for _, stage := range []Stage{Legal, Appeal, GroupNotice, PrivateContact} {
		taken := min(lost, h.ByStage[stage])
		h.ByStage[stage] -= taken
		lost -= taken
	}
}

// Replay applies recorded steps to the first position of a case, each correction in
// place of the entry that it corrects. Errors: CodeCorrectionRefused if a step that
// binds other people is not possible any more, those of Take if the last replacement was
// never possible.
func Replay(start Position, filedAt time.Time, steps []RecordedStep, deadlines Deadliner) (History, error) {
	corrected := lastCorrections(steps)
	replaced := replacedLast(steps)
	history := startHistory(start, filedAt, deadlines)
	for _, step := range steps {
		if step.isCorrection() {
			history.Position = history.Position.withCorrectionStep(*step.Command)
			continue
		}
		if correction, found := corrected[step.Seq]; found {
			if correction.Replacement == nil {
				continue
			}
			replacement := *correction.Replacement // counts as the author's own
			replacement.Actor = step.Command.Actor
			step.Command = &replacement
		}
		err := history.applyStep(step, deadlines)
		switch {
		case err == nil:
		case step.Seq == replaced:
			return History{}, WithFieldPrefix(err, ReplacementPath)
		case history.dropsStep(step):
			history.WithoutEffect = append(history.WithoutEffect, step.Seq)
		default:
			return History{}, refuseCorrection(lastCorrected(steps), CorrectionRefusal{Reason: LaterEntryDepends, Entry: step.Seq}, err)
		}
	}
	history.updateDeadlines()
	return history, nil
}

// lastCorrections returns the valid correction of each corrected entry.
func lastCorrections(steps []RecordedStep) map[int64]Correction {
	corrections := map[int64]Correction{}
	for _, step := range steps {
		if step.isCorrection() && step.Command.correctsNow() {
			corrections[step.Command.Correction.Seq] = *step.Command.Correction
		}
	}
	return corrections
}

// replacedLast returns the entry that the last step replaces; 0 if it replaces none.
func replacedLast(steps []RecordedStep) int64 {
	if seq := lastCorrected(steps); seq > 0 && steps[len(steps)-1].Command.Correction.Replacement != nil {
		return seq
	}
	return 0
}

// lastCorrected returns the entry that the last step corrects; 0 if it corrects none.
func lastCorrected(steps []RecordedStep) int64 {
	if len(steps) == 0 {
		return 0
	}
	last := steps[len(steps)-1]
	if !last.isCorrection() || !last.Command.correctsNow() {
		return 0
	}
	return last.Command.Correction.Seq
}

// withoutEffectActions are actions that lose their purpose when the case stands
// elsewhere: nobody relied on them.
var withoutEffectActions = []Action{
	Reopen, ResumeCase, PauseCase, Escalate, Withdraw, CloseCase, ProposePlan, DeclinePlan, RequestEvidence, RejectDecision,
	RenameCounterpart, RecordShare, // of somebody whose addition was taken back
}

// dropsStep reports whether a step that is not possible any more may stay without
// effect: the case had already ended, or nobody relied on the step.
func (h *History) dropsStep(s RecordedStep) bool {
	return !h.Position.IsOpen() || slices.Contains(withoutEffectActions, s.Command.Action)
}
