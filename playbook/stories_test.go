package playbook_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"recourse/playbook"
	"recourse/recovery"
)

// toldStory is what somebody told, and what the answer must hold.
type toldStory struct {
	Story    string           `yaml:"story"`
	After    time.Duration    `yaml:"after"`
	Facts    map[string]any   `yaml:"facts"`
	Danger   bool             `yaml:"danger"`
	First    string           `yaml:"first"`
	Plan     []recovery.Stage `yaml:"plan"`
	Strategy string           `yaml:"strategy"`
	Route    recovery.Route   `yaml:"route"`
	Says     []string         `yaml:"says"`
	Never    []string         `yaml:"never"`
}

func readStories(t *testing.T) []toldStory {
	t.Helper()
	file, err := os.Open("testdata/stories.yaml")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	decoder := yaml.NewDecoder(file)
	decoder.KnownFields(true)
	var stories []toldStory
	if err := decoder.Decode(&stories); err != nil {
		t.Fatal(err)
	}
	return stories
}

// facts are a WeChat transfer with what the story adds.
func (s toldStory) facts(t *testing.T) playbook.AssessmentFacts {
	t.Helper()
	all := map[string]any{"platform": "wechat", "instrument": "transfer", "amount_fen": 200_000, "sent_at": sent}
	for name, value := range s.Facts {
		all[name] = value
	}
	text, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	var f playbook.AssessmentFacts
	if err := decoder.Decode(&f); err != nil {
		t.Fatalf("%s: %v", s.Story, err)
	}
	return f
}

// sentences are all sentences of an answer that a person reads.
func sentences(a playbook.Assessment) string {
	list := append([]string{a.Recall.How, a.Strategy.First, a.Strategy.Then}, a.Recall.Steps...)
	for _, step := range a.Plan {
		list = append(list, step.Why)
	}
	for _, note := range a.Strategy.Notes {
		list = append(list, note.Text)
	}
	for _, route := range a.Routes {
		list = append(append(list, route.Name), route.Why...)
	}
	for _, theory := range a.Characterisation {
		list = append(append(list, theory.Supports...), theory.Against...)
	}
	for _, warning := range a.Warnings {
		list = append(list, warning.Text)
	}
	for _, requirement := range a.Requirements {
		list = append(list, requirement.Why)
	}
	for _, text := range a.Texts {
		list = append(list, text.Body)
	}
	for _, help := range a.Help {
		list = append(list, help.Name, help.Number, help.Entry)
	}
	for _, question := range a.Recall.Questions {
		list = append(list, question.Text)
	}
	return strings.Join(list, "\n")
}

func stagesOf(a playbook.Assessment) []recovery.Stage {
	var stages []recovery.Stage
	for _, step := range a.Plan {
		stages = append(stages, step.Stage)
	}
	return stages
}

func recommendedOf(a playbook.Assessment) recovery.Route {
	at := slices.IndexFunc(a.Routes, func(r playbook.RouteOption) bool { return r.Recommended })
	if at < 0 {
		return ""
	}
	return a.Routes[at].Route
}

// TestStories tells the answers to stories as a table: go test -run TestStories -v.
func TestStories(t *testing.T) {
	t.Parallel()
	b := book(t)
	stories := readStories(t)
	dangers, told := 0, map[string]bool{}
	for _, story := range stories {
		f, now := story.facts(t), sent.Add(story.After)
		if err := b.CheckFacts(f, now); err != nil {
			t.Errorf("%s: %v", story.Story, err)
			continue
		}
		if told[story.Story] {
			t.Errorf("%s is told twice", story.Story)
		}
		told[story.Story] = true
		answer := b.Assess(f, now, playbook.Knowledge{})
		t.Logf("%s\n  先做：%s\n  计划：%v（%s）  推荐：%s\n  文字：%v\n  提醒：%v", story.Story, answer.Recall.Steps[0],
			stagesOf(answer), answer.Strategy.ID, recommendedOf(answer), ids(answer.Texts), codes(answer.Warnings))
		story.check(t, answer)
		if story.Danger {
			dangers++
			checkDanger(t, story.Story, answer)
		}
	}
	if len(stories) < 60 || dangers < 15 {
		t.Errorf("%d stories, %d of them of danger", len(stories), dangers)
	}
}

func (s toldStory) check(t *testing.T, answer playbook.Assessment) {
	t.Helper()
	if !strings.Contains(answer.Recall.Steps[0], s.First) {
		t.Errorf("%s: the first step is %q, want %q", s.Story, answer.Recall.Steps[0], s.First)
	}
	if len(s.Plan) > 0 && !slices.Equal(stagesOf(answer), s.Plan) {
		t.Errorf("%s: the plan is %v, want %v", s.Story, stagesOf(answer), s.Plan)
	}
	if s.Strategy != "" && answer.Strategy.ID != s.Strategy {
		t.Errorf("%s: %s, want %s", s.Story, answer.Strategy.ID, s.Strategy)
	}
	if got := recommendedOf(answer); s.Route != "" && got != s.Route {
		t.Errorf("%s: %s is recommended, want %s", s.Story, got, s.Route)
	}
	text := sentences(answer)
	for _, part := range s.Says {
		if !strings.Contains(text, part) {
			t.Errorf("%s: nothing says %q", s.Story, part)
		}
	}
	for _, part := range s.Never {
		if strings.Contains(text, part) {
			t.Errorf("%s: something says %q", s.Story, part)
		}
	}
	if answer.Recall.Possible {
		t.Errorf("%s: a recall is promised", s.Story)
	}
}

// checkDanger expects the police first, and nothing for the other side in any part.
func checkDanger(t *testing.T, story string, answer playbook.Assessment) {
	t.Helper()
	if !strings.HasPrefix(answer.Recall.How, "先报警") || !slices.Equal(stagesOf(answer), []recovery.Stage{recovery.Legal}) ||
		answer.Strategy.ID != "strategy.danger" || recommendedOf(answer) != recovery.PoliceReport {
		t.Errorf("%s: %s %v %s %s", story, answer.Recall.How, stagesOf(answer), answer.Strategy.ID, recommendedOf(answer))
	}
	for _, text := range answer.Texts {
		if text.Audience != "customer_service" {
			t.Errorf("%s: a text to the %s is offered", story, text.Audience)
		}
	}
	for _, route := range answer.Routes {
		privately := slices.Contains([]recovery.Route{playbook.VoluntaryReturn, recovery.SetOff, recovery.Mediation, recovery.DemandLetter, recovery.PaymentOrder}, route.Route)
		if route.Open && privately {
			t.Errorf("%s: the route %s is open", story, route.Route)
		}
	}
	lines := append([]string{answer.Recall.How, answer.Strategy.First, answer.Strategy.Then}, answer.Recall.Steps...)
	for _, step := range answer.Plan {
		lines = append(lines, step.Why)
	}
	for _, note := range answer.Strategy.Notes {
		lines = append(lines, note.Text)
	}
	for _, warning := range answer.Warnings {
		lines = append(lines, warning.Text)
	}
	for _, requirement := range answer.Requirements {
		lines = append(lines, requirement.Why)
	}
	lines = append(append(lines, answer.Forecast.Note), answer.Forecast.Claims...)
	for _, precedent := range answer.Precedents {
		lines = append(append(lines, precedent.Story), precedent.Why...)
	}
	for _, route := range answer.Routes {
		lines = append(lines, route.Why...)
	}
	for _, theory := range answer.Characterisation {
		lines = append(append(lines, theory.Supports...), theory.Against...)
	}
	for _, reading := range answer.Recall.Readings {
		lines = append(lines, reading.Text)
	}
	for _, line := range lines {
		if found := findInvitation(line); found != "" {
			t.Errorf("%s: invites to write to the other side: %s", story, found)
		}
	}
}
