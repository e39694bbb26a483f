package playbook_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/playbook"
	"recourse/recovery"
)

func drawAge(t *rapid.T) time.Duration {
	return time.Duration(rapid.Int64Range(0, 4*365*24).Draw(t, "hours")) * time.Hour
}

func drawExperience(t *rapid.T) playbook.Experience {
	known := playbook.Experience{}
	for _, route := range []recovery.Route{playbook.VoluntaryReturn, playbook.PlatformAppeal, recovery.CivilSuit} {
		cohort := playbook.Cohort{Route: route, Group: rapid.SampledFrom(recovery.GroupKinds).Draw(t, "group"), Band: "500-5000"}
		known[cohort] = playbook.Tally{Successes: rapid.IntRange(-5, 3_000).Draw(t, "successes"), N: rapid.IntRange(-5, 3_000).Draw(t, "n")}
	}
	return known
}

// Intervals of the beta distribution that tables give.
func TestIntervals(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, test := range []struct {
		successes, n    int
		low, mean, high float64
	}{
		// demand_letter has no claim: its prior is even, Beta(1, 1).
		{1, 1, 0.158, 0.667, 0.987},
		{0, 10, 0.002, 0.083, 0.285},
		{5, 10, 0.234, 0.5, 0.766},
		{50, 100, 0.404, 0.5, 0.596},
		{900, 1_000, 0.88, 0.899, 0.917},
	} {
		known := playbook.Experience{{Route: recovery.DemandLetter, Group: recovery.NoGroup, Band: "500-5000"}: {Successes: test.successes, N: test.n}}
		got := route(t, b.Routes(story(), sent, nil, known), recovery.DemandLetter).Chance
		for _, pair := range [][2]float64{{*got.Low, test.low}, {*got.Mean, test.mean}, {*got.High, test.high}} {
			if math.Abs(pair[0]-pair[1]) > 0.0011 {
				t.Errorf("%d of %d: %+v, want %+v", test.successes, test.n, got, test)
				break
			}
		}
		if got.N != test.n {
			t.Errorf("n is %d, want %d", got.N, test.n)
		}
	}
}

func TestClaimsWeighLittleAndTheLeastIsTaken(t *testing.T) {
	t.Parallel()
	b := book(t)
	cohort := func(successes, n int) playbook.Experience {
		return playbook.Experience{{Route: playbook.PlatformAppeal, Group: recovery.NoGroup, Band: "500-5000"}: {Successes: successes, N: n}}
	}
	appeal := route(t, b.Routes(story(), sent, nil, cohort(0, 1)), playbook.PlatformAppeal).Chance
	if *appeal.Mean > 0.05 || !strings.Contains(appeal.Source, "网络文章") || !strings.Contains(appeal.Source, "未经核实") {
		t.Errorf("the appeal: %+v", appeal)
	}
	after := route(t, b.Routes(story(), sent, nil, cohort(90, 100)), playbook.PlatformAppeal).Chance
	if *after.Mean < 0.85 || after.N != 100 || !strings.Contains(after.Source, "100 件") {
		t.Errorf("a hundred cases of our own: %+v", after)
	}
}

func TestForecast(t *testing.T) {
	t.Parallel()
	b := book(t)
	nowhere := story()
	nowhere.Claimant.Province = ""
	plain := b.Forecast(nowhere, sent, nil, nil)
	if plain.N != 0 || plain.Mean != nil || len(plain.Claims) != 0 || plain.Note == "" {
		t.Errorf("nothing known: %+v", plain)
	}
	poor := b.Forecast(story(), sent, figures(), nil)
	if b.PredictReturn(story(), sent, figures(), nil) >= b.PredictReturn(nowhere, sent, nil, nil) || len(poor.Claims) != 2 {
		t.Errorf("above wage and income: %+v", poor)
	}
	for _, claim := range poor.Claims {
		if !strings.Contains(claim, "网络文章的说法，未经核实") || strings.ContainsAny(claim, "0123456789%") {
			t.Errorf("a claim shown as truth: %s", claim)
		}
	}
	nowhere.Group = &recovery.Group{Kind: recovery.WorkGroup, Size: 300}
	if got := b.Forecast(nowhere, sent, nil, nil); b.PredictReturn(nowhere, sent, nil, nil) > 0.5 || len(got.Claims) != 1 {
		t.Errorf("a claim raised the forecast above even chances: %+v", got)
	}
}

// TestAChanceNeedsCasesOfOurOwn: without them an answer has no number, and neither
// an expected value nor the recommendation rests on an article.
func TestAChanceNeedsCasesOfOurOwn(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, amount := range []recovery.Money{3_000, 200_000, 50_000_000} {
		f := story()
		f.Amount = amount
		f.Circumstances = map[string]bool{"acknowledged": true, "identity_known": true, "same_employer": true, "abroad": false}
		answer := b.Assess(f, sent, playbook.Knowledge{Incomes: figures()})
		if f := answer.Forecast; f.Low != nil || f.Mean != nil || f.High != nil || f.N != 0 {
			t.Errorf("the forecast of %s: %+v", amount, f)
		}
		for _, way := range answer.Routes {
			if !isOrdered(way.Chance) || way.Chance.N != 0 || way.Value != nil || strings.ContainsAny(way.Chance.Source, "0123456789%") {
				t.Errorf("%s of %s: %+v", way.Route, amount, way)
			}
		}
	}
	text, err := json.Marshal(b.Assess(story(), sent, playbook.Knowledge{}).Forecast)
	if err != nil || !strings.Contains(string(text), `"mean":null`) {
		t.Errorf("%s, %v", text, err)
	}
}

func TestSmallCohortsAreWidened(t *testing.T) {
	t.Parallel()
	b := book(t)
	own := playbook.Cohort{Route: playbook.VoluntaryReturn, Group: recovery.NoGroup, Band: "500-5000"}
	other := playbook.Cohort{Route: playbook.VoluntaryReturn, Group: recovery.WorkGroup, Band: "0-200"}
	foreign := playbook.Cohort{Route: recovery.CivilSuit, Group: recovery.NoGroup, Band: "500-5000"}
	for n, want := range map[int]int{0: 1000, 19: 1019, 20: 20, 500: 500} {
		known := playbook.Experience{own: {Successes: n, N: n}, other: {N: 1000}, foreign: {N: 7}}
		if got := b.Forecast(story(), sent, nil, known); got.N != want {
			t.Errorf("%d cases of the kind: n is %d, want %d", n, got.N, want)
		}
	}
	for amount, want := range map[recovery.Money]string{1: "0-200", 19_999: "0-200", 20_000: "200-500", 50_000: "500-5000", 500_000: "5000+"} {
		if got := book(t).AmountBandName(amount, sent); got != want {
			t.Errorf("%s is in %s, want %s", amount, got, want)
		}
	}
}

// More cases narrow the interval; more successes never lower it.
func TestForecastsLearn(t *testing.T) {
	t.Parallel()
	b := book(t)
	ask := func(successes, n int) playbook.Chance {
		cohort := playbook.Cohort{Route: playbook.VoluntaryReturn, Group: recovery.NoGroup, Band: "500-5000"}
		return b.Forecast(story(), sent, nil, playbook.Experience{cohort: {Successes: successes, N: n}}).Chance
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 2_000).Draw(t, "n")
		k := rapid.IntRange(0, n-1).Draw(t, "successes")
		fewer, more := ask(k, n), ask(k+1, n)
		if *more.Mean < *fewer.Mean || *more.Low < *fewer.Low || *more.High < *fewer.High {
			t.Fatalf("%d of %d: %+v, one more: %+v", k, n, fewer, more)
		}
		if wide := ask(k, n); n > 30 && *wide.High-*wide.Low > *ask(0, 1).High-*ask(0, 1).Low {
			t.Fatalf("%d cases are wider than one", n)
		}
	})
}

func TestCalibration(t *testing.T) {
	t.Parallel()
	cases := []playbook.ForecastResult{{0.05, false}, {0.1, true}, {0.95, true}, {1, true}, {0.5, false}, {-1, false}, {2, true}}
	table := playbook.Calibrate(cases, 10)
	if len(table) != 10 || table[0].N != 2 || table[1].N != 1 || table[5].N != 1 || table[9].N != 3 || table[9].Observed != 1 || table[1].Observed != 1 {
		t.Errorf("%+v", table)
	}
	total := 0
	for _, row := range table {
		total += row.N
	}
	if total != len(cases) || len(playbook.Calibrate(nil, 0)) != 1 {
		t.Errorf("%d of %d cases are in the table", total, len(cases))
	}
	for _, test := range []struct {
		cases []playbook.ForecastResult
		want  float64
	}{
		{[]playbook.ForecastResult{{1, true}, {0, false}}, 0},
		{[]playbook.ForecastResult{{0.5, true}, {0.5, false}}, 0.25},
		{[]playbook.ForecastResult{{0, true}}, 1},
		{[]playbook.ForecastResult{{math.NaN(), false}}, 0},
	} {
		if got, known := playbook.BrierScore(test.cases); !known || math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%v: %g, want %g", test.cases, got, test.want)
		}
	}
	if _, known := playbook.BrierScore(nil); known {
		t.Error("nothing was foretold, and scored")
	}
}

func TestPrecedents(t *testing.T) {
	t.Parallel()
	b := book(t)
	first := func(change func(*playbook.AssessmentFacts)) (string, int) {
		f := story()
		change(&f)
		got := b.Precedents(f, sent, nil)
		for _, p := range got {
			if len(p.Why) == 0 || p.Story == "" || p.Source == "" {
				t.Errorf("%+v", p)
			}
		}
		if len(got) == 0 {
			return "", 0
		}
		return got[0].ID, len(got)
	}
	group := func(kind recovery.GroupKind) func(*playbook.AssessmentFacts) {
		return func(f *playbook.AssessmentFacts) { f.Group = &recovery.Group{Kind: kind} }
	}
	for _, test := range []struct {
		name   string
		change func(*playbook.AssessmentFacts)
		want   string
	}{
		{"a family", group(recovery.FamilyGroup), "precedent.family"},
		{"colleagues", group(recovery.WorkGroup), "precedent.work"},
		{"a trade group", group(recovery.TradeGroup), "precedent.trade"},
		{"gambling", func(f *playbook.AssessmentFacts) { f.Circumstances["gambling"] = true }, "precedent.gambling"},
		{"abroad", func(f *playbook.AssessmentFacts) { f.Circumstances["abroad"] = true }, "precedent.cross_border"},
		{"money frozen before the suit", func(f *playbook.AssessmentFacts) { f.Circumstances["preservation"] = true }, "precedent.preservation"},
		{"a transfer of like size", func(f *playbook.AssessmentFacts) { f.Amount = 2_500_000 }, "precedent.suit"},
	} {
		if got, n := first(test.change); got != test.want || n > 3 {
			t.Errorf("%s: %s of %d, want %s", test.name, got, n, test.want)
		}
	}
	alone := story()
	alone.Instrument, alone.Group = recovery.PasswordPacket, nil
	if got := b.Precedents(alone, sent, nil); got == nil || len(got) != 0 {
		t.Errorf("nothing is alike: %v", got)
	}
	if !slices.ContainsFunc(b.Rules(), func(r playbook.Rule) bool { return r.ID == "precedent.gambling" }) {
		t.Error("precedents are rules with sources")
	}
}
