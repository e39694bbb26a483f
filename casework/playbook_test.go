package casework_test

import (
	"io/fs"
	"os"
	"slices"
	"testing"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/playbook"
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

// TestAVersionInTrialStandsBesideTheCurrentOne lists the two tiny books of the
// playbook's own tests: t1 is released, t2 is given to a tenth.
func TestAVersionInTrialStandsBesideTheCurrentOne(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	service := onShelf(t, rig, os.DirFS("../playbook/testdata/shelf"))
	want := []casework.Edition{{Version: "t2", Rollout: 10}, {Version: "t1", Released: true, Rollout: 100, Current: true}}
	if got := service.Playbooks(); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	edition, book, err := service.Playbook("t2")
	if err != nil || edition != want[0] || book.Version() != "t2" {
		t.Errorf("%+v, %v", edition, err)
	}
	_, _, err = service.Playbook("t3")
	wantCode(t, err, recovery.CodeNotFound)
}

// onShelf is the rig's service with other playbooks.
func onShelf(t testing.TB, rig *casetest.Rig, books fs.FS) *casework.Service {
	t.Helper()
	shelf, err := playbook.LoadFrom(books)
	if err != nil {
		t.Fatal(err)
	}
	parts := rig.Parts
	parts.Shelf = shelf
	return casework.New(parts, casework.Config{Version: "test", Development: true})
}
