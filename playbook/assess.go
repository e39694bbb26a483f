package playbook

import (
	"strconv"
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// Knowledge is what an installation knows beside the book; each may be nil.
type Knowledge struct {
	Incomes    Incomes
	Experience Experience
	Lessons    []Lesson
}

// Assessment is everything the book says of a mis-send (contract: POST
// /assessments). Texts are Chinese.
type Assessment struct {
	Recall           Recall                 `json:"recall"`
	Plan             []PlanStep             `json:"plan"`
	Strategy         Strategy               `json:"strategy"`
	Characterisation []Characterisation     `json:"characterisation"`
	Routes           []RouteOption          `json:"routes"`
	Forecast         Forecast               `json:"forecast"`
	Warnings         []Warning              `json:"warnings"`
	Requirements     []recovery.Requirement `json:"evidence_requirements"`
	Texts            []Text                 `json:"texts"`
	Precedents       []Precedent            `json:"precedents"`
	Playbook         VersionRef             `json:"playbook"`
}

// VersionRef says by which version an answer was given.
type VersionRef struct {
	Version string `json:"version"`
}

// Assess answers from facts that Check accepted. It is pure and stores nothing.
func (b *Book) Assess(f AssessmentFacts, now time.Time, known Knowledge) Assessment {
	v := b.view(f, now, known.Incomes)
	begun := v.record
	begun.Position.Stage = v.stage()
	recall := f.recall()
	recall.Danger = v.answer("danger") == Yes
	return Assessment{
		Recall:           b.Recall(recall, now),
		Plan:             v.plan(),
		Strategy:         v.strategy(),
		Characterisation: v.characterise(),
		Routes:           v.routes(known.Experience),
		Forecast:         v.forecast(known.Experience),
		Warnings:         v.warnings(),
		Requirements:     b.Requirements(begun, nil),
		Texts:            b.Texts(begun, begun.Position.Stage),
		Precedents:       v.precedents(known.Lessons),
		Playbook:         VersionRef{b.Version()},
	}
}

// stage is where a case with these facts would begin.
func (v *view) stage() recovery.Stage {
	switch {
	case v.answer("danger") == Yes:
		return recovery.Legal
	case v.answer("refund_ahead") == Yes:
		return recovery.RecallWatch
	default:
		return recovery.PrivateContact
	}
}

// warnings are the findings about the facts first, then what is said beside
// every answer.
func (v *view) warnings() []Warning {
	warnings := make([]Warning, 0, len(v.book.data.Warnings)+2)
	for rule := range current(v.book.data.Findings, v.now) {
		if rule.If.holds(v) == Yes {
			warnings = append(warnings, rule.warning(rule.Text))
		}
	}
	facts := v.facts.recall()
	disputed := v.book.cell(facts.situation(), facts.SentAt).disputed()
	for rule := range current(v.book.data.Warnings, v.now) {
		if rule.covers(facts.situation()) && (disputed || !rule.OnlyDisputed) {
			warnings = append(warnings, rule.warning(rule.Text))
		}
	}
	return warnings
}

var spelledUnits = map[calendar.Unit]string{calendar.Hours: "小时", calendar.Days: "天", calendar.WorkingDays: "个工作日"}

// spell writes a length as people say it.
func spell(length calendar.Length) string {
	if length.Count == 0 {
		return ""
	}
	return strconv.Itoa(length.Count) + " " + spelledUnits[length.Unit]
}
