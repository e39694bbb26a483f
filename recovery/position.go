package recovery

import (
	"fmt"
	"slices"
)

// AppealState is how far the appeal is inside its stage.
type AppealState string

// The states of an appeal; empty before the stage.
const (
	AppealPreparing    AppealState = "preparing"
	AppealSubmitted    AppealState = "submitted"
	AppealMoreEvidence AppealState = "more_evidence"
	AppealGranted      AppealState = "granted"
)

// Clock names a deadline. Its length is data of the playbook.
type Clock string

// The clocks. At any position at most one of them runs (see Position.Clock).
const (
	NoClock           Clock = ""
	AutoRefundClock   Clock = "auto_refund"
	ContactClock      Clock = "contact_answer"
	PromiseClock      Clock = "promise"
	NoticeClock       Clock = "notice_answer"
	PreparationClock  Clock = "appeal_submission"
	DecisionClock     Clock = "appeal_decision"
	MoreEvidenceClock Clock = "evidence_request"
	PayoutClock       Clock = "payout"
	RouteClock        Clock = "route_choice"
	LegalClock        Clock = "legal_outcome"
)

// Clocks lists every clock that can run.
var Clocks = []Clock{
	AutoRefundClock, ContactClock, PromiseClock, NoticeClock, PreparationClock, DecisionClock, MoreEvidenceClock,
	PayoutClock, RouteClock, LegalClock,
}

// Holder is what the journey must know of a counterpart: no name, only whether
// they answered and what came back.
type Holder struct {
	ID       CounterpartID `json:"id"`
	Answer   Response      `json:"answer,omitempty"`
	Returned Money         `json:"returned_fen,omitempty"`
}

// Position is where a case stands. The workflow owns it and changes it only by
// Take, Lapse and EvidenceArrived; each gives a Step to be written down first.
type Position struct {
	Stage     Stage     `json:"stage"`
	WaitingOn WaitingOn `json:"waiting_on"`
	Outcome   Outcome   `json:"outcome,omitempty"`
	Claim     Money     `json:"claim_fen"`
	Recovered Money     `json:"recovered_fen"`
	Granted   Money     `json:"granted_fen,omitempty"`
	// PaidOut is the recovered sum at which all that was granted has come.
	PaidOut  Money       `json:"paid_out_fen,omitempty"`
	Appeal   AppealState `json:"appeal,omitempty"`
	Route    Route       `json:"route,omitempty"`
	OneToOne bool        `json:"one_to_one,omitempty"`
	Holders  []Holder    `json:"holders,omitempty"`
}

// Step is one change of a case: what happened and where it stands after.
type Step struct {
	Kind EntryKind `json:"kind"`
	Next Position  `json:"next"`
	// Restart asks for a new deadline though the same clock goes on running.
	Restart bool `json:"restart,omitempty"`
}

// Start is the position of a case that was just filed. While something may be
// unclaimed and the auto-refund is still to come, the case watches for it.
func Start(c Case, refundAhead bool) Position {
	p := Position{
		Stage: PrivateContact, WaitingOn: OnCounterpart, Claim: c.Amount, OneToOne: c.Group.OneToOne(),
	}
	for _, counterpart := range c.Counterparts {
		p.Holders = append(p.Holders, Holder{ID: counterpart.ID})
	}
	if refundAhead && c.ClaimState != Claimed {
		p.Stage, p.WaitingOn = RecallWatch, OnPlatform
	}
	return p
}

// Open reports whether anything can still happen to the case.
func (p Position) Open() bool { return p.Stage != Closed }

// Outstanding is what has not come back yet; never negative.
func (p Position) Outstanding() Money { return max(0, p.Claim-p.Recovered) }

// Clock names the one deadline that runs at this position.
func (p Position) Clock() Clock {
	switch p.Stage {
	case RecallWatch:
		return AutoRefundClock
	case PrivateContact, GroupNotice:
		return p.contactClock()
	case Appeal:
		return map[AppealState]Clock{
			AppealPreparing: PreparationClock, AppealSubmitted: DecisionClock,
			AppealMoreEvidence: MoreEvidenceClock, AppealGranted: PayoutClock,
		}[p.Appeal]
	case Legal:
		if p.Route == "" {
			return RouteClock
		}
		return LegalClock
	default:
		return NoClock
	}
}

func (p Position) contactClock() Clock {
	if slices.ContainsFunc(p.Holders, func(h Holder) bool { return h.Answer == Promised }) {
		return PromiseClock
	}
	if p.Stage == PrivateContact {
		return ContactClock
	}
	return NoticeClock
}

// Take applies an act. It refuses with CodeForbidden what the role may never do
// and with CodeActionNotAllowed what cannot be done here.
func (p Position) Take(m Move) (Step, error) {
	if !MayEver(m.Actor.Role, m.Action) {
		return Step{}, Faultf(CodeForbidden, "The role %s never takes the action %s.", m.Actor.Role, m.Action)
	}
	if !p.permits(m.Action) {
		return Step{}, Faultf(CodeActionNotAllowed, "The action %s cannot be taken in the stage %s.", m.Action, p.Stage)
	}
	return p.take(m)
}

func (p Position) take(m Move) (Step, error) {
	switch m.Action {
	case RecordContact:
		return Step{Kind: EntryContactRecorded, Next: p}, nil
	case RecordResponse:
		return p.answered(m)
	case RecordReturn:
		return p.returned(m)
	case Escalate:
		return p.escalated(m)
	case SubmitAppeal:
		return p.appeal(EntryAppealSubmitted, AppealSubmitted, OnAgent), nil
	case RequestEvidence:
		return p.appeal(EntryEvidenceRequested, AppealMoreEvidence, OnClaimant), nil
	case RecordPlatformReply:
		return Step{Kind: EntryPlatformReplied, Next: p}, nil
	case DecideAppeal:
		return p.decided(m)
	case ChooseRoute:
		next := p
		next.Route, next.WaitingOn = m.Route, waitsOn(m.Route)
		return Step{Kind: EntryRouteChosen, Next: next, Restart: true}, nil
	case RecordLegalStep:
		return Step{Kind: EntryLegalStep, Next: p}, nil
	case Withdraw:
		return Step{Kind: EntryWithdrawn, Next: p.close(Withdrawn)}, nil
	case CloseCase:
		return Step{Kind: EntryClosed, Next: p.close(m.Outcome)}, nil
	default:
		return Step{}, Faultf(CodeActionNotAllowed, "The action %s does not move a case.", m.Action)
	}
}

func waitsOn(r Route) WaitingOn {
	switch r {
	case DemandLetter, Mediation, SetOff:
		return OnCounterpart
	default:
		return OnCourt
	}
}

func (p Position) appeal(kind EntryKind, state AppealState, on WaitingOn) Step {
	next := p
	next.Appeal, next.WaitingOn = state, on
	return Step{Kind: kind, Next: next}
}

func (p Position) answered(m Move) (Step, error) {
	next, holder, err := p.withHolder(m.CounterpartID)
	if err != nil {
		return Step{}, err
	}
	if m.Response == Returned && m.Amount == 0 {
		if len(p.Holders) > 1 {
			return Step{}, Invalid([]FieldFault{{"amount_fen", "required", "With several counterparts, say how much this one returned."}})
		}
		m.Amount = p.Outstanding()
	}
	holder.Answer = m.Response
	if m.Amount > 0 {
		holder.Returned += m.Amount
		next = next.receive(m.Amount)
	}
	step := Step{Kind: EntryResponseRecorded, Next: next, Restart: m.Response == Promised}
	if next.Open() && next.hopeless() {
		step.Next = next.advance()
	}
	return step, nil
}

// withHolder gives a copy of the position and, in it, the holder to change.
func (p Position) withHolder(id CounterpartID) (Position, *Holder, error) {
	p.Holders = slices.Clone(p.Holders)
	index := slices.IndexFunc(p.Holders, func(h Holder) bool { return h.ID == id })
	if index < 0 {
		return p, nil, UnknownCounterpart()
	}
	return p, &p.Holders[index], nil
}

// UnknownCounterpart refuses an act that names nobody of the case.
func UnknownCounterpart() error {
	return Invalid([]FieldFault{{"counterpart_id", "unknown", "No counterpart of this case has this id."}})
}

// hopeless reports that asking on makes no sense in this stage: every holder
// has said no. Only contact stages end this way.
func (p Position) hopeless() bool {
	if p.Stage != PrivateContact && p.Stage != GroupNotice || len(p.Holders) == 0 {
		return false
	}
	return !slices.ContainsFunc(p.Holders, func(h Holder) bool {
		return h.Answer != Refused && h.Answer != Contested && h.Answer != Hostile
	})
}

func (p Position) returned(m Move) (Step, error) {
	next := p
	if m.CounterpartID != "" {
		known, holder, err := p.withHolder(m.CounterpartID)
		if err != nil {
			return Step{}, err
		}
		holder.Returned += m.Amount
		next = known
	}
	next = next.receive(m.Amount)
	if next.Outcome == RecoveredFull && m.AutoRefund {
		next.Outcome = AutoRefunded
	}
	return Step{Kind: EntryReturnRecorded, Next: next}, nil
}

func (p Position) receive(amount Money) Position {
	p.Recovered += amount
	switch {
	case p.Outstanding() == 0:
		return p.close(RecoveredFull)
	case p.Appeal == AppealGranted && p.Recovered >= p.PaidOut:
		return p.enter(Legal) // the platform has done its part; the rest is for the law
	default:
		return p
	}
}

func (p Position) escalated(m Move) (Step, error) {
	if m.To == Closed || m.To == RecallWatch || !m.To.After(p.Stage) {
		return Step{}, Faultf(CodeActionNotAllowed, "A case in %s cannot be escalated to %s.", p.Stage, m.To)
	}
	if m.To == GroupNotice && p.OneToOne {
		return Step{}, Faultf(CodeActionNotAllowed, "The money was sent one to one: there is no group to give notice to.")
	}
	return Step{Kind: EntryEscalated, Next: p.enter(m.To)}, nil
}

func (p Position) decided(m Move) (Step, error) {
	next := p
	switch m.Decision {
	case Denied:
		next = p.enter(Legal)
	case Granted, PartlyGranted:
		next.Granted = m.Amount
		if m.Decision == Granted && m.Amount == 0 {
			next.Granted = p.Outstanding()
		}
		next.PaidOut = p.Recovered + next.Granted
		next.Appeal, next.WaitingOn = AppealGranted, OnPlatform
	default:
		return Step{}, fmt.Errorf("unknown decision %q", m.Decision)
	}
	return Step{Kind: EntryAppealDecided, Next: next}, nil
}

// Lapse is what silence does: the running clock has passed and the case moves
// on by itself.
func (p Position) Lapse() Step {
	next := p
	switch p.Clock() {
	case MoreEvidenceClock:
		next.Appeal, next.WaitingOn = AppealSubmitted, OnAgent
	case LegalClock:
		next = p.close(p.endedWith())
	case RouteClock:
		next = p.close(p.endedWith())
	default:
		next = p.advance()
	}
	return Step{Kind: EntryDeadlinePassed, Next: next}
}

// EvidenceArrived hands the case back to the agent who asked for more.
func (p Position) EvidenceArrived() (Step, bool) {
	if p.Stage != Appeal || p.Appeal != AppealMoreEvidence {
		return Step{}, false
	}
	return p.appeal(EntryEvidenceSupplied, AppealSubmitted, OnAgent), true
}

func (p Position) endedWith() Outcome {
	if p.Recovered > 0 {
		return RecoveredPartly
	}
	return Unrecovered
}

// advance enters the stage after this one; a case sent one to one has no group
// to give notice to.
func (p Position) advance() Position {
	switch p.Stage {
	case RecallWatch:
		return p.enter(PrivateContact)
	case PrivateContact:
		if p.OneToOne {
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
	p.Stage, p.Appeal = stage, ""
	switch stage {
	case PrivateContact, GroupNotice:
		p.WaitingOn = OnCounterpart
		p.Holders = slices.Clone(p.Holders)
		for i := range p.Holders {
			if p.Holders[i].Answer == Promised {
				p.Holders[i].Answer = "" // the promise was not kept; its clock has run
			}
		}
	case Appeal:
		p.WaitingOn, p.Appeal = OnClaimant, AppealPreparing
	case Legal:
		p.WaitingOn = OnClaimant
	default: // nobody enters recall_watch, and close is close's to do
	}
	return p
}

func (p Position) close(outcome Outcome) Position {
	p.Stage, p.WaitingOn, p.Outcome, p.Appeal = Closed, OnNobody, outcome, ""
	return p
}
