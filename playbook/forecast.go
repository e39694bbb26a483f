package playbook

import (
	"fmt"
	"math"
	"strconv"
	"strings"
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
	Percent   float64        `yaml:"percent"`
	House     bool           `yaml:"house"` // not a claim but a starting point
}

// claimText is the wording of a forecast.
func (r *priorRule) claimText() string {
	return fmt.Sprintf("%g%%（%s，通俗文章，未经核实）", r.Percent, r.Source)
}

// sourceText is the wording among the sources of a chance.
func (r *priorRule) sourceText() string {
	if r.House {
		return "没有来源给出基准，以各半起算"
	}
	return r.Source.String() + "（通俗文章，权重很小）"
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
// this installation behind it.
type Chance struct {
	Low    float64 `json:"low"`
	Mean   float64 `json:"mean"`
	High   float64 `json:"high"`
	N      int     `json:"n"`
	Source string  `json:"source"`
}

// Forecast is the chance that the counterpart returns the money voluntarily.
type Forecast struct {
	Chance
	Claims []string `json:"claims"` // of popular articles, for the reader to weigh
	Note   string   `json:"note"`
}

// Forecast weighs the claims of articles lightly and the closed cases of this
// installation fully. incomes and known may be nil.
func (rs *RuleSet) Forecast(f AssessmentFacts, now time.Time, incomes Incomes, known Experience) Forecast {
	return rs.newEvaluation(f, now, incomes).computeForecast(known)
}

func (e *evaluation) computeForecast(known Experience) Forecast {
	claims := []string{}
	for rule := range rulesInForce(e.rules.data.Priors, e.now) {
		if rule.Route == VoluntaryReturn && !rule.House && rule.If.evaluate(e) == Yes {
			claims = append(claims, rule.claimText())
		}
	}
	for rule := range rulesInForce(e.rules.data.Scales, e.now) {
		if rule.Route == VoluntaryReturn && rule.If.evaluate(e) == Yes {
			claims = append(claims, rule.Text)
		}
	}
	chance, _ := e.computeChance(VoluntaryReturn, known)
	return Forecast{chance, claims, "这是区间估计，不是承诺；样本越少，区间越宽。"}
}

// priorDoubt is added on both sides, in cases: it keeps a claim of 0 or 100 % from
// certainty and is too small to raise a claim of nearly 0 noticeably.
const priorDoubt = 0.1

// computeChance returns the posterior of a route. informed is false when neither a
// claim nor a case supports it, so that the interval has no meaning.
func (e *evaluation) computeChance(route recovery.Route, known Experience) (chance Chance, informed bool) {
	share, claimed, sources := e.computePrior(route)
	weight, _ := e.rules.limitAt("prior_weight", e.now)
	enough, _ := e.rules.limitAt("cohort", e.now)
	prior := beta{1, 1}
	if weight > 0 && len(sources) > 0 {
		prior = beta{priorDoubt + float64(weight)*share, priorDoubt + float64(weight)*(1-share)}
	}
	tally := known.tallyFor(Cohort{route, e.facts.groupOrZero().Kind, e.rules.AmountBandName(e.facts.Amount, e.now)}, int(enough))
	after := beta{prior.a + float64(tally.Successes), prior.b + float64(tally.N-tally.Successes)}
	if len(sources) == 0 {
		sources = []string{"没有来源给出成功率"}
	}
	sources = append(sources, "本站已结案件 "+strconv.Itoa(tally.N)+" 件")
	return Chance{
		Low: roundChance(after.quantile(0.025)), Mean: roundChance(after.mean()), High: roundChance(after.quantile(0.975)),
		N: tally.N, Source: strings.Join(sources, listSeparator),
	}, claimed || tally.N > 0
}

// computePrior returns the lowest claim that applies, scaled, and its sources.
func (e *evaluation) computePrior(route recovery.Route) (share float64, claimed bool, sources []string) {
	share = 1
	for rule := range rulesInForce(e.rules.data.Priors, e.now) {
		if rule.Route != route || rule.If.evaluate(e) != Yes {
			continue
		}
		share = min(share, rule.Percent/100)
		claimed = claimed || !rule.House
		sources = append(sources, rule.sourceText())
	}
	for rule := range rulesInForce(e.rules.data.Scales, e.now) {
		if rule.Route == route && rule.If.evaluate(e) == Yes {
			share *= rule.Percent / 100
		}
	}
	return share, claimed, sources
}

func roundChance(chance float64) float64 { return math.Round(chance*1000) / 1000 }
