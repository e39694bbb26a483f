package recovery

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Facts are further facts of a mis-send. The claimant may state them at filing or
// later; each may be unknown. They hold no personal data, so the workflow may hold
// them. Times are UTC.
type Facts struct {
	// Intended is what should have been sent, or what of the amount was owed: the
	// claim is the rest. 0 means that nothing was owed.
	Intended   Money      `json:"intended_fen,omitempty"`
	NoticedAt  *time.Time `json:"noticed_at,omitempty"`  // when the claimant learned of the mistake
	AcceptedAt *time.Time `json:"accepted_at,omitempty"` // when the recipient accepted; a delay counts from here
	Delay      Delay      `json:"delayed_arrival,omitempty"`
	Account    Account    `json:"account,omitempty"`
	// Circumstances are answers to questions that only people can answer, by name.
	// A missing name is an unknown answer.
	Circumstances map[string]bool `json:"circumstances,omitempty"`
}

// Delay is the delayed arrival set before a transfer; empty when unknown.
type Delay string

// The delays.
const (
	NoDelay  Delay = "none"
	TwoHours Delay = "2h"
	OneDay   Delay = "24h"
)

// Delays lists the delays.
var Delays = []Delay{NoDelay, TwoHours, OneDay}

// Account is the kind of account the money left; empty when unknown.
type Account string

// The kinds of account.
const (
	Personal Account = "personal"
	Company  Account = "company"
)

// Accounts lists the kinds of account.
var Accounts = []Account{Personal, Company}

// Duration returns the length of the delay; 0 for none or unknown.
func (d Delay) Duration() time.Duration {
	switch d {
	case TwoHours:
		return 2 * time.Hour
	case OneDay:
		return 24 * time.Hour
	default:
		return 0
	}
}

// The circumstances of danger: the sender was deceived, threatened, gambling, or
// sent because somebody asked for it. The sender must not act alone then.
const (
	Deceived    = "deceived"
	Threatened  = "threatened"
	Gambling    = "gambling"
	AskedToSend = "asked_to_send"
)

// The other circumstances that code refers to.
const (
	OwnSlip       = "own_slip" // the sender's own mistake, without anybody else's doing
	Blocked       = "blocked"
	Unreachable   = "unreachable"
	IdentityKnown = "identity_known"
	PriorDebt     = "prior_debt"
	knewNoDebt    = "knew_no_debt"
	abroad        = "abroad"
	otherProvince = "other_province"
	spent         = "spent"
	acknowledged  = "acknowledged"
)

// Dangers lists the kinds of danger, the one that needs the fastest action first.
var Dangers = []string{Threatened, Deceived, AskedToSend, Gambling}

// Circumstances lists every circumstance. The playbook has a question for each.
var Circumstances = []string{
	OwnSlip, Deceived, Threatened, Gambling, AskedToSend, PriorDebt, knewNoDebt, "gift_note", spent, acknowledged, "entrusted",
	"pressed", IdentityKnown, Unreachable, Blocked, abroad, otherProvince, "other_debts", "preservation", "same_employer",
	"minor", "counterpart_minor", "senior",
}

// contradictions are pairs of circumstances that cannot both hold.
var contradictions = [][2]string{
	{OwnSlip, Deceived}, {OwnSlip, Threatened}, {OwnSlip, Gambling}, {OwnSlip, AskedToSend}, {OwnSlip, knewNoDebt},
	{PriorDebt, knewNoDebt}, {abroad, otherProvince}, {"minor", "senior"},
}

// needClaimed are circumstances that cannot hold while nobody has claimed the money.
var needClaimed = []string{spent, acknowledged}

// IsInDanger reports whether the money was sent because of fraud, a threat,
// gambling or somebody's request.
func (f Facts) IsInDanger() bool {
	return slices.ContainsFunc(Dangers, func(kind string) bool { return f.Circumstances[kind] })
}

// NoticedOn returns the day in China on which the claimant learned of the mistake; ""
// if unknown.
func (f Facts) NoticedOn() string {
	if f.NoticedAt == nil {
		return ""
	}
	return f.NoticedAt.In(Shanghai).Format(time.DateOnly)
}

// ParseDay returns the start of a day in China, such as 2026-03-31; nil for none.
func ParseDay(day string) *time.Time {
	at, err := time.ParseInLocation(time.DateOnly, day, Shanghai)
	if err != nil {
		return nil
	}
	at = at.UTC()
	return &at
}

// IsOutOfReach reports whether the claimant cannot write to the other side.
func (f Facts) IsOutOfReach() bool { return f.Circumstances[Blocked] || f.Circumstances[Unreachable] }

// withDanger returns the facts with a kind of danger added.
func (f Facts) withDanger(kind string) Facts {
	f.Circumstances = maps.Clone(f.Circumstances)
	if f.Circumstances == nil {
		f.Circumstances = map[string]bool{}
	}
	f.Circumstances[kind] = true
	delete(f.Circumstances, OwnSlip)
	return f
}

// FactContext are the other facts that Facts must agree with.
type FactContext struct {
	Amount     Money
	SentAt     *time.Time
	Instrument Instrument
	Reason     Reason
	ClaimState ClaimState
}

// Check adds a fault for each field that is invalid or contradicts another one.
func (f Facts) Check(c *FieldChecker, with FactContext) {
	f.checkIntended(c, with)
	c.sameDayOrLater("noticed_at", f.NoticedAt, with.SentAt)
	c.NotBefore("accepted_at", f.AcceptedAt, with.SentAt)
	if f.AcceptedAt != nil && with.ClaimState == Unclaimed {
		c.Add("accepted_at", "contradicts", "The money cannot be unclaimed and accepted.")
	}
	OneOf(c, "delayed_arrival", f.Delay, Delays, false)
	if f.Delay.Duration() > 0 && with.Instrument != "" && with.Instrument != Transfer {
		c.Add("delayed_arrival", "not_for_packets", "Only a transfer can arrive later. Leave this out for a red packet.")
	}
	OneOf(c, "account", f.Account, Accounts, false)
	f.checkCircumstances(c, with)
}

// checkIntended checks the sum that should have been sent. Somebody who was not to
// get anything cannot have been owed a part.
func (f Facts) checkIntended(c *FieldChecker, with FactContext) {
	const field = "intended_fen"
	switch {
	case f.Intended == 0:
	case f.Intended < 0:
		c.Add(field, "out_of_range", "The amount must be above zero, in fen.")
	case with.Amount > 0 && f.Intended >= with.Amount:
		c.Add(field, "out_of_range", "What should have been sent must be less than what was sent.")
	case slices.Contains(nothingOwed, with.Reason):
		c.Add(field, "contradicts", "With the reason %s nothing was meant for the recipient.", with.Reason)
	}
}

func (f Facts) checkCircumstances(c *FieldChecker, with FactContext) {
	const prefix = "circumstances."
	for _, name := range slices.Sorted(maps.Keys(f.Circumstances)) {
		if !slices.Contains(Circumstances, name) {
			c.Add(prefix+name, "unknown_value", "There is no such circumstance.")
		}
	}
	for _, pair := range contradictions {
		if f.Circumstances[pair[0]] && f.Circumstances[pair[1]] {
			c.Add(prefix+pair[1], "contradicts", "This and %s cannot both be true.", pair[0])
		}
	}
	for _, name := range needClaimed {
		if f.Circumstances[name] && with.ClaimState == Unclaimed {
			c.Add(prefix+name, "contradicts", "This cannot be true of money that nobody has claimed.")
		}
	}
}

// NotBefore checks a time in the past that is not before the sending.
func (c *FieldChecker) NotBefore(field string, at, sentAt *time.Time) {
	c.Time(field, at, false)
	if at != nil && sentAt != nil && at.Before(*sentAt) {
		c.Add(field, "before_sending", "This cannot have been before the sending.")
	}
}

// sameDayOrLater is like NotBefore, but any instant of the day of the sending in
// China passes: people know the day, not the minute.
func (c *FieldChecker) sameDayOrLater(field string, at, sentAt *time.Time) {
	c.Time(field, at, false)
	if at != nil && sentAt != nil && afterDays(*at, 0).Before(afterDays(*sentAt, 0)) {
		c.Add(field, "before_sending", "This cannot have been before the day of the sending.")
	}
}

// StatedCircumstances lists the answers as name=true or name=false, by name.
func (f Facts) StatedCircumstances() []string {
	stated := make([]string, 0, len(f.Circumstances))
	for _, name := range slices.Sorted(maps.Keys(f.Circumstances)) {
		stated = append(stated, fmt.Sprintf("%s=%t", name, f.Circumstances[name]))
	}
	return stated
}
