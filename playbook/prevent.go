package playbook

import (
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// confirmationRule is one thing to check before sending.
type confirmationRule struct {
	ruleEntry `yaml:",inline"`
	Text      string `yaml:"text"`
}

// measureRule makes a mis-send less likely or less final.
type measureRule struct {
	ruleEntry `yaml:",inline"`
	Name      string    `yaml:"name"`
	Rating    int       `yaml:"rating"`
	If        condition `yaml:"if"`
	Text      string    `yaml:"text"`
}

// cautionRule is a text with a condition.
type cautionRule struct {
	ruleEntry `yaml:",inline"`
	If        condition `yaml:"if"`
	Text      string    `yaml:"text"`
}

// claimRule is a statement of a source that decides nothing here.
type claimRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	Text      string `yaml:"text"`
}

// SendFacts are the facts of a planned send. Unknown facts are empty.
type SendFacts struct {
	Platform   recovery.Platform   `json:"platform"`
	Instrument recovery.Instrument `json:"instrument"`
	Amount     recovery.Money      `json:"amount_fen,omitempty"`
	Account    recovery.Account    `json:"account,omitempty"`
	Delay      recovery.Delay      `json:"delayed_arrival,omitempty"`
	Group      *recovery.Group     `json:"group,omitempty"`
	// Circumstances are answers to the questions about sending, by signal.
	Circumstances map[string]bool `json:"circumstances,omitempty"`
}

// Prevention is the advice before a send. Texts are Chinese.
type Prevention struct {
	Confirmations []Confirmation `json:"confirmations"`
	Measures      []Measure      `json:"measures"`
	Warnings      []Warning      `json:"warnings"`
	Questions     []Question     `json:"questions"` // what would change the answer
	Playbook      VersionRef     `json:"playbook"`
}

// Confirmation is one of the three checks before sending.
type Confirmation struct {
	ID     string `json:"id"`
	Text   string `json:"text"`
	Source string `json:"source"`
}

// Measure is something that helps. Applies is unknown where the facts are missing;
// Rating is out of five, from its source.
type Measure struct {
	ID      string `json:"id"`
	Name    string `json:"name"`
	Rating  int    `json:"rating"`
	Applies Answer `json:"applies"`
	Text    string `json:"text"`
	Source  string `json:"source"`
}

// CheckSend returns nil, or a Fault with CodeInvalid that names each invalid field.
func (rs *RuleSet) CheckSend(f SendFacts, now time.Time) error {
	c := recovery.NewFieldChecker(now)
	recovery.OneOf(c, "platform", f.Platform, recovery.Platforms, true)
	recovery.OneOf(c, "instrument", f.Instrument, recovery.Instruments, true)
	c.Amount("amount_fen", f.Amount, false)
	recovery.OneOf(c, "account", f.Account, recovery.Accounts, false)
	recovery.OneOf(c, "delayed_arrival", f.Delay, recovery.Delays, false)
	AssessmentFacts{Group: f.Group}.checkPeople(c)
	for _, name := range sortedKeys(f.Circumstances) {
		if !rs.hasQuestion(name, aboutSending, now) {
			c.Add("circumstances."+name, "unknown_value", "There is no such circumstance.")
		}
	}
	return c.Err()
}

// Prevent returns the advice for a send at an instant.
func (rs *RuleSet) Prevent(f SendFacts, now time.Time) Prevention {
	r := &sendEvaluation{rs, f, now}
	answer := Prevention{
		Confirmations: []Confirmation{}, Measures: []Measure{}, Warnings: []Warning{}, Playbook: VersionRef{rs.Version()},
	}
	for rule := range rulesInForce(rs.data.Confirmations, now) {
		answer.Confirmations = append(answer.Confirmations, Confirmation{rule.ID, rule.Text, rule.Source.String()})
	}
	var unknown []string
	for rule := range rulesInForce(rs.data.Measures, now) {
		applies := rule.If.evaluate(r)
		if applies != No {
			answer.Measures = append(answer.Measures, Measure{rule.ID, rule.Name, rule.Rating, applies, rule.Text, rule.Source.String()})
			unknown = rule.If.appendOpenSignals(unknown, r)
		}
	}
	for rule := range rulesInForce(rs.data.Cautions, now) {
		switch rule.If.evaluate(r) {
		case Yes:
			answer.Warnings = append(answer.Warnings, rule.asWarning(rule.Text))
		case Unknown:
			unknown = rule.If.appendOpenSignals(unknown, r)
		default: // it does not apply
		}
	}
	answer.Questions = rs.questionsFor(unknown, now)
	return answer
}

// sendSignals are the signals that the facts of a send decide.
var sendSignals = map[string]func(*RuleSet, SendFacts, time.Time) Answer{
	"transfer": func(_ *RuleSet, f SendFacts, _ time.Time) Answer {
		return answerFromBool(f.Instrument == recovery.Transfer)
	},
	"packet": func(_ *RuleSet, f SendFacts, _ time.Time) Answer {
		return answerFromBool(f.Instrument != recovery.Transfer)
	},
	"password_packet": func(_ *RuleSet, f SendFacts, _ time.Time) Answer {
		return answerFromBool(f.Instrument == recovery.PasswordPacket)
	},
	"enterprise": func(_ *RuleSet, f SendFacts, _ time.Time) Answer { return isEnterprise(f) },
	"delayed":    func(_ *RuleSet, f SendFacts, _ time.Time) Answer { return isDelayed(f.Delay) },
	"large":      func(rs *RuleSet, f SendFacts, now time.Time) Answer { return rs.isLarge(f.Amount, now) },
	"late":       func(rs *RuleSet, _ SendFacts, now time.Time) Answer { return rs.isLate(now) },
	"holiday": func(rs *RuleSet, _ SendFacts, now time.Time) Answer {
		return answerFromBool(rs.calendar.IsHoliday(calendar.DayOf(now)))
	},
	"in_group":        func(_ *RuleSet, f SendFacts, _ time.Time) Answer { return isSendGroup(f, recovery.NoGroup).negate() },
	"strangers_group": func(_ *RuleSet, f SendFacts, _ time.Time) Answer { return isSendGroup(f, recovery.StrangersGroup) },
}

// sendEvaluation answers the signals of a send.
type sendEvaluation struct {
	rules *RuleSet
	facts SendFacts
	now   time.Time
}

func (s *sendEvaluation) answerSignal(signal string) Answer {
	if decide, known := sendSignals[signal]; known {
		return decide(s.rules, s.facts, s.now)
	}
	return lookUpCircumstance(s.facts.Circumstances, signal)
}

func isEnterprise(f SendFacts) Answer {
	if f.Instrument == recovery.EnterprisePacket {
		return Yes
	}
	return equalsIfKnown(f.Account, recovery.Company)
}

func isSendGroup(f SendFacts, kind recovery.GroupKind) Answer {
	if f.Group == nil {
		return Unknown
	}
	return equalsIfKnown(f.Group.Kind, kind)
}

func (rs *RuleSet) isLarge(amount recovery.Money, now time.Time) Answer {
	if amount <= 0 {
		return Unknown
	}
	return rs.compareLimit("large_send_fen", now, func(limit int64) bool { return int64(amount) >= limit })
}

func (rs *RuleSet) isLate(now time.Time) Answer {
	hour := int64(now.In(recovery.Shanghai).Hour())
	return orAnswers(
		rs.compareLimit("late_from_hour", now, func(limit int64) bool { return hour >= limit }),
		rs.compareLimit("late_until_hour", now, func(limit int64) bool { return hour < limit }))
}
