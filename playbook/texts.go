package playbook

import (
	"cmp"
	"regexp"
	"slices"
	"strings"

	"recourse/recovery"
)

// textRule is a text with its variables unfilled, in Chinese and in English.
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

func (r *textRule) settle() { r.chinese, r.english = formOf(r.Wording), formOf(r.English) }

// form is a wording cut at its variables.
type form struct{ subject, body, short template }

func formOf(w Wording) form { return form{cut(w.Subject), cut(w.Body), cut(w.Short)} }

// fill puts the values in, in one pass: a value that looks like a variable stays
// what it is. The three texts are parts of one string.
func (f form) fill(values *values) Wording {
	var text strings.Builder
	text.Grow(f.subject.size(values) + f.body.size(values) + f.short.size(values))
	f.subject.write(&text, values)
	subject := text.Len()
	f.body.write(&text, values)
	body := text.Len()
	f.short.write(&text, values)
	all := text.String()
	return Wording{all[:subject], all[subject:body], all[body:]}
}

// template is a text cut at its variables.
type template []piece

// piece is a plain text, and the variable after it by its number; none when that
// is not known.
type piece struct {
	plain    string
	variable int
}

func cut(text string) template {
	var pieces template
	from := 0
	for _, at := range variableForm.FindAllStringIndex(text, -1) {
		named := func(v variable) bool { return v.name == text[at[0]+2:at[1]-2] }
		pieces = append(pieces, piece{text[from:at[0]], slices.IndexFunc(variables, named)})
		from = at[1]
	}
	return append(pieces, piece{text[from:], -1})
}

// size is the length in bytes of a text with its values.
func (t template) size(values *values) int {
	size := 0
	for _, part := range t {
		size += len(part.plain) + len(values.of(part))
	}
	return size
}

func (t template) write(text *strings.Builder, values *values) {
	for _, part := range t {
		text.WriteString(part.plain)
		text.WriteString(values.of(part))
	}
}

// values are what the variables stand for in a case, by their numbers.
type values []string

func (v *values) of(p piece) string {
	if p.variable < 0 {
		return ""
	}
	return (*v)[p.variable]
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

var variableForm = regexp.MustCompile(`\{\{[^{}]*\}\}`)

// Texts gives the texts for a stage of a case, in the order of the book: those
// that the rules had on the day the case was filed.
func (b *Book) Texts(c recovery.Case, stage recovery.Stage) []Text {
	texts := []Text{}
	at, split := situationOf(&c, stage), c.MayBeSplit()
	inChinese, inEnglish := b.values(chinese, &c), b.values(english, &c)
	for rule := range current(b.data.Texts, c.CreatedAt) {
		if !rule.covers(at) || (rule.Split != nil && *rule.Split != split) {
			continue
		}
		texts = append(texts, Text{
			ID: rule.ID, Audience: rule.Audience, Channel: rule.Channel,
			Wording: rule.chinese.fill(inChinese), English: rule.english.fill(inEnglish),
			Warnings: slices.Clone(rule.Warnings),
		})
	}
	return texts
}

// values reads all variables of a case.
func (b *Book) values(in tongue, c *recovery.Case) *values {
	read := make(values, len(variables))
	for i := range variables {
		read[i] = cmp.Or(variables[i].read(b, in, c), in.blank)
	}
	return &read
}
