package playbook_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"recourse/playbook"
	"recourse/recovery"
)

// closed are five cases that went the same way.
func closed(change ...func(*playbook.ClosedCases)) playbook.ClosedCases {
	c := playbook.ClosedCases{
		Instrument: recovery.Transfer, Group: recovery.WorkGroup, Band: "500-5000", Stage: recovery.PrivateContact,
		Outcome: recovery.RecoveredFull, Returned: 100, Days: 3, Cases: 5,
	}
	for _, one := range change {
		one(&c)
	}
	return c
}

func colleagues() playbook.AssessmentFacts {
	return playbook.AssessmentFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, Reason: recovery.WrongGroup,
		Group: &recovery.Group{Kind: recovery.WorkGroup, Size: 36},
	}
}

// taught are the precedents that a book makes of closed cases and shows to
// somebody.
func taught(t testing.TB, f playbook.AssessmentFacts, cases ...playbook.ClosedCases) []playbook.Precedent {
	t.Helper()
	b := book(t)
	return slices.DeleteFunc(b.Precedents(f, sent, b.MakeLessons(cases, sent)), func(p playbook.Precedent) bool {
		return !strings.HasPrefix(p.ID, "lesson.")
	})
}

func TestALessonIsTold(t *testing.T) {
	t.Parallel()
	told := taught(t, colleagues(), closed())
	all := 100
	want := []playbook.Precedent{{
		ID: "lesson.edbe4324bdaa", Story: "工作群、500–5000 元、转账，5 件：私下沟通后一般全部归还，用时约 3 天。", Route: playbook.VoluntaryReturn,
		Returned: &all, Days: 3, Why: []string{"同类的群", "同样的付款方式", "金额相近"}, Source: "本站已结案件（匿名汇总，经本人同意）",
	}}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	b := book(t)
	if all := b.Precedents(colleagues(), sent, b.MakeLessons([]playbook.ClosedCases{closed()}, sent)); !slices.ContainsFunc(all, func(p playbook.Precedent) bool { return p.ID == "precedent.work" }) {
		t.Errorf("the sources' cases are gone: %+v", all)
	}
}

func TestHowALessonEnded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*playbook.ClosedCases)
		story  string
		route  recovery.Route
	}{
		{"in part, by the platform", func(c *playbook.ClosedCases) { c.Stage, c.Returned = recovery.Appeal, 78 }, "向平台申诉后一般归还了 78%", playbook.PlatformAppeal},
		{"by law", func(c *playbook.ClosedCases) { c.Stage, c.Route = recovery.Legal, recovery.SmallClaims }, "小额诉讼后一般全部归还", recovery.SmallClaims},
		{"nothing", func(c *playbook.ClosedCases) {
			c.Stage, c.Returned, c.Outcome = recovery.Legal, 0, recovery.Unrecovered
		}, "进入法律阶段后一般没有追回", playbook.VoluntaryReturn},
		{"withdrawn", func(c *playbook.ClosedCases) { c.Returned, c.Outcome = 0, recovery.Withdrawn }, "私下沟通后一般由付款人撤案", playbook.VoluntaryReturn},
	} {
		told := taught(t, colleagues(), closed(test.change))
		if len(told) != 1 || !strings.Contains(told[0].Story, test.story) || told[0].Route != test.route {
			t.Errorf("%s: %+v", test.name, told)
		}
	}
}

// TestNobodyIsRecognised: below five cases a cohort teaches nothing, however the
// cases are spread; from five on it is told as a whole.
func TestNobodyIsRecognised(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		total := map[string]int{}
		var cases []playbook.ClosedCases
		for range rapid.IntRange(0, 12).Draw(t, "ways") {
			one := closed(func(c *playbook.ClosedCases) {
				c.Group = rapid.SampledFrom(recovery.GroupKinds).Draw(t, "group")
				c.Stage = rapid.SampledFrom([]recovery.Stage{recovery.PrivateContact, recovery.Appeal, recovery.Legal}).Draw(t, "stage")
				c.Days, c.Returned, c.Cases = rapid.IntRange(1, 400).Draw(t, "days"), rapid.IntRange(0, 100).Draw(t, "returned"), rapid.IntRange(1, 4).Draw(t, "cases")
			})
			total[string(one.Group)] += one.Cases
			cases = append(cases, one)
		}
		lessons := b.MakeLessons(cases, sent)
		for _, lesson := range lessons {
			if lesson.Cases < 5 || lesson.Cases != total[string(lesson.Group)] {
				t.Fatalf("%+v of %v", lesson, total)
			}
			delete(total, string(lesson.Group))
		}
		for group, cases := range total {
			if cases >= 5 {
				t.Fatalf("%d cases of %s teach nothing", cases, group)
			}
		}
		reversed := slices.Clone(cases)
		slices.Reverse(reversed)
		if len(b.MakeLessons(reversed, sent)) != len(lessons) {
			t.Fatal("the order of the cases decides what is learnt")
		}
	})
}

// TestALessonIsTheMiddleOfItsCases: no single case is told.
func TestALessonIsTheMiddleOfItsCases(t *testing.T) {
	t.Parallel()
	lessons := book(t).MakeLessons([]playbook.ClosedCases{
		closed(func(c *playbook.ClosedCases) { c.Days, c.Returned, c.Cases, c.Stage = 400, 0, 1, recovery.Legal }),
		closed(func(c *playbook.ClosedCases) { c.Days, c.Returned, c.Cases = 5, 60, 3 }),
		closed(func(c *playbook.ClosedCases) { c.Days, c.Returned, c.Cases = 1, 100, 2 }),
	}, sent)
	if len(lessons) != 1 || lessons[0].Days != 5 || lessons[0].Returned != 60 || lessons[0].Cases != 6 || lessons[0].Stage != recovery.PrivateContact {
		t.Errorf("%+v", lessons)
	}
}

// TestIDsOfLessonsHold: an id is the cohort's, whatever is learnt beside it.
func TestIDsOfLessonsHold(t *testing.T) {
	t.Parallel()
	family := closed(func(c *playbook.ClosedCases) { c.Group = recovery.FamilyGroup })
	alone, together := taught(t, colleagues(), closed()), taught(t, colleagues(), family, closed(func(c *playbook.ClosedCases) { c.Days = 90 }))
	if len(alone) != 1 || len(together) != 1 || alone[0].ID != together[0].ID {
		t.Errorf("%+v\n%+v", alone, together)
	}
	seen := map[string]bool{}
	for _, lesson := range book(t).MakeLessons([]playbook.ClosedCases{closed(), family, closed(func(c *playbook.ClosedCases) { c.Band = "0-200" })}, sent) {
		if seen[lesson.ID] {
			t.Errorf("%s stands for two cohorts", lesson.ID)
		}
		seen[lesson.ID] = true
	}
}

// TestEveryLessonHasItsWords tells a lesson of every kind: nothing in the story
// is left open.
func TestEveryLessonHasItsWords(t *testing.T) {
	t.Parallel()
	check := func(c playbook.ClosedCases) {
		t.Helper()
		f := colleagues()
		f.Group, f.Instrument = &recovery.Group{Kind: c.Group}, c.Instrument
		told := taught(t, f, c)
		if len(told) != 1 || strings.ContainsAny(told[0].Story, "{}") || strings.Contains(told[0].Story, "、、") || strings.Contains(told[0].Story, "，：") {
			t.Errorf("%+v: %+v", c, told)
		}
	}
	for _, kind := range recovery.GroupKinds {
		for _, instrument := range recovery.Instruments {
			check(closed(func(c *playbook.ClosedCases) { c.Group, c.Instrument = kind, instrument }))
		}
	}
	for _, route := range recovery.Routes {
		check(closed(func(c *playbook.ClosedCases) { c.Route = route }))
	}
	for _, band := range book(t).AmountBands(sent) {
		check(closed(func(c *playbook.ClosedCases) { c.Band = band.Name }))
	}
}

// TestUnlikeLessonsAreLeftOut: what is unknown is not shared, what is shared must
// weigh enough, and the nearest three come first.
func TestUnlikeLessonsAreLeftOut(t *testing.T) {
	t.Parallel()
	bare := playbook.AssessmentFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000}
	if told := taught(t, bare, closed()); len(told) != 0 {
		t.Errorf("instrument and amount alone teach nothing: %+v", told)
	}
	one := colleagues()
	one.Group = &recovery.Group{Kind: recovery.NoGroup}
	told := taught(t, one, closed(), closed(func(c *playbook.ClosedCases) { c.Group = recovery.NoGroup }))
	if len(told) != 1 || told[0].Why[0] != "同样是发给一个人" {
		t.Errorf("%+v", told)
	}
	var many []playbook.ClosedCases
	for _, instrument := range recovery.Instruments {
		for _, band := range book(t).AmountBands(sent) {
			many = append(many, closed(func(c *playbook.ClosedCases) { c.Instrument, c.Band = instrument, band.Name }))
		}
	}
	told = taught(t, colleagues(), many...)
	if len(told) != 3 || len(told[0].Why) != 3 || len(told[1].Why) != 2 || len(told[2].Why) != 2 {
		t.Errorf("%+v", told)
	}
}

// TestTheThresholdIsTheBooks: another figure in the data, another answer.
func TestTheThresholdIsTheBooks(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		old, new string
		lessons  int
	}{
		{"limit: likeness, value: 3", "limit: likeness, value: 5", 1},
		{"limit: likeness, value: 3", "limit: likeness, value: 6", 0},
		{"limit: lesson_cases, value: 5", "limit: lesson_cases, value: 6", 0},
		{"trait: group, weight: 3", "trait: group, weight: 1", 1},
		{"trait: group, weight: 3, source", "trait: group, weight: 1, valid_from: 2031-01-01, source", 0},
	} {
		files, _, _ := changed(t, test.old, test.new)
		playbooks, err := load(files)
		if err != nil {
			t.Fatal(err)
		}
		b := playbooks.Current()
		told := b.Precedents(colleagues(), sent, b.MakeLessons([]playbook.ClosedCases{closed()}, sent))
		if got := len(slices.DeleteFunc(told, func(p playbook.Precedent) bool { return !strings.HasPrefix(p.ID, "lesson.") })); got != test.lessons {
			t.Errorf("%s: %d lessons", test.new, got)
		}
	}
}

func TestALibraryWithoutAWordIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ old, new, want string }{
		{"    one_to_one: 同样是发给一个人\n", "", "library: why has no word for one_to_one"},
		{"work: 工作群, trade: 行业群, strangers: 陌生人群, none", "trade: 行业群, strangers: 陌生人群, none", "library: groups has no word for work"},
		{"none: 没有追回, ", "", "library: returned has no word for none"},
		{"  source: 本站已结案件（匿名汇总，经本人同意）\n", "", "library: library has no word for source"},
		{"trait: amount, weight", "trait: colour, weight", `rule likeness.amount: unknown trait "colour"`},
		{"trait: amount, weight", "trait: group, weight", "rule likeness.amount: the trait group has two weights"},
		{"trait: amount, weight: 1", "trait: amount, weight: 0", "a weight is at least 1"},
		{"limit: lesson_cases, value", "limit: tiny_fen, value", "lessons need the limit lesson_cases"},
		{"limit: likeness, value: 3", "limit: likeness, valid_from: 2027-01-01, value: 3", "lessons need the limit likeness"},
		{"from_fen: 0, name", "from_fen: 1, name", "rule band.small: the first band of amounts begins at 0"},
		{"from_fen: 50000, name", "from_fen: 20000, name", "rule band.large: the bands of amounts do not rise"},
		{`name: "500-5000"`, `name: "200-500"`, "two bands of amounts are named 200-500"},
		{"text: 200 元以下", "text: ''", "rule band.small: a text is empty"},
	} {
		files, _, _ := changed(t, test.old, test.new)
		if _, err := load(files); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.want, err)
		}
	}
}
