package worker

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"recourse/activities"
	"recourse/loop"
	"recourse/notify"
	"recourse/postgres"
)

// idle has nothing to do.
type idle struct{}

func (idle) RunMaintenance(context.Context) error    { return nil }
func (idle) ExamineDue(context.Context) (int, error) { return 0, nil }

// allLoops returns every loop of Run.
func allLoops() []loop.Loop {
	parts := Parts{Maintenance: idle{}, Examinations: idle{}, Stamps: &Stamps{Work: &activities.Stamps{}}}
	notices := NewNotices(NoticesConfig{})
	sending, _ := notices.loops(newDeliveryPool(notices))
	return append(parts.loops(nil), sending...)
}

// TestEveryLoopSurvivesAPanicOfItsStep, and runs again within the hour.
func TestEveryLoopSurvivesAPanicOfItsStep(t *testing.T) {
	t.Parallel()
	var names []string
	for _, one := range allLoops() {
		names = append(names, one.Name)
		t.Run(one.Name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var log bytes.Buffer
				monitor := loop.NewMonitor(slog.New(slog.NewTextHandler(&log, nil)), time.Now)
				ctx, end := context.WithCancel(t.Context())
				defer end()
				calls, second := 0, time.Time{}
				one.Step = func(context.Context) (bool, error) {
					if calls++; calls < 3 {
						panic(calls)
					}
					second = time.Now()
					end()
					return false, nil
				}
				began := time.Now()
				monitor.Run(ctx, one)
				stats := monitor.Snapshot()[0]
				if stats.Panics != 2 || calls != 3 || second.Sub(began) > time.Hour {
					t.Errorf("%+v, %d calls, the last after %s", stats, calls, second.Sub(began))
				}
				if strings.Count(log.String(), "panicked") != 1 || strings.Count(log.String(), "is repeated") != 1 {
					t.Errorf("the log:\n%s", log.String())
				}
			})
		})
	}
	slices.Sort(names)
	want := []string{"examinations", "mail_cleanup", "mails", "maintenance", "reminders", "stamps", "webhooks", "workers"}
	if !slices.Equal(names, want) {
		t.Errorf("the loops are %v", names)
	}
}

// TestEveryLoopHasALimit of its pauses, and none runs without a pause.
func TestEveryLoopHasALimit(t *testing.T) {
	t.Parallel()
	for _, one := range allLoops() {
		if first := max(one.FirstRetry, one.Interval); first <= 0 || first > time.Hour || one.LastRetry > time.Hour {
			t.Errorf("%s waits %s to %s after a failure", one.Name, first, one.LastRetry)
		}
	}
}

// panicking is an outbox whose reading panics at first.
type panicking struct {
	*box
	left int
}

func (p *panicking) DrainOutbox(ctx context.Context, limit int, deliver func(context.Context, postgres.OutboxItem) error) (int, error) {
	if p.left--; p.left >= 0 {
		panic("the outbox")
	}
	return p.box.DrainOutbox(ctx, limit, deliver)
}

func TestTheRelaySurvivesAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := &panicking{newBox(postgres.OutboxItem{ID: 1, Kind: postgres.OutboxStart, CaseID: "1"}), 3}
		monitor := loop.NewMonitor(nil, time.Now)
		r := &Relay{outbox: b, client: &engine{}, interval: relayInterval, loops: monitor}
		while(t, r, func() {
			time.Sleep(10 * time.Second) // of the test's own clock
			synctest.Wait()
			if stats := monitor.Snapshot()[0]; stats.Panics != 3 || b.box.left() != 0 {
				t.Errorf("%+v, %d left", stats, b.box.left())
			}
		})
	})
}

// TestAnItemIsToBlameOnlyForItself: what Temporal cannot take now is no fault of the item.
func TestAnItemIsToBlameOnlyForItself(t *testing.T) {
	t.Parallel()
	for name, tc := range faultyItems() {
		r := &Relay{client: &engine{per: map[string]error{"case:1": tc.answer}}}
		err := r.deliverItem(t.Context(), postgres.OutboxItem{Kind: tc.kind, CaseID: "1"})
		var faulty *postgres.FaultyItemError
		if got := asFaulty(err, &faulty); got != tc.faulty {
			t.Errorf("%s: faulty %v (%v)", name, got, err)
		}
		if (r.busy.Load() != nil) != tc.busy {
			t.Errorf("%s: busy %v", name, r.busy.Load())
		}
	}
}

func TestMailFailuresOfTheServer(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		attempt notify.Attempt
		want    bool
	}{
		"no answer":       {notify.Attempt{Verdict: notify.TryAgain}, true},
		"closing":         {notify.Attempt{Verdict: notify.TryAgain, Status: 421}, true},
		"sender refused":  {notify.Attempt{Verdict: notify.TryAgain, Status: 553}, true},
		"greylisted":      {notify.Attempt{Verdict: notify.TryAgain, Status: 451}, false},
		"no such person":  {notify.Attempt{Verdict: notify.Rejected, Status: 550}, false},
		"address invalid": {notify.Attempt{Verdict: notify.Rejected}, false},
	} {
		if got := tc.attempt.IsOfServer(); got != tc.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
