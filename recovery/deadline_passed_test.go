package recovery_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
)

// TestLapse: what silence does, clock by clock.
func TestLapse(t *testing.T) {
	t.Parallel()
	const passed = recovery.EntryDeadlinePassed
	for _, test := range []struct {
		name  string
		from  recovery.Position
		clock recovery.Clock
		ref   string
		want  seen
	}{
		{"the refund is due: the claimant is asked", at(recovery.RecallWatch), recovery.AutoRefundClock, "", seen{Kind: recovery.EntryRefundDue, Stage: recovery.RecallWatch, Waits: recovery.OnClaimant}},
		{"no word whether it came", at(recovery.RecallWatch, asked), recovery.RefundAnswerClock, "", seen{Kind: passed, Stage: recovery.PrivateContact, Waits: recovery.OnCounterpart}},
		{"silence in private", at(recovery.PrivateContact), recovery.ContactClock, "", seen{Kind: passed, Stage: recovery.GroupNotice, Waits: recovery.OnCounterpart}},
		{"silence one to one", at(recovery.PrivateContact, alone), recovery.ContactClock, "", seen{Kind: passed, Stage: recovery.Appeal, Appeal: recovery.AppealPreparing, Waits: recovery.OnClaimant}},
		{"silence where the group is not told", at(recovery.PrivateContact, func(p *recovery.Position) { p.NoNotice = true }), recovery.ContactClock, "", seen{Kind: passed, Stage: recovery.Appeal, Appeal: recovery.AppealPreparing, Waits: recovery.OnClaimant}},
		{"a promise not kept", at(recovery.PrivateContact, promise), recovery.PromiseClock, "", seen{Kind: passed, Stage: recovery.GroupNotice, Waits: recovery.OnCounterpart}},
		{"silence in the group", at(recovery.GroupNotice), recovery.NoticeClock, "", seen{Kind: passed, Stage: recovery.Appeal, Appeal: recovery.AppealPreparing, Waits: recovery.OnClaimant}},
		{"never submitted", appeal(recovery.AppealPreparing), recovery.PreparationClock, "", seen{Kind: passed, Stage: recovery.Legal, Waits: recovery.OnClaimant}},
		{"no first answer", appeal(recovery.AppealSubmitted), recovery.FirstAnswerClock, "", seen{Kind: recovery.EntryDeadlineBreached, Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted, Waits: recovery.OnAgent}},
		{"not decided", appeal(recovery.AppealSubmitted), recovery.DecisionClock, "", seen{Kind: recovery.EntryDeadlineBreached, Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted, Waits: recovery.OnAgent}},
		{"not approved", appeal(recovery.AppealProposed), recovery.DecisionClock, "", seen{Kind: recovery.EntryDeadlineBreached, Stage: recovery.Appeal, Appeal: recovery.AppealProposed, Waits: recovery.OnAgent}},
		{"not decided by the supervisor either", appeal(recovery.AppealSubmitted, breached), recovery.SupervisorClock, "", seen{Kind: passed, Stage: recovery.Legal, Waits: recovery.OnClaimant}},
		{"not approved by the supervisor either", appeal(recovery.AppealProposed, breached), recovery.SupervisorClock, "", seen{Kind: passed, Stage: recovery.Legal, Waits: recovery.OnClaimant}},
		{"no more evidence", appeal(recovery.AppealMoreEvidence), recovery.MoreEvidenceClock, "", seen{Kind: passed, Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted, Waits: recovery.OnAgent}},
		{"the platform is silent", appeal(recovery.AppealWithPlatform), recovery.PlatformClock, "", seen{Kind: passed, Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted, Waits: recovery.OnAgent}},
		{"never paid out", appeal(recovery.AppealGranted), recovery.PayoutClock, "", seen{Kind: passed, Stage: recovery.Legal, Waits: recovery.OnClaimant}},
		{"no route", at(recovery.Legal), recovery.RouteClock, "", seen{Kind: passed, Stage: recovery.Closed, Outcome: recovery.Unrecovered, Waits: recovery.OnNobody}},
		{"nothing came of it", at(recovery.Legal, routed(recovery.CivilSuit)), recovery.LegalClock, "", seen{Kind: passed, Stage: recovery.Closed, Outcome: recovery.Unrecovered, Waits: recovery.OnNobody}},
		{"nothing more came of it", at(recovery.Legal, recovered(1)), recovery.RouteClock, "", seen{Kind: passed, Stage: recovery.Closed, Outcome: recovery.RecoveredPartly, Recovered: 1, Waits: recovery.OnNobody}},
		{"a task is late", at(recovery.Legal, routed(recovery.CivilSuit), task(recovery.CourtOrderTask, recovery.TaskOpen)), recovery.TaskClock, "investigation_order", seen{Kind: recovery.EntryTaskOverdue, Stage: recovery.Legal, Waits: recovery.OnCourt}},
		{"a pause is over", at(recovery.PrivateContact, paused), recovery.PauseClock, "", seen{Kind: recovery.EntryResumed, Stage: recovery.PrivateContact, Waits: recovery.OnCounterpart}},
		{"an instalment is late", at(recovery.GroupNotice, plan(3, "a", true, claim)), recovery.InstalmentClock, "3/1", seen{Kind: recovery.EntryInstalmentMissed, Stage: recovery.GroupNotice, Waits: recovery.OnCounterpart}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before := text(t, test.from)
			step := test.from.PassDeadline(test.clock, test.ref)
			if diff := cmp.Diff(test.want, sight(step)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, run := range step.Next.AllClocks() {
				if run.Clock == test.clock && run.Ref == test.ref && run.Stopped == "" {
					t.Error("the clock runs again")
				}
			}
			if after := text(t, test.from); after != before {
				t.Errorf("the lapse changed the position it happened at:\n%s\n%s", before, after)
			}
		})
	}
}

// TestLapseOfWhatDoesNotRun: a clock that was stopped or ended meanwhile moves
// nothing; in a closed case none does.
func TestLapseOfWhatDoesNotRun(t *testing.T) {
	t.Parallel()
	for _, situation := range situations {
		runs := map[recovery.Clock]bool{}
		for _, running := range situation.p.AllClocks() {
			runs[running.Clock] = running.Stopped == ""
		}
		for _, clock := range append([]recovery.Clock{recovery.NoClock, "doomsday"}, recovery.Clocks...) {
			if runs[clock] {
				continue
			}
			step := situation.p.PassDeadline(clock, "")
			if step.Kind != recovery.EntryDeadlinePassed || text(t, step.Next) != text(t, situation.p) {
				t.Errorf("%s in %s: %+v", clock, situation.name, step)
			}
		}
	}
}

// A ref that names nothing moves nothing.
func TestLapseOfAnUnknownRef(t *testing.T) {
	t.Parallel()
	p := at(recovery.Legal, plan(1, "a", true, claim), task(recovery.PoliceTask, recovery.TaskOpen))
	for clock, refs := range map[recovery.Clock][]string{
		recovery.InstalmentClock: {"", "1", "1/2", "2/1", "1/0", "a/b", "1/1/1"},
		recovery.GraceClock:      {"", "1", "x"},
		recovery.TaskClock:       {"", "sealed_receipt"},
	} {
		for _, ref := range refs {
			if step := p.PassDeadline(clock, ref); text(t, step.Next) != text(t, p) {
				t.Errorf("%s %q: %+v", clock, ref, step)
			}
		}
	}
}

func TestNear(t *testing.T) {
	t.Parallel()
	for _, situation := range situations {
		if step := situation.p.WarnOfDeadline(); step.Kind != recovery.EntryDeadlineNear || text(t, step.Next) != text(t, situation.p) {
			t.Errorf("in %s: %+v", situation.name, step)
		}
	}
}

// TestPromisesAreForgotten: a promise whose time has run is none any more.
func TestPromisesAreForgotten(t *testing.T) {
	t.Parallel()
	next := at(recovery.PrivateContact, promise).PassDeadline(recovery.PromiseClock, "").Next
	if next.MainClock() != recovery.NoticeClock || next.Counterparts[1].Answer != "" || next.Counterparts[1].Promises != 0 {
		t.Errorf("it stands in %+v", next)
	}
}
