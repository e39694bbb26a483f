package playbook

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"recourse/recovery"
)

// Diff is the difference between two versions, by rule ids.
type Diff struct {
	From    string   `json:"from"`
	To      string   `json:"to"`
	Added   []Rule   `json:"added"`
	Removed []Rule   `json:"removed"`
	Changed []Change `json:"changed"`
}

// Change is a rule before and after.
type Change struct {
	ID     string          `json:"id"`
	Before json.RawMessage `json:"before"`
	After  json.RawMessage `json:"after"`
}

// Diff compares two versions. It fails with CodeNotFound.
func (s *Registry) Diff(from, to string) (Diff, error) {
	before, err := s.RuleSet(from)
	if err != nil {
		return Diff{}, err
	}
	after, err := s.RuleSet(to)
	if err != nil {
		return Diff{}, err
	}
	diff := Diff{From: from, To: to, Added: rulesMissingIn(after, before), Removed: rulesMissingIn(before, after), Changed: []Change{}}
	for _, rule := range before.Rules() {
		old, changed := before.contents[rule.ID], after.contents[rule.ID]
		if changed != nil && !bytes.Equal(old, changed) {
			diff.Changed = append(diff.Changed, Change{rule.ID, slices.Clone(old), slices.Clone(changed)})
		}
	}
	return diff, nil
}

// rulesMissingIn returns the rules of rs whose ids other does not have.
func rulesMissingIn(b, other *RuleSet) []Rule {
	rules := []Rule{}
	for _, rule := range b.Rules() {
		if other.contents[rule.ID] == nil {
			rules = append(rules, rule)
		}
	}
	return rules
}

// Difference is one answer that another version changes for a case.
type Difference struct {
	// What is clock.NAME, requirements.STAGE, texts.STAGE, or a part of an
	// assessment: recall, plan, strategy, characterisation, routes, forecast,
	// warnings, precedents. Before and After are JSON for these parts except
	// recall.
	What   string `json:"what"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Simulate returns what would differ for a past case under another version than its
// own. It fails with CodeNotFound.
func (s *Registry) Simulate(c recovery.Case, version string) ([]Difference, error) {
	pinned, err := s.RuleSet(c.Playbook)
	if err != nil {
		return nil, err
	}
	other, err := s.RuleSet(version)
	if err != nil {
		return nil, err
	}
	differences := []Difference{}
	before := pinned.answersFor(c)
	for i, after := range other.answersFor(c) {
		if before[i].text != after.text {
			differences = append(differences, Difference{after.what, before[i].text, after.text})
		}
	}
	return differences, nil
}

// versionAnswer is one answer of a version about a case, as text.
type versionAnswer struct{ what, text string }

// answersFor returns all answers about a case, in the same order for every version.
func (rs *RuleSet) answersFor(c recovery.Case) []versionAnswer {
	var all []versionAnswer
	for _, clock := range recovery.Clocks {
		length, _ := rs.NominalLength(clock, c.CreatedAt)
		all = append(all, versionAnswer{"clock." + string(clock), strings.TrimSpace(fmt.Sprintf("%d %s %s", length.Count, length.Unit, length.RestDays))})
	}
	assessed := rs.Assess(FactsOf(c), c.CreatedAt, Knowledge{})
	all = append(all,
		versionAnswer{"recall", assessed.Recall.How}, versionAnswer{"plan", marshalText(assessed.Plan)},
		versionAnswer{"strategy", marshalText(assessed.Strategy)}, versionAnswer{"characterisation", marshalText(assessed.Characterisation)},
		versionAnswer{"routes", marshalText(assessed.Routes)}, versionAnswer{"forecast", marshalText(assessed.Forecast)},
		versionAnswer{"warnings", marshalText(assessed.Warnings)}, versionAnswer{"precedents", marshalText(assessed.Precedents)})
	for _, stage := range recovery.Stages {
		at := c
		at.Position.Stage = stage
		all = append(all,
			versionAnswer{"requirements." + string(stage), joinKinds(rs.Requirements(at, nil))},
			versionAnswer{"texts." + string(stage), joinBodies(rs.Texts(c, stage))})
	}
	return all
}

// marshalText returns a part of an assessment as text, for comparing.
func marshalText(part any) string {
	text, err := json.Marshal(part)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func joinKinds(required []recovery.Requirement) string {
	var words []string
	for _, r := range required {
		if r.Required {
			words = append(words, string(r.Kind))
		}
	}
	return strings.Join(words, ", ")
}

func joinBodies(texts []Text) string {
	var words []string
	for _, text := range texts {
		words = append(words, text.ID+": "+text.Body)
	}
	return strings.Join(words, "\n")
}
