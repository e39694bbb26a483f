package recovery

import (
	"encoding/json"
	"maps"
	"slices"
	"time"
)

// ActionBody is the request body of an action. Only the fields of its Action may be set
// (see Validate). It may contain personal data, so it stays in PostgreSQL; Temporal
// gets a Command.
type ActionBody struct {
	Action        Action         `json:"-"`
	CounterpartID CounterpartID  `json:"counterpart_id,omitempty"`
	Channel       Channel        `json:"channel,omitempty"`
	Text          string         `json:"text,omitempty"`
	SentAt        *time.Time     `json:"sent_at,omitempty"`
	InGroup       *bool          `json:"in_group,omitempty"`
	Kind          string         `json:"kind,omitempty"` // response, platform reply or legal step
	Refusal       Refusal        `json:"refusal,omitempty"`
	Amount        *Money         `json:"amount_fen,omitempty"`
	At            *time.Time     `json:"at,omitempty"`
	To            Stage          `json:"to,omitempty"`
	Reason        string         `json:"reason,omitempty"`
	Confirm       *bool          `json:"confirm,omitempty"`
	Kinds         []EvidenceKind `json:"kinds,omitempty"`
	Note          string         `json:"note,omitempty"`
	Ref           string         `json:"ref,omitempty"`
	Decision      Decision       `json:"decision,omitempty"`
	Route         Route          `json:"route,omitempty"`
	Why           string         `json:"why,omitempty"`
	Outcome       Outcome        `json:"outcome,omitempty"`
	UserID        UserID         `json:"user_id,omitempty"`
	Visibility    string         `json:"visibility,omitempty"`
	Share         *bool          `json:"share,omitempty"`
	Until         *time.Time     `json:"until,omitempty"`
	Instalments   []Instalment   `json:"instalments,omitempty"`
	No            int            `json:"no,omitempty"`
	// Email is the address at which a counterpart wants notifications. The journal
	// records it in a separate entry.
	Email string `json:"email,omitempty"`
	// Seq is the number of a journal entry to correct.
	Seq int64 `json:"seq,omitempty"`
	// Replacement is what the corrected entry should have said. Fields that are absent
	// keep their value; without a replacement the entry is taken back.
	Replacement *ActionBody `json:"replacement,omitempty"`
	// Clear names optional fields that the entry should not have had.
	Clear []string `json:"clear,omitempty"`
	// TransactionNo, Instrument and ClaimState are of amend_facts, with SentAt, Amount
	// and Reason, which is the reason of the mis-send there. A number of "" removes it.
	TransactionNo *string    `json:"transaction_no,omitempty"`
	Instrument    Instrument `json:"instrument,omitempty"`
	ClaimState    ClaimState `json:"claim_state,omitempty"`
	Alias         string     `json:"alias,omitempty"`
	Contact       string     `json:"contact,omitempty"`
	Claimed       *Money     `json:"claimed_fen,omitempty"` // a counterpart's share
	ShareTakenAt  *time.Time `json:"claimed_at,omitempty"`  // when they claimed it
	EvidenceID    EvidenceID `json:"evidence_id,omitempty"`
	Row           int        `json:"row,omitempty"` // of a bill
	Facts                    // of amend_facts
}

// Command is the part of an action that changes the position of a case. It contains no
// personal data, so it may be sent to Temporal.
type Command struct {
	Action        Action        `json:"action"`
	Actor         Actor         `json:"actor"`
	RequestID     RequestID     `json:"request_id"`
	CounterpartID CounterpartID `json:"counterpart_id,omitempty"`
	Response      Response      `json:"response,omitempty"`
	Amount        Money         `json:"amount_fen,omitempty"`
	AutoRefund    bool          `json:"auto_refund,omitempty"`
	To            Stage         `json:"to,omitempty"`
	Decision      Decision      `json:"decision,omitempty"`
	Route         Route         `json:"route,omitempty"`
	Outcome       Outcome       `json:"outcome,omitempty"`
	Kind          string        `json:"kind,omitempty"` // of a platform's reply or a legal step
	Until         *time.Time    `json:"until,omitempty"`
	Instalments   []Instalment  `json:"instalments,omitempty"`
	No            int           `json:"no,omitempty"`
	Facts         *Facts        `json:"facts,omitempty"` // of amend_facts
	Payment       *PaymentFacts `json:"payment,omitempty"`
	Refusal       Refusal       `json:"refusal,omitempty"`
	Correction    *Correction   `json:"correction,omitempty"` // of the actions that correct an entry
	// Proposed is set if a correction waits for the approval of a second person.
	Proposed bool `json:"proposed,omitempty"`
	Confirm  bool `json:"confirm,omitempty"` // an unlikely value was confirmed
	// Recorded is set when a step of the journal is applied again: it was confirmed
	// or agreed then.
	Recorded bool `json:"-"`
	// At is when it happened, as stated by the actor, or now if not stated. Rules
	// about time are not checked if it is nil.
	At *time.Time `json:"at,omitempty"`
	// ExpectedVersion is the version of the case that the actor has seen; nil for any.
	// Only the database knows the current version, so it compares them when it writes
	// the step.
	ExpectedVersion *int64 `json:"expected_version,omitempty"`
}

// Command returns the part of an action that changes the position.
func (a ActionBody) Command(by Actor, request RequestID) Command {
	move := Command{
		Action: a.Action, Actor: by, RequestID: request, CounterpartID: a.CounterpartID,
		AutoRefund: a.Channel == AutoRefund, To: a.To, Decision: a.Decision, Route: a.Route, Outcome: a.Outcome,
		Until: a.Until, Instalments: a.Instalments, No: a.No, At: a.ClaimedAt(), Confirm: a.isConfirmed(),
	}
	switch a.Action {
	case RecordResponse:
		move.Response, move.Refusal = Response(a.Kind), a.Refusal
	case Correct, ApproveCorrection, RejectCorrection:
		move.Correction = a.correction(by, request)
	case RecordPlatformReply, RecordLegalStep, ReportDanger:
		move.Kind = a.Kind
	case AmendFacts, AdoptMatch:
		move.Facts, move.Payment = &a.Facts, a.paymentFacts()
		return move
	case AddCounterpart, RecordShare:
		if a.Claimed != nil {
			move.Amount = *a.Claimed
		}
	default:
	}
	if a.Amount != nil {
		move.Amount = *a.Amount
	}
	return move
}

// NewNumber returns the transaction number that the action states; "" for none.
func (a ActionBody) NewNumber() string {
	if a.TransactionNo == nil {
		return ""
	}
	return *a.TransactionNo
}

func (a ActionBody) removesNumber() bool { return a.TransactionNo != nil && *a.TransactionNo == "" }

func (a ActionBody) isConfirmed() bool {
	return a.Confirm != nil && *a.Confirm || a.Replacement != nil && a.Replacement.isConfirmed()
}

// correction returns the correction that the action describes.
func (a ActionBody) correction(by Actor, request RequestID) *Correction {
	correction := &Correction{Seq: a.Seq}
	if a.Replacement != nil {
		replacement := a.Replacement.Command(by, request)
		correction.Replacement = &replacement
	}
	return correction
}

// setFields names the fields that hold a value, by their JSON names.
func (a ActionBody) setFields() []string {
	encoded, err := json.Marshal(a)
	if err != nil {
		return nil // cannot happen: JSON can express every field
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(encoded, &fields); err != nil {
		return nil
	}
	return slices.Sorted(maps.Keys(fields))
}

// PlainFacts returns the fields of an act that the journal records in plain text.
func (a ActionBody) PlainFacts() map[string]any {
	facts := map[string]any{}
	put := func(name string, present bool, value any) {
		if present {
			facts[name] = value
		}
	}
	put("counterpart_id", a.CounterpartID != "", a.CounterpartID)
	put("channel", a.Channel != "", a.Channel)
	if a.Action == PlanContact || a.Action == RecordContact {
		put("in_group", a.InGroup != nil || a.PlannedContact().InGroup, a.PlannedContact().InGroup)
	}
	put("kind", a.Kind != "", a.Kind)
	put("refusal", a.Refusal != "", a.Refusal)
	put("amount_fen", a.Amount != nil, a.Amount)
	put("to", a.To != "", a.To)
	put("kinds", len(a.Kinds) > 0, a.Kinds)
	put("decision", a.Decision != "", a.Decision)
	put("route", a.Route != "", a.Route)
	put("outcome", a.Outcome != "", a.Outcome)
	put("user_id", a.UserID != "", a.UserID)
	put("visibility", a.Visibility != "", a.Visibility)
	put("share", a.Share != nil, a.Share)
	put("until", a.Until != nil, a.Until)
	put("instalments", len(a.Instalments) > 0, a.Instalments)
	put("no", a.No != 0, a.No)
	put("corrects", a.Seq != 0, a.Seq)
	if a.Replacement != nil {
		facts["replacement"] = a.Replacement.replacementFacts()
	}
	put("intended_fen", a.Intended != 0, a.Intended)
	put("noticed_at", a.NoticedAt != nil, a.NoticedAt)
	put("accepted_at", a.AcceptedAt != nil, a.AcceptedAt)
	put("delayed_arrival", a.Delay != "", a.Delay)
	put("account", a.Account != "", a.Account)
	put("circumstances", len(a.Circumstances) > 0, a.Circumstances)
	put("claimed_fen", a.Claimed != nil, a.Claimed)
	put("claimed_at", a.ShareTakenAt != nil, a.ShareTakenAt)
	put("evidence_id", a.EvidenceID != "", a.EvidenceID)
	put("row", a.Row != 0, a.Row)
	put("removed", a.removesNumber(), []string{"transaction_no"})
	if payment := a.paymentFacts(); payment != nil {
		put("instrument", payment.Instrument != "", payment.Instrument)
		put("claim_state", payment.ClaimState != "", payment.ClaimState)
		put("reason", payment.Reason != "", payment.Reason)
		put("sent_at", payment.SentAt != nil, payment.SentAt)
	}
	return facts
}

// Personal returns the fields that the journal records only as salted commitments,
// because free text may contain personal data.
func (a ActionBody) Personal() map[string]string {
	personal := map[string]string{}
	for name, value := range map[string]string{
		"text": a.Text, "reason": a.Reason, "note": a.Note, "ref": a.Ref, "why": a.Why,
		"transaction_no": a.NewNumber(), "alias": a.Alias, "contact": a.Contact,
	} {
		if value != "" {
			personal[name] = value
		}
	}
	if a.Action.AmendsPayment() {
		delete(personal, "reason") // one of Reasons, see PlainFacts
	}
	if a.Replacement != nil {
		for name, value := range a.Replacement.Personal() {
			personal[ReplacementPath+name] = value
		}
	}
	return personal
}

// ReplacementPath is the prefix of the personal values of a replacement.
const ReplacementPath = "replacement."

// replacementFacts are the plain facts of a replacement, with the time it states.
func (a ActionBody) replacementFacts() map[string]any {
	facts := a.PlainFacts()
	if at := a.ClaimedAt(); at != nil {
		facts["at"] = at.UTC().Format(time.RFC3339Nano)
	}
	return facts
}

// ClaimedAt returns when the event happened, as stated by the actor; nil if the
// action is the event.
func (a ActionBody) ClaimedAt() *time.Time {
	if a.Action.AmendsPayment() {
		return nil // SentAt is a fact of the payment
	}
	if a.SentAt != nil {
		return a.SentAt
	}
	return a.At
}
