package playbook

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"recourse/recovery"
)

// AssessmentFacts is what anybody may tell of a mis-send (contract: POST
// /assessments). Platform, instrument and amount are needed; all else may be
// unknown. Nothing of it is stored.
type AssessmentFacts struct {
	Platform     recovery.Platform            `json:"platform"`
	Instrument   recovery.Instrument          `json:"instrument"`
	Amount       recovery.Money               `json:"amount_fen"`
	SentAt       *time.Time                   `json:"sent_at,omitempty"`
	Reason       recovery.Reason              `json:"reason,omitempty"`
	ClaimState   recovery.ClaimState          `json:"claim_state,omitempty"`
	Account      Account                      `json:"account,omitempty"`
	Delay        Delay                        `json:"delayed_arrival,omitempty"`
	Group        *recovery.Group              `json:"group,omitempty"`
	Counterparts []recovery.FilingCounterpart `json:"counterparts,omitempty"`
	Claimant     recovery.Claimant            `json:"claimant,omitzero"` // province and city only are read
	Refusal      recovery.Refusal             `json:"refusal,omitempty"`
	Bystanders   *int                         `json:"bystanders,omitempty"`  // others who joined the talk
	NoticedAt    *time.Time                   `json:"noticed_at,omitempty"`  // when the sender learned of the mistake
	NotifiedAt   *time.Time                   `json:"notified_at,omitempty"` // when the counterpart was told
	// Circumstances are answers to the book's questions, by signal.
	Circumstances map[string]bool `json:"circumstances,omitempty"`
}

// FactsOf are the facts of a case, as far as its record knows them.
func FactsOf(c recovery.Case) AssessmentFacts {
	f := AssessmentFacts{
		Platform: c.Platform, Instrument: c.Instrument, Amount: c.Amount, Reason: c.Reason, ClaimState: c.ClaimState,
		Claimant: c.Claimant,
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

func (f AssessmentFacts) sentAt() time.Time { return moment(f.SentAt) }

func moment(at *time.Time) time.Time {
	if at == nil {
		return time.Time{}
	}
	return *at
}

func (f AssessmentFacts) group() recovery.Group {
	if f.Group == nil {
		return recovery.Group{}
	}
	return *f.Group
}

func (f AssessmentFacts) recall() RecallFacts {
	return RecallFacts{
		Platform: f.Platform, Instrument: f.Instrument, ClaimState: f.claimState(), SentAt: f.sentAt(),
		Account: f.Account, Delay: f.Delay,
	}
}

func (f AssessmentFacts) claimState() recovery.ClaimState {
	if f.ClaimState == "" {
		return recovery.ClaimUnknown
	}
	return f.ClaimState
}

// record is the facts as a case that is filed now and stands at no stage yet, for
// the rules that speak of cases.
func (f AssessmentFacts) record(now time.Time) recovery.Case {
	c := recovery.Case{
		Platform: f.Platform, Instrument: f.Instrument, Amount: f.Amount, SentAt: f.sentAt(), Reason: f.Reason,
		ClaimState: f.claimState(), Group: f.group(), Claimant: f.Claimant,
		CreatedAt: now, Position: recovery.Position{Claim: f.Amount, OneToOne: f.group().OneToOne()},
	}
	for _, counterpart := range f.Counterparts {
		c.Counterparts = append(c.Counterparts, recovery.Counterpart{Alias: counterpart.Alias, Claimed: counterpart.Claimed})
	}
	return c
}

// Check names each field that cannot be accepted: nil, or a Fault with
// CodeInvalid. Facts that are merely odd pass, and become findings.
func (b *Book) Check(f AssessmentFacts, now time.Time) error {
	c := &factCheck{now: now}
	choice(c, "platform", f.Platform, recovery.Platforms, true)
	choice(c, "instrument", f.Instrument, recovery.Instruments, true)
	c.amount("amount_fen", f.Amount, 1)
	c.instant("sent_at", f.SentAt, nil)
	choice(c, "reason", f.Reason, recovery.Reasons, false)
	choice(c, "claim_state", f.ClaimState, recovery.ClaimStates, false)
	choice(c, "account", f.Account, Accounts, false)
	choice(c, "delayed_arrival", f.Delay, Delays, false)
	choice(c, "refusal", f.Refusal, recovery.Refusals, false)
	c.instant("noticed_at", f.NoticedAt, f.SentAt)
	c.instant("notified_at", f.NotifiedAt, f.SentAt)
	c.people(f)
	for _, name := range sortedKeys(f.Circumstances) {
		if !b.asks(name, aboutCase, now) {
			c.fault("circumstances."+name, "unknown_value", "There is no such circumstance.")
		}
	}
	return recovery.Invalid(c.faults)
}

func (b *Book) asks(signal, about string, at time.Time) bool {
	for rule := range current(b.data.Questions, at) {
		if rule.Signal == signal && rule.About == about {
			return true
		}
	}
	return false
}

// factCheck collects faulty fields in the order of the body.
type factCheck struct {
	now    time.Time
	faults []recovery.FieldFault
}

func (c *factCheck) fault(field, code, format string, args ...any) {
	c.faults = append(c.faults, recovery.FieldFault{Field: field, Code: code, Detail: fmt.Sprintf(format, args...)})
}

func choice[T ~string](c *factCheck, field string, value T, values []T, required bool) {
	switch {
	case value == "" && required:
		c.fault(field, "required", "This field is needed.")
	case value != "" && !slices.Contains(values, value):
		c.fault(field, "unknown_value", "Accepted are: %s.", strings.Trim(fmt.Sprint(values), "[]"))
	}
}

func (c *factCheck) amount(field string, amount, least recovery.Money) {
	if amount < least || amount > recovery.MaxMoney {
		c.fault(field, "out_of_range", "Amounts from %d to %d fen are accepted.", least, recovery.MaxMoney)
	}
}

// skew is how far a phone may run ahead of us before we disbelieve it.
const skew = 2 * time.Minute

func (c *factCheck) instant(field string, at, sentAt *time.Time) {
	switch {
	case at == nil:
	case at.After(c.now.Add(skew)):
		c.fault(field, "in_future", "The time lies in the future.")
	case at.Year() < 2014: // red packets began in 2014
		c.fault(field, "too_early", "Times before 2014 are not accepted.")
	case sentAt != nil && at.Before(*sentAt):
		c.fault(field, "before_sending", "This cannot have been before the sending.")
	}
}

func (c *factCheck) people(f AssessmentFacts) {
	group := f.group()
	choice(c, "group.kind", group.Kind, recovery.GroupKinds, f.Group != nil)
	if group.Size < 0 || group.Size > recovery.MaxGroupSize {
		c.fault("group.size", "out_of_range", "A group has between 0 (unknown) and %d members.", recovery.MaxGroupSize)
	}
	if f.Bystanders != nil && (*f.Bystanders < 0 || *f.Bystanders > recovery.MaxGroupSize) {
		c.fault("bystanders", "out_of_range", "Between 0 and %d are accepted.", recovery.MaxGroupSize)
	}
	if len(f.Counterparts) > recovery.MaxCounterparts {
		c.fault("counterparts", "too_many", "At most %d counterparts are accepted.", recovery.MaxCounterparts)
		return
	}
	var claimed recovery.Money
	for i, counterpart := range f.Counterparts {
		at := fmt.Sprintf("counterparts[%d].", i)
		c.amount(at+"claimed_fen", counterpart.Claimed, 0)
		c.instant(at+"claimed_at", counterpart.ClaimedAt, f.SentAt)
		claimed += min(max(counterpart.Claimed, 0), recovery.MaxMoney)
	}
	if f.Amount > 0 && claimed > f.Amount {
		c.fault("counterparts", "sum_too_large", "The claimed shares add up to more than was sent.")
	}
}
