package playbook

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Answer is yes, no or unknown. Unknown facts are never guessed.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

func answerFromBool(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

func (a Answer) negate() Answer {
	switch a {
	case Yes:
		return No
	case No:
		return Yes
	default:
		return Unknown
	}
}

func lookUpCircumstance(given map[string]bool, signal string) Answer {
	if yes, known := given[signal]; known {
		return answerFromBool(yes)
	}
	return Unknown
}

// condition is a list of signals that must all hold. The empty condition holds.
type condition []literal

// literal is a signal, or its negation with "!" before it.
type literal struct {
	name string
	not  bool
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (l *literal) UnmarshalYAML(node *yaml.Node) error {
	var text string
	if err := node.Decode(&text); err != nil {
		return err
	}
	l.name, l.not = strings.CutPrefix(text, "!")
	return nil
}

// signalReader answers signals by name.
type signalReader interface{ answerSignal(signal string) Answer }

func (l literal) evaluate(r signalReader) Answer {
	if l.not {
		return r.answerSignal(l.name).negate()
	}
	return r.answerSignal(l.name)
}

// evaluate returns no when any signal fails, else unknown when any is unknown.
func (c condition) evaluate(r signalReader) Answer {
	answer := Yes
	for _, l := range c {
		switch l.evaluate(r) {
		case No:
			return No
		case Unknown:
			answer = Unknown
		default: // yes: check the next
		}
	}
	return answer
}

// appendOpenSignals appends the signals of a condition that have no answer.
func (c condition) appendOpenSignals(signals []string, r signalReader) []string {
	for _, l := range c {
		if r.answerSignal(l.name) == Unknown {
			signals = append(signals, l.name)
		}
	}
	return signals
}

// limitRule is a named number that rules use.
type limitRule struct {
	ruleEntry `yaml:",inline"`
	Limit     string `yaml:"limit"`
	Value     int64  `yaml:"value"`
}

// limitNames are the limits that the engine uses.
var limitNames = []string{
	"large_send_fen", "late_from_hour", "late_until_hour", "large_group", "wage_percent", "income_percent", "crowd",
	"small_fen", "far_fen", "misunderstanding_days", "limitation_years", "fraud_entry_fen", "small_claims_percent", "small_claims_floor_fen",
	"family_group", "not_worth_fen", "preserve_fen", "tiny_fen", "prior_weight", "cohort", "prompt_hours",
	"likeness", "lesson_cases",
	limitInstalmentHour, limitFourEyes, limitContactDay, limitContactTotal, limitGroupDay, limitGroupTotal,
	limitQuietFrom, limitQuietUntil, limitAbuseCases, limitAbuseDays, limitAbuseCircle, limitAbuseDelivery,
}

// limitAt returns a limit at an instant; false when no rule defines it.
func (rs *RuleSet) limitAt(name string, at time.Time) (int64, bool) {
	for rule := range rulesInForce(rs.data.Limits, at) {
		if rule.Limit == name {
			return rule.Value, true
		}
	}
	return 0, false
}

// compareLimit applies a comparison to a limit; unknown when no rule defines it.
func (rs *RuleSet) compareLimit(name string, at time.Time, holds func(limit int64) bool) Answer {
	limit, known := rs.limitAt(name, at)
	if !known {
		return Unknown
	}
	return answerFromBool(holds(limit))
}

// The subjects of questions.
const (
	aboutCase    = "case"
	aboutSending = "sending"
	aboutField   = "field"
)

// questionRule asks for a fact that only people know. Its signal may be among the
// circumstances; the signal of a field is decided by that field.
type questionRule struct {
	ruleEntry `yaml:",inline"`
	Signal    string `yaml:"signal"`
	About     string `yaml:"about"`
	Text      string `yaml:"text"`
}

// Question asks for an unknown fact that would change an answer.
type Question struct {
	Signal string `json:"signal"` // its name among the circumstances; empty when it follows from other facts
	Text   string `json:"text"`
}

// Questions returns the questions about a case at an instant: the circumstances
// that the facts may contain.
func (rs *RuleSet) Questions(at time.Time) []Question { return rs.questionsAbout(aboutCase, at) }

func (rs *RuleSet) questionsAbout(about string, at time.Time) []Question {
	questions := []Question{}
	for rule := range rulesInForce(rs.data.Questions, at) {
		if rule.About == about {
			questions = append(questions, rule.asQuestion())
		}
	}
	return questions
}

// questionsFor returns the questions of unknown signals; never nil. Signals that
// follow from other facts have a question only where the rules word one.
func (rs *RuleSet) questionsFor(unknown []string, at time.Time) []Question {
	questions := []Question{}
	for rule := range rulesInForce(rs.data.Questions, at) {
		if slices.Contains(unknown, rule.Signal) {
			questions = append(questions, rule.asQuestion())
		}
	}
	return questions
}

func (r *questionRule) asQuestion() Question {
	if r.About == aboutField {
		return Question{Text: r.Text}
	}
	return Question{r.Signal, r.Text}
}

// reasonRule is a sentence for an answer whose condition holds.
type reasonRule struct {
	If      condition `yaml:"if"`
	Text    string    `yaml:"text"`
	Decides bool      `yaml:"decides"`
	Cites   []Source  `yaml:"cites"` // what the sentence rests on in addition to the rule
}

// Warning is something to know before acting.
type Warning struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Source string `json:"source"`
}

func (e *ruleEntry) asWarning(text string) Warning {
	_, code, _ := strings.Cut(e.ID, ".")
	return Warning{Code: code, Text: text, Source: e.Source.String()}
}
