package recovery

import (
	"slices"
	"time"
)

// PaymentFacts are facts of the payment that were stated at filing and turned out to be
// wrong. Absent fields keep their value. They hold no personal data.
type PaymentFacts struct {
	Amount     Money      `json:"amount_fen,omitempty"` // what was sent
	SentAt     *time.Time `json:"sent_at,omitempty"`
	Instrument Instrument `json:"instrument,omitempty"`
	ClaimState ClaimState `json:"claim_state,omitempty"`
	Reason     Reason     `json:"reason,omitempty"`
	// RefundBegins is set if with these facts the platform will still refund what nobody
	// claims, and without them it would not. The playbook says so; nobody states it.
	RefundBegins bool `json:"refund_begins,omitempty"`
}

// AmendsPayment reports whether the action changes facts of the payment.
func (a Action) AmendsPayment() bool { return a == AmendFacts || a == AdoptMatch }

// AmendsRecord reports whether the action changes what the record says about the
// payment or the counterparts.
func (a Action) AmendsRecord() bool {
	return a.AmendsPayment() || a == AddCounterpart || a == RecordShare || a == RenameCounterpart
}

// paymentFacts returns the facts of the payment that an amendment states; nil for none.
func (a ActionBody) paymentFacts() *PaymentFacts {
	if !a.Action.AmendsPayment() {
		return nil
	}
	facts := PaymentFacts{
		SentAt: a.SentAt, Instrument: knownValue(a.Instrument, Instruments), ClaimState: knownValue(a.ClaimState, ClaimStates),
		Reason: knownValue(Reason(a.Reason), Reasons),
	}
	if a.Amount != nil {
		facts.Amount = *a.Amount
	}
	if facts == (PaymentFacts{}) {
		return nil
	}
	return &facts
}

// knownValue returns a value of an enumeration. Anything else could be free text, which
// a Command must not contain.
func knownValue[T ~string](value T, known []T) T {
	if slices.Contains(known, value) {
		return value
	}
	return ""
}

func (m Command) paymentFacts() PaymentFacts {
	if m.Payment == nil {
		return PaymentFacts{}
	}
	return *m.Payment
}

// nothingOwed are the reasons with which nothing was meant for the recipient.
var nothingOwed = []Reason{WrongGroup, WrongPerson, LeakedPassword, TakenByAnother}

// amendedFacts returns the facts after an amendment. A reason with which nothing was
// owed takes back an earlier statement of what was owed.
func (f Facts) amendedFacts(payment PaymentFacts, facts Facts) Facts {
	if slices.Contains(nothingOwed, payment.Reason) {
		f.Intended = 0
	}
	return f.Amended(facts)
}

// Sent returns what was sent, whatever part of it is claimed.
func (p Position) Sent() Money { return p.Claim + p.Facts.Intended }

// claimedParts are what the counterparts claimed, by counterpart, 0 where unknown.
func (p Position) claimedParts() []Money {
	shares := make([]Money, len(p.Counterparts))
	for i, counterpart := range p.Counterparts {
		shares[i] = counterpart.Share
	}
	return shares
}

func (p Position) sumOfShares() Money {
	var sum Money
	for _, share := range p.claimedParts() {
		sum += share
	}
	return sum
}

// withPayment returns the position with other facts. The money that came back counts
// against the new claim.
func (p Position) withPayment(payment PaymentFacts, facts Facts) (Position, error) {
	sent := p.Sent()
	p.Facts = p.Facts.amendedFacts(payment, facts)
	if payment.Amount != 0 {
		sent = payment.Amount
	}
	switch {
	case sent < 0 || sent > MaxMoney:
		return p, Invalid([]FieldFault{{"amount_fen", "out_of_range", "The amount is out of range."}})
	case p.Facts.Intended >= sent:
		return p, Invalid([]FieldFault{{"intended_fen", "out_of_range", "What should have been sent must be less than what was sent."}})
	case p.sumOfShares() > sent:
		return p, Invalid([]FieldFault{{"amount_fen", "below_shares", "The parts that people claimed add up to " + p.sumOfShares().String() + " yuan. Correct the parts first."}})
	}
	p.Claim = sent - p.Facts.Intended
	if payment.SentAt != nil {
		p.PaidAt = payment.SentAt.UTC()
	}
	if payment.Instrument != "" {
		p.Instrument = payment.Instrument
	}
	p.Split = canBeSplit(p.Instrument, p.OneToOne, sent, p.claimedParts())
	return p.withReceived(0), nil
}

// addCounterpart adds a person who holds a part of the money. A sole debtor becomes one
// of several.
func (p Position) addCounterpart(m Command) (Step, error) {
	switch {
	case m.CounterpartID == "" || p.counterpartIndex(m.CounterpartID) >= 0:
		return Step{}, UnknownCounterpart()
	case len(p.Counterparts) >= MaxCounterparts:
		return Step{}, Invalid([]FieldFault{{"", "too_many", "A case has at most 100 counterparts."}})
	}
	next := p
	next.Counterparts = append(slices.Clone(p.Counterparts), CounterpartState{ID: m.CounterpartID, Share: m.Amount})
	return next.withShares()
}

// recordShare states what a counterpart claimed of the money.
func (p Position) recordShare(m Command) (Step, error) {
	next, state, err := p.withCounterpart(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	state.Share = m.Amount
	if owed := next.OwedPart(*state); owed < state.Returned && !m.Confirm && !m.Recorded {
		return Step{}, confirmNeeded("claimed_fen", "This person has returned %s yuan already, more than they would owe of this part.", state.Returned)
	}
	return next.withShares()
}

// withShares checks the claimed parts against what was sent, and ends the plans of
// people who owe less now.
func (p Position) withShares() (Step, error) {
	if sum := p.sumOfShares(); sum > p.Sent() {
		return Step{}, Invalid([]FieldFault{{"claimed_fen", "sum_too_large", "The parts would add up to " + sum.String() +
			" yuan, more than the " + p.Sent().String() + " yuan that were sent."}})
	}
	p.Split = canBeSplit(p.Instrument, p.OneToOne, p.Sent(), p.claimedParts())
	return Step{Next: p.withFittingPlans()}, nil
}

// Amended returns the record of the case after an action that changes the payment or
// the counterparts. Position and Deadlines are not changed; see Position.Take.
func (c Case) Amended(a ActionBody) Case {
	c.Counterparts, c.Sends = slices.Clone(c.Counterparts), slices.Clone(c.Sends)
	switch a.Action {
	case AmendFacts:
		c = c.withPayment(a)
		a.CounterpartID = c.ClaimerOf(a)
		setClaimedAt(c.Counterparts, a)
	case AdoptMatch:
		c = c.withPayment(a)
		renameCounterpart(c.Counterparts, a)
	case AddCounterpart:
		added := Counterpart{ID: a.CounterpartID, Alias: a.Alias, Contact: a.Contact, ClaimedAt: a.ShareTakenAt}
		if a.Claimed != nil {
			added.Claimed = *a.Claimed
		}
		c.Counterparts = append(c.Counterparts, added)
	case RecordShare:
		if counterpart := findCounterpart(c.Counterparts, a.CounterpartID); counterpart != nil && a.Claimed != nil {
			counterpart.Claimed = *a.Claimed
			setClaimedAt(c.Counterparts, a)
		}
	case RenameCounterpart:
		renameCounterpart(c.Counterparts, a)
	default:
	}
	return c
}

func renameCounterpart(counterparts []Counterpart, a ActionBody) {
	if counterpart := findCounterpart(counterparts, a.CounterpartID); counterpart != nil && a.Alias != "" {
		counterpart.Alias = a.Alias
	}
}

// ClaimerOf returns the counterpart whose time of claiming amend_facts states: the only
// one if it names none; "" if it states no time.
func (c Case) ClaimerOf(a ActionBody) CounterpartID {
	switch {
	case a.ShareTakenAt == nil:
		return ""
	case a.CounterpartID == "" && len(c.Counterparts) == 1:
		return c.Counterparts[0].ID
	default:
		return a.CounterpartID
	}
}

func setClaimedAt(counterparts []Counterpart, a ActionBody) {
	if counterpart := findCounterpart(counterparts, a.CounterpartID); counterpart != nil && a.ShareTakenAt != nil {
		counterpart.ClaimedAt = a.ShareTakenAt
	}
}

func findCounterpart(counterparts []Counterpart, id CounterpartID) *Counterpart {
	for i := range counterparts {
		if counterparts[i].ID == id {
			return &counterparts[i]
		}
	}
	return nil
}

func (c Case) withPayment(a ActionBody) Case {
	var payment PaymentFacts
	if stated := a.paymentFacts(); stated != nil {
		payment = *stated
	}
	if payment.Amount != 0 {
		c.Amount = payment.Amount
	}
	if payment.SentAt != nil {
		c.SentAt = payment.SentAt.UTC()
	}
	if payment.Instrument != "" {
		c.Instrument = payment.Instrument
	}
	if payment.ClaimState != "" {
		c.ClaimState = payment.ClaimState
	}
	if payment.Reason != "" {
		c.Reason = payment.Reason
	}
	return c.withNumber(a.TransactionNo)
}

// withNumber returns the case with another transaction number. Of several payments, the
// number is that of the only one without a number.
func (c Case) withNumber(number *string) Case {
	switch i := c.sendWithoutNumber(); {
	case number == nil:
	case i >= 0 && *number != "":
		c.Sends[i].TransactionNo = *number
	default:
		c.TransactionNo = *number
	}
	return c
}

// sendWithoutNumber returns the index of the only payment of several whose number is
// not known; -1 otherwise.
func (c Case) sendWithoutNumber() int {
	isOpen := func(s Send) bool { return s.TransactionNo == "" }
	first := slices.IndexFunc(c.Sends, isOpen)
	if first < 0 || slices.ContainsFunc(c.Sends[first+1:], isOpen) {
		return -1
	}
	return first
}

// CheckAmendment checks an action that changes the payment or the counterparts against
// the rest of the case. It returns nil or a Fault with CodeInvalid.
func (c Case) CheckAmendment(a ActionBody, now time.Time) error {
	checker, after := NewFieldChecker(now), c.Amended(a)
	if a.Action == AmendFacts {
		a.CounterpartID = c.ClaimerOf(a)
	}
	if a.Action.AmendsPayment() {
		c.checkSeveral(a, checker)
		c.checkNumberRemoval(a, checker)
		payment := PaymentFacts{}
		if stated := a.paymentFacts(); stated != nil {
			payment = *stated
		}
		facts := c.Facts().amendedFacts(payment, a.Facts)
		facts.Check(checker, FactContext{after.Amount, &after.SentAt, after.Instrument, after.Reason, after.ClaimState})
		for _, counterpart := range after.Counterparts {
			isStated := a.ShareTakenAt != nil && counterpart.ID == a.CounterpartID
			if a.SentAt != nil && !isStated && counterpart.ClaimedAt != nil && counterpart.ClaimedAt.Before(after.SentAt) {
				checker.Add("sent_at", "contradicts", "Somebody claimed the money before this time. Correct that time first.")
			}
		}
	}
	after.checkClaimedAt(a, checker)
	return checker.Err()
}

// checkClaimedAt checks when the money was claimed, in the case as it is after the action.
func (c Case) checkClaimedAt(a ActionBody, checker *FieldChecker) {
	at := a.ShareTakenAt
	if at == nil {
		return
	}
	if a.Action != AddCounterpart && findCounterpart(c.Counterparts, a.CounterpartID) == nil {
		checker.Add("counterpart_id", "required", "Name the counterpart who claimed the money at this time.")
	}
	if at.Before(c.SentAt) {
		checker.Add("claimed_at", "before_sending", "This is before the money was sent.")
	}
	if a.Action == AmendFacts && c.ClaimState == Unclaimed {
		checker.Add("claimed_at", "contradicts", "The money cannot be unclaimed and claimed at a time.")
	}
}

// checkNumberRemoval refuses to remove a number that the case does not have.
func (c Case) checkNumberRemoval(a ActionBody, checker *FieldChecker) {
	if a.removesNumber() && len(c.Sends) == 0 && c.TransactionNo == "" {
		checker.Add("transaction_no", "nothing_to_remove", "The case has no transaction number.")
	}
}

// checkSeveral refuses to change one of several payments without saying which.
func (c Case) checkSeveral(a ActionBody, checker *FieldChecker) {
	if len(c.Sends) == 0 {
		return
	}
	const why = "This case has several payments, and it is not clear which one is meant."
	if a.Amount != nil {
		checker.Add("amount_fen", "several_payments", why)
	}
	if a.SentAt != nil {
		checker.Add("sent_at", "several_payments", why)
	}
	if a.TransactionNo != nil && (a.removesNumber() || c.sendWithoutNumber() < 0) {
		checker.Add("transaction_no", "several_payments", why)
	}
}

// FormerFacts returns what the plain facts that an action changes were before.
func (c Case) FormerFacts(a ActionBody) map[string]any {
	former := map[string]any{}
	put := func(name string, isChanged bool, value any) {
		if isChanged {
			former[name] = value
		}
	}
	after := c.Amended(a)
	put("amount_fen", after.Amount != c.Amount, c.Amount)
	put("sent_at", !after.SentAt.Equal(c.SentAt), c.SentAt.UTC())
	put("instrument", after.Instrument != c.Instrument, c.Instrument)
	put("claim_state", after.ClaimState != c.ClaimState, c.ClaimState)
	put("reason", after.Reason != c.Reason, c.Reason)
	if counterpart := findCounterpart(c.Counterparts, a.CounterpartID); counterpart != nil && a.Action == RecordShare {
		put("claimed_fen", counterpart.Claimed != 0, counterpart.Claimed)
	}
	if counterpart := findCounterpart(c.Counterparts, a.CounterpartID); counterpart != nil && counterpart.ClaimedAt != nil {
		put("claimed_at", a.ShareTakenAt != nil && !a.ShareTakenAt.Equal(*counterpart.ClaimedAt), counterpart.ClaimedAt.UTC())
	}
	if a.Action == AmendFacts {
		c.Facts().putFormer(a.Facts, put)
	}
	return former
}

// putFormer puts each fact that was known and is stated again.
func (f Facts) putFormer(stated Facts, put func(name string, isChanged bool, value any)) {
	put("intended_fen", stated.Intended != 0 && f.Intended != 0 && f.Intended != stated.Intended, f.Intended)
	put("noticed_at", stated.NoticedAt != nil && f.NoticedAt != nil && !f.NoticedAt.Equal(*stated.NoticedAt), f.NoticedAt)
	put("accepted_at", stated.AcceptedAt != nil && f.AcceptedAt != nil && !f.AcceptedAt.Equal(*stated.AcceptedAt), f.AcceptedAt)
	put("delayed_arrival", stated.Delay != "" && f.Delay != "" && f.Delay != stated.Delay, f.Delay)
	put("account", stated.Account != "" && f.Account != "" && f.Account != stated.Account, f.Account)
}
