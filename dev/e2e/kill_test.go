package e2e_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const upMessage = "Recourse is up."

// Each of the three processes is killed during the sample case. The stack reports it
// in one sentence and leaves nothing running. After a restart the sample case
// completes, and the journal has every entry once.
func TestKilledInTheMiddleOfTheWalk(t *testing.T) {
	for _, test := range []struct{ victim, title, after string }{
		{"recourse", "The product", "screenshot of the transfer uploaded"},
		{"recourse", "The product", "appeal submitted"},
		{"temporal", "Temporal", "asked for the money in private"},
		{"temporal", "Temporal", "the agent took the case"},
		{"postgres", "PostgreSQL", "the wallet's bill uploaded"},
		{"postgres", "PostgreSQL", "asked in the group"},
	} {
		t.Run(test.victim+" after "+test.after, func(t *testing.T) {
			p := newTestStack(t)
			first := p.startRun(t)
			first.awaitOutput(t, test.after)
			p.killChild(t, test.victim)
			if code := first.awaitExit(t); code != 1 {
				t.Errorf("exit code %d", code)
			}
			output, _ := first.output()
			if last := lastLine(output); !strings.HasPrefix(last, test.title+" ended by itself (signal: killed); its log is ") {
				t.Errorf("it says:\n%s", output)
			}
			p.assertNothingRuns(t)
			p.assertCompletes(t)
		})
	}
}

// If the supervisor is killed, its children end with it or are stopped by the next
// start.
func TestKilledSupervisor(t *testing.T) {
	p := newTestStack(t)
	first := p.startRun(t)
	first.awaitOutput(t, "screenshot of the group uploaded")
	if err := first.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	first.awaitExit(t)
	p.assertCompletes(t)
}

// All three are killed one after another in one sample case.
func TestEverythingKilledInTurn(t *testing.T) {
	p := newTestStack(t)
	for _, victim := range []string{"recourse", "temporal", "postgres"} {
		s := p.startRun(t)
		s.awaitOutput(t, "  · ") // the next step is done
		p.killChild(t, victim)
		if code := s.awaitExit(t); code != 1 {
			t.Errorf("%s: exit code %d", victim, code)
		}
	}
	p.assertCompletes(t)
}

// assertCompletes starts the stack again and checks the result of the sample case.
func (p testStack) assertCompletes(t *testing.T) {
	t.Helper()
	s := p.startRun(t)
	s.awaitOutput(t, upMessage)
	output, _ := s.output()
	if strings.Contains(output, "The sample case stopped") || !strings.Contains(output, "verified: case R") {
		t.Fatalf("the sample case did not complete:\n%s", output)
	}
	t.Log(output)
	p.assertJournal(t)
	p.assertBag(t)
	s.interrupt(t)
}

type entry struct {
	Seq  int64  `json:"seq"`
	Kind string `json:"kind"`
	Hash string `json:"hash"`
	Body struct {
		Facts map[string]any `json:"facts"`
		Prev  string         `json:"prev"`
	} `json:"body"`
}

// written is the entry kind of each step.
var written = map[string]string{
	"statement": "evidence_added", "transfer": "evidence_added", "group": "evidence_added", "family": "evidence_added",
	"notice": "evidence_added", "ticket": "evidence_added", "contact": "contact_recorded", "group_contact": "contact_recorded",
	"appeal": "appeal_submitted", "note": "note_added", "assign": "assigned", "reply": "platform_replied",
	"decision": "appeal_decided", "route": "route_chosen",
}

// assertJournal compares the journal with the steps of the sample case.
func (p testStack) assertJournal(t *testing.T) {
	t.Helper()
	var cases struct {
		Items []struct{ ID string } `json:"items"`
	}
	p.getJSON(t, "auditor", "/cases", &cases)
	if len(cases.Items) != 1 {
		t.Fatalf("%d cases, one was filed", len(cases.Items))
	}
	var journal struct {
		Items []entry `json:"items"`
	}
	p.getJSON(t, "auditor", "/cases/"+cases.Items[0].ID+"/journal?limit=200", &journal)
	have, hashes := map[string]int{}, map[string]bool{}
	for i, e := range journal.Items {
		if e.Seq != int64(i)+1 {
			t.Errorf("entry %d has number %d", i+1, e.Seq)
		}
		if hashes[e.Hash] {
			t.Errorf("entry %d exists twice", e.Seq)
		}
		hashes[e.Hash] = true
		have[e.Kind]++
	}
	want := map[string]int{"case_filed": 1, "export_requested": 1, "export_built": 1}
	for step, how := range p.readDoneSteps(t) {
		if kind := written[step]; kind != "" && how == "done" {
			want[kind]++
		}
	}
	for kind, n := range want {
		if have[kind] != n {
			t.Errorf("%d entries of %s, %d things were done", have[kind], kind, n)
		}
	}
	for _, kind := range written {
		if have[kind] != want[kind] {
			t.Errorf("%d entries of %s, %d things were done", have[kind], kind, want[kind])
		}
	}
	if want["evidence_added"] != 6 && want["evidence_added"] != 5 {
		t.Errorf("only %d files were uploaded", want["evidence_added"])
	}
}

// readDoneSteps reads the results of the steps.
func (p testStack) readDoneSteps(t *testing.T) map[string]string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(p.data, "sample", "sample.json"))
	if err != nil {
		t.Fatal(err)
	}
	var state struct {
		Done     map[string]string `json:"done"`
		Finished bool              `json:"finished"`
	}
	if err := json.Unmarshal(content, &state); err != nil {
		t.Fatal(err)
	}
	if !state.Finished {
		t.Error("the sample case is not finished")
	}
	return state.Done
}

// assertBag verifies the bag with the product and with the script in the bag.
func (p testStack) assertBag(t *testing.T) {
	t.Helper()
	bag := filepath.Join(p.data, "sample", "bag.zip")
	if out, err := exec.Command("../../bin/recourse", "verify", bag).CombinedOutput(); err != nil {
		t.Errorf("verify: %v\n%s", err, out)
	}
	dir := t.TempDir()
	if out, err := exec.Command("unzip", "-q", bag, "-d", dir).CombinedOutput(); err != nil {
		t.Fatalf("unzip: %v\n%s", err, out)
	}
	scripts, err := filepath.Glob(filepath.Join(dir, "*", "verify.sh"))
	if err != nil || len(scripts) != 1 {
		t.Fatalf("the bag has %d scripts, %v", len(scripts), err)
	}
	script := exec.Command("sh", scripts[0])
	script.Dir = filepath.Dir(scripts[0])
	if out, err := script.CombinedOutput(); err != nil {
		t.Errorf("verify.sh: %v\n%s", err, out)
	}
}

func lastLine(output string) string {
	lines := strings.Split(strings.TrimSpace(output), "\n")
	return lines[len(lines)-1]
}
