package api

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

	"recourse/playbook"
	"recourse/recovery"
)

var update = flag.Bool("update", false, "write the golden answers anew")

func currentBook(t testing.TB) *playbook.Book {
	t.Helper()
	shelf, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	return shelf.Current()
}

// asked is the instant at which the tests ask: half past twelve in China.
var asked = time.Date(2026, 11, 21, 4, 30, 0, 123_456_789, time.UTC)

// installation is one that knows a little of everything.
func installation() playbook.Knowledge {
	return playbook.Knowledge{
		Incomes: playbook.IncomeTable{{
			Province: "浙江", MonthlyWage: 1_000_000, YearlyWage: 12_000_000, DailyIncome: 18_000, From: asked.AddDate(-1, 0, 0), Source: "统计局",
		}},
		Experience: playbook.Experience{
			{Route: playbook.VoluntaryReturn, Group: recovery.FamilyGroup, Band: "500-5000"}: {Successes: 30, N: 40},
			{Route: playbook.PlatformAppeal, Group: recovery.WorkGroup, Band: "200-500"}:     {Successes: 3, N: 4},
		},
	}
}

// TestTheBodyIsWhatTheGeneratedTypesSay holds every byte that is written by hand
// against the specification's own types.
func TestTheBodyIsWhatTheGeneratedTypesSay(t *testing.T) {
	t.Parallel()
	book := currentBook(t)
	rapid.Check(t, func(t *rapid.T) {
		told := book.Assess(drawFacts(t, book), asked, installation())
		if rapid.IntRange(0, 9).Draw(t, "odd words") == 0 {
			told.Strategy.First = rapid.String().Draw(t, "first")
			told.Recall.Steps = rapid.SliceOf(rapid.String()).Draw(t, "steps")
		}
		want, err := marshal(assessmentOf(told))
		if err != nil {
			t.Fatal(err)
		}
		if got := appendAssessment(nil, &told); !sameJSON(got, want) {
			t.Fatalf("got:\n%s\nwant:\n%s", got, want)
		}
	})
}

// sameJSON compares byte for byte, and what differs in its escapes only by what
// it says.
func sameJSON(got, want []byte) bool {
	if bytes.Equal(got, want) {
		return true
	}
	var a, b any
	if json.Unmarshal(got, &a) != nil || json.Unmarshal(want, &b) != nil {
		return false
	}
	again, errA := marshal(a)
	wanted, errB := marshal(b)
	return errA == nil && errB == nil && bytes.Equal(again, wanted)
}

func TestTextsAreEscaped(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", "直接", `say "no"`, `a\b`, "line\nline", "tab\t\x00\x1f", "<b>&amp;", "\u2028\u2029", "\x7f", "\U0001f9e7"} {
		var back string
		if raw := pen(nil).text("", text); json.Unmarshal(raw, &back) != nil || back != text {
			t.Errorf("%q is written %s", text, raw)
		}
	}
	if raw := pen(nil).text("", "\xff\""); !json.Valid(raw) {
		t.Errorf("broken text is written %s", raw)
	}
}

// TestAnswersStayAsTheyAre shows what a change of the rules or the engine does
// to three answers. When it is meant: go test ./api -run StayAsTheyAre -update.
func TestAnswersStayAsTheyAre(t *testing.T) {
	t.Parallel()
	book := currentBook(t)
	at := func(ago time.Duration) *time.Time { return new(asked.Add(-ago)) }
	for name, facts := range map[string]playbook.AssessmentFacts{
		"open_transfer": {
			Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, SentAt: at(time.Minute),
			ClaimState: recovery.Unclaimed, Reason: recovery.WrongPerson, Group: &recovery.Group{Kind: recovery.NoGroup},
		},
		"work_group": {
			Platform: recovery.Alipay, Instrument: recovery.LuckyPacket, Amount: 88_800, SentAt: at(50 * time.Hour),
			ClaimState: recovery.Claimed, Reason: recovery.WrongGroup, Group: &recovery.Group{Kind: recovery.WorkGroup, Size: 260},
			Claimant: recovery.Claimant{Province: "浙江省"}, Refusal: recovery.ClaimsGift, Bystanders: new(4),
			NotifiedAt: at(49 * time.Hour), Circumstances: map[string]bool{"same_employer": true},
		},
		"deceived": {
			Platform: recovery.QQ, Instrument: recovery.PasswordPacket, Amount: 900_000, Group: &recovery.Group{Kind: recovery.StrangersGroup},
			Circumstances: map[string]bool{"deceived": true, "abroad": true},
		},
	} {
		told := book.Assess(facts, asked, installation())
		var got bytes.Buffer
		if err := json.Indent(&got, append(appendAssessment(nil, &told), '\n'), "", " "); err != nil {
			t.Fatal(err)
		}
		golden(t, filepath.Join("testdata", "assessment_"+name+".json"), got.Bytes())
	}
}

func golden(t *testing.T, file string, got []byte) {
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
		t.Errorf("%s is no longer what is told (-want +got):\n%.2000s", file, diff)
	}
}

func drawFacts(t *rapid.T, book *playbook.Book) playbook.AssessmentFacts {
	f := playbook.AssessmentFacts{
		Platform:   rapid.SampledFrom(recovery.Platforms).Draw(t, "platform"),
		Instrument: rapid.SampledFrom(recovery.Instruments).Draw(t, "instrument"),
		Amount:     recovery.Money(rapid.Int64Range(1, int64(recovery.MaxMoney)).Draw(t, "amount")),
		Reason:     rapid.SampledFrom(recovery.Reasons).Draw(t, "reason"),
		ClaimState: rapid.SampledFrom(recovery.ClaimStates).Draw(t, "claim"),
		Delay:      rapid.SampledFrom(append(playbook.Delays, "")).Draw(t, "delay"),
		Refusal:    rapid.SampledFrom(append(recovery.Refusals, "")).Draw(t, "refusal"),
		Claimant:   recovery.Claimant{Province: rapid.SampledFrom([]string{"", "浙江", "海底"}).Draw(t, "province")},
		Group: &recovery.Group{
			Kind: rapid.SampledFrom(recovery.GroupKinds).Draw(t, "group"), Size: rapid.IntRange(0, 300).Draw(t, "size"),
		},
		Circumstances: map[string]bool{},
	}
	for _, q := range book.Questions(asked) {
		if rapid.Bool().Draw(t, q.Signal+" told") {
			f.Circumstances[q.Signal] = rapid.Bool().Draw(t, q.Signal)
		}
	}
	if ago := rapid.IntRange(0, 200*24*60).Draw(t, "minutes ago"); ago > 0 {
		f.SentAt = new(asked.Add(-time.Duration(ago) * time.Minute))
	}
	return f
}

// The generated types, filled field by field: what the pen must write.

func assessmentOf(a playbook.Assessment) Assessment {
	return Assessment{
		Recall: recallOf(a.Recall), Plan: each(a.Plan, planStepOf), Strategy: strategyOf(a.Strategy),
		Characterisation: each(a.Characterisation, characterisationOf), Routes: each(a.Routes, routeOf),
		Forecast: forecastOf(a.Forecast), Warnings: each(a.Warnings, warningOf),
		EvidenceRequirements: each(a.Requirements, requirementOf), Texts: each(a.Texts, textOf),
		Precedents: each(a.Precedents, precedentOf), Playbook: PlaybookVersion(a.Playbook),
	}
}

func recallOf(r playbook.Recall) RecallAnswer {
	return RecallAnswer{
		Possible: r.Possible, Until: localOrNil(r.Until), How: r.How, Disputed: r.Disputed,
		Readings: each(r.Readings, func(r playbook.Reading) Reading { return Reading(r) }),
		RefundAt: localOrNil(r.RefundAt), ArrivesAt: localOrNil(r.ArrivesAt),
		Who: words[RecallAnswerWho](r.Who), Steps: notNil(r.Steps), Warnings: notNil(r.Warnings),
	}
}

func planStepOf(p playbook.PlanStep) PlanStep {
	return PlanStep{Stage: Stage(p.Stage), Why: p.Why, DueIn: orNil[string](p.DueIn)}
}

func strategyOf(s playbook.Strategy) Strategy {
	return Strategy{
		ID: s.ID, Risk: StrategyRisk(s.Risk), First: s.First, Then: s.Then, Source: s.Source,
		Notes: each(s.Notes, func(n playbook.Note) StrategyNote {
			return StrategyNote{Code: n.Code, Applies: StrategyNoteApplies(n.Applies), Text: n.Text, Source: n.Source}
		}),
	}
}

func characterisationOf(c playbook.Characterisation) Characterisation {
	return Characterisation{
		Theory: c.Theory, Name: c.Name, Article: c.Article, Articles: each(c.Articles, citationOf),
		Status: CharacterisationStatus(c.Status), Why: c.Why, Supports: notNil(c.Supports), Against: notNil(c.Against),
		Missing: each(c.Missing, questionOf),
	}
}

func citationOf(s playbook.Source) Citation {
	return Citation{
		Text: s.String(), Statute: orNil[string](s.Statute), Section: orNil[string](s.Section),
		Edition: orNil[string](s.Edition), Mark: orNil[Mark](s.Mark),
	}
}

func routeOf(r playbook.RouteOption) RouteOption {
	return RouteOption{
		Route: Way(r.Route), Name: r.Name, Open: r.Open, Recommended: r.Recommended, Why: notNil(r.Why),
		Questions: each(r.Questions, questionOf), CostFen: fenOrNil(r.Cost), CostMark: orNil[Mark](r.CostMark),
		Days: Days{Low: r.Days.Low, High: r.Days.High}, Chance: chanceOf(r.Chance),
		ExpectedValueFen: fenOrNil(r.Value), Source: r.Source,
	}
}

func fenOrNil(amount *recovery.Money) *int64 {
	if amount == nil {
		return nil
	}
	fen := int64(*amount)
	return &fen
}

func chanceOf(c playbook.Chance) Chance {
	return Chance{Low: c.Low, Mean: c.Mean, High: c.High, N: c.N, Source: c.Source}
}

func forecastOf(f playbook.Forecast) Forecast {
	return Forecast{
		Low: f.Low, Mean: f.Mean, High: f.High, N: f.N, Source: f.Source, Claims: notNil(f.Claims), Note: f.Note,
	}
}

func precedentOf(p playbook.Precedent) Precedent {
	told := Precedent{
		ID: p.ID, Story: p.Story, Route: Way(p.Route), ReturnedPercent: p.Returned, Why: notNil(p.Why), Source: p.Source,
	}
	if p.Days > 0 {
		told.Days = &p.Days
	}
	return told
}
