package e2e_test

import (
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/log"

	"recourse/dev/freeport"
)

// A run of the workflow of a case continues as new after actionsPerRun actions; the
// tests send several times as many.
const (
	actionsPerRun   = 200
	actingClients   = 8
	measuredActions = 50
)

var manyActions = flag.Int64("actions", 4*actionsPerRun, "how many actions TestCaseOfManyActions takes")

// filedReturns is the number of returns that fileWithEvidence records: a mistyped one,
// corrected to correctedFen.
const filedReturns = 1

// longCase is a case of which one fen after the other comes back, each by its own
// action with its own idempotency key.
type longCase struct {
	testStack
	id   string
	sent atomic.Int64
	// answered counts the actions that the product confirmed.
	answered atomic.Int64
}

func (p testStack) fileLongCase(t *testing.T, key string) *longCase {
	t.Helper()
	filed, err := p.fileWithEvidence(t, key)
	if err != nil || !filed.corrected {
		t.Fatal(err, filed)
	}
	return &longCase{testStack: p, id: filed.caseID}
}

// returnFen records that one fen came back. An action without an answer is sent again
// with its key, as a page or a program would, until ready is false.
func (c *longCase) returnFen(t *testing.T, number int64, retry func() bool) error {
	body := fmt.Appendf(nil, `{"amount_fen":1,"at":%q,"channel":"cash"}`, time.Now().Add(-time.Hour).Format(time.RFC3339))
	for {
		var answer struct{ Stage string }
		err := c.callAPI(t, "claimant", http.MethodPost, "/cases/"+c.id+"/actions/record_return", "application/json",
			"fen-"+c.id+"-"+strconv.FormatInt(number, 10), body, &answer)
		if err == nil {
			c.answered.Add(1)
			return nil
		}
		if t.Failed() || !retry() {
			return err
		}
	}
}

func never() bool { return false }

// returnMany lets several clients act on the case until that many actions were sent.
func (c *longCase) returnMany(t *testing.T, total int64) {
	t.Helper()
	var clients sync.WaitGroup
	for range actingClients {
		clients.Go(func() {
			for !t.Failed() {
				number := c.sent.Add(1)
				if number > total {
					c.sent.Add(-1)
					return
				}
				if err := c.returnFen(t, number, never); err != nil {
					t.Errorf("action %d: %v", number, err)
				}
			}
		})
	}
	clients.Wait()
}

// assertEachOnce checks that every action is in the journal once, in order and without
// a gap, and that the case has the money of all of them.
func (c *longCase) assertEachOnce(t *testing.T) {
	t.Helper()
	var view struct {
		Recovered int64 `json:"recovered_fen"`
	}
	c.getJSON(t, "auditor", "/cases/"+c.id, &view)
	if want := c.sent.Load() + correctedFen; view.Recovered != want {
		t.Errorf("%d fen came back, not %d", view.Recovered, want)
	}
	returns, seq := int64(0), int64(0)
	for cursor := ""; ; {
		var page struct {
			Items []entry `json:"items"`
			Next  string  `json:"next_cursor"`
		}
		c.getJSON(t, "auditor", "/cases/"+c.id+"/journal?limit=200&cursor="+cursor, &page)
		for _, e := range page.Items {
			if seq++; e.Seq != seq {
				t.Fatalf("entry %d has number %d", seq, e.Seq)
			}
			if e.Kind == "return_recorded" {
				returns++
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	if want := c.sent.Load() + filedReturns; returns != want {
		t.Errorf("the journal has %d returns, not %d", returns, want)
	}
}

// TestCaseOfManyActions: a case takes any number of actions. Eight clients act at all
// times, so actions arrive while one run of the workflow ends and the next begins; each
// is answered once, and the last ones are as fast as the first ones of another case.
func TestCaseOfManyActions(t *testing.T) {
	t.Setenv("RECOURSE_LIMITS", "all=off") // no person takes thirty actions a second
	p := newTestStack(t)
	s := p.startRun(t, "--no-sample")
	s.awaitOutput(t, upMessage)
	total := *manyActions
	long, short := p.fileLongCase(t, "long"), p.fileLongCase(t, "short")
	began := time.Now()
	long.returnMany(t, total)
	t.Logf("%d actions in %s", total, time.Since(began).Round(time.Millisecond))
	slow, quick := measureBoth(t, long, short)
	t.Logf("p50 of an action: %s after %d actions, %s after none", slow, total, quick)
	if slow > quick+quick/2 {
		t.Errorf("an action of the long case takes %s, of a new one %s", slow, quick)
	}
	long.assertEachOnce(t)
	long.assertRuns(t, int(total/(actionsPerRun+actingClients))+1) // a run also ends the actions under way
	s.interrupt(t)
}

// assertRuns waits until the workflow of the case is listed with that many runs, of
// which all but the last continued as new.
func (c *longCase) assertRuns(t *testing.T, runs int) {
	t.Helper()
	temporal, err := client.Dial(client.Options{HostPort: freeport.Address(c.ports[1]), Logger: log.NewStructuredLogger(slog.New(slog.DiscardHandler))})
	if err != nil {
		t.Fatal(err)
	}
	defer temporal.Close()
	query := fmt.Sprintf("WorkflowId = 'case:%s'", c.id)
	var continued, running int64
	for until := time.Now().Add(waitLimit); time.Now().Before(until); <-time.After(100 * time.Millisecond) {
		for status, count := range map[string]*int64{"ContinuedAsNew": &continued, "Running": &running} {
			counted, err := temporal.CountWorkflow(t.Context(), &workflowservice.CountWorkflowExecutionsRequest{
				Namespace: client.DefaultNamespace, Query: query + " AND ExecutionStatus = '" + status + "'",
			})
			if err != nil {
				t.Fatal(err)
			}
			*count = counted.GetCount()
		}
		if int(continued+running) >= runs {
			break
		}
	}
	if running != 1 || int(continued) < runs-1 {
		t.Errorf("%d runs continued as new and %d are open, there should be %d and one", continued, running, runs-1)
	}
}

// measureBoth returns the median time of an action in each of two cases, taken in turn
// so that whatever else the machine does slows both.
func measureBoth(t *testing.T, long, short *longCase) (inLong, inShort time.Duration) {
	t.Helper()
	var took [2][]time.Duration
	for range measuredActions {
		for i, c := range []*longCase{long, short} {
			from := time.Now()
			if err := c.returnFen(t, c.sent.Add(1), never); err != nil {
				t.Fatal(err)
			}
			took[i] = append(took[i], time.Since(from))
		}
	}
	for i := range took {
		slices.Sort(took[i])
	}
	return took[0][measuredActions/2], took[1][measuredActions/2]
}

// TestKilledWhileTheRunEnds: a process is killed at the action that fills the run of a
// workflow, while others are on their way. After the restart each action is done once,
// those that nobody confirmed when they are sent again.
func TestKilledWhileTheRunEnds(t *testing.T) {
	p := newTestStack(t)
	s := p.startRun(t, "--no-sample")
	s.awaitOutput(t, upMessage)
	long := p.fileLongCase(t, "killed")
	for round, victim := range []string{"recourse", "temporal", "postgres"} {
		full := int64(round+1) * actionsPerRun
		long.returnMany(t, full-actingClients)
		var clients sync.WaitGroup
		restarted := make(chan struct{})
		for range 3 * actingClients {
			number := long.sent.Add(1)
			clients.Go(func() {
				retry := func() bool {
					if long.answered.Load() < full {
						t.Errorf("action %d was refused before the kill", number)
					}
					<-restarted
					return !t.Failed()
				}
				if err := long.returnFen(t, number, retry); err != nil {
					t.Errorf("action %d: %v", number, err)
				}
			})
		}
		for long.answered.Load() < full && !t.Failed() {
			<-time.After(time.Millisecond)
		}
		p.killChild(t, victim)
		s.awaitExit(t)
		s = p.startRun(t, "--no-sample")
		s.awaitOutput(t, upMessage)
		close(restarted)
		clients.Wait()
	}
	long.returnMany(t, 4*actionsPerRun+actingClients)
	long.assertEachOnce(t)
	long.assertRuns(t, 4)
	s.interrupt(t)
}
