package playbook_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/playbook"
	"recourse/recovery"
)

func TestAssessmentHasTheFieldsOfTheContract(t *testing.T) {
	t.Parallel()
	text, err := json.Marshal(book(t).Assess(story(), sent.Add(time.Hour), playbook.Knowledge{}))
	if err != nil {
		t.Fatal(err)
	}
	var got map[string]json.RawMessage
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{
		"recall", "plan", "strategy", "characterisation", "routes", "forecast", "warnings", "evidence_requirements",
		"texts", "precedents", "playbook",
	} {
		if value := string(got[field]); value == "" || value == "null" || value == "[]" {
			t.Errorf("%s is %q", field, value)
		}
	}
	for _, part := range []string{`"cost_fen":`, `"low":`, `"n":0`, `"version":"2026-11"`, `"code":`, `"theory":`, `"due_in":`} {
		if !strings.Contains(string(text), part) {
			t.Errorf("the answer lacks %s", part)
		}
	}
}

func TestFactsAreReadFromTheContractsNames(t *testing.T) {
	t.Parallel()
	const body = `{"platform":"wechat","instrument":"transfer","amount_fen":200000,"sent_at":"2026-11-21T12:30:00+08:00",
		"reason":"wrong_person","claim_state":"unclaimed","group":{"kind":"none","size":0},"account":"personal","delayed_arrival":"24h",
		"counterparts":[{"alias":"山风"}],"claimant":{"name":"甲","province":"浙江"},"bystanders":2,"circumstances":{"abroad":false}}`
	var f playbook.AssessmentFacts
	decoder := json.NewDecoder(strings.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&f); err != nil {
		t.Fatal(err)
	}
	b := book(t)
	if err := b.CheckFacts(f, sent); err != nil {
		t.Fatal(err)
	}
	if got := b.Assess(f, sent, playbook.Knowledge{}); !got.Recall.WorthTrying || got.Recall.RefundAt == nil {
		t.Errorf("%+v", got.Recall)
	}
}

// Whatever the facts: every part answers, every list is a list, recall promises
// what it promises alone, and the order of asking changes nothing.
func TestAssessmentsAreSound(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		f := drawFacts(t, b)
		if err := b.CheckFacts(f, sent); err != nil {
			t.Fatal(err)
		}
		known := playbook.Knowledge{Incomes: figures(), Experience: drawExperience(t)}
		got := b.Assess(f, sent, known)
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), ":null") && !onlyNumbersAreNull(text) {
			t.Fatalf("a list is null: %s", text)
		}
		if got.Recall.How == "" || got.Strategy.First == "" || len(got.Plan) == 0 || len(got.Routes) != 10 || len(got.Characterisation) != 6 {
			t.Fatalf("a part is silent: %s", text)
		}
		if got.Recall.Possible && (f.SentAt == nil || f.ClaimState != recovery.Unclaimed) {
			t.Fatalf("promised without ground: %+v", got.Recall)
		}
		again, err := json.Marshal(b.Assess(f, sent, known))
		if err != nil || string(again) != string(text) {
			t.Fatalf("asked twice, answered twice: %s\n%s", text, again)
		}
	})
}

// onlyNumbersAreNull: a cost, value or chance nobody can compute is null, and
// nothing else.
func onlyNumbersAreNull(text []byte) bool {
	rest := string(text)
	for _, field := range []string{"cost_fen", "expected_value_fen", "low", "mean", "high"} {
		rest = strings.ReplaceAll(rest, `"`+field+`":null`, "")
	}
	return !strings.Contains(rest, ":null")
}

func TestServicesThatPromiseRecoveryAreWarnedOf(t *testing.T) {
	t.Parallel()
	got := book(t).Assess(story(), sent, playbook.Knowledge{})
	for _, code := range []string{"recovery_tools", "official", "pressing", "privacy"} {
		if !slices.Contains(codes(got.Warnings), code) {
			t.Errorf("no warning %s: %v", code, codes(got.Warnings))
		}
	}
	for _, r := range got.Routes {
		if strings.Contains(r.Name, "代追") {
			t.Errorf("%s is offered as a way", r.Name)
		}
	}
}

// A rule is heard only in its own time: the law on public order of 2025 was not
// in force before 2026.
func TestRulesOfAnotherTimeAreSilent(t *testing.T) {
	t.Parallel()
	b := book(t)
	f := story()
	f.SentAt = nil
	dawn := time.Date(2026, 1, 1, 0, 0, 0, 0, recovery.Shanghai)
	for now, want := range map[time.Time]int{dawn.Add(-time.Second): 5, dawn: 6} {
		if got := len(b.Characterise(f, now)); got != want {
			t.Errorf("at %s: %d theories, want %d", now, got, want)
		}
	}
}

func TestBrokenRulesOfTheEngineAreNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, old, new, want string }{
		{"a signal unknown", "needs: [no_ground, claimed]", "needs: [mistaken, eaten]", `rule theory.unjust_enrichment: unknown signal "eaten"`},
		{"a reason's signal", "{if: [spent], text:", "{if: [burnt], text:", `unknown signal "burnt"`},
		{"no needs", "needs: [pressed]", "needs: []", "needs and articles"},
		{"an article unread", "section: \"98、270\", edition: 2023 修正, mark: V}", "section: \"98、270\", edition: 2023 修正}", "rule theory.embezzlement: articles"},
		{"a limit unknown", "limit: crowd, value", "limit: mob, value", `limit: "mob"`},
		{"a limit twice", "limit: crowd, value", "limit: cohort, value", "has two values"},
		{"no limit at all", "limit: crowd, value: 3", "limit: crowd, value: 0", "a limit must be between"},
		{"a question decided", "signal: spent, about", "signal: claimed, about", "needs no question"},
		{"a question about nothing", "signal: senior, about: sending", "signal: senior, about: weather", `about: "weather"`},
		{"a rating", "rating: 4", "rating: 6", "a rating must be between"},
		{"a caution's signal", "if: [late, large]", "if: [late, claimed]", `unknown signal "claimed"`},
		{"a risk", "risk: medium", "risk: total", `risk: "total"`},
		{"a strategy too few", "groups: [work]\n    risk", "groups: [trade]\n    risk", "no strategy for a group that is work"},
		{"a plan without clock", "stages: [appeal], if:", "stages: [closed], if:", "the stage closed has no plan"},
		{"a route unknown", "route: set_off\n    name", "route: revenge\n    name", `route: "revenge"`},
		{"a route twice", "route: set_off\n    name", "route: mediation\n    name", "the route mediation has two rules"},
		{"a fee unknown", "fee: summary\n    days", "fee: bribe\n    days", `fee: "bribe"`},
		{"days turned round", "days: {low: 7, high: 15}", "days: {low: 15, high: 7}", "the days go from 15 to 7"},
		{"a part of nothing", "of: suit, divide_by: 2", "of: tea, divide_by: 2", `no fee "tea" by bands`},
		{"divided by nothing", "of: suit, divide_by: 2", "of: suit, divide_by: 0", "divide_by is at least 1"},
		{"bands that fall", "up_to_fen: 50000000,", "up_to_fen: 15000000,", "do not rise"},
		{"a rate", "{rate_bp: 50}", "{rate_bp: 10001}", "a rate must be between"},
		{"a percentage", "percent: 89", "percent: 189", "a percentage must be between"},
		{"a prior's route", "route: platform_appeal, percent: 68", "route: prayer, percent: 68", `route: "prayer"`},
		{"a story untold", "story: 钱转到了境外，查清去向后由警方跨境协作追回。", "story: ''", "rule precedent.cross_border: a text is empty"},
	} {
		files, _, _ := changed(t, test.old, test.new)
		_, err := load(files)
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "books/2026-11") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func BenchmarkAssess(b *testing.B) {
	rules := book(b)
	f := story()
	f.SentAt, f.ClaimState = new(sent), recovery.PartlyClaimed
	f.Group = &recovery.Group{Kind: recovery.FamilyGroup, Size: 250}
	known := playbook.Knowledge{Incomes: figures(), Experience: playbook.Experience{
		{Route: playbook.VoluntaryReturn, Group: recovery.FamilyGroup, Band: "500-5000"}: {Successes: 300, N: 400},
	}, Lessons: rules.MakeLessons([]playbook.ClosedCases{closed()}, sent)}
	b.ReportAllocs()
	for b.Loop() {
		if got := rules.Assess(f, sent.Add(time.Hour), known); got.Playbook.Version == "" {
			b.Fatal("no answer")
		}
	}
}
