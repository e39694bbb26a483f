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

// short and long are how long a clock runs here: one that shall run out, and
// one that shall not.
const (
	short = 30 * time.Millisecond
	long  = 1000 * time.Hour
)

// swift is a pace at which nobody waits for the stagger of a case.
const swift = 1_000_000

// world stands in for the database and the playbook of the activities. It keeps
// cases in memory and counts what was written.
type world struct {
	mutex    sync.Mutex
	cases    map[recovery.CaseID]recovery.Case
	acts     map[recovery.RequestID]recovery.ActionRequest
	short    map[recovery.CaseID]map[recovery.Clock]bool
	abandon  map[recovery.RequestID]bool
	steps    map[recovery.CaseID]int
	falters  map[recovery.CaseID]int // writes that fail before one does not
	known    map[string]bool         // case and key of every step
	modified chan struct{}           // closed and renewed at every write
}

func newWorld() *world {
	return &world{
		cases: map[recovery.CaseID]recovery.Case{}, acts: map[recovery.RequestID]recovery.ActionRequest{},
		short: map[recovery.CaseID]map[recovery.Clock]bool{}, abandon: map[recovery.RequestID]bool{},
		steps: map[recovery.CaseID]int{}, falters: map[recovery.CaseID]int{}, known: map[string]bool{}, modified: make(chan struct{}),
	}
}

// file takes in a case whose named clocks run out at once.
func (w *world) file(id recovery.CaseID, p recovery.Position, runOut ...recovery.Clock) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.short[id] = map[recovery.Clock]bool{}
	for _, clock := range runOut {
		w.short[id][clock] = true
	}
	w.cases[id] = recovery.Case{
		ID: id, Position: p, Version: 1, Pace: swift, Deadlines: w.deadlines(id, nil, recovery.Step{Next: p}, time.Now()),
	}
}

// deadlines are those after a step: short for the clocks that run out at once. A
// clock that runs on keeps its instant. The terms of law end no history.
func (w *world) deadlines(
	id recovery.CaseID, before []recovery.Deadline, step recovery.Step, from time.Time,
) []recovery.Deadline {
	var list []recovery.Deadline
	for _, run := range step.Next.AllClocks() {
		length := long
		if w.short[id][run.Clock] {
			length = short
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

// stage keeps an act for the workflow; an abandoned one is refused when it is
// written.
func (w *world) stage(id recovery.CaseID, request recovery.RequestID, act recovery.ActionBody, abandoned bool) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.abandon[request] = abandoned
	w.acts[request] = recovery.ActionRequest{ID: request, CaseID: id, Act: act, Attempt: 1}
}

var errAway = errors.New("the database is away")

// ReadCase implements activities.Record.
func (w *world) ReadCase(_ context.Context, id recovery.CaseID) (recovery.Case, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	c, found := w.cases[id]
	if !found {
		return recovery.Case{}, recovery.Faultf(recovery.CodeNotFound, "There is no such case.")
	}
	return c, nil
}

// ActionRequest implements activities.Record.
func (w *world) ActionRequest(_ context.Context, id recovery.RequestID) (recovery.ActionRequest, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	act, found := w.acts[id]
	if !found {
		return recovery.ActionRequest{}, recovery.Faultf(recovery.CodeNotFound, "There is no such request.")
	}
	return act, nil
}

// WriteStep implements activities.Record.
func (w *world) WriteStep(_ context.Context, step postgres.StepWrite) (postgres.StepResult, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.falters[step.CaseID] > 0 {
		w.falters[step.CaseID]--
		return postgres.StepResult{}, errAway
	}
	c := w.cases[step.CaseID]
	key := string(step.CaseID) + " " + step.Drafts[0].Key
	if w.known[key] {
		return postgres.StepResult{Version: c.Version, Deadlines: c.Deadlines}, nil
	}
	if w.abandon[step.Request] {
		return postgres.StepResult{}, postgres.ErrAbandoned
	}
	w.known[key] = true
	c.Position, c.Deadlines, c.Version = step.Next, step.Deadlines, c.Version+1
	w.cases[step.CaseID] = c
	w.steps[step.CaseID]++
	close(w.modified)
	w.modified = make(chan struct{})
	return postgres.StepResult{Version: c.Version, Deadlines: c.Deadlines}, nil
}

// Deadlines implements activities.Rules.
func (w *world) Deadlines(c recovery.Case, step recovery.Step, now time.Time) ([]recovery.Deadline, error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.deadlines(c.ID, c.Deadlines, step, now), nil
}

// ContactLimits implements activities.Rules: nothing is too much here.
func (w *world) ContactLimits(recovery.Case, time.Time) (recovery.ContactLimits, error) {
	return recovery.ContactLimits{PerDay: 1_000, Total: 1_000, GroupDay: 1_000, GroupTotal: 1_000}, nil
}

// ListContacts implements activities.Record.
func (w *world) ListContacts(context.Context, recovery.CaseID) ([]recovery.Contact, error) {
	return nil, nil
}

// await waits until a case has been written so many steps.
func (w *world) await(ctx context.Context, id recovery.CaseID, steps int) error {
	for {
		w.mutex.Lock()
		written, modified := w.steps[id], w.modified
		w.mutex.Unlock()
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
