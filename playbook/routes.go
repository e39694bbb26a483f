package playbook

import (
	"math"

	"recourse/recovery"
)

// routeRule is one way to get the money back.
type routeRule struct {
	entry   `yaml:",inline"`
	Route   recovery.Route `yaml:"route"`
	Name    string         `yaml:"name"`
	Needs   condition      `yaml:"needs"`
	Closed  []reasonRule   `yaml:"closed"`
	Tried   condition      `yaml:"tried"`  // it was gone and led nowhere
	Urgent  condition      `yaml:"urgent"` // it comes before all others
	Asks    condition      `yaml:"asks"`   // asked for besides what the needs name
	Fee     string         `yaml:"fee"`
	Days    daysRule       `yaml:"days"`
	Why     []reasonRule   `yaml:"why"`
	Unknown string         `yaml:"unknown"` // said when a need cannot be judged
}

type daysRule struct {
	Low  int `yaml:"low"`
	High int `yaml:"high"`
}

// RouteOption is one way, with what it asks and what it may bring. Texts are
// Chinese; money in fen.
type RouteOption struct {
	Route       recovery.Route `json:"route"`
	Name        string         `json:"name"`
	Open        bool           `json:"open"`
	Recommended bool           `json:"recommended"`
	Why         []string       `json:"why"`
	Questions   []Question     `json:"questions"` // what would open or close it
	// Cost is the fee, nil when no rule computes it; CostMark is the weakest mark
	// of the rules it was computed by. See fee for money that was split.
	Cost     *recovery.Money `json:"cost_fen"`
	CostMark Mark            `json:"cost_mark,omitempty"`
	Days     Days            `json:"days"`
	Chance   Chance          `json:"chance"`
	// Value is what is claimed times the mean chance less the cost; nil when nothing
	// informs the chance or the cost, or the shares are not told.
	Value  *recovery.Money `json:"expected_value_fen"`
	Source string          `json:"source"`
}

// Days is how long a way takes, from and to.
type Days struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

// routes compares the routes, the gentlest first. One is recommended: the urgent
// one, else the gentlest that is open, was not tried without success, and is not
// known to cost more than it may return. known may be nil.
func (v *view) routes(known Experience) []RouteOption {
	options := []RouteOption{}
	best := -1
	for rule := range current(v.book.data.Routes, v.now) {
		option := v.option(rule, known)
		options = append(options, option)
		last := len(options) - 1
		switch {
		case !option.Open:
		case len(rule.Urgent) > 0 && rule.Urgent.holds(v) == Yes:
			best = last
		case best < 0 && v.worthwhile(rule, option):
			best = last
		}
	}
	if best >= 0 {
		options[best].Recommended = true
	}
	return options
}

func (v *view) worthwhile(rule *routeRule, option RouteOption) bool {
	if len(rule.Tried) > 0 && rule.Tried.holds(v) == Yes {
		return false
	}
	return option.Value == nil || *option.Value > 0
}

func (v *view) option(rule *routeRule, known Experience) RouteOption {
	option := RouteOption{
		Route: rule.Route, Name: rule.Name, Days: Days(rule.Days), Source: rule.Source.String(),
	}
	v.decide(rule, &option)
	chance, informed := v.chance(rule.Route, known)
	option.Chance = chance
	if fee, of, mark, computed := v.fee(rule.Fee); computed {
		option.Cost, option.CostMark = &fee, mark
		if informed && of > 0 {
			value := recovery.Money(math.Round(float64(of)*chance.Mean)) - fee
			option.Value = &value
		}
	}
	return option
}

// fee is what a way costs and the sum it is gone for. Of money that was split each
// holder is gone after alone, and the fee is that of each part; while the parts are
// not told it is that of one person who held all, and the sum is zero.
func (v *view) fee(name string) (fee, of recovery.Money, mark Mark, computed bool) {
	if name == feeFree {
		return 0, v.facts.Amount, "", true
	}
	if len(v.parts) == 0 {
		fee, mark, computed = v.book.Fee(name, v.facts.Amount, v.now)
		return fee, 0, mark, computed
	}
	for _, part := range v.parts {
		one, its, known := v.book.Fee(name, part, v.now)
		if !known {
			return 0, 0, "", false
		}
		fee, of, mark = fee+one, of+part, weaker(mark, its)
	}
	return fee, of, mark, true
}

// decide opens or closes a way and says why.
func (v *view) decide(rule *routeRule, option *RouteOption) {
	shut := v.said(rule.Closed)
	needs := rule.Needs.holds(v)
	option.Open = len(shut) == 0 && needs == Yes
	option.Why = append(shut, v.said(rule.Why)...)
	if needs == Unknown && rule.Unknown != "" {
		option.Why = append(option.Why, rule.Unknown)
	}
	unknown := rule.Asks.appendUnknown(rule.Needs.appendUnknown(nil, v), v)
	for _, reason := range rule.Closed {
		unknown = reason.If.appendUnknown(unknown, v)
	}
	option.Questions = v.book.ask(unknown, v.now)
}
