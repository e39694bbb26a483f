package casework_test

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/playbook"
	"recourse/recovery"
	"recourse/textlint"
)

func TestLintText(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	findings, err := rig.LintText("骗子，还钱", string(textlint.Group))
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
	service := withPlaybooks(t, rig, os.DirFS("../playbook/testdata/shelf"))
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	want := []casework.PlaybookVersion{
		{Version: "t2", From: from, Rollout: 10}, {Version: "t1", From: from, Released: true, Rollout: 100, Current: true},
	}
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

// TestNewCasesAreSharedBetweenVersions files until both versions have a case:
// with a tenth for t2, 200 filings miss it once in a billion runs.
func TestNewCasesAreSharedBetweenVersions(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	service := withPlaybooks(t, rig, os.DirFS("../playbook/testdata/shelf"))
	seen := map[string]recovery.Case{}
	for range 200 {
		reply, err := service.File(t.Context(), rig.As(recovery.RoleClaimant), casetest.Filing())
		if err != nil {
			t.Fatal(err)
		}
		if want := service.Registry.ForCase(reply.Value.ID).Version(); reply.Value.Playbook != want {
			t.Fatalf("%s is pinned to %s, was offered %s", reply.Value.ID, reply.Value.Playbook, want)
		}
		seen[reply.Value.Playbook] = reply.Value.Case
		if len(seen) == 2 {
			break
		}
	}
	for _, version := range []string{"t1", "t2"} {
		c, filed := seen[version]
		if !filed {
			t.Fatalf("no case was filed under %s", version)
		}
		if pinned := rig.ReadEntries(t, c.ID)[0].Facts["playbook"]; pinned != version {
			t.Errorf("the journal of a case under %s says %v", version, pinned)
		}
	}
}

func TestSimulateVisitsEveryCase(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	service := withPlaybooks(t, rig, os.DirFS("../playbook/testdata/shelf"))
	want := map[recovery.CaseNumber]string{}
	for range 3 {
		reply, err := service.File(t.Context(), rig.As(recovery.RoleClaimant), casetest.Filing())
		if err != nil {
			t.Fatal(err)
		}
		want[reply.Value.Number] = reply.Value.Playbook
	}
	err := service.SimulatePlaybook(t.Context(), "t2", func(c recovery.Case, differences []playbook.Difference) error {
		promise := slices.ContainsFunc(differences, func(d playbook.Difference) bool { return d.What == "clock.promise" })
		if promise != (want[c.Number] == "t1") {
			t.Errorf("%s under %s: %+v", c.Number, want[c.Number], differences)
		}
		delete(want, c.Number)
		return nil
	})
	if err != nil || len(want) != 0 {
		t.Errorf("%v; not visited: %v", err, want)
	}
	wantCode(t, service.SimulatePlaybook(t.Context(), "t3", nil), recovery.CodeNotFound)
	stop := errors.New("enough")
	err = service.SimulatePlaybook(t.Context(), "t1", func(recovery.Case, []playbook.Difference) error { return stop })
	if !errors.Is(err, stop) {
		t.Errorf("went on after %v", err)
	}
}

// withPlaybooks is the rig's service with other playbooks.
func withPlaybooks(t testing.TB, rig *casetest.Fixture, books fs.FS) *casework.Service {
	t.Helper()
	playbooks, err := playbook.LoadFrom(books)
	if err != nil {
		t.Fatal(err)
	}
	parts := rig.Dependencies
	parts.Registry = playbooks
	return casework.New(parts, casework.Config{Version: "test", Development: true})
}
