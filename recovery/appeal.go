package recovery

import "slices"

// AppealState is how far the appeal is inside its stage.
type AppealState string

// The states of an appeal; empty outside the stage.
const (
	AppealPreparing    AppealState = "preparing"
	AppealSubmitted    AppealState = "submitted"
	AppealMoreEvidence AppealState = "more_evidence"
	AppealWithPlatform AppealState = "with_platform"
	AppealProposed     AppealState = "proposed" // decided by one, to be approved by another
	AppealGranted      AppealState = "granted"
)

// Proposal is a decision that waits for a second pair of eyes.
type Proposal struct {
	Decision Decision `json:"decision"`
	Amount   Money    `json:"amount_fen,omitempty"`
	By       UserID   `json:"by"`
}

// pendingReplies are the replies by which a platform says that it is still at it.
var pendingReplies = []string{"acknowledged", "received", "processing", "ticket_opened"}

func (p Position) appealWaitsOn() WaitingOn {
	switch p.Appeal {
	case AppealPreparing, AppealMoreEvidence:
		return OnClaimant
	case AppealWithPlatform, AppealGranted:
		return OnPlatform
	default:
		return OnAgent
	}
}

func (p Position) appealStep(kind EntryKind, state AppealState) Step {
	next := p
	next.Appeal = state
	return Step{Kind: kind, Next: next}
}

func (p Position) submitAppeal(Move) (Step, error) {
	return p.appealStep(EntryAppealSubmitted, AppealSubmitted), nil
}

// askPlatform hands the appeal to the platform; the desk's time stands still until
// it answers.
func (p Position) askPlatform(Move) (Step, error) {
	step := p.appealStep(EntryPlatformAsked, AppealWithPlatform)
	step.Next.Answered = true
	return step, nil
}

func (p Position) requestEvidence(Move) (Step, error) {
	step := p.appealStep(EntryEvidenceRequested, AppealMoreEvidence)
	step.Next.Answered = true
	return step, nil
}

func (p Position) recordPlatformReply(m Move) (Step, error) {
	step := Step{Next: p}
	step.Next.Answered = true
	works := slices.Contains(pendingReplies, m.Kind)
	switch {
	case p.Appeal == AppealWithPlatform && !works:
		step.Next.Appeal = AppealSubmitted
	case p.Appeal == AppealSubmitted && works:
		step.Next.Appeal = AppealWithPlatform
	default: // it says nothing new on whose move is next
	}
	return step, nil
}

// decideAppeal is the desk's word. Above the sum of Terms.FourEyes it is a proposal
// until somebody else approves it.
func (p Position) decideAppeal(m Move) (Step, error) {
	proposal := Proposal{Decision: m.Decision, Amount: m.Amount, By: m.Actor.ID}
	if m.Decision == Granted && m.Amount == 0 {
		proposal.Amount = p.Outstanding()
	}
	if (m.Decision == Denied) != (proposal.Amount == 0) || !slices.Contains(Decisions, m.Decision) {
		return Step{}, Invalid([]FieldFault{{"decision", "unknown_value", "A decision grants a sum or denies."}})
	}
	if proposal.Amount > p.Outstanding() {
		return Step{}, Invalid([]FieldFault{{"amount_fen", "out_of_range", "No more can be granted than is still missing."}})
	}
	if p.FourEyes > 0 && p.Outstanding() > p.FourEyes {
		step := p.appealStep(EntryDecisionProposed, AppealProposed)
		step.Next.Answered, step.Next.Proposal = true, &proposal
		return step, nil
	}
	return Step{Next: p.applyDecision(proposal)}, nil
}

// applyDecision does what a decision says. Money that came since it was proposed is no
// longer granted.
func (p Position) applyDecision(decision Proposal) Position {
	if decision.Decision == Denied {
		return p.enterStage(Legal)
	}
	next, amount := p, min(decision.Amount, p.Outstanding())
	next.Granted, next.PaidOut = amount, p.Recovered+amount
	next.Appeal, next.Answered, next.Proposal = AppealGranted, true, nil
	return next
}

func (p Position) approveDecision(m Move) (Step, error) {
	if p.Proposal.By == m.Actor.ID {
		return Step{}, Faultf(CodeFourEyes, "Whoever proposed a decision does not approve it: somebody else has to.")
	}
	return Step{Next: p.applyDecision(*p.Proposal)}, nil
}

func (p Position) rejectDecision(Move) (Step, error) {
	step := p.appealStep(EntryDecisionRejected, AppealSubmitted)
	step.Next.Proposal = nil
	return step, nil
}

// ReceiveEvidence hands the case back to the agent who asked for more.
func (p Position) ReceiveEvidence() (Step, bool) {
	if p.Stage != Appeal || p.Appeal != AppealMoreEvidence {
		return Step{}, false
	}
	step := p.appealStep(EntryEvidenceSupplied, AppealSubmitted)
	step.Next = step.Next.withWaitingOn()
	return step, true
}
