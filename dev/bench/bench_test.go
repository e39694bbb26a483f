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
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
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
	if _, err := need(got, "TenPages", "Missing"); err == nil || !strings.Contains(err.Error(), "Missing") {
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
	got, err := hammer(t.Context(), 4, times(100), func(context.Context, int) error { calls.Add(1); return nil })
	if err != nil || calls.Load() != 100 || len(got.took) != 100 {
		t.Errorf("%d calls, %d measured, %v", calls.Load(), len(got.took), err)
	}
	failure := errors.New("no")
	if _, err := hammer(t.Context(), 4, during(time.Hour), func(context.Context, int) error { return failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

func TestRowsSayWhatIsMissed(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	show(&out, []row{{what: "a", budget: "≤ 1", kept: true}, {what: "b", budget: "≤ 2"}})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 3 || !strings.HasSuffix(lines[1], "ok") || !strings.HasSuffix(lines[2], "MISS") {
		t.Errorf("got:\n%s", out.String())
	}
}

// TestAskersCountAnswersOnly: an answer that is no answer ends the measuring.
func TestAskersCountAnswersOnly(t *testing.T) {
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
		answer := bytes.Repeat([]byte("ok"), 8<<10)
		w.Header().Set("Content-Length", strconv.Itoa(len(answer)))
		_, _ = w.Write(answer)
	}))
	defer server.Close()
	lines, err := dialAll(t.Context(), server.URL, 2)
	if err != nil {
		t.Fatal(err)
	}
	defer lines.close()
	for range 3 {
		if err := lines.asking(http.MethodPost, "/", misSend)(t.Context(), 0); err != nil {
			t.Error(err)
		}
	}
	if err := lines.asking(http.MethodGet, "/busy", "")(t.Context(), 1); err == nil || !strings.Contains(err.Error(), "429") {
		t.Errorf("got %v", err)
	}
	if _, err := dialAll(t.Context(), "http://127.0.0.1:1", 1); err == nil {
		t.Error("nobody answered, and it counts")
	}
	if got := tail(newLoad([]time.Duration{time.Millisecond, 3 * time.Millisecond}, time.Second)); got != "2/s, p50 3.0 ms, p99 3.0 ms" {
		t.Errorf("got %q", got)
	}
}

// TestSteadilyCountsFromWhenACallWasDue: a call that is late because the one before
// it was slow has waited, and that counts.
func TestSteadilyCountsFromWhenACallWasDue(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := atomic.Bool{}
		slow.Store(true)
		got, err := steadily(t.Context(), 1, 10, time.Second, time.Sleep, func(context.Context, int) error {
			if slow.CompareAndSwap(true, false) {
				time.Sleep(350 * time.Millisecond)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		const ms = time.Millisecond
		want := []time.Duration{0, 0, 0, 0, 0, 0, 50 * ms, 150 * ms, 250 * ms, 350 * ms}
		if len(got.took) < len(want) || !slices.Equal(got.took[len(got.took)-len(want):], want) {
			t.Errorf("took %v, want %v", got.took, want)
		}
	})
}

// TestTheFloorCarriesAsMuch: a server of its own that says where it is, sends what
// it was told to and ends when its bench does.
func TestTheFloorCarriesAsMuch(t *testing.T) {
	t.Parallel()
	in, end := io.Pipe()
	out, says := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- begin(t.Context(), []string{floorCommand, "70000"}, in, says) }()
	base, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	lines, err := dialAll(t.Context(), strings.TrimSpace(base), 1)
	if err != nil {
		t.Fatal(err)
	}
	defer lines.close()
	for range 3 {
		if err := lines.asking(http.MethodPost, "/", misSend)(t.Context(), 0); err != nil || lines.all[0].length != 70_000 {
			t.Errorf("%d bytes, %v", lines.all[0].length, err)
		}
	}
	if err := errors.Join(end.Close(), <-ended); err != nil {
		t.Error(err)
	}
	for _, args := range [][]string{{floorCommand}, {floorCommand, "much"}} {
		if err := begin(t.Context(), args, in, says); err == nil || !strings.Contains(err.Error(), "size") {
			t.Errorf("%v: %v", args, err)
		}
	}
}

func TestInTurnAddsUpWhatEachDid(t *testing.T) {
	t.Parallel()
	taking := func(d time.Duration) func() (load, error) {
		return func() (load, error) { return newLoad([]time.Duration{d, 2 * d}, time.Second), nil }
	}
	got, err := inTurn(3, taking(time.Millisecond), taking(time.Second))
	if err != nil || len(got) != 2 {
		t.Fatalf("%v, %v", got, err)
	}
	for i, unit := range []time.Duration{time.Millisecond, time.Second} {
		if want := []time.Duration{unit, unit, unit, 2 * unit, 2 * unit, 2 * unit}; !slices.Equal(got[i].took, want) || got[i].elapsed != 3*time.Second {
			t.Errorf("took %v in %v", got[i].took, got[i].elapsed)
		}
	}
	failure := errors.New("no")
	if _, err := inTurn(2, taking(1), func() (load, error) { return load{}, failure }); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

// TestALineGivesUp: a product that never answers is an error of the bench, and not
// a bench that never ends.
func TestALineGivesUp(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer server.Close()
	conn, err := dial(t.Context(), strings.TrimPrefix(server.URL, "http://"), 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	one := line{conn: conn, in: bufio.NewReader(conn)}
	if err := one.ask([]byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n")); err == nil {
		t.Error("nobody answered, and it counts")
	}
}
