package playbook_test

import (
	"os"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"recourse/playbook"
	"recourse/recovery"
)

func TestShelf(t *testing.T) {
	t.Parallel()
	shelf, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	versions := shelf.Versions()
	if len(versions) == 0 || shelf.Current().Version() != versions[len(versions)-1] {
		t.Errorf("current is %s of %v", shelf.Current().Version(), versions)
	}
	for _, version := range versions {
		if got, err := shelf.Book(version); err != nil || got.Version() != version {
			t.Errorf("%s: %v", version, err)
		}
	}
	if _, err := shelf.Book("1999-01"); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Errorf("an unknown version: %v", err)
	}
}

func TestEveryRuleIsTraceable(t *testing.T) {
	t.Parallel()
	for _, rule := range book(t).Rules() {
		if rule.ID == "" || rule.Source.String() == "" || rule.Confidence == "" {
			t.Errorf("%+v", rule)
		}
	}
}

func shipped(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("books/2026-11.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func load(name, text string) (*playbook.Shelf, error) {
	return playbook.LoadFrom(fstest.MapFS{"books/" + name: {Data: []byte(text)}})
}

// lineOf is where a text stands in the shipped book, counted from 1.
func lineOf(t *testing.T, text, part string) int {
	t.Helper()
	before, _, found := strings.Cut(text, part)
	if !found {
		t.Fatalf("the book no longer holds %q", part)
	}
	return strings.Count(before, "\n") + 1
}

func TestABrokenBookIsNamedWithLineAndRule(t *testing.T) {
	t.Parallel()
	text := shipped(t)
	for _, test := range []struct{ name, old, new, want string }{
		{"an unknown field", "    clock: promise\n", "    clock: promise\n    extent: 9\n", "clock.promise: field extent"},
		{"a word for a number", "    length: 7\n", "    length: seven\n", "rule clock.promise: cannot unmarshal"},
		{"a clock too few", "    clock: promise\n", "    clock: payout\n", "the clock promise has no length"},
		{"a clock twice", "    clock: promise\n", "    clock: payout\n", "rule clock.payout: the clock payout has two lengths"},
		{"an unknown clock", "    clock: promise\n", "    clock: tea\n", `rule clock.promise: there is no clock "tea"`},
		{"no time at all", "    length: 7\n", "    length: 0\n", "rule clock.promise: a length lies between"},
		{"an unknown unit", "    length: 7\n    unit: days", "    length: 7\n    unit: moons", "rule clock.promise: unit"},
		{"no word on rest days", "    rest_days: keep\n", "", "rest_days"},
		{"rest days of hours", "    unit: hours\n", "    unit: hours\n    rest_days: move\n", "said of days only"},
		{"a refund in days", "    unit: hours\n", "    unit: days\n    rest_days: keep\n", "in hours"},
		{"an id twice", "id: clock.promise", "id: clock.payout", "rule clock.payout: the id is used twice"},
		{"no id", "- id: clock.promise", "- id: ''", "a rule has no id"},
		{"an unknown article", "{article: A, section: \"§1\"}", "{article: C, section: \"§1\"}", `there is no article "C"`},
		{"a section too few", "{article: A, section: \"§1\"}", "{article: A}", "cited with its section"},
		{"two sources", "{article: A, section: \"§1\"}", "{article: A, section: \"§1\", house: \"x\"}", "exactly one"},
		{"a statute unread", ", mark: V}", "}", "the mark of a statute"},
		{"a statute without edition", ", edition: 2023 修正", "", "with the edition"},
		{"a confidence", "confidence: medium", "confidence: total", "rule clock.auto_refund: the confidence"},
		{"a one-sided dispute", "disputed_by: [recall.qq.packet.a]", "disputed_by: []", "does not dispute back"},
		{"an unknown platform", "platforms: [qq]", "platforms: [icq]", `platform: "icq"`},
		{"a recall word", "    recall: never", "    recall: perhaps", `recall: "perhaps"`},
		{"a window of nothing", "recall: while_unclaimed\n    within", "recall: never\n    within", "said of while_unclaimed only"},
		{"a moment without advice", "when: taken", "when: over", "no guidance for taken"},
		{"an unknown kind", "    kind: ticket", "    kind: tickets", `kind: "tickets"`},
		{"a fact unknown", "fact: narrative", "fact: weather", `there is no fact "weather"`},
		{"fact and evidence", "fact: narrative", "fact: narrative\n    evidence: [ticket]", "one of them"},
		{"an unknown variable", "{{outstanding}}", "{{owed}}", "there is no variable {{owed}}"},
		{"a broken variable", "{{outstanding}}", "{outstanding}}", "a brace stands outside"},
		{"an empty text", "subject: 礼貌提醒", "subject: ''", "rule text.reminder: a text is empty"},
		{"a name too few", "qq: QQ钱包, ", "", "the platform qq has no name"},
		{"another version", `version: "2026-11"`, `version: "2026-12"`, "the file is named"},
		{"no date", "valid_from: 2026-11-01\n", "", "valid_from is missing"},
	} {
		lineOf(t, text, test.old)
		_, err := load("2026-11.yaml", strings.Replace(text, test.old, test.new, 1))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "books/2026-11.yaml:") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestTheLineIsTheRules(t *testing.T) {
	t.Parallel()
	text := shipped(t)
	line := lineOf(t, text, "id: clock.promise")
	broken := strings.Replace(text, "clock: promise\n    length: 7", "clock: promise\n    length: 0", 1)
	_, err := load("2026-11.yaml", broken)
	want := "books/2026-11.yaml:" + strconv.Itoa(line) + ": rule clock.promise"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want it to begin with %q", err, want)
	}
}

func TestOneDocumentAFile(t *testing.T) {
	t.Parallel()
	_, err := load("2026-11.yaml", shipped(t)+"\n---\nversion: x\n")
	if err == nil || !strings.Contains(err.Error(), "more than one document") {
		t.Errorf("two documents: %v", err)
	}
}

func TestNoBookNoShelf(t *testing.T) {
	t.Parallel()
	if _, err := playbook.LoadFrom(fstest.MapFS{}); err == nil {
		t.Error("an empty shelf was accepted")
	}
	if _, err := load("2026-11.yaml", "version: [\n"); err == nil || !strings.Contains(err.Error(), "books/2026-11.yaml") {
		t.Errorf("broken YAML: %v", err)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("version: \"2026-11\"\n")
	f.Add("clocks: [{id: a, length: 1}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		if shelf, err := load("2026-11.yaml", text); err == nil && shelf.Current() == nil {
			t.Error("a shelf without a book")
		}
	})
}
