package postgres_test

import (
	"crypto/sha256"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// link is a working link of a case's first counterpart, issued at noon.
func link(t testing.TB, c recovery.Case) recovery.Link {
	t.Helper()
	id := newID(t)
	hash := sha256.Sum256([]byte(id))
	return recovery.Link{
		ID: id, CaseID: c.ID, CounterpartID: c.Counterparts[0].ID, Hash: hash[:],
		CreatedAt: noon, ExpiresAt: noon.Add(time.Hour), By: recovery.Actor{Role: recovery.RoleClaimant, ID: "owner-1"},
	}
}

func issue(l recovery.Link, key string) postgres.LinkWrite {
	return postgres.LinkWrite{
		Link: l, Draft: draft(recovery.EntryLinkIssued, "link:"+l.ID),
		Revoked:     func(old recovery.Link) journal.Draft { return draft(recovery.EntryLinkRevoked, "revoked:"+old.ID) },
		Idempotency: postgres.Idempotency{Actor: "owner-1", Key: key, Fingerprint: "f", Ref: l.ID},
	}
}

func issued(t testing.TB, s *postgres.Store, l recovery.Link) recovery.Link {
	t.Helper()
	if err := s.IssueLink(t.Context(), issue(l, "")); err != nil {
		t.Fatal(err)
	}
	return l
}

// kinds lists what the journal of a case tells after its filing.
func kinds(t testing.TB, s *postgres.Store, id recovery.CaseID) []recovery.EntryKind {
	t.Helper()
	list := []recovery.EntryKind{}
	for _, entry := range must[[]journal.StoredEntry](t)(s.ReadJournal(t.Context(), id, 1, 0)) {
		list = append(list, entry.Record.Kind)
	}
	return list
}

func TestALinkIsFoundByItsHash(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	want := issued(t, b.Store, link(t, c))
	if diff := cmp.Diff(want, must[recovery.Link](t)(b.LinkByHash(t.Context(), [32]byte(want.Hash)))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	_, err := b.LinkByHash(t.Context(), sha256.Sum256([]byte("another")))
	wantCode(t, err, recovery.CodeNotFound)
	wantCode(t, b.IssueLink(t.Context(), issue(link(t, recovery.Case{ID: "nobody's", Counterparts: c.Counterparts}), "")), recovery.CodeNotFound)
}

func TestANewLinkEndsTheOld(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	first := issued(t, b.Store, link(t, c))
	second := link(t, c)
	second.CreatedAt = noon.Add(time.Minute)
	issued(t, b.Store, second)
	other := link(t, c)
	other.CounterpartID = c.Counterparts[1].ID
	issued(t, b.Store, other)
	for _, got := range must[[]recovery.Link](t)(b.ListLinks(t.Context(), c.ID)) {
		if works := got.IsValid(noon.Add(2 * time.Minute)); works == (got.ID == first.ID) {
			t.Errorf("%+v: works %v", got, works)
		}
	}
	want := []recovery.EntryKind{recovery.EntryLinkIssued, recovery.EntryLinkIssued, recovery.EntryLinkRevoked, recovery.EntryLinkIssued}
	if got := kinds(t, b.Store, c.ID); !slices.Equal(got, want) {
		t.Errorf("journal %v, want %v", got, want)
	}
	verifyChain(t, b.Store, c.ID)
}

func TestAnExpiredLinkIsReplacedInSilence(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	issued(t, b.Store, link(t, c))
	later := link(t, c)
	later.CreatedAt, later.ExpiresAt = noon.Add(2*time.Hour), noon.Add(3*time.Hour)
	issued(t, b.Store, later)
	if got := kinds(t, b.Store, c.ID); slices.Contains(got, recovery.EntryLinkRevoked) {
		t.Errorf("a link that was over was revoked: %v", got)
	}
}

func TestLinksAtTheSameTimeLeaveOne(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	var group sync.WaitGroup
	for range 6 {
		l := link(t, c)
		group.Go(func() {
			if err := b.IssueLink(t.Context(), issue(l, "")); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := b.count(t, "links where revoked_at is null"); n != 1 {
		t.Errorf("%d links work", n)
	}
}

func TestIssuingIsIdempotent(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	if err := b.IssueLink(t.Context(), issue(link(t, c), "k")); err != nil {
		t.Fatal(err)
	}
	if err := b.IssueLink(t.Context(), issue(link(t, c), "k")); !errors.Is(err, postgres.ErrRepeated) {
		t.Errorf("got %v", err)
	}
	if n := b.count(t, "links"); n != 1 {
		t.Errorf("%d links", n)
	}
}

func TestOnlyTheFirstOpeningIsWritten(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	l := issued(t, b.Store, link(t, c))
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			if err := b.OpenLink(t.Context(), l, draft(recovery.EntryLinkOpened, ""), notify.Notifications{}); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if got := kinds(t, b.Store, c.ID); !slices.Equal(got, []recovery.EntryKind{recovery.EntryLinkIssued, recovery.EntryLinkOpened}) {
		t.Errorf("journal %v", got)
	}
	if got := must[recovery.Link](t)(b.LinkByHash(t.Context(), [32]byte(l.Hash))); got.OpenedAt == nil || !got.OpenedAt.Equal(noon) {
		t.Errorf("opened at %v", got.OpenedAt)
	}
}

func TestARevokedLinkIsNotOpened(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	l := issued(t, b.Store, link(t, c))
	for range 2 {
		if err := b.RevokeLink(t.Context(), l, draft(recovery.EntryLinkRevoked, "")); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, b.OpenLink(t.Context(), l, draft(recovery.EntryLinkOpened, ""), notify.Notifications{}), recovery.CodeLinkEnded)
	if got := kinds(t, b.Store, c.ID); !slices.Equal(got, []recovery.EntryKind{recovery.EntryLinkIssued, recovery.EntryLinkRevoked}) {
		t.Errorf("journal %v", got)
	}
}
