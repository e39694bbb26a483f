package recovery

import (
	"slices"
	"time"
)

// CounterpartState is the part of a counterpart that the workflow needs: their share,
// their answer and what they returned. It contains no personal data.
type CounterpartState struct {
	ID       CounterpartID `json:"id"`
	Share    Money         `json:"share_fen,omitempty"` // the amount they claimed; 0 if unknown; see OwedPart
	Answer   Response      `json:"answer,omitempty"`
	Returned Money         `json:"returned_fen,omitempty"`
	// ReportedReturned is an amount they reported as returned, not confirmed yet.
	ReportedReturned Money `json:"says_fen,omitempty"`
	// NoContact forbids private contact: they complained, or an authorised person
	// forbade it (治安管理处罚法 2025, 50(5)).
	NoContact bool `json:"banned,omitempty"`
	// QuietSince is when they refused or complained. Messages sent before are
	// allowed, even if recorded later. Nil if the time is unknown.
	QuietSince *time.Time `json:"quiet_since,omitempty"`
	// Promises counts the promises the case waited for in this stage.
	Promises int `json:"promises,omitempty"`
	// BrokenPlans counts the plans they accepted and did not keep.
	BrokenPlans int `json:"broken_plans,omitempty"`
	// LimitationLog holds the events that affect the limitation towards them.
	LimitationLog LimitationLog `json:"testimony,omitzero"`
}

// Position is the current state of a case. The workflow owns it and changes it only
// through Take, PassDeadline, PassInstalmentDay and ReceiveEvidence. Each returns a
// Step that must be recorded first. After the workflow of a closed case has ended,
// the record owns it.
type Position struct {
	Stage     Stage     `json:"stage"`
	WaitingOn WaitingOn `json:"waiting_on"`
	Outcome   Outcome   `json:"outcome,omitempty"`
	Claim     Money     `json:"claim_fen"`     // what was sent and not owed
	Recovered Money     `json:"recovered_fen"` // money that came back, at most the claim
	// Surplus came back beyond the claim and must be paid back.
	Surplus  Money `json:"surplus_fen,omitempty"`
	Refunded Money `json:"refunded_fen,omitempty"` // by the platform; may exceed the claim
	Granted  Money `json:"granted_fen,omitempty"`
	// PaidOut is the recovered amount at which the granted amount has fully arrived.
	PaidOut     Money       `json:"paid_out_fen,omitempty"`
	RefundAsked bool        `json:"refund_asked,omitempty"`
	Appeal      AppealState `json:"appeal,omitempty"`
	Answered    bool        `json:"answered,omitempty"` // staff have answered the appeal
	Late        bool        `json:"late,omitempty"`     // the first answer missed its deadline
	Breached    bool        `json:"breached,omitempty"` // the decision missed its deadline: the supervisor decides
	Proposal    *Proposal   `json:"proposal,omitempty"`
	Route       Route       `json:"route,omitempty"`
	Tasks       []Task      `json:"tasks,omitempty"`
	Costs       Money       `json:"costs_fen,omitempty"`
	// InCourt is set once a court has the matter. Silence then does not close the case.
	InCourt bool `json:"in_court,omitempty"`
	// AvoidanceOver and LimitationOver are set when the right has expired.
	AvoidanceOver  bool `json:"avoidance_over,omitempty"`
	LimitationOver bool `json:"limitation_over,omitempty"`
	// PaidAt is when the money was sent. The limitation period is counted from it.
	PaidAt       time.Time          `json:"harmed_at,omitzero"`
	Plans        []Plan             `json:"plans,omitempty"` // proposed or running, at most one for each counterpart
	PlanCount    int                `json:"plan_count,omitempty"`
	Pause        *Pause             `json:"pause,omitempty"`
	OneToOne     bool               `json:"one_to_one,omitempty"`
	NoNotice     bool               `json:"no_notice,omitempty"` // the playbook forbids messages to the group
	FourEyes     Money              `json:"four_eyes_above_fen,omitempty"`
	ClosedFrom   Stage              `json:"closed_from,omitempty"`
	Counterparts []CounterpartState `json:"holders,omitempty"`
	// PendingCorrections wait for the approval of a second person.
	PendingCorrections []PendingCorrection `json:"pending_corrections,omitempty"`
	// Facts may be stated later than at filing; see the actions amend_facts and report_danger.
	Facts      Facts      `json:"facts,omitzero"`
	Instrument Instrument `json:"instrument,omitempty"`
	// Split is set if people other than the known counterparts may hold a part. A
	// single counterpart then owes only their share.
	Split bool `json:"split,omitempty"`
}

// Step is one change of a case: the journal entry and the position after it.
type Step struct {
	Kind EntryKind `json:"kind"`
	Next Position  `json:"next"`
	// Restart is a running clock that starts again from now.
	Restart Clock `json:"restart,omitempty"`
}

// Terms are the decisions of the playbook about a case at filing.
type Terms struct {
	RefundAhead bool  // the platform has not refunded unclaimed money yet
	NoNotice    bool  // no messages to the group
	FourEyes    Money // decisions about more than this need a second person; 0 for no limit
}

// StartPosition returns the position of a newly filed case, with the facts that it
// already has. It starts with the legal stage in danger, and with the recall watch
// if money may still be unclaimed and the platform's refund is due. Somebody who cannot
// be reached is not given three days to answer.
func StartPosition(c Case, terms Terms) Position {
	p := Position{
		Stage: PrivateContact, Claim: c.Amount - c.Facts().Intended, Facts: c.Facts(), OneToOne: c.Group.IsOneToOne(),
		NoNotice: terms.NoNotice, FourEyes: terms.FourEyes, PaidAt: c.SentAt.UTC(), Split: c.CanBeSplit(), Instrument: c.Instrument,
	}
	for _, counterpart := range c.Counterparts {
		p.Counterparts = append(p.Counterparts, CounterpartState{ID: counterpart.ID, Share: counterpart.Claimed})
	}
	switch {
	case p.Facts.IsInDanger():
		p.Stage = Legal
	case terms.RefundAhead && c.ClaimState != Claimed:
		p.Stage = RecallWatch
	case p.Facts.IsOutOfReach():
		p = p.enterNextStage()
	}
	return p.withWaitingOn()
}

// IsOpen reports whether the case is not closed.
func (p Position) IsOpen() bool { return p.Stage != Closed }

// Outstanding returns the amount that has not come back yet, never negative.
func (p Position) Outstanding() Money { return max(0, p.Claim-p.Recovered) }

// Received returns all money that came back.
func (p Position) Received() Money { return p.Recovered + p.Surplus }

// withReceived returns the position after money arrived. What exceeds the claim is
// surplus.
func (p Position) withReceived(amount Money) Position {
	received := p.Received() + amount
	p.Recovered = min(received, p.Claim)
	p.Surplus = received - p.Recovered
	return p
}

// hasSoleDebtor reports whether one person holds all of the money.
func (p Position) hasSoleDebtor() bool { return len(p.Counterparts) == 1 && !p.Split }

// KnowsShare reports whether AmountOwedBy is the counterpart's own part instead of
// everything that is missing.
func (p Position) KnowsShare(h CounterpartState) bool { return h.Share > 0 || p.hasSoleDebtor() }

// OwedPart returns what a counterpart received and must give back: their share
// without the part of it that was owed. It is 0 if the share is unknown.
func (p Position) OwedPart(h CounterpartState) Money { return h.Share - p.OwnPartOf(h.Share) }

// OwnPartOf returns the part of a share that was owed to its recipient.
func (p Position) OwnPartOf(share Money) Money {
	if p.Facts.Intended == 0 {
		return 0
	}
	return share - share.scaleDown(p.Claim, p.Claim+p.Facts.Intended)
}

// AmountOwedBy returns what a counterpart still owes: the rest of their share, or of
// the claim if the share is unknown.
func (p Position) AmountOwedBy(id CounterpartID) Money {
	index := p.counterpartIndex(id)
	if index < 0 {
		return 0
	}
	if h := p.Counterparts[index]; h.Share > 0 && !p.hasSoleDebtor() {
		return min(max(0, p.OwedPart(h)-h.Returned), p.Outstanding())
	}
	return p.Outstanding()
}

func (p Position) counterpartIndex(id CounterpartID) int {
	return slices.IndexFunc(p.Counterparts, func(h CounterpartState) bool { return h.ID == id })
}

// withCounterpart returns a copy of the position and a pointer to the counterpart in
// that copy.
func (p Position) withCounterpart(id CounterpartID) (Position, *CounterpartState, error) {
	p.Counterparts = slices.Clone(p.Counterparts)
	index := p.counterpartIndex(id)
	if index < 0 {
		return p, nil, UnknownCounterpart()
	}
	return p, &p.Counterparts[index], nil
}

// UnknownCounterpart returns the Fault for an id that matches no counterpart.
func UnknownCounterpart() error {
	return Invalid([]FieldFault{{"counterpart_id", "unknown", "No counterpart of this case has this id."}})
}

// withWaitingOn updates WaitingOn.
func (p Position) withWaitingOn() Position {
	p.WaitingOn = p.nextToAct()
	return p
}

func (p Position) nextToAct() WaitingOn {
	if !p.IsOpen() || p.Pause != nil {
		return OnNobody
	}
	waits := p.stageWaitsOn()
	if waits == OnCounterpart && p.hasUnansweredOffer() {
		return OnClaimant
	}
	return waits
}

func (p Position) stageWaitsOn() WaitingOn {
	if p.isCoveredByPlans() {
		return OnCounterpart
	}
	switch p.Stage {
	case RecallWatch:
		if p.RefundAsked {
			return OnClaimant
		}
		return OnPlatform
	case Appeal:
		return p.appealWaitsOn()
	case Legal:
		return p.legalWaitsOn()
	default:
		return OnCounterpart
	}
}

// hasUnansweredOffer reports whether a counterpart reported a payment or proposed a
// plan that the claimant has not answered yet.
func (p Position) hasUnansweredOffer() bool {
	return slices.ContainsFunc(p.Counterparts, func(h CounterpartState) bool { return h.ReportedReturned > 0 }) ||
		slices.ContainsFunc(p.Plans, func(plan Plan) bool { return !plan.Running && plan.By == RoleCounterpart })
}

// enterNextStage enters the next stage. Without a group that may be contacted, the
// group notice is skipped.
func (p Position) enterNextStage() Position {
	switch p.Stage {
	case RecallWatch:
		if p.Facts.IsOutOfReach() {
			p.Stage = PrivateContact
			return p.enterNextStage()
		}
		return p.enterStage(PrivateContact)
	case PrivateContact:
		if p.OneToOne || p.NoNotice {
			return p.enterStage(Appeal)
		}
		return p.enterStage(GroupNotice)
	case GroupNotice:
		return p.enterStage(Appeal)
	default:
		return p.enterStage(Legal)
	}
}

func (p Position) enterStage(stage Stage) Position {
	p.Stage = stage
	p.Appeal, p.Answered, p.Late, p.Breached, p.Proposal, p.RefundAsked = "", false, false, false, nil, false
	p.Route = ""
	p.Counterparts = slices.Clone(p.Counterparts)
	for i := range p.Counterparts {
		p.Counterparts[i].Promises = 0
		if p.Counterparts[i].Answer == Promised {
			p.Counterparts[i].Answer = "" // the promise was not kept: its clock has passed
		}
	}
	if stage == Appeal {
		p.Appeal = AppealPreparing
	}
	return p
}

func (p Position) closeWith(outcome Outcome) Position {
	p.ClosedFrom, p.Stage, p.Outcome = p.Stage, Closed, outcome
	p.Appeal, p.Proposal, p.Pause, p.Plans = "", nil, nil, nil
	return p
}
