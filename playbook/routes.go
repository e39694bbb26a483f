package playbook

import (
	"math"
	"slices"

	"recourse/recovery"
)

// routeRule is one way to recover the money.
type routeRule struct {
	ruleEntry `yaml:",inline"`
	Route     recovery.Route `yaml:"route"`
	Name      string         `yaml:"name"`
	Needs     condition      `yaml:"needs"`
	Closed    []reasonRule   `yaml:"closed"`
	Tried     condition      `yaml:"tried"`  // it was tried without success
	Urgent    condition      `yaml:"urgent"` // it takes precedence over all others
	Asks      condition      `yaml:"asks"`   // asked for in addition to the needs
	Fee       string         `yaml:"fee"`
	Days      daysRule       `yaml:"days"`
	Why       []reasonRule   `yaml:"why"`
	Unknown   string         `yaml:"unknown"` // text for a need that is unknown
}

type daysRule struct {
	Low  int `yaml:"low"`
	High int `yaml:"high"`
}

// RouteOption is a route with its requirements and prospects. Texts are Chinese,
// money is in fen.
type RouteOption struct {
	Route       recovery.Route `json:"route"`
	Name        string         `json:"name"`
	Open        bool           `json:"open"`
	Recommended bool           `json:"recommended"`
	Why         []string       `json:"why"`
	Questions   []Question     `json:"questions"` // what would open or close it
	// Cost is the fee, nil when no rule computes it. CostMark is the weakest mark
	// of the rules used. For split money see computeFee.
	Cost     *recovery.Money `json:"cost_fen"`
	CostMark Mark            `json:"cost_mark,omitempty"`
	Days     Days            `json:"days"`
	Chance   Chance          `json:"chance"`
	// Value is the claim times the mean chance minus the cost; nil when the chance
	// rests on no case of this installation, or the cost or the shares are unknown.
	Value  *recovery.Money `json:"expected_value_fen"`
	Source string          `json:"source"`
}

// Days is how long a route takes, from and to.
type Days struct {
	Low  int `json:"low"`
	High int `json:"high"`
}

// compareRoutes returns the routes in the order of the rules, the mildest first.
// One is recommended: the urgent one, else the mildest that is open, was not tried
// without success, and is not known to cost more than it may return. known may be
// nil.
func (e *evaluation) compareRoutes(known Experience) []RouteOption {
	options := []RouteOption{}
	best := -1
	for rule := range rulesInForce(e.rules.data.Routes, e.now) {
		option := e.buildRouteOption(rule, known)
		options = append(options, option)
		last := len(options) - 1
		switch {
		case !option.Open:
		case len(rule.Urgent) > 0 && rule.Urgent.evaluate(e) == Yes:
			best = last
		case best < 0 && e.isWorthwhile(rule, option):
			best = last
		}
	}
	if best >= 0 {
		options[best].Recommended = true
	}
	return options
}

func (e *evaluation) isWorthwhile(rule *routeRule, option RouteOption) bool {
	if len(rule.Tried) > 0 && rule.Tried.evaluate(e) == Yes {
		return false
	}
	if option.Cost != nil && *option.Cost >= e.claim() {
		return false
	}
	return option.Value == nil || *option.Value > 0
}

func (e *evaluation) buildRouteOption(rule *routeRule, known Experience) RouteOption {
	option := RouteOption{
		Route: rule.Route, Name: rule.Name, Days: Days(rule.Days), Source: rule.Source.String(),
	}
	e.decideRoute(rule, &option)
	option.Chance = e.computeChance(rule.Route, known)
	if fee, of, mark, computed := e.computeFee(rule.Fee); computed {
		option.Cost, option.CostMark = &fee, mark
		if mean := option.Chance.Mean; mean != nil && of > 0 {
			value := recovery.Money(math.Round(float64(of)**mean)) - fee
			option.Value = &value
		}
	}
	return option
}

// computeFee returns the cost of a route and the sum it claims. Split money is
// claimed from each holder separately, so the fees of the shares add up. While the
// shares are unknown, the fee is that of a single holder and the sum is zero.
func (e *evaluation) computeFee(name string) (fee, of recovery.Money, mark Mark, computed bool) {
	if name == feeFree {
		return 0, e.claim(), "", true
	}
	if len(e.claims) == 0 {
		fee, mark, computed = e.rules.Fee(name, e.claim(), e.now)
		return fee, 0, mark, computed
	}
	for _, part := range e.claims {
		one, its, known := e.rules.Fee(name, part, e.now)
		if !known {
			return 0, 0, "", false
		}
		fee, of, mark = fee+one, of+part, weakerMark(mark, its)
	}
	return fee, of, mark, true
}

// decideRoute sets whether a route is open, the reasons and the questions.
func (e *evaluation) decideRoute(rule *routeRule, option *RouteOption) {
	shut := e.reasonsThatHold(rule.Closed)
	needs := rule.Needs.evaluate(e)
	option.Open = len(shut) == 0 && needs == Yes
	option.Why = slices.Concat(shut, e.reasonsThatHold(rule.Why))
	if needs == Unknown && rule.Unknown != "" {
		option.Why = append(option.Why, rule.Unknown)
	}
	unknown := rule.Asks.appendOpenSignals(rule.Needs.appendOpenSignals(nil, e), e)
	for _, reason := range rule.Closed {
		unknown = reason.If.appendOpenSignals(unknown, e)
	}
	option.Questions = e.rules.questionsFor(unknown, e.now)
}
