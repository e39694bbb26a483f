package playbook

import (
	"time"

	"recourse/recovery"
)

// Income returns the newest figures of a province that are valid on a day.
type Income struct {
	Province    string         `json:"province" yaml:"province"` // short: 浙江
	MonthlyWage recovery.Money `json:"monthly_wage_fen,omitempty" yaml:"monthly_wage_fen"`
	YearlyWage  recovery.Money `json:"yearly_wage_fen,omitempty" yaml:"yearly_wage_fen"` // of the latest published year, for small claims
	DailyIncome recovery.Money `json:"daily_income_fen,omitempty" yaml:"daily_income_fen"`
	From        time.Time      `json:"from" yaml:"from"` // the day from which it is valid
	Source      string         `json:"source" yaml:"source"`
}

// Incomes looks up the figures of provinces that an installation has entered. They
// take precedence over those of the playbook, and "unknown" is a valid answer.
type Incomes interface {
	// Income is the newest figure of a province that was in force on a day.
	Income(province string, on time.Time) (Income, bool)
}

// IncomeTable is Incomes in memory. A nil table is empty.
type IncomeTable []Income

// Income implements Incomes.
func (t IncomeTable) Income(province string, on time.Time) (Income, bool) {
	var newest Income
	found := false
	for _, row := range t {
		if row.Province == province && !row.From.After(on) && (!found || row.From.After(newest.From)) {
			newest, found = row, true
		}
	}
	return newest, found
}

// CheckIncome returns nil, or a Fault with CodeInvalid that names each invalid
// field.
func (rs *RuleSet) CheckIncome(row Income) error {
	c := recovery.NewFieldChecker(time.Time{})
	if short, known := rs.findProvince(row.Province); !known || short != row.Province {
		c.Add("province", "unknown_value", "The short name of a province is needed, such as 浙江.")
	}
	c.Amount("monthly_wage_fen", row.MonthlyWage, false)
	c.Amount("yearly_wage_fen", row.YearlyWage, false)
	c.Amount("daily_income_fen", row.DailyIncome, false)
	if row.MonthlyWage <= 0 && row.YearlyWage <= 0 && row.DailyIncome <= 0 {
		c.Add("monthly_wage_fen", "required", "At least one figure is needed.")
	}
	if row.From.IsZero() {
		c.Add("from", "required", "The day from which the figure holds is needed.")
	}
	if row.Source == "" {
		c.Add("source", "required", "The source of the figure is needed.")
	}
	return c.Err()
}

// strategyRule is the approach for one kind of group. The first rule that fits is
// used.
type strategyRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	If        condition `yaml:"if"`
	Risk      string    `yaml:"risk"`
	First     string    `yaml:"first"`
	Then      string    `yaml:"then"`
}

var risks = []string{"low", "medium", "high"}

// noteRule is an additional remark. Unknown is its text when the condition is
// unknown.
type noteRule struct {
	ruleEntry `yaml:",inline"`
	If        condition `yaml:"if"`
	Text      string    `yaml:"text"`
	Unknown   string    `yaml:"unknown"`
}

// planRule is one stage of the plan.
type planRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	If        condition `yaml:"if"`
	Why       string    `yaml:"why"`
}

// Strategy is how to ask for the money. Texts are Chinese.
type Strategy struct {
	ID     string `json:"id"`
	Risk   string `json:"risk"` // low, medium, high: our own judgement
	First  string `json:"first"`
	Then   string `json:"then"`
	Source string `json:"source"`
	Notes  []Note `json:"notes"`
}

// Note is a fact that changes how to ask. Applies is unknown where a figure is
// missing; the text then names it.
type Note struct {
	Code    string `json:"code"`
	Applies Answer `json:"applies"`
	Text    string `json:"text"`
	Source  string `json:"source"`
}

// chooseStrategy selects by danger and kind of group, and adds notes on size, on
// the amount compared with local figures and on bystanders. An unknown kind of
// group counts as one to one, where every other strategy begins.
func (e *evaluation) chooseStrategy() Strategy {
	answer := Strategy{Notes: []Note{}}
	at := situationOf(&e.record, recovery.PrivateContact)
	for rule := range rulesInForce(e.rules.data.Strategies, e.now) {
		if rule.covers(at) && rule.If.evaluate(e) == Yes {
			answer = Strategy{rule.ID, rule.Risk, rule.First, rule.Then, rule.Source.String(), answer.Notes}
			break
		}
	}
	for rule := range rulesInForce(e.rules.data.StrategyNotes, e.now) {
		note := Note{Code: rule.asWarning("").Code, Applies: rule.If.evaluate(e), Text: rule.Text, Source: rule.Source.String()}
		if note.Applies == Unknown {
			note.Text = rule.Unknown
		}
		if note.Applies != No && note.Text != "" {
			answer.Notes = append(answer.Notes, note)
		}
	}
	return answer
}

// PlanStep is one stage of the plan.
type PlanStep struct {
	Stage recovery.Stage `json:"stage"`
	Why   string         `json:"why"`
	DueIn string         `json:"due_in"` // in Chinese, as the clock counts
}

// planClocks are the clocks of the stages of a plan.
var planClocks = map[recovery.Stage]recovery.Clock{
	recovery.RecallWatch: recovery.AutoRefundClock, recovery.PrivateContact: recovery.ContactClock,
	recovery.GroupNotice: recovery.NoticeClock, recovery.Appeal: recovery.PreparationClock,
	recovery.Legal: recovery.RouteClock,
}

func (e *evaluation) planStages() []PlanStep {
	steps := []PlanStep{}
	for rule := range rulesInForce(e.rules.data.Plan, e.now) {
		if rule.If.evaluate(knownSignals{e}) != Yes {
			continue
		}
		for _, stage := range rule.Stages {
			length, _ := e.rules.NominalLength(planClocks[stage], e.now)
			steps = append(steps, PlanStep{stage, rule.Why, formatLength(length)})
		}
	}
	return steps
}
