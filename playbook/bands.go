package playbook

import (
	"time"

	"recourse/recovery"
)

// amountBandRule is a band of amounts, from its own lower bound to the next one's.
type amountBandRule struct {
	ruleEntry `yaml:",inline"`
	From      recovery.Money `yaml:"from_fen"`
	Name      string         `yaml:"name"`
	Text      string         `yaml:"text"`
}

// AmountBand is a band by which cases are counted and described: all amounts from
// its lower bound (fen) to the next band's.
type AmountBand struct {
	From recovery.Money
	Name string
}

// AmountBands returns the bands at an instant, in ascending order.
func (rs *RuleSet) AmountBands(at time.Time) []AmountBand {
	var bands []AmountBand
	for rule := range rulesInForce(rs.data.AmountBands, at) {
		bands = append(bands, AmountBand{rule.From, rule.Name})
	}
	return bands
}

// AmountBandName returns the name of an amount's band; "" in a rule set without
// bands.
func (rs *RuleSet) AmountBandName(amount recovery.Money, at time.Time) string {
	if rule := rs.findAmountBand(amount, at); rule != nil {
		return rule.Name
	}
	return ""
}

func (rs *RuleSet) findAmountBand(amount recovery.Money, at time.Time) (found *amountBandRule) {
	for rule := range rulesInForce(rs.data.AmountBands, at) {
		if amount >= rule.From {
			found = rule
		}
	}
	return found
}

// amountBandText returns the wording of a band.
func (rs *RuleSet) amountBandText(name string) string {
	for _, rule := range rs.data.AmountBands { // whenever it is valid: the cases were counted earlier
		if rule.Name == name {
			return rule.Text
		}
	}
	return name
}

// checkAmountBandsAt requires bands that begin at 0 and ascend.
func (rs *RuleSet) checkAmountBandsAt(i *ruleChecker, at time.Time) {
	var last *amountBandRule
	names := map[string]bool{}
	for rule := range rulesInForce(rs.data.AmountBands, at) {
		switch {
		case last == nil && rule.From != 0:
			i.addFault(rule.ID, "the first band of amounts begins at 0, not at %d", rule.From)
		case last != nil && rule.From <= last.From:
			i.addFault(rule.ID, "the bands of amounts do not rise")
		case names[rule.Name]:
			i.addFault(rule.ID, "two bands of amounts are named %s", rule.Name)
		}
		i.checkNotEmpty(rule.ID, rule.Name, rule.Text)
		last, names[rule.Name] = rule, true
	}
}
