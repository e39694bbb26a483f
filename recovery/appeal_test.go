package recovery_test

import (
	"testing"

	"recourse/recovery"
)

func replied(kind string) recovery.Command {
	return act(recovery.RoleAgent, recovery.RecordPlatformReply, func(m *recovery.Command) { m.Kind = kind })
}

func inAppeal(kind recovery.EntryKind, state recovery.AppealState, waits recovery.WaitingOn) seen {
	return seen{Kind: kind, Stage: recovery.Appeal, Appeal: state, Waits: waits}
}

func TestAppeal(t *testing.T) {
	t.Parallel()
	const (
		submitted, more, with = recovery.AppealSubmitted, recovery.AppealMoreEvidence, recovery.AppealWithPlatform
		reply                 = recovery.EntryPlatformReplied
	)
	agent := recovery.RoleAgent
	strike(t, []stroke{
		{"submitted", appeal(recovery.AppealPreparing), act(recovery.RoleClaimant, recovery.SubmitAppeal), inAppeal(recovery.EntryAppealSubmitted, submitted, recovery.OnAgent)},
		{"more evidence asked for", appeal(submitted), act(agent, recovery.RequestEvidence), inAppeal(recovery.EntryEvidenceRequested, more, recovery.OnClaimant)},
		{"more evidence, while the platform works", appeal(with), act(agent, recovery.RequestEvidence), inAppeal(recovery.EntryEvidenceRequested, more, recovery.OnClaimant)},
		{"the platform asked", appeal(submitted), act(agent, recovery.AskPlatform), inAppeal(recovery.EntryPlatformAsked, with, recovery.OnPlatform)},
		{"the platform opened a ticket", appeal(submitted), replied("ticket_opened"), inAppeal(reply, with, recovery.OnPlatform)},
		{"the platform is still at it", appeal(with), replied("processing"), inAppeal(reply, with, recovery.OnPlatform)},
		{"the platform answered", appeal(with), replied("rejected"), inAppeal(reply, submitted, recovery.OnAgent)},
		{"an answer nobody waits for", appeal(submitted), replied("rejected"), inAppeal(reply, submitted, recovery.OnAgent)},
		{"the platform writes while the claimant gathers", appeal(more), replied("received"), inAppeal(reply, more, recovery.OnClaimant)},
		{"the platform writes after the grant", appeal(recovery.AppealGranted), replied("paid"), inAppeal(reply, recovery.AppealGranted, recovery.OnPlatform)},
		{"granted in full", appeal(submitted), decide(recovery.Granted, 0), inAppeal(recovery.EntryAppealDecided, recovery.AppealGranted, recovery.OnPlatform)},
		{"granted in part, while the platform works", appeal(with), decide(recovery.PartlyGranted, 1), inAppeal(recovery.EntryAppealDecided, recovery.AppealGranted, recovery.OnPlatform)},
		{"denied", appeal(submitted), decide(recovery.Denied, 0), seen{Kind: recovery.EntryAppealDecided, Stage: recovery.Legal, Waits: recovery.OnClaimant}},
		{"escalated instead", appeal(submitted), up(recovery.Legal), seen{Kind: recovery.EntryEscalated, Stage: recovery.Legal, Waits: recovery.OnClaimant}},
	})
}

func TestAppealRefuses(t *testing.T) {
	t.Parallel()
	submitted := appeal(recovery.AppealSubmitted, recovered(40_000))
	refuse(t, []refusal{
		{"a decision nobody knows", submitted, decide("perhaps", 1), recovery.CodeInvalid, "decision:unknown_value"},
		{"no decision", submitted, decide("", 0), recovery.CodeInvalid, "decision:unknown_value"},
		{"a part that is nothing", submitted, decide(recovery.PartlyGranted, 0), recovery.CodeInvalid, "decision:unknown_value"},
		{"a denial of a sum", submitted, decide(recovery.Denied, 5), recovery.CodeInvalid, "decision:unknown_value"},
		{"more than is missing", submitted, decide(recovery.PartlyGranted, 60_001), recovery.CodeInvalid, "amount_fen:out_of_range"},
		{"submitted twice", submitted, act(recovery.RoleClaimant, recovery.SubmitAppeal), recovery.CodeActionNotAllowed, ""},
	})
}

// TestEvidenceArrived: what was asked for hands the case back to the desk, in a
// pause too; evidence nobody waits for moves nothing.
func TestEvidenceArrived(t *testing.T) {
	t.Parallel()
	for _, situation := range situations {
		step, moved := situation.p.ReceiveEvidence()
		if moved != (situation.name == "more") {
			t.Errorf("in %s: moved %v", situation.name, moved)
		}
		if moved && sight(step) != inAppeal(recovery.EntryEvidenceSupplied, recovery.AppealSubmitted, recovery.OnAgent) {
			t.Errorf("step %+v", step)
		}
	}
	step, moved := appeal(recovery.AppealMoreEvidence, paused).ReceiveEvidence()
	if !moved || step.Next.Pause == nil || step.Next.WaitingOn != recovery.OnNobody {
		t.Errorf("in a pause: %v, %+v", moved, step)
	}
}

// TestFirstAnswer: every word of the desk on the appeal is its first answer.
func TestFirstAnswer(t *testing.T) {
	t.Parallel()
	for _, move := range []recovery.Command{
		act(recovery.RoleAgent, recovery.RequestEvidence), act(recovery.RoleAgent, recovery.AskPlatform), replied("odd"),
		decide(recovery.Granted, 0),
	} {
		if p := play(t, appeal(recovery.AppealSubmitted), move); !p.Answered {
			t.Errorf("%s is no answer: %+v", move.Action, p)
		}
	}
}

func TestPayout(t *testing.T) {
	t.Parallel()
	p := play(t, appeal(recovery.AppealSubmitted, recovered(10_000)), decide(recovery.PartlyGranted, 30_000))
	if p.Granted != 30_000 || p.PaidOut != 40_000 {
		t.Fatalf("granted %d until %d", p.Granted, p.PaidOut)
	}
	const kind = recovery.EntryReturnRecorded
	paid := func(fen recovery.Money) recovery.Command {
		return act(recovery.RoleAgent, recovery.RecordReturn, amount(fen))
	}
	strike(t, []stroke{
		{"a part of what was granted", p, paid(29_999), seen{Kind: kind, Stage: recovery.Appeal, Appeal: recovery.AppealGranted, Waits: recovery.OnPlatform, Recovered: 39_999}},
		{"all that was granted: the rest is for the law", p, paid(30_000), seen{Kind: kind, Stage: recovery.Legal, Waits: recovery.OnClaimant, Recovered: 40_000}},
		{"all that is missing", p, paid(90_000), seen{Kind: kind, Stage: recovery.Closed, Outcome: recovery.RecoveredFull, Waits: recovery.OnNobody, Recovered: claim}},
	})
}

// TestFourEyes: above the sum of the playbook whoever decides does not approve.
func TestFourEyes(t *testing.T) {
	t.Parallel()
	eyes := func(fen recovery.Money) func(*recovery.Position) {
		return func(p *recovery.Position) { p.FourEyes = fen }
	}
	as := func(m recovery.Command, role recovery.Role, id recovery.UserID) recovery.Command {
		m.Actor = recovery.Actor{Role: role, ID: id}
		return m
	}
	approve, reject := act(recovery.RoleAgent, recovery.ApproveDecision), act(recovery.RoleAgent, recovery.RejectDecision)
	proposed := inAppeal(recovery.EntryDecisionProposed, recovery.AppealProposed, recovery.OnAgent)
	granted := inAppeal(recovery.EntryAppealDecided, recovery.AppealGranted, recovery.OnPlatform)
	large := play(t, appeal(recovery.AppealSubmitted, eyes(claim-1)), decide(recovery.Granted, 0))
	denial := play(t, appeal(recovery.AppealSubmitted, eyes(claim-1)), decide(recovery.Denied, 0))
	strike(t, []stroke{
		{"at the sum one is enough", appeal(recovery.AppealSubmitted, eyes(claim)), decide(recovery.Granted, 0), granted},
		{"no sum, no second person", appeal(recovery.AppealSubmitted), decide(recovery.Granted, 0), granted},
		{"above it a second is needed", appeal(recovery.AppealSubmitted, eyes(claim-1)), decide(recovery.Granted, 0), proposed},
		{"a denial needs one as well", appeal(recovery.AppealSubmitted, eyes(claim-1)), decide(recovery.Denied, 0), proposed},
		{"a small part of much needs one as well", appeal(recovery.AppealSubmitted, eyes(claim-1)), decide(recovery.PartlyGranted, 1), proposed},
		{"somebody else approves", large, as(approve, recovery.RoleAgent, "other"), granted},
		{"somebody else approves the denial", denial, as(approve, recovery.RoleSupervisor, "other"), seen{Kind: recovery.EntryAppealDecided, Stage: recovery.Legal, Waits: recovery.OnClaimant}},
		{"rejected", large, as(reject, recovery.RoleSupervisor, "other"), inAppeal(recovery.EntryDecisionRejected, recovery.AppealSubmitted, recovery.OnAgent)},
		{"taken back by the proposer", large, reject, inAppeal(recovery.EntryDecisionRejected, recovery.AppealSubmitted, recovery.OnAgent)},
	})
	refuse(t, []refusal{
		{"by the proposer", large, approve, recovery.CodeFourEyes, ""},
		{"by the proposer as a supervisor", large, as(approve, recovery.RoleSupervisor, "u"), recovery.CodeFourEyes, ""},
		{"decided again meanwhile", large, as(decide(recovery.Denied, 0), recovery.RoleAgent, "other"), recovery.CodeActionNotAllowed, ""},
		{"approved twice", play(t, large, as(approve, recovery.RoleAgent, "other")), as(approve, recovery.RoleAgent, "other"), recovery.CodeActionNotAllowed, ""},
	})
	t.Run("money came meanwhile", func(t *testing.T) {
		t.Parallel()
		p := play(t, large, back("a", 60_000), as(approve, recovery.RoleAgent, "other"))
		if p.Granted != 40_000 || p.PaidOut != claim {
			t.Errorf("granted %d until %d", p.Granted, p.PaidOut)
		}
	})
	t.Run("a proposal does not outlive its appeal", func(t *testing.T) {
		t.Parallel()
		for name, p := range map[string]recovery.Position{
			"escalated": play(t, large, up(recovery.Legal)), "closed": play(t, large, closing(recovery.Settled)),
			"rejected": play(t, large, reject), "approved": play(t, large, as(approve, recovery.RoleAgent, "other")),
			"paid": play(t, large, back("a", claim)),
		} {
			if p.Proposal != nil {
				t.Errorf("%s: %+v", name, p.Proposal)
			}
		}
	})
}
