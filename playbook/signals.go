package playbook

import (
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// Answer is yes, no, or unknown: what is not known is never guessed.
type Answer string

// The answers.
const (
	Yes     Answer = "yes"
	No      Answer = "no"
	Unknown Answer = "unknown"
)

func answerOf(yes bool) Answer {
	if yes {
		return Yes
	}
	return No
}

func (a Answer) not() Answer {
	switch a {
	case Yes:
		return No
	case No:
		return Yes
	default:
		return Unknown
	}
}

// condition is a list of signals that must all hold. The empty condition holds.
type condition []literal

// literal is a signal, or with "!" before it the opposite of one.
type literal struct {
	name   string
	not    bool
	number int // of the signal in its book; 0 when the book has none of the name
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

// reader gives the answer of a signal, whatever sign stands before it.
type reader interface{ read(l *literal) Answer }

func (l *literal) answer(r reader) Answer {
	if l.not {
		return r.read(l).not()
	}
	return r.read(l)
}

// holds is no when any signal fails, else unknown when any is unknown.
func (c condition) holds(r reader) Answer {
	answer := Yes
	for i := range c {
		switch c[i].answer(r) {
		case No:
			return No
		case Unknown:
			answer = Unknown
		default: // it holds: the next
		}
	}
	return answer
}

// unknowns notes the signals of a condition that nobody has answered.
func (c condition) unknowns(r reader, into *signalSet) {
	for i := range c {
		if r.read(&c[i]) == Unknown {
			into.add(c[i].number)
		}
	}
}

// maxSignals is how many signals a book may know.
const maxSignals = 256

// signalSet is a set of signals by their numbers; what has no number is in none.
type signalSet [maxSignals / 64]uint64

func (s *signalSet) add(number int) {
	if number > 0 && number < maxSignals {
		s[number/64] |= 1 << (number % 64)
	}
}

func (s *signalSet) has(number int) bool {
	return number > 0 && number < maxSignals && s[number/64]&(1<<(number%64)) != 0
}

// signal is what a book knows under a number.
type signal struct {
	name   string
	decide func(*view) Answer // nil: it is asked for
}

// number gives every signal of the book a number from 1, and the numbers to the
// conditions and questions that name them.
func (b *Book) number() {
	b.signals, b.numbers = []signal{{}}, map[string]int{}
	names := slices.Concat(sortedKeys(caseSignals), sortedKeys(sendSignals))
	for _, rule := range b.data.Questions {
		names = append(names, rule.Signal)
	}
	for _, name := range names {
		if _, known := b.numbers[name]; !known {
			b.numbers[name] = len(b.signals)
			b.signals = append(b.signals, signal{name, caseSignals[name]})
		}
	}
	for c := range b.data.conditions {
		for i := range c {
			c[i].number = b.numbers[c[i].name]
		}
	}
	for i := range b.data.Questions {
		b.data.Questions[i].number = b.numbers[b.data.Questions[i].Signal]
	}
}

// limitRule is a figure that rules speak of by name.
type limitRule struct {
	entry `yaml:",inline"`
	Limit string `yaml:"limit"`
	Value int64  `yaml:"value"`
}

// limitNames are the figures the signals know.
var limitNames = []string{
	"large_send_fen", "late_from_hour", "late_until_hour", "large_group", "wage_percent", "income_percent", "crowd",
	"small_fen", "far_fen", "misunderstanding_days", "limitation_years", "fraud_entry_fen", "small_claims_percent",
	"family_group", "not_worth_fen", "tiny_fen", "prior_weight", "cohort", "prompt_hours",
	"likeness", "lesson_cases",
	limitInstalmentHour, limitFourEyes, limitContactDay, limitContactTotal, limitGroupDay, limitGroupTotal,
	limitQuietFrom, limitQuietUntil, limitAbuseCases, limitAbuseDays, limitAbuseCircle, limitAbuseDelivery,
}

// limit is a figure at an instant; false in a book that does not name it.
func (b *Book) limit(name string, at time.Time) (int64, bool) {
	for _, rule := range b.limits[name] {
		if rule.inForce(at) {
			return rule.Value, true
		}
	}
	return 0, false
}

// against compares a value with a limit; unknown where the book has no figure.
func (b *Book) against(name string, at time.Time, holds func(limit int64) bool) Answer {
	limit, known := b.limit(name, at)
	if !known {
		return Unknown
	}
	return answerOf(holds(limit))
}

// What a question is about.
const (
	aboutCase    = "case"
	aboutSending = "sending"
	aboutField   = "field"
)

// questionRule is a fact that only people know. Its signal may be given among
// the circumstances; one about a field is decided by that field of the facts.
type questionRule struct {
	entry  `yaml:",inline"`
	Signal string `yaml:"signal"`
	About  string `yaml:"about"`
	Text   string `yaml:"text"`
	number int
}

// Question is a fact that would change an answer, were it known.
type Question struct {
	Signal string `json:"signal"` // its name among the circumstances; empty when it follows from other facts
	Text   string `json:"text"`
}

// Questions lists what may be told of a case among its circumstances, at an
// instant.
func (b *Book) Questions(at time.Time) []Question { return b.questions(aboutCase, at) }

// SendingQuestions lists what may be told of a send that is not made yet.
func (b *Book) SendingQuestions(at time.Time) []Question { return b.questions(aboutSending, at) }

func (b *Book) questions(about string, at time.Time) []Question {
	questions := []Question{}
	for rule := range current(b.data.Questions, at) {
		if rule.About == about {
			questions = append(questions, rule.question())
		}
	}
	return questions
}

// ask puts a question for each unknown signal on a pile. A signal that follows
// from other facts is asked about only where the book has words for it.
func (b *Book) ask(questions pile[Question], unknown *signalSet, at time.Time) pile[Question] {
	for rule := range current(b.data.Questions, at) {
		if unknown.has(rule.number) {
			questions = append(questions, rule.question())
		}
	}
	return questions
}

func (r *questionRule) question() Question {
	if r.About == aboutField {
		return Question{Text: r.Text}
	}
	return Question{r.Signal, r.Text}
}

// reasonRule is a sentence that is said when its condition holds.
type reasonRule struct {
	If      condition `yaml:"if"`
	Text    string    `yaml:"text"`
	Decides bool      `yaml:"decides"`
}

// Warning is something to know before acting.
type Warning struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Source string `json:"source"`
}

func (e *entry) warning(text string) Warning {
	_, code, _ := strings.Cut(e.ID, ".")
	return Warning{Code: code, Text: text, Source: e.Source.cited}
}
