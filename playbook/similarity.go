package playbook

import (
	"fmt"
	"slices"
	"time"

	"recourse/recovery"
)

// likenessRule is the weight of one trait that two cases share.
type likenessRule struct {
	ruleEntry `yaml:",inline"`
	Trait     string `yaml:"trait"`
	Weight    int    `yaml:"weight"`
}

// traitNames are the traits that two cases may share.
var traitNames = []string{"circumstance", "group", "one_to_one", "instrument", "amount"}

// sharedTraits are the traits that two cases share; circumstances are listed one by
// one.
type sharedTraits struct {
	circumstances                       []string
	group, oneToOne, instrument, amount bool
}

func (t *sharedTraits) countOf(trait string) int {
	shared := false
	switch trait {
	case "circumstance":
		return len(t.circumstances)
	case "group":
		shared = t.group
	case "one_to_one":
		shared = t.oneToOne
	case "instrument":
		shared = t.instrument
	case "amount":
		shared = t.amount
	}
	if shared {
		return 1
	}
	return 0
}

// similarity returns the total weight of the shared traits.
func (rs *RuleSet) similarity(t *sharedTraits, at time.Time) int {
	score := 0
	for rule := range rulesInForce(rs.data.Likeness, at) {
		score += rule.Weight * t.countOf(rule.Trait)
	}
	return score
}

// describeShared words the shared traits, in the order of the rules.
func (rs *RuleSet) describeShared(t *sharedTraits, at time.Time) []string {
	why := []string{}
	for rule := range rulesInForce(rs.data.Likeness, at) {
		switch {
		case rule.Trait == "circumstance":
			for _, signal := range t.circumstances {
				why = append(why, rs.circumstanceText(signal))
			}
		case t.countOf(rule.Trait) > 0:
			why = append(why, rs.data.Library.Why[rule.Trait])
		}
	}
	return why
}

// libraryTexts are the words of precedents: shared traits, and the story of a
// lesson.
type libraryTexts struct {
	Why      map[string]string             `yaml:"why"`
	Source   string                        `yaml:"source"`
	Story    string                        `yaml:"story"`
	Groups   map[recovery.GroupKind]string `yaml:"groups"`
	Stages   map[recovery.Stage]string     `yaml:"stages"`
	Routes   map[recovery.Route]string     `yaml:"routes"`
	Returned map[string]string             `yaml:"returned"`
}

// checkLibrary requires every word in a rule set with precedents. A rule set
// without precedents needs none.
func (rs *RuleSet) checkLibrary(i *ruleChecker) {
	for _, rule := range rs.data.Likeness {
		if !slices.Contains(traitNames, rule.Trait) {
			i.addFault(rule.ID, "unknown trait %q", rule.Trait)
		}
		if rule.Weight < 1 {
			i.addFault(rule.ID, "a weight is at least 1, not %d", rule.Weight)
		}
	}
	t := rs.data.Library
	if len(rs.data.Precedents) == 0 && t.Story == "" {
		return
	}
	for _, part := range []struct {
		name  string
		wants []string
		have  map[string]string
	}{
		{"why", traitNames, t.Why},
		{"groups", recovery.ToStrings(recovery.GroupKinds), withStringKeys(t.Groups)},
		{"stages", recovery.ToStrings(recovery.Stages[:len(recovery.Stages)-1]), withStringKeys(t.Stages)},
		{"routes", recovery.ToStrings(recovery.Routes), withStringKeys(t.Routes)},
		{"returned", []string{"all", "part", "none", "withdrawn"}, t.Returned},
		{"library", []string{"source", "story"}, map[string]string{"source": t.Source, "story": t.Story}},
	} {
		for _, word := range part.wants {
			if part.have[word] == "" {
				i.addFault("", "library: %s has no word for %s", part.name, word)
			}
		}
	}
}

// checkSimilarityAt requires the limits that protect people from being recognised,
// wherever there are lessons.
func (rs *RuleSet) checkSimilarityAt(i *ruleChecker, at time.Time) {
	if rs.data.Library.Story == "" {
		return
	}
	for _, name := range []string{"likeness", "lesson_cases"} {
		if _, known := rs.limitAt(name, at); !known {
			i.addFault("", "lessons need the limit %s (on %s)", name, formatDay(at))
		}
	}
	checkUniqueAt(i, rs.data.Likeness, at, "the trait %s has two weights", func(r *likenessRule) string { return r.Trait })
}

func withStringKeys[T ~string](words map[T]string) map[string]string {
	plain := make(map[string]string, len(words))
	for key, word := range words {
		plain[fmt.Sprint(key)] = word
	}
	return plain
}
