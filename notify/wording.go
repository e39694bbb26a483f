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

// Message is the text of a notice.
type Message struct {
	Title    string
	Body     string
	Deadline string // never empty, also when no deadline runs
	Next     string // what the reader should do next
}

// textValues are the values that a text may use. They contain no personal data.
type textValues struct {
	Number, Stage, Outcome, Claim, Recovered, Received, Outstanding, Overpaid, Clock, Due, Days, Passed, Next, Title, Link, Stop, Answer, Amount, RightDay, LastDay, Count, Latest string
}

// wording writes the texts of notices in one language.
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
	var notices []ruleNotice
	for _, rule := range h.rules.Notices {
		notices = append(notices, rule.ruleNotice)
	}
	for _, rule := range h.rules.Reminders {
		notices = append(notices, rule.ruleNotice)
	}
	notices = append(notices, ruleNotice{To: ToClaimant, Text: correctionText}, ruleNotice{To: ToClaimant, Text: entryCorrectedText},
		ruleNotice{To: ToCounterpart, Text: counterpartCorrectedText})
	var errs []error
	for _, language := range Languages {
		for _, s := range notices {
			errs = append(errs, h.wordings[language].RequireKeys(s.textKeys()...))
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

// WriteMessage returns the text of a notice. An unknown language gets the default
// one. A template of a newer build that this one lacks gets a general text.
func (h *Rules) WriteMessage(language string, n Notice) Message {
	return h.wordingIn(language).writeMessage(n)
}

func (h *Rules) wordingIn(language string) wording {
	if w, found := h.wordings[language]; found {
		return w
	}
	return h.wordings[Chinese]
}

// otherText replaces a template that this build does not know.
const otherText = "other"

func (w wording) writeMessage(n Notice) Message {
	v := w.newValues(n)
	name, deadline := n.Template, "mail.no_deadline"
	if !w.Has(textKey(name, "title")) {
		name = otherText
	}
	if n.Facts.DueAt != nil {
		deadline = "mail.deadline"
	}
	if f := n.Facts; f.DueAt != nil && (f.Clock == recovery.AvoidanceClock || f.Clock == recovery.LimitationClock) {
		deadline = "mail.deadline_of_right" // its last day, as a right ends at midnight
	}
	v.Title = w.TextFrom(textKey(name, "title"), v)
	v.Count, v.Latest = strconv.Itoa(n.Count), w.formatTime(n.ToldAt)
	body := w.TextFrom(textKey(name, "body"), v)
	if n.Count > 1 {
		v.Title = w.TextFrom("mail.counted", v)
		body += w.TextFrom("mail.latest", v)
	}
	if n.WithdrawnAt != nil {
		v.Title = w.TextFrom("mail.withdrawn", v)
	}
	return Message{
		Title: v.Title, Body: body,
		Deadline: w.TextFrom(deadline, v), Next: w.TextFrom("mail.next", v),
	}
}

func (w wording) newValues(n Notice) textValues {
	f := n.Facts
	v := textValues{
		Number: string(f.Number), Stage: w.translateValue("stage", string(f.Stage)), Outcome: w.translateValue("outcome", string(f.Outcome)),
		Clock: w.translateValue("clock", string(f.Clock)), Passed: w.translateValue("clock", string(f.Passed)),
		Answer: w.translateValue("answer", string(f.Answer)), Amount: w.formatAmount(f.Amount), Claim: w.formatAmount(f.Claim), Recovered: w.formatAmount(f.Recovered),
		Outstanding: w.formatAmount(max(0, f.Claim-f.Recovered)), Overpaid: w.formatAmount(f.Surplus), Received: w.formatAmount(f.Recovered + f.Surplus),
	}
	if f.DueAt != nil {
		v.LastDay = w.Text("mail.day", "At", f.DueAt.Add(-time.Second))
		v.Due, v.Days = w.formatTime(*f.DueAt), daysUntil(*f.DueAt, n.ToldAt)
	}
	if f.RightEnds != nil {
		v.RightDay = w.Text("mail.day", "At", f.RightEnds.Add(-time.Second))
	}
	v.Next = w.nextStep(n, v)
	return v
}

func (w wording) formatAmount(m recovery.Money) string { return w.Text("mail.money", "Sum", m) }

// translateValue translates a value of an enumeration. A value without a translation stays
// as it is.
func (w wording) translateValue(list, value string) string {
	if name, found := w.FindText("mail." + list + "." + value); found {
		return name
	}
	return value
}

// daysUntil counts the days that are left, including one that has begun.
func daysUntil(due, now time.Time) string {
	return strconv.Itoa(int(math.Ceil(max(0, due.Sub(now).Hours()) / 24)))
}

// nextStep returns what the notice asks for, or else what its reader should do in
// this state of the case.
func (w wording) nextStep(n Notice, v textValues) string {
	if key := textKey(n.Template, "next"); w.Has(key) {
		return w.TextFrom(key, v)
	}
	stage, state := string(n.Facts.Stage), n.Facts.State
	for _, place := range []string{stage + "/" + state, state, stage + "/" + string(n.Facts.WaitingOn), stage} {
		if key := fmt.Sprintf("mail.next_step.%s.%s", n.Audience, place); w.Has(key) {
			return w.TextFrom(key, v)
		}
	}
	return w.Text("mail.other_step")
}

// formatTime returns a time in China with the day of the week.
func (w wording) formatTime(at time.Time) string {
	weekday := at.In(recovery.Shanghai).Weekday()
	return w.Text("mail.moment", "At", at, "Weekday", w.Text("mail.weekday."+strconv.Itoa(int(weekday))))
}

// Letter is the text of a mail.
type Letter struct {
	Subject string
	Body    string
	Stop    string // link that unsubscribes from these mails; "" for none
}

// WriteLetter returns the mail for a notice. link leads to the case; it is "" for an
// installation without a public address.
func (h *Rules) WriteLetter(language string, n Notice, link string) Letter {
	w := h.wordingIn(language)
	m := w.writeMessage(n)
	parts := []string{m.Body, m.Deadline, m.Next}
	if link != "" {
		parts = append(parts, w.TextFrom("mail.letter.link", textValues{Link: link}))
	}
	return w.writeLetter(n, m.Title, "footer", "", parts)
}

// WriteGuestLetter returns the mail for a claimant without an account. They
// cannot sign in, so the mail has no link to the case, but one to unsubscribe.
func (h *Rules) WriteGuestLetter(language string, n Notice, stop string) Letter {
	w := h.wordingIn(language)
	m := w.writeMessage(n)
	return w.writeLetter(n, m.Title, "guest", stop, []string{m.Body, m.Deadline, m.Next})
}

// WriteCounterpartLetter returns the mail for a counterpart. It leaves out the
// deadline of the case, which the counterpart may not know.
func (h *Rules) WriteCounterpartLetter(language string, n Notice, stop string) Letter {
	w := h.wordingIn(language)
	m := w.writeMessage(n)
	return w.writeLetter(n, m.Title, "holder", stop, []string{m.Body, m.Next})
}

func (w wording) writeLetter(n Notice, title, footer, stop string, parts []string) Letter {
	v := textValues{Title: title, Number: string(n.Facts.Number), Stop: stop}
	parts = append(parts, "--\n"+w.TextFrom("mail.letter."+footer, v))
	return Letter{Subject: w.TextFrom("mail.letter.subject", v), Body: strings.Join(parts, "\n\n") + "\n", Stop: stop}
}
