package playbook

import (
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

var answers = []Answer{Yes, No, Unknown}

// The logic of three values (Kleene's): unknown only where the other value does
// not settle it.
func TestThreeValues(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ a, b, both, either Answer }{
		{Yes, Yes, Yes, Yes}, {Yes, No, No, Yes}, {Yes, Unknown, Unknown, Yes},
		{No, No, No, No}, {No, Unknown, No, Unknown}, {Unknown, Unknown, Unknown, Unknown},
	} {
		for _, pair := range [][2]Answer{{test.a, test.b}, {test.b, test.a}} {
			if got := andAnswers(pair[0], pair[1]); got != test.both {
				t.Errorf("%s and %s: %s", pair[0], pair[1], got)
			}
			if got := orAnswers(pair[0], pair[1]); got != test.either {
				t.Errorf("%s or %s: %s", pair[0], pair[1], got)
			}
		}
		if test.a.negate().negate() != test.a {
			t.Errorf("not not %s is %s", test.a, test.a.negate().negate())
		}
	}
}

// world is a reader of a few signals.
type world map[string]Answer

func (w world) answerSignal(signal string) Answer { return w[signal] }

// Learning one more fact never turns a yes into a no, nor a no into a yes.
func TestLearningNeverContradicts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		names := []string{"a", "b", "c"}
		world := world{}
		for _, name := range names {
			world[name] = rapid.SampledFrom(answers).Draw(t, name)
		}
		var c condition
		for _, name := range names {
			if rapid.Bool().Draw(t, "uses "+name) {
				c = append(c, literal{name: name, not: rapid.Bool().Draw(t, "not "+name)})
			}
		}
		before := c.evaluate(world)
		if before == Unknown && len(c.appendOpenSignals(nil, world)) == 0 {
			t.Fatalf("%v is unknown and nothing is asked", c)
		}
		learnt := rapid.SampledFrom(names).Draw(t, "learnt")
		if world[learnt] != Unknown {
			return
		}
		world[learnt] = rapid.SampledFrom([]Answer{Yes, No}).Draw(t, "fact")
		if after := c.evaluate(world); before != Unknown && after != before {
			t.Fatalf("%v was %s and is %s", c, before, after)
		}
		if slices.Contains(c.appendOpenSignals(nil, world), learnt) {
			t.Fatalf("%s is asked again", learnt)
		}
	})
}

func (d beta) below(x float64) float64 { return d.distribution(x, d.logScale()) }

// The distribution function against a plain sum under its density.
func TestBetaAgainstASum(t *testing.T) {
	t.Parallel()
	for _, d := range []beta{{1, 1}, {2, 5}, {5, 2}, {10.5, 3.25}, {300, 700}} {
		ab, _ := math.Lgamma(d.a + d.b)
		a, _ := math.Lgamma(d.a)
		b, _ := math.Lgamma(d.b)
		density := func(x float64) float64 {
			return math.Exp(ab - a - b + (d.a-1)*math.Log(x) + (d.b-1)*math.Log1p(-x))
		}
		const steps = 200_000
		sum := 0.0
		for i := range steps {
			x := (float64(i) + 0.5) / steps
			sum += density(x) / steps
			if i%20_000 == 19_999 {
				if got := d.below(float64(i+1) / steps); math.Abs(got-sum) > 1e-6 {
					t.Errorf("Beta(%g, %g) below %g: %g, the sum is %g", d.a, d.b, float64(i+1)/steps, got, sum)
				}
			}
		}
	}
	for _, x := range []float64{-1, 0} {
		if got := (beta{2, 2}).below(x); got != 0 {
			t.Errorf("below %g lies %g", x, got)
		}
	}
	if got := (beta{2, 2}).below(1); got != 1 {
		t.Errorf("below 1 lies %g", got)
	}
}

func TestQuantilesInvert(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := beta{rapid.Float64Range(0.5, 2_000).Draw(t, "a"), rapid.Float64Range(0.5, 2_000).Draw(t, "b")}
		p := rapid.Float64Range(0.01, 0.99).Draw(t, "p")
		x := d.quantile(p)
		if low, high := d.below(x-1e-6), d.below(x+1e-6); low > p+1e-9 || high < p-1e-9 {
			t.Fatalf("Beta(%g, %g): %g lies at %g, between %g and %g", d.a, d.b, p, x, low, high)
		}
	})
}

// Every signal that the facts decide can be asked of facts that say nothing, and
// one that a book has no figure for is unknown.
func TestSignalsOfNothing(t *testing.T) {
	t.Parallel()
	playbooks, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	empty := &RuleSet{calendar: playbooks.Current().calendar}
	for _, name := range sortedKeys(caseSignals) {
		v := empty.newEvaluation(AssessmentFacts{Amount: 1}, playbooks.Current().data.ValidFrom, nil)
		if got := v.answerSignal(name); !slices.Contains(answers, got) {
			t.Errorf("%s: %q", name, got)
		}
	}
	v := empty.newEvaluation(AssessmentFacts{Amount: 1}, playbooks.Current().data.ValidFrom, nil)
	for _, name := range []string{"small", "tiny", "not_worth", "over_fraud_entry", "over_wage", "fits_small_claims", "within_90_days", "crowd"} {
		if got := v.answerSignal(name); got != Unknown {
			t.Errorf("%s: %s without a figure", name, got)
		}
	}
}
