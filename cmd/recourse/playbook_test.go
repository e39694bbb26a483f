package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/casework/casetest"
	"recourse/playbook"
	"recourse/recovery"
)

func TestDiffNamesRulesAndKeys(t *testing.T) {
	t.Parallel()
	playbooks, err := playbook.LoadFrom(os.DirFS("../../playbook/testdata/shelf"))
	if err != nil {
		t.Fatal(err)
	}
	diff, err := playbooks.Diff("t1", "t2")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := printDiff(&out, diff); err != nil {
		t.Fatal(err)
	}
	const want = `t1 to t2: 1 added, 1 removed, 2 changed
added    text.word (本站规则)
removed  evidence.ticket (本站规则)
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
	command := newRootCommand()
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

// library copies the shipped books into a folder, and beside them as a version of
// its own a changed copy of the newest.
func library(t *testing.T, version, before, after string) string {
	t.Helper()
	folder := t.TempDir()
	if err := os.CopyFS(filepath.Join(folder, "books"), os.DirFS("../../playbook/books")); err != nil {
		t.Fatal(err)
	}
	books := filepath.Join(folder, "books")
	if err := os.CopyFS(filepath.Join(books, version), os.DirFS("../../playbook/books/2026-11")); err != nil {
		t.Fatal(err)
	}
	replace(t, filepath.Join(books, version, "book.yaml"), `version: "2026-11"`, `version: "`+version+`"`)
	replace(t, filepath.Join(books, version, "clocks.yaml"), before, after)
	replace(t, filepath.Join(books, "shelf.yaml"), "    share: 100\n", "    share: 100\n  - version: \""+version+"\"\n    share: 10\n")
	return folder
}

func replace(t *testing.T, file, before, after string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), before) {
		t.Fatalf("%s does not hold %q (%v)", file, before, err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(text), before, after, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestPlaybookCheckAndDiffOfAFolder(t *testing.T) {
	t.Parallel()
	folder := library(t, "2026-12", "    length: 7\n", "    length: 9\n")
	out, err := run(t, "playbook", "check", "--shelf", folder)
	if lines := strings.Split(out, "\n"); err != nil || len(lines) != 3 || !strings.HasPrefix(lines[1], "2026-12: ") || !strings.Contains(lines[1], "for 10 % of new cases") {
		t.Errorf("%q, %v", out, err)
	}
	out, err = run(t, "playbook", "--shelf", folder, "diff", "2026-11", "2026-12")
	if want := "2026-11 to 2026-12: 0 added, 0 removed, 1 changed\nchanged  clock.promise\n         length: 7 → 9\n"; err != nil || out != want {
		t.Errorf("%q, %v", out, err)
	}
	broken := library(t, "2026-12", "    length: 7\n", "    length: 0\n")
	out, err = run(t, "playbook", "check", "--shelf", broken)
	if want := "books/2026-12/clocks.yaml:20: rule clock.promise: the length must be between 1 and 10000, not 0"; err == nil || err.Error() != want || out != "" {
		t.Errorf("%q, %v", out, err)
	}
	if _, err := run(t, "playbook", "check", "--shelf", filepath.Join(folder, "nowhere")); err == nil {
		t.Error("a folder that is not there was checked")
	}
}

// TestSimulateTellsWhatWouldHaveBeenDifferent over cases in a real database,
// under a version that is not in this binary yet.
func TestSimulateTellsWhatWouldHaveBeenDifferent(t *testing.T) {
	rig := casetest.New(t)
	t.Setenv("DATABASE_URL", rig.URL)
	first, second := rig.FileCase(t), rig.FileCase(t)
	folder := library(t, "2026-12", "    length: 7\n", "    length: 9\n")
	out, err := run(t, "playbook", "--shelf", folder, "simulate", "2026-12")
	want := "  clock.promise: 7 days keep → 9 days keep\n"
	if err != nil || strings.Count(out, want) != 2 || !strings.Contains(out, string(first.Number)) || !strings.Contains(out, string(second.Number)) ||
		!strings.HasSuffix(out, "2 of 2 cases would have been different under 2026-12\n       2  clock.promise\n") {
		t.Errorf("%s, %v", out, err)
	}
}

// TestABrokenPlaybookIsToldAtTheStart with file, line and rule, and the service
// starts with the version before it.
func TestABrokenPlaybookIsToldAtTheStart(t *testing.T) {
	t.Parallel()
	var said strings.Builder
	playbooks, err := openRegistry(library(t, "2026-12", "    length: 7\n", "    length: 0\n"), slog.New(slog.NewTextHandler(&said, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if got := playbooks.Current().Version(); got != "2026-11" {
		t.Errorf("in force is %s", got)
	}
	for _, want := range []string{"level=ERROR", "version=2026-12", "in_force=2026-11", "books/2026-12/clocks.yaml:20: rule clock.promise"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("%q lacks %q", said.String(), want)
		}
	}
	said.Reset()
	if _, err := openRegistry("", slog.New(slog.NewTextHandler(&said, nil))); err != nil || said.String() != "" {
		t.Errorf("the shipped playbooks: %v, %q", err, said.String())
	}
	if _, err := openRegistry(t.TempDir(), slog.Default()); err == nil {
		t.Error("a folder without books was opened")
	}
}
