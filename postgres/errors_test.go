package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgconn"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func TestErrorsAreTranslated(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		err  error
		want recovery.Code
	}{
		"open transaction":   {&pgconn.PgError{Code: "23505", ConstraintName: "open_transactions_pkey"}, recovery.CodeTransactionOpen},
		"taken number":       {&pgconn.PgError{Code: "23505", ConstraintName: "cases_number"}, recovery.CodeConflict},
		"other constraint":   {&pgconn.PgError{Code: "23514", ConstraintName: "cases_pace_check"}, recovery.CodeInternal},
		"shutting down":      {&pgconn.PgError{Code: "57P01"}, recovery.CodeUnavailable},
		"no connection left": {&pgconn.PgError{Code: "53300"}, recovery.CodeUnavailable},
		"a full disk":        {&pgconn.PgError{Code: "53100"}, recovery.CodeUnavailable}, // background work goes on when there is room
		"deadlock":           {&pgconn.PgError{Code: "40P01"}, recovery.CodeUnavailable},
		"cut off":            {io.ErrUnexpectedEOF, recovery.CodeUnavailable},
		"network":            {&net.OpError{Op: "read", Err: errors.New("reset")}, recovery.CodeUnavailable},
		"syntax":             {&pgconn.PgError{Code: "42601", Message: "secret"}, recovery.CodeInternal},
		"anything":           {errors.New("anything"), recovery.CodeInternal},
		"a fault":            {recovery.Faultf(recovery.CodeForbidden, "no"), recovery.CodeForbidden},
	} {
		got := postgres.Refine("test", fmt.Errorf("wrapped: %w", test.err))
		if recovery.CodeOf(got) != test.want {
			t.Errorf("%s: got %v, want %s", name, got, test.want)
		}
		var fault *recovery.Fault
		if errors.As(got, &fault) && strings.Contains(fault.Detail, "secret") {
			t.Errorf("%s: the driver's words reach the caller: %q", name, fault.Detail)
		}
	}
	for _, err := range []error{nil, context.Canceled, context.DeadlineExceeded, postgres.ErrAbandoned, postgres.ErrRepeated} {
		if got := postgres.Refine("test", err); !errors.Is(got, err) {
			t.Errorf("got %v, want %v", got, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	some := postgres.Options{Random: strings.NewReader("")}
	for name, test := range map[string]struct {
		url  string
		o    postgres.Options
		want recovery.Code
	}{
		"no address":    {"postgres://%zz", some, recovery.CodeInternal},
		"no randomness": {url, postgres.Options{}, recovery.CodeInternal},
		"no server":     {"postgres://nobody@127.0.0.1:1/none?connect_timeout=5", some, recovery.CodeUnavailable},
		"no database":   {url + "&database=none", some, recovery.CodeUnavailable},
	} {
		s, err := postgres.Open(t.Context(), test.url, test.o)
		if err == nil {
			s.Close()
		}
		if err == nil || recovery.CodeOf(err) != test.want {
			t.Errorf("%s: got %v, want %s", name, err, test.want)
		}
	}
}

func TestACancelledRequestIsNoFault(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.ReadCase(ctx, "any")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if s := must[recovery.User](t)(s.EnsureUser(t.Context(), account("a@example.test", recovery.RoleAgent))); s.ID == "" {
		t.Error("the store is not usable after a cancelled request")
	}
}

func TestRandomnessThatEnds(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	c := file(t, b.Store)
	dry := pgtest.Open(t, b.url, postgres.Options{Random: strings.NewReader("")})
	_, err := dry.AppendEntries(t.Context(), c.ID, false, draft(recovery.EntryNoteAdded, ""))
	if !errors.Is(err, io.EOF) {
		t.Errorf("append: %v", err)
	}
	_, err = dry.EnsureUser(t.Context(), account("a@example.test", recovery.RoleAgent))
	if !errors.Is(err, io.EOF) {
		t.Errorf("account: %v", err)
	}
	fresh := sample(t, "R20261121-000099")
	err = dry.FileCase(t.Context(), postgres.FilingWrite{Case: fresh, Draft: draft(recovery.EntryCaseFiled, "")})
	if !errors.Is(err, io.EOF) || b.count(t, "cases") != 1 {
		t.Errorf("filing: %v", err)
	}
	verifyChain(t, b.Store, c.ID)
}
