package recovery

import (
	"slices"
	"time"
)

// CounterpartState is what the journey must know of a counterpart: no name, only what they
// hold, whether they answered and what came back.
type CounterpartState struct {
	ID       CounterpartID `json:"id"`
	Share    Money         `json:"share_fen,omitempty"` // what they took of the money; 0 when nobody knows
	Answer   Response      `json:"answer,omitempty"`
	Returned Money         `json:"returned_fen,omitempty"`
	// ReportedReturned is what they say they gave back and nobody has confirmed yet.
	ReportedReturned Money `json:"says_fen,omitempty"`
	// NoContact holders are not to be written to: they complained, or somebody with
	// the right to do so forbade it (治安管理处罚法 2025, 50(5)).
	NoContact bool `json:"banned,omitempty"`
	// QuietSince is when they refused or complained: what was sent before was sent
	// in good faith, whenever it is told of. Nil: nobody said when.
	QuietSince *time.Time `json:"quiet_since,omitempty"`
	// Promises counts those that were waited for in this stage.
	Promises int `json:"promises,omitempty"`
	// BrokenPlans counts the plans they agreed to and did not keep.
	BrokenPlans int `json:"broken_plans,omitempty"`
	// LimitationLog is what bears on the limitation towards them.
	LimitationLog LimitationLog `json:"testimony,omitzero"`
}

// Position is where a case stands. The workflow owns it and changes it only by
// Take, Lapse, InstalmentDue and EvidenceArrived; each gives a Step to be written
// down first. Once the case is closed and its workflow over, the record owns it.
type Position struct {
	Stage     Stage     `json:"stage"`
	WaitingOn WaitingOn `json:"waiting_on"`
	Outcome   Outcome   `json:"outcome,omitempty"`
	Claim     Money     `json:"claim_fen"`
	Recovered Money     `json:"recovered_fen"` // everything that came back, by whatever way
	Refunded  Money     `json:"refunded_fen,omitempty"`
	Granted   Money     `json:"granted_fen,omitempty"`
	// PaidOut is the recovered sum at which all that was granted has come.
	PaidOut     Money       `json:"paid_out_fen,omitempty"`
	RefundAsked bool        `json:"refund_asked,omitempty"`
	Appeal      AppealState `json:"appeal,omitempty"`
	Answered    bool        `json:"answered,omitempty"` // the desk has spoken on the appeal
	Late        bool        `json:"late,omitempty"`     // its first answer did not come in time
	Breached    bool        `json:"breached,omitempty"` // nor did its decision: it is the supervisor's
	Proposal    *Proposal   `json:"proposal,omitempty"`
	Route       Route       `json:"route,omitempty"`
	Tasks       []Task      `json:"tasks,omitempty"`
	Costs       Money       `json:"costs_fen,omitempty"`
	// AvoidanceOver and LimitationOver say that the right ended with time.
	AvoidanceOver  bool `json:"avoidance_over,omitempty"`
	LimitationOver bool `json:"limitation_over,omitempty"`
	// PaidAt is when the money left: the limitation is counted from it.
	PaidAt       time.Time          `json:"harmed_at,omitzero"`
	Plans        []Plan             `json:"plans,omitempty"` // proposed or running, one a counterpart
	PlanCount    int                `json:"plan_count,omitempty"`
	Pause        *Pause             `json:"pause,omitempty"`
	OneToOne     bool               `json:"one_to_one,omitempty"`
	NoNotice     bool               `json:"no_notice,omitempty"` // the playbook forbids to speak to the group
	FourEyes     Money              `json:"four_eyes_above_fen,omitempty"`
	ClosedFrom   Stage              `json:"closed_from,omitempty"`
	Counterparts []CounterpartState `json:"holders,omitempty"`
	// Split says that others than the holders may have a part: a lone holder owes
	// no more than their share.
	Split bool `json:"split,omitempty"`
}

// Step is one change of a case: what happened and where it stands after.
type Step struct {
	Kind EntryKind `json:"kind"`
	Next Position  `json:"next"`
	// Restart names a clock that begins anew though it went on running.
	Restart Clock `json:"restart,omitempty"`
}

// Terms are what the playbook decides of a case at its filing.
type Terms struct {
	RefundAhead bool  // the platform's refund of unclaimed money is still to come
	NoNotice    bool  // nothing is said to the group, for what the case looks like
	FourEyes    Money // decisions on more than this need a second person; 0: none does
}

// StartPosition is the position of a case that was just filed. While something may be
// unclaimed and the auto-refund is still to come, the case watches for it.
func StartPosition(c Case, terms Terms) Position {
	p := Position{
		Stage: PrivateContact, Claim: c.Amount, OneToOne: c.Group.IsOneToOne(),
		NoNotice: terms.NoNotice, FourEyes: terms.FourEyes, PaidAt: c.SentAt.UTC(), Split: c.CanBeSplit(),
	}
	for _, counterpart := range c.Counterparts {
		p.Counterparts = append(p.Counterparts, CounterpartState{ID: counterpart.ID, Share: counterpart.Claimed})
	}
	if terms.RefundAhead && c.ClaimState != Claimed {
		p.Stage = RecallWatch
	}
	return p.withWaitingOn()
}

// IsOpen reports whether anything can still happen to the case by itself.
func (p Position) IsOpen() bool { return p.Stage != Closed }

// Outstanding is what has not come back yet; never negative.
func (p Position) Outstanding() Money { return max(0, p.Claim-p.Recovered) }

// OverpaidAmount is what came back beyond the claim, and is owed to whoever paid it.
func (p Position) OverpaidAmount() Money { return max(0, p.Recovered-p.Claim) }

// hasSoleDebtor reports that one person holds all of the money.
func (p Position) hasSoleDebtor() bool { return len(p.Counterparts) == 1 && !p.Split }

// KnowsShare reports whether Owed is this holder's own part, and not what is missing
// of everybody's.
func (p Position) KnowsShare(h CounterpartState) bool { return h.Share > 0 || p.hasSoleDebtor() }

// AmountOwedBy is what one counterpart still holds: the rest of their share, or of the
// claim when nobody knows the share.
func (p Position) AmountOwedBy(id CounterpartID) Money {
	index := p.counterpartIndex(id)
	if index < 0 {
		return 0
	}
	if h := p.Counterparts[index]; h.Share > 0 && !p.hasSoleDebtor() {
		return min(max(0, h.Share-h.Returned), p.Outstanding())
	}
	return p.Outstanding()
}

func (p Position) counterpartIndex(id CounterpartID) int {
	return slices.IndexFunc(p.Counterparts, func(h CounterpartState) bool { return h.ID == id })
}

// withCounterpart gives a copy of the position and, in it, the holder to change.
func (p Position) withCounterpart(id CounterpartID) (Position, *CounterpartState, error) {
	p.Counterparts = slices.Clone(p.Counterparts)
	index := p.counterpartIndex(id)
	if index < 0 {
		return p, nil, UnknownCounterpart()
	}
	return p, &p.Counterparts[index], nil
}

// UnknownCounterpart refuses an act that names nobody of the case.
func UnknownCounterpart() error {
	return Invalid([]FieldFault{{"counterpart_id", "unknown", "No counterpart of this case has this id."}})
}

// withWaitingOn says whose move is next.
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

// hasUnansweredOffer reports that a counterpart says they paid, or offers a plan, and the
// claimant has not said anything to it yet.
func (p Position) hasUnansweredOffer() bool {
	return slices.ContainsFunc(p.Counterparts, func(h CounterpartState) bool { return h.ReportedReturned > 0 }) ||
		slices.ContainsFunc(p.Plans, func(plan Plan) bool { return !plan.Running && plan.By == RoleCounterpart })
}

// enterNextStage enters the stage after this one; a case without a group to speak to
// goes straight to the platform.
func (p Position) enterNextStage() Position {
	switch p.Stage {
	case RecallWatch:
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
			p.Counterparts[i].Answer = "" // the promise was not kept; its clock has run
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
