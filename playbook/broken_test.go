package playbook_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"recourse/playbook"
	"recourse/recovery"
)

// shelfOf is the shipped book beside later versions of it: each line of the list
// is a version, its share, and the text put in place of a clock's length.
func shelfOf(t *testing.T, later ...[3]string) (*playbook.Registry, error) {
	t.Helper()
	var list strings.Builder
	list.WriteString("versions:\n- {version: \"2026-11\", share: 100}\n")
	tree := fstest.MapFS{}
	for name, text := range shipped(t) {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	for _, edition := range later {
		version, share, length := edition[0], edition[1], edition[2]
		fmt.Fprintf(&list, "- {version: %q, share: %s}\n", version, share)
		for name, text := range shipped(t) {
			text = strings.Replace(text, `version: "2026-11"`, fmt.Sprintf("version: %q", version), 1)
			text = strings.Replace(text, "    clock: promise\n    length: 7\n", "    clock: promise\n    length: "+length+"\n", 1)
			tree[strings.Replace(name, "2026-11", version, 1)] = &fstest.MapFile{Data: []byte(text)}
		}
	}
	tree["books/shelf.yaml"] = &fstest.MapFile{Data: []byte(list.String())}
	return playbook.LoadValidFrom(tree)
}

func TestABrokenVersionLeavesTheOneBeforeInForce(t *testing.T) {
	t.Parallel()
	playbooks, err := shelfOf(t, [3]string{"2026-12", "100", "9"}, [3]string{"2027-01", "100", "seven"})
	if err != nil {
		t.Fatal(err)
	}
	if got := playbooks.Current().Version(); got != "2026-12" {
		t.Errorf("in force is %s", got)
	}
	for i := range 200 {
		if got := playbooks.ForCase(recovery.CaseID(strconv.Itoa(i))).Version(); got != "2026-12" {
			t.Fatalf("a new case is filed under %s", got)
		}
	}
	refused := playbooks.BrokenVersions()
	if len(refused) != 1 || refused[0].Version != "2027-01" || !strings.Contains(refused[0].Err.Error(), "books/2027-01/clocks.yaml:") ||
		!strings.Contains(refused[0].Err.Error(), "rule clock.promise") {
		t.Errorf("refused: %v", refused)
	}
	if got := playbooks.Versions(); len(got) != 2 {
		t.Errorf("versions: %v", got)
	}
}

// TestCasesOfABrokenVersionWait: another version's rules would promise what nobody
// promised them.
func TestCasesOfABrokenVersionWait(t *testing.T) {
	t.Parallel()
	playbooks, err := shelfOf(t, [3]string{"2026-12", "10", "seven"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := playbooks.RuleSet("2026-12"); recovery.CodeOf(err) != recovery.CodeUnavailable {
		t.Errorf("a refused version: %v", err)
	}
	if _, err := playbooks.RuleSet("2026-11"); err != nil {
		t.Errorf("a sound version: %v", err)
	}
}

func TestNothingIsInForceWithoutASoundVersionForAll(t *testing.T) {
	t.Parallel()
	tree := fstest.MapFS{
		"books/shelf.yaml": {Data: []byte("versions: [{version: t1, share: 100}, {version: t2, share: 100}]")},
		"books/t1/b.yaml":  {Data: []byte("version: t1\n")}, "books/t2/b.yaml": {Data: []byte("clocks: [\n")},
	}
	_, err := playbook.LoadValidFrom(tree)
	if err == nil || !strings.Contains(err.Error(), "books/t1") || !strings.Contains(err.Error(), "books/t2") {
		t.Errorf("opened with %v", err)
	}
}
