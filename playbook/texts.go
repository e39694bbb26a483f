package playbook

import (
	"cmp"
	"errors"
	"slices"

	"recourse/recovery"
	"recourse/texts"
)

// textRule is a text with variables, in Chinese and in English.
type textRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	Audience  string `yaml:"audience"`
	Channel   string `yaml:"channel"`
	Split     *bool  `yaml:"split"` // whether several people may each hold a part; nil: either way
	Wording   `yaml:",inline"`
	English   Wording  `yaml:"en"`
	Warnings  []string `yaml:"warnings"`
	chinese   compiledWording
	english   compiledWording
}

func (r *textRule) compile() error {
	var err, englishErr error
	r.chinese, err = r.Wording.compile("")
	r.english, englishErr = r.English.compile("en.")
	return errors.Join(err, englishErr)
}

// compiledWording is a compiled wording.
type compiledWording struct{ subject, body, short *texts.Text }

// compile parses a wording; section is its place within the rule.
func (w Wording) compile(section string) (compiledWording, error) {
	subject, err := texts.Parse(section+"subject", w.Subject, variableNames()...)
	body, bodyErr := texts.Parse(section+"body", w.Body, variableNames()...)
	short, shortErr := texts.Parse(section+"short", w.Short, variableNames()...)
	return compiledWording{subject, body, short}, errors.Join(err, bodyErr, shortErr)
}

func (f compiledWording) fill(values map[string]string) Wording {
	return Wording{f.subject.FillFrom(values), f.body.FillFrom(values), f.short.FillFrom(values)}
}

// Wording is a text in one language, in full length and short.
type Wording struct {
	Subject string `yaml:"subject" json:"subject"`
	Body    string `yaml:"body" json:"body"`
	Short   string `yaml:"short" json:"short"`
}

// Text is ready to send: without threats and personal data, its variables filled.
// The embedded wording is Chinese.
type Text struct {
	ID       string `json:"id"`
	Audience string `json:"audience"` // counterpart, group, group_owner, mediator, employer, customer_service
	Channel  string `json:"channel"`
	Wording
	English  Wording  `json:"en"`
	Warnings []string `json:"warnings"`
}

var textAudiences = []string{"counterpart", "group", "group_owner", "mediator", "employer", "customer_service"}

// wordingLanguage is how values are written in one language. blank marks a value
// that the case does not have, for the sender to fill in.
type wordingLanguage struct {
	names  func(*RuleSet) platformNames
	moment string // layout of an instant
	blank  string
}

var (
	chinese = wordingLanguage{func(rs *RuleSet) platformNames { return rs.data.Names.platformNames }, "2006年1月2日 15:04", "（待补）"}
	english = wordingLanguage{func(rs *RuleSet) platformNames { return rs.data.Names.English }, "2006-01-02 15:04 (UTC+8)", "(to be filled in)"}
)

// variable is a value that a text may contain.
type variable struct {
	name string
	read func(*RuleSet, wordingLanguage, *recovery.Case) string
}

// variables are all values that a text may contain. None is personal data.
var variables = []variable{
	{"amount", func(_ *RuleSet, _ wordingLanguage, c *recovery.Case) string { return c.Amount.String() }},
	{"outstanding", func(_ *RuleSet, _ wordingLanguage, c *recovery.Case) string {
		return max(0, c.Amount-c.Position.Recovered).String()
	}},
	{"sent_at", func(_ *RuleSet, in wordingLanguage, c *recovery.Case) string {
		if c.SentAt.IsZero() {
			return ""
		}
		return c.SentAt.In(recovery.Shanghai).Format(in.moment)
	}},
	{"platform", func(rs *RuleSet, in wordingLanguage, c *recovery.Case) string {
		return in.names(rs).Platforms[c.Platform]
	}},
	{"instrument", func(rs *RuleSet, in wordingLanguage, c *recovery.Case) string {
		return in.names(rs).Instruments[c.Instrument]
	}},
	{"transaction_no", func(_ *RuleSet, _ wordingLanguage, c *recovery.Case) string { return c.TransactionNo }},
	{"case_number", func(_ *RuleSet, _ wordingLanguage, c *recovery.Case) string { return string(c.Number) }},
}

func variableNames() []string {
	names := make([]string, len(variables))
	for i, v := range variables {
		names[i] = v.name
	}
	return names
}

// Texts returns the texts for a stage of a case, in the order of the rules. The
// rules of the filing day apply.
func (rs *RuleSet) Texts(c recovery.Case, stage recovery.Stage) []Text {
	list := []Text{}
	at, split := situationOf(&c, stage), c.CanBeSplit()
	inChinese, inEnglish := rs.variableValues(chinese, &c), rs.variableValues(english, &c)
	for rule := range rulesInForce(rs.data.Texts, c.CreatedAt) {
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

// variableValues returns all variables of a case.
func (rs *RuleSet) variableValues(in wordingLanguage, c *recovery.Case) map[string]string {
	values := make(map[string]string, len(variables))
	for _, v := range variables {
		values[v.name] = cmp.Or(v.read(rs, in, c), in.blank)
	}
	return values
}
