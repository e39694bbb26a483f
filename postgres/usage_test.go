package postgres_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse/postgres"
	"recourse/postgres/pgtest"
)

// tenAnHour are the windows of a link's answers.
var tenAnHour = []postgres.UsageWindow{{Length: time.Hour, Uses: 10}, {Length: 24 * time.Hour, Uses: 40}}

func answerAt(minutes, n int) postgres.Usage {
	return postgres.Usage{Key: "link:1", Class: "answers", Ref: fmt.Sprintf("%d-%d", minutes, n), At: noon.Add(time.Duration(minutes) * time.Minute), Windows: tenAnHour}
}

func countUse(t *testing.T, s interface {
	CountUse(ctx context.Context, u postgres.Usage) (postgres.UsageResult, error)
}, u postgres.Usage,
) bool {
	t.Helper()
	return must[postgres.UsageResult](t)(s.CountUse(t.Context(), u)).Counted
}

// TestUsageSlides counts ten uses in any hour and forty in any day, wherever the
// hours begin.
func TestUsageSlides(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	steps := []struct{ minutes, tries, counted, usableIn int }{
		{0, 1, 1, 0},
		{59, 12, 9, 60},  // the one at 0 leaves at 60
		{61, 10, 1, 119}, // only that one has left
		{119, 9, 9, 121},
		{240, 20, 10, 300},
		{300, 20, 10, 1440}, // forty in this day
		{1439, 5, 0, 1440},
		{1440, 5, 1, 1499},
	}
	for _, step := range steps {
		counted := 0
		for n := range step.tries {
			if countUse(t, s, answerAt(step.minutes, n)) {
				counted++
			}
		}
		if counted != step.counted {
			t.Errorf("at %d: %d counted, want %d", step.minutes, counted, step.counted)
		}
		from := must[time.Time](t)(s.UsableFrom(t.Context(), answerAt(step.minutes, 99)))
		if want := noon.Add(time.Duration(step.usableIn) * time.Minute); step.usableIn > 0 && !from.Equal(want) {
			t.Errorf("at %d: usable from %v, want %v", step.minutes, from, want)
		}
	}
}

func TestUsageOfBytes(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	file := func(ref string, size int64) postgres.Usage {
		return postgres.Usage{Key: "link:1", Class: "files", Ref: ref, At: noon, Bytes: size, Windows: []postgres.UsageWindow{{Length: time.Hour, Uses: 3, Bytes: 100}}}
	}
	for _, step := range []struct {
		use     postgres.Usage
		counted bool
	}{
		{file("a", 60), true}, {file("b", 41), false}, {file("b", 40), true}, {file("c", 1), false}, {file("c", 0), true}, {file("d", 0), false},
	} {
		if got := countUse(t, s, step.use); got != step.counted {
			t.Errorf("%s of %d bytes: %v", step.use.Ref, step.use.Bytes, got)
		}
	}
}

// TestUsageOfTheSameThing counts a request once, also when it is repeated at the
// limit, and gives it back.
func TestUsageOfTheSameThing(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	for n := range 10 {
		for range 3 {
			if !countUse(t, s, answerAt(0, n)) {
				t.Fatalf("use %d was not counted", n)
			}
		}
	}
	if countUse(t, s, answerAt(0, 10)) {
		t.Fatal("the eleventh was counted")
	}
	if err := s.ReleaseUse(t.Context(), answerAt(0, 3)); err != nil {
		t.Fatal(err)
	}
	if !countUse(t, s, answerAt(0, 10)) {
		t.Error("what was given back cannot be used")
	}
}

// TestUsageOfSeveralAtOnce counts several uses together, all or none, and returns how
// many each window has.
func TestUsageOfSeveralAtOnce(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	windows := []postgres.UsageWindow{{Length: time.Minute, Uses: 10}, {Length: time.Hour, Uses: 12, Bytes: 100}}
	at := func(minute int) time.Time { return noon.Add(time.Duration(minute) * time.Minute) }
	for _, step := range []struct {
		ref      string
		adds     bool
		minute   int
		uses     int64
		counted  bool
		want     []int64
		usableIn int
	}{
		{"m", true, 0, 7, true, []int64{7, 7}, 0},
		{"m", true, 0, 4, false, []int64{7, 7}, 1},
		{"m", true, 0, 3, true, []int64{10, 10}, 0},
		{"n", true, 1, 2, true, []int64{2, 12}, 0},
		{"n", true, 1, 1, false, []int64{2, 12}, 60},
		{"n", false, 1, 1, true, []int64{2, 12}, 60}, // a repetition adds nothing
	} {
		use := postgres.Usage{Key: "account:1", Class: "requests", Ref: step.ref, Adds: step.adds, At: at(step.minute), Uses: step.uses, Windows: windows}
		result := must[postgres.UsageResult](t)(s.CountUse(t.Context(), use))
		if result.Counted != step.counted || !slices.Equal(result.Uses, step.want) || !slices.Equal(result.Bytes, []int64{0, 0}) {
			t.Errorf("%+v: %+v", step, result)
		}
		from := must[time.Time](t)(s.UsableFrom(t.Context(), use))
		if step.usableIn > 0 && !from.Equal(at(step.usableIn)) {
			t.Errorf("%+v: usable from %v", step, from)
		}
	}
}

// TestUsageAddsUp counts many uses in the row of one minute, each key and class for
// itself.
func TestUsageAddsUp(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{Now: func() time.Time { return noon.Add(time.Hour + 2*time.Minute) }})
	visit := func(key, class string, minute int) postgres.Usage {
		return postgres.Usage{
			Key: key, Class: class, Ref: strconv.Itoa(minute), Adds: true, At: noon.Add(time.Duration(minute) * time.Minute),
			Windows: []postgres.UsageWindow{{Length: time.Minute, Uses: 3}, {Length: time.Hour, Uses: 5}},
		}
	}
	for _, step := range []struct {
		use  postgres.Usage
		want int
	}{
		{visit("a", "pages", 0), 3}, {visit("b", "pages", 0), 3}, {visit("a", "assets", 0), 3}, {visit("a", "pages", 1), 2}, {visit("a", "pages", 2), 0},
		{visit("a", "pages", 60), 3},
	} {
		counted := 0
		for range 5 {
			if countUse(t, b, step.use) {
				counted++
			}
		}
		if counted != step.want {
			t.Errorf("%+v: %d counted, want %d", step.use, counted, step.want)
		}
	}
	if rows := b.count(t, "usage_counters"); rows != 5 {
		t.Errorf("%d rows, want one for each key, class and minute", rows)
	}
	if swept := must[int64](t)(b.SweepUsage(t.Context())); swept != 4 {
		t.Errorf("%d rows swept, want those that have left every window", swept)
	}
}

// TestUsageAtOnce uses one limit from two processes at the same time.
func TestUsageAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	stores := []*postgres.Store{pgtest.Open(t, url, postgres.Options{}), pgtest.Open(t, url, postgres.Options{})}
	var group sync.WaitGroup
	var counted atomic.Int64
	for n := range 50 {
		group.Go(func() {
			result, err := stores[n%2].CountUse(t.Context(), answerAt(0, n))
			if err != nil {
				t.Error(err)
			}
			if result.Counted {
				counted.Add(1)
			}
		})
	}
	group.Wait()
	if counted.Load() != 10 {
		t.Errorf("%d were counted, want 10", counted.Load())
	}
}
