package recovery_test

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/recovery"
)

var china = time.FixedZone("+08:00", 8*60*60)

// midday of a day in Beijing.
func midday(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 12, 0, 0, 0, china).UTC()
}

// lastDay names the last day of a term.
func lastDay(end time.Time) string { return end.Add(-time.Second).In(china).Format("2006-01-02") }

func on(t time.Time) *time.Time { return &t }

func TestLimitationTerms(t *testing.T) {
	t.Parallel()
	sent := midday(2026, 11, 20)
	demand := func(at time.Time) recovery.InterruptingEvent {
		return recovery.InterruptingEvent{Kind: recovery.DemandReached, At: at, Seq: 4}
	}
	for _, test := range []struct {
		name                       string
		facts                      recovery.LimitationFacts
		bare, ends, cap, avoidance string
		effects                    []recovery.Effect
	}{
		{
			"no act", recovery.LimitationFacts{PaidAt: sent},
			"2029-11-20", "2029-11-20", "2046-11-20", "2027-02-18", nil,
		},
		{
			"both knowings, the later counts", recovery.LimitationFacts{PaidAt: sent, KnewGain: on(midday(2026, 12, 1)), KnewHolder: on(midday(2027, 3, 1))},
			"2030-03-01", "2030-03-01", "2046-11-20", "2027-03-01", nil,
		},
		{
			"a knowing before the payment is none", recovery.LimitationFacts{PaidAt: sent, KnewGain: on(midday(2020, 1, 1)), KnewHolder: on(midday(2020, 1, 1))},
			"2029-11-20", "2029-11-20", "2046-11-20", "2027-02-18", nil,
		},
		{
			"a demand", recovery.LimitationFacts{PaidAt: sent, Events: []recovery.InterruptingEvent{demand(midday(2027, 1, 5))}},
			"2029-11-20", "2030-01-05", "2046-11-20", "2027-02-18", []recovery.Effect{recovery.Interrupts},
		},
		{
			"again and again, out of order", recovery.LimitationFacts{PaidAt: sent, Events: []recovery.InterruptingEvent{
				demand(midday(2031, 6, 1)), demand(midday(2028, 6, 1)),
			}},
			"2029-11-20", "2034-06-01", "2046-11-20", "2027-02-18", []recovery.Effect{recovery.Interrupts, recovery.Interrupts},
		},
		{
			"on the last day", recovery.LimitationFacts{PaidAt: sent, Events: []recovery.InterruptingEvent{demand(time.Date(2029, 11, 20, 23, 59, 59, 0, china))}},
			"2029-11-20", "2032-11-20", "2046-11-20", "2027-02-18", []recovery.Effect{recovery.Interrupts},
		},
		{
			"a moment later", recovery.LimitationFacts{PaidAt: sent, Events: []recovery.InterruptingEvent{demand(time.Date(2029, 11, 21, 0, 0, 0, 0, china))}},
			"2029-11-20", "2029-11-20", "2046-11-20", "2027-02-18", []recovery.Effect{recovery.TooLate},
		},
		{
			"before it began", recovery.LimitationFacts{PaidAt: sent, KnewHolder: on(midday(2027, 5, 1)), Events: []recovery.InterruptingEvent{demand(midday(2027, 4, 1))}},
			"2030-05-01", "2030-05-01", "2046-11-20", "2027-02-18", []recovery.Effect{recovery.BeforeBegin},
		},
		{
			"the cap", recovery.LimitationFacts{PaidAt: sent, KnewHolder: on(midday(2045, 1, 1)), Events: []recovery.InterruptingEvent{demand(midday(2046, 2, 1))}},
			"2046-11-20", "2046-11-20", "2046-11-20", "2027-02-18", []recovery.Effect{recovery.Interrupts},
		},
		{
			"a leap day", recovery.LimitationFacts{PaidAt: midday(2024, 2, 29)},
			"2027-02-28", "2027-02-28", "2044-02-29", "2024-05-29", nil,
		},
		{
			"the mistake found after years", recovery.LimitationFacts{PaidAt: sent, KnewGain: on(midday(2031, 11, 1))},
			"2034-11-01", "2034-11-01", "2046-11-20", "2031-11-20", nil,
		},
		{
			"late in the evening in Beijing is the same day", recovery.LimitationFacts{PaidAt: time.Date(2026, 11, 20, 15, 59, 0, 0, time.UTC)},
			"2029-11-20", "2029-11-20", "2046-11-20", "2027-02-18", nil,
		},
		{
			"after midnight in Beijing the next", recovery.LimitationFacts{PaidAt: time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)},
			"2029-11-21", "2029-11-21", "2046-11-21", "2027-02-19", nil,
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			l := recovery.ComputeLimitation(test.facts)
			got := []string{lastDay(l.Bare), lastDay(l.Ends), lastDay(l.Cap), lastDay(l.Avoidance)}
			if want := []string{test.bare, test.ends, test.cap, test.avoidance}; !slices.Equal(got, want) {
				t.Errorf("got %v, want %v", got, want)
			}
			var effects []recovery.Effect
			for _, step := range l.Steps {
				effects = append(effects, step.Effect)
			}
			if !slices.Equal(effects, test.effects) {
				t.Errorf("got %v, want %v", effects, test.effects)
			}
		})
	}
}

func TestLimitationStepsKeepTheirProof(t *testing.T) {
	t.Parallel()
	sent := midday(2026, 11, 20)
	var acts []recovery.InterruptingEvent
	for i, kind := range recovery.Interruptions {
		acts = append(acts, recovery.InterruptingEvent{Kind: kind, At: sent.AddDate(0, i+1, 0), Seq: int64(10 + i)})
	}
	l := recovery.ComputeLimitation(recovery.LimitationFacts{PaidAt: sent, Events: acts})
	for i, step := range l.Steps {
		if step.InterruptingEvent != acts[i] || step.Effect != recovery.Interrupts || lastDay(step.Ends) != step.At.AddDate(3, 0, 0).In(china).Format("2006-01-02") {
			t.Errorf("%+v", step)
		}
	}
	if len(l.Steps) != len(acts) || l.HasEnded(l.Ends.Add(-1)) || !l.HasEnded(l.Ends) {
		t.Errorf("%+v", l)
	}
}

var moments = rapid.Custom(func(t *rapid.T) time.Time {
	from := time.Date(2014, 1, 27, 0, 0, 0, 0, time.UTC).Unix()
	return time.Unix(rapid.Int64Range(from, from+60*365*86_400).Draw(t, "second"), 0).UTC()
})

func drawFacts(t *rapid.T) recovery.LimitationFacts {
	f := recovery.LimitationFacts{PaidAt: moments.Draw(t, "harmed")}
	if rapid.Bool().Draw(t, "knew gain") {
		f.KnewGain = on(moments.Draw(t, "gain"))
	}
	if rapid.Bool().Draw(t, "knew holder") {
		f.KnewHolder = on(moments.Draw(t, "holder"))
	}
	for i := range rapid.IntRange(0, 12).Draw(t, "acts") {
		f.Events = append(f.Events, recovery.InterruptingEvent{
			Kind: rapid.SampledFrom(recovery.Interruptions).Draw(t, "kind"), At: moments.Draw(t, "at"), Seq: int64(i),
		})
	}
	return f
}

// Acts never shorten a term, and none outlives the cap; what comes too late
// changes nothing.
func TestLimitationProperties(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		l := recovery.ComputeLimitation(f)
		if l.Begins.Before(f.PaidAt) || l.Ends.Before(l.Bare) || l.Ends.After(l.Cap) || l.Bare.After(l.Cap) || len(l.Steps) != len(f.Events) {
			t.Fatalf("%+v", l)
		}
		last := l.Bare
		for i, step := range l.Steps {
			if i > 0 && step.At.Before(l.Steps[i-1].At) {
				t.Fatal("the steps are out of order")
			}
			if step.Ends.Before(last) || step.Effect != recovery.Interrupts && !step.Ends.Equal(last) {
				t.Fatalf("step %d: %+v after %v", i, step, last)
			}
			if (step.Effect == recovery.TooLate) != (!step.At.Before(last) && !step.At.Before(l.Begins)) {
				t.Fatalf("step %d is wrongly called %s", i, step.Effect)
			}
			last = step.Ends
		}
		if !last.Equal(l.Ends) {
			t.Fatal("the last step does not end the term")
		}
	})
}

// The order in which acts are told does not matter, and one more act never
// brings the end nearer.
func TestLimitationOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		ends := recovery.ComputeLimitation(f).Ends
		rand.New(rand.NewPCG(1, 2)).Shuffle(len(f.Events), func(i, j int) { f.Events[i], f.Events[j] = f.Events[j], f.Events[i] })
		if again := recovery.ComputeLimitation(f).Ends; !again.Equal(ends) {
			t.Fatalf("%v, and shuffled %v", ends, again)
		}
		f.Events = append(f.Events, recovery.InterruptingEvent{Kind: recovery.DemandReached, At: moments.Draw(t, "one more")})
		if more := recovery.ComputeLimitation(f).Ends; more.Before(ends) {
			t.Fatalf("one more act moves the end from %v to %v", ends, more)
		}
	})
}

// An end is always midnight in Beijing, and knowing later never ends sooner.
func TestLimitationEndsAtMidnight(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t)
		l := recovery.ComputeLimitation(f)
		for _, end := range []time.Time{l.Bare, l.Ends, l.Cap, l.Avoidance} {
			if h, m, s := end.In(china).Clock(); h+m+s != 0 || end.Location() != time.UTC {
				t.Fatalf("%v is not midnight in Beijing", end)
			}
		}
		late := l.Begins.Add(24 * time.Hour)
		f.KnewHolder = &late
		if recovery.ComputeLimitation(f).Bare.Before(l.Bare) {
			t.Fatal("knowing later ends sooner")
		}
	})
}
