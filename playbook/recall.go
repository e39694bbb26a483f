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
	Rule   `yaml:",inline"`
	scope  `yaml:",inline"`
	Recall string `yaml:"recall"`
	Within *span  `yaml:"within"` // nil: as long as nobody claimed it
	Refund string `yaml:"refund"`
	Text   string `yaml:"text"`
}

// Moments of a mis-send, for which guidance is written.
const (
	momentOpen    = "open"
	momentMaybe   = "maybe"
	momentDelayed = "delayed"
	momentWaiting = "waiting"
	momentOver    = "over"
	momentTaken   = "taken"
	momentStuck   = "stuck"
	momentSilent  = "silent"
)

var moments = []string{momentOpen, momentMaybe, momentDelayed, momentWaiting, momentOver, momentTaken, momentStuck, momentSilent}

// guidanceRule is what to do at one moment.
type guidanceRule struct {
	Rule  `yaml:",inline"`
	scope `yaml:",inline"`
	When  string   `yaml:"when"`
	How   string   `yaml:"how"`
	Steps []string `yaml:"steps"`
}

// warningRule is said beside an answer.
type warningRule struct {
	Rule         `yaml:",inline"`
	scope        `yaml:",inline"`
	OnlyDisputed bool   `yaml:"only_disputed"`
	Text         string `yaml:"text"`
}

// RecallFacts is what must be known to say whether money can be taken back.
type RecallFacts struct {
	Platform   recovery.Platform
	Instrument recovery.Instrument
	ClaimState recovery.ClaimState
	SentAt     time.Time
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
	Steps    []string   `json:"steps"`
	Warnings []string   `json:"warnings"`
}

// Reading is what one source says.
type Reading struct {
	Source string `json:"source"`
	Text   string `json:"text"`
}

// cell is all that the sources say of one platform's instrument, when the money
// was sent.
type cell []recallRule

func (b *Book) cell(p recovery.Platform, i recovery.Instrument, sentAt time.Time) cell {
	var found cell
	for _, rule := range b.data.Recall {
		if rule.inForce(sentAt) && rule.covers(situation{platform: p, instrument: i}) {
			found = append(found, rule)
		}
	}
	return found
}

func (c cell) disputed() bool {
	return slices.ContainsFunc(c, func(r recallRule) bool { return len(r.DisputedBy) > 0 })
}

// refunds reports that a source says unclaimed money comes back. A refund is
// only waited for, never promised, so one source is enough.
func (c cell) refunds() bool {
	return slices.ContainsFunc(c, func(r recallRule) bool { return r.Refund != refundUnsaid })
}

// window is how long after sending the sender can take money back that nobody
// accepted, by the source that allows least; zero when any source denies it.
func (c cell) window(longest time.Duration) time.Duration {
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
func (b *Book) Recall(f RecallFacts, now time.Time) Recall {
	rules := b.cell(f.Platform, f.Instrument, f.SentAt)
	answer := Recall{Disputed: rules.disputed(), Readings: []Reading{}}
	for _, rule := range rules {
		answer.Readings = append(answer.Readings, Reading{rule.Source.String(), rule.Text})
	}
	moment := b.moment(rules, f, now, &answer)
	guidance := b.guidance(moment, f)
	answer.How, answer.Steps = guidance.How, slices.Clone(guidance.Steps)
	answer.Warnings = b.warnings(f, answer.Disputed)
	return answer
}

// moment finds where a mis-send stands in time and fills in the instants.
func (b *Book) moment(rules cell, f RecallFacts, now time.Time, answer *Recall) string {
	if f.ClaimState == recovery.Claimed {
		return momentTaken
	}
	if len(rules) == 0 {
		return momentSilent
	}
	if f.SentAt.IsZero() {
		return momentStuck
	}
	refundAt := b.refundAt(f.SentAt).UTC()
	closes := f.SentAt.Add(rules.window(refundAt.Sub(f.SentAt))).UTC()
	if rules.refunds() {
		answer.RefundAt = &refundAt
	}
	open := now.Before(closes) && f.ClaimState != recovery.PartlyClaimed
	switch {
	case open:
		answer.Until = &closes
		answer.Possible = f.ClaimState == recovery.Unclaimed
		if !answer.Possible {
			return momentMaybe
		}
		return momentOpen
	case answer.RefundAt == nil:
		return momentStuck
	case now.Before(refundAt):
		answer.Until = answer.RefundAt
		return momentWaiting
	default:
		return momentOver
	}
}

// guidance is the first that fits; the checks of the book see to it that one
// does.
func (b *Book) guidance(moment string, f RecallFacts) guidanceRule {
	at := situation{platform: f.Platform, instrument: f.Instrument}
	for _, rule := range b.data.Guidance {
		if rule.When == moment && rule.covers(at) {
			return rule
		}
	}
	return guidanceRule{}
}

func (b *Book) warnings(f RecallFacts, disputed bool) []string {
	var texts []string
	for _, rule := range b.data.Warnings {
		if rule.covers(situation{platform: f.Platform, instrument: f.Instrument}) && (disputed || !rule.OnlyDisputed) {
			texts = append(texts, rule.Text)
		}
	}
	return texts
}
