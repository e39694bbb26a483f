package playbook

import (
	"slices"

	"recourse/recovery"
)

// The checks of what an assessment is made from.

// known are all the signals a condition may name: what the facts decide, and what the
// book's questions ask.
func (b *Book) known(about string) []string {
	names := sortedKeys(caseSignals)
	if about == aboutSending {
		names = sortedKeys(sendSignals)
	}
	for _, rule := range b.data.Questions {
		if rule.About == about {
			names = append(names, rule.Signal)
		}
	}
	return names
}

func (i *inspection) condition(id string, c condition, known []string) {
	for _, signal := range c {
		if !slices.Contains(known, signal.name) {
			i.fault(id, "there is no signal %q", signal.name)
		}
	}
}

func (i *inspection) reasons(id string, reasons []reasonRule, known []string) {
	for _, reason := range reasons {
		i.condition(id, reason.If, known)
		i.filled(id, reason.Text)
	}
}

func (b *Book) checkFigures(i *inspection) {
	for _, rule := range b.data.Limits {
		oneOf(i, rule.ID, "limit", rule.Limit, limitNames)
		if rule.Value <= 0 || rule.Value > int64(recovery.MaxMoney) {
			i.fault(rule.ID, "a limit lies between 1 and %d, not %d", recovery.MaxMoney, rule.Value)
		}
	}
	for _, rule := range b.data.Questions {
		oneOf(i, rule.ID, "about", rule.About, []string{aboutCase, aboutSending, aboutField})
		i.filled(rule.ID, rule.Signal, rule.Text)
		_, decided := caseSignals[rule.Signal]
		if decided && rule.About == aboutCase {
			i.fault(rule.ID, "the facts decide %q: nobody is asked", rule.Signal)
		}
		if !decided && rule.About == aboutField {
			i.fault(rule.ID, "no field decides %q", rule.Signal)
		}
		if _, decided := sendSignals[rule.Signal]; decided && rule.About == aboutSending {
			i.fault(rule.ID, "the facts decide %q: nobody is asked", rule.Signal)
		}
	}
}

// checkSayings looks at all that is a text under a condition.
func (b *Book) checkSayings(i *inspection) {
	sending, facts := b.known(aboutSending), b.known(aboutCase)
	for _, rule := range b.data.Confirmations {
		i.filled(rule.ID, rule.Text)
	}
	for _, rule := range b.data.Measures {
		i.condition(rule.ID, rule.If, sending)
		i.filled(rule.ID, rule.Name, rule.Text)
		if rule.Rating < 1 || rule.Rating > 5 {
			i.fault(rule.ID, "a rating lies between 1 and 5, not %d", rule.Rating)
		}
	}
	for _, rule := range b.data.Cautions {
		i.condition(rule.ID, rule.If, sending)
		i.filled(rule.ID, rule.Text)
	}
	for _, rule := range b.data.Findings {
		i.condition(rule.ID, rule.If, facts)
		i.filled(rule.ID, rule.Text)
	}
	for _, rule := range b.data.StrategyNotes {
		i.condition(rule.ID, rule.If, facts)
		i.filled(rule.ID, rule.Text)
	}
	for _, rule := range b.data.Claims {
		i.scope(rule.ID, rule.scope)
		i.filled(rule.ID, rule.Text)
	}
	b.checkWays(i, facts)
}

func (b *Book) checkWays(i *inspection, facts []string) {
	for _, rule := range b.data.Plan {
		i.scope(rule.ID, rule.scope)
		i.condition(rule.ID, rule.If, facts)
		i.filled(rule.ID, rule.Why)
		for _, stage := range rule.Stages {
			if _, known := planClocks[stage]; !known {
				i.fault(rule.ID, "nothing is planned in the stage %s", stage)
			}
		}
	}
	for _, rule := range b.data.Strategies {
		i.scope(rule.ID, rule.scope)
		i.condition(rule.ID, rule.If, facts)
		oneOf(i, rule.ID, "risk", rule.Risk, risks)
		i.filled(rule.ID, rule.First, rule.Then)
	}
}

func (b *Book) checkTheories(i *inspection) {
	facts := b.known(aboutCase)
	for _, rule := range b.data.Theories {
		i.filled(rule.ID, rule.Theory, rule.Name)
		i.condition(rule.ID, rule.Needs, facts)
		i.reasons(rule.ID, rule.Supports, facts)
		i.reasons(rule.ID, rule.Against, facts)
		if len(rule.Needs) == 0 || len(rule.Articles) == 0 {
			i.fault(rule.ID, "a theory has needs and articles")
		}
		for _, article := range rule.Articles {
			if text := article.Source.fault(); text != "" {
				i.fault(rule.ID, "articles: %s", text)
			}
			if text := article.Validity.fault(); text != "" {
				i.fault(rule.ID, "articles: %s", text)
			}
		}
	}
}

func (b *Book) checkRoutes(i *inspection) {
	facts := b.known(aboutCase)
	fees := []string{feeFree, feeUnknown}
	for _, rule := range b.data.Fees {
		fees = append(fees, rule.Fee)
	}
	for _, rule := range b.data.Routes {
		oneOf(i, rule.ID, "route", rule.Route, AllRoutes)
		oneOf(i, rule.ID, "fee", rule.Fee, fees)
		for _, c := range []condition{rule.Needs, rule.Tried, rule.Urgent, rule.Asks} {
			i.condition(rule.ID, c, facts)
		}
		i.reasons(rule.ID, rule.Closed, facts)
		i.reasons(rule.ID, rule.Why, facts)
		i.filled(rule.ID, rule.Name)
		if rule.Days.Low < 0 || rule.Days.High < rule.Days.Low || rule.Days.High > maxLength {
			i.fault(rule.ID, "the days go from %d to %d", rule.Days.Low, rule.Days.High)
		}
	}
}

func (b *Book) checkFees(i *inspection) {
	for _, rule := range b.data.Fees {
		if (rule.Of == "") == (len(rule.Bands) == 0) {
			i.fault(rule.ID, "a fee has bands or is a part of another, one of them")
		}
		if rule.Of != "" {
			b.checkPart(i, rule)
		}
		for _, band := range rule.Bands {
			if band.Rate < 0 || band.Rate > 10_000 || band.Fixed < 0 {
				i.fault(rule.ID, "a rate lies between 0 and 10000, and nothing is paid out")
			}
		}
	}
}

// checkPart sees to it that a part is of a fee by bands: parts of parts could
// run in a circle.
func (b *Book) checkPart(i *inspection, rule feeRule) {
	if rule.Divide < 1 {
		i.fault(rule.ID, "divide_by is at least 1, not %d", rule.Divide)
	}
	banded := slices.ContainsFunc(b.data.Fees, func(f feeRule) bool { return f.Fee == rule.Of && f.Of == "" })
	if !banded {
		i.fault(rule.ID, "there is no fee %q by bands", rule.Of)
	}
}

func (b *Book) checkChances(i *inspection) {
	facts := b.known(aboutCase)
	percent := func(id string, value float64) {
		if value < 0 || value > 100 {
			i.fault(id, "a percentage lies between 0 and 100, not %g", value)
		}
	}
	for _, rule := range b.data.Priors {
		oneOf(i, rule.ID, "route", rule.Route, AllRoutes)
		i.condition(rule.ID, rule.If, facts)
		percent(rule.ID, rule.Percent)
	}
	for _, rule := range b.data.Scales {
		oneOf(i, rule.ID, "route", rule.Route, AllRoutes)
		i.condition(rule.ID, rule.If, facts)
		i.filled(rule.ID, rule.Text)
		percent(rule.ID, rule.Percent)
	}
	for _, rule := range b.data.Precedents {
		i.scope(rule.ID, rule.scope)
		oneOf(i, rule.ID, "route", rule.Route, AllRoutes)
		i.condition(rule.ID, rule.Signals, facts)
		i.filled(rule.ID, rule.Story)
		if rule.Returned != nil {
			percent(rule.ID, float64(*rule.Returned))
		}
	}
}
