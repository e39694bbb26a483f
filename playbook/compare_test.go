package playbook_test

import (
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pgregory.net/rapid"

	"recourse/playbook"
	"recourse/recovery"
)

// small is a shelf of two tiny books: t1 is released, t2 is given to a tenth.
func small(t testing.TB) *playbook.Registry {
	t.Helper()
	playbooks, err := playbook.LoadFrom(os.DirFS("testdata/shelf"))
	if err != nil {
		t.Fatal(err)
	}
	return playbooks
}

func TestANewVersionIsGivenToItsShare(t *testing.T) {
	t.Parallel()
	playbooks := small(t)
	if playbooks.Current().Version() != "t1" || playbooks.RolloutPercent("t2") != 10 || playbooks.RolloutPercent("t9") != 0 {
		t.Errorf("current is %s, t2 goes to %d %%", playbooks.Current().Version(), playbooks.RolloutPercent("t2"))
	}
	const cases = 20_000
	given := 0
	for i := range cases {
		id := recovery.CaseID(fmt.Sprintf("0193-%06d", i))
		book := playbooks.ForCase(id)
		if again := playbooks.ForCase(id); again != book {
			t.Fatalf("%s: %s, then %s", id, book.Version(), again.Version())
		}
		if book.Version() == "t2" {
			given++
		}
	}
	if share := 100 * float64(given) / cases; share < 9 || share > 11 {
		t.Errorf("%.1f %% of the cases were given t2, want 10", share)
	}
}

func TestAGrowingShareTakesNoneBack(t *testing.T) {
	t.Parallel()
	tree := tinyTree(t)
	share := func(percent int) *playbook.Registry {
		tree["books/shelf.yaml"] = &fstest.MapFile{Data: fmt.Appendf(nil,
			"versions: [{version: t1, share: 100}, {version: t2, share: %d}]", percent)}
		playbooks, err := playbook.LoadFrom(tree)
		if err != nil {
			t.Fatal(err)
		}
		return playbooks
	}
	none, tenth, half, all := share(0), share(10), share(50), share(100)
	rapid.Check(t, func(t *rapid.T) {
		id := recovery.CaseID(rapid.String().Draw(t, "id"))
		if none.ForCase(id).Version() != "t1" || all.ForCase(id).Version() != "t2" {
			t.Fatalf("%q: the shares of none and all", id)
		}
		if tenth.ForCase(id).Version() == "t2" && half.ForCase(id).Version() != "t2" {
			t.Fatalf("%q: was given t2 at 10 %%, not at 50 %%", id)
		}
	})
	if all.Current().Version() != "t2" {
		t.Errorf("current is %s", all.Current().Version())
	}
}

func tinyTree(t testing.TB) fstest.MapFS {
	t.Helper()
	tree := fstest.MapFS{}
	root := os.DirFS("testdata/shelf")
	err := fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(root, name)
		tree[name] = &fstest.MapFile{Data: text}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestAReleasedVersionCannotBeChanged(t *testing.T) {
	t.Parallel()
	playbooks := small(t)
	if !playbooks.IsReleased("t1") || playbooks.IsReleased("t2") {
		t.Errorf("released: t1 %v, t2 %v", playbooks.IsReleased("t1"), playbooks.IsReleased("t2"))
	}
	for name, want := range map[string]string{"books/t1/book.yaml": "put the change into a new version", "books/t2/book.yaml": ""} {
		tree := tinyTree(t)
		tree[name].Data = append(tree[name].Data, "# a remark\n"...)
		_, err := playbook.LoadFrom(tree)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s changed: %v", name, err)
		}
	}
	tree := tinyTree(t)
	tree["books/t1/more.yaml"] = &fstest.MapFile{Data: []byte("warnings: []\n")}
	if _, err := playbook.LoadFrom(tree); err == nil {
		t.Error("a file was added to a released version")
	}
}

func TestDiff(t *testing.T) {
	t.Parallel()
	playbooks := small(t)
	diff, err := playbooks.Diff("t1", "t2")
	if err != nil {
		t.Fatal(err)
	}
	if len(diff.Added) != 1 || diff.Added[0].ID != "text.word" || len(diff.Removed) != 1 || diff.Removed[0].ID != "evidence.ticket" {
		t.Errorf("added %+v, removed %+v", diff.Added, diff.Removed)
	}
	var changed []string
	for _, change := range diff.Changed {
		changed = append(changed, change.ID)
	}
	if !slices.Equal(changed, []string{"clock.promise", "guidance.silent"}) {
		t.Errorf("changed %v", changed)
	}
	if !strings.Contains(string(diff.Changed[0].Before), `"length":7`) || !strings.Contains(string(diff.Changed[0].After), `"length":10`) {
		t.Errorf("the promise: %s → %s", diff.Changed[0].Before, diff.Changed[0].After)
	}
	if same, err := playbooks.Diff("t2", "t2"); err != nil || len(same.Added)+len(same.Removed)+len(same.Changed) != 0 {
		t.Errorf("t2 differs from itself: %+v, %v", same, err)
	}
	for _, pair := range [][2]string{{"t1", "t9"}, {"t9", "t1"}} {
		if _, err := playbooks.Diff(pair[0], pair[1]); recovery.CodeOf(err) != recovery.CodeNotFound {
			t.Errorf("%v: %v", pair, err)
		}
	}
}

func TestSimulate(t *testing.T) {
	t.Parallel()
	playbooks := small(t)
	c := recovery.Case{
		Playbook: "t1", Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 5_200,
		ClaimState: recovery.Unclaimed, SentAt: sent, CreatedAt: sent.Add(time.Hour),
	}
	differences, err := playbooks.Simulate(c, "t2")
	if err != nil {
		t.Fatal(err)
	}
	var what []string
	for _, d := range differences {
		what = append(what, d.What)
	}
	if !slices.Equal(what, []string{"clock.promise", "recall", "texts.private_contact", "requirements.appeal"}) {
		t.Errorf("different: %+v", differences)
	}
	if same, err := playbooks.Simulate(c, "t1"); err != nil || len(same) != 0 {
		t.Errorf("t1 differs from itself: %+v, %v", same, err)
	}
	if _, err := playbooks.Simulate(c, "t9"); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Errorf("an unknown version: %v", err)
	}
	c.Playbook = "t9"
	if _, err := playbooks.Simulate(c, "t1"); recovery.CodeOf(err) != recovery.CodeNotFound {
		t.Errorf("pinned to an unknown version: %v", err)
	}
}

func TestContent(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, rule := range b.Rules() {
		if content, known := b.RuleContent(rule.ID); !known || !strings.Contains(string(content), rule.ID) {
			t.Errorf("%s: %s", rule.ID, content)
		}
	}
	if _, known := b.RuleContent("clock.tea"); known {
		t.Error("a rule that is not there has content")
	}
}
