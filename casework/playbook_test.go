package casework_test

import (
	"testing"

	"recourse/casework/casetest"
	"recourse/playbook/lint"
	"recourse/recovery"
)

func TestLintText(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	findings, err := rig.LintText("骗子，还钱", string(lint.Group))
	if err != nil || len(findings) == 0 {
		t.Errorf("%v, %v", findings, err)
	}
	for _, c := range []struct {
		text, where string
		fields      []string
	}{
		{"", "group", []string{"text"}},
		{"请退回", "", []string{"where"}},
		{"\u202e请退回", "window", []string{"text", "where"}},
	} {
		_, err := rig.LintText(c.text, c.where)
		fault := wantCode(t, err, recovery.CodeInvalid)
		if len(fault.Fields) != len(c.fields) {
			t.Fatalf("%q at %q: %+v", c.text, c.where, fault.Fields)
		}
		for i, field := range c.fields {
			if fault.Fields[i].Field != field {
				t.Errorf("%q at %q: %+v, want %v", c.text, c.where, fault.Fields, c.fields)
			}
		}
	}
}
