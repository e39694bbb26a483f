package recovery

import "slices"

// AppealState is the state of the appeal within its stage.
type AppealState string

// The states of an appeal. Outside the appeal stage the state is empty.
const (
	AppealPreparing    AppealState = "preparing"
	AppealSubmitted    AppealState = "submitted"
	AppealMoreEvidence AppealState = "more_evidence"
	AppealWithPlatform AppealState = "with_platform"
	AppealProposed     AppealState = "proposed" // a second person must approve the decision
	AppealGranted      AppealState = "granted"
)

// Proposal is a decision that a second person must approve.
type Proposal struct {
	Decision Decision `json:"decision"`
	Amount   Money    `json:"amount_fen,omitempty"`
	By       UserID   `json:"by"`
}

// pendingReplies are the replies that mean that the platform is still working.
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

func (p Position) submitAppeal(Command) (Step, error) {
	return p.appealStep(EntryAppealSubmitted, AppealSubmitted), nil
}

// askPlatform forwards the appeal to the platform. The staff's clock stops until
// the platform answers.
func (p Position) askPlatform(Command) (Step, error) {
	step := p.appealStep(EntryPlatformAsked, AppealWithPlatform)
	step.Next.Answered = true
	return step, nil
}

func (p Position) requestEvidence(Command) (Step, error) {
	step := p.appealStep(EntryEvidenceRequested, AppealMoreEvidence)
	step.Next.Answered = true
	return step, nil
}

func (p Position) recordPlatformReply(m Command) (Step, error) {
	step := Step{Next: p}
	step.Next.Answered = true
	works := slices.Contains(pendingReplies, m.Kind)
	switch {
	case p.Appeal == AppealWithPlatform && !works:
		step.Next.Appeal = AppealSubmitted
	case p.Appeal == AppealSubmitted && works:
		step.Next.Appeal = AppealWithPlatform
	default: // the reply does not change who has to act next
	}
	return step, nil
}

// decideAppeal records the staff's decision. If more than Terms.FourEyes is
// missing, it is a proposal that a second person must approve.
func (p Position) decideAppeal(m Command) (Step, error) {
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

// applyDecision carries out a decision. Money that arrived after the proposal
// reduces the granted amount.
func (p Position) applyDecision(decision Proposal) Position {
	if decision.Decision == Denied {
		return p.enterStage(Legal)
	}
	next, amount := p, min(decision.Amount, p.Outstanding())
	next.Granted, next.PaidOut = amount, p.Recovered+amount
	next.Appeal, next.Answered, next.Proposal = AppealGranted, true, nil
	return next
}

func (p Position) approveDecision(m Command) (Step, error) {
	if p.Proposal.By == m.Actor.ID {
		return Step{}, Faultf(CodeFourEyes, "You proposed this decision. Another person must approve it.")
	}
	return Step{Next: p.applyDecision(*p.Proposal)}, nil
}

func (p Position) rejectDecision(Command) (Step, error) {
	step := p.appealStep(EntryDecisionRejected, AppealSubmitted)
	step.Next.Proposal = nil
	return step, nil
}

// ReceiveEvidence returns the appeal to the agent who requested evidence. ok is
// false if nobody did.
func (p Position) ReceiveEvidence() (step Step, ok bool) {
	if p.Stage != Appeal || p.Appeal != AppealMoreEvidence {
		return Step{}, false
	}
	step = p.appealStep(EntryEvidenceSupplied, AppealSubmitted)
	step.Next = step.Next.withWaitingOn()
	return step, true
}
