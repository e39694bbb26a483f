package postgres_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/postgres"
	"recourse/recovery"
)

var abuseLimits = playbook.AbuseLimits{Cases: 3, Window: 30 * 24 * time.Hour, Circle: 3, Delivery: 48 * time.Hour}

const deliveryWords = "发货|签收"

func mark(name string) [32]byte { return sha256.Sum256([]byte(name)) }

// claim files a case of one person against another, some days before noon.
func claim(t *testing.T, b bundle, by, against string, daysAgo int, change ...func(*recovery.Case)) recovery.Case {
	t.Helper()
	number := must[recovery.CaseNumber](t)(b.NextNumber(t.Context()))
	c := sample(t, number)
	c.CreatedAt = noon.AddDate(0, 0, -daysAgo)
	c.SentAt = c.CreatedAt.Add(-time.Hour)
	for _, apply := range change {
		apply(&c)
	}
	err := b.FileCase(t.Context(), postgres.FilingWrite{
		Case: c, Draft: draft(recovery.EntryCaseFiled, "filed"), Person: mark(by), Marks: []recovery.PartyMark{
			{Side: recovery.ClaimantSide, Mark: mark(by)}, {Side: recovery.CounterpartSide, Mark: mark(against)},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// found tells which of the cases, by their place, end which pattern.
func found(t *testing.T, b bundle, cases []recovery.Case, since time.Time) []string {
	t.Helper()
	patterns := must[[]recovery.FoundPattern](t)(b.FindPatterns(t.Context(), since, abuseLimits, deliveryWords))
	list := []string{}
	for _, p := range patterns {
		at := slices.IndexFunc(cases, func(c recovery.Case) bool { return c.ID == p.CaseID })
		list = append(list, fmt.Sprintf("%d %s of %d", at, p.Pattern, len(p.Cases)))
		if !slices.Contains(p.Cases, string(p.CaseID)) {
			t.Errorf("%v does not name its own case", p)
		}
	}
	slices.Sort(list)
	return list
}

func TestPatterns(t *testing.T) {
	t.Parallel()
	trade := func(narrative string, sentBefore time.Duration) func(*recovery.Case) {
		return func(c *recovery.Case) {
			c.Group.Kind, c.Narrative, c.SentAt = recovery.TradeGroup, narrative, c.CreatedAt.Add(-sentBefore)
		}
	}
	for name, tc := range map[string]struct {
		file func(*testing.T, bundle) []recovery.Case
		want []string
	}{
		"many of one claimant": {func(t *testing.T, b bundle) []recovery.Case {
			return []recovery.Case{claim(t, b, "a", "x", 9), claim(t, b, "a", "y", 8), claim(t, b, "a", "z", 7), claim(t, b, "b", "w", 7)}
		}, []string{"2 many_cases of 3"}},
		"many, but not in a month": {func(t *testing.T, b bundle) []recovery.Case {
			return []recovery.Case{claim(t, b, "a", "x", 40), claim(t, b, "a", "y", 8), claim(t, b, "a", "z", 7)}
		}, nil},
		"one counterpart of three": {func(t *testing.T, b bundle) []recovery.Case {
			return []recovery.Case{claim(t, b, "a", "x", 300), claim(t, b, "b", "x", 8), claim(t, b, "c", "x", 7)}
		}, []string{"1 same_circle of 3", "2 same_circle of 3"}},
		"one counterpart, twice by one": {func(t *testing.T, b bundle) []recovery.Case {
			return []recovery.Case{claim(t, b, "a", "x", 9), claim(t, b, "a", "x", 8), claim(t, b, "c", "x", 7)}
		}, nil},
		"there and back": {func(t *testing.T, b bundle) []recovery.Case {
			return []recovery.Case{claim(t, b, "a", "b", 20), claim(t, b, "b", "a", 2)}
		}, []string{"0 round_trip of 2", "1 round_trip of 2"}},
		"there and back after a month": {func(t *testing.T, b bundle) []recovery.Case {
			return []recovery.Case{claim(t, b, "a", "b", 40), claim(t, b, "b", "a", 2)}
		}, nil},
		"right after the goods": {func(t *testing.T, b bundle) []recovery.Case {
			return []recovery.Case{
				claim(t, b, "a", "x", 2, trade("昨天签收后才发现", 20*time.Hour)), claim(t, b, "b", "y", 2, trade("昨天签收后才发现", 72*time.Hour)),
				claim(t, b, "c", "z", 2, trade("发错人了", time.Hour)),
			}
		}, []string{"0 after_delivery of 1"}},
		"goods in another kind of group": {func(t *testing.T, b bundle) []recovery.Case {
			return []recovery.Case{claim(t, b, "a", "x", 2, func(c *recovery.Case) { c.Narrative = "签收" })}
		}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := open(t, postgres.Options{})
			cases := tc.file(t, b)
			if got := found(t, b, cases, noon.AddDate(0, -2, 0)); !slices.Equal(got, append([]string{}, tc.want...)) {
				t.Errorf("found %q, want %q", got, tc.want)
			}
			if got := found(t, b, cases, noon); len(got) != 0 {
				t.Errorf("of no case of late: %q", got)
			}
		})
	}
}

func TestAFileTellsOfGoods(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := claim(t, b, "a", "x", 2, func(c *recovery.Case) { c.Group.Kind = recovery.TradeGroup })
	for i, captured := range []time.Time{c.CreatedAt.Add(-72 * time.Hour), c.CreatedAt.Add(-3 * time.Hour)} {
		one := recovery.Evidence{
			ID: recovery.EvidenceID(newID(t)), CaseID: c.ID, Kind: recovery.OtherEvidence, SHA256: "x", Size: 1, FileName: "签收单.png",
			CapturedAt: &captured, ReceivedAt: noon, By: recovery.System,
		}
		if _, err := b.AddEvidence(t.Context(), postgres.EvidenceWrite{Evidence: one, Draft: draft(recovery.EntryEvidenceAdded, "")}); err != nil {
			t.Fatal(err)
		}
		if got := found(t, b, []recovery.Case{c}, noon.AddDate(0, -1, 0)); len(got) != i {
			t.Errorf("with %d files: %q", i+1, got)
		}
	}
}

func TestAFlagStandsOnce(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	cases := []recovery.Case{claim(t, b, "a", "b", 20), claim(t, b, "b", "a", 2)}
	since := noon.AddDate(0, -2, 0)
	for _, p := range must[[]recovery.FoundPattern](t)(b.FindPatterns(t.Context(), since, abuseLimits, deliveryWords)) {
		flag := recovery.AbuseFlag{ID: newID(t), CaseID: p.CaseID, Pattern: p.Pattern, Cases: p.Cases, FoundAt: noon}
		for range 2 {
			if err := b.FlagCase(t.Context(), flag, draft(recovery.EntryAbuseFlagged, "abuse:"+string(p.Pattern))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got := found(t, b, cases, since); len(got) != 0 {
		t.Errorf("found again: %q", got)
	}
	page, next, err := b.ListFlags(t.Context(), false, 1, "")
	if err != nil || len(page) != 1 || next == "" {
		t.Fatalf("%+v %q (%v)", page, next, err)
	}
	rest, end, err := b.ListFlags(t.Context(), false, 1, next)
	if err != nil || len(rest) != 1 || end != "" || rest[0].ID == page[0].ID {
		t.Errorf("%+v %q (%v)", rest, end, err)
	}
	if err := b.DismissFlag(t.Context(), page[0], draft(recovery.EntryAbuseDismissed, ""), postgres.Idempotency{}); err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.DismissFlag(t.Context(), page[0], draft(recovery.EntryAbuseDismissed, ""), postgres.Idempotency{}), recovery.CodeConflict)
	standing := must[[]recovery.AbuseFlag](t)(b.ListOpenFlags(t.Context(), page[0].CaseID))
	if gone, _, err := b.ListFlags(t.Context(), true, 9, ""); err != nil || len(gone) != 1 || len(standing) != 0 {
		t.Errorf("dismissed %+v, standing %+v (%v)", gone, standing, err)
	}
	verifyChain(t, b.Store, page[0].CaseID)
}
