package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"recourse/postgres"
	"recourse/recovery"
)

// box is an outbox in memory, as package postgres keeps it.
type box struct {
	mutex sync.Mutex
	items []postgres.OutboxItem
	next  map[int64]time.Time // when a failed item is due again
	away  error
	bell  chan struct{}
}

func newBox(items ...postgres.OutboxItem) *box {
	return &box{items: items, next: map[int64]time.Time{}, bell: make(chan struct{}, 1)}
}

func (b *box) SubscribeToChanges(context.Context) (<-chan struct{}, error) { return b.bell, b.away }

func (b *box) put(item postgres.OutboxItem) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	b.items = append(b.items, item)
	select {
	case b.bell <- struct{}{}:
	default:
	}
}

func (b *box) left() int {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return len(b.items)
}

// take removes what is due: others do not see it while it is being delivered.
func (b *box) take(limit int) []postgres.OutboxItem {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	var due, rest []postgres.OutboxItem
	for _, item := range b.items {
		if len(due) < limit && !b.next[item.ID].After(time.Now()) {
			due = append(due, item)
		} else {
			rest = append(rest, item)
		}
	}
	b.items = rest
	return due
}

func (b *box) DrainOutbox(ctx context.Context, limit int, deliver func(context.Context, postgres.OutboxItem) error) (int, error) {
	if b.away != nil {
		return 0, b.away
	}
	n := 0
	for _, item := range b.take(limit) {
		if deliver(ctx, item) == nil {
			n++
			continue
		}
		b.mutex.Lock()
		b.items = append(b.items, item)
		b.next[item.ID] = time.Now().Add(time.Second)
		b.mutex.Unlock()
	}
	return n, nil
}

// engine is a Temporal server as Relay sees it.
type engine struct {
	mutex sync.Mutex
	calls []string
	fails error
	per   map[string]error // by workflow id
	takes time.Duration    // for each call
}

func (e *engine) told(what string, id string) error {
	time.Sleep(e.takes)
	e.mutex.Lock()
	defer e.mutex.Unlock()
	if e.fails != nil {
		return e.fails
	}
	e.calls = append(e.calls, what+" "+id)
	return e.per[id]
}

func (e *engine) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	return nil, e.told(fmt.Sprintf("start %s %+v", workflow, args[0]), o.ID)
}

func (e *engine) SignalWithStartWorkflow(_ context.Context, id, signal string, arg any, o client.StartWorkflowOptions, _ any, _ ...any) (client.WorkflowRun, error) {
	if id != o.ID {
		return nil, errors.New("two workflow ids")
	}
	return nil, e.told(fmt.Sprintf("signal %s %+v", signal, arg), id)
}

func (e *engine) CheckHealth(context.Context, *client.CheckHealthRequest) (*client.CheckHealthResponse, error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return nil, e.fails
}

func (e *engine) set(err error) {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.fails = err
}

// clear lets the server refuse nothing.
func (e *engine) clear() {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	e.per = nil
}

func (e *engine) heard() []string {
	e.mutex.Lock()
	defer e.mutex.Unlock()
	return slices.Sorted(slices.Values(e.calls))
}

func relay(b *box, e *engine) *Relay {
	return &Relay{outbox: b, client: e, interval: relayInterval}
}

// while runs a relay until do returns.
func while(t *testing.T, r *Relay, do func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- r.Run(ctx) }()
	synctest.Wait()
	do()
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("the relay ended with %v", err)
	}
}

func TestRelayDelivers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, e := newBox(
			postgres.OutboxItem{ID: 1, Kind: postgres.OutboxStart, CaseID: "1"},
			postgres.OutboxItem{ID: 2, Kind: postgres.OutboxEvidence, CaseID: "1", Ref: "e"},
			postgres.OutboxItem{ID: 3, Kind: postgres.OutboxExport, CaseID: "1", Ref: "x"},
		), &engine{}
		while(t, relay(b, e), func() {})
		want := []string{
			"signal evidence_added {EvidenceID:e} case:1", "start Case {CaseID:1 Results:[]} case:1", "start Export {CaseID:1 ExportID:x} export:x",
		}
		if diff := cmp.Diff(want, e.heard()); diff != "" || b.left() != 0 {
			t.Errorf("%d left (-want +got):\n%s", b.left(), diff)
		}
	})
}

func TestRelayIsWoken(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, e := newBox(), &engine{}
		while(t, relay(b, e), func() {
			asked := time.Now()
			b.put(postgres.OutboxItem{ID: 1, Kind: postgres.OutboxStart, CaseID: "1"})
			synctest.Wait()
			if b.left() != 0 || time.Since(asked) != 0 {
				t.Errorf("%d left after %s", b.left(), time.Since(asked))
			}
		})
	})
}

// TestRelayLooksByItself: what another process wrote, and whose bell was not
// heard, is found within the period.
func TestRelayLooksByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, e := newBox(), &engine{}
		while(t, relay(b, e), func() {
			b.mutex.Lock()
			b.items = append(b.items, postgres.OutboxItem{ID: 1, Kind: postgres.OutboxStart, CaseID: "1"})
			b.mutex.Unlock()
			time.Sleep(relayInterval)
			synctest.Wait()
			if b.left() != 0 {
				t.Error("it was not found")
			}
		})
	})
}

// TestRelayDeliversABacklogWithoutPauses also while more cases are filed.
func TestRelayDeliversABacklogWithoutPauses(t *testing.T) {
	t.Parallel()
	start := func(id int64) postgres.OutboxItem {
		return postgres.OutboxItem{ID: id, Kind: postgres.OutboxStart, CaseID: "1"}
	}
	const backlog, takes = 3000, 10 * time.Millisecond
	synctest.Test(t, func(t *testing.T) {
		b, e := newBox(), &engine{takes: takes}
		for id := range int64(backlog) {
			b.items = append(b.items, start(id))
		}
		while(t, relay(b, e), func() {
			for id := range int64(1000) {
				time.Sleep(5 * time.Millisecond)
				b.put(start(backlog + id))
			}
			at := int(5 * time.Second / takes * relayWorkers)
			if n := len(e.heard()); n < at*9/10 {
				t.Errorf("%d of %d delivered", n, at)
			}
		})
	})
}

func TestRelaySurvivesTemporal(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, e := newBox(), &engine{fails: serviceerror.NewUnavailable("away")}
		for id := range int64(100) {
			b.items = append(b.items, postgres.OutboxItem{ID: id, Kind: postgres.OutboxStart, CaseID: "1"})
		}
		while(t, relay(b, e), func() {
			time.Sleep(time.Hour)
			synctest.Wait()
			if b.left() != 100 {
				t.Errorf("%d of 100 left while Temporal is away", b.left())
			}
			e.set(nil)
			time.Sleep(10 * time.Second)
			synctest.Wait()
			if b.left() != 0 || len(e.heard()) != 100 {
				t.Errorf("%d left, %d delivered", b.left(), len(e.heard()))
			}
		})
	})
}

// TestRelayWhatEndedIsDelivered: a workflow that ran and ended needs to hear
// nothing more; one item that cannot be delivered does not hold up the others.
func TestRelayWhatEndedIsDelivered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBox(
			postgres.OutboxItem{ID: 1, Kind: postgres.OutboxEvidence, CaseID: "ended", Ref: "e"},
			postgres.OutboxItem{ID: 2, Kind: postgres.OutboxStart, CaseID: "broken"},
			postgres.OutboxItem{ID: 3, Kind: "strange", CaseID: "3"},
			postgres.OutboxItem{ID: 4, Kind: postgres.OutboxStart, CaseID: "4"},
		)
		e := &engine{per: map[string]error{
			"case:ended":  serviceerror.NewWorkflowExecutionAlreadyStarted("closed", "", ""),
			"case:broken": errors.New("broken"),
		}}
		while(t, relay(b, e), func() {})
		if b.left() != 2 {
			t.Errorf("%d left: %+v", b.left(), b.items)
		}
	})
}

// TestRelayBusyServer: while the server has no room for some workflows, the others of a
// backlog are delivered without a pause, and those are when there is room again.
func TestRelayBusyServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, e := newBox(), &engine{per: map[string]error{}}
		for id := range int64(100) {
			one := recovery.CaseID(strconv.FormatInt(id, 10))
			b.items = append(b.items, postgres.OutboxItem{ID: id, Kind: postgres.OutboxStart, CaseID: one})
			if id%10 == 3 {
				e.per["case:"+string(one)] = &serviceerror.ResourceExhausted{}
			}
		}
		while(t, relay(b, e), func() {
			if b.left() != 10 {
				t.Errorf("%d are left, only 10 are refused", b.left())
			}
			e.clear()
			time.Sleep(relayInterval)
			synctest.Wait()
			if b.left() != 0 {
				t.Errorf("%d are left when nothing is refused any more", b.left())
			}
		})
	})
}

// TestRelayFullServer: a server that has no room at all gets a batch in each interval.
func TestRelayFullServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, e := newBox(), &engine{per: map[string]error{"case:1": &serviceerror.ResourceExhausted{}}}
		for id := range int64(1000) {
			b.items = append(b.items, postgres.OutboxItem{ID: id, Kind: postgres.OutboxStart, CaseID: "1"})
		}
		while(t, relay(b, e), func() {
			time.Sleep(10 * relayInterval)
			synctest.Wait()
			if calls := len(e.heard()); calls != 11*relayBatch {
				t.Errorf("%d calls in %s", calls, 10*relayInterval)
			}
		})
	})
}

func TestRelayWithoutDatabase(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b, e := newBox(postgres.OutboxItem{ID: 1, Kind: postgres.OutboxStart, CaseID: "1"}), &engine{}
		r := relay(b, e)
		b.away = errors.New("no listener")
		if err := r.Run(t.Context()); err == nil {
			t.Error("a relay that cannot listen runs")
		}
		if more, err := r.deliverBatch(t.Context()); more || err == nil {
			t.Error("a batch from a database that is away")
		}
	})
}

var _ starter = (*engine)(nil)
