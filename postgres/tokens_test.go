package postgres_test

import (
	"crypto/sha256"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// addToken adds a token whose secret and id are the name.
func addToken(t *testing.T, s *postgres.Store, user recovery.UserID, name string) [32]byte {
	t.Helper()
	hash := sha256.Sum256([]byte(name))
	if err := s.AddToken(t.Context(), recovery.Token{ID: name, UserID: user, Note: "for " + name}, hash); err != nil {
		t.Fatal(err)
	}
	return hash
}

// TestTokensAreListedAndRevoked: a list says when each was used last; a revoked one ends
// and the others do not.
func TestTokensAreListedAndRevoked(t *testing.T) {
	t.Parallel()
	c := &clock{at: noon}
	s := pgtest.Open(t, pgtest.URL(t), postgres.Options{Now: c.now})
	user := must[recovery.User](t)(s.AddUser(t.Context(), recovery.User{ID: "u", Role: recovery.RoleAgent, Email: "A@example.test"}))
	first := addToken(t, s, user.ID, "first")
	c.forward(time.Second)
	second := addToken(t, s, user.ID, "second")
	must[recovery.User](t)(s.UserByToken(t.Context(), first))
	c.forward(30 * time.Second) // a use is recorded once a minute
	must[recovery.User](t)(s.UserByToken(t.Context(), first))
	used, revoked := noon.Add(time.Second), noon.Add(31*time.Second)
	must[recovery.Token](t)(s.RevokeToken(t.Context(), "second"))
	c.forward(time.Hour)
	must[recovery.Token](t)(s.RevokeToken(t.Context(), "second")) // the first time counts
	want := []recovery.Token{
		{ID: "first", UserID: "u", Note: "for first", CreatedAt: noon, LastUsedAt: &used},
		{ID: "second", UserID: "u", Note: "for second", CreatedAt: noon.Add(time.Second), RevokedAt: &revoked},
	}
	if diff := cmp.Diff(want, must[[]recovery.Token](t)(s.ListTokens(t.Context(), "u"))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	must[recovery.User](t)(s.UserByToken(t.Context(), first))
	_, err := s.UserByToken(t.Context(), second)
	wantCode(t, err, recovery.CodeUnauthenticated)
	_, err = s.RevokeToken(t.Context(), "third")
	wantCode(t, err, recovery.CodeNotFound)
}

// TestAccountsChangeOnPurposeOnly: an address has one account; another role and the end of
// an account take its tokens, and enabling it does not give them back.
func TestAccountsChangeOnPurposeOnly(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	user := must[recovery.User](t)(s.AddUser(t.Context(), recovery.User{ID: "u", Role: recovery.RoleLegal, Email: "a@example.test"}))
	_, err := s.AddUser(t.Context(), recovery.User{ID: "v", Role: recovery.RoleAdmin, Email: " A@EXAMPLE.test"})
	wantCode(t, err, recovery.CodeConflict)
	expectEnded := func(hash [32]byte, after string) {
		t.Helper()
		if _, err := s.UserByToken(t.Context(), hash); recovery.CodeOf(err) != recovery.CodeUnauthenticated {
			t.Errorf("a token of %s: %v", after, err)
		}
	}
	before := addToken(t, s, user.ID, "before")
	if changed := must[recovery.User](t)(s.ChangeRole(t.Context(), "u", recovery.RoleAgent)); changed.Role != recovery.RoleAgent {
		t.Errorf("%+v", changed)
	}
	expectEnded(before, "another role")
	held := addToken(t, s, user.ID, "held")
	if open, err := s.DisableUser(t.Context(), "u"); err != nil || open != 0 {
		t.Errorf("%d open cases, %v", open, err)
	}
	expectEnded(held, "a disabled account")
	if enabled := must[recovery.User](t)(s.EnableUser(t.Context(), "u")); !enabled.Active {
		t.Errorf("%+v", enabled)
	}
	expectEnded(held, "an enabled account")
	_, err = s.DisableUser(t.Context(), "nobody")
	wantCode(t, err, recovery.CodeNotFound)
	for _, change := range []func() (recovery.User, error){
		func() (recovery.User, error) { return s.EnableUser(t.Context(), "nobody") },
		func() (recovery.User, error) { return s.ChangeRole(t.Context(), "nobody", recovery.RoleAdmin) },
	} {
		_, err := change()
		wantCode(t, err, recovery.CodeNotFound)
	}
}
