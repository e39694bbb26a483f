package playbook

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"recourse/recovery"
)

// precedentRule is a case that a source tells.
type precedentRule struct {
	entry    `yaml:",inline"`
	scope    `yaml:",inline"`
	Signals  []string       `yaml:"signals"`
	Amount   recovery.Money `yaml:"amount_fen"`
	Story    string         `yaml:"story"`
	Route    recovery.Route `yaml:"route"`
	Returned *int           `yaml:"returned_percent"`
	Days     int            `yaml:"days"`
}

// Precedent is a case like this one, and what makes it so: one that a source
// tells, or a lesson of this installation. Texts are Chinese.
type Precedent struct {
	ID       string         `json:"id"`
	Story    string         `json:"story"`
	Route    recovery.Route `json:"route"`
	Returned *int           `json:"returned_percent,omitempty"`
	Days     int            `json:"days,omitempty"`
	Why      []string       `json:"why"`
	Source   string         `json:"source"`
}

// nearest is how many precedents are shown.
const nearest = 3

// Precedents are the three cases nearest to the facts, told and learned ones
// together, the nearest first. Cases that share nothing are left out.
func (b *Book) Precedents(f AssessmentFacts, now time.Time, lessons []Lesson) []Precedent {
	return b.view(f, now, nil).precedents(lessons)
}

func (v *view) precedents(lessons []Lesson) []Precedent {
	type candidate struct {
		score int
		tell  func() Precedent
	}
	var found []candidate
	for rule := range current(v.book.data.Precedents, v.now) {
		if score, why := v.likeness(rule); score > 0 {
			found = append(found, candidate{score, func() Precedent {
				return Precedent{rule.ID, rule.Story, rule.Route, rule.Returned, rule.Days, why, rule.cited}
			}})
		}
	}
	for i := range lessons {
		if score := v.shares(&lessons[i]).score(); score > 0 {
			found = append(found, candidate{score, func() Precedent {
				return v.tellLesson(fmt.Sprintf("lesson.%d", i+1), lessons[i])
			}})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	precedents := []Precedent{}
	for _, one := range found[:min(nearest, len(found))] {
		precedents = append(precedents, one.tell())
	}
	return precedents
}

// likeness adds up what a told case shares with this one: what makes a case
// special counts most, then the rest as in a lesson.
func (v *view) likeness(rule *precedentRule) (score int, why []string) {
	for _, signal := range rule.Signals {
		if v.read(signal) == Yes {
			score, why = score+4, append(why, v.book.told(signal))
		}
	}
	kind := v.facts.group().Kind
	both := traits{
		group:      kind != "" && slices.Contains(rule.Groups, kind),
		instrument: slices.Contains(rule.Instruments, v.facts.Instrument),
		amount: rule.Amount > 0 && v.facts.Amount > 0 &&
			math.Abs(math.Log(float64(v.facts.Amount)/float64(rule.Amount))) < math.Ln2,
	}
	return score + both.score(), append(why, v.book.data.Library.why(both)...)
}

// told names a shared circumstance by the question that asks for it.
func (b *Book) told(signal string) string {
	for _, rule := range b.data.Questions { // at any time: a told case was told before
		if rule.Signal == signal {
			return b.data.Library.Why["circumstance"] + "：" + rule.Text
		}
	}
	return b.data.Library.Why["circumstance"]
}
