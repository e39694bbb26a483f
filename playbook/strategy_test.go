package playbook_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// figures are made up for the tests; the product ships none.
func figures() playbook.IncomeTable {
	day := func(y int) time.Time { return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC) }
	return playbook.IncomeTable{
		{Province: "浙江", MonthlyWage: 900_000, YearlyWage: 10_800_000, DailyIncome: 20_000, From: day(2026), Source: "test"},
		{Province: "浙江", MonthlyWage: 1, YearlyWage: 1, DailyIncome: 1, From: day(2024), Source: "test"},
		{Province: "浙江", MonthlyWage: 1, From: day(2030), Source: "test"},
	}
}

func notes(s playbook.Strategy) map[string]playbook.Answer {
	found := map[string]playbook.Answer{}
	for _, note := range s.Notes {
		found[note.Code] = note.Applies
	}
	return found
}

func TestStrategyByGroup(t *testing.T) {
	t.Parallel()
	b := book(t)
	for kind, want := range map[recovery.GroupKind][2]string{
		recovery.NoGroup: {"strategy.one_to_one", "low"}, recovery.FamilyGroup: {"strategy.close", "low"},
		recovery.FriendsGroup: {"strategy.close", "low"}, recovery.WorkGroup: {"strategy.work", "medium"},
		recovery.StrangersGroup: {"strategy.strangers", "high"}, recovery.TradeGroup: {"strategy.trade", "high"},
		"": {"strategy.one_to_one", "low"},
	} {
		f := story()
		f.Group = &recovery.Group{Kind: kind, Size: 30}
		got := b.Strategy(f, sent, nil)
		if got.ID != want[0] || got.Risk != want[1] || got.First == "" || got.Then == "" || got.Source == "" {
			t.Errorf("%q: %+v", kind, got)
		}
	}
}

func TestStrategyBySizeAmountAndCrowd(t *testing.T) {
	t.Parallel()
	b := book(t)
	two, three := 2, 3
	none := func(*playbook.AssessmentFacts) {}
	for _, test := range []struct {
		name    string
		change  func(*playbook.AssessmentFacts)
		incomes playbook.Incomes
		want    map[string]playbook.Answer
	}{
		{"nothing known", func(f *playbook.AssessmentFacts) { f.Claimant.Province = "" }, nil, map[string]playbook.Answer{
			"over_wage": playbook.Unknown, "over_income": playbook.Unknown,
		}},
		{"over a tenth of the wage and the day's income", none, figures(), map[string]playbook.Answer{
			"over_wage": playbook.Yes, "over_income": playbook.Yes,
		}},
		{"published figures alone", none, nil, map[string]playbook.Answer{
			"over_wage": playbook.Yes, "over_income": playbook.Yes,
		}},
		{"a published income without a wage", func(f *playbook.AssessmentFacts) { f.Claimant.Province = "甘肃" }, nil, map[string]playbook.Answer{
			"over_wage": playbook.Unknown, "over_income": playbook.Yes,
		}},
		{"a province nobody publishes", func(f *playbook.AssessmentFacts) { f.Claimant.Province = "澳门" }, nil, map[string]playbook.Answer{
			"over_wage": playbook.Unknown, "over_income": playbook.Unknown,
		}},
		{"exactly a tenth", func(f *playbook.AssessmentFacts) { f.Amount = 90_000 }, figures(), map[string]playbook.Answer{
			"over_wage": playbook.Yes, "over_income": playbook.Yes,
		}},
		{"a fen below", func(f *playbook.AssessmentFacts) { f.Amount = 89_999 }, figures(), map[string]playbook.Answer{
			"over_income": playbook.Yes,
		}},
		{"one and a half days", func(f *playbook.AssessmentFacts) { f.Amount = 30_000 }, figures(), map[string]playbook.Answer{
			"over_income": playbook.Yes, "small": playbook.Yes,
		}},
		{"a fen below that", func(f *playbook.AssessmentFacts) { f.Amount = 29_999 }, figures(), map[string]playbook.Answer{
			"small": playbook.Yes,
		}},
		{"an unknown province", func(f *playbook.AssessmentFacts) { f.Claimant.Province = "海底" }, figures(), map[string]playbook.Answer{
			"over_wage": playbook.Unknown, "over_income": playbook.Unknown,
		}},
		{"200 members", func(f *playbook.AssessmentFacts) { f.Group = &recovery.Group{Kind: recovery.WorkGroup, Size: 200} }, figures(), map[string]playbook.Answer{
			"over_wage": playbook.Yes, "over_income": playbook.Yes,
		}},
		{"201 members", func(f *playbook.AssessmentFacts) { f.Group = &recovery.Group{Kind: recovery.WorkGroup, Size: 201} }, figures(), map[string]playbook.Answer{
			"over_wage": playbook.Yes, "over_income": playbook.Yes, "large_group": playbook.Yes,
		}},
		{"a group of unknown size", func(f *playbook.AssessmentFacts) { f.Group = &recovery.Group{Kind: recovery.WorkGroup} }, figures(), map[string]playbook.Answer{
			"over_wage": playbook.Yes, "over_income": playbook.Yes, "large_group": playbook.Unknown,
		}},
		{"two bystanders", func(f *playbook.AssessmentFacts) { f.Bystanders = &two }, figures(), map[string]playbook.Answer{
			"over_wage": playbook.Yes, "over_income": playbook.Yes,
		}},
		{"three bystanders, and pressed", func(f *playbook.AssessmentFacts) {
			f.Bystanders = &three
			f.Circumstances["pressed"] = true
		}, figures(), map[string]playbook.Answer{
			"over_wage": playbook.Yes, "over_income": playbook.Yes, "crowd": playbook.Yes, "pressure": playbook.Yes,
		}},
		{"far away", func(f *playbook.AssessmentFacts) {
			f.Amount = 500_001
			f.Circumstances["other_province"] = true
		}, figures(), map[string]playbook.Answer{
			"over_wage": playbook.Yes, "over_income": playbook.Yes, "far": playbook.Yes,
		}},
	} {
		f := story()
		test.change(&f)
		if got := notes(b.Strategy(f, sent, test.incomes)); !maps.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

func TestIncomesAreDated(t *testing.T) {
	t.Parallel()
	table := figures()
	for year, want := range map[int]recovery.Money{2025: 1, 2026: 900_000, 2031: 1} {
		on := time.Date(year, 6, 1, 0, 0, 0, 0, time.UTC)
		if got, known := table.Income("浙江", on); !known || got.MonthlyWage != want {
			t.Errorf("%d: %+v, %v", year, got, known)
		}
	}
	if _, known := table.Income("浙江", time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)); known {
		t.Error("a figure was known before it was published")
	}
	if _, known := playbook.IncomeTable(nil).Income("浙江", sent); known {
		t.Error("a table of nothing knows a figure")
	}
}

// TestPublishedFigures: a day's income is the yearly one by 365, the newest year
// counts, what the installation entered takes precedence, and no published wage
// opens small claims.
func TestPublishedFigures(t *testing.T) {
	t.Parallel()
	b := book(t)
	const day = 8_836_600 / 365 // 上海, 2024
	for amount, want := range map[recovery.Money]playbook.Answer{day * 3 / 2: playbook.No, day*3/2 + 1: playbook.Yes} {
		f := story()
		f.Claimant.Province, f.Amount = "上海市", amount
		got, found := notes(b.Strategy(f, sent, nil))["over_income"]
		if found != (want == playbook.Yes) {
			t.Errorf("%s in 上海: %s", amount, got)
		}
	}
	f := story()
	f.Amount = 5_000
	poor := playbook.IncomeTable{{Province: "浙江", DailyIncome: 3_000, From: sent.AddDate(-1, 0, 0), Source: "test"}}
	if got := notes(b.Strategy(f, sent, poor)); got["over_income"] != playbook.Yes || got["over_wage"] != "" {
		t.Errorf("with an own figure: %v", got)
	}
	f.Amount = 4_000_000 // below half of the published wage of 浙江
	if route(t, b.Routes(f, sent, nil, nil), recovery.SmallClaims).Open {
		t.Error("a published wage opened small claims")
	}
}

func TestARowOfIncomes(t *testing.T) {
	t.Parallel()
	b := book(t)
	sound := figures()[0]
	if err := b.CheckIncome(sound); err != nil {
		t.Errorf("a sound row: %v", err)
	}
	for field, change := range map[string]func(*playbook.Income){
		"province":         func(i *playbook.Income) { i.Province = "浙江省" },
		"monthly_wage_fen": func(i *playbook.Income) { i.MonthlyWage, i.YearlyWage, i.DailyIncome = 0, 0, 0 },
		"yearly_wage_fen":  func(i *playbook.Income) { i.YearlyWage = -1 },
		"daily_income_fen": func(i *playbook.Income) { i.DailyIncome = recovery.MaxMoney + 1 },
		"from":             func(i *playbook.Income) { i.From = time.Time{} },
		"source":           func(i *playbook.Income) { i.Source = "" },
	} {
		row := sound
		change(&row)
		wantField(t, b.CheckIncome(row), field)
	}
}

func TestPlan(t *testing.T) {
	t.Parallel()
	b := book(t)
	stages := func(f playbook.AssessmentFacts, after time.Duration) []recovery.Stage {
		var list []recovery.Stage
		for _, step := range b.Assess(f, sent.Add(after), playbook.Knowledge{}).Plan {
			list = append(list, step.Stage)
			if step.Why == "" || !strings.ContainsAny(step.DueIn, "天时日") {
				t.Errorf("%+v", step)
			}
		}
		return list
	}
	group := story()
	group.ClaimState, group.Group = recovery.PartlyClaimed, &recovery.Group{Kind: recovery.WorkGroup, Size: 20}
	if got := stages(group, time.Hour); !slices.Equal(got, recovery.Stages[:5]) {
		t.Errorf("a group: %v", got)
	}
	if got := stages(story(), time.Hour); !slices.Equal(got, []recovery.Stage{recovery.PrivateContact, recovery.Appeal, recovery.Legal}) {
		t.Errorf("one to one, claimed: %v", got)
	}
	for _, danger := range []string{"deceived", "gambling", "threatened"} {
		f := story()
		f.Circumstances[danger] = true
		if got := stages(f, time.Hour); !slices.Equal(got, []recovery.Stage{recovery.Legal}) {
			t.Errorf("%s: %v", danger, got)
		}
	}
}
