package recovery_test

import (
	"slices"
	"testing"

	"recourse/recovery"
)

func danger(kind string) recovery.Command {
	return act(recovery.RoleClaimant, recovery.ReportDanger, func(m *recovery.Command) { m.Kind = kind })
}

// TestDangerEndsDealings expects every plan, letter and route that deals with the
// other side to end with a report of danger, wherever the case stands, and to stay
// ended when the case is reopened.
func TestDangerEndsDealings(t *testing.T) {
	t.Parallel()
	for _, kind := range recovery.Dangers {
		for _, from := range []recovery.Position{
			at(recovery.RecallWatch), at(recovery.PrivateContact, plan(1, "a", true, 60_000, 40_000)),
			at(recovery.GroupNotice, plan(1, "a", false, claim)), at(recovery.Appeal),
			at(recovery.Legal, routed(recovery.DemandLetter), task(recovery.DemandTask, recovery.TaskOpen)),
			at(recovery.Legal, routed(recovery.Mediation)), at(recovery.Legal, routed(recovery.CivilSuit)),
		} {
			p := play(t, from, danger(kind))
			kept := from.Route == recovery.CivilSuit
			if p.Stage != recovery.Legal || len(p.Plans) > 0 || len(p.Tasks) > 0 || (p.Route != "") != kept || p.Invites() {
				t.Errorf("%s in %s: %+v", kind, from.Stage, p)
			}
			if _, may := p.RemindableAmount("a", recovery.InstalmentRef(1, 1)); may || len(p.Allowed(recovery.RoleCounterpart)) > 0 {
				t.Errorf("%s in %s: the other side is reminded or may answer", kind, from.Stage)
			}
			if _, err := p.Take(own(recovery.Promised, 0)); recovery.CodeOf(err) != recovery.CodeActionNotAllowed {
				t.Errorf("%s in %s: an answer of the other side: %v", kind, from.Stage, err)
			}
			closed := play(t, p, act(recovery.RoleClaimant, recovery.Withdraw))
			closed.ClosedFrom = recovery.PrivateContact
			if again := play(t, closed, act(recovery.RoleClaimant, recovery.Reopen)); again.Stage != recovery.Legal {
				t.Errorf("%s: reopened in %s", kind, again.Stage)
			}
		}
	}
	if !slices.Contains(at(recovery.PrivateContact).Allowed(recovery.RoleCounterpart), recovery.RecordResponse) || !at(recovery.PrivateContact).Invites() {
		t.Error("without danger the other side may not answer")
	}
}
