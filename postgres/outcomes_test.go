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
