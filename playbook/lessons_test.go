package playbook_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/playbook"
	"recourse/recovery"
)

func lesson(change ...func(*playbook.Lesson)) playbook.Lesson {
	l := playbook.Lesson{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Group: recovery.WorkGroup, Size: "1-50", Band: "500-5000",
		Reason: recovery.WrongGroup, Stage: recovery.PrivateContact, Outcome: recovery.RecoveredFull, Returned: 100, Days: 3,
	}
	for _, c := range change {
		c(&l)
	}
	return l
}

func colleagues() playbook.AssessmentFacts {
	return playbook.AssessmentFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, Reason: recovery.WrongGroup,
		Group: &recovery.Group{Kind: recovery.WorkGroup, Size: 36},
	}
}

func TestALessonIsTold(t *testing.T) {
	t.Parallel()
	told := book(t).Precedents(colleagues(), sent, []playbook.Lesson{lesson()})
	all := 100
	want := playbook.Precedent{
		ID: "lesson.1", Story: "工作群、500–5000 元、转账：私下沟通后全部归还，用时 3 天。", Route: playbook.VoluntaryReturn,
		Returned: &all, Days: 3, Why: []string{"同类的群", "同样的误发原因", "同样的付款方式", "金额相近", "群的大小相近"},
		Source: "本站已结案件（匿名，经本人同意）",
	}
	if len(told) == 0 || !cmp.Equal(told[0], want) {
		t.Errorf("%s", cmp.Diff(want, told[0]))
	}
	if !slices.ContainsFunc(told, func(p playbook.Precedent) bool { return p.ID == "precedent.work" }) {
		t.Errorf("the sources' cases are gone: %+v", told)
	}
}

func TestHowALessonEnded(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*playbook.Lesson)
		story  string
		route  recovery.Route
	}{
		{"in part, by the platform", func(l *playbook.Lesson) { l.Stage, l.Returned = recovery.Appeal, 78 }, "向平台申诉后归还了 78%", playbook.PlatformAppeal},
		{"by law", func(l *playbook.Lesson) { l.Stage, l.Route = recovery.Legal, recovery.SmallClaims }, "小额诉讼后全部归还", recovery.SmallClaims},
		{"nothing", func(l *playbook.Lesson) { l.Stage, l.Returned, l.Outcome = recovery.Legal, 0, recovery.Unrecovered }, "进入法律阶段后没有追回", playbook.VoluntaryReturn},
		{"withdrawn", func(l *playbook.Lesson) { l.Returned, l.Outcome = 0, recovery.Withdrawn }, "私下沟通后由本人撤回", playbook.VoluntaryReturn},
	} {
		told := book(t).Precedents(colleagues(), sent, []playbook.Lesson{lesson(test.change)})
		if !strings.Contains(told[0].Story, test.story) || told[0].Route != test.route {
			t.Errorf("%s: %+v", test.name, told[0])
		}
	}
}

// TestEveryLessonHasItsWords tells a lesson of every kind: nothing in the story
// is left open.
func TestEveryLessonHasItsWords(t *testing.T) {
	t.Parallel()
	b := book(t)
	check := func(l playbook.Lesson) {
		t.Helper()
		f := colleagues()
		f.Group, f.Instrument = &recovery.Group{Kind: l.Group}, l.Instrument
		told := b.Precedents(f, sent, []playbook.Lesson{l})
		at := slices.IndexFunc(told, func(p playbook.Precedent) bool { return p.ID == "lesson.1" })
		if at < 0 || strings.ContainsAny(told[at].Story, "{}") || strings.Contains(told[at].Story, "、、") || strings.Contains(told[at].Story, "：，") {
			t.Errorf("%+v: %+v", l, told)
		}
	}
	for _, kind := range recovery.GroupKinds {
		for _, instrument := range recovery.Instruments {
			check(lesson(func(l *playbook.Lesson) { l.Group, l.Instrument = kind, instrument }))
		}
	}
	for _, route := range recovery.Routes {
		check(lesson(func(l *playbook.Lesson) { l.Route = route }))
	}
	for _, amount := range []recovery.Money{1, 200_00, 500_00, recovery.MaxMoney} {
		check(lesson(func(l *playbook.Lesson) { l.Band = playbook.Band(amount) }))
	}
}

// TestUnlikeLessonsAreLeftOut: what is unknown is not shared, and the nearest
// three come first.
func TestUnlikeLessonsAreLeftOut(t *testing.T) {
	t.Parallel()
	b := book(t)
	unlike := lesson(func(l *playbook.Lesson) { l.Instrument = recovery.LuckyPacket })
	bare := playbook.AssessmentFacts{Platform: recovery.WeChat, Instrument: recovery.PasswordPacket, Amount: 1}
	if told := b.Precedents(bare, sent, []playbook.Lesson{unlike}); len(told) != 0 {
		t.Errorf("%+v", told)
	}
	one := colleagues()
	one.Group = &recovery.Group{Kind: recovery.NoGroup}
	told := b.Precedents(one, sent, []playbook.Lesson{unlike, lesson(func(l *playbook.Lesson) { l.Group, l.Size = recovery.NoGroup, "" })})
	if told[0].ID != "lesson.2" || told[0].Why[0] != "同样是发给一个人" {
		t.Errorf("%+v", told)
	}
	many := slices.Repeat([]playbook.Lesson{unlike, lesson()}, 10)
	told = b.Precedents(colleagues(), sent, many)
	if len(told) != 3 || told[0].ID != "lesson.2" || told[1].ID != "lesson.4" || told[2].ID != "lesson.6" {
		t.Errorf("%+v", told)
	}
}

func TestSizeBands(t *testing.T) {
	t.Parallel()
	for size, want := range map[int]string{-1: "", 0: "", 1: "1-50", 50: "1-50", 51: "51-200", 200: "51-200", 201: "200+"} {
		if got := playbook.SizeBand(size); got != want {
			t.Errorf("%d: %q, want %q", size, got, want)
		}
	}
}

func TestALibraryWithoutAWordIsRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ old, new, want string }{
		{"    one_to_one: 同样是发给一个人\n", "", "library: why has no word for one_to_one"},
		{"work: 工作群, trade: 行业群, strangers: 陌生人群, none", "trade: 行业群, strangers: 陌生人群, none", "library: groups has no word for work"},
		{"none: 没有追回, ", "", "library: returned has no word for none"},
		{"  source: 本站已结案件（匿名，经本人同意）\n", "", "library: library has no word for source"},
	} {
		files, _, _ := changed(t, test.old, test.new)
		if _, err := load(files); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.want, err)
		}
	}
}
