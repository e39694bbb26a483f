package postgres_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

var bands = []recovery.Money{200_00, 500_00, 5_000_00}

// walk takes a case through positions, one step each.
func walk(t testing.TB, s *postgres.Store, c recovery.Case, positions ...func(*recovery.Position)) {
	t.Helper()
	next := c.Position
	for i, change := range positions {
		change(&next)
		_, err := s.WriteStep(t.Context(), postgres.StepWrite{
			CaseID: c.ID, Drafts: drafts(recovery.EntryStageEntered, fmt.Sprintf("walk-%d", i)), Next: next,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

func stand(stage recovery.Stage, recovered recovery.Money) func(*recovery.Position) {
	return func(p *recovery.Position) { p.Stage, p.Recovered = stage, recovered }
}

func shut(outcome recovery.Outcome, recovered recovery.Money) func(*recovery.Position) {
	return func(p *recovery.Position) {
		p.Stage, p.WaitingOn, p.Outcome, p.Appeal, p.Recovered = recovery.Closed, recovery.OnNobody, outcome, "", recovered
	}
}

func TestOutcomesPutMoneyDownToItsWay(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	walk(t, s, file(t, s), stand(recovery.GroupNotice, 0), shut(recovery.RecoveredFull, 200_000))
	walk(t, s, file(t, s),
		stand(recovery.PrivateContact, 50_000), stand(recovery.Appeal, 50_000),
		func(p *recovery.Position) { p.Appeal = recovery.AppealSubmitted },
		stand(recovery.Appeal, 90_000), stand(recovery.Legal, 90_000),
		func(p *recovery.Position) { p.Appeal, p.Route = "", recovery.SmallClaims },
		shut(recovery.Judgment, 90_000))
	walk(t, s, file(t, s), stand(recovery.Appeal, 0),
		func(p *recovery.Position) { p.Appeal = recovery.AppealPreparing }, shut(recovery.Withdrawn, 0))
	walk(t, s, file(t, s), shut(recovery.NotEligible, 0))
	file(t, s) // stays open
	like := recovery.OutcomeCount{
		Platform: recovery.WeChat, Instrument: recovery.LuckyPacket, GroupKind: recovery.WorkGroup, Band: 2,
		Cases: 1, AmountFen: 200_000,
	}
	like.Contacted = true
	appeal, notice, legal := like, like, like
	appeal.LastStage = recovery.Appeal
	notice.LastStage, notice.Returned, notice.ByContact, notice.RecoveredFen = recovery.GroupNotice, 1, 1, 200_000
	legal.LastStage, legal.Route, legal.Appealed = recovery.Legal, recovery.SmallClaims, true
	legal.Returned, legal.ByContact, legal.ByAppeal, legal.RecoveredFen = 1, 1, 1, 90_000
	got := must[[]recovery.OutcomeCount](t)(s.OutcomeCounts(t.Context(), bands))
	if diff := cmp.Diff([]recovery.OutcomeCount{appeal, notice, legal}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOutcomesBandsBeginAtTheirAmount(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	for _, amount := range []recovery.Money{1, 199_99, 200_00, 499_99, 500_00, 4_999_99, 5_000_00, recovery.MaxMoney} {
		walk(t, s, file(t, s, func(c *recovery.Case) { c.Amount, c.Position.Claim = amount, amount }), shut(recovery.Unrecovered, 0))
	}
	cases := map[int]int{}
	for _, outcome := range must[[]recovery.OutcomeCount](t)(s.OutcomeCounts(t.Context(), bands)) {
		cases[outcome.Band] += outcome.Cases
	}
	if diff := cmp.Diff(map[int]int{0: 2, 1: 2, 2: 2, 3: 2}, cases); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOutcomesOfNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	if got := must[[]recovery.OutcomeCount](t)(s.OutcomeCounts(t.Context(), bands)); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

// TestContactedCases expects the same cases in the counts and in the results of contact:
// those that left a stage of contact, with money that came in it.
func TestContactedCases(t *testing.T) {
	t.Parallel()
	starts := func(stage recovery.Stage) func(*recovery.Case) {
		return func(c *recovery.Case) { c.Position.Stage = stage }
	}
	for name, test := range map[string]struct {
		from      recovery.Stage
		steps     []func(*recovery.Position)
		contacted bool
		returned  bool
	}{
		"closed while watching":  {recovery.RecallWatch, []func(*recovery.Position){shut(recovery.Withdrawn, 0)}, false, false},
		"in danger from filing":  {recovery.Legal, []func(*recovery.Position){shut(recovery.Unrecovered, 0)}, false, false},
		"out of reach":           {recovery.Appeal, []func(*recovery.Position){shut(recovery.RecoveredFull, 200_000)}, false, false},
		"in danger later":        {recovery.PrivateContact, []func(*recovery.Position){stand(recovery.Legal, 0), shut(recovery.Unrecovered, 0)}, true, false},
		"after the watch":        {recovery.RecallWatch, []func(*recovery.Position){stand(recovery.GroupNotice, 0), shut(recovery.RecoveredFull, 200_000)}, true, true},
		"refunded automatically": {recovery.PrivateContact, []func(*recovery.Position){shut(recovery.AutoRefunded, 200_000)}, false, false},
		"open":                   {recovery.PrivateContact, []func(*recovery.Position){stand(recovery.GroupNotice, 0)}, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.New(t)
			c := file(t, s, starts(test.from))
			walk(t, s, c, test.steps...)
			counted, successes := 0, 0
			for _, o := range must[[]recovery.OutcomeCount](t)(s.OutcomeCounts(t.Context(), bands)) {
				if o.Contacted {
					counted, successes = counted+o.Cases, successes+o.ByContact
				}
			}
			results := must[map[recovery.CaseID]bool](t)(s.ContactResults(t.Context(), []recovery.CaseID{c.ID}))
			returned, contacted := results[c.ID]
			if contacted != test.contacted || returned != test.returned || counted != len(results) || (successes == 1) != returned {
				t.Errorf("contacted %t, returned %t; counted %d with %d successes", contacted, returned, counted, successes)
			}
		})
	}
}
