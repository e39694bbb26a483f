package postgres_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// noon is when most tests happen.
var noon = time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)

func newID(t testing.TB) string {
	t.Helper()
	id, err := uuid.NewV7FromReader(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return id.String()
}

// sample is a case as a claimant would file it, with two counterparts.
func sample(t testing.TB, number recovery.CaseNumber) recovery.Case {
	t.Helper()
	sentAt := noon.Add(-3 * time.Hour)
	filing := recovery.Filing{
		Platform: recovery.WeChat, Instrument: recovery.LuckyPacket, Amount: 200_000, SentAt: &sentAt,
		Reason: recovery.WrongGroup, ClaimState: recovery.PartlyClaimed,
		Group: &recovery.Group{Kind: recovery.WorkGroup, Size: 48},
		Counterparts: []recovery.FilingCounterpart{
			{Alias: "阿明", Claimed: 120_000, ClaimedAt: &sentAt, Contact: "wxid_aming"}, {Alias: "Rainy Day"},
		},
		Claimant:  recovery.Claimant{Name: "王小雨", Email: "yu@example.test", Province: "浙江", City: "杭州"},
		Narrative: "发错群了。\n本来要发给家里。",
	}
	c := filing.NewCase(recovery.CaseID(newID(t)), number, "owner-1", noon, func() string { return newID(t) })
	c.TransactionNo = newID(t)
	c.Playbook = "2026-11"
	c.Position = recovery.StartPosition(c, recovery.Terms{})
	c.Deadlines = []recovery.Deadline{
		{Kind: recovery.LegalClock, DueAt: noon.Add(time.Hour), PausedBecause: "holiday", Source: "rule b"},
		{Kind: recovery.ContactClock, DueAt: noon.Add(72 * time.Hour), Source: "rule a"},
	}
	return c
}

func draft(kind recovery.EntryKind, key string) journal.Draft {
	return journal.Draft{
		Kind: kind, At: noon, Actor: recovery.Actor{Role: recovery.RoleClaimant, ID: "owner-1"}, Key: key,
		Collector: journal.Collector{Tool: "recourse", Version: "0.1.0"},
		Facts:     map[string]any{"kind": kind}, Personal: map[string]string{"text": "别人的名字", "note": "and a note"},
	}
}

// file files a sample case, changed as the test wishes.
func file(t testing.TB, s *postgres.Store, change ...func(*recovery.Case)) recovery.Case {
	t.Helper()
	number, err := s.NextNumber(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	c := sample(t, number)
	for _, apply := range change {
		apply(&c)
	}
	err = s.FileCase(t.Context(), postgres.FilingWrite{Case: c, Draft: draft(recovery.EntryCaseFiled, "filed")})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// bundle is a store with the address of its database, for tests that look
// behind it.
type bundle struct {
	*postgres.Store
	url    string
	signer *journal.Signer
}

func open(t testing.TB, o postgres.Options) bundle {
	t.Helper()
	signer := pgtest.Signer(t)
	if o.Keys == nil {
		o.Keys = pgtest.Keys(t, signer)
	}
	url := pgtest.URL(t)
	return bundle{Store: pgtest.Open(t, url, o), url: url, signer: signer}
}

// sql runs a statement on a connection of its own and gives its error.
func (b bundle) sql(t testing.TB, statement string, args ...any) error {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	_, err = conn.Exec(t.Context(), statement, args...)
	return err
}

// count gives the number of rows a condition holds for: "outbox where …".
func (b bundle) count(t testing.TB, from string, args ...any) int {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), b.url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var n int
	err = conn.QueryRow(t.Context(), "select count(*) from "+from, args...).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func wantCode(t testing.TB, err error, code recovery.Code) {
	t.Helper()
	if err == nil || recovery.CodeOf(err) != code {
		t.Fatalf("got error %v, want code %s", err, code)
	}
}

func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

func numbered(prefix string, i int) string { return fmt.Sprintf("%s-%03d", prefix, i) }

func openUnsigned(t testing.TB, url string) *postgres.Store {
	t.Helper()
	s, err := postgres.Open(t.Context(), url, postgres.Options{Random: rand.Reader})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}
