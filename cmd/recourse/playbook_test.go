package main

import (
	"bytes"
	"os"
	"testing"

	"recourse/playbook"
	"recourse/recovery"
)

func TestDiffNamesRulesAndKeys(t *testing.T) {
	t.Parallel()
	shelf, err := playbook.LoadFrom(os.DirFS("../../playbook/testdata/shelf"))
	if err != nil {
		t.Fatal(err)
	}
	diff, err := shelf.Diff("t1", "t2")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printDiff(&out, diff); err != nil {
		t.Fatal(err)
	}
	const want = `t1 to t2: 1 added, 1 removed, 2 changed
added    text.word (house rule)
removed  evidence.ticket (house rule)
changed  clock.promise
         length: 7 → 10
changed  guidance.silent
         how: "问问对方。" → "先看应用，再问问对方。"
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
}

// run calls a subcommand as its user does.
func run(t *testing.T, args ...string) (string, error) {
	t.Helper()
	command := root()
	var out bytes.Buffer
	command.SetOut(&out)
	command.SetArgs(args)
	err := command.ExecuteContext(t.Context())
	return out.String(), err
}

func TestPlaybookDiff(t *testing.T) {
	t.Parallel()
	if out, err := run(t, "playbook", "diff", "2026-11", "2026-11"); err != nil || out != "2026-11 to 2026-11: 0 added, 0 removed, 0 changed\n" {
		t.Errorf("%q, %v", out, err)
	}
	if out, err := run(t, "playbook", "diff", "2026-11", "1999-01"); recovery.CodeOf(err) != recovery.CodeNotFound || out != "" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := run(t, "playbook", "diff", "2026-11"); err == nil {
		t.Error("one version was compared with nothing")
	}
}
