package recovery_test

import (
	"testing"

	"recourse/recovery"
)

func TestTake(t *testing.T) {
	t.Parallel()
	private := at(recovery.PrivateContact)
	strike(t, []stroke{
		{"a contact moves nothing", private, act(recovery.RoleClaimant, recovery.RecordContact, of("a")),
			seen{Kind: recovery.EntryContactRecorded, Stage: recovery.PrivateContact, Waits: recovery.OnCounterpart}},
		{"nor does one with nobody in particular", at(recovery.RecallWatch), act(recovery.RoleAgent, recovery.RecordContact),
			seen{Kind: recovery.EntryContactRecorded, Stage: recovery.RecallWatch, Waits: recovery.OnPlatform}},
		{"nor a mediation", at(recovery.GroupNotice), act(recovery.RoleClaimant, recovery.RecordMediation),
			seen{Kind: recovery.EntryMediationRecorded, Stage: recovery.GroupNotice, Waits: recovery.OnCounterpart}},
		{"a complaint is written down", private, act(recovery.RoleCounterpart, recovery.ReportHarassment),
			seen{Kind: recovery.EntryHarassmentReported, Stage: recovery.PrivateContact, Waits: recovery.OnCounterpart}},
		{"withdrawn", appeal(recovery.AppealMoreEvidence), act(recovery.RoleClaimant, recovery.Withdraw),
			seen{Kind: recovery.EntryWithdrawn, Stage: recovery.Closed, Outcome: recovery.Withdrawn, Waits: recovery.OnNobody}},
		{"withdrawn in a pause", at(recovery.Legal, paused), act(recovery.RoleSupervisor, recovery.Withdraw),
			seen{Kind: recovery.EntryWithdrawn, Stage: recovery.Closed, Outcome: recovery.Withdrawn, Waits: recovery.OnNobody}},
		{"not eligible", private, closing(recovery.NotEligible),
			seen{Kind: recovery.EntryClosed, Stage: recovery.Closed, Outcome: recovery.NotEligible, Waits: recovery.OnNobody}},
		{"given up with nothing", private, closing(recovery.Unrecovered),
			seen{Kind: recovery.EntryClosed, Stage: recovery.Closed, Outcome: recovery.Unrecovered, Waits: recovery.OnNobody}},
		{"given up with a part", at(recovery.Legal, recovered(1)), closing(recovery.RecoveredPartly),
			seen{Kind: recovery.EntryClosed, Stage: recovery.Closed, Outcome: recovery.RecoveredPartly, Waits: recovery.OnNobody, Recovered: 1}},
	})
}

// TestEscalation: only forwards, and never where nobody can hear it.
func TestEscalation(t *testing.T) {
	t.Parallel()
	noNotice := at(recovery.PrivateContact, func(p *recovery.Position) { p.NoNotice = true })
	for _, from := range recovery.Stages[:5] {
		for _, to := range recovery.Stages {
			step, err := at(from).Take(up(to))
			allowed := to.IsAfter(from) && to != recovery.Closed
			if (err == nil) != allowed || err != nil && recovery.CodeOf(err) != recovery.CodeActionNotAllowed {
				t.Errorf("from %s to %s: %v", from, to, err)
			}
			if allowed && (step.Next.Stage != to || step.Kind != recovery.EntryEscalated) {
				t.Errorf("from %s to %s: %+v", from, to, step)
			}
		}
	}
	refuse(t, []refusal{
		{"to a group there is not", at(recovery.PrivateContact, alone), up(recovery.GroupNotice), recovery.CodeActionNotAllowed, ""},
		{"to a group that must not hear of it", noNotice, up(recovery.GroupNotice), recovery.CodeActionNotAllowed, ""},
		{"nowhere", noNotice, up(""), recovery.CodeActionNotAllowed, ""},
		{"to heaven", noNotice, up("heaven"), recovery.CodeActionNotAllowed, ""},
	})
}

// TestSumsDecide: nobody closes a case with an outcome that its sums deny.
func TestSumsDecide(t *testing.T) {
	t.Parallel()
	const field = "outcome:contradicts_sums"
	some := at(recovery.Legal, recovered(1))
	refuse(t, []refusal{
		{"in full, while money is missing", some, closing(recovery.RecoveredFull), recovery.CodeInvalid, field},
		{"refunded, while money is missing", some, closing(recovery.AutoRefunded), recovery.CodeInvalid, field},
		{"nothing, where something came", some, closing(recovery.Unrecovered), recovery.CodeInvalid, field},
		{"a part, where nothing came", at(recovery.Legal), closing(recovery.RecoveredPartly), recovery.CodeInvalid, field},
	})
}

// TestStrangersAreNotSpokenTo: a contact names somebody of the case, or nobody.
func TestStrangersAreNotSpokenTo(t *testing.T) {
	t.Parallel()
	contact := act(recovery.RoleClaimant, recovery.RecordContact, of("z"))
	refuse(t, []refusal{{"a stranger", at(recovery.PrivateContact), contact, recovery.CodeInvalid, "counterpart_id:unknown"}})
}

// TestEnteringAStageForgets what belonged to the one before.
func TestEnteringAStageForgets(t *testing.T) {
	t.Parallel()
	p := appeal(recovery.AppealProposed, answered, late, breached, asked, routed(recovery.SetOff))
	p = play(t, p, up(recovery.Legal))
	if p.Appeal != "" || p.Answered || p.Late || p.Breached || p.Proposal != nil || p.RefundAsked || p.Route != "" {
		t.Errorf("it stands in %+v", p)
	}
}
