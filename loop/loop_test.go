package loop_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"recourse/loop"
)

// watched is a Monitor with what it logs.
type watched struct {
	*loop.Monitor
	log bytes.Buffer // written under the lock of the logger
}

func watch() *watched {
	w := &watched{}
	w.Monitor = loop.NewMonitor(slog.New(slog.NewTextHandler(&w.log, nil)), time.Now)
	return w
}

func (w *watched) lines(text string) int { return strings.Count(w.log.String(), text) }

func (w *watched) stats(t *testing.T) loop.Stats {
	t.Helper()
	all := w.Snapshot()
	if len(all) != 1 {
		t.Fatalf("%d loops", len(all))
	}
	return all[0]
}

// failsUntil returns a step that fails until its n-th call and ends the loop at the last.
func failsUntil(n, last int, end func(), fail func() error) func(context.Context) (bool, error) {
	calls := 0
	return func(context.Context) (bool, error) {
		calls++
		if calls == last {
			end()
		}
		if calls < n {
			return false, fail()
		}
		return false, nil
	}
}

var errAway = errors.New("the other side is away")

func TestALoopSurvivesErrorsWithTwoLines(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watch()
		ctx, end := context.WithCancel(t.Context())
		began := time.Now()
		w.Run(ctx, loop.Loop{
			Name: "work", Interval: time.Second, LastRetry: 4 * time.Second,
			Step: failsUntil(8, 10, end, func() error { return errAway }),
		})
		if took := time.Since(began); took != (1+2+4+4+4+4+4+1+1)*time.Second {
			t.Errorf("it took %s", took)
		}
		if w.lines("begin") != 0 || w.lines("is repeated") != 1 || w.lines("again") != 1 || w.lines("failures=7") != 1 || w.lines(errAway.Error()) != 1 {
			t.Errorf("the log:\n%s", w.log.String())
		}
		// The last step was cut off by the end of its context and is not counted.
		if got := w.stats(t); got.Runs != 9 || got.Failures != 7 || got.Panics != 0 || got.Failing != 0 || got.LastSuccess.IsZero() {
			t.Errorf("%+v", got)
		}
	})
}

func TestALoopSurvivesPanicsWithOneStack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watch()
		ctx, end := context.WithCancel(t.Context())
		w.Run(ctx, loop.Loop{
			Name: "work", Interval: time.Second,
			Step: failsUntil(50, 60, end, func() error { panic("wxid_aming owes 88.88") }),
		})
		if got := w.stats(t); got.Panics != 49 || got.Failures != 49 || got.Runs != 59 {
			t.Errorf("%+v", got)
		}
		if w.lines("panicked") != 1 || !strings.Contains(w.log.String(), "loop_test.TestALoopSurvivesPanicsWithOneStack") {
			t.Errorf("the log:\n%s", w.log.String())
		}
		if strings.Contains(w.log.String(), "aming") || strings.Contains(w.log.String(), "0x") {
			t.Errorf("the log has data of the panic:\n%s", w.log.String())
		}
	})
}

func TestARuntimeErrorIsNamed(t *testing.T) {
	t.Parallel()
	err := watch().Protect(t.Context(), "work", func(context.Context) error {
		list := make([]int, 3)
		_ = list[len(t.Name())]
		return nil
	})
	if err == nil || !strings.Contains(err.Error(), "index out of range") {
		t.Errorf("%v", err)
	}
}

func TestALoopIsWokenUnlessItFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		woken := make(chan struct{}, 1)
		ctx, end := context.WithCancel(t.Context())
		defer end()
		steps := 0
		var fails error
		go watch().Run(ctx, loop.Loop{Name: "work", Interval: time.Hour, Woken: woken, Step: func(context.Context) (bool, error) {
			steps++
			return false, fails
		}})
		synctest.Wait()
		for want := 2; want < 4; want++ {
			fails = map[bool]error{true: errAway}[want == 3]
			woken <- struct{}{}
			synctest.Wait()
			if steps != want {
				t.Fatalf("%d steps, want %d", steps, want)
			}
		}
		woken <- struct{}{}
		synctest.Wait()
		if steps != 3 {
			t.Error("a signal ended the wait after a failure")
		}
	})
}

func TestALoopWithMoreWorkOnlyPauses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		left, began := 100, time.Now()
		watch().Run(ctx, loop.Loop{Name: "work", Interval: time.Hour, Pause: time.Millisecond, Step: func(context.Context) (bool, error) {
			left--
			if left == 0 {
				end()
			}
			return left > 0, nil
		}})
		if took := time.Since(began); took != 99*time.Millisecond {
			t.Errorf("it took %s", took)
		}
	})
}

func TestALoopEndsAtOnceWithItsContext(t *testing.T) {
	t.Parallel()
	for name, step := range map[string]func(context.Context) (bool, error){
		"idle":    func(context.Context) (bool, error) { return false, nil },
		"failing": func(context.Context) (bool, error) { return false, errAway },
		"working": func(ctx context.Context) (bool, error) { <-ctx.Done(); return true, ctx.Err() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := watch()
				ctx, end := context.WithCancel(t.Context())
				ended := make(chan struct{})
				go func() {
					w.Run(ctx, loop.Loop{Name: "work", Interval: time.Hour, Pause: time.Hour, Step: step})
					close(ended)
				}()
				synctest.Wait()
				before := time.Now()
				end()
				<-ended
				if time.Since(before) != 0 {
					t.Errorf("after %s", time.Since(before))
				}
				if w.lines("context canceled") != 0 {
					t.Errorf("the end is logged as a failure:\n%s", w.log.String())
				}
			})
		})
	}
}

// TestSubjectsFailOnTheirOwn: a receiver that never answers is two lines, however often, and
// says nothing about the others.
func TestSubjectsFailOnTheirOwn(t *testing.T) {
	t.Parallel()
	w := watch()
	for range 73_000 {
		w.Report(t.Context(), "webhooks", "dead", errAway)
		w.Report(t.Context(), "webhooks", "fine", nil)
	}
	if got := w.stats(t); got.Failures != 73_000 || got.Failing != 1 || w.lines("\n") != 1 {
		t.Errorf("%+v, the log:\n%s", got, w.log.String())
	}
	w.Report(t.Context(), "webhooks", "dead", nil)
	if w.stats(t).Failing != 0 || w.lines("failures=73000") != 1 || w.lines("\n") != 2 {
		t.Errorf("the log:\n%s", w.log.String())
	}
}

// TestManySubjectsAreBounded in memory and lines.
func TestManySubjectsAreBounded(t *testing.T) {
	t.Parallel()
	w := watch()
	for i := range 5000 {
		w.Report(t.Context(), "mails", strings.Repeat("x", i), errAway)
	}
	if got := w.stats(t); got.Failures != 5000 || got.Failing != 1000 || w.lines("\n") != 1000 {
		t.Errorf("%+v, %d lines", got, w.lines("\n"))
	}
}

func TestItemsSetAsideAreSummedUp(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := watch()
		for range 500 {
			w.SetAside(t.Context(), "work", "item", errAway)
		}
		if w.lines("\n") != 1 || w.lines("items=1 ") != 1 {
			t.Errorf("the log:\n%s", w.log.String())
		}
		time.Sleep(10 * time.Minute) // of the test's own clock
		if err := w.Do(t.Context(), "work", func(context.Context) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if w.lines("\n") != 2 || w.lines("items=499 ") != 1 || w.stats(t).SetAside != 500 {
			t.Errorf("%+v, the log:\n%s", w.stats(t), w.log.String())
		}
	})
}

func TestFailItem(t *testing.T) {
	t.Parallel()
	w := watch()
	record := func(aside bool, err error) func(context.Context) (bool, error) {
		return func(context.Context) (bool, error) { return aside, err }
	}
	if err := w.FailItem(t.Context(), "work", "item", errAway, record(false, nil)); err != nil || w.stats(t).Failing != 1 {
		t.Errorf("%+v (%v)", w.stats(t), err)
	}
	if err := w.FailItem(t.Context(), "work", "item", errAway, record(true, nil)); err != nil || w.stats(t).Failing != 0 || w.stats(t).SetAside != 1 {
		t.Errorf("%+v (%v)", w.stats(t), err)
	}
	lost := errors.New("the database is away")
	if err := w.FailItem(t.Context(), "work", "item", errAway, record(false, lost)); !errors.Is(err, lost) {
		t.Errorf("%v", err)
	}
}

func TestItems(t *testing.T) {
	t.Parallel()
	w := watch()
	counts := map[string]int64{"stamp": 3}
	w.SetItems(counts)
	counts["stamp"] = 0
	if got := w.Items(); got["stamp"] != 3 {
		t.Errorf("%v", got)
	}
}

// TestWithoutAMonitor panics are recovered all the same.
func TestWithoutAMonitor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, end := context.WithCancel(t.Context())
		var none *loop.Monitor
		none.Run(ctx, loop.Loop{Name: "work", Interval: time.Second, Step: failsUntil(3, 4, end, func() error { panic("x") })})
		none.SetAside(t.Context(), "work", "item", errAway)
		none.CountFailure("work")
		if err := none.FailItem(t.Context(), "work", "item", errAway, func(context.Context) (bool, error) { return true, nil }); err != nil {
			t.Error(err)
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := loop.Backoff{First: time.Second, Limit: 5 * time.Second}
		start := time.Now()
		for range 5 { // 1 + 2 + 4 + 5 + 5
			if !b.Wait(t.Context()) {
				t.Fatal("it did not wait")
			}
		}
		if got := time.Since(start); got != 17*time.Second {
			t.Errorf("waited %s", got)
		}
		b.Reset()
		if got := b.Next(); got != time.Second {
			t.Errorf("after a reset it waits %s", got)
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if b.Wait(ended) {
			t.Error("it waited through the end")
		}
	})
}
