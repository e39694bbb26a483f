package playbook

import (
	"slices"
	"strings"
	"time"
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

// condition is a list of signals that must all hold; "!" negates one. The empty
// condition holds.
type condition []string

// read gives the answer of one signal.
type read func(signal string) Answer

// holds is no when any signal fails, else unknown when any is unknown.
func (c condition) holds(r read) Answer {
	answer := Yes
	for _, signal := range c {
		switch one(r, signal) {
		case No:
			return No
		case Unknown:
			answer = Unknown
		default: // it holds: the next
		}
	}
	return answer
}

func one(r read, signal string) Answer {
	if name, negated := strings.CutPrefix(signal, "!"); negated {
		return r(name).not()
	}
	return r(signal)
}

// unknowns are the signals of a condition that nobody has answered.
func (c condition) unknowns(r read) []string {
	var names []string
	for _, signal := range c {
		if one(r, signal) == Unknown {
			names = append(names, strings.TrimPrefix(signal, "!"))
		}
	}
	return names
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
	limitInstalmentHour, limitFourEyes, limitContactDay, limitContactTotal, limitGroupDay, limitGroupTotal,
	limitQuietFrom, limitQuietUntil, limitAbuseCases, limitAbuseDays, limitAbuseCircle, limitAbuseDelivery,
}

// limit is a figure at an instant; false in a book that does not name it.
func (b *Book) limit(name string, at time.Time) (int64, bool) {
	for rule := range current(b.data.Limits, at) {
		if rule.Limit == name {
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
)

// questionRule is a fact that only people know. Its signal may be given among
// the circumstances.
type questionRule struct {
	entry  `yaml:",inline"`
	Signal string `yaml:"signal"`
	About  string `yaml:"about"`
	Text   string `yaml:"text"`
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
			questions = append(questions, Question{rule.Signal, rule.Text})
		}
	}
	return questions
}

// ask turns unknown signals into questions, each once. A signal that follows
// from other facts is left out: those facts are asked for where they are told.
func (b *Book) ask(signals []string, at time.Time) []Question {
	questions := []Question{}
	for rule := range current(b.data.Questions, at) {
		if slices.Contains(signals, rule.Signal) {
			questions = append(questions, Question{rule.Signal, rule.Text})
		}
	}
	return questions
}

// reasonRule is a sentence that is said when its condition holds.
type reasonRule struct {
	If      condition `yaml:"if"`
	Text    string    `yaml:"text"`
	Decides bool      `yaml:"decides"`
}

// said are the texts of the reasons that hold; never nil.
func said(reasons []reasonRule, r read) []string {
	texts := []string{}
	for _, reason := range reasons {
		if reason.If.holds(r) == Yes {
			texts = append(texts, reason.Text)
		}
	}
	return texts
}

// Warning is something to know before acting.
type Warning struct {
	Code   string `json:"code"`
	Text   string `json:"text"`
	Source string `json:"source"`
}

func (e *entry) warning(text string) Warning {
	_, code, _ := strings.Cut(e.ID, ".")
	return Warning{Code: code, Text: text, Source: e.cited}
}
