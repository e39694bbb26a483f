package recovery

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Filing is the request body of POST /cases.
type Filing struct {
	Platform      Platform            `json:"platform"`
	Instrument    Instrument          `json:"instrument"`
	Amount        Money               `json:"amount_fen"`
	SentAt        *time.Time          `json:"sent_at"`
	TransactionNo string              `json:"transaction_no,omitempty"`
	Reason        Reason              `json:"reason"`
	ClaimState    ClaimState          `json:"claim_state"`
	Group         *Group              `json:"group,omitempty"`
	Counterparts  []FilingCounterpart `json:"counterparts"`
	Claimant      Claimant            `json:"claimant"`
	Narrative     string              `json:"narrative,omitempty"`
	// Sends are the payments of one mistake, if there were several. They add up to
	// Amount, and the earliest is SentAt.
	Sends []Send `json:"sends,omitempty"`
	Payer *Payer `json:"payer,omitempty"`
	Facts
	// Pace is accepted only by the development profile; see Case.Pace.
	Pace int `json:"pace,omitempty"`
}

// FilingCounterpart is a counterpart as described by the claimant.
type FilingCounterpart struct {
	Alias     string     `json:"alias"`
	Claimed   Money      `json:"claimed_fen,omitempty"`
	ClaimedAt *time.Time `json:"claimed_at,omitempty"`
	Contact   string     `json:"contact,omitempty"`
}

// MaxPace runs about twelve days in one second.
const MaxPace = 1_000_000

var (
	transactionForm = regexp.MustCompile(`^[0-9A-Za-z_-]{1,64}$`)
	emailForm       = regexp.MustCompile(`^[^@\s]{1,64}@[^@\s]{1,190}$`)
	phoneForm       = regexp.MustCompile(`^\+?[0-9][0-9 -]{4,22}$`)
)

// Validate returns nil, or a Fault with CodeInvalid that lists each faulty field.
func (f Filing) Validate(now time.Time) error {
	c := &FieldChecker{now: now}
	OneOf(c, "platform", f.Platform, Platforms, true)
	OneOf(c, "instrument", f.Instrument, Instruments, true)
	c.Amount("amount_fen", f.Amount, true)
	c.Time("sent_at", f.SentAt, true)
	if f.TransactionNo != "" && !isTransactionNo(f.TransactionNo) {
		c.Add("transaction_no", "malformed", transactionNoRule)
	}
	OneOf(c, "reason", f.Reason, Reasons, true)
	OneOf(c, "claim_state", f.ClaimState, ClaimStates, true)
	f.checkGroup(c)
	f.checkCounterparts(c)
	f.Claimant.check(c, true)
	c.Text("narrative", f.Narrative, MaxNarrative, false)
	context := FactContext{f.Amount, f.SentAt, f.Instrument, f.Reason, f.ClaimState}
	f.Check(c, context)
	CheckSends(c, f.Sends, context)
	f.checkFirstNumber(c)
	f.Payer.Check(c)
	if f.Pace < 0 || f.Pace > MaxPace {
		c.Add("pace", "out_of_range", "The pace lies between 1 and %d.", MaxPace)
	}
	return Invalid(c.faults)
}

func (f Filing) checkGroup(c *FieldChecker) {
	if f.Group == nil {
		return
	}
	OneOf(c, "group.kind", f.Group.Kind, GroupKinds, true)
	if f.Group.Size < 0 || f.Group.Size > MaxGroupSize {
		c.Add("group.size", "out_of_range", "A group has between 0 (unknown) and %d members.", MaxGroupSize)
	}
}

// checkFirstNumber refuses a transaction number that none of the payments has.
func (f Filing) checkFirstNumber(c *FieldChecker) {
	first := NormalizeTransactionNo(f.TransactionNo)
	isNamed := func(s Send) bool { return NormalizeTransactionNo(s.TransactionNo) == first }
	if len(f.Sends) > 0 && f.TransactionNo != "" && !slices.ContainsFunc(f.Sends, isNamed) {
		c.Add("transaction_no", "contradicts", "None of the payments has this number.")
	}
}

func (f Filing) checkCounterparts(c *FieldChecker) {
	if len(f.Counterparts) == 0 {
		c.Add("counterparts", "required", "Name at least one counterpart, if only by a nickname.")
	}
	if len(f.Counterparts) > MaxCounterparts {
		c.Add("counterparts", "too_many", "At most %d counterparts are accepted.", MaxCounterparts)
		return
	}
	var claimed Money
	aliases := map[string]bool{}
	for i, counterpart := range f.Counterparts {
		at := fmt.Sprintf("counterparts[%d].", i)
		counterpart.checkText(c, at, true)
		alias := normalizeAlias(counterpart.Alias)
		if alias != "" && aliases[alias] {
			c.Add(at+"alias", "duplicate", sameAlias)
		}
		aliases[alias] = true
		c.Amount(at+"claimed_fen", counterpart.Claimed, false)
		c.Time(at+"claimed_at", counterpart.ClaimedAt, false)
		if counterpart.ClaimedAt != nil && f.SentAt != nil && counterpart.ClaimedAt.Before(*f.SentAt) {
			c.Add(at+"claimed_at", "before_sending", "This is before the money was sent.")
		}
		claimed += min(max(counterpart.Claimed, 0), MaxMoney)
	}
	if f.Amount > 0 && claimed > f.Amount {
		c.Add("counterparts", "sum_too_large", "The claimed shares add up to more than was sent.")
	}
}

func (p FilingCounterpart) checkText(c *FieldChecker, at string, required bool) {
	c.Line(at+"alias", p.Alias, MaxAlias, required)
	c.Line(at+"contact", p.Contact, MaxContact, false)
}

func (p Claimant) check(c *FieldChecker, required bool) {
	c.Line("claimant.name", p.Name, MaxName, required)
	c.Line("claimant.email", p.Email, 254, false)
	c.Line("claimant.phone", p.Phone, 24, false)
	c.Line("claimant.province", p.Province, MaxName, false)
	c.Line("claimant.city", p.City, MaxName, false)
	if p.Email != "" && !emailForm.MatchString(p.Email) {
		c.Add("claimant.email", "malformed", "This is not an e-mail address.")
	}
	if p.Phone != "" && !phoneForm.MatchString(p.Phone) {
		c.Add("claimant.phone", "malformed", "This is not a telephone number.")
	}
}

// CheckPeople checks optional data about people. It returns nil or a Fault with
// CodeInvalid.
func CheckPeople(claimant Claimant, counterparts []FilingCounterpart) error {
	c := &FieldChecker{}
	for i, counterpart := range counterparts[:min(len(counterparts), MaxCounterparts)] {
		counterpart.checkText(c, fieldAt("counterparts", i), false)
	}
	claimant.check(c, false)
	return c.Err()
}

// NewCase returns the record of a valid filing. Of its Position it has only the
// facts; see StartPosition.
func (f Filing) NewCase(id CaseID, number CaseNumber, owner UserID, now time.Time, newID func() string) Case {
	c := Case{
		ID: id, Number: number, Platform: f.Platform, Instrument: f.Instrument, Amount: f.Amount,
		SentAt: f.SentAt.UTC(), TransactionNo: f.TransactionNo, Reason: f.Reason, ClaimState: f.ClaimState,
		Group: Group{Kind: NoGroup}, Claimant: f.Claimant, Narrative: textOrNone(f.Narrative),
		Sends: f.Sends, Owner: owner, Pace: max(1, f.Pace), CreatedAt: now.UTC(), Version: 1,
	}
	if f.Group != nil {
		c.Group = *f.Group
	}
	if f.Payer != nil {
		c.Payer = *f.Payer
	}
	for _, counterpart := range f.Counterparts {
		c.Counterparts = append(c.Counterparts, Counterpart{
			ID: CounterpartID(newID()), Alias: counterpart.Alias, Claimed: counterpart.Claimed,
			ClaimedAt: counterpart.ClaimedAt, Contact: counterpart.Contact,
		})
	}
	c.Position.Facts = f.Facts
	return c
}

// textOrNone returns a text without the space around it, or "" if it shows nothing.
func textOrNone(text string) string {
	if IsBlank(text) {
		return ""
	}
	return strings.TrimSpace(text)
}

// CheckEvidence checks the description of a file and returns each faulty field.
func CheckEvidence(kind EvidenceKind, capturedAt *time.Time, source, description string, now time.Time) []FieldFault {
	c := &FieldChecker{now: now}
	OneOf(c, "kind", kind, EvidenceKinds, true)
	c.Time("captured_at", capturedAt, false)
	c.Line("source", source, MaxReference, false)
	c.Text("description", description, MaxText, false)
	return c.faults
}

// CheckFigure checks a published figure: since when it applies, and its source.
func CheckFigure(from time.Time, source string, now time.Time) error {
	c := &FieldChecker{now: now}
	if !from.IsZero() {
		c.Time("from", &from, false)
	}
	c.Text("source", source, MaxText, source != "")
	return Invalid(c.faults)
}

// CheckReason checks a required reason.
func CheckReason(reason string) error {
	c := &FieldChecker{}
	c.Text("reason", reason, MaxText, true)
	return Invalid(c.faults)
}

// CheckFileName checks the name of an uploaded file.
func CheckFileName(name string) []FieldFault {
	c := &FieldChecker{}
	c.Line("file", name, 255, false)
	return c.faults
}
