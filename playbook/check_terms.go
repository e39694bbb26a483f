package playbook

import (
	"slices"
	"time"

	"recourse/recovery"
)

// The checks of what must hold at every instant, whatever times the rules have
// of their own.

// turns are the instants at which a rule or an article begins or ceases to hold,
// and one before them all: what is so at each of them is so for ever.
func (b *Book) turns() []time.Time {
	first := startOf(&b.data.ValidFrom)
	var turns []time.Time
	add := func(v Validity) {
		for _, day := range []*time.Time{v.ValidFrom, v.ValidTo} {
			if day != nil {
				turns = append(turns, startOf(day))
			}
		}
	}
	for _, e := range b.data.entries() {
		add(e.Validity)
	}
	for _, rule := range b.data.Theories {
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

// checkTerms refuses a gap that would leave a position without a clock, a moment
// without advice, a group without a strategy or a theory without law, and two
// rules at once where the engine takes one. It stops at the first instant with a
// fault: the next ones would repeat it.
func (b *Book) checkTerms(i *inspection) {
	found := len(i.faults)
	for _, at := range b.turns() {
		if len(i.faults) > found {
			return
		}
		for _, clock := range recovery.Clocks {
			b.checkClockAt(i, clock, at)
		}
		b.checkGuidanceAt(i, at)
		b.checkStrategiesAt(i, at)
		b.checkFeesAt(i, at)
		b.checkBandsAt(i, at)
		b.checkLikenessAt(i, at)
		once(i, b.data.Limits, at, "the limit %s has two values", func(r *limitRule) string { return r.Limit })
		once(i, b.data.Routes, at, "the route %s stands twice", func(r *routeRule) string { return string(r.Route) })
		for rule := range current(b.data.Theories, at) {
			if len(rule.cites(at)) == 0 {
				i.fault(rule.ID, "from %s no article of the theory is in force", day(at))
			}
		}
	}
}

func day(at time.Time) string { return at.In(recovery.Shanghai).Format(time.DateOnly) }

func (b *Book) checkClockAt(i *inspection, clock recovery.Clock, at time.Time) {
	count := 0
	for rule := range current(b.data.Clocks, at) {
		if rule.Clock != clock {
			continue
		}
		if count++; count > 1 {
			i.fault(rule.ID, "the clock %s has two lengths (on %s)", clock, day(at))
		}
	}
	if count > 0 {
		return
	}
	near := ""
	for _, rule := range b.data.Clocks {
		if rule.Clock == clock && (near == "" || startOf(rule.ValidTo).Equal(at)) {
			near = rule.ID
		}
	}
	i.fault(near, "the clock %s has no length (on %s)", clock, day(at))
}

// once refuses two rules of one name at the same time.
func once[T any, P held[T]](i *inspection, rules []T, at time.Time, format string, name func(P) string) {
	seen := map[string]bool{}
	for rule := range current[T, P](rules, at) {
		if seen[name(rule)] {
			i.fault(rule.self().ID, format, name(rule))
		}
		seen[name(rule)] = true
	}
}

func (b *Book) checkGuidanceAt(i *inspection, at time.Time) {
	for _, moment := range moments {
		for _, platform := range recovery.Platforms {
			for _, instrument := range recovery.Instruments {
				i.advised(b, moment, platform, instrument, at)
			}
		}
	}
}

func (i *inspection) advised(b *Book, moment string, platform recovery.Platform, instrument recovery.Instrument, at time.Time) {
	for _, account := range Accounts {
		if b.guidance(moment, RecallFacts{Platform: platform, Instrument: instrument, Account: account}, at) == nil {
			i.fault("", "no guidance for %s of %s %s from an account that is %s (on %s)", moment, platform, instrument, account, day(at))
		}
	}
}

func (b *Book) checkStrategiesAt(i *inspection, at time.Time) {
	if len(b.data.Strategies) == 0 {
		return
	}
	for _, kind := range recovery.GroupKinds {
		covered := false
		for rule := range current(b.data.Strategies, at) {
			covered = covered || len(rule.If) == 0 && rule.covers(situation{group: kind})
		}
		if !covered {
			i.fault("", "no strategy for a group that is %s (on %s)", kind, day(at))
		}
	}
}

func (b *Book) checkFeesAt(i *inspection, at time.Time) {
	ends := map[string]recovery.Money{}
	open := map[string]bool{}
	for rule := range current(b.data.Fees, at) {
		for _, band := range rule.Bands {
			if open[rule.Fee] || band.UpTo != 0 && band.UpTo <= ends[rule.Fee] {
				i.fault(rule.ID, "the bands of %s do not rise", rule.Fee)
			}
			ends[rule.Fee], open[rule.Fee] = band.UpTo, band.UpTo == 0
		}
	}
}
