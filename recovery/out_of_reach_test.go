package recovery_test

import (
	"testing"

	"recourse/recovery"
)

// TestNobodyOutOfReachIsGivenDaysToAnswer: a case about somebody who cannot be written
// to begins with what comes after the private contact.
func TestNobodyOutOfReachIsGivenDaysToAnswer(t *testing.T) {
	t.Parallel()
	group := recovery.Group{Kind: recovery.FriendsGroup, Size: 9}
	for _, circumstance := range []string{recovery.Blocked, recovery.Unreachable} {
		facts := recovery.Facts{Circumstances: map[string]bool{circumstance: true}}
		for _, test := range []struct {
			name  string
			group recovery.Group
			terms recovery.Terms
			claim recovery.ClaimState
			want  recovery.Stage
		}{
			{"one to one", recovery.Group{}, recovery.Terms{}, recovery.Claimed, recovery.Appeal},
			{"in a group", group, recovery.Terms{}, recovery.Claimed, recovery.GroupNotice},
			{"a group that is not told", group, recovery.Terms{NoNotice: true}, recovery.Claimed, recovery.Appeal},
			{"before the refund", group, recovery.Terms{RefundAhead: true}, recovery.Unclaimed, recovery.RecallWatch},
		} {
			c := recovery.Case{Group: test.group, ClaimState: test.claim, Amount: 10_000}
			c.Position.Facts = facts
			start := recovery.StartPosition(c, test.terms)
			if start.Stage != test.want {
				t.Errorf("%s, %s: %s, want %s", circumstance, test.name, start.Stage, test.want)
			}
			if test.want != recovery.RecallWatch {
				continue
			}
			if next := start.PassDeadline(recovery.AutoRefundClock, "").Next.PassDeadline(recovery.RefundAnswerClock, "").Next; next.Stage != recovery.GroupNotice {
				t.Errorf("%s after the refund: %s", circumstance, next.Stage)
			}
		}
	}
}
