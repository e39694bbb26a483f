package notify

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"text/template"
	"time"

	"go.yaml.in/yaml/v3"

	"recourse/postgres"
	"recourse/recovery"
)

// The languages of the texts.
const (
	Chinese = "zh-CN"
	English = "en"
)

// Languages lists them, the default first.
var Languages = []string{Chinese, English}

// wordsFile is a file of texts/ as it reads.
type wordsFile struct {
	Moment     string   `yaml:"moment"` // a layout of package time; {weekday} is replaced
	Zone       string   `yaml:"zone"`
	Money      string   `yaml:"money"`    // {sum} is replaced
	Weekdays   []string `yaml:"weekdays"` // from Sunday
	Deadline   string   `yaml:"deadline"`
	NoDeadline string   `yaml:"no_deadline"`
	Next       string   `yaml:"next"`
	Mail       struct {
		Subject string `yaml:"subject"`
		Link    string `yaml:"link"`
		Footer  string `yaml:"footer"`
		Guest   string `yaml:"guest"`  // the footer for a claimant without an account
		Holder  string `yaml:"holder"` // and for a counterpart
	} `yaml:"mail"`
	Answers     map[recovery.Response]string            `yaml:"answers"` // of a counterpart
	Stages      map[recovery.Stage]string               `yaml:"stages"`
	Outcomes    map[recovery.Outcome]string             `yaml:"outcomes"`
	Clocks      map[recovery.Clock]string               `yaml:"clocks"`
	Templates   map[string]wording                      `yaml:"templates"`
	Actions     map[postgres.Audience]map[string]string `yaml:"next_actions"`
	OtherAction string                                  `yaml:"other_action"`
}

type wording struct {
	Title string `yaml:"title"`
	Body  string `yaml:"body"`
	Next  string `yaml:"next"` // what its reader does next, whatever the stage; "" for the stage's own
}

// words are the texts of one language, ready to be filled in.
type words struct {
	wordsFile
	texts *template.Template
}

// told are the variables a text may name. None is personal data.
type told struct {
	Number, Stage, Outcome, Claim, Recovered, Outstanding, Overpaid, Clock, Due, Days, Passed, Next, Title, Link, Stop, Said, Amount string
}

// Message is a notice in words.
type Message struct {
	Title    string
	Body     string
	Deadline string // always says something, also that none runs
	Next     string // what its reader does next
}

func loadWords(language string) (*words, error) {
	raw, err := data.ReadFile("texts/" + language + ".yaml")
	if err != nil {
		return nil, err
	}
	return readWords(raw)
}

func readWords(raw []byte) (*words, error) {
	w := &words{texts: template.New("").Option("missingkey=error")}
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&w.wordsFile); err != nil {
		return nil, err
	}
	if len(w.Weekdays) != 7 || w.Templates[otherText].Title == "" || w.OtherAction == "" {
		return nil, fmt.Errorf("it needs seven weekdays, a text %q and an other_action", otherText)
	}
	texts := map[string]string{
		"deadline": w.Deadline, "no_deadline": w.NoDeadline, "next": w.Next, "subject": w.Mail.Subject, "link": w.Mail.Link, "guest": w.Mail.Guest, "holder": w.Mail.Holder,
	}
	for name, text := range w.Templates {
		texts["title:"+name], texts["body:"+name] = text.Title, text.Body
	}
	for name, text := range texts {
		parsed, err := w.texts.New(name).Parse(strings.TrimSpace(text))
		if err == nil {
			err = parsed.Execute(io.Discard, told{})
		}
		if err != nil {
			return nil, err
		}
	}
	return w, nil
}

// checkTexts makes sure that whatever the rules say can be said, in every
// language.
func (h *Herald) checkTexts() error {
	speeches := make([]speech, 0, len(h.rules.Notices)+len(h.rules.Reminders))
	for _, rule := range h.rules.Notices {
		speeches = append(speeches, rule.speech)
	}
	for _, rule := range h.rules.Reminders {
		speeches = append(speeches, rule.speech)
	}
	for language, w := range h.words {
		for _, speech := range speeches {
			if err := w.check(speech); err != nil {
				return fmt.Errorf("texts/%s.yaml: %w", language, err)
			}
		}
	}
	return nil
}

func (w *words) check(s speech) error {
	if s.Text == "" { // a silent rule
		return nil
	}
	if text, found := w.Templates[s.Text]; !found || text.Title == "" || text.Body == "" {
		return fmt.Errorf("the text %s is missing", s.Text)
	}
	for _, stage := range recovery.Stages {
		if w.Actions[s.To][string(stage)] == "" {
			return fmt.Errorf("nothing says what the %s does next in %s", s.To, stage)
		}
	}
	return nil
}

// Message puts a notice into words; an unknown language gets the default. What
// a newer build wrote, this one says in general terms.
func (h *Herald) Message(language string, n postgres.Notice) Message {
	return h.wordsIn(language).message(n)
}

func (h *Herald) wordsIn(language string) *words {
	if w, found := h.words[language]; found {
		return w
	}
	return h.words[Chinese]
}

// otherText speaks for a template that this build does not know.
const otherText = "other"

func (w *words) message(n postgres.Notice) Message {
	values := w.values(n)
	text, deadline := n.Template, "no_deadline"
	if _, found := w.Templates[text]; !found {
		text = otherText
	}
	if n.Facts.DueAt != nil {
		deadline = "deadline"
	}
	return Message{
		Title: w.fill("title:"+text, values), Body: w.fill("body:"+text, values),
		Deadline: w.fill(deadline, values), Next: w.fill("next", values),
	}
}

// fill cannot fail: readWords has filled every text once.
func (w *words) fill(name string, values told) string {
	var text strings.Builder
	_ = w.texts.ExecuteTemplate(&text, name, values)
	return text.String()
}

func (w *words) values(n postgres.Notice) told {
	f := n.Facts
	values := told{
		Number: string(f.Number), Stage: named(w.Stages, f.Stage), Outcome: named(w.Outcomes, f.Outcome),
		Next: w.nextAction(n), Clock: named(w.Clocks, f.Clock), Passed: named(w.Clocks, f.Passed), Claim: w.sum(f.Claim),
		Said: named(w.Answers, f.Said), Amount: w.sum(f.Amount), Recovered: w.sum(f.Recovered), Outstanding: w.sum(max(0, f.Claim-f.Recovered)), Overpaid: w.sum(max(0, f.Recovered-f.Claim)),
	}
	if f.DueAt != nil {
		values.Due, values.Days = w.moment(*f.DueAt), daysTo(*f.DueAt, n.ToldAt)
	}
	return values
}

func (w *words) sum(m recovery.Money) string { return strings.ReplaceAll(w.Money, "{sum}", m.String()) }

// named gives a value's name; one that has none yet stands as it is.
func named[T ~string](names map[T]string, value T) string {
	if name, found := names[value]; found {
		return name
	}
	return string(value)
}

// daysTo counts the days that are left, the one that has begun too.
func daysTo(due, told time.Time) string {
	return strconv.Itoa(int(math.Ceil(max(0, due.Sub(told).Hours()) / 24)))
}

// nextAction is what the notice itself asks for, or else what is done in such a
// place.
func (w *words) nextAction(n postgres.Notice) string {
	if next := w.Templates[n.Template].Next; next != "" {
		return next
	}
	actions, stage := w.Actions[n.Audience], string(n.Facts.Stage)
	for _, place := range []string{stage + "/" + n.Facts.State, n.Facts.State, stage + "/" + string(n.Facts.WaitingOn), stage} {
		if text, found := actions[place]; found {
			return text
		}
	}
	return w.OtherAction
}

// moment writes an instant as people in China read it.
func (w *words) moment(at time.Time) string {
	at = at.In(recovery.Shanghai)
	text := at.Format(w.Moment)
	return strings.ReplaceAll(text, "{weekday}", w.Weekdays[at.Weekday()]) + w.Zone
}

// Letter is a mail in words.
type Letter struct {
	Subject string
	Body    string
	Stop    string // the address by which its reader stops such mails; "" for none
}

// Letter puts a notice into a mail. link is where the case can be read; "" for
// an installation without an address.
func (h *Herald) Letter(language string, n postgres.Notice, link string) Letter {
	w := h.wordsIn(language)
	m := w.message(n)
	values := told{Title: m.Title, Number: string(n.Facts.Number), Link: link}
	parts := []string{m.Body, m.Deadline, m.Next}
	if link != "" {
		parts = append(parts, w.fill("link", values))
	}
	parts = append(parts, "--\n"+strings.TrimSpace(w.Mail.Footer))
	return Letter{Subject: w.fill("subject", values), Body: strings.Join(parts, "\n\n") + "\n"}
}

// GuestLetter puts a notice into a mail to a claimant without an account, who can
// read nothing here: there is no way to the case in it, and one to stop.
func (h *Herald) GuestLetter(language string, n postgres.Notice, stop string) Letter {
	w := h.wordsIn(language)
	m := w.message(n)
	values := told{Title: m.Title, Number: string(n.Facts.Number), Stop: stop}
	body := strings.Join([]string{m.Body, m.Deadline, m.Next, "--\n" + strings.TrimSpace(w.fill("guest", values))}, "\n\n")
	return Letter{Subject: w.fill("subject", values), Body: body + "\n", Stop: stop}
}

// HolderLetter puts a notice into a mail to a counterpart. What the case waits for
// is not theirs to know: it says what they said, or what comes due of their plan.
func (h *Herald) HolderLetter(language string, n postgres.Notice, stop string) Letter {
	w := h.wordsIn(language)
	m := w.message(n)
	values := told{Title: m.Title, Number: string(n.Facts.Number), Stop: stop}
	body := strings.Join([]string{m.Body, m.Next, "--\n" + strings.TrimSpace(w.fill("holder", values))}, "\n\n")
	return Letter{Subject: w.fill("subject", values), Body: body + "\n", Stop: stop}
}
