package playbook

import (
	"cmp"
	"math"
	"slices"

	"recourse/recovery"
)

// precedentRule is a case from a source.
type precedentRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	Signals   condition      `yaml:"signals"`
	Amount    recovery.Money `yaml:"amount_fen"`
	Story     string         `yaml:"story"`
	Route     recovery.Route `yaml:"route"`
	Returned  *int           `yaml:"returned_percent"`
	Days      int            `yaml:"days"`
}

// Precedent is a similar case, with the shared traits: one from a source, or a
// lesson of this installation. Texts are Chinese.
type Precedent struct {
	ID       string         `json:"id"`
	Story    string         `json:"story"`
	Route    recovery.Route `json:"route"`
	Returned *int           `json:"returned_percent,omitempty"`
	Days     int            `json:"days,omitempty"`
	Why      []string       `json:"why"`
	Source   string         `json:"source"`
}

// shownPrecedents limits the precedents of an answer.
const shownPrecedents = 3

// findPrecedents returns the most similar cases from rules and lessons, in
// descending order. Cases of the rules must share at least one trait, lessons as
// much as the limit requires.
func (e *evaluation) findPrecedents(lessons []Lesson) []Precedent {
	type candidate struct {
		score int
		tell  func() Precedent
	}
	var found []candidate
	for rule := range rulesInForce(e.rules.data.Precedents, e.now) {
		if !e.mayFollow(rule.Route) {
			continue
		}
		shared := e.sharedWithRule(rule)
		if score := e.rules.similarity(&shared, e.now); score > 0 {
			found = append(found, candidate{score, func() Precedent {
				why := e.rules.describeShared(&shared, e.now)
				return Precedent{rule.ID, rule.Story, rule.Route, rule.Returned, rule.Days, why, rule.Source.String()}
			}})
		}
	}
	least, _ := e.rules.limitAt("likeness", e.now)
	band := e.rules.AmountBandName(e.claim(), e.now)
	for i := range lessons {
		if !e.mayFollow(lessons[i].Route) {
			continue
		}
		shared := e.sharedWithLesson(&lessons[i], band)
		if score := e.rules.similarity(&shared, e.now); score > 0 && int64(score) >= least {
			found = append(found, candidate{score, func() Precedent {
				return e.lessonPrecedent(&lessons[i], e.rules.describeShared(&shared, e.now))
			}})
		}
	}
	slices.SortStableFunc(found, func(a, b candidate) int { return cmp.Compare(b.score, a.score) })
	precedents := make([]Precedent, 0, shownPrecedents)
	for _, one := range found[:min(shownPrecedents, len(found))] {
		precedents = append(precedents, one.tell())
	}
	return precedents
}

// mayFollow reports whether a case of that route may be an example. In danger nobody is
// shown how others came to terms.
func (e *evaluation) mayFollow(route recovery.Route) bool {
	return !e.facts.IsInDanger() || route.IsSafeInDanger()
}

// sharedWithRule compares the facts with a case of the rules.
func (e *evaluation) sharedWithRule(rule *precedentRule) sharedTraits {
	kind := e.facts.groupOrZero().Kind
	same := kind != "" && slices.Contains(rule.Groups, kind)
	shared := sharedTraits{
		group: same && kind != recovery.NoGroup, oneToOne: same && kind == recovery.NoGroup,
		instrument: slices.Contains(rule.Instruments, e.facts.Instrument),
		amount: rule.Amount > 0 && e.claim() > 0 &&
			math.Abs(math.Log(float64(e.claim())/float64(rule.Amount))) < math.Ln2,
	}
	for _, signal := range rule.Signals {
		if e.answerSignal(signal.name) == Yes {
			shared.circumstances = append(shared.circumstances, signal.name)
		}
	}
	return shared
}

// circumstanceText words a shared circumstance by the question that asks for it.
func (rs *RuleSet) circumstanceText(signal string) string {
	for _, rule := range rs.data.Questions { // whenever it is valid: the case is older
		if rule.Signal == signal {
			return rs.data.Library.Why["circumstance"] + "：" + rule.Text
		}
	}
	return rs.data.Library.Why["circumstance"]
}
