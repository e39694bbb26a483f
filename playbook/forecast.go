package playbook

import (
	"math"
	"strconv"
	"time"

	"recourse/recovery"
)

// Routes outside the law, which no legal stage has.
const (
	VoluntaryReturn recovery.Route = "voluntary_return"
	PlatformAppeal  recovery.Route = "platform_appeal"
)

// AllRoutes lists every way to recover money that a playbook may name: a voluntary
// return, the platform, and the legal routes.
var AllRoutes = append([]recovery.Route{VoluntaryReturn, PlatformAppeal}, recovery.Routes...)

// priorRule is the success rate that a source claims for a route.
type priorRule struct {
	ruleEntry `yaml:",inline"`
	Route     recovery.Route `yaml:"route"`
	If        condition      `yaml:"if"`
	Percent   float64        `yaml:"percent"` // never shown: the articles give no basis for it
	Text      string         `yaml:"text"`    // the wording in a forecast, without the number
	House     bool           `yaml:"house"`   // not a claim but a starting point
}

// scaleRule multiplies a claimed chance.
type scaleRule struct {
	ruleEntry `yaml:",inline"`
	Route     recovery.Route `yaml:"route"`
	If        condition      `yaml:"if"`
	Percent   float64        `yaml:"percent"`
	Text      string         `yaml:"text"`
}

// Cohort is a kind of case that is counted together. Band is the name of an amount
// band (see AmountBands).
type Cohort struct {
	Route recovery.Route
	Group recovery.GroupKind
	Band  string
}

// Tally counts the closed cases of a cohort that took a route, and those of them in
// which money came back.
type Tally struct{ Successes, N int }

// Experience is what this installation has seen. A nil Experience is empty.
type Experience map[Cohort]Tally

// tallyFor returns the tally of the cohort, or of the whole route when the cohort
// is too small.
func (e Experience) tallyFor(of Cohort, enough int) Tally {
	found := e[of].normalized()
	if found.N >= enough {
		return found
	}
	var all Tally
	for cohort, tally := range e {
		if cohort.Route == of.Route {
			tally = tally.normalized()
			all = Tally{all.Successes + tally.Successes, all.N + tally.N}
		}
	}
	return all
}

// normalized prevents that a miscount becomes a chance above one.
func (t Tally) normalized() Tally {
	n := max(0, t.N)
	return Tally{min(max(0, t.Successes), n), n}
}

// Chance is an interval of 95 %, not a promise. N is the number of closed cases of
// this installation behind it. The numbers are nil while N is zero, because an
// article's claim alone is no basis for a decision.
type Chance struct {
	Low    *float64 `json:"low"`
	Mean   *float64 `json:"mean"`
	High   *float64 `json:"high"`
	N      int      `json:"n"`
	Source string   `json:"source"`
}

// estimate is a chance as computed, whether or not it may be shown.
type estimate struct {
	low, mean, high float64
	n               int
	claimed         bool // an article's claim is part of it
}

// Forecast is the chance that the counterpart returns the money voluntarily.
type Forecast struct {
	Chance
	Claims []string `json:"claims"` // of popular articles, in words
	Note   string   `json:"note"`
}

// Forecast weighs the claims of articles lightly and the closed cases of this
// installation fully. incomes and known may be nil.
func (rs *RuleSet) Forecast(f AssessmentFacts, now time.Time, incomes Incomes, known Experience) Forecast {
	return rs.newEvaluation(f, now, incomes).computeForecast(known)
}

// PredictReturn returns the mean chance of a voluntary return, also where it rests
// on no case of this installation. Only calibration may use it.
func (rs *RuleSet) PredictReturn(f AssessmentFacts, now time.Time, incomes Incomes, known Experience) float64 {
	return roundChance(rs.newEvaluation(f, now, incomes).estimateChance(VoluntaryReturn, known).mean)
}

func (e *evaluation) computeForecast(known Experience) Forecast {
	claims := []string{}
	for rule := range rulesInForce(e.rules.data.Priors, e.now) {
		if rule.Route == VoluntaryReturn && rule.Text != "" && rule.If.evaluate(e) == Yes {
			claims = append(claims, rule.Text+unverified)
		}
	}
	for rule := range rulesInForce(e.rules.data.Scales, e.now) {
		if rule.Route == VoluntaryReturn && rule.If.evaluate(e) == Yes {
			claims = append(claims, rule.Text+unverified)
		}
	}
	chance := e.computeChance(VoluntaryReturn, known)
	if chance.N == 0 {
		return Forecast{chance, claims, "本站还没有同类的已结案件，能不能要回来说不准。"}
	}
	return Forecast{chance, claims, "这是按本站已结案件估计的范围，不是承诺；案件越少，范围越宽。"}
}

// unverified follows what an article claims.
const unverified = "（网络文章的说法，未经核实）"

// priorDoubt is added on both sides, in cases: it keeps a claim of 0 or 100 % from
// certainty and is too small to raise a claim of nearly 0 noticeably.
const priorDoubt = 0.1

// computeChance returns the chance of a route as it may be shown: without numbers
// while no case of this installation supports them.
func (e *evaluation) computeChance(route recovery.Route, known Experience) Chance {
	estimated := e.estimateChance(route, known)
	if estimated.n == 0 {
		return Chance{Source: "本站还没有同类的已结案件，不给数字"}
	}
	low, mean, high := roundChance(estimated.low), roundChance(estimated.mean), roundChance(estimated.high)
	source := "本站已结案件 " + strconv.Itoa(estimated.n) + " 件"
	if estimated.claimed {
		source += listSeparator + "网络文章的说法（未经核实，只占很小比重）"
	}
	return Chance{Low: &low, Mean: &mean, High: &high, N: estimated.n, Source: source}
}

// estimateChance returns the posterior of a route.
func (e *evaluation) estimateChance(route recovery.Route, known Experience) estimate {
	share, found, claimed := e.computePrior(route)
	weight, _ := e.rules.limitAt("prior_weight", e.now)
	enough, _ := e.rules.limitAt("cohort", e.now)
	prior := beta{1, 1}
	if weight > 0 && found {
		prior = beta{priorDoubt + float64(weight)*share, priorDoubt + float64(weight)*(1-share)}
	}
	tally := known.tallyFor(Cohort{route, e.facts.groupOrZero().Kind, e.rules.AmountBandName(e.claim(), e.now)}, int(enough))
	after := beta{prior.a + float64(tally.Successes), prior.b + float64(tally.N-tally.Successes)}
	return estimate{low: after.quantile(0.025), mean: after.mean(), high: after.quantile(0.975), n: tally.N, claimed: claimed}
}

// computePrior returns the lowest prior that applies, scaled: whether there is one,
// and whether an article claims it.
func (e *evaluation) computePrior(route recovery.Route) (share float64, found, claimed bool) {
	share = 1
	for rule := range rulesInForce(e.rules.data.Priors, e.now) {
		if rule.Route != route || rule.If.evaluate(e) != Yes {
			continue
		}
		share, found = min(share, rule.Percent/100), true
		claimed = claimed || !rule.House
	}
	for rule := range rulesInForce(e.rules.data.Scales, e.now) {
		if rule.Route == route && rule.If.evaluate(e) == Yes {
			share *= rule.Percent / 100
		}
	}
	return share, found, claimed
}

func roundChance(chance float64) float64 { return math.Round(chance*1000) / 1000 }
