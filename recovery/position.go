package recovery

import (
	"slices"
	"time"
)

// Holder is what the journey must know of a counterpart: no name, only what they
// hold, whether they answered and what came back.
type Holder struct {
	ID       CounterpartID `json:"id"`
	Share    Money         `json:"share_fen,omitempty"` // what they took of the money; 0 when nobody knows
	Answer   Response      `json:"answer,omitempty"`
	Returned Money         `json:"returned_fen,omitempty"`
	// Says is what they say they gave back and nobody has confirmed yet.
	Says Money `json:"says_fen,omitempty"`
	// Banned holders are not to be written to: they complained, or somebody with
	// the right to do so forbade it (治安管理处罚法 2025, 50(5)).
	Banned bool `json:"banned,omitempty"`
	// QuietSince is when they refused or complained: what was sent before was sent
	// in good faith, whenever it is told of. Nil: nobody said when.
	QuietSince *time.Time `json:"quiet_since,omitempty"`
	// Promises counts those that were waited for in this stage.
	Promises int `json:"promises,omitempty"`
	// Broken counts the plans they agreed to and did not keep.
	Broken int `json:"broken_plans,omitempty"`
	// Testimony is what bears on the limitation towards them.
	Testimony Testimony `json:"testimony,omitzero"`
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
	// Harmed is when the money left: the limitation is counted from it.
	Harmed    time.Time `json:"harmed_at,omitzero"`
	Plans     []Plan    `json:"plans,omitempty"` // proposed or running, one a counterpart
	PlanCount int       `json:"plan_count,omitempty"`
	Pause     *Pause    `json:"pause,omitempty"`
	OneToOne  bool      `json:"one_to_one,omitempty"`
	NoNotice  bool      `json:"no_notice,omitempty"` // the playbook forbids to speak to the group
	FourEyes  Money     `json:"four_eyes_above_fen,omitempty"`
	From      Stage     `json:"closed_from,omitempty"`
	Holders   []Holder  `json:"holders,omitempty"`
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

// Start is the position of a case that was just filed. While something may be
// unclaimed and the auto-refund is still to come, the case watches for it.
func Start(c Case, terms Terms) Position {
	p := Position{
		Stage: PrivateContact, Claim: c.Amount, OneToOne: c.Group.OneToOne(),
		NoNotice: terms.NoNotice, FourEyes: terms.FourEyes, Harmed: c.SentAt.UTC(), Split: c.MayBeSplit(),
	}
	for _, counterpart := range c.Counterparts {
		p.Holders = append(p.Holders, Holder{ID: counterpart.ID, Share: counterpart.Claimed})
	}
	if terms.RefundAhead && c.ClaimState != Claimed {
		p.Stage = RecallWatch
	}
	return p.settled()
}

// Open reports whether anything can still happen to the case by itself.
func (p Position) Open() bool { return p.Stage != Closed }

// Outstanding is what has not come back yet; never negative.
func (p Position) Outstanding() Money { return max(0, p.Claim-p.Recovered) }

// Overpaid is what came back beyond the claim, and is owed to whoever paid it.
func (p Position) Overpaid() Money { return max(0, p.Recovered-p.Claim) }

// sole reports that one person holds all of the money.
func (p Position) sole() bool { return len(p.Holders) == 1 && !p.Split }

// KnowsPart reports whether Owed is this holder's own part, and not what is missing
// of everybody's.
func (p Position) KnowsPart(h Holder) bool { return h.Share > 0 || p.sole() }

// Owed is what one counterpart still holds: the rest of their share, or of the
// claim when nobody knows the share.
func (p Position) Owed(id CounterpartID) Money {
	index := p.holder(id)
	if index < 0 {
		return 0
	}
	if h := p.Holders[index]; h.Share > 0 && !p.sole() {
		return min(max(0, h.Share-h.Returned), p.Outstanding())
	}
	return p.Outstanding()
}

func (p Position) holder(id CounterpartID) int {
	return slices.IndexFunc(p.Holders, func(h Holder) bool { return h.ID == id })
}

// withHolder gives a copy of the position and, in it, the holder to change.
func (p Position) withHolder(id CounterpartID) (Position, *Holder, error) {
	p.Holders = slices.Clone(p.Holders)
	index := p.holder(id)
	if index < 0 {
		return p, nil, UnknownCounterpart()
	}
	return p, &p.Holders[index], nil
}

// UnknownCounterpart refuses an act that names nobody of the case.
func UnknownCounterpart() error {
	return Invalid([]FieldFault{{"counterpart_id", "unknown", "No counterpart of this case has this id."}})
}

// settled says whose move is next.
func (p Position) settled() Position {
	p.WaitingOn = p.next()
	return p
}

func (p Position) next() WaitingOn {
	if !p.Open() || p.Pause != nil {
		return OnNobody
	}
	waits := p.stageWaits()
	if waits == OnCounterpart && p.unanswered() {
		return OnClaimant
	}
	return waits
}

func (p Position) stageWaits() WaitingOn {
	if p.planned() {
		return OnCounterpart
	}
	switch p.Stage {
	case RecallWatch:
		if p.RefundAsked {
			return OnClaimant
		}
		return OnPlatform
	case Appeal:
		return p.appealWaits()
	case Legal:
		return p.legalWaits()
	default:
		return OnCounterpart
	}
}

// unanswered reports that a counterpart says they paid, or offers a plan, and the
// claimant has not said anything to it yet.
func (p Position) unanswered() bool {
	return slices.ContainsFunc(p.Holders, func(h Holder) bool { return h.Says > 0 }) ||
		slices.ContainsFunc(p.Plans, func(plan Plan) bool { return !plan.Running && plan.By == RoleCounterpart })
}

// advance enters the stage after this one; a case without a group to speak to
// goes straight to the platform.
func (p Position) advance() Position {
	switch p.Stage {
	case RecallWatch:
		return p.enter(PrivateContact)
	case PrivateContact:
		if p.OneToOne || p.NoNotice {
			return p.enter(Appeal)
		}
		return p.enter(GroupNotice)
	case GroupNotice:
		return p.enter(Appeal)
	default:
		return p.enter(Legal)
	}
}

func (p Position) enter(stage Stage) Position {
	p.Stage = stage
	p.Appeal, p.Answered, p.Late, p.Breached, p.Proposal, p.RefundAsked = "", false, false, false, nil, false
	p.Route = ""
	p.Holders = slices.Clone(p.Holders)
	for i := range p.Holders {
		p.Holders[i].Promises = 0
		if p.Holders[i].Answer == Promised {
			p.Holders[i].Answer = "" // the promise was not kept; its clock has run
		}
	}
	if stage == Appeal {
		p.Appeal = AppealPreparing
	}
	return p
}

func (p Position) close(outcome Outcome) Position {
	p.From, p.Stage, p.Outcome = p.Stage, Closed, outcome
	p.Appeal, p.Proposal, p.Pause, p.Plans = "", nil, nil, nil
	return p
}
