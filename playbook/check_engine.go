package playbook

import (
	"slices"

	"recourse/recovery"
)

// The checks of the rules that assessments use.

// knownSignals returns the signals that a condition may name: those that facts
// decide, and those that a question asks for.
func (rs *RuleSet) knownSignals(about string) []string {
	names := sortedKeys(caseSignals)
	if about == aboutSending {
		names = sortedKeys(sendSignals)
	}
	for _, rule := range rs.data.Questions {
		if rule.About == about {
			names = append(names, rule.Signal)
		}
	}
	return names
}

func (i *ruleChecker) checkCondition(id string, c condition, known []string) {
	for _, signal := range c {
		if !slices.Contains(known, signal.name) {
			i.addFault(id, "unknown signal %q", signal.name)
		}
	}
}

func (i *ruleChecker) checkReasons(id string, reasons []reasonRule, known []string) {
	for _, reason := range reasons {
		i.checkCondition(id, reason.If, known)
		i.checkNotEmpty(id, reason.Text)
		for _, source := range reason.Cites {
			if text := source.findFault(); text != "" {
				i.addFault(id, "cites: %s", text)
			}
		}
	}
}

func (rs *RuleSet) checkLimitsAndQuestions(i *ruleChecker) {
	for _, rule := range rs.data.Limits {
		checkOneOf(i, rule.ID, "limit", rule.Limit, limitNames)
		if rule.Value <= 0 || rule.Value > int64(recovery.MaxMoney) {
			i.addFault(rule.ID, "a limit must be between 1 and %d, not %d", recovery.MaxMoney, rule.Value)
		}
	}
	for _, rule := range rs.data.Questions {
		checkOneOf(i, rule.ID, "about", rule.About, []string{aboutCase, aboutSending, aboutField})
		i.checkNotEmpty(rule.ID, rule.Signal, rule.Text)
		_, decided := caseSignals[rule.Signal]
		if decided && rule.About == aboutCase {
			i.addFault(rule.ID, "the facts decide %q, so it needs no question", rule.Signal)
		}
		if !decided && rule.About == aboutField {
			i.addFault(rule.ID, "no field decides %q", rule.Signal)
		}
		if _, decided := sendSignals[rule.Signal]; decided && rule.About == aboutSending {
			i.addFault(rule.ID, "the facts decide %q, so it needs no question", rule.Signal)
		}
	}
}

// checkConditionalTexts checks the rules that are a text under a condition.
func (rs *RuleSet) checkConditionalTexts(i *ruleChecker) {
	sending, facts := rs.knownSignals(aboutSending), rs.knownSignals(aboutCase)
	for _, rule := range rs.data.Confirmations {
		i.checkNotEmpty(rule.ID, rule.Text)
	}
	for _, rule := range rs.data.Measures {
		i.checkCondition(rule.ID, rule.If, sending)
		i.checkNotEmpty(rule.ID, rule.Name, rule.Text)
		if rule.Rating < 1 || rule.Rating > 5 {
			i.addFault(rule.ID, "a rating must be between 1 and 5, not %d", rule.Rating)
		}
	}
	for _, rule := range rs.data.Cautions {
		i.checkCondition(rule.ID, rule.If, sending)
		i.checkNotEmpty(rule.ID, rule.Text)
	}
	for _, rule := range rs.data.Findings {
		i.checkCondition(rule.ID, rule.If, facts)
		i.checkNotEmpty(rule.ID, rule.Text)
	}
	for _, rule := range rs.data.Texts {
		i.checkCondition(rule.ID, rule.If, facts)
		i.checkReasons(rule.ID, rule.Cautions, facts)
	}
	for _, rule := range rs.data.StrategyNotes {
		i.checkCondition(rule.ID, rule.If, facts)
		i.checkNotEmpty(rule.ID, rule.Text)
	}
	for _, rule := range rs.data.Claims {
		i.checkScope(rule.ID, rule.scope)
		i.checkNotEmpty(rule.ID, rule.Text)
	}
	rs.checkPlanAndStrategies(i, facts)
}

func (rs *RuleSet) checkPlanAndStrategies(i *ruleChecker, facts []string) {
	for _, rule := range rs.data.Plan {
		i.checkScope(rule.ID, rule.scope)
		i.checkCondition(rule.ID, rule.If, facts)
		i.checkNotEmpty(rule.ID, rule.Why)
		for _, stage := range rule.Stages {
			if _, known := planClocks[stage]; !known {
				i.addFault(rule.ID, "the stage %s has no plan", stage)
			}
		}
	}
	for _, rule := range rs.data.Strategies {
		i.checkScope(rule.ID, rule.scope)
		i.checkCondition(rule.ID, rule.If, facts)
		checkOneOf(i, rule.ID, "risk", rule.Risk, risks)
		i.checkNotEmpty(rule.ID, rule.First, rule.Then)
	}
}

func (rs *RuleSet) checkTheories(i *ruleChecker) {
	facts := rs.knownSignals(aboutCase)
	for _, rule := range rs.data.Theories {
		i.checkNotEmpty(rule.ID, rule.Theory, rule.Name)
		i.checkCondition(rule.ID, rule.Needs, facts)
		i.checkReasons(rule.ID, rule.Supports, facts)
		i.checkReasons(rule.ID, rule.Against, facts)
		if len(rule.Needs) == 0 || len(rule.Articles) == 0 {
			i.addFault(rule.ID, "a theory has needs and articles")
		}
		for _, article := range rule.Articles {
			if text := article.Source.findFault(); text != "" {
				i.addFault(rule.ID, "articles: %s", text)
			}
			if text := article.Validity.findFault(); text != "" {
				i.addFault(rule.ID, "articles: %s", text)
			}
		}
	}
}

func (rs *RuleSet) checkRoutes(i *ruleChecker) {
	facts := rs.knownSignals(aboutCase)
	fees := []string{feeFree, feeUnknown}
	for _, rule := range rs.data.Fees {
		fees = append(fees, rule.Fee)
	}
	for _, rule := range rs.data.Routes {
		checkOneOf(i, rule.ID, "route", rule.Route, AllRoutes)
		checkOneOf(i, rule.ID, "fee", rule.Fee, fees)
		for _, c := range []condition{rule.Needs, rule.Tried, rule.Urgent, rule.Asks} {
			i.checkCondition(rule.ID, c, facts)
		}
		i.checkReasons(rule.ID, rule.Closed, facts)
		i.checkReasons(rule.ID, rule.Why, facts)
		i.checkNotEmpty(rule.ID, rule.Name)
		if rule.Days.Low < 0 || rule.Days.High < rule.Days.Low || rule.Days.High > maxLength {
			i.addFault(rule.ID, "the days go from %d to %d", rule.Days.Low, rule.Days.High)
		}
	}
}

func (rs *RuleSet) checkFees(i *ruleChecker) {
	for _, rule := range rs.data.Fees {
		if (rule.Of == "") == (len(rule.Bands) == 0) {
			i.addFault(rule.ID, "a fee needs either bands or of")
		}
		if rule.Of != "" {
			rs.checkPartialFee(i, rule)
		}
		for _, band := range rule.Bands {
			if band.Rate < 0 || band.Rate > 10_000 || band.Fixed < 0 {
				i.addFault(rule.ID, "a rate must be between 0 and 10000, and a fixed sum at least 0")
			}
		}
	}
}

// checkPartialFee requires that a partial fee refers to a fee by bands. Parts of
// parts could form a cycle.
func (rs *RuleSet) checkPartialFee(i *ruleChecker, rule feeRule) {
	if rule.Divide < 1 {
		i.addFault(rule.ID, "divide_by is at least 1, not %d", rule.Divide)
	}
	banded := slices.ContainsFunc(rs.data.Fees, func(f feeRule) bool { return f.Fee == rule.Of && f.Of == "" })
	if !banded {
		i.addFault(rule.ID, "there is no fee %q by bands", rule.Of)
	}
}

func (rs *RuleSet) checkChances(i *ruleChecker) {
	facts := rs.knownSignals(aboutCase)
	percent := func(id string, value float64) {
		if value < 0 || value > 100 {
			i.addFault(id, "a percentage must be between 0 and 100, not %g", value)
		}
	}
	for _, rule := range rs.data.Priors {
		checkOneOf(i, rule.ID, "route", rule.Route, AllRoutes)
		i.checkCondition(rule.ID, rule.If, facts)
		percent(rule.ID, rule.Percent)
	}
	for _, rule := range rs.data.Scales {
		checkOneOf(i, rule.ID, "route", rule.Route, AllRoutes)
		i.checkCondition(rule.ID, rule.If, facts)
		i.checkNotEmpty(rule.ID, rule.Text)
		percent(rule.ID, rule.Percent)
	}
	for _, rule := range rs.data.Precedents {
		i.checkScope(rule.ID, rule.scope)
		checkOneOf(i, rule.ID, "route", rule.Route, AllRoutes)
		i.checkCondition(rule.ID, rule.Signals, facts)
		i.checkNotEmpty(rule.ID, rule.Story)
		if rule.Returned != nil {
			percent(rule.ID, float64(*rule.Returned))
		}
	}
}
