package notify

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"recourse/recovery"
	"recourse/texts"
)

// The languages of the texts.
const (
	Chinese = texts.Chinese
	English = texts.English
)

// Languages lists them, the default first.
var Languages = texts.Languages

// Message is a notice in words.
type Message struct {
	Title    string
	Body     string
	Deadline string // never empty, also when no deadline runs
	Next     string // what its reader does next
}

// values are what a text may name. None is personal data.
type values struct {
	Number, Stage, Outcome, Claim, Recovered, Outstanding, Overpaid, Clock, Due, Days, Passed, Next, Title, Link, Stop, Answer, Amount string
}

// wording writes notices in one language.
type wording struct{ *texts.Catalog }

func loadWordings() (map[string]wording, error) {
	loaded := map[string]wording{}
	for _, language := range Languages {
		catalog, err := texts.Load(language)
		if err != nil {
			return nil, err
		}
		loaded[language] = wording{catalog}
	}
	return loaded, nil
}

// checkTexts returns an error if a text that the rules may ask for is missing in
// a language.
func (h *Rules) checkTexts() error {
	var speeches []ruleNotice
	for _, rule := range h.rules.Notices {
		speeches = append(speeches, rule.ruleNotice)
	}
	for _, rule := range h.rules.Reminders {
		speeches = append(speeches, rule.ruleNotice)
	}
	var errs []error
	for _, language := range Languages {
		for _, s := range speeches {
			errs = append(errs, h.wordings[language].Require(s.textKeys()...))
		}
	}
	return errors.Join(errs...)
}

// textKeys lists the texts that a rule needs; a silent rule needs none.
func (s ruleNotice) textKeys() []string {
	if s.Text == "" {
		return nil
	}
	keys := []string{textKey(s.Text, "title"), textKey(s.Text, "body")}
	for _, stage := range recovery.Stages {
		keys = append(keys, fmt.Sprintf("mail.next_step.%s.%s", s.To, stage))
	}
	return keys
}

func textKey(name, part string) string { return "mail.text." + name + "." + part }

// Message puts a notice into words. An unknown language gets the default. A
// template that a newer build wrote and this one lacks gets a general text.
func (h *Rules) Message(language string, n Notice) Message {
	return h.wordingIn(language).message(n)
}

func (h *Rules) wordingIn(language string) wording {
	if w, found := h.wordings[language]; found {
		return w
	}
	return h.wordings[Chinese]
}

// otherText replaces a template that this build does not know.
const otherText = "other"

func (w wording) message(n Notice) Message {
	v := w.values(n)
	name, deadline := n.Template, "mail.no_deadline"
	if !w.Has(textKey(name, "title")) {
		name = otherText
	}
	if n.Facts.DueAt != nil {
		deadline = "mail.deadline"
	}
	return Message{
		Title: w.TextFrom(textKey(name, "title"), v), Body: w.TextFrom(textKey(name, "body"), v),
		Deadline: w.TextFrom(deadline, v), Next: w.TextFrom("mail.next", v),
	}
}

func (w wording) values(n Notice) values {
	f := n.Facts
	v := values{
		Number: string(f.Number), Stage: w.name("stage", string(f.Stage)), Outcome: w.name("outcome", string(f.Outcome)),
		Next: w.nextStep(n), Clock: w.name("clock", string(f.Clock)), Passed: w.name("clock", string(f.Passed)),
		Answer: w.name("answer", string(f.Answer)), Amount: w.sum(f.Amount), Claim: w.sum(f.Claim), Recovered: w.sum(f.Recovered),
		Outstanding: w.sum(max(0, f.Claim-f.Recovered)), Overpaid: w.sum(max(0, f.Recovered-f.Claim)),
	}
	if f.DueAt != nil {
		v.Due, v.Days = w.moment(*f.DueAt), daysUntil(*f.DueAt, n.ToldAt)
	}
	return v
}

func (w wording) sum(m recovery.Money) string { return w.Text("mail.money", "Sum", m) }

// name translates a value of an enumeration. A value without a translation stays
// as it is.
func (w wording) name(list, value string) string {
	if name, found := w.Find("mail." + list + "." + value); found {
		return name
	}
	return value
}

// daysUntil counts the days that are left, including one that has begun.
func daysUntil(due, now time.Time) string {
	return strconv.Itoa(int(math.Ceil(max(0, due.Sub(now).Hours()) / 24)))
}

// nextStep is what the notice itself asks for, else what its reader does next in
// this state of the case.
func (w wording) nextStep(n Notice) string {
	if next, found := w.Find(textKey(n.Template, "next")); found {
		return next
	}
	stage, state := string(n.Facts.Stage), n.Facts.State
	for _, place := range []string{stage + "/" + state, state, stage + "/" + string(n.Facts.WaitingOn), stage} {
		if step, found := w.Find(fmt.Sprintf("mail.next_step.%s.%s", n.Audience, place)); found {
			return step
		}
	}
	return w.Text("mail.other_step")
}

// moment writes an instant in the time of China, with the day of the week.
func (w wording) moment(at time.Time) string {
	weekday := at.In(recovery.Shanghai).Weekday()
	return w.Text("mail.moment", "At", at, "Weekday", w.Text("mail.weekday."+strconv.Itoa(int(weekday))))
}

// Letter is a mail in words.
type Letter struct {
	Subject string
	Body    string
	Stop    string // the address that ends such mails; "" for none
}

// Letter puts a notice into a mail. link is where the case can be read; it is ""
// for an installation without an address.
func (h *Rules) Letter(language string, n Notice, link string) Letter {
	w := h.wordingIn(language)
	m := w.message(n)
	parts := []string{m.Body, m.Deadline, m.Next}
	if link != "" {
		parts = append(parts, w.TextFrom("mail.letter.link", values{Link: link}))
	}
	return w.letter(n, m.Title, "footer", "", parts)
}

// GuestLetter puts a notice into a mail to a claimant without an account. They
// cannot sign in: the mail has no link to the case, and one that ends the mails.
func (h *Rules) GuestLetter(language string, n Notice, stop string) Letter {
	w := h.wordingIn(language)
	m := w.message(n)
	return w.letter(n, m.Title, "guest", stop, []string{m.Body, m.Deadline, m.Next})
}

// HolderLetter puts a notice into a mail to a counterpart. It does not say what
// the case waits for: that is not for them to know.
func (h *Rules) HolderLetter(language string, n Notice, stop string) Letter {
	w := h.wordingIn(language)
	m := w.message(n)
	return w.letter(n, m.Title, "holder", stop, []string{m.Body, m.Next})
}

func (w wording) letter(n Notice, title, footer, stop string, parts []string) Letter {
	v := values{Title: title, Number: string(n.Facts.Number), Stop: stop}
	parts = append(parts, "--\n"+w.TextFrom("mail.letter."+footer, v))
	return Letter{Subject: w.TextFrom("mail.letter.subject", v), Body: strings.Join(parts, "\n\n") + "\n", Stop: stop}
}
