package postgres_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// clock is a clock that stands until it is moved.
type clock struct {
	mutex sync.Mutex
	at    time.Time
}

func (c *clock) now() time.Time {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.at
}

func (c *clock) forward(by time.Duration) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.at = c.at.Add(by)
}

// inbox collects what was delivered and fails for the cases it is told to.
type inbox struct {
	mutex sync.Mutex
	got   []recovery.CaseID
	fail  map[recovery.CaseID]bool
}

func (i *inbox) deliver(_ context.Context, item postgres.OutboxItem) error {
	i.mutex.Lock()
	defer i.mutex.Unlock()
	if i.fail[item.CaseID] {
		return errors.New("the engine is away")
	}
	i.got = append(i.got, item.CaseID)
	return nil
}

func TestDrainDeliversOldestFirst(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	var want []recovery.CaseID
	for range 5 {
		want = append(want, file(t, b.Store).ID)
	}
	box := &inbox{}
	for _, step := range []int{3, 2, 0} {
		if n := must[int](t)(b.DrainOutbox(t.Context(), 3, box.deliver)); n != step {
			t.Errorf("delivered %d, want %d", n, step)
		}
	}
	if !slices.Equal(box.got, want) || b.count(t, "outbox") != 0 {
		t.Errorf("got %v, want %v", box.got, want)
	}
}

func TestFailedDeliveriesWaitAndHoldUpNobody(t *testing.T) {
	t.Parallel()
	c := &clock{at: noon}
	b := open(t, postgres.Options{Now: c.now})
	bad, good := file(t, b.Store).ID, file(t, b.Store).ID
	box := &inbox{fail: map[recovery.CaseID]bool{bad: true}}
	drain := func(want int) {
		t.Helper()
		if n := must[int](t)(b.DrainOutbox(t.Context(), 10, box.deliver)); n != want {
			t.Errorf("delivered %d, want %d", n, want)
		}
	}
	drain(1)
	for attempts, seconds := range []int{1, 2, 4, 8, 15, 15, 15} {
		c.forward(time.Duration(seconds)*time.Second - time.Millisecond)
		drain(0)
		if n := b.count(t, "outbox where attempts = $1", attempts+1); n != 1 {
			t.Fatalf("before the wait of %d s was over it was tried again", seconds)
		}
		c.forward(time.Millisecond)
		drain(0)
		if n := b.count(t, "outbox where attempts = $1", attempts+2); n != 1 {
			t.Fatalf("after %d s it was not tried again", seconds)
		}
	}
	box.fail = nil
	c.forward(15 * time.Second)
	drain(1)
	if !slices.Equal(box.got, []recovery.CaseID{good, bad}) {
		t.Errorf("got %v", box.got)
	}
}

func TestTwoDrainersShareTheWork(t *testing.T) {
	t.Parallel()
	const items = 60
	b := open(t, postgres.Options{})
	other := pgtest.Open(t, b.url, postgres.Options{})
	for range items {
		file(t, b.Store)
	}
	box := &inbox{}
	var group sync.WaitGroup
	for _, s := range []*postgres.Store{b.Store, other, b.Store} {
		group.Go(func() {
			for {
				n, err := s.DrainOutbox(t.Context(), 7, box.deliver)
				if err != nil {
					t.Error(err)
				}
				if n == 0 {
					return
				}
			}
		})
	}
	group.Wait()
	slices.Sort(box.got)
	if len(box.got) != items || len(slices.Compact(box.got)) != items || b.count(t, "outbox") != 0 {
		t.Errorf("delivered %d of %d", len(box.got), items)
	}
}

func TestDrainersDoNotWaitForEachOther(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	first, second := file(t, b.Store).ID, file(t, b.Store).ID
	var inner []recovery.CaseID
	_, err := b.DrainOutbox(t.Context(), 1, func(ctx context.Context, item postgres.OutboxItem) error {
		if item.CaseID != first {
			t.Errorf("got %s first", item.CaseID)
		}
		_, err := b.DrainOutbox(ctx, 10, func(_ context.Context, item postgres.OutboxItem) error {
			inner = append(inner, item.CaseID)
			return nil
		})
		return err
	})
	if err != nil || !slices.Equal(inner, []recovery.CaseID{second}) {
		t.Errorf("while one was being delivered, the other drainer got %v, error %v", inner, err)
	}
}

func TestDrainSettlesWhatWasDeliveredBeforeTheEnd(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	for range 3 {
		file(t, b.Store)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n, err := b.DrainOutbox(ctx, 10, func(context.Context, postgres.OutboxItem) error {
		cancel()
		return nil
	})
	if n != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("delivered %d, error %v", n, err)
	}
	if left := b.count(t, "outbox where attempts = 0"); left != 2 {
		t.Errorf("%d items are left untouched, want 2", left)
	}
}

func TestDrainFailsWithoutADatabase(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	s.Close()
	_, err := s.DrainOutbox(t.Context(), 1, (&inbox{}).deliver)
	if err == nil {
		t.Error("a closed store drained")
	}
}

// wantMark waits for a mark; the test's own deadline ends the wait.
func wantMark(t testing.TB, woken <-chan struct{}) {
	t.Helper()
	select {
	case <-woken:
	case <-time.After(20 * time.Second):
		t.Fatal("nobody was woken")
	}
}

func TestFilingWakesThisProcessAndOthers(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	other := pgtest.Open(t, b.url, postgres.Options{})
	here := must[<-chan struct{}](t)(b.SubscribeToChanges(t.Context()))
	there := must[<-chan struct{}](t)(other.SubscribeToChanges(t.Context()))
	file(t, b.Store)
	wantMark(t, here)
	wantMark(t, there)
}

func TestWokenComesBackAfterALostConnection(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	other := pgtest.Open(t, b.url, postgres.Options{})
	woken := must[<-chan struct{}](t)(other.SubscribeToChanges(t.Context()))
	err := b.sql(t, `select pg_terminate_backend(pid, 5000) from pg_stat_activity
		where datname = current_database() and query ilike 'listen%'`)
	if err != nil {
		t.Fatal(err)
	}
	wantMark(t, woken) // for what may have been missed
	file(t, b.Store)
	wantMark(t, woken)
}

func TestWokenEnds(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	must[<-chan struct{}](t)(b.SubscribeToChanges(ctx))
	cancel()
	must[<-chan struct{}](t)(b.SubscribeToChanges(t.Context()))
	b.Close() // returns only when both listeners have ended
	if n := b.count(t, "pg_stat_activity where datname = current_database() and query ilike 'listen%'"); n != 0 {
		t.Errorf("%d listeners are left", n)
	}
}
