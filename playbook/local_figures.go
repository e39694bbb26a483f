package playbook

import (
	"slices"
	"time"

	"recourse/recovery"
)

// localFigureRule is a published figure of one province and year.
type localFigureRule struct {
	ruleEntry `yaml:",inline"`
	Province  string         `yaml:"province"` // short: 浙江
	Year      int            `yaml:"year"`     // the year that the figure describes
	Yearly    recovery.Money `yaml:"yearly_fen"`
}

const (
	monthsPerYear = 12
	daysPerYear   = 365
)

// newestFigure returns the yearly figure of a province for the latest year that was
// published by then; zero when there is none.
func newestFigure(rules []localFigureRule, province string, at time.Time) (yearly recovery.Money) {
	year := 0
	for rule := range rulesInForce(rules, at) {
		if rule.Province == province && rule.Year > year {
			year, yearly = rule.Year, rule.Yearly
		}
	}
	return yearly
}

// localFigures returns the figures of a province: those that the installation has
// entered, and the published ones for what it has not. A published yearly wage is
// left out, because it must not decide whether small claims are open.
func (rs *RuleSet) localFigures(province string, at time.Time, entered Incomes) Income {
	figures := Income{Province: province}
	if entered != nil {
		if own, known := entered.Income(province, at); known {
			figures = own
		}
	}
	if figures.MonthlyWage == 0 {
		figures.MonthlyWage = newestFigure(rs.data.Wages, province, at) / monthsPerYear
	}
	if figures.DailyIncome == 0 {
		figures.DailyIncome = newestFigure(rs.data.Incomes, province, at) / daysPerYear
	}
	return figures
}

func (rs *RuleSet) checkLocalFigures(i *ruleChecker) {
	for _, rule := range slices.Concat(rs.data.Wages, rs.data.Incomes) {
		if !slices.Contains(rs.data.Names.Provinces, rule.Province) {
			i.addFault(rule.ID, "there is no province %q", rule.Province)
		}
		if rule.Source.Survey == "" {
			i.addFault(rule.ID, "a figure needs the survey it was published in")
		}
		if rule.Yearly <= 0 || rule.Yearly > recovery.MaxMoney {
			i.addFault(rule.ID, "a yearly figure must be between 1 and %d, not %d", recovery.MaxMoney, rule.Yearly)
		}
		if rule.Year < 2000 || rule.Year >= rs.data.ValidFrom.Year() {
			i.addFault(rule.ID, "a figure describes a year that is over, not %d", rule.Year)
		}
	}
}
