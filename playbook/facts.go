package playbook

import (
	"fmt"
	"time"

	"recourse/recovery"
)

// AssessmentFacts are the facts of a mis-send (POST /assessments). Platform,
// instrument and amount are required; everything else may be unknown. Nothing is
// stored.
type AssessmentFacts struct {
	Platform     recovery.Platform            `json:"platform"`
	Instrument   recovery.Instrument          `json:"instrument"`
	Amount       recovery.Money               `json:"amount_fen"`
	SentAt       *time.Time                   `json:"sent_at,omitempty"`
	Reason       recovery.Reason              `json:"reason,omitempty"`
	ClaimState   recovery.ClaimState          `json:"claim_state,omitempty"`
	Group        *recovery.Group              `json:"group,omitempty"`
	Counterparts []recovery.FilingCounterpart `json:"counterparts,omitempty"`
	Claimant     recovery.Claimant            `json:"claimant,omitzero"` // province and city only are read
	Refusal      recovery.Refusal             `json:"refusal,omitempty"`
	Bystanders   *int                         `json:"bystanders,omitempty"`  // others who joined the conversation
	NotifiedAt   *time.Time                   `json:"notified_at,omitempty"` // when the counterpart was notified
	Sends        []recovery.Send              `json:"sends,omitempty"`
	Payer        *recovery.Payer              `json:"payer,omitempty"`
	recovery.Facts
}

// FactsOf returns the facts of a case, as far as its record has them.
func FactsOf(c recovery.Case) AssessmentFacts {
	f := AssessmentFacts{
		Platform: c.Platform, Instrument: c.Instrument, Amount: c.Amount, Reason: c.Reason, ClaimState: c.ClaimState,
		Claimant: c.Claimant, Sends: c.Sends, Facts: c.Facts(),
	}
	if !c.SentAt.IsZero() {
		f.SentAt = &c.SentAt
	}
	if c.Group.Kind != "" {
		f.Group = &c.Group
	}
	for _, counterpart := range c.Counterparts {
		f.Counterparts = append(f.Counterparts, recovery.FilingCounterpart{
			Alias: counterpart.Alias, Claimed: counterpart.Claimed, ClaimedAt: counterpart.ClaimedAt,
		})
		if counterpart.Refusal != "" {
			f.Refusal = counterpart.Refusal
		}
	}
	return f
}

func (f AssessmentFacts) sentAtOrZero() time.Time { return timeOrZero(f.SentAt) }

// lastSentAt is when the last of the payments was sent; zero if unknown. Money may
// still come back until its time is over.
func (f AssessmentFacts) lastSentAt() time.Time {
	return recovery.Case{SentAt: f.sentAtOrZero(), Sends: f.Sends}.LastSentAt()
}

func timeOrZero(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}

func (f AssessmentFacts) groupOrZero() recovery.Group {
	if f.Group == nil {
		return recovery.Group{}
	}
	return *f.Group
}

// acceptedAt is when a transfer was accepted; nil when unknown.
func (f AssessmentFacts) acceptedAt() *time.Time {
	if f.AcceptedAt == nil && f.Instrument == recovery.Transfer && len(f.Counterparts) == 1 {
		return f.Counterparts[0].ClaimedAt
	}
	return f.AcceptedAt
}

func (f AssessmentFacts) claimStateOrUnknown() recovery.ClaimState {
	if f.ClaimState == "" {
		return recovery.ClaimUnknown
	}
	return f.ClaimState
}

// asCase returns the facts as a case that is filed now and has no stage yet, for
// the rules about cases.
func (f AssessmentFacts) asCase(now time.Time) recovery.Case {
	c := recovery.Case{
		Platform: f.Platform, Instrument: f.Instrument, Amount: f.Amount, SentAt: f.sentAtOrZero(), Reason: f.Reason,
		ClaimState: f.claimStateOrUnknown(), Group: f.groupOrZero(), Claimant: f.Claimant,
		CreatedAt: now, Sends: f.Sends, Position: recovery.Position{
			Claim: f.Amount - f.Intended, Facts: f.Facts, OneToOne: f.groupOrZero().IsOneToOne(),
		},
	}
	for _, counterpart := range f.Counterparts {
		c.Counterparts = append(c.Counterparts, recovery.Counterpart{Alias: counterpart.Alias, Claimed: counterpart.Claimed})
	}
	return c
}

// CheckFacts returns nil, or a Fault with CodeInvalid that names each invalid
// field. Facts that are only unusual pass and become findings.
func (rs *RuleSet) CheckFacts(f AssessmentFacts, now time.Time) error {
	c := recovery.NewFieldChecker(now)
	recovery.OneOf(c, "platform", f.Platform, recovery.Platforms, true)
	recovery.OneOf(c, "instrument", f.Instrument, recovery.Instruments, true)
	c.Amount("amount_fen", f.Amount, true)
	c.Time("sent_at", f.SentAt, false)
	recovery.OneOf(c, "reason", f.Reason, recovery.Reasons, false)
	recovery.OneOf(c, "claim_state", f.ClaimState, recovery.ClaimStates, false)
	recovery.OneOf(c, "refusal", f.Refusal, recovery.Refusals, false)
	c.NotBefore("notified_at", f.NotifiedAt, f.SentAt)
	context := recovery.FactContext{
		Amount: f.Amount, SentAt: f.SentAt, Instrument: f.Instrument, Reason: f.Reason, ClaimState: f.ClaimState,
	}
	f.Check(c, context)
	recovery.CheckSends(c, f.Sends, context)
	f.Payer.Check(c)
	f.checkPeople(c)
	for _, name := range recovery.Circumstances {
		if _, given := f.Circumstances[name]; given && !rs.hasQuestion(name, aboutCase, now) {
			c.Add("circumstances."+name, "unknown_value", "There is no such circumstance.")
		}
	}
	return c.Err()
}

func (rs *RuleSet) hasQuestion(signal, about string, at time.Time) bool {
	for rule := range rulesInForce(rs.data.Questions, at) {
		if rule.Signal == signal && rule.About == about {
			return true
		}
	}
	return false
}

func (f AssessmentFacts) checkPeople(c *recovery.FieldChecker) {
	group := f.groupOrZero()
	recovery.OneOf(c, "group.kind", group.Kind, recovery.GroupKinds, f.Group != nil)
	if group.Size < 0 || group.Size > recovery.MaxGroupSize {
		c.Add("group.size", "out_of_range", "A group has between 0 (unknown) and %d members.", recovery.MaxGroupSize)
	}
	if f.Bystanders != nil && (*f.Bystanders < 0 || *f.Bystanders > recovery.MaxGroupSize) {
		c.Add("bystanders", "out_of_range", "Between 0 and %d are accepted.", recovery.MaxGroupSize)
	}
	if len(f.Counterparts) > recovery.MaxCounterparts {
		c.Add("counterparts", "too_many", "At most %d counterparts are accepted.", recovery.MaxCounterparts)
		return
	}
	var claimed recovery.Money
	for i, counterpart := range f.Counterparts {
		at := fmt.Sprintf("counterparts[%d].", i)
		c.Amount(at+"claimed_fen", counterpart.Claimed, false)
		c.NotBefore(at+"claimed_at", counterpart.ClaimedAt, f.SentAt)
		claimed += min(max(counterpart.Claimed, 0), recovery.MaxMoney)
	}
	if f.Amount > 0 && claimed > f.Amount {
		c.Add("counterparts", "sum_too_large", "The claimed shares add up to more than was sent.")
	}
}
