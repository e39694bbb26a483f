package histories

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"recourse/postgres"
	"recourse/recovery"
)

// The lengths of deadlines: of those that must expire, and of all others.
const (
	shortTime = 30 * time.Millisecond
	longTime  = 1000 * time.Hour
)

// fastPace makes the stagger of a case negligible.
const fastPace = 1_000_000

// fakeDatabase replaces the database and the playbook of the activities. It has the
// cases in memory and counts the steps that are written.
type fakeDatabase struct {
	mutex        sync.Mutex
	cases        map[recovery.CaseID]recovery.Case
	requests     map[recovery.RequestID]recovery.ActionRequest
	expiring     map[recovery.CaseID]map[recovery.Clock]bool
	abandoned    map[recovery.RequestID]bool
	steps        map[recovery.CaseID]int
	recorded     map[recovery.CaseID]postgres.RecordedSteps
	failedWrites map[recovery.CaseID]int // how many writes still have to fail
	written      map[string]bool         // by case and key of the step
	changed      chan struct{}           // closed and replaced at every write
}

func newFakeDatabase() *fakeDatabase {
	return &fakeDatabase{
		cases: map[recovery.CaseID]recovery.Case{}, requests: map[recovery.RequestID]recovery.ActionRequest{},
		expiring: map[recovery.CaseID]map[recovery.Clock]bool{}, abandoned: map[recovery.RequestID]bool{},
		recorded: map[recovery.CaseID]postgres.RecordedSteps{},
		steps:    map[recovery.CaseID]int{}, failedWrites: map[recovery.CaseID]int{}, written: map[string]bool{}, changed: make(chan struct{}),
	}
}

// addCase adds a case whose named clocks expire at once.
func (d *fakeDatabase) addCase(id recovery.CaseID, p recovery.Position, runOut ...recovery.Clock) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.expiring[id] = map[recovery.Clock]bool{}
	for _, clock := range runOut {
		d.expiring[id][clock] = true
	}
	d.recorded[id] = postgres.RecordedSteps{Start: p}
	d.cases[id] = recovery.Case{
		ID: id, Position: p, Version: 1, Pace: fastPace, CreatedAt: time.Now().UTC(), Deadlines: d.computeDeadlines(id, nil, recovery.Step{Next: p}, time.Now()),
	}
}

// computeDeadlines returns the deadlines after a step, short for the clocks that must expire. A
// clock that runs on keeps its instant. The terms of law end no history.
func (d *fakeDatabase) computeDeadlines(
	id recovery.CaseID, before []recovery.Deadline, step recovery.Step, from time.Time,
) []recovery.Deadline {
	var list []recovery.Deadline
	for _, run := range step.Next.AllClocks() {
		length := longTime
		if d.expiring[id][run.Clock] {
			length = shortTime
		}
		deadline := recovery.Deadline{
			Kind: run.Clock, Ref: run.Ref, DueAt: from.Add(length).UTC(), PausedBecause: run.Stopped, Source: "history",
		}
		same := func(old recovery.Deadline) bool { return old.Kind == run.Clock && old.Ref == run.Ref }
		if at := slices.IndexFunc(before, same); at >= 0 && step.Restart != run.Clock {
			deadline.DueAt = before[at].DueAt
		}
		list = append(list, deadline)
	}
	return list
}

// addRequest stores an action for the workflow. The step of an abandoned one cannot be
// written.
func (d *fakeDatabase) addRequest(id recovery.CaseID, request recovery.RequestID, act recovery.ActionBody, abandoned bool) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	d.abandoned[request] = abandoned
	d.requests[request] = recovery.ActionRequest{ID: request, CaseID: id, Act: act, Attempt: 1}
}

var errUnavailable = errors.New("the database is away")

// ReadCase implements activities.Record.
func (d *fakeDatabase) ReadCase(_ context.Context, id recovery.CaseID) (recovery.Case, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	c, found := d.cases[id]
	if !found {
		return recovery.Case{}, recovery.Faultf(recovery.CodeNotFound, "There is no such case.")
	}
	return c, nil
}

// ActionRequest implements activities.Record.
func (d *fakeDatabase) ActionRequest(_ context.Context, id recovery.RequestID) (recovery.ActionRequest, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	act, found := d.requests[id]
	if !found {
		return recovery.ActionRequest{}, recovery.Faultf(recovery.CodeNotFound, "There is no such request.")
	}
	return act, nil
}

// WriteStep implements activities.Record.
func (d *fakeDatabase) WriteStep(_ context.Context, step postgres.StepWrite) (postgres.StepResult, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	if d.failedWrites[step.CaseID] > 0 {
		d.failedWrites[step.CaseID]--
		return postgres.StepResult{}, errUnavailable
	}
	c := d.cases[step.CaseID]
	key := string(step.CaseID) + " " + step.Drafts[0].Key
	if d.written[key] {
		return postgres.StepResult{Version: c.Version, Deadlines: c.Deadlines}, nil
	}
	if d.abandoned[step.Request] {
		return postgres.StepResult{}, postgres.ErrAbandoned
	}
	d.written[key] = true
	c.Position, c.Deadlines, c.Version = step.Next, step.Deadlines, c.Version+1
	d.cases[step.CaseID] = c
	d.steps[step.CaseID]++
	d.recordStep(step)
	close(d.changed)
	d.changed = make(chan struct{})
	return postgres.StepResult{Version: c.Version, Deadlines: c.Deadlines}, nil
}

// recordStep keeps a step. The case has no journal, so the count of steps numbers its
// entries: the first is that of the filing.
func (d *fakeDatabase) recordStep(w postgres.StepWrite) {
	recorded := d.recorded[w.CaseID]
	w.Step.Seq, w.Step.At = int64(d.steps[w.CaseID])+1, time.Now()
	recorded.Steps = append(recorded.Steps, w.Step)
	d.recorded[w.CaseID] = recorded
}

// ReadSteps implements activities.Record.
func (d *fakeDatabase) ReadSteps(_ context.Context, id recovery.CaseID) (postgres.RecordedSteps, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.recorded[id], nil
}

// FindEntryAuthor implements activities.Record.
func (d *fakeDatabase) FindEntryAuthor(
	_ context.Context, id recovery.CaseID, seq int64,
) (recovery.EntryKind, recovery.EntryAuthor, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	for _, step := range d.recorded[id].Steps {
		if step.Seq == seq && step.IsPersons() {
			spec, _ := recovery.SpecOf(step.Command.Action)
			return spec.Entry, recovery.EntryAuthor{Actor: step.Command.Actor, At: step.At}, nil
		}
	}
	return "", recovery.EntryAuthor{}, recovery.Faultf(recovery.CodeNotFound, "There is no such entry.")
}

// Deadlines implements activities.Rules.
func (d *fakeDatabase) Deadlines(c recovery.Case, step recovery.Step, now time.Time) ([]recovery.Deadline, error) {
	d.mutex.Lock()
	defer d.mutex.Unlock()
	return d.computeDeadlines(c.ID, c.Deadlines, step, now), nil
}

// ContactLimits implements activities.Rules. No message exceeds the limits.
func (d *fakeDatabase) ContactLimits(recovery.Case, time.Time) (recovery.ContactLimits, error) {
	return recovery.ContactLimits{PerDay: 1_000, Total: 1_000, GroupDay: 1_000, GroupTotal: 1_000}, nil
}

// ListContacts implements activities.Record.
func (d *fakeDatabase) ListContacts(context.Context, recovery.CaseID) ([]recovery.Contact, error) {
	return nil, nil
}

// waitForSteps waits until so many steps of a case are written.
func (d *fakeDatabase) waitForSteps(ctx context.Context, id recovery.CaseID, steps int) error {
	for {
		d.mutex.Lock()
		written, modified := d.steps[id], d.changed
		d.mutex.Unlock()
		if written >= steps {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %d of %d steps were written: %w", id, written, steps, ctx.Err())
		case <-modified:
		}
	}
}
