package playbook_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"recourse/playbook"
	"recourse/recovery"
)

func TestShelf(t *testing.T) {
	t.Parallel()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	versions := playbooks.Versions()
	if len(versions) == 0 || playbooks.Current().Version() != versions[len(versions)-1] {
		t.Errorf("current is %s of %v", playbooks.Current().Version(), versions)
	}
	for _, version := range versions {
		if got, err := playbooks.RuleSet(version); err != nil || got.Version() != version {
			t.Errorf("%s: %v", version, err)
		}
	}
	if _, err := playbooks.RuleSet("1999-01"); recovery.CodeOf(err) != recovery.CodeNotFound {
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

// shipped are the files of the newest book, by name.
func shipped(t testing.TB) map[string]string {
	t.Helper()
	names, err := filepath.Glob("books/2026-11/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	files := map[string]string{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = string(data)
	}
	return files
}

const shelfText = "versions: [{version: \"2026-11\", share: 100}]\n"

func load(files map[string]string) (*playbook.Registry, error) {
	tree := fstest.MapFS{"books/shelf.yaml": {Data: []byte(shelfText)}}
	for name, text := range files {
		tree[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return playbook.LoadFrom(tree)
}

// changed is the shipped book with the first place of a text changed.
func changed(t *testing.T, before, after string) (files map[string]string, name string, line int) {
	t.Helper()
	files = shipped(t)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		above, _, found := strings.Cut(files[name], before)
		if found {
			files[name] = strings.Replace(files[name], before, after, 1)
			return files, name, strings.Count(above, "\n") + 1
		}
	}
	t.Fatalf("the book no longer holds %q", before)
	return nil, "", 0
}

func TestABrokenBookIsNamedWithLineAndRule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, old, new, want string }{
		{"an unknown field", "    clock: promise\n", "    clock: promise\n    extent: 9\n", "clock.promise: field extent"},
		{"a word for a number", "    length: 7\n", "    length: seven\n", "rule clock.promise: cannot unmarshal"},
		{"a clock too few", "    clock: promise\n", "    clock: payout\n", "the clock promise has no length"},
		{"a clock twice", "    clock: promise\n", "    clock: payout\n", "rule clock.payout: the clock payout has two lengths"},
		{"an unknown clock", "    clock: promise\n", "    clock: tea\n", `rule clock.promise: unknown clock "tea"`},
		{"no time at all", "    length: 7\n", "    length: 0\n", "rule clock.promise: the length must be between"},
		{"an unknown unit", "    length: 7\n    unit: days", "    length: 7\n    unit: moons", "rule clock.promise: unit"},
		{"no word on rest days", "    rest_days: keep\n", "", "rest_days"},
		{"rest days of hours", "    unit: hours\n", "    unit: hours\n    rest_days: move\n", "allowed for days and years only"},
		{"a refund in days", "    unit: hours\n", "    unit: days\n    rest_days: keep\n", "in hours"},
		{"an id twice", "id: clock.promise", "id: clock.payout", "rule clock.payout: the id is used twice"},
		{"no id", "- id: clock.promise", "- id: ''", "a rule has no id"},
		{"an unknown article", "{article: A, section: \"§1\"}", "{article: C, section: \"§1\"}", `there is no article "C"`},
		{"a section too few", "{article: A, section: \"§1\"}", "{article: A}", "cited with its section"},
		{"two sources", "{article: A, section: \"§1\"}", "{article: A, section: \"§1\", house: \"x\"}", "exactly one"},
		{"a statute unread", ", mark: V}", "}", "the mark of a statute"},
		{"a statute without edition", ", edition: 2023 修正", "", "with the edition"},
		{"a confidence", "confidence: medium", "confidence: total", "rule clock.auto_refund: the confidence"},
		{"a one-sided dispute", "disputed_by: [recall.alipay.packet.a1]", "disputed_by: []", "does not dispute back"},
		{"an unknown platform", "platforms: [qq]", "platforms: [icq]", `platform: "icq"`},
		{"a recall word", "    recall: never", "    recall: perhaps", `recall: "perhaps"`},
		{"a window of nothing", "recall: while_unclaimed\n    within", "recall: never\n    within", "allowed for while_unclaimed only"},
		{"a moment without advice", "when: [delayed]", "when: [over]", "no guidance for delayed"},
		{"an unknown kind", "    kind: ticket", "    kind: tickets", `kind: "tickets"`},
		{"a fact unknown", "fact: narrative", "fact: weather", `unknown fact "weather"`},
		{"fact and evidence", "fact: narrative", "fact: narrative\n    evidence: [ticket]", "either fact or evidence"},
		{"an unknown variable", "{{.outstanding}}", "{{.owed}}", `the text may not use the value "owed"`},
		{"a broken variable", "{{.outstanding}}", "{.outstanding}}", "unexpected brace outside a value"},
		{"an empty text", "subject: \"礼貌提醒\"", "subject: ''", "rule text.reminder: a text is empty"},
		{"a long short form", "    short: \"{{.sent_at}} 的{{.what}}{{.slip}}，麻烦先不要{{.accept}}，谢谢！\"", "    short: \"" + strings.Repeat("请先不要领取，", 40) + "\"", "not shorter"},
		{"an English name too few", "{wechat: WeChat, alipay", "{alipay", "names.english: the platform wechat"},
		{"a name too few", "qq: QQ钱包, ", "", "the platform qq has no name"},
		{"another version", `version: "2026-11"`, `version: "2026-12"`, "the folder is named"},
		{"no date", "valid_from: 2026-11-01\n", "", "valid_from is missing"},
	} {
		files, _, _ := changed(t, test.old, test.new)
		_, err := load(files)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "books/2026-11") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestTheLineIsTheRules(t *testing.T) {
	t.Parallel()
	files, name, line := changed(t, "  - id: clock.promise\n    clock: promise\n    length: 7", "  - id: clock.promise\n    clock: promise\n    length: 0")
	_, err := load(files)
	want := name + ":" + strconv.Itoa(line) + ": rule clock.promise"
	if err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("error %v, want it to begin with %q", err, want)
	}
}

func TestFilesThatDoNotMakeABook(t *testing.T) {
	t.Parallel()
	const name = "books/2026-11/clocks.yaml"
	for _, test := range []struct {
		name, file string
		change     func(string) string
		want       string
	}{
		{"two documents", name, func(text string) string { return text + "\n---\nclocks: []\n" }, "more than one document"},
		{"broken YAML", name, func(string) string { return "clocks: [\n" }, name},
		{"a section twice", "books/2026-11/more.yaml", func(string) string { return "recall: []\n" }, "recall is also in books/2026-11/"},
	} {
		files := shipped(t)
		files[test.file] = test.change(files[test.file])
		if _, err := load(files); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestInvalidVersionLists(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, list, want string }{
		{"nothing", "", "EOF"},
		{"no version", "versions: []", "needs the share 100"},
		{"a first one for some", "versions: [{version: t1, share: 50}]", "needs the share 100"},
		{"a version twice", "versions: [{version: t1, share: 100}, {version: t1, share: 1}]", "listed twice"},
		{"too large a share", "versions: [{version: t1, share: 100}, {version: t2, share: 101}]", "between 0 and 100"},
		{"a folder left out", "versions: [{version: t1, share: 100}]", "books/t2 is not listed"},
		{"a folder too few", "versions: [{version: t1, share: 100}, {version: t2, share: 1}, {version: t3, share: 1}]", "the folder has no rules"},
		{"an unknown field", "versions: [{version: t1, shares: 100}]", "shares"},
	} {
		tree := fstest.MapFS{
			"books/shelf.yaml": {Data: []byte(test.list)},
			"books/t1/b.yaml":  {Data: []byte("version: t1\n")}, "books/t2/b.yaml": {Data: []byte("version: t2\n")},
		}
		if _, err := playbook.LoadFrom(tree); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
	if _, err := playbook.LoadFrom(fstest.MapFS{}); err == nil {
		t.Error("an empty tree was accepted")
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("version: \"2026-11\"\n")
	f.Add("clocks: [{id: a, length: 1}]\n")
	f.Fuzz(func(t *testing.T, text string) {
		if playbooks, err := load(map[string]string{"books/2026-11/book.yaml": text}); err == nil && playbooks.Current() == nil {
			t.Error("a shelf without a book")
		}
	})
}
