package playbook

import (
	"slices"
	"time"

	"recourse/recovery"
)

// The rules of a source about recalling money.
const (
	recallNever          = "never"
	recallWhileUnclaimed = "while_unclaimed"
	recallByCompany      = "by_company"
	recallUnsaid         = "unsaid"
)

// The rules of a source about unclaimed money.
const (
	refundUnclaimed    = "unclaimed"
	refundAllOrNothing = "all_or_nothing"
	refundUnsaid       = "unsaid"
)

// recallRule is the statement of one source about instruments of a platform.
type recallRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	Recall    string    `yaml:"recall"`
	Within    *timeSpan `yaml:"within"` // nil: as long as it is unclaimed
	Refund    string    `yaml:"refund"`
	Text      string    `yaml:"text"`
}

// Moments of a mis-send that guidance is written for.
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

// recallActors are the people whose action can bring the money back.
var recallActors = []string{"sender", "recipient", "platform", "company"}

// guidanceRule is the advice for one moment.
type guidanceRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	When      string   `yaml:"when"`
	Who       []string `yaml:"who"`
	How       string   `yaml:"how"`
	Steps     []string `yaml:"steps"`
}

// warningRule is a warning that comes with an answer.
type warningRule struct {
	ruleEntry    `yaml:",inline"`
	scope        `yaml:",inline"`
	OnlyDisputed bool   `yaml:"only_disputed"`
	Text         string `yaml:"text"`
}

// RecallFacts are the facts that decide whether money can be recalled.
type RecallFacts struct {
	Platform   recovery.Platform
	Instrument recovery.Instrument
	ClaimState recovery.ClaimState
	SentAt     time.Time
	Account    recovery.Account
	Delay      recovery.Delay // of transfers only
	Danger     bool           // fraud, gambling or threats: the sender should not contact the counterpart
}

func (f RecallFacts) situation() situation {
	return situation{platform: f.Platform, instrument: f.Instrument, account: f.Account}
}

// arrivalTime returns the earliest arrival of a delayed transfer; zero when it was
// not delayed.
func (f RecallFacts) arrivalTime() time.Time {
	if f.Instrument != recovery.Transfer || f.Delay.Duration() == 0 || f.SentAt.IsZero() {
		return time.Time{}
	}
	return f.SentAt.Add(f.Delay.Duration()).UTC()
}

// Recall describes whether the sender alone can take the money back now, and what to do
// in the next ten minutes. Texts are Chinese.
type Recall struct {
	Possible bool       `json:"possible"`
	Until    *time.Time `json:"until,omitempty"` // end of the recall window, else the coming auto-refund
	How      string     `json:"how"`
	Disputed bool       `json:"disputed"`
	Readings []Reading  `json:"readings"`
	RefundAt *time.Time `json:"refund_at,omitempty"` // when unclaimed money is or was refunded
	// ArrivesAt is when a transfer with delayed arrival reaches the recipient.
	ArrivesAt *time.Time `json:"arrives_at,omitempty"`
	// Who has to act: sender, recipient, platform, company.
	Who      []string `json:"who"`
	Steps    []string `json:"steps"`
	Warnings []string `json:"warnings"`
}

// Reading is the statement of one source.
type Reading struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// recallRules are the statements of all sources about an instrument of a platform,
// valid at the time of sending.
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

// hasRefund reports whether a source states that unclaimed money is refunded. The
// refund is only awaited, never promised, so one source is enough.
func (c recallRules) hasRefund() bool {
	return slices.ContainsFunc(c, func(r *recallRule) bool { return r.Refund != refundUnsaid })
}

// shortestWindow returns how long after sending the sender can recall unclaimed
// money, by the strictest source; zero when any source denies it.
func (c recallRules) shortestWindow(longest time.Duration) time.Duration {
	window, stated := longest, false
	for _, rule := range c {
		switch rule.Recall {
		case recallWhileUnclaimed:
			stated = true
			if rule.Within != nil {
				window = min(window, rule.Within.duration())
			}
		case recallNever, recallByCompany:
			return 0
		}
	}
	if !stated {
		return 0
	}
	return window
}

// Recall answers by the readings that promise least.
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

// findMoment returns the moment of a mis-send and sets the instants of the answer.
func (rs *RuleSet) findMoment(rules recallRules, f RecallFacts, now time.Time, answer *Recall) string {
	underWay := false
	if arrives := f.arrivalTime(); !arrives.IsZero() {
		answer.ArrivesAt = &arrives
		underWay = now.Before(arrives)
	}
	moment := rs.momentWithoutDelay(rules, f, now, answer)
	if underWay && moment != momentOpen && moment != momentMaybe {
		return momentDelayed // no source states that the sender alone can cancel it
	}
	return moment
}

// momentWithoutDelay returns the moment as it is without delayed arrival.
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

// findGuidance returns the first rule that fits. The checks guarantee that one
// always does.
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
