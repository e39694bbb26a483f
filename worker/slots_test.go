package worker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"recourse/recovery"
	"recourse/workflows"
)

// TestFewActionsUnderWay: a crowd acts on one case, and the server sees a few at a
// time; the slots of a case that nobody uses are forgotten.
func TestFewActionsUnderWay(t *testing.T) {
	t.Parallel()
	var s caseSlots
	var now, most atomic.Int64
	var crowd sync.WaitGroup
	for range 100 {
		crowd.Go(func() {
			release, err := s.acquire(t.Context(), "c")
			if err != nil {
				t.Error(err)
				return
			}
			under := now.Add(1)
			for seen := most.Load(); under > seen && !most.CompareAndSwap(seen, under); seen = most.Load() {
			}
			now.Add(-1)
			release()
		})
	}
	crowd.Wait()
	if most.Load() > maxActionsUnderWay || most.Load() == 0 {
		t.Errorf("%d at a time", most.Load())
	}
	if len(s.cases) != 0 {
		t.Errorf("%d cases are remembered", len(s.cases))
	}
}

// TestFullSlots: a caller waits until their time is over; another case has its own
// slots.
func TestFullSlots(t *testing.T) {
	t.Parallel()
	e := &Engine{client: &server{result: workflows.ActionResult{Version: 2}}}
	for range maxActionsUnderWay {
		release, err := e.slots.acquire(t.Context(), "c")
		if err != nil {
			t.Fatal(err)
		}
		defer release()
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := e.slots.acquire(ctx, "c"); !errors.Is(err, context.Canceled) {
		t.Errorf("acquired: %v", err)
	}
	if _, err := e.SendAction(ctx, "c", request, 1); recovery.CodeOf(err) != recovery.CodeUnavailable {
		t.Errorf("got %v", err)
	}
	if _, err := e.SendAction(t.Context(), "d", request, 1); err != nil {
		t.Errorf("another case: %v", err)
	}
}
