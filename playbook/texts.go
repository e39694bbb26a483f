package playbook

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"recourse/recovery"
	"recourse/texts"
)

// textRule is a text with variables, in Chinese and in English.
type textRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	If        condition          `yaml:"if"`       // an unknown circumstance counts as no
	Mistakes  []recovery.Mistake `yaml:"mistakes"` // what went wrong; none: anything
	Audience  string             `yaml:"audience"`
	Channel   string             `yaml:"channel"`
	Split     *bool              `yaml:"split"` // whether several people may each hold a part; nil: either way
	Wording   `yaml:",inline"`
	English   Wording  `yaml:"en"`
	Warnings  []string `yaml:"warnings"`
	// Cautions are warnings under a condition.
	Cautions []reasonRule `yaml:"cautions"`
	chinese  compiledWording
	english  compiledWording
}

func (r *textRule) compile(phrases phraseTables) error {
	var err, englishErr error
	r.chinese, err = r.Wording.compile("", phrases.Chinese.fields())
	r.english, englishErr = r.English.compile("en.", phrases.English.fields())
	return errors.Join(err, englishErr)
}

// compiledWording is a compiled wording.
type compiledWording struct{ subject, body, short *texts.Text }

// compile parses a wording; section is its place within the rule, and fields are the
// values that it may use.
func (w Wording) compile(section string, fields []string) (compiledWording, error) {
	subject, err := texts.Parse(section+"subject", w.Subject, fields...)
	body, bodyErr := texts.Parse(section+"body", w.Body, fields...)
	short, shortErr := texts.Parse(section+"short", w.Short, fields...)
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

const customerService = "customer_service"

var textAudiences = []string{"counterpart", "group", "group_owner", "mediator", "employer", customerService}

// wordingLanguage is how values are written in one language. blank marks a value
// that the case does not have, for the sender to fill in.
type wordingLanguage struct {
	names   func(*RuleSet) platformNames
	phrases func(*RuleSet) compiledPhrases
	day     string // layout
	zone    string // after an instant
	until   string // between the first and the last instant
	comma   string // between numbers
	blank   string
}

var (
	chinese = wordingLanguage{
		func(rs *RuleSet) platformNames { return rs.data.Names.platformNames },
		func(rs *RuleSet) compiledPhrases { return rs.data.Phrases.chinese }, "2006年1月2日", "", " 至 ", "、", "（待补）",
	}
	english = wordingLanguage{
		func(rs *RuleSet) platformNames { return rs.data.Names.English },
		func(rs *RuleSet) compiledPhrases { return rs.data.Phrases.english }, "2006-01-02", " (UTC+8)", " to ", ", ", "(to be filled in)",
	}
)

// variable is a value that a text may contain.
type variable struct {
	name string
	read func(*RuleSet, wordingLanguage, *recovery.Case) string
}

// variables are all values that a text may contain, apart from the phrases. None is
// personal data.
var variables = []variable{
	{"amount", func(_ *RuleSet, _ wordingLanguage, c *recovery.Case) string { return c.Amount.String() }},
	{"intended", func(_ *RuleSet, _ wordingLanguage, c *recovery.Case) string { return c.Facts().Intended.String() }},
	{"outstanding", func(_ *RuleSet, _ wordingLanguage, c *recovery.Case) string {
		return max(0, c.Amount-c.Facts().Intended-c.Position.Recovered).String()
	}},
	{"count", countSends},
	{"sent_at", func(_ *RuleSet, in wordingLanguage, c *recovery.Case) string { return in.formatPeriod(c) }},
	{"platform", func(rs *RuleSet, in wordingLanguage, c *recovery.Case) string {
		return in.names(rs).Platforms[c.Platform]
	}},
	{"transaction_no", func(_ *RuleSet, in wordingLanguage, c *recovery.Case) string {
		return strings.Join(c.TransactionNos(), in.comma)
	}},
	{"case_number", func(_ *RuleSet, _ wordingLanguage, c *recovery.Case) string { return string(c.Number) }},
}

// formatPeriod writes when the money was sent: an instant, or the first and the last
// one.
func (in wordingLanguage) formatPeriod(c *recovery.Case) string {
	if c.SentAt.IsZero() {
		return ""
	}
	const minute = " 15:04"
	first, last := c.SentAt.In(recovery.Shanghai), c.LastSentAt().In(recovery.Shanghai)
	from, to := first.Format(in.day+minute), last.Format(in.day+minute)
	switch {
	case from == to:
		return from + in.zone
	case first.Format(in.day) == last.Format(in.day):
		to = strings.TrimSpace(last.Format(minute))
	}
	return from + in.until + to + in.zone
}

func variableNames() []string {
	names := make([]string, len(variables))
	for i, v := range variables {
		names[i] = v.name
	}
	return names
}

// Texts returns the texts for a stage of a case, in the order of the rules. The
// rules of the filing day apply. In danger there is nothing to send to anybody but
// the platform.
func (rs *RuleSet) Texts(c recovery.Case, stage recovery.Stage) []Text {
	return rs.newEvaluation(FactsOf(c), c.CreatedAt, nil).textsFor(c, stage)
}

func (e *evaluation) textsFor(c recovery.Case, stage recovery.Stage) []Text {
	list := []Text{}
	rs, read := e.rules, knownSignals{e}
	inChinese, inEnglish := rs.variableValues(chinese, &c), rs.variableValues(english, &c)
	for rule := range rulesInForce(rs.data.Texts, c.CreatedAt) {
		if !rule.fits(&c, stage) || rule.If.evaluate(read) != Yes {
			continue
		}
		list = append(list, Text{
			ID: rule.ID, Audience: rule.Audience, Channel: rule.Channel,
			Wording: rule.chinese.fill(inChinese), English: rule.english.fill(inEnglish),
			Warnings: rule.warningsFor(read),
		})
	}
	return list
}

func (r *textRule) fits(c *recovery.Case, stage recovery.Stage) bool {
	return r.covers(situationOf(c, stage)) && (r.Split == nil || *r.Split == c.CanBeSplit()) &&
		emptyOrContains(r.Mistakes, c.Mistake()) && (r.Audience == customerService || !c.Facts().IsInDanger())
}

func (r *textRule) warningsFor(read signalReader) []string {
	warnings := slices.Clone(r.Warnings)
	for _, caution := range r.Cautions {
		if caution.If.evaluate(read) == Yes {
			warnings = append(warnings, caution.Text)
		}
	}
	return warnings
}

// knownSignals answers no where an answer is unknown.
type knownSignals struct{ signalReader }

func (k knownSignals) answerSignal(signal string) Answer {
	return answerFromBool(k.signalReader.answerSignal(signal) == Yes)
}

// variableValues returns all variables and phrases of a case.
func (rs *RuleSet) variableValues(in wordingLanguage, c *recovery.Case) map[string]string {
	values := make(map[string]string, len(variables)+len(phraseChoices))
	for _, v := range variables {
		values[v.name] = cmp.Or(v.read(rs, in, c), in.blank)
	}
	in.phrases(rs).addTo(values, c)
	return values
}
