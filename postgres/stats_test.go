package postgres_test

import (
	"testing"
	"time"

	"recourse/postgres"
	"recourse/recovery"
)

var statsBands = []recovery.Money{0, 20_000, 50_000, 500_000}

func TestAMonthIsChinas(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	for _, at := range []time.Time{
		time.Date(2026, 10, 31, 15, 59, 59, 0, time.UTC), time.Date(2026, 10, 31, 16, 0, 0, 0, time.UTC),
	} {
		file(t, b.Store, func(c *recovery.Case) { c.CreatedAt = at })
	}
	rows, err := b.CountStats(t.Context(), recovery.StatsQuery{By: []recovery.Dimension{recovery.ByMonth}, Bands: statsBands})
	if err != nil || len(rows) != 2 || rows[0].Month != "2026-10" || rows[1].Month != "2026-11" {
		t.Errorf("%+v (%v)", rows, err)
	}
}

func TestBandsBeginWhereTheySay(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	for _, amount := range []recovery.Money{1, 19_999, 20_000, 49_999, 500_000} {
		file(t, b.Store, func(c *recovery.Case) { c.Amount, c.Position.Claim = amount, amount })
	}
	rows, err := b.CountStats(t.Context(), recovery.StatsQuery{By: []recovery.Dimension{recovery.ByBand}, Bands: statsBands})
	if err != nil || len(rows) != 3 {
		t.Fatalf("%+v (%v)", rows, err)
	}
	for i, want := range []struct{ band, filed int }{{1, 2}, {2, 2}, {4, 1}} {
		if rows[i].Band != want.band || rows[i].Filed != want.filed || rows[i].Stays != 0 {
			t.Errorf("row %d: %+v, want %+v", i, rows[i], want)
		}
	}
}

func TestAStayIsWrittenWithTheStepThatEndsIt(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	walk(t, b.Store, c, stand(recovery.Appeal, 0), stand(recovery.Legal, 0), shut(recovery.Unrecovered, 0))
	if got := b.count(t, "case_stages where case_id = $1 and entered_at = $2 and left_at = $2", c.ID, noon); got != 3 {
		t.Errorf("%d stays, want those in private_contact, appeal and legal", got)
	}
	if b.count(t, "cases where id = $1 and stage_since = $2", c.ID, noon) != 1 {
		t.Error("the case does not know since when it is closed")
	}
}

// BenchmarkStats counts a hundred thousand cases with four stays each by all
// dimensions.
func BenchmarkStats(b *testing.B) {
	at := open(b, postgres.Options{})
	c := file(b, at.Store)
	walk(b, at.Store, c, stand(recovery.Appeal, 0), shut(recovery.RecoveredPartly, 10))
	err := at.sql(b, `insert into cases select (jsonb_populate_record(c, jsonb_build_object(
			'id', 'x' || n, 'number', 'x' || n, 'transaction_no', 'x' || n, 'claim_fen', 1 + n * 7 % 1000000,
			'created_at', c.created_at - n % 365 * interval '1 day',
			'last_stage', (array['recall_watch', 'private_contact', 'group_notice', 'appeal', 'legal'])[1 + n / 20 % 5],
			'platform', (array['wechat', 'alipay', 'qq', 'wecom'])[1 + n % 4],
			'group_kind', (array['none', 'family', 'friends', 'work', 'strangers'])[1 + n / 4 % 5]))).*
		from cases c, generate_series(1, 100000) n`)
	if err != nil {
		b.Fatal(err)
	}
	if err = at.sql(b, `insert into case_stages select c.id, n, (array['private_contact', 'group_notice', 'appeal', 'legal'])[n],
			created_at, created_at + (hashtext(c.id) % 1000000 + 1000001) * interval '1 second', platform, group_kind, amount_fen, created_at, pace
		from cases c, generate_series(1, 4) n where c.id like 'x%'`); err != nil {
		b.Fatal(err)
	}
	if err = at.sql(b, "vacuum analyze"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err = at.CountStats(b.Context(), recovery.StatsQuery{By: recovery.Dimensions, Bands: statsBands}); err != nil {
			b.Fatal(err)
		}
	}
}
