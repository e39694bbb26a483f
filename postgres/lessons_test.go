package postgres_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func share(t testing.TB, s *postgres.Store, c recovery.Case, yes bool, key string) {
	t.Helper()
	w := postgres.DirectWrite{CaseID: c.ID, Shared: &yes, Draft: draft(recovery.EntryLessonShared, key)}
	if err := s.WriteDirectly(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

// TestLessonsAreOfSharedClosedCases: two cases that teach the same are one
// lesson; open, unshared and refunded ones are none.
func TestLessonsAreOfSharedClosedCases(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	lessons := func() []recovery.LessonCount {
		t.Helper()
		return must[[]recovery.LessonCount](t)(s.LessonCounts(t.Context(), bands))
	}
	var alike []recovery.Case
	for range 2 {
		c := file(t, s)
		walk(t, s, c, stand(recovery.GroupNotice, 0), shut(recovery.RecoveredPartly, 150_001))
		alike = append(alike, c)
	}
	refunded, open := file(t, s), file(t, s)
	walk(t, s, refunded, shut(recovery.AutoRefunded, 200_000))
	share(t, s, refunded, true, "r")
	share(t, s, open, true, "o")
	if got := lessons(); len(got) != 0 {
		t.Errorf("nobody shared a closed case: %+v", got)
	}
	for _, c := range alike {
		before := must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID))
		share(t, s, c, true, "s")
		after := must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID))
		if before.Shared || !after.Shared || after.Version != before.Version+1 {
			t.Errorf("shared %t at version %d, was %t at %d", after.Shared, after.Version, before.Shared, before.Version)
		}
	}
	want := recovery.LessonCount{
		Platform: recovery.WeChat, Instrument: recovery.LuckyPacket, GroupKind: recovery.WorkGroup, Band: 2,
		Reason: alike[0].Reason, LastStage: recovery.GroupNotice, Outcome: recovery.RecoveredPartly, Percent: 75, Cases: 2,
	}
	got := lessons()
	if len(got) == 1 {
		want.Days = got[0].Days
	}
	if diff := cmp.Diff([]recovery.LessonCount{want}, got); diff != "" || got[0].Days < 1 {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, c := range alike {
		share(t, s, c, false, "taken back")
	}
	if got := lessons(); len(got) != 0 {
		t.Errorf("taken back, and still told: %+v", got)
	}
}

// TestLessonsCountDaysAtLifesPace: a case that ran a thousand times faster than
// life for three minutes took 51 hours.
func TestLessonsCountDaysAtLifesPace(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store, func(c *recovery.Case) { c.Pace = 1000 })
	walk(t, b.Store, c, shut(recovery.Unrecovered, 0))
	share(t, b.Store, c, true, "s")
	closed := must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID))
	for length, want := range map[time.Duration]int{0: 1, 183 * time.Second: 3, 24 * 365 * time.Hour: 3650} {
		if err := b.sql(t, `update cases set created_at = $2 where id = $1`, c.ID, closed.ClosedAt.Add(-length)); err != nil {
			t.Fatal(err)
		}
		got := must[[]recovery.LessonCount](t)(b.LessonCounts(t.Context(), bands))
		if len(got) != 1 || got[0].Days != want {
			t.Errorf("%s: %+v, want %d days", length, got, want)
		}
	}
}

// TestUntriedCasesTeachNothing expects no lesson of a case in which nobody was contacted
// and no route was taken. A report to the police is one.
func TestUntriedCasesTeachNothing(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	for _, stage := range []recovery.Stage{recovery.RecallWatch, recovery.Appeal, recovery.Legal} {
		c := file(t, s, func(c *recovery.Case) { c.Position.Stage = stage })
		walk(t, s, c, shut(recovery.Unrecovered, 0))
		share(t, s, c, true, "s")
	}
	if got := must[[]recovery.LessonCount](t)(s.LessonCounts(t.Context(), bands)); len(got) != 0 {
		t.Errorf("nothing was tried: %+v", got)
	}
	c := file(t, s, func(c *recovery.Case) { c.Position.Stage, c.Position.Route = recovery.Legal, recovery.PoliceReport })
	walk(t, s, c, shut(recovery.Unrecovered, 0))
	share(t, s, c, true, "s")
	got := must[[]recovery.LessonCount](t)(s.LessonCounts(t.Context(), bands))
	if len(got) != 1 || got[0].Route != recovery.PoliceReport {
		t.Errorf("%+v, want the report to the police", got)
	}
}

// TestSharingEndsWithTheOutcome expects the claimant's permission to end when the case
// is open again or has another outcome.
func TestSharingEndsWithTheOutcome(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		step func(*recovery.Position)
		want bool
	}{
		"open again":      {stand(recovery.PrivateContact, 0), false},
		"another outcome": {shut(recovery.RecoveredPartly, 50_000), false},
		"the same":        {shut(recovery.Unrecovered, 0), true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := pgtest.New(t)
			c := file(t, s)
			walk(t, s, c, shut(recovery.Unrecovered, 0))
			share(t, s, c, true, "s")
			next := c.Position
			shut(recovery.Unrecovered, 0)(&next)
			test.step(&next)
			_, err := s.WriteStep(t.Context(), postgres.StepWrite{
				CaseID: c.ID, Drafts: drafts(recovery.EntryStageEntered, "after sharing"), Next: next,
			})
			if after := must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID)); err != nil || after.Shared != test.want {
				t.Errorf("shared %t (%v)", after.Shared, err)
			}
		})
	}
}
