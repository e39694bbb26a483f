package playbook

import (
	"regexp"
	"slices"
	"time"

	"recourse/recovery"
)

// textRule is a text with its variables unfilled.
type textRule struct {
	Rule     `yaml:",inline"`
	scope    `yaml:",inline"`
	Audience string   `yaml:"audience"`
	Channel  string   `yaml:"channel"`
	Subject  string   `yaml:"subject"`
	Body     string   `yaml:"body"`
	Warnings []string `yaml:"warnings"`
}

// Text is ready to send: no threat, no personal data, its variables filled.
type Text struct {
	ID       string   `json:"id"`
	Audience string   `json:"audience"` // counterpart, group, group_owner, customer_service
	Channel  string   `json:"channel"`
	Subject  string   `json:"subject"`
	Body     string   `json:"body"`
	Warnings []string `json:"warnings"`
}

var textAudiences = []string{"counterpart", "group", "group_owner", "customer_service"}

// blank stands where the case does not know a value, for the sender to fill in.
const blank = "（待补）"

// china is the time that people in the texts live by; it has had no summer time
// since 1991.
var china = time.FixedZone("CST", 8*60*60)

// variables are all that a text may name. None is personal data.
var variables = map[string]func(*Book, recovery.Case) string{
	"amount":         func(_ *Book, c recovery.Case) string { return c.Amount.String() },
	"outstanding":    func(_ *Book, c recovery.Case) string { return max(0, c.Amount-c.Position.Recovered).String() },
	"sent_at":        func(_ *Book, c recovery.Case) string { return c.SentAt.In(china).Format("2006年1月2日 15:04") },
	"platform":       func(b *Book, c recovery.Case) string { return b.data.Names.Platforms[c.Platform] },
	"instrument":     func(b *Book, c recovery.Case) string { return b.data.Names.Instruments[c.Instrument] },
	"transaction_no": func(_ *Book, c recovery.Case) string { return c.TransactionNo },
	"case_number":    func(_ *Book, c recovery.Case) string { return string(c.Number) },
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
			Subject: b.fill(rule.Subject, c), Body: b.fill(rule.Body, c), Warnings: slices.Clone(rule.Warnings),
		})
	}
	return texts
}

// fill puts values in one pass, so that a value that looks like a variable
// stays what it is.
func (b *Book) fill(text string, c recovery.Case) string {
	return variableForm.ReplaceAllStringFunc(text, func(found string) string {
		value := ""
		if read, known := variables[found[2:len(found)-2]]; known {
			value = read(b, c)
		}
		if value == "" {
			return blank
		}
		return value
	})
}
