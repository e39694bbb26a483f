package playbook

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"recourse/recovery"
	"recourse/texts"
)

// phraseTables are the parts of texts that depend on the payment, in each language:
// by name, then by variant. The variant anyOther serves all that have none.
type phraseTables struct {
	Chinese phraseTable `yaml:"zh"`
	English phraseTable `yaml:"en"`
	chinese compiledPhrases
	english compiledPhrases
}

type phraseTable map[string]map[string]string

type compiledPhrases map[string]map[string]*texts.Text

const anyOther = "other"

// phraseChoice decides which variant of a phrase a case needs.
type phraseChoice struct {
	name     string
	variants []string
	choose   func(recovery.Case) string
}

// phraseChoices lists every phrase. A phrase may use those before it.
var phraseChoices = []phraseChoice{
	{"accept", instrumentVariants, chooseByInstrument},
	{"back", instrumentVariants, chooseByInstrument},
	{"one", instrumentVariants, chooseByInstrument},
	{"many", instrumentVariants, chooseByInstrument},
	{"what", countVariants, chooseByCount},
	{"sum", countVariants, chooseByCount},
	{"sender", []string{"own", "payer"}, chooseByPayer},
	{"to_you", mistakeVariants, chooseByMistake},
	{"to_others", mistakeVariants, chooseByMistake},
	{"slip", mistakeVariants, chooseByMistake},
	{"after", mistakeVariants, chooseByMistake},
	{"asked", append([]string{"rest"}, mistakeVariants...), chooseByRest},
	{"part", mistakeVariants, chooseByMistake},
	{"group_part", mistakeVariants, chooseByMistake},
	{"missing", mistakeVariants, chooseByMistake},
	{"notice", mistakeVariants, chooseByMistake},
	{"contact", []string{"tried", "unreachable"}, chooseByContact},
}

var (
	instrumentVariants = recovery.ToStrings(recovery.Instruments)
	mistakeVariants    = recovery.ToStrings(recovery.Mistakes)
	countVariants      = []string{"one", "many"}
)

func chooseByInstrument(c recovery.Case) string { return string(c.Instrument) }

func chooseByMistake(c recovery.Case) string { return string(c.Mistake()) }

// chooseByRest tells what is missing apart from what was asked for at first.
func chooseByRest(c recovery.Case) string {
	if c.Position.Recovered > 0 && c.ClaimIsKnown() {
		return "rest"
	}
	return chooseByMistake(c)
}

func chooseByCount(c recovery.Case) string {
	if len(c.Sends) > 1 {
		return "many"
	}
	return "one"
}

func chooseByPayer(c recovery.Case) string {
	if c.Payer.Name != "" {
		return "payer"
	}
	return "own"
}

func chooseByContact(c recovery.Case) string {
	if c.IsOutOfReach() {
		return "unreachable"
	}
	return "tried"
}

// compile parses every phrase and returns an error for one that is missing or
// unknown.
func (t phraseTable) compile(language string) (compiledPhrases, error) {
	compiled := compiledPhrases{}
	names := variableNames()
	var faults []error
	for _, phrase := range phraseChoices {
		compiled[phrase.name] = map[string]*texts.Text{}
		for variant, source := range t[phrase.name] {
			text, err := texts.Parse("phrases."+language+"."+phrase.name+"."+variant, source, names...)
			if !slices.Contains(phrase.variants, variant) && variant != anyOther {
				err = fmt.Errorf("phrases.%s.%s has no variant %q", language, phrase.name, variant)
			}
			compiled[phrase.name][variant] = text
			faults = append(faults, err)
		}
		for _, variant := range phrase.variants {
			if compiled.find(phrase.name, variant) == nil {
				faults = append(faults, fmt.Errorf("phrases.%s.%s lacks the variant %q", language, phrase.name, variant))
			}
		}
		names = append(names, phrase.name)
	}
	for name := range t {
		if compiled[name] == nil {
			faults = append(faults, fmt.Errorf("phrases.%s: unknown phrase %q", language, name))
		}
	}
	return compiled, errors.Join(faults...)
}

func (p compiledPhrases) find(name, variant string) *texts.Text {
	if text := p[name][variant]; text != nil {
		return text
	}
	return p[name][anyOther]
}

// addTo adds the phrases for a case to the values, in their order.
func (p compiledPhrases) addTo(values map[string]string, c *recovery.Case) {
	for _, phrase := range phraseChoices {
		if text := p.find(phrase.name, phrase.choose(*c)); text != nil {
			values[phrase.name] = text.FillFrom(values)
		}
	}
}

// fields are the values that a text may use.
func (t phraseTable) fields() []string {
	return slices.Concat(variableNames(), slices.Collect(maps.Keys(t)))
}

// checkPhrases requires every phrase in a rule set that has any.
func (rs *RuleSet) checkPhrases(i *ruleChecker) {
	if len(rs.data.Phrases.Chinese) == 0 && len(rs.data.Phrases.English) == 0 {
		return
	}
	var err, englishErr error
	tables := &rs.data.Phrases
	tables.chinese, err = tables.Chinese.compile("zh")
	tables.english, englishErr = tables.English.compile("en")
	if err := errors.Join(err, englishErr); err != nil {
		i.addFault("", "%v", err)
	}
}

// countSends is the number of payments.
func countSends(_ *RuleSet, _ wordingLanguage, c *recovery.Case) string {
	return strconv.Itoa(max(1, len(c.Sends)))
}
