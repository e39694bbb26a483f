package activities

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"go.temporal.io/sdk/temporal"

	"recourse/evidence/folio"
	"recourse/recovery"
	"recourse/texts"
)

func TestNonRetryable(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err   error
		final bool
	}{
		{errors.New("connection reset"), false},
		{recovery.Faultf(recovery.CodeUnavailable, "away"), false},
		{recovery.Faultf(recovery.CodeInternal, "odd"), false},
		{recovery.Faultf(recovery.CodeNotFound, "none"), true},
		{fmt.Errorf("read: %w", recovery.Faultf(recovery.CodeConflict, "other")), true},
	} {
		var application *temporal.ApplicationError
		got := errors.As(nonRetryable(test.err), &application) && application.NonRetryable()
		if got != test.final {
			t.Errorf("%v is final: %v", test.err, got)
		}
	}
}

// TestFaultOf: a Fault arrives with its fields and the refused correction, also from a
// build that sent only the fields.
func TestFaultOf(t *testing.T) {
	t.Parallel()
	sent := &recovery.Fault{
		Code: recovery.CodeCorrectionRefused, Detail: "no", Fields: []recovery.FieldFault{{Field: "seq", Code: "x", Detail: "y"}},
		Correction: &recovery.CorrectionRefusal{Reason: recovery.LaterEntryDepends, Entry: 7, Kind: recovery.EntryRouteChosen},
	}
	var failed *temporal.ApplicationError
	if !errors.As(nonRetryable(sent), &failed) {
		t.Fatal("no application error")
	}
	got := FaultOf(failed)
	if got.Code != sent.Code || got.Detail != sent.Detail || !slices.Equal(got.Fields, sent.Fields) || got.Correction == nil || *got.Correction != *sent.Correction {
		t.Errorf("got %+v", got)
	}
	earlier := temporal.NewNonRetryableApplicationError("no", string(sent.Code), nil, sent.Fields)
	if !errors.As(earlier, &failed) {
		t.Fatal("no application error")
	}
	if got := FaultOf(failed); !slices.Equal(got.Fields, sent.Fields) || got.Correction != nil {
		t.Errorf("of an earlier build: %+v", got)
	}
}

func TestIsPermanent(t *testing.T) {
	t.Parallel()
	plain := errors.New("disk full")
	for _, test := range []struct {
		name    string
		err     error
		attempt int32
		reason  string
		final   bool
	}{
		{"may pass", plain, 1, reasonBuild, false},
		{"did not pass", plain, maxBuildAttempts, reasonBuild, true},
		{"no space yet", fmt.Errorf("bag: %w", syscall.ENOSPC), 1, reasonSpace, false},
		{"no space at last", fmt.Errorf("bag: %w", recovery.Faultf(recovery.CodeStorageFull, "full")), maxBuildAttempts, reasonSpace, true},
		{"the worker stops", fmt.Errorf("copy: %w", context.Canceled), maxBuildAttempts, "", false},
		{"out of time", context.DeadlineExceeded, 1, "", false},
		{"broken data", fmt.Errorf("bag: %w", folio.ErrOriginalDamaged), 1, reasonOriginal, true},
		{"broken journal", fmt.Errorf("read: %w", folio.ErrJournalIncomplete), 1, reasonJournal, true},
		{"lost key", fmt.Errorf("read: %w", folio.ErrNoSigner), 1, reasonBuild, true},
		{"not retryable", nonRetryable(recovery.Faultf(recovery.CodeNotFound, "none")), 1, reasonBuild, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			reason, final := isPermanent(test.err, test.attempt)
			if reason != test.reason || final != test.final {
				t.Errorf("%q %v", reason, final)
			}
		})
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	catalog, err := texts.Load(texts.Chinese)
	if err != nil {
		t.Fatal(err)
	}
	reasons := []string{reasonOriginal, reasonJournal, reasonBuild, reasonSpace}
	for _, reason := range reasons {
		if text, found := catalog.FindText("paper.failed." + reason); !found || reasonText(reason) != text {
			t.Errorf("%s has no text: %q", reason, text)
		}
	}
	if n := len(catalog.Keys("paper.failed.")); n != len(reasons) {
		t.Errorf("%d texts for %d reasons", n, len(reasons))
	}
}

// TestNames: workflows refer to an activity by its method, and the worker registers
// it by its constant.
func TestNames(t *testing.T) {
	t.Parallel()
	var cases *Cases
	var exports *Exports
	for name, method := range map[string]any{
		NameOpenCase: cases.OpenCase, NameTakeStep: cases.TakeStep, NameBuildExport: exports.BuildExport,
	} {
		full := runtime.FuncForPC(reflect.ValueOf(method).Pointer()).Name()
		if got := strings.TrimSuffix(full[strings.LastIndex(full, ".")+1:], "-fm"); got != name {
			t.Errorf("the method %s is registered as %s", got, name)
		}
	}
}
