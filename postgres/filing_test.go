package postgres_test

import (
	"errors"
	"fmt"
	"regexp"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func TestFileCaseKeepsEverything(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	want := file(t, s)
	got := must[recovery.Case](t)(s.ReadCase(t.Context(), want.ID))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("by id (-want +got):\n%s", diff)
	}
	got = must[recovery.Case](t)(s.CaseByNumber(t.Context(), want.Number))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("by number (-want +got):\n%s", diff)
	}
	_, err := s.ReadCase(t.Context(), "nobody's")
	wantCode(t, err, recovery.CodeNotFound)
	_, err = s.CaseByNumber(t.Context(), "R20261121-999999")
	wantCode(t, err, recovery.CodeNotFound)
}

func TestFileCaseOfLittle(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s, func(c *recovery.Case) {
		c.Deadlines, c.Counterparts, c.Narrative, c.TransactionNo = nil, nil, "", ""
		c.Position = recovery.Position{}
	})
	got := must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID))
	if len(got.Deadlines) != 0 || len(got.Counterparts) != 0 || got.Position.Stage != "" {
		t.Errorf("got %+v", got)
	}
}

func TestFileCaseFillsTheOutbox(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	if n := b.count(t, "outbox where kind = 'start' and case_id = $1", c.ID); n != 1 {
		t.Errorf("got %d start rows, want 1", n)
	}
}

func TestDueIsTheEarliestDeadlineThatRuns(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store) // the paused one would be earlier
	if n := b.count(t, "cases where id = $1 and due_at = $2", c.ID, c.Deadlines[1].DueAt); n != 1 {
		t.Error("due_at is not the running deadline's")
	}
	c = file(t, b.Store, func(c *recovery.Case) { c.Deadlines = c.Deadlines[:1] })
	if n := b.count(t, "cases where id = $1 and due_at is null", c.ID); n != 1 {
		t.Error("a case whose only deadline is paused is due")
	}
}

func TestOneOpenCasePerTransaction(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	first := file(t, b.Store)
	again := func(change func(*recovery.Case)) error {
		c := sample(t, must[recovery.CaseNumber](t)(b.NextNumber(t.Context())))
		c.TransactionNo = first.TransactionNo
		change(&c)
		return b.FileCase(t.Context(), postgres.FilingWrite{Case: c, Draft: draft(recovery.EntryCaseFiled, "filed")})
	}
	wantCode(t, again(func(*recovery.Case) {}), recovery.CodeTransactionOpen)
	if n := b.count(t, "cases") + b.count(t, "journal_entries") + b.count(t, "outbox"); n != 3 {
		t.Errorf("a refused filing left rows: %d, want 3", n)
	}
	if err := again(func(c *recovery.Case) { c.Platform = recovery.Alipay }); err != nil {
		t.Errorf("another platform's number: %v", err)
	}
	closeCase(t, b.Store, first)
	if err := again(func(*recovery.Case) {}); err != nil {
		t.Errorf("after the first was closed: %v", err)
	}
	for range 2 {
		if err := again(func(c *recovery.Case) { c.TransactionNo = "" }); err != nil {
			t.Errorf("without a number: %v", err)
		}
	}
}

func closeCase(t testing.TB, s *postgres.Store, c recovery.Case) {
	t.Helper()
	next := c.Position
	next.Stage, next.WaitingOn, next.Outcome = recovery.Closed, recovery.OnNobody, recovery.Withdrawn
	_, err := s.WriteStep(t.Context(), postgres.StepWrite{
		CaseID: c.ID, Drafts: drafts(recovery.EntryWithdrawn, "closed"), Next: next,
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFilingIsIdempotent(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	idem := postgres.Idempotency{Actor: "owner-1", Key: "k", Fingerprint: "f", Ref: "r", Result: []byte(`{"a":1}`)}
	c := sample(t, "R20261121-000001")
	results := make(chan error, 8)
	var group sync.WaitGroup
	for i := range cap(results) {
		group.Go(func() {
			mine := c
			mine.ID = recovery.CaseID(fmt.Sprintf("%s-%d", c.ID, i))
			mine.Number = recovery.CaseNumber(fmt.Sprintf("R20261121-%06d", i))
			results <- b.FileCase(t.Context(), postgres.FilingWrite{Case: mine, Draft: draft(recovery.EntryCaseFiled, "filed"), Idempotency: idem})
		})
	}
	group.Wait()
	close(results)
	written := 0
	for err := range results {
		switch {
		case err == nil:
			written++
		case !errors.Is(err, postgres.ErrRepeated):
			t.Error(err)
		}
	}
	if written != 1 || b.count(t, "cases") != 1 || b.count(t, "journal_entries") != 1 {
		t.Errorf("%d of 8 filings with one key were written", written)
	}
	got, found, err := b.FindResult(t.Context(), "owner-1", "k")
	if err != nil || !found {
		t.Fatalf("found %v, error %v", found, err)
	}
	if diff := cmp.Diff(idem, got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	_, found, err = b.FindResult(t.Context(), "owner-2", "k")
	if err != nil || found {
		t.Errorf("another's key: found %v, error %v", found, err)
	}
}

func TestFileCaseRefusesATakenNumber(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	first := file(t, s)
	c := sample(t, first.Number)
	err := s.FileCase(t.Context(), postgres.FilingWrite{Case: c, Draft: draft(recovery.EntryCaseFiled, "filed")})
	wantCode(t, err, recovery.CodeConflict)
}

func TestNumbersAreUnique(t *testing.T) {
	t.Parallel()
	late := time.Date(2026, 11, 20, 16, 30, 0, 0, time.UTC) // the 21st in China
	b := open(t, postgres.Options{Now: func() time.Time { return late }})
	other := pgtest.Open(t, b.url, postgres.Options{Now: func() time.Time { return late }})
	form := regexp.MustCompile(`^R20261121-\d{6}$`)
	var mutex sync.Mutex
	seen := map[recovery.CaseNumber]bool{}
	var group sync.WaitGroup
	for _, s := range []*postgres.Store{b.Store, other, b.Store, other} {
		group.Go(func() {
			for range 100 {
				number, err := s.NextNumber(t.Context())
				mutex.Lock()
				if err != nil || seen[number] || !form.MatchString(string(number)) {
					t.Errorf("got %q (seen %v), error %v", number, seen[number], err)
				}
				seen[number] = true
				mutex.Unlock()
			}
		})
	}
	group.Wait()
	if !seen["R20261121-000001"] || seen["R20261121-000000"] {
		t.Error("numbers do not begin at 1")
	}
}

func TestNumbersBeginAnewEachDay(t *testing.T) {
	t.Parallel()
	now := noon
	s := pgtest.Open(t, pgtest.URL(t), postgres.Options{Now: func() time.Time { return now }})
	must[recovery.CaseNumber](t)(s.NextNumber(t.Context()))
	now = noon.AddDate(0, 0, 1)
	if number := must[recovery.CaseNumber](t)(s.NextNumber(t.Context())); number != "R20261122-000001" {
		t.Errorf("got %s", number)
	}
}
