package playbook

import (
	"math"
	"slices"
	"time"

	"recourse/recovery"
)

// feeRule computes one fee: by bands of the amount, or as a part of another fee.
// Several rules of one name continue one another's bands.
type feeRule struct {
	ruleEntry `yaml:",inline"`
	Fee       string         `yaml:"fee"`
	Bands     []bandRule     `yaml:"bands"`
	AtMost    recovery.Money `yaml:"at_most_fen"`
	Of        string         `yaml:"of"`
	Divide    int64          `yaml:"divide_by"`
}

// bandRule takes a rate of the amount above the previous band, and adds a fixed sum
// once. An upper bound of zero means none.
type bandRule struct {
	UpTo  recovery.Money `yaml:"up_to_fen"`
	Fixed recovery.Money `yaml:"fixed_fen"`
	Rate  int64          `yaml:"rate_bp"` // hundredths of a percent
}

// Fees without a computation.
const (
	feeFree    = "free"
	feeUnknown = "unknown"
)

// Fee computes a court fee by name: suit, summary, payment_order, preservation. The
// mark is the weakest of the rules used; known is false when no rule is valid at
// that instant.
func (rs *RuleSet) Fee(name string, amount recovery.Money, at time.Time) (fee recovery.Money, mark Mark, known bool) {
	if name == feeFree {
		return 0, "", true
	}
	for rule := range rulesInForce(rs.data.Fees, at) {
		if rule.Fee == name && rule.Of != "" {
			whole, mark, known := rs.Fee(rule.Of, amount, at)
			return (whole + recovery.Money(rule.Divide)/2) / recovery.Money(rule.Divide), weakerMark(mark, rule.Source.Mark), known
		}
	}
	return rs.feeByBands(name, amount, at)
}

// FeeSource returns the source of a fee: of several bands, the one that contains
// the amount. It is false when no rule is valid at that instant.
func (rs *RuleSet) FeeSource(name string, amount recovery.Money, at time.Time) (Source, bool) {
	for rule := range rulesInForce(rs.data.Fees, at) {
		if rule.Fee != name {
			continue
		}
		covers := func(band bandRule) bool { return band.UpTo == 0 || amount <= band.UpTo }
		if rule.Of != "" || slices.ContainsFunc(rule.Bands, covers) {
			return rule.Source, true
		}
	}
	return Source{}, false
}

func (rs *RuleSet) feeByBands(name string, amount recovery.Money, at time.Time) (fee recovery.Money, mark Mark, known bool) {
	var from recovery.Money
	for rule := range rulesInForce(rs.data.Fees, at) {
		if rule.Fee != name {
			continue
		}
		mark = weakerMark(mark, rule.Source.Mark)
		for _, band := range rule.Bands {
			end := band.UpTo
			if end == 0 {
				end = math.MaxInt64
			}
			part := min(amount, end) - from
			fee += band.Fixed + applyRate(part, band.Rate)
			if amount <= end {
				return capFee(fee, rule.AtMost), mark, true
			}
			from = end
		}
	}
	return 0, "", false
}

// applyRate rounds to the nearest fen. Amounts of a case are far below overflow.
func applyRate(amount recovery.Money, rate int64) recovery.Money {
	return (amount*recovery.Money(rate) + 5_000) / 10_000
}

func capFee(fee, most recovery.Money) recovery.Money {
	if most > 0 {
		return min(fee, most)
	}
	return fee
}

var markOrder = map[Mark]int{"": 0, Verbatim: 1, Secondary: 2, Recalled: 3}

func weakerMark(a, b Mark) Mark {
	if markOrder[b] > markOrder[a] {
		return b
	}
	return a
}
