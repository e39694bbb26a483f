package postgres_test

import (
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func drafts(kind recovery.EntryKind, key string) []journal.Draft {
	return []journal.Draft{draft(kind, key)}
}

func TestWriteStepWritesAllOfIt(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	next := c.Position
	next.Stage, next.Recovered = recovery.GroupNotice, 120_000
	due := []recovery.Deadline{{Kind: recovery.NoticeClock, DueAt: noon.Add(24 * time.Hour), Source: "rule c"}}
	result, err := b.WriteStep(t.Context(), postgres.StepWrite{
		CaseID: c.ID, Next: next, Deadlines: due, SignCheckpoint: true,
		Drafts:      []journal.Draft{draft(recovery.EntryResponseRecorded, "s1"), draft(recovery.EntryStageEntered, "s1/stage")},
		Counterpart: &recovery.Counterpart{ID: c.Counterparts[0].ID, Answer: recovery.PartlyReturned, ReturnFen: 120_000},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(postgres.StepResult{Seq: 2, Version: 2, Deadlines: due}, result); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
	want := c
	want.Position, want.Deadlines, want.Version = next, due, 2
	want.Counterparts = append([]recovery.Counterpart{}, c.Counterparts...)
	want.Counterparts[0].Answer, want.Counterparts[0].ReturnFen = recovery.PartlyReturned, 120_000
	if diff := cmp.Diff(want, must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID))); diff != "" {
		t.Errorf("case (-want +got):\n%s", diff)
	}
	if b.count(t, "cases where stage = 'group_notice' and recovered_fen = 120000 and due_at = $1", due[0].DueAt) != 1 {
		t.Error("the columns for lists do not follow the position")
	}
	leaves := verifyChain(t, b.Store, c.ID)
	b.verifyCheckpoint(t, c.ID, must[journal.Checkpoint](t)(b.CheckpointOfSize(t.Context(), c.ID, 3)), leaves)
}

func TestWriteStepTwiceIsOnce(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	w := postgres.StepWrite{CaseID: c.ID, Drafts: drafts(recovery.EntryDeadlinePassed, "step-1"), Next: c.Position, SignCheckpoint: true}
	results := make([]postgres.StepResult, 8)
	var group sync.WaitGroup
	for i := range results {
		group.Go(func() {
			result, err := b.WriteStep(t.Context(), w)
			if err != nil {
				t.Error(err)
			}
			results[i] = result
		})
	}
	group.Wait()
	for _, result := range results {
		if result.Seq != 2 || result.Version != 2 || len(result.Deadlines) != 0 {
			t.Errorf("got %+v", result)
		}
	}
	if leaves := verifyChain(t, b.Store, c.ID); len(leaves) != 2 {
		t.Errorf("got %d entries, want 2", len(leaves))
	}
	if got := must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID)); got.Version != 2 {
		t.Errorf("got version %d, want 2", got.Version)
	}
}

// TestOneStepForEachVersion: of several different steps on one version, one is written.
func TestOneStepForEachVersion(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	codes := make([]recovery.Code, 10)
	var group sync.WaitGroup
	for i := range codes {
		group.Go(func() {
			_, err := s.WriteStep(t.Context(), postgres.StepWrite{
				CaseID: c.ID, ExpectedVersion: &c.Version, Drafts: drafts(recovery.EntryReturnRecorded, numbered("return", i)), Next: c.Position,
			})
			if err != nil {
				codes[i] = recovery.CodeOf(err)
			}
		})
	}
	group.Wait()
	slices.Sort(codes)
	want := slices.Repeat([]recovery.Code{recovery.CodePrecondition}, len(codes))
	want[0] = ""
	if diff := cmp.Diff(want, codes); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	if leaves := verifyChain(t, s, c.ID); len(leaves) != 2 {
		t.Errorf("got %d entries, want 2", len(leaves))
	}
}

func TestWriteStepCloses(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	closeCase(t, b.Store, c)
	got := must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID))
	if got.ClosedAt == nil || !got.ClosedAt.Equal(noon) || len(got.Deadlines) != 0 {
		t.Errorf("closed at %v with deadlines %v", got.ClosedAt, got.Deadlines)
	}
	later := draft(recovery.EntryNoteAdded, "after")
	later.At = noon.Add(time.Hour)
	w := postgres.StepWrite{CaseID: c.ID, Drafts: []journal.Draft{later}, Next: got.Position}
	must[postgres.StepResult](t)(b.WriteStep(t.Context(), w))
	if again := must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID)); !again.ClosedAt.Equal(noon) {
		t.Errorf("closed again at %v", again.ClosedAt)
	}
}

func TestCounterpartsAreMergedFieldByField(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	id := c.Counterparts[1].ID
	step := func(key string, news recovery.Counterpart) recovery.Counterpart {
		news.ID = id
		w := postgres.StepWrite{CaseID: c.ID, Drafts: drafts(recovery.EntryResponseRecorded, key), Next: c.Position, Counterpart: &news}
		must[postgres.StepResult](t)(s.WriteStep(t.Context(), w))
		return must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID)).Counterparts[1]
	}
	for i, test := range []struct{ news, want recovery.Counterpart }{
		{recovery.Counterpart{Answer: recovery.Refused, Refusal: recovery.ClaimsGift}, recovery.Counterpart{Answer: recovery.Refused, Refusal: recovery.ClaimsGift}},
		{recovery.Counterpart{ReturnFen: 500}, recovery.Counterpart{Answer: recovery.Refused, Refusal: recovery.ClaimsGift, ReturnFen: 500}},
		{recovery.Counterpart{Refusal: recovery.ClaimsOwed}, recovery.Counterpart{Answer: recovery.Refused, Refusal: recovery.ClaimsOwed, ReturnFen: 500}},
		{recovery.Counterpart{Answer: recovery.Promised}, recovery.Counterpart{Answer: recovery.Promised, ReturnFen: 500}},
	} {
		test.want.ID, test.want.Alias = id, "Rainy Day"
		if diff := cmp.Diff(test.want, step(numbered("step", i), test.news)); diff != "" {
			t.Errorf("step %d (-want +got):\n%s", i, diff)
		}
	}
	w := postgres.StepWrite{
		CaseID: c.ID, Drafts: drafts(recovery.EntryResponseRecorded, "x"), Next: c.Position, Counterpart: &recovery.Counterpart{ID: "nobody"},
	}
	_, err := s.WriteStep(t.Context(), w)
	wantCode(t, err, recovery.CodeNotFound)
	if leaves := verifyChain(t, s, c.ID); len(leaves) != 5 {
		t.Errorf("got %d entries, want 5", len(leaves))
	}
}

func TestWriteStepRefusesWhatIsNoStep(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	for name, w := range map[string]postgres.StepWrite{
		"no draft": {CaseID: c.ID},
		"no key":   {CaseID: c.ID, Drafts: drafts(recovery.EntryNoteAdded, "")},
	} {
		_, err := s.WriteStep(t.Context(), w)
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	_, err := s.WriteStep(t.Context(), postgres.StepWrite{CaseID: "nobody's", Drafts: drafts(recovery.EntryNoteAdded, "k")})
	wantCode(t, err, recovery.CodeNotFound)
}

// request stages an act of a case and gives the step that would apply it.
func request(t testing.TB, s *postgres.Store, c recovery.Case, key string) (recovery.ActionRequest, postgres.StepWrite) {
	t.Helper()
	r := must[recovery.ActionRequest](t)(s.StoreAction(t.Context(), staged(t, c, key)))
	return r, postgres.StepWrite{
		CaseID: c.ID, Request: r.ID, Attempt: r.Attempt, Drafts: drafts(recovery.EntryContactRecorded, "act/"+string(r.ID)), Next: c.Position,
	}
}

func TestAbandonedRequestsAreNotWritten(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	r, w := request(t, b.Store, c, "k")
	if abandoned := must[bool](t)(b.AbandonAction(t.Context(), r.ID)); !abandoned {
		t.Fatal("a staged act was not abandoned")
	}
	for name, change := range map[string]func(*postgres.StepWrite){
		"abandoned":       func(*postgres.StepWrite) {},
		"another attempt": func(w *postgres.StepWrite) { w.Attempt++ },
		"unknown":         func(w *postgres.StepWrite) { w.Request = "nobody's" },
	} {
		mine := w
		change(&mine)
		_, err := b.WriteStep(t.Context(), mine)
		if !errors.Is(err, postgres.ErrAbandoned) {
			t.Errorf("%s: got %v, want ErrAbandoned", name, err)
		}
	}
	again := must[recovery.ActionRequest](t)(b.StoreAction(t.Context(), staged(t, c, "k")))
	if _, err := b.WriteStep(t.Context(), w); !errors.Is(err, postgres.ErrAbandoned) {
		t.Errorf("the first attempt after a second was staged: %v", err)
	}
	w.Attempt = again.Attempt
	must[postgres.StepResult](t)(b.WriteStep(t.Context(), w))
	if abandoned := must[bool](t)(b.AbandonAction(t.Context(), r.ID)); abandoned {
		t.Error("an applied act was abandoned")
	}
	must[postgres.StepResult](t)(b.WriteStep(t.Context(), w))
	got := must[recovery.Case](t)(b.ReadCase(t.Context(), c.ID))
	if leaves := verifyChain(t, b.Store, c.ID); len(leaves) != 2 || got.Version != 2 {
		t.Errorf("got %d entries and version %d, want 2 and 2", len(leaves), got.Version)
	}
}

func TestAbandonAndWriteAgree(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	for i := range 25 {
		r, w := request(t, s, c, numbered("k", i))
		var group sync.WaitGroup
		var abandoned bool
		var abandonErr, stepErr error
		group.Go(func() { abandoned, abandonErr = s.AbandonAction(t.Context(), r.ID) })
		group.Go(func() { _, stepErr = s.WriteStep(t.Context(), w) })
		group.Wait()
		if abandonErr != nil || abandoned != errors.Is(stepErr, postgres.ErrAbandoned) || !abandoned && stepErr != nil {
			t.Fatalf("round %d: abandoned %v, step error %v", i, abandoned, stepErr)
		}
	}
	verifyChain(t, s, c.ID)
}
