package recovery_test

import (
	"testing"
	"time"

	"recourse/recovery"
)

// days after the sending.
func days(n int) time.Time { return moment.AddDate(0, 0, n) }

// heardBy plays moves, each on its day, in a case of two counterparts whose money
// left at moment, and gives the day on which each limitation ends.
func heardBy(t *testing.T, p recovery.Position, moves ...recovery.Command) [2]string {
	t.Helper()
	p.PaidAt = moment
	ledgers := play(t, p, moves...).Limitations()
	return [2]string{lastDay(ledgers[0].Ends), lastDay(ledgers[1].Ends)}
}

func when(day int, m recovery.Command) recovery.Command {
	happened(days(day))(&m)
	return m
}

func wrote(id recovery.CounterpartID) recovery.Command {
	return act(recovery.RoleClaimant, recovery.RecordContact, of(id))
}

// TestWhatInterrupts: who did what to whom, and whose term begins anew.
func TestWhatInterrupts(t *testing.T) {
	t.Parallel()
	anew := func(day int) string { return days(day).In(china).AddDate(3, 0, 0).Format("2006-01-02") }
	bare := anew(0)
	contact, legal := at(recovery.PrivateContact), at(recovery.Legal, routed(recovery.CivilSuit))
	complains := act(recovery.RoleClaimant, recovery.ReportHarassment, of("a"))
	for _, test := range []struct {
		name  string
		from  recovery.Position
		moves []recovery.Command
		a, b  string
	}{
		{"nothing", contact, nil, bare, bare},
		{"a demand nobody answers", contact, []recovery.Command{when(5, wrote("a"))}, bare, bare},
		{"a demand that is answered", contact, []recovery.Command{when(5, wrote("a")), when(9, says("a", recovery.Refused, 0))}, anew(5), bare},
		{"an answer before the demand", contact, []recovery.Command{when(5, wrote("a")), when(4, says("a", recovery.Refused, 0))}, bare, bare},
		{"the answer is told of first", contact, []recovery.Command{when(9, complains), when(5, wrote("a"))}, anew(5), bare},
		{"to everybody, one complains", contact, []recovery.Command{when(5, wrote("")), when(9, complains)}, anew(5), bare},
		{"a promise", contact, []recovery.Command{when(7, says("a", recovery.Promised, 0))}, anew(7), bare},
		{"their own word of a return", contact, []recovery.Command{when(7, own(recovery.PartlyReturned, 1))}, bare, bare},
		{"money", contact, []recovery.Command{when(7, back("b", 1))}, bare, anew(7)},
		{"a refund is nobody's act", contact, []recovery.Command{when(7, refund(1))}, bare, bare},
		{"an act without a time", contact, []recovery.Command{back("b", 1)}, bare, bare},
		{"a plan the claimant proposes", contact, []recovery.Command{when(5, wrote("a")), when(7, propose(recovery.RoleClaimant, claim))}, bare, bare},
		{"a letter that arrived", legal, []recovery.Command{when(8, legalStep("demand_arrived", 0))}, anew(8), bare},
		{"a suit", legal, []recovery.Command{when(8, legalStep("suit_filed", 0))}, anew(8), anew(8)},
		{"a declared set-off that nobody answers", legal, []recovery.Command{when(8, legalStep("set_off_declared", 0))}, bare, bare},
		{"a declared set-off that is answered", legal, []recovery.Command{when(8, legalStep("set_off_declared", 0)), when(9, says("a", recovery.Refused, 0))}, anew(8), bare},
		{"a claim in the bankruptcy of one", legal, []recovery.Command{when(8, legalStep("bankruptcy_claim_filed", 0))}, anew(8), bare},
		{"the newest counts", contact, []recovery.Command{when(7, back("b", 1)), when(3, back("b", 1))}, bare, anew(7)},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := heardBy(t, test.from, test.moves...); got != [2]string{test.a, test.b} {
				t.Errorf("got %v, want %s and %s", got, test.a, test.b)
			}
		})
	}
}

// TestARightThatEnded comes back when it turns out to end later, and not by an
// act that came too late (民法典 192).
func TestARightThatEnded(t *testing.T) {
	t.Parallel()
	ended := at(recovery.Legal, func(p *recovery.Position) { p.PaidAt, p.LimitationOver = moment, true })
	for name, test := range map[string]struct {
		moves []recovery.Command
		over  bool
	}{
		"too late":                   {[]recovery.Command{when(4*365, back("a", 1)), when(4*365, back("b", 1))}, true},
		"in time against one of two": {[]recovery.Command{when(300, back("a", 1))}, true},
		"in time, told of late":      {[]recovery.Command{when(300, back("a", 1)), when(900, back("b", 1))}, false},
	} {
		if p := play(t, ended, test.moves...); p.LimitationOver != test.over {
			t.Errorf("%s: over is %v", name, p.LimitationOver)
		}
	}
}

// TestNoticedLater expects both rights to run from the day on which the claimant
// learned of the mistake, and a right that ended too early to be restored.
func TestNoticedLater(t *testing.T) {
	t.Parallel()
	sent := time.Date(2026, 6, 20, 3, 0, 0, 0, time.UTC)
	noticed, before := time.Date(2026, 11, 19, 16, 0, 0, 0, time.UTC), time.Date(2026, 6, 19, 16, 0, 0, 0, time.UTC)
	ended := at(recovery.PrivateContact, func(p *recovery.Position) { p.PaidAt, p.AvoidanceOver, p.LimitationOver = sent, true, true })
	amended := func(p recovery.Position, at time.Time) recovery.Position {
		return play(t, p, act(recovery.RoleClaimant, recovery.AmendFacts, func(m *recovery.Command) { m.Facts = &recovery.Facts{NoticedAt: &at} }))
	}
	later := amended(ended, noticed)
	for name, test := range map[string]struct {
		p                     recovery.Position
		avoidance, limitation string
		over                  bool
	}{
		"unknown":                             {ended, "2026-09-18", "2029-06-20", true},
		"later":                               {later, "2027-02-18", "2029-11-20", false},
		"on the day of the sending":           {amended(ended, before), "2026-09-18", "2029-06-20", true},
		"corrected to the day of the sending": {amended(later, before), "2026-09-18", "2029-06-20", false},
	} {
		l := test.p.Limitation()
		if lastDay(l.Avoidance) != test.avoidance || lastDay(l.Ends) != test.limitation {
			t.Errorf("%s: avoidance %s, limitation %s", name, lastDay(l.Avoidance), lastDay(l.Ends))
		}
		if test.p.AvoidanceOver != test.over || test.p.LimitationOver != test.over {
			t.Errorf("%s: over %v %v", name, test.p.AvoidanceOver, test.p.LimitationOver)
		}
	}
}

// TestTestimonyStaysSmall: a case that is asked for, answered and paid on for
// years carries a handful of acts, not all of them.
func TestTestimonyStaysSmall(t *testing.T) {
	t.Parallel()
	p := at(recovery.PrivateContact)
	for day := range 1_000 {
		p = play(t, p, when(day, wrote("")), when(day, wrote("a")), when(day, says("a", recovery.Promised, 0)))
	}
	if a := p.Counterparts[0].LimitationLog; len(a.Interrupting) > 3 || len(a.Demands) != 0 || len(a.Receipts) != 1 {
		t.Errorf("of %d acts, %d demands and %d signs it keeps all", len(a.Interrupting), len(a.Demands), len(a.Receipts))
	}
	if b := p.Counterparts[1].LimitationLog; len(b.Demands) != 1_000 || len(b.Interrupting) != 0 {
		t.Errorf("of demands that nobody answered it keeps one a day: %d", len(b.Demands))
	}
}

// TestRemainingRight expects a right only where a closed case misses money that no
// settlement or judgment deals with.
func TestRemainingRight(t *testing.T) {
	t.Parallel()
	paid := time.Date(2026, 11, 21, 3, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		at   recovery.Position
		want bool
	}{
		"open":             {recovery.Position{Stage: recovery.Legal, Claim: 100}, false},
		"unrecovered":      {recovery.Position{Stage: recovery.Closed, Outcome: recovery.Unrecovered, Claim: 100}, true},
		"recovered partly": {recovery.Position{Stage: recovery.Closed, Outcome: recovery.RecoveredPartly, Claim: 100, Recovered: 99}, true},
		"recovered":        {recovery.Position{Stage: recovery.Closed, Outcome: recovery.RecoveredFull, Claim: 100, Recovered: 100}, false},
		"withdrawn":        {recovery.Position{Stage: recovery.Closed, Outcome: recovery.Withdrawn, Claim: 100}, true},
		"settled":          {recovery.Position{Stage: recovery.Closed, Outcome: recovery.Settled, Claim: 100}, false},
		"judgment":         {recovery.Position{Stage: recovery.Closed, Outcome: recovery.Judgment, Claim: 100}, false},
	} {
		test.at.PaidAt = paid
		right, remains := test.at.RemainingRight()
		if remains != test.want {
			t.Errorf("%s: remains %v", name, remains)
		}
		if last := right.LastDay().In(recovery.Shanghai).Format(time.DateOnly); remains && last != "2029-11-21" {
			t.Errorf("%s: last day %s", name, last)
		}
	}
}
