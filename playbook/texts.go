package playbook

import (
	"cmp"
	"errors"
	"slices"

	"recourse/recovery"
	"recourse/texts"
)

// textRule is a text with its values still open, in Chinese and in English.
type textRule struct {
	entry    `yaml:",inline"`
	scope    `yaml:",inline"`
	Audience string `yaml:"audience"`
	Channel  string `yaml:"channel"`
	Split    *bool  `yaml:"split"` // whether several people may each hold a part; nil: either way
	Wording  `yaml:",inline"`
	English  Wording  `yaml:"en"`
	Warnings []string `yaml:"warnings"`
	chinese  form
	english  form
}

func (r *textRule) compile() error {
	var err, englishErr error
	r.chinese, err = r.Wording.compile("")
	r.english, englishErr = r.English.compile("en.")
	return errors.Join(err, englishErr)
}

// form is a compiled wording.
type form struct{ subject, body, short *texts.Text }

// compile parses a wording; section is where it is within its rule.
func (w Wording) compile(section string) (form, error) {
	subject, err := texts.Parse(section+"subject", w.Subject, variableNames()...)
	body, bodyErr := texts.Parse(section+"body", w.Body, variableNames()...)
	short, shortErr := texts.Parse(section+"short", w.Short, variableNames()...)
	return form{subject, body, short}, errors.Join(err, bodyErr, shortErr)
}

func (f form) fill(values map[string]string) Wording {
	return Wording{f.subject.FillFrom(values), f.body.FillFrom(values), f.short.FillFrom(values)}
}

// Wording is a text in one language: at its full length, and short.
type Wording struct {
	Subject string `yaml:"subject" json:"subject"`
	Body    string `yaml:"body" json:"body"`
	Short   string `yaml:"short" json:"short"`
}

// Text is ready to send: no threat, no personal data, its variables filled. The
// wording beside English is Chinese.
type Text struct {
	ID       string `json:"id"`
	Audience string `json:"audience"` // counterpart, group, group_owner, mediator, employer, customer_service
	Channel  string `json:"channel"`
	Wording
	English  Wording  `json:"en"`
	Warnings []string `json:"warnings"`
}

var textAudiences = []string{"counterpart", "group", "group_owner", "mediator", "employer", "customer_service"}

// tongue is how values are written in one language; blank stands where the case
// does not know a value, for the sender to fill in.
type tongue struct {
	names  func(*Book) naming
	moment string // layout of an instant
	blank  string
}

var (
	chinese = tongue{func(b *Book) naming { return b.data.Names.naming }, "2006年1月2日 15:04", "（待补）"}
	english = tongue{func(b *Book) naming { return b.data.Names.English }, "2006-01-02 15:04 (UTC+8)", "(to be filled in)"}
)

// variable is something that a text may name.
type variable struct {
	name string
	read func(*Book, tongue, *recovery.Case) string
}

// variables are all that a text may name. None is personal data.
var variables = []variable{
	{"amount", func(_ *Book, _ tongue, c *recovery.Case) string { return c.Amount.String() }},
	{"outstanding", func(_ *Book, _ tongue, c *recovery.Case) string {
		return max(0, c.Amount-c.Position.Recovered).String()
	}},
	{"sent_at", func(_ *Book, in tongue, c *recovery.Case) string {
		if c.SentAt.IsZero() {
			return ""
		}
		return c.SentAt.In(recovery.Shanghai).Format(in.moment)
	}},
	{"platform", func(b *Book, in tongue, c *recovery.Case) string { return in.names(b).Platforms[c.Platform] }},
	{"instrument", func(b *Book, in tongue, c *recovery.Case) string { return in.names(b).Instruments[c.Instrument] }},
	{"transaction_no", func(_ *Book, _ tongue, c *recovery.Case) string { return c.TransactionNo }},
	{"case_number", func(_ *Book, _ tongue, c *recovery.Case) string { return string(c.Number) }},
}

func variableNames() []string {
	names := make([]string, len(variables))
	for i, v := range variables {
		names[i] = v.name
	}
	return names
}

// Texts gives the texts for a stage of a case, in the order of the book: those
// that the rules had on the day the case was filed.
func (b *Book) Texts(c recovery.Case, stage recovery.Stage) []Text {
	list := []Text{}
	at, split := situationOf(&c, stage), c.CanBeSplit()
	inChinese, inEnglish := b.values(chinese, &c), b.values(english, &c)
	for rule := range current(b.data.Texts, c.CreatedAt) {
		if !rule.covers(at) || (rule.Split != nil && *rule.Split != split) {
			continue
		}
		list = append(list, Text{
			ID: rule.ID, Audience: rule.Audience, Channel: rule.Channel,
			Wording: rule.chinese.fill(inChinese), English: rule.english.fill(inEnglish),
			Warnings: slices.Clone(rule.Warnings),
		})
	}
	return list
}

// values reads all variables of a case.
func (b *Book) values(in tongue, c *recovery.Case) map[string]string {
	values := make(map[string]string, len(variables))
	for _, v := range variables {
		values[v.name] = cmp.Or(v.read(b, in, c), in.blank)
	}
	return values
}
