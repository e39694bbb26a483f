package postgres_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// page lists ids of one page.
func page(t testing.TB, s *postgres.Store, f recovery.CaseFilter, limit int, cursor string) ([]recovery.CaseID, string) {
	t.Helper()
	items, next, err := s.ListCases(t.Context(), f, limit, cursor)
	if err != nil {
		t.Fatal(err)
	}
	ids := make([]recovery.CaseID, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	return ids, next
}

func TestCasesFilters(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	older := noon.Add(-time.Hour)
	special := file(t, s, func(c *recovery.Case) {
		c.Owner, c.Platform, c.Assignee, c.CreatedAt = "owner-2", recovery.Alipay, "agent-1", older
		c.Position.Stage, c.Position.WaitingOn = recovery.Appeal, recovery.OnAgent
		c.Claimant.Name, c.TransactionNo = "诸葛小明", "TX_0001-a"
		c.Counterparts[0].Alias = "100%_Bob"
		c.Deadlines = []recovery.Deadline{{Kind: recovery.DecisionClock, DueAt: noon.Add(time.Minute), Source: "r"}}
	})
	plain := file(t, s)
	shut := file(t, s, func(c *recovery.Case) { c.CreatedAt = older.Add(-time.Hour) })
	closeCase(t, s, shut)
	soon := noon.Add(time.Hour)
	for name, test := range map[string]struct {
		filter recovery.CaseFilter
		want   []recovery.CaseID
	}{
		"all, newest first":   {recovery.CaseFilter{}, []recovery.CaseID{plain.ID, special.ID, shut.ID}},
		"owner":               {recovery.CaseFilter{Owner: "owner-2"}, []recovery.CaseID{special.ID}},
		"stage":               {recovery.CaseFilter{Stage: recovery.Appeal}, []recovery.CaseID{special.ID}},
		"waiting on":          {recovery.CaseFilter{WaitingOn: recovery.OnAgent}, []recovery.CaseID{special.ID}},
		"outcome":             {recovery.CaseFilter{Outcome: recovery.Withdrawn}, []recovery.CaseID{shut.ID}},
		"platform":            {recovery.CaseFilter{Platform: recovery.WeChat}, []recovery.CaseID{plain.ID, shut.ID}},
		"assignee":            {recovery.CaseFilter{Assignee: "agent-1"}, []recovery.CaseID{special.ID}},
		"unassigned":          {recovery.CaseFilter{Unassigned: true}, []recovery.CaseID{plain.ID}},
		"due before":          {recovery.CaseFilter{DueBefore: &soon}, []recovery.CaseID{special.ID}},
		"open":                {recovery.CaseFilter{OpenOnly: true}, []recovery.CaseID{plain.ID, special.ID}},
		"claimant's name":     {recovery.CaseFilter{Query: "小明"}, []recovery.CaseID{special.ID}},
		"one character":       {recovery.CaseFilter{Query: "葛"}, []recovery.CaseID{special.ID}},
		"counterpart's name":  {recovery.CaseFilter{Query: "rainy d"}, []recovery.CaseID{plain.ID, special.ID, shut.ID}},
		"no wildcards":        {recovery.CaseFilter{Query: "0%_b"}, []recovery.CaseID{special.ID}},
		"a wildcard alone":    {recovery.CaseFilter{Query: "%"}, []recovery.CaseID{special.ID}},
		"transaction":         {recovery.CaseFilter{Query: " tx_0001 "}, []recovery.CaseID{special.ID}},
		"number":              {recovery.CaseFilter{Query: strings.ToLower(string(plain.Number))}, []recovery.CaseID{plain.ID}},
		"never across fields": {recovery.CaseFilter{Query: "a诸"}, nil},
		"everything at once": {recovery.CaseFilter{
			Owner: "owner-2", Stage: recovery.Appeal, WaitingOn: recovery.OnAgent, Platform: recovery.Alipay,
			Assignee: "agent-1", DueBefore: &soon, Query: "小明", OpenOnly: true,
		}, []recovery.CaseID{special.ID}},
		"nothing": {recovery.CaseFilter{Owner: "nobody"}, nil},
	} {
		if got, next := page(t, s, test.filter, 50, ""); !slices.Equal(got, test.want) || next != "" {
			t.Errorf("%s: got %v (next %q), want %v", name, got, next, test.want)
		}
	}
}

func TestStrangeTextFindsNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	file(t, s)
	for _, text := range []string{"\x00", "a\x00b", "\xff\xfe"} {
		items, _, err := s.ListCases(t.Context(), recovery.CaseFilter{Query: text}, 10, "")
		if len(items) != 0 || err != nil && recovery.CodeOf(err) != recovery.CodeInvalid {
			t.Errorf("%q: found %d cases, error %v", text, len(items), err)
		}
		_, err = s.ReadCase(t.Context(), recovery.CaseID(text))
		wantCode(t, err, recovery.CodeInvalid)
	}
}

// Whatever part of a line is asked for, its terms are among those of the text.
func TestTermsOfAPartAreTermsOfTheWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		line := []rune(strings.ToLower(rapid.StringMatching(`[a-z0-9_ 王小明阿é😀-]{0,20}`).Draw(r, "line")))
		from := rapid.IntRange(0, len(line)).Draw(r, "from")
		to := rapid.IntRange(from, len(line)).Draw(r, "to")
		whole := postgres.SearchTerms("other\n" + string(line) + "\n阿明")
		for _, term := range postgres.SearchTerms(string(line[from:to])) {
			if !slices.Contains(whole, term) {
				r.Fatalf("%q of %q has the term %q", string(line[from:to]), string(line), term)
			}
		}
	})
}

func TestPagesAreCompleteWhileCasesAreFiled(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	var want []recovery.CaseID
	for i := range 23 {
		c := file(t, s, func(c *recovery.Case) { c.CreatedAt = noon.Add(time.Duration(i/4) * time.Microsecond) }) // several at once
		want = append(want, c.ID)
	}
	for limit := 1; limit <= 24; limit += 4 {
		var got []recovery.CaseID
		cursor := ""
		for {
			ids, next := page(t, s, recovery.CaseFilter{Owner: "owner-1"}, limit, cursor)
			got = append(got, ids...)
			if next == "" {
				break
			}
			cursor = next
			file(t, s, func(c *recovery.Case) { c.CreatedAt = noon.Add(time.Hour) })
			file(t, s, func(c *recovery.Case) { c.CreatedAt, c.Owner = noon.Add(-time.Hour), "owner-2" })
		}
		got = got[max(0, len(got)-len(want)):] // newer ones of earlier rounds stand before
		slices.Sort(got)
		if sorted := slices.Sorted(slices.Values(want)); !slices.Equal(got, sorted) {
			t.Fatalf("limit %d: got %d cases, want each of %d once", limit, len(got), len(want))
		}
	}
}

func TestPageLimits(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	seed(t, b, recovery.MaxPage+10)
	for _, test := range []struct{ limit, want int }{{-1, 1}, {0, 1}, {1, 1}, {7, 7}, {100_000, recovery.MaxPage}} {
		if ids, next := page(t, b.Store, recovery.CaseFilter{}, test.limit, ""); len(ids) != test.want || next == "" {
			t.Errorf("limit %d: got %d cases", test.limit, len(ids))
		}
	}
}

func TestMalformedCursorsAreNamed(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	encode := base64.RawURLEncoding.EncodeToString
	for _, cursor := range []string{
		"x", "!!", encode([]byte("12")), encode([]byte("12 ")), encode([]byte("a b")), encode([]byte("1 a b")),
		encode([]byte("99999999999999999999 a")), encode([]byte("9223372036854775807 a")), encode([]byte("-1 a")), encode([]byte("1 a\x00")),
		encode([]byte("1 \xff")), encode([]byte("1 " + strings.Repeat("a", 65))), encode([]byte("1 a'; drop table cases; --")),
	} {
		_, _, err := s.ListCases(t.Context(), recovery.CaseFilter{}, 10, cursor)
		wantCode(t, err, recovery.CodeInvalid)
		if !strings.Contains(err.Error(), "cursor") {
			t.Errorf("%q: the field is not named: %v", cursor, err)
		}
	}
}

func TestNoCursorBreaksAList(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	file(t, s)
	rapid.Check(t, func(r *rapid.T) {
		raw := rapid.OneOf(rapid.String(), rapid.StringMatching(`[0-9]{1,20} [ -~]{0,40}`)).Draw(r, "cursor")
		_, _, err := s.ListCases(t.Context(), recovery.CaseFilter{}, 5, base64.RawURLEncoding.EncodeToString([]byte(raw)))
		if err != nil && recovery.CodeOf(err) != recovery.CodeInvalid {
			r.Fatalf("%q: %v", raw, err)
		}
	})
}

// seed makes n cases by one statement, spread over stages and people as a desk
// would have them: most closed, some of each open stage, a few agents.
func seed(t testing.TB, b bundle, n int) {
	t.Helper()
	c := file(t, b.Store)
	const copies = `insert into cases select
			'seed-' || lpad(i::text, 8, '0'), 'S20260101-' || lpad(i::text, 6, '0'), platform, instrument, amount_fen, claim_fen, sent_at,
			'seed-' || i, reason, claim_state, group_kind, group_size, claimant, counterparts, narrative,
			'seed-' || i || E'\n' || name, array[left(name, 1), right(name, 1), name, 'se', 'ee', 'ed', 'd-'],
			s.stage, case s.stage when 'appeal' then 'agent' when 'closed' then 'nobody' else 'counterpart' end,
			case s.stage when 'closed' then 'recovered_full' else '' end, recovered_fen, position, filed_position, corrections, deadlines,
			case s.stage when 'closed' then null else created_at + i * interval '1 second' end,
			case when i % 7 = 0 then '' else 'agent-' || (i / 10) % 20 end, 'owner-' || i % 5000, playbook, pace,
			created_at - i * interval '1 minute', case s.stage when 'closed' then created_at end, version
		from cases, generate_series(1, $2) i,
			lateral (select (array['closed','closed','closed','closed','closed','closed','private_contact','group_notice','appeal','legal'])[1 + i % 10]) s (stage),
			lateral (select '王' || chr(19968 + i % 2000)) n (name)
		where id = $1`
	for _, statement := range []string{copies, "analyze cases"} {
		var args []any
		if statement == copies {
			args = []any{c.ID, n}
		}
		if err := b.sql(t, statement, args...); err != nil {
			t.Fatal(err)
		}
	}
}

func TestListsReadNoWholeTable(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	seed(t, b, 20_000)
	_, cursor := page(t, b.Store, recovery.CaseFilter{}, 50, "")
	due := noon.Add(time.Hour)
	for name, f := range map[string]recovery.CaseFilter{
		"default": {}, "open": {OpenOnly: true}, "stage": {Stage: recovery.Appeal}, "waiting on": {WaitingOn: recovery.OnAgent},
		"assignee": {Assignee: "agent-3"}, "owner": {Owner: "owner-77"}, "unassigned": {Unassigned: true}, "due": {DueBefore: &due, OpenOnly: true},
		"queue of an agent": {Assignee: "agent-3", OpenOnly: true, WaitingOn: recovery.OnAgent},
		"rare stage":        {Stage: recovery.RecallWatch}, "nobody's": {Owner: "nobody"},
		"search": {Query: "王丁"}, "search for nothing": {Query: "没有这个人"},
	} {
		for _, from := range []string{"", cursor} {
			plan := must[string](t)(b.ExplainCases(t.Context(), f, 50, from))
			if strings.Contains(plan, "Seq Scan") {
				t.Errorf("%s, cursor %q:\n%s", name, from, plan)
			}
		}
	}
}

// BenchmarkQueue reads a page of fifty at ten and at a hundred thousand cases.
func BenchmarkQueue(b *testing.B) {
	for _, size := range []int{10_000, 100_000} {
		bundle := open(b, postgres.Options{})
		seed(b, bundle, size)
		for name, f := range map[string]recovery.CaseFilter{
			"all": {}, "agent": {Assignee: "agent-3", OpenOnly: true}, "appeal": {Stage: recovery.Appeal},
			"search": {Query: "王丁"}, "search nothing": {Query: "没有这个人"}, "one character": {Query: "丁"},
		} {
			b.Run(fmt.Sprintf("%s/%d", name, size), func(b *testing.B) {
				for b.Loop() {
					page(b, bundle.Store, f, 50, "")
				}
			})
		}
	}
}
