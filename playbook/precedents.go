package playbook

import (
	"cmp"
	"math"
	"slices"
	"time"

	"recourse/recovery"
)

// precedentRule is a case that a source tells.
type precedentRule struct {
	Rule     `yaml:",inline"`
	scope    `yaml:",inline"`
	Signals  []string       `yaml:"signals"`
	Amount   recovery.Money `yaml:"amount_fen"`
	Story    string         `yaml:"story"`
	Route    recovery.Route `yaml:"route"`
	Returned *int           `yaml:"returned_percent"`
	Days     int            `yaml:"days"`
}

// Precedent is a case like this one, and what makes it so. Texts are Chinese.
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

// Precedents are the three told cases nearest to the facts, the nearest first.
// Cases that share nothing are left out.
func (b *Book) Precedents(f AssessmentFacts, now time.Time) []Precedent {
	return b.view(f, now, nil).precedents()
}

func (v *view) precedents() []Precedent {
	type scored struct {
		score int
		Precedent
	}
	var found []scored
	for rule := range current(v.book.data.Precedents, v.now) {
		score, why := v.likeness(rule)
		if score == 0 {
			continue
		}
		found = append(found, scored{score, Precedent{
			rule.ID, rule.Story, rule.Route, rule.Returned, rule.Days, why, rule.Source.String(),
		}})
	}
	slices.SortStableFunc(found, func(a, b scored) int { return cmp.Compare(b.score, a.score) })
	precedents := []Precedent{}
	for _, one := range found[:min(nearest, len(found))] {
		precedents = append(precedents, one.Precedent)
	}
	return precedents
}

// likeness adds up what a told case shares with this one: what makes a case
// special counts most, then the group, then instrument and size.
func (v *view) likeness(rule precedentRule) (score int, why []string) {
	for _, signal := range rule.Signals {
		if v.read(signal) == Yes {
			score, why = score+4, append(why, v.book.told(signal))
		}
	}
	kind := v.facts.group().Kind
	if kind != "" && slices.Contains(rule.Groups, kind) {
		score, why = score+3, append(why, "同类的群")
	}
	if slices.Contains(rule.Instruments, v.facts.Instrument) {
		score, why = score+1, append(why, "同样的付款方式")
	}
	if rule.Amount > 0 && v.facts.Amount > 0 && math.Abs(math.Log(float64(v.facts.Amount)/float64(rule.Amount))) < math.Ln2 {
		score, why = score+1, append(why, "金额相近")
	}
	return score, why
}

// told names a shared circumstance by the question that asks for it.
func (b *Book) told(signal string) string {
	for _, rule := range b.data.Questions {
		if rule.Signal == signal {
			return "同样的情形：" + rule.Text
		}
	}
	return "同样的情形"
}
