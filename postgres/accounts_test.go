package postgres_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/google/go-cmp/cmp"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

var _ scs.CtxStore = (*postgres.Sessions)(nil)

func account(email string, role recovery.Role) recovery.User {
	return recovery.User{Email: email, Role: role, Name: "周岚", Active: true}
}

func TestEnsureUserKeepsTheID(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	first := must[recovery.User](t)(s.EnsureUser(t.Context(), account("Lan@Example.test", recovery.RoleAgent)))
	if first.ID == "" || first.Email != "lan@example.test" {
		t.Errorf("got %+v", first)
	}
	changed := account("lan@example.test", recovery.RoleSupervisor)
	changed.Email = " LAN＠example.test"
	changed.ID, changed.Name = "another", "周岚岚"
	second := must[recovery.User](t)(s.EnsureUser(t.Context(), changed))
	changed.ID, changed.Email = first.ID, first.Email
	for _, got := range []recovery.User{second, must[recovery.User](t)(s.FindUser(t.Context(), first.ID))} {
		if diff := cmp.Diff(changed, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	}
	_, err := s.FindUser(t.Context(), "another")
	wantCode(t, err, recovery.CodeNotFound)
	taken := account("other@example.test", recovery.RoleAgent)
	taken.ID = first.ID
	_, err = s.EnsureUser(t.Context(), taken)
	wantCode(t, err, recovery.CodeConflict)
}

func TestUsersByRole(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	for _, u := range []recovery.User{
		account("b@example.test", recovery.RoleAgent), account("a@example.test", recovery.RoleAgent), account("c@example.test", recovery.RoleAdmin),
	} {
		must[recovery.User](t)(s.EnsureUser(t.Context(), u))
	}
	emails := func(role recovery.Role) (list []string) {
		for _, u := range must[[]recovery.User](t)(s.ListUsers(t.Context(), role)) {
			list = append(list, u.Email)
		}
		return list
	}
	if diff := cmp.Diff([]string{"a@example.test", "b@example.test"}, emails(recovery.RoleAgent)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"c@example.test", "a@example.test", "b@example.test"}, emails("")); diff != "" {
		t.Error(diff)
	}
	if list := emails(recovery.RoleLegal); len(list) != 0 {
		t.Errorf("got %v", list)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	c := &clock{at: noon}
	s := pgtest.Open(t, pgtest.URL(t), postgres.Options{Now: c.now})
	user := must[recovery.User](t)(s.EnsureUser(t.Context(), account("a@example.test", recovery.RoleAgent)))
	lasting, passing := sha256.Sum256([]byte("lasting")), sha256.Sum256([]byte("passing"))
	expires := noon.Add(time.Hour)
	for hash, until := range map[[32]byte]*time.Time{lasting: nil, passing: &expires} {
		if err := s.AddToken(t.Context(), recovery.Token{ID: hex.EncodeToString(hash[:5]), UserID: user.ID, Note: "laptop", ExpiresAt: until}, hash); err != nil {
			t.Fatal(err)
		}
		if got := must[recovery.User](t)(s.UserByToken(t.Context(), hash)); got != user {
			t.Errorf("got %+v", got)
		}
	}
	wantCode(t, s.AddToken(t.Context(), recovery.Token{ID: "other", UserID: user.ID}, lasting), recovery.CodeConflict)
	wantCode(t, s.AddToken(t.Context(), recovery.Token{ID: "x", UserID: "nobody"}, sha256.Sum256([]byte("x"))), recovery.CodeNotFound)
	refused := func(hash [32]byte) {
		t.Helper()
		_, err := s.UserByToken(t.Context(), hash)
		wantCode(t, err, recovery.CodeUnauthenticated)
	}
	refused(sha256.Sum256([]byte("unknown")))
	c.forward(time.Hour)
	refused(passing)
	user.Active = false
	must[recovery.User](t)(s.EnsureUser(t.Context(), user))
	refused(lasting)
}

func TestSessions(t *testing.T) {
	t.Parallel()
	c := &clock{at: noon}
	b := open(t, postgres.Options{Now: c.now})
	sessions := b.SessionStore()
	find := func() string {
		t.Helper()
		data, found, err := sessions.Find("token")
		if err != nil || found != (data != nil) {
			t.Fatalf("found %v, data %q, error %v", found, data, err)
		}
		return string(data)
	}
	if find() != "" {
		t.Error("a session that was never written")
	}
	for _, data := range []string{"one", "two"} {
		if err := sessions.Commit("token", []byte(data), noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got := find(); got != data {
			t.Errorf("got %q, want %q", got, data)
		}
	}
	c.forward(time.Hour)
	if find() != "" {
		t.Error("an expired session was found")
	}
	if err := sessions.Sweep(t.Context()); err != nil || b.count(t, "sessions") != 0 {
		t.Errorf("swept with error %v, %d left", err, b.count(t, "sessions"))
	}
	if err := sessions.Commit("token", []byte("x"), noon.Add(2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := sessions.Delete("token"); err != nil {
			t.Fatal(err)
		}
	}
	if find() != "" {
		t.Error("a deleted session was found")
	}
}
