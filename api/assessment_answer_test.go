package api_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"recourse/api"
	"recourse/playbook"
	"recourse/recovery"
)

var update = flag.Bool("update", false, "write the golden answers anew")

func currentBook(t testing.TB) *playbook.RuleSet {
	t.Helper()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	return playbooks.Current()
}

// testTime is the time of the test assessments, 12:30 in China.
var testTime = time.Date(2026, 11, 21, 4, 30, 0, 123_456_789, time.UTC)

// testKnowledge has some statistics for every kind of question.
func testKnowledge() playbook.Knowledge {
	return playbook.Knowledge{
		Incomes: playbook.IncomeTable{{
			Province: "浙江", MonthlyWage: 1_000_000, YearlyWage: 12_000_000, DailyIncome: 18_000, From: testTime.AddDate(-1, 0, 0), Source: "统计局",
		}},
		Experience: playbook.Experience{
			{Route: playbook.VoluntaryReturn, Group: recovery.FamilyGroup, Band: "500-5000"}: {Successes: 30, N: 40},
			{Route: playbook.PlatformAppeal, Group: recovery.WorkGroup, Band: "200-500"}:     {Successes: 3, N: 4},
		},
	}
}

// TestAssessmentsFollowSchema checks the output of the command line. Responses
// of the server are checked by every test request.
func TestAssessmentsFollowSchema(t *testing.T) {
	t.Parallel()
	book, schema := currentBook(t), schemaNamed(t, "Assessment")
	rapid.Check(t, func(t *rapid.T) {
		var answer any
		if err := json.Unmarshal(writeAssessment(t, book.Assess(drawFacts(t, book), testTime, testKnowledge())), &answer); err != nil {
			t.Fatal(err)
		}
		if err := schema.VisitJSON(answer); err != nil {
			t.Fatal(err)
		}
	})
}

type fataler interface{ Fatal(args ...any) }

func writeAssessment(t fataler, a playbook.Assessment) []byte {
	body, err := api.WriteAssessment(a)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestAssessmentEscapesTexts expects valid JSON with unchanged texts and
// without escapes that only HTML needs.
func TestAssessmentEscapesTexts(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "直接", `say "no"`, `a\b`, "line\nline", "tab\t\x00\x1f", "<b>&amp;", "\u2028\u2029", "\x7f", "\U0001f9e7"} {
		body := writeAssessment(t, playbook.Assessment{Strategy: playbook.Strategy{First: text}})
		var back struct{ Strategy struct{ First string } }
		if json.Unmarshal(body, &back) != nil || back.Strategy.First != text || bytes.Contains(body, []byte(`\u003c`)) {
			t.Errorf("%q is written %s", text, body)
		}
	}
	if body := writeAssessment(t, playbook.Assessment{Strategy: playbook.Strategy{First: "\xff\""}}); !json.Valid(body) {
		t.Errorf("broken text is written %s", body)
	}
}

// TestAssessmentsMatchGolden compares three assessments with stored ones, to
// show the effect of a change of the rules or the engine. To accept a change:
// go test ./api -run MatchGolden -update.
func TestAssessmentsMatchGolden(t *testing.T) {
	t.Parallel()
	book := currentBook(t)
	at := func(ago time.Duration) *time.Time { return new(testTime.Add(-ago)) }
	for name, facts := range map[string]playbook.AssessmentFacts{
		"open_transfer": {
			Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, SentAt: at(time.Minute),
			ClaimState: recovery.Unclaimed, Reason: recovery.WrongPerson, Group: &recovery.Group{Kind: recovery.NoGroup},
		},
		"work_group": {
			Platform: recovery.Alipay, Instrument: recovery.LuckyPacket, Amount: 88_800, SentAt: at(50 * time.Hour),
			ClaimState: recovery.Claimed, Reason: recovery.WrongGroup, Group: &recovery.Group{Kind: recovery.WorkGroup, Size: 260},
			Claimant: recovery.Claimant{Province: "浙江省"}, Refusal: recovery.ClaimsGift, Bystanders: new(4),
			NotifiedAt: at(49 * time.Hour), Facts: circumstances("same_employer"),
		},
		"deceived": {
			Platform: recovery.QQ, Instrument: recovery.PasswordPacket, Amount: 900_000, Group: &recovery.Group{Kind: recovery.StrangersGroup},
			Facts: circumstances("deceived", "abroad"),
		},
	} {
		result := book.Assess(facts, testTime, testKnowledge())
		var got bytes.Buffer
		if err := json.Indent(&got, append(writeAssessment(t, result), '\n'), "", " "); err != nil {
			t.Fatal(err)
		}
		compareGolden(t, filepath.Join("testdata", "assessment_"+name+".json"), got.Bytes())
	}
}

// circumstances returns facts in which these circumstances hold.
func circumstances(names ...string) recovery.Facts {
	f := recovery.Facts{Circumstances: map[string]bool{}}
	for _, name := range names {
		f.Circumstances[name] = true
	}
	return f
}

func compareGolden(t *testing.T, file string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(file, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
		t.Errorf("the assessment differs from %s (-want +got):\n%.2000s", file, diff)
	}
}

func drawFacts(t *rapid.T, book *playbook.RuleSet) playbook.AssessmentFacts {
	f := playbook.AssessmentFacts{
		Platform:   rapid.SampledFrom(recovery.Platforms).Draw(t, "platform"),
		Instrument: rapid.SampledFrom(recovery.Instruments).Draw(t, "instrument"),
		Amount:     recovery.Money(rapid.Int64Range(1, int64(recovery.MaxMoney)).Draw(t, "amount")),
		Reason:     rapid.SampledFrom(recovery.Reasons).Draw(t, "reason"),
		ClaimState: rapid.SampledFrom(recovery.ClaimStates).Draw(t, "claim"),
		Facts: recovery.Facts{
			Delay: rapid.SampledFrom(append(recovery.Delays, "")).Draw(t, "delay"), Circumstances: map[string]bool{},
		},
		Refusal:  rapid.SampledFrom(append(recovery.Refusals, "")).Draw(t, "refusal"),
		Claimant: recovery.Claimant{Province: rapid.SampledFrom([]string{"", "浙江", "海底"}).Draw(t, "province")},
		Group: &recovery.Group{
			Kind: rapid.SampledFrom(recovery.GroupKinds).Draw(t, "group"), Size: rapid.IntRange(0, 300).Draw(t, "size"),
		},
	}
	for _, q := range book.Questions(testTime) {
		if rapid.Bool().Draw(t, q.Signal+" known") {
			f.Circumstances[q.Signal] = rapid.Bool().Draw(t, q.Signal)
		}
	}
	if ago := rapid.IntRange(0, 200*24*60).Draw(t, "minutes ago"); ago > 0 {
		f.SentAt = new(testTime.Add(-time.Duration(ago) * time.Minute))
	}
	return f
}
