package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestParseBench(t *testing.T) {
	t.Parallel()
	got := parseBench(strings.NewReader(`goos: linux
BenchmarkTenPages-2     	      20	 215000000 ns/op	 1234 B/op
BenchmarkQueue/agent/100000-8         	      20	   1500.5 ns/op
BenchmarkBroken-2     	 FAIL
PASS
`))
	if len(got) != 2 || got["TenPages"] != 215*time.Millisecond || got["Queue/agent/100000"] != 1500 {
		t.Errorf("got %v", got)
	}
	if _, err := requireResults(got, "TenPages", "Missing"); err == nil || !strings.Contains(err.Error(), "Missing") {
		t.Errorf("got %v", err)
	}
}

func TestLoadFigures(t *testing.T) {
	t.Parallel()
	var took []time.Duration
	for i := range 100 {
		took = append(took, time.Duration(100-i)*time.Millisecond)
	}
	l := newLoad(took, 2*time.Second)
	if l.rate() != 50 || l.percentile(0.95) != 96*time.Millisecond || l.percentile(1) != 100*time.Millisecond {
		t.Errorf("%v, %v", l, l.percentile(0.95))
	}
	if (load{elapsed: time.Second}).percentile(0.5) != 0 {
		t.Error("an empty load has a percentile")
	}
}

func TestHammerCountsAndStopsAtTheFirstError(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	got, err := callConcurrently(t.Context(), 4, untilCount(100), func(context.Context, int) error { calls.Add(1); return nil })
	if err != nil || calls.Load() != 100 || len(got.took) != 100 {
		t.Errorf("%d calls, %d measured, %v", calls.Load(), len(got.took), err)
	}
	failure := errors.New("no")
	if _, err := callConcurrently(t.Context(), 4, untilElapsed(time.Hour), func(context.Context, int) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

func TestRowsSayWhatIsMissed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	printRows(&out, []row{{what: "a", budget: "≤ 1", kept: true}, {what: "b", budget: "≤ 2"}})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[1], "ok") || !strings.HasSuffix(lines[2], "MISS") {
		t.Errorf("got:\n%s", out.String())
	}
}

// TestOnlyAnswersCount: any status but 200 ends the measuring.
func TestOnlyAnswersCount(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/busy" {
			http.Error(w, "busy", http.StatusTooManyRequests)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil || !json.Valid(body) || r.Header.Get("Content-Type") != "application/json" {
			http.Error(w, "no JSON", http.StatusBadRequest)
			return
		}
		_, _ = w.Write(bytes.Repeat([]byte("ok"), 8<<10))
	}))
	defer server.Close()
	for range 3 {
		if size, err := postMisSend(server.Client(), server.URL)(t.Context()); err != nil || size != 16<<10 {
			t.Errorf("%d bytes, %v", size, err)
		}
	}
	if _, err := postMisSend(server.Client(), server.URL+"/busy")(t.Context()); err == nil || !strings.Contains(err.Error(), "429") {
		t.Errorf("got %v", err)
	}
}

// TestAssessmentsAreJudgedByRatios: the median and the slowest hundredth each have
// their own.
func TestAssessmentsAreJudgedByRatios(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	baseline := newLoad([]time.Duration{ms, ms, 4 * ms}, time.Second)
	for _, c := range []struct {
		took []time.Duration
		kept bool
		says string
	}{
		{[]time.Duration{ms, 3 * ms, 16 * ms}, true, "p50 3.00, p99 4.00"},
		{[]time.Duration{ms, 4 * ms, 4 * ms}, false, "p50 4.00, p99 1.00"},
		{[]time.Duration{ms, ms, 17 * ms}, false, "p50 1.00, p99 4.25"},
	} {
		if got := assessmentRow(newLoad(c.took, time.Second), baseline); got.kept != c.kept || got.ratio != c.says {
			t.Errorf("%v: %+v", c.took, got)
		}
	}
}

// TestBaselineSendsAsMuch: the server prints its URL, sends the given size and
// ends with its input.
func TestBaselineSendsAsMuch(t *testing.T) {
	t.Parallel()
	in, end := io.Pipe()
	out, printed := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- runCommand(t.Context(), []string{baselineCommand, "70000"}, in, printed) }()
	base, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	for range 3 {
		if size, err := postMisSend(client, strings.TrimSpace(base))(t.Context()); err != nil || size != 70_000 {
			t.Errorf("%d bytes, %v", size, err)
		}
	}
	if err := errors.Join(end.Close(), <-ended); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{{baselineCommand}, {baselineCommand, "much"}} {
		if err := runCommand(t.Context(), args, in, printed); err == nil || !strings.Contains(err.Error(), "size") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestInTurnAddsUpWhatEachDid(t *testing.T) {
	t.Parallel()
	taking := func(d time.Duration) func() (load, error) {
		return func() (load, error) { return newLoad([]time.Duration{d, 2 * d}, time.Second), nil }
	}
	got, err := measureInTurns(3, taking(time.Millisecond), taking(time.Second))
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	for i, unit := range []time.Duration{time.Millisecond, time.Second} {
		if want := []time.Duration{unit, unit, unit, 2 * unit, 2 * unit, 2 * unit}; !slices.Equal(got[i].took, want) || got[i].elapsed != 3*time.Second {
			t.Errorf("took %v in %v", got[i].took, got[i].elapsed)
		}
	}
	failure := errors.New("no")
	if _, err := measureInTurns(2, taking(1), func() (load, error) { return load{}, failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}
