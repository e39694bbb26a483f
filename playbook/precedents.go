package playbook

import (
	"cmp"
	"math"
	"slices"

	"recourse/recovery"
)

// precedentRule is a case that a source tells.
type precedentRule struct {
	entry    `yaml:",inline"`
	scope    `yaml:",inline"`
	Signals  condition      `yaml:"signals"`
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

// precedents returns the cases closest to the facts, closest first, from the
// rules and from lessons. Cases of the rules must share at least one trait,
// lessons as much as the book asks for.
func (v *view) precedents(lessons []Lesson) []Precedent {
	type candidate struct {
		score int
		tell  func() Precedent
	}
	var found []candidate
	for rule := range current(v.book.data.Precedents, v.now) {
		shared := v.sharesTold(rule)
		if score := v.book.likeness(&shared, v.now); score > 0 {
			found = append(found, candidate{score, func() Precedent {
				why := v.book.why(&shared, v.now)
				return Precedent{rule.ID, rule.Story, rule.Route, rule.Returned, rule.Days, why, rule.Source.String()}
			}})
		}
	}
	least, _ := v.book.limit("likeness", v.now)
	band := v.book.Band(v.facts.Amount, v.now)
	for i := range lessons {
		shared := v.shares(&lessons[i], band)
		if score := v.book.likeness(&shared, v.now); score > 0 && int64(score) >= least {
			found = append(found, candidate{score, func() Precedent {
				return v.tellLesson(&lessons[i], v.book.why(&shared, v.now))
			}})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	precedents := make([]Precedent, 0, nearest)
	for _, one := range found[:min(nearest, len(found))] {
		precedents = append(precedents, one.tell())
	}
	return precedents
}

// sharesTold holds a told case against the facts: what makes it special, and the
// rest as in a lesson.
func (v *view) sharesTold(rule *precedentRule) traits {
	kind := v.facts.group().Kind
	same := kind != "" && slices.Contains(rule.Groups, kind)
	shared := traits{
		group: same && kind != recovery.NoGroup, oneToOne: same && kind == recovery.NoGroup,
		instrument: slices.Contains(rule.Instruments, v.facts.Instrument),
		amount: rule.Amount > 0 && v.facts.Amount > 0 &&
			math.Abs(math.Log(float64(v.facts.Amount)/float64(rule.Amount))) < math.Ln2,
	}
	for _, signal := range rule.Signals {
		if v.answer(signal.name) == Yes {
			shared.circumstances = append(shared.circumstances, signal.name)
		}
	}
	return shared
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
