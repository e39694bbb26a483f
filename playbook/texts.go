package playbook

import (
	"regexp"
	"slices"
	"time"

	"recourse/recovery"
)

// textRule is a text with its variables unfilled, in Chinese and in English.
type textRule struct {
	Rule     `yaml:",inline"`
	scope    `yaml:",inline"`
	Audience string `yaml:"audience"`
	Channel  string `yaml:"channel"`
	Wording  `yaml:",inline"`
	English  Wording  `yaml:"en"`
	Warnings []string `yaml:"warnings"`
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

// china is the time that people in the texts live by; it has had no summer time
// since 1991.
var china = time.FixedZone("CST", 8*60*60)

// variables are all that a text may name. None is personal data.
var variables = map[string]func(*Book, tongue, recovery.Case) string{
	"amount":      func(_ *Book, _ tongue, c recovery.Case) string { return c.Amount.String() },
	"outstanding": func(_ *Book, _ tongue, c recovery.Case) string { return max(0, c.Amount-c.Position.Recovered).String() },
	"sent_at": func(_ *Book, in tongue, c recovery.Case) string {
		if c.SentAt.IsZero() {
			return ""
		}
		return c.SentAt.In(china).Format(in.moment)
	},
	"platform":       func(b *Book, in tongue, c recovery.Case) string { return in.names(b).Platforms[c.Platform] },
	"instrument":     func(b *Book, in tongue, c recovery.Case) string { return in.names(b).Instruments[c.Instrument] },
	"transaction_no": func(_ *Book, _ tongue, c recovery.Case) string { return c.TransactionNo },
	"case_number":    func(_ *Book, _ tongue, c recovery.Case) string { return string(c.Number) },
}

var variableForm = regexp.MustCompile(`\{\{[^{}]*\}\}`)

// Texts gives the texts for a stage of a case, in the order of the book.
func (b *Book) Texts(c recovery.Case, stage recovery.Stage) []Text {
	texts := []Text{}
	for _, rule := range b.data.Texts {
		if !rule.covers(situationOf(c, stage)) {
			continue
		}
		texts = append(texts, Text{
			ID: rule.ID, Audience: rule.Audience, Channel: rule.Channel,
			Wording: b.fill(rule.Wording, chinese, c), English: b.fill(rule.English, english, c),
			Warnings: slices.Clone(rule.Warnings),
		})
	}
	return texts
}

func (b *Book) fill(w Wording, in tongue, c recovery.Case) Wording {
	return Wording{b.put(w.Subject, in, c), b.put(w.Body, in, c), b.put(w.Short, in, c)}
}

// put fills in the values in one pass, so that a value that looks like a variable
// stays what it is.
func (b *Book) put(text string, in tongue, c recovery.Case) string {
	return variableForm.ReplaceAllStringFunc(text, func(found string) string {
		value := ""
		if read, known := variables[found[2:len(found)-2]]; known {
			value = read(b, in, c)
		}
		if value == "" {
			return in.blank
		}
		return value
	})
}
