package playbook

import (
	"time"

	"recourse/recovery"
)

// amountBandRule is a band of amounts: from its own beginning to the next one's.
type amountBandRule struct {
	entry `yaml:",inline"`
	From  recovery.Money `yaml:"from_fen"`
	Name  string         `yaml:"name"`
	Text  string         `yaml:"text"`
}

// AmountBand is a band that cases are counted and told by: all amounts from its
// beginning (fen) to the next band's.
type AmountBand struct {
	From recovery.Money
	Name string
}

// Bands are the bands of amounts at an instant, from nothing upwards.
func (b *Book) Bands(at time.Time) []AmountBand {
	var bands []AmountBand
	for rule := range current(b.data.AmountBands, at) {
		bands = append(bands, AmountBand{rule.From, rule.Name})
	}
	return bands
}

// Band names the band of an amount; "" in a book without bands.
func (b *Book) Band(amount recovery.Money, at time.Time) string {
	if rule := b.amountBand(amount, at); rule != nil {
		return rule.Name
	}
	return ""
}

func (b *Book) amountBand(amount recovery.Money, at time.Time) (found *amountBandRule) {
	for rule := range current(b.data.AmountBands, at) {
		if amount >= rule.From {
			found = rule
		}
	}
	return found
}

// bandText is how people are told of a band.
func (b *Book) bandText(name string) string {
	for _, rule := range b.data.AmountBands { // at any time: it was counted before
		if rule.Name == name {
			return rule.Text
		}
	}
	return name
}

// checkBandsAt wants bands that begin at nothing and rise.
func (b *Book) checkBandsAt(i *inspection, at time.Time) {
	var last *amountBandRule
	names := map[string]bool{}
	for rule := range current(b.data.AmountBands, at) {
		switch {
		case last == nil && rule.From != 0:
			i.fault(rule.ID, "the first band of amounts begins at 0, not at %d", rule.From)
		case last != nil && rule.From <= last.From:
			i.fault(rule.ID, "the bands of amounts do not rise")
		case names[rule.Name]:
			i.fault(rule.ID, "two bands of amounts are named %s", rule.Name)
		}
		i.filled(rule.ID, rule.Name, rule.Text)
		last, names[rule.Name] = rule, true
	}
}
