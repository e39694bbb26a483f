package casework

import (
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// TestCaseRecallUntilNothingCanBeStopped: the facts of a case decide, also those that
// were told later.
func TestCaseRecallUntilNothingCanBeStopped(t *testing.T) {
	t.Parallel()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	sentAt := time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)
	accepted := sentAt.Add(20 * time.Hour)
	for _, test := range []struct {
		name      string
		claim     recovery.ClaimState
		stage     recovery.Stage
		facts     recovery.Facts
		after     time.Duration
		stoppable bool
	}{
		{"nobody accepted it yet", recovery.Unclaimed, recovery.RecallWatch, recovery.Facts{}, time.Hour, true},
		{"after the refund", recovery.Unclaimed, recovery.RecallWatch, recovery.Facts{}, 25 * time.Hour, false},
		{"accepted without a delay", recovery.Claimed, recovery.PrivateContact, recovery.Facts{Delay: recovery.NoDelay}, time.Hour, false},
		{"accepted late and delayed", recovery.Claimed, recovery.PrivateContact, recovery.Facts{Delay: recovery.OneDay, AcceptedAt: &accepted}, 43 * time.Hour, true},
		{"arrived", recovery.Claimed, recovery.PrivateContact, recovery.Facts{Delay: recovery.OneDay, AcceptedAt: &accepted}, 44 * time.Hour, false},
		{"danger", recovery.Claimed, recovery.Legal, recovery.Facts{Circumstances: map[string]bool{recovery.Deceived: true}}, 100 * time.Hour, true},
		{"a closed case", recovery.Unclaimed, recovery.Closed, recovery.Facts{}, time.Hour, false},
	} {
		now := sentAt.Add(test.after)
		s := &Service{Dependencies: Dependencies{Registry: playbooks, Now: func() time.Time { return now }}}
		c := recovery.Case{
			Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 10_000, SentAt: sentAt, ClaimState: test.claim,
			Playbook: playbooks.Current().Version(), CreatedAt: sentAt,
			Position: recovery.Position{Stage: test.stage, Claim: 10_000, Facts: test.facts},
		}
		got, err := s.CaseRecall(c)
		if err != nil || (got != nil) != test.stoppable {
			t.Errorf("%s: %+v, %v; stoppable: %v", test.name, got, err, test.stoppable)
		}
	}
}
