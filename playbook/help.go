package playbook

import (
	"time"

	"recourse/recovery"
)

// The kinds of help.
const (
	helpPolice    = "police"
	helpAntiFraud = "anti_fraud"
	helpWallet    = "wallet"
	helpBank      = "bank"
	helpReport    = "report"
	helpRegulator = "regulator"
	helpCity      = "city"
	helpCourt     = "court"
)

var helpKinds = []string{helpPolice, helpAntiFraud, helpWallet, helpBank, helpReport, helpRegulator, helpCity, helpCourt}

// helpRule is a line to call, or a place in an app.
type helpRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	Kind      string    `yaml:"kind"`
	Name      string    `yaml:"name"`
	Number    string    `yaml:"number"`
	Entry     string    `yaml:"entry"`
	Use       string    `yaml:"use"`
	Seen      time.Time `yaml:"seen"`
}

// HelpEntry is a line to call, or a place in an app, where people get help. Texts
// are Chinese. One of number and entry may be empty.
type HelpEntry struct {
	Kind   string `json:"kind"` // police, anti_fraud, wallet, bank, report, regulator, city, court
	Name   string `json:"name"`
	Number string `json:"number,omitempty"`
	Entry  string `json:"entry,omitempty"` // where to tap
	Use    string `json:"use"`
	Source string `json:"source"`
	Seen   string `json:"seen"` // the day on which the source was read, 2026-11-30
}

// HelpEntries returns where users of a platform get help, the most urgent first.
// Nothing in it belongs to another platform.
func (rs *RuleSet) HelpEntries(platform recovery.Platform, at time.Time) []HelpEntry {
	entries := []HelpEntry{}
	for rule := range rulesInForce(rs.data.Help, at) {
		if rule.covers(situation{platform: platform}) {
			entries = append(entries, rule.asEntry())
		}
	}
	return entries
}

func (r *helpRule) asEntry() HelpEntry {
	return HelpEntry{r.Kind, r.Name, r.Number, r.Entry, r.Use, r.Source.String(), r.Seen.Format(time.DateOnly)}
}

func (rs *RuleSet) checkHelp(i *ruleChecker) {
	for _, rule := range rs.data.Help {
		i.checkScope(rule.ID, rule.scope)
		checkOneOf(i, rule.ID, "kind", rule.Kind, helpKinds)
		i.checkNotEmpty(rule.ID, rule.Name, rule.Use, rule.Number+rule.Entry)
		if rule.Seen.IsZero() {
			i.addFault(rule.ID, "a help entry names the day on which it was seen")
		}
	}
}

// checkHelpAt requires every kind of help for every platform.
func (rs *RuleSet) checkHelpAt(i *ruleChecker, at time.Time) {
	if len(rs.data.Help) == 0 {
		return
	}
	for _, platform := range recovery.Platforms {
		found := map[string]int{}
		for _, entry := range rs.HelpEntries(platform, at) {
			found[entry.Kind]++
		}
		for _, kind := range helpKinds {
			if found[kind] != 1 {
				i.addFault("", "on %s users of %s have %d entries of the kind %s, not one", formatDay(at), platform, found[kind], kind)
			}
		}
	}
}
