package postgres_test

import (
	"slices"
	"testing"
	"time"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// represent lets somebody stand in for the claimant of a case.
func represent(t testing.TB, s *postgres.Store, c recovery.Case, by recovery.UserID) {
	t.Helper()
	err := s.WriteDirectly(t.Context(), postgres.DirectWrite{CaseID: c.ID, Representative: &by, Draft: draft(recovery.EntryHandedOver, "")})
	if err != nil {
		t.Fatal(err)
	}
}

func TestRepresentativeIsKept(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	represent(t, s, c, "friend")
	got := must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID))
	if got.Representative != "friend" || got.Owner != c.Owner || got.Shared || got.Version != 2 {
		t.Errorf("%+v", got)
	}
	represent(t, s, c, "")
	if got = must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID)); got.Representative != "" {
		t.Errorf("represented by %q", got.Representative)
	}
}

// TestListsShowRepresentedCases pages through cases that are somebody's own and
// cases they stand in for, as one list.
func TestListsShowRepresentedCases(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	var want []recovery.CaseID
	for i := range 9 {
		c := file(t, s, func(c *recovery.Case) {
			c.CreatedAt = noon.Add(time.Duration(i) * time.Second)
			if i%3 == 0 {
				c.Owner = "friend"
			}
		})
		if i%3 != 2 {
			represent(t, s, c, "friend") // of their own cases too: they are listed once
			want = append([]recovery.CaseID{c.ID}, want...)
		}
	}
	for limit := 1; limit <= 7; limit += 2 {
		var got []recovery.CaseID
		for cursor, more := "", true; more; more = cursor != "" {
			var ids []recovery.CaseID
			ids, cursor = page(t, s, recovery.CaseFilter{Owner: "friend", OpenOnly: true}, limit, cursor)
			got = append(got, ids...)
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages of %d: got %v, want %v", limit, got, want)
		}
	}
}

func TestTransactionOpen(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	first := file(t, s)
	none := file(t, s, func(c *recovery.Case) { c.TransactionNo = "" })
	file(t, s, func(c *recovery.Case) { c.TransactionNo = "" })
	shut := file(t, s, func(c *recovery.Case) { c.TransactionNo = "other" })
	closeCase(t, s, shut)
	again := recovery.Case{ID: "another", Platform: shut.Platform, TransactionNo: shut.TransactionNo}
	for name, test := range map[string]struct {
		c    recovery.Case
		want bool
	}{
		"its own": {first, false}, "no number": {none, false}, "a closed one": {again, false},
		"another's": {recovery.Case{ID: "another", Platform: first.Platform, TransactionNo: first.TransactionNo}, true},
		"elsewhere": {recovery.Case{ID: "another", Platform: recovery.QQ, TransactionNo: first.TransactionNo}, false},
	} {
		if got := must[bool](t)(s.TransactionOpen(t.Context(), test.c)); got != test.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// TestReopeningATransactionThatHasAnOpenCase changes nothing.
func TestReopeningATransactionThatHasAnOpenCase(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	closeCase(t, s, c)
	file(t, s, func(other *recovery.Case) { other.TransactionNo = c.TransactionNo })
	before := must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID))
	_, err := s.WriteStep(t.Context(), postgres.StepWrite{CaseID: c.ID, Drafts: drafts(recovery.EntryReopened, "r"), Next: c.Position})
	wantCode(t, err, recovery.CodeTransactionOpen)
	after := must[recovery.Case](t)(s.ReadCase(t.Context(), c.ID))
	if after.Version != before.Version || after.ClosedAt == nil || after.Position.Stage != recovery.Closed {
		t.Errorf("%+v", after)
	}
}

// TestACounterpartsEvidenceIsNotTheClaimants neither tells the workflow nor
// counts as what was asked for.
func TestACounterpartsEvidenceIsNotTheClaimants(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	e := recovery.Evidence{
		ID: recovery.EvidenceID(newID(t)), CaseID: c.ID, Kind: recovery.Ticket, SHA256: "00", Size: 1, ReceivedAt: noon,
		By: recovery.Actor{Role: recovery.RoleCounterpart, ID: recovery.UserID(c.Counterparts[0].ID)},
	}
	must[recovery.Evidence](t)(b.AddEvidence(t.Context(), postgres.EvidenceWrite{Evidence: e, Draft: draft(recovery.EntryEvidenceAdded, "e")}))
	if n := b.count(t, "outbox where kind = 'evidence'"); n != 0 {
		t.Errorf("the workflow is told %d times", n)
	}
	if kinds := must[map[recovery.CaseID][]recovery.Evidence](t)(b.EvidenceKinds(t.Context(), []recovery.CaseID{c.ID})); len(kinds) != 0 {
		t.Errorf("it counts as %v", kinds)
	}
	if list := must[[]recovery.Evidence](t)(b.ListEvidence(t.Context(), c.ID)); len(list) != 1 {
		t.Errorf("%d are listed", len(list))
	}
}
