package playbook

import (
	"slices"
	"time"

	"recourse/recovery"
)

// The checks of what must hold at every instant, whatever the validity of single
// rules.

// listValidityChanges returns the instants at which a rule or an article begins or
// ends to be valid, and one before all of them. What holds at each of them holds
// always.
func (rs *RuleSet) listValidityChanges() []time.Time {
	first := startOfDay(&rs.data.ValidFrom)
	var turns []time.Time
	add := func(v Validity) {
		for _, day := range []*time.Time{v.ValidFrom, v.ValidTo} {
			if day != nil {
				turns = append(turns, startOfDay(day))
			}
		}
	}
	for _, e := range rs.data.listEntries() {
		add(e.Validity)
	}
	for _, rule := range rs.data.Theories {
		for _, article := range rule.Articles {
			add(article.Validity)
		}
	}
	slices.SortFunc(turns, time.Time.Compare)
	if len(turns) > 0 && turns[0].Before(first) {
		first = turns[0]
	}
	return append([]time.Time{first.Add(-time.Second)}, slices.Compact(turns)...)
}

// checkEveryInstant refuses gaps (a clock without a length, a moment without
// guidance, a group without a strategy, a theory without an article) and overlaps
// where the engine uses one rule. It stops at the first instant with a fault,
// because the next ones would repeat it.
func (rs *RuleSet) checkEveryInstant(i *ruleChecker) {
	found := len(i.faults)
	for _, at := range rs.listValidityChanges() {
		if len(i.faults) > found {
			return
		}
		for _, clock := range recovery.Clocks {
			rs.checkClockAt(i, clock, at)
		}
		rs.checkGuidanceAt(i, at)
		rs.checkHelpAt(i, at)
		rs.checkStrategiesAt(i, at)
		rs.checkFeesAt(i, at)
		rs.checkAmountBandsAt(i, at)
		rs.checkSimilarityAt(i, at)
		checkUniqueAt(i, rs.data.Limits, at, "the limit %s has two values", func(r *limitRule) string { return r.Limit })
		checkUniqueAt(i, rs.data.Routes, at, "the route %s has two rules", func(r *routeRule) string { return string(r.Route) })
		for rule := range rulesInForce(rs.data.Theories, at) {
			if len(rule.articlesInForce(at)) == 0 {
				i.addFault(rule.ID, "from %s no article of the theory is in force", formatDay(at))
			}
		}
	}
}

func formatDay(at time.Time) string { return at.In(recovery.Shanghai).Format(time.DateOnly) }

func (rs *RuleSet) checkClockAt(i *ruleChecker, clock recovery.Clock, at time.Time) {
	count := 0
	for rule := range rulesInForce(rs.data.Clocks, at) {
		if rule.Clock != clock {
			continue
		}
		if count++; count > 1 {
			i.addFault(rule.ID, "the clock %s has two lengths (on %s)", clock, formatDay(at))
		}
	}
	if count > 0 {
		return
	}
	near := ""
	for _, rule := range rs.data.Clocks {
		if rule.Clock == clock && (near == "" || startOfDay(rule.ValidTo).Equal(at)) {
			near = rule.ID
		}
	}
	i.addFault(near, "the clock %s has no length (on %s)", clock, formatDay(at))
}

// checkUniqueAt refuses two rules of one name that are valid at the same time.
func checkUniqueAt[T any, P rulePointer[T]](i *ruleChecker, rules []T, at time.Time, format string, name func(P) string) {
	seen := map[string]bool{}
	for rule := range rulesInForce[T, P](rules, at) {
		if seen[name(rule)] {
			i.addFault(rule.header().ID, format, name(rule))
		}
		seen[name(rule)] = true
	}
}

func (rs *RuleSet) checkGuidanceAt(i *ruleChecker, at time.Time) {
	for _, moment := range moments {
		for _, platform := range recovery.Platforms {
			for _, instrument := range recovery.Instruments {
				i.checkGuidanceFor(rs, moment, platform, instrument, at)
			}
		}
	}
}

func (i *ruleChecker) checkGuidanceFor(rs *RuleSet, moment string, platform recovery.Platform, instrument recovery.Instrument, at time.Time) {
	for _, account := range recovery.Accounts {
		facts := AssessmentFacts{Platform: platform, Instrument: instrument}
		facts.Account = account
		if rs.newEvaluation(facts, at, nil).findGuidance(moment) == nil {
			i.addFault("", "no guidance for %s of %s %s from an account that is %s (on %s)", moment, platform, instrument, account, formatDay(at))
		}
	}
}

func (rs *RuleSet) checkStrategiesAt(i *ruleChecker, at time.Time) {
	if len(rs.data.Strategies) == 0 {
		return
	}
	for _, kind := range recovery.GroupKinds {
		covered := false
		for rule := range rulesInForce(rs.data.Strategies, at) {
			covered = covered || len(rule.If) == 0 && rule.covers(situation{group: kind})
		}
		if !covered {
			i.addFault("", "no strategy for a group that is %s (on %s)", kind, formatDay(at))
		}
	}
}

func (rs *RuleSet) checkFeesAt(i *ruleChecker, at time.Time) {
	ends := map[string]recovery.Money{}
	open := map[string]bool{}
	for rule := range rulesInForce(rs.data.Fees, at) {
		for _, band := range rule.Bands {
			if open[rule.Fee] || band.UpTo != 0 && band.UpTo <= ends[rule.Fee] {
				i.addFault(rule.ID, "the bands of %s do not rise", rule.Fee)
			}
			ends[rule.Fee], open[rule.Fee] = band.UpTo, band.UpTo == 0
		}
	}
}
