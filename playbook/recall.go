package playbook

import (
	"slices"
	"time"

	"recourse/recovery"
)

// What a source says of taking money back.
const (
	recallNever          = "never"
	recallWhileUnclaimed = "while_unclaimed"
	recallByCompany      = "by_company"
	recallUnsaid         = "unsaid"
)

// What a source says of money nobody claimed.
const (
	refundUnclaimed    = "unclaimed"
	refundAllOrNothing = "all_or_nothing"
	refundUnsaid       = "unsaid"
)

// recallRule is one source's word on one platform's instruments.
type recallRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	Recall    string    `yaml:"recall"`
	Within    *timeSpan `yaml:"within"` // nil: as long as nobody claimed it
	Refund    string    `yaml:"refund"`
	Text      string    `yaml:"text"`
}

// Moments of a mis-send, for which guidance is written.
const (
	momentOpen    = "open"
	momentMaybe   = "maybe"
	momentDelayed = "delayed"
	momentWaiting = "waiting"
	momentOver    = "over"
	momentRest    = "rest"
	momentTaken   = "taken"
	momentStuck   = "stuck"
	momentLate    = "late"
	momentSilent  = "silent"
	momentDanger  = "danger"
)

var moments = []string{
	momentOpen, momentMaybe, momentDelayed, momentWaiting, momentOver, momentRest, momentTaken, momentStuck, momentLate, momentSilent,
	momentDanger,
}

// recallActors are those whose move can bring the money back.
var recallActors = []string{"sender", "recipient", "platform", "company"}

// guidanceRule is what to do at one moment.
type guidanceRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	When      string   `yaml:"when"`
	Who       []string `yaml:"who"`
	How       string   `yaml:"how"`
	Steps     []string `yaml:"steps"`
}

// warningRule is said beside an answer.
type warningRule struct {
	ruleEntry    `yaml:",inline"`
	scope        `yaml:",inline"`
	OnlyDisputed bool   `yaml:"only_disputed"`
	Text         string `yaml:"text"`
}

// Account is whose account the money left; empty when unknown.
type Account string

// The kinds of account.
const (
	Personal Account = "personal"
	Company  Account = "company"
)

// Accounts lists the kinds of account.
var Accounts = []Account{Personal, Company}

// Delay is the delayed arrival that was set before a transfer; empty when
// unknown.
type Delay string

// The delays.
const (
	NoDelay  Delay = "none"
	TwoHours Delay = "2h"
	OneDay   Delay = "24h"
)

// Delays lists the delays.
var Delays = []Delay{NoDelay, TwoHours, OneDay}

func (d Delay) duration() time.Duration {
	switch d {
	case TwoHours:
		return 2 * time.Hour
	case OneDay:
		return 24 * time.Hour
	default:
		return 0
	}
}

// RecallFacts is what must be known to say whether money can be taken back.
type RecallFacts struct {
	Platform   recovery.Platform
	Instrument recovery.Instrument
	ClaimState recovery.ClaimState
	SentAt     time.Time
	Account    Account
	Delay      Delay // of transfers only
	Danger     bool  // fraud, gambling or threats: nobody is sent to the other side
}

func (f RecallFacts) situation() situation {
	return situation{platform: f.Platform, instrument: f.Instrument, account: f.Account}
}

// arrivalTime is when money under way reaches the recipient at the earliest, counted
// from the sending; zero when it was not delayed.
func (f RecallFacts) arrivalTime() time.Time {
	if f.Instrument != recovery.Transfer || f.Delay.duration() == 0 || f.SentAt.IsZero() {
		return time.Time{}
	}
	return f.SentAt.Add(f.Delay.duration()).UTC()
}

// Recall is the answer: can the sender alone take the money back now, and what
// is to be done in the next ten minutes. Texts are Chinese.
type Recall struct {
	Possible bool       `json:"possible"`
	Until    *time.Time `json:"until,omitempty"` // end of the recall window, else the coming auto-refund
	How      string     `json:"how"`
	Disputed bool       `json:"disputed"`
	Readings []Reading  `json:"readings"`
	RefundAt *time.Time `json:"refund_at,omitempty"` // when unclaimed money comes back, or came back
	// ArrivesAt is when a transfer with delayed arrival reaches the recipient.
	ArrivesAt *time.Time `json:"arrives_at,omitempty"`
	// Who has to act: sender, recipient, platform, company.
	Who      []string `json:"who"`
	Steps    []string `json:"steps"`
	Warnings []string `json:"warnings"`
}

// Reading is what one source says.
type Reading struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// recallRules is all that the sources say of one platform's instrument, when the money
// was sent.
type recallRules []*recallRule

func (rs *RuleSet) recallRulesFor(at situation, sentAt time.Time) recallRules {
	var found recallRules
	for rule := range rulesInForce(rs.data.Recall, sentAt) {
		if rule.covers(at) {
			found = append(found, rule)
		}
	}
	return found
}

func (c recallRules) isDisputed() bool {
	return slices.ContainsFunc(c, func(r *recallRule) bool { return len(r.DisputedBy) > 0 })
}

// hasRefund reports that a source says unclaimed money comes back. A refund is
// only waited for, never promised, so one source is enough.
func (c recallRules) hasRefund() bool {
	return slices.ContainsFunc(c, func(r *recallRule) bool { return r.Refund != refundUnsaid })
}

// shortestWindow is how long after sending the sender can take money back that nobody
// accepted, by the source that allows least; zero when any source denies it.
func (c recallRules) shortestWindow(longest time.Duration) time.Duration {
	window, said := longest, false
	for _, rule := range c {
		switch rule.Recall {
		case recallWhileUnclaimed:
			said = true
			if rule.Within != nil {
				window = min(window, rule.Within.duration())
			}
		case recallNever, recallByCompany:
			return 0
		}
	}
	if !said {
		return 0
	}
	return window
}

// Recall answers from the readings that promise least.
func (rs *RuleSet) Recall(f RecallFacts, now time.Time) Recall {
	rules := rs.recallRulesFor(f.situation(), f.SentAt)
	answer := Recall{Disputed: rules.isDisputed(), Readings: []Reading{}}
	for _, rule := range rules {
		answer.Readings = append(answer.Readings, Reading{rule.Source.String(), rule.Text})
	}
	moment := rs.findMoment(rules, f, now, &answer)
	if f.Danger && moment != momentOpen && moment != momentOver {
		moment = momentDanger
	}
	if guidance := rs.findGuidance(moment, f, now); guidance != nil {
		answer.How, answer.Steps, answer.Who = guidance.How, slices.Clone(guidance.Steps), slices.Clone(guidance.Who)
	}
	answer.Warnings = rs.recallWarnings(f, answer.Disputed, now)
	return answer
}

// findMoment finds where a mis-send stands in time and fills in the instants.
func (rs *RuleSet) findMoment(rules recallRules, f RecallFacts, now time.Time, answer *Recall) string {
	underWay := false
	if arrives := f.arrivalTime(); !arrives.IsZero() {
		answer.ArrivesAt = &arrives
		underWay = now.Before(arrives)
	}
	moment := rs.momentWithoutDelay(rules, f, now, answer)
	if underWay && moment != momentOpen && moment != momentMaybe {
		return momentDelayed // no source says that the sender alone can stop it
	}
	return moment
}

// momentWithoutDelay is the moment as it would be without delayed arrival.
func (rs *RuleSet) momentWithoutDelay(rules recallRules, f RecallFacts, now time.Time, answer *Recall) string {
	if f.ClaimState == recovery.Claimed {
		return momentTaken
	}
	if len(rules) == 0 {
		return momentSilent
	}
	if f.SentAt.IsZero() {
		return momentStuck
	}
	refundAt := rs.autoRefundAt(f.SentAt).UTC()
	if rules.hasRefund() {
		answer.RefundAt = &refundAt
	}
	closes := f.SentAt.Add(rules.shortestWindow(refundAt.Sub(f.SentAt))).UTC()
	switch {
	case now.Before(closes) && f.ClaimState != recovery.PartlyClaimed:
		answer.Until = &closes
		answer.Possible = f.ClaimState == recovery.Unclaimed
		if !answer.Possible {
			return momentMaybe
		}
		return momentOpen
	case now.Before(refundAt):
		if answer.RefundAt == nil {
			return momentStuck
		}
		answer.Until = answer.RefundAt
		return momentWaiting
	case answer.RefundAt == nil:
		return momentLate
	case f.ClaimState == recovery.Unclaimed:
		return momentOver
	default:
		return momentRest
	}
}

// findGuidance is the first that fits; the checks of the book see to it that one
// does at any time.
func (rs *RuleSet) findGuidance(moment string, f RecallFacts, now time.Time) *guidanceRule {
	for rule := range rulesInForce(rs.data.Guidance, now) {
		if rule.When == moment && rule.covers(f.situation()) {
			return rule
		}
	}
	return nil
}

func (rs *RuleSet) recallWarnings(f RecallFacts, disputed bool, now time.Time) []string {
	var texts []string
	for rule := range rulesInForce(rs.data.Warnings, now) {
		if rule.covers(f.situation()) && (disputed || !rule.OnlyDisputed) {
			texts = append(texts, rule.Text)
		}
	}
	return texts
}
