package playbook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"recourse/recovery"
)

// Diff is what one version changed of another, by the ids of its rules.
type Diff struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Added   []Rule   `json:"added"`
	Removed []Rule   `json:"removed"`
	Changed []Change `json:"changed"`
}

// Change is one rule as it was and as it is.
type Change struct {
	ID     string          `json:"id"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Diff compares two versions. It fails with CodeNotFound.
func (s *Shelf) Diff(from, to string) (Diff, error) {
	before, err := s.Book(from)
	if err != nil {
		return Diff{}, err
	}
	after, err := s.Book(to)
	if err != nil {
		return Diff{}, err
	}
	diff := Diff{From: from, To: to, Added: without(after, before), Removed: without(before, after), Changed: []Change{}}
	for _, rule := range before.Rules() {
		old, changed := before.contents[rule.ID], after.contents[rule.ID]
		if changed != nil && !bytes.Equal(old, changed) {
			diff.Changed = append(diff.Changed, Change{rule.ID, slices.Clone(old), slices.Clone(changed)})
		}
	}
	return diff, nil
}

// without lists the rules of one book whose ids another does not have.
func without(b, other *Book) []Rule {
	rules := []Rule{}
	for _, rule := range b.Rules() {
		if other.contents[rule.ID] == nil {
			rules = append(rules, rule)
		}
	}
	return rules
}

// Difference is one thing that would have been otherwise for a case.
type Difference struct {
	// What is clock.NAME, requirements.STAGE, texts.STAGE, or a part of an
	// assessment: recall, plan, strategy, characterisation, routes, forecast,
	// warnings, precedents. Before and After of those parts but recall are JSON.
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Simulate tells what would have been different for a past case under another
// version than the one it was filed under. It fails with CodeNotFound.
func (s *Shelf) Simulate(c recovery.Case, version string) ([]Difference, error) {
	pinned, err := s.Book(c.Playbook)
	if err != nil {
		return nil, err
	}
	other, err := s.Book(version)
	if err != nil {
		return nil, err
	}
	differences := []Difference{}
	before := pinned.answers(c)
	for i, after := range other.answers(c) {
		if before[i].text != after.text {
			differences = append(differences, Difference{after.what, before[i].text, after.text})
		}
	}
	return differences, nil
}

// answer is one thing a book says of a case, as text.
type answer struct{ what, text string }

// answers are all things a book says of a case, the same ones for every book.
func (b *Book) answers(c recovery.Case) []answer {
	var all []answer
	for _, clock := range recovery.Clocks {
		length, _ := b.Nominal(clock, c.CreatedAt)
		all = append(all, answer{"clock." + string(clock), strings.TrimSpace(fmt.Sprintf("%d %s %s", length.Count, length.Unit, length.RestDays))})
	}
	assessed := b.Assess(FactsOf(c), c.CreatedAt, Knowledge{})
	all = append(all,
		answer{"recall", assessed.Recall.How}, answer{"plan", written(assessed.Plan)},
		answer{"strategy", written(assessed.Strategy)}, answer{"characterisation", written(assessed.Characterisation)},
		answer{"routes", written(assessed.Routes)}, answer{"forecast", written(assessed.Forecast)},
		answer{"warnings", written(assessed.Warnings)}, answer{"precedents", written(assessed.Precedents)})
	for _, stage := range recovery.Stages {
		at := c
		at.Position.Stage = stage
		all = append(all,
			answer{"requirements." + string(stage), kindsOf(b.Requirements(at, nil))},
			answer{"texts." + string(stage), bodiesOf(b.Texts(c, stage))})
	}
	return all
}

// written is a part of an assessment as text, for comparing.
func written(part any) string {
	text, err := json.Marshal(part)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func kindsOf(required []recovery.Requirement) string {
	var words []string
	for _, r := range required {
		if r.Required {
			words = append(words, string(r.Kind))
		}
	}
	return strings.Join(words, ", ")
}

func bodiesOf(texts []Text) string {
	var words []string
	for _, text := range texts {
		words = append(words, text.ID+": "+text.Body)
	}
	return strings.Join(words, "\n")
}
