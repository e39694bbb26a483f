package recovery_test

import (
	"errors"
	"fmt"
	"testing"

	"recourse/recovery"
)

func TestIsRefusal(t *testing.T) {
	t.Parallel()
	full := recovery.Faultf(recovery.CodeUnavailable, "All places are in use.")
	for name, test := range map[string]struct {
		err  error
		want bool
	}{
		"a full queue":            {full, true},
		"within another error":    {fmt.Errorf("upload: %w", full), true},
		"the database is down":    {&recovery.Fault{Code: recovery.CodeUnavailable, Cause: errors.New("connection refused")}, false},
		"an internal error":       {recovery.Faultf(recovery.CodeInternal, "Something failed."), false},
		"an error without a code": {errors.New("something failed"), false},
		"no error":                {nil, false},
	} {
		if got := recovery.IsRefusal(test.err); got != test.want {
			t.Errorf("%s: %t", name, got)
		}
	}
}
