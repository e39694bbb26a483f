package main

import (
	"bytes"
	"strings"
	"testing"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func TestRetryListsAndRetries(t *testing.T) {
	t.Parallel()
	store := pgtest.New(t)
	for setAside := false; !setAside; {
		var err error
		if setAside, err = store.RecordFailure(t.Context(), postgres.ItemErasure, "case"); err != nil {
			t.Fatal(err)
		}
	}
	var out bytes.Buffer
	if err := listSetAside(t.Context(), &out, store); err != nil || !strings.Contains(out.String(), "erasure      1\n") || !strings.Contains(out.String(), "stamp        0\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	if err := retrySetAside(t.Context(), &out, store, "all"); err != nil || !strings.Contains(out.String(), "erasure      1 are tried again\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
	out.Reset()
	if err := listSetAside(t.Context(), &out, store); err != nil || strings.Contains(out.String(), "1\n") {
		t.Errorf("%v\n%s", err, out.String())
	}
	if err := retrySetAside(t.Context(), &out, store, "everything"); recovery.CodeOf(err) != recovery.CodeInvalid {
		t.Errorf("%v", err)
	}
}
