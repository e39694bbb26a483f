package playbook

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
)

// Routes that are not of law and therefore no recovery.Route of a legal stage.
const (
	VoluntaryReturn recovery.Route = "voluntary_return"
	PlatformAppeal  recovery.Route = "platform_appeal"
)

// AllRoutes lists every way to recover money that a playbook may name: a voluntary
// return, the platform, and the legal routes.
var AllRoutes = append([]recovery.Route{VoluntaryReturn, PlatformAppeal}, recovery.Routes...)

// priorRule is what a source claims of a route's success.
type priorRule struct {
	entry   `yaml:",inline"`
	Route   recovery.Route `yaml:"route"`
	If      condition      `yaml:"if"`
	Percent float64        `yaml:"percent"`
	House   bool           `yaml:"house"` // no claim at all, only a place to begin
}

// claim is the rule as a forecast words it.
func (r *priorRule) claim() string {
	return fmt.Sprintf("%g%%（%s，通俗文章，未经核实）", r.Percent, r.Source)
}

// weighed is the rule as a chance names its sources.
func (r *priorRule) weighed() string {
	if r.House {
		return "没有来源给出基准，以各半起算"
	}
	return r.Source.String() + "（通俗文章，权重很小）"
}

// scaleRule multiplies a claimed chance.
type scaleRule struct {
	entry   `yaml:",inline"`
	Route   recovery.Route `yaml:"route"`
	If      condition      `yaml:"if"`
	Percent float64        `yaml:"percent"`
	Text    string         `yaml:"text"`
}

// Cohort is a kind of case that is counted together. Band is the name of a band
// of the book that counts (see Bands).
type Cohort struct {
	Route recovery.Route
	Group recovery.GroupKind
	Band  string
}

// Tally counts closed cases of a cohort that took a route, and those of them
// that got something back by it.
type Tally struct{ Successes, N int }

// Experience is what this installation saw. A nil Experience saw nothing.
type Experience map[Cohort]Tally

// tally counts the cohort, or the whole route when the cohort is too small.
func (e Experience) tally(of Cohort, enough int) Tally {
	found := e[of].sound()
	if found.N >= enough {
		return found
	}
	var all Tally
	for cohort, tally := range e {
		if cohort.Route == of.Route {
			tally = tally.sound()
			all = Tally{all.Successes + tally.Successes, all.N + tally.N}
		}
	}
	return all
}

// sound keeps a miscount from turning into a chance above one.
func (t Tally) sound() Tally {
	n := max(0, t.N)
	return Tally{min(max(0, t.Successes), n), n}
}

// Chance is an interval of 95 %, never a promise. N is how many closed cases of
// this installation speak in it.
type Chance struct {
	Low    float64 `json:"low"`
	Mean   float64 `json:"mean"`
	High   float64 `json:"high"`
	N      int     `json:"n"`
	Source string  `json:"source"`
}

// Forecast is the chance that the counterpart returns the money of their own
// accord.
type Forecast struct {
	Chance
	Claims []string `json:"claims"` // what the popular articles say, for the reader to weigh
	Note   string   `json:"note"`
}

// Forecast weighs the articles' claims lightly and this installation's own
// closed cases in full. incomes and known may be nil.
func (b *Book) Forecast(f AssessmentFacts, now time.Time, incomes Incomes, known Experience) Forecast {
	return b.view(f, now, incomes).forecast(known)
}

func (v *view) forecast(known Experience) Forecast {
	claims := []string{}
	for rule := range current(v.book.data.Priors, v.now) {
		if rule.Route == VoluntaryReturn && !rule.House && rule.If.holds(v) == Yes {
			claims = append(claims, rule.claim())
		}
	}
	for rule := range current(v.book.data.Scales, v.now) {
		if rule.Route == VoluntaryReturn && rule.If.holds(v) == Yes {
			claims = append(claims, rule.Text)
		}
	}
	chance, _ := v.chance(VoluntaryReturn, known)
	return Forecast{chance, claims, "这是区间估计，不是承诺；样本越少，区间越宽。"}
}

// doubt is the part of a case on either side that keeps a claim of all or nothing
// from certainty, and is too small to raise a claim of next to nothing.
const doubt = 0.1

// chance is the posterior of a route; informed is false when neither a claim nor
// a case speaks, and the interval says nothing.
func (v *view) chance(route recovery.Route, known Experience) (chance Chance, informed bool) {
	share, claimed, sources := v.prior(route)
	weight, _ := v.book.limit("prior_weight", v.now)
	enough, _ := v.book.limit("cohort", v.now)
	prior := beta{1, 1}
	if weight > 0 && len(sources) > 0 {
		prior = beta{doubt + float64(weight)*share, doubt + float64(weight)*(1-share)}
	}
	tally := known.tally(Cohort{route, v.facts.group().Kind, v.book.Band(v.facts.Amount, v.now)}, int(enough))
	after := beta{prior.a + float64(tally.Successes), prior.b + float64(tally.N-tally.Successes)}
	if len(sources) == 0 {
		sources = []string{"没有来源给出成功率"}
	}
	sources = append(sources, "本站已结案件 "+strconv.Itoa(tally.N)+" 件")
	return Chance{
		Low: round(after.quantile(0.025)), Mean: round(after.mean()), High: round(after.quantile(0.975)),
		N: tally.N, Source: strings.Join(sources, between),
	}, claimed || tally.N > 0
}

// prior is the least of the claims that apply, scaled, and who claims it.
func (v *view) prior(route recovery.Route) (share float64, claimed bool, sources []string) {
	share = 1
	for rule := range current(v.book.data.Priors, v.now) {
		if rule.Route != route || rule.If.holds(v) != Yes {
			continue
		}
		share = min(share, rule.Percent/100)
		claimed = claimed || !rule.House
		sources = append(sources, rule.weighed())
	}
	for rule := range current(v.book.data.Scales, v.now) {
		if rule.Route == route && rule.If.holds(v) == Yes {
			share *= rule.Percent / 100
		}
	}
	return share, claimed, sources
}

func round(chance float64) float64 { return math.Round(chance*1000) / 1000 }
