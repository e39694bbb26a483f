package lint_test

import (
	"testing"

	"recourse/playbook/lint"
)

func linter(t testing.TB) *lint.Linter {
	t.Helper()
	l, err := lint.Load()
	if err != nil {
		t.Fatal(err)
	}
	return l
}
