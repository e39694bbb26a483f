package playbook

import (
	"strconv"
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// Knowledge is what an installation knows in addition to the rules; each field may be nil.
type Knowledge struct {
	Incomes    Incomes
	Experience Experience
	Lessons    []Lesson
}

// Assessment is the answer to the facts of a mis-send (POST /assessments). Texts
// are Chinese.
type Assessment struct {
	Recall           Recall                 `json:"recall"`
	Plan             []PlanStep             `json:"plan"`
	Strategy         Strategy               `json:"strategy"`
	Characterisation []Characterisation     `json:"characterisation"`
	Routes           []RouteOption          `json:"routes"`
	Forecast         Forecast               `json:"forecast"`
	Warnings         []Warning              `json:"warnings"`
	Help             []HelpEntry            `json:"help"`
	Requirements     []recovery.Requirement `json:"evidence_requirements"`
	Texts            []Text                 `json:"texts"`
	Precedents       []Precedent            `json:"precedents"`
	Playbook         VersionRef             `json:"playbook"`
}

// VersionRef names the version that an answer comes from.
type VersionRef struct {
	Version string `json:"version"`
}

// Assess answers facts that CheckFacts accepts. It is pure and stores nothing.
func (rs *RuleSet) Assess(f AssessmentFacts, now time.Time, known Knowledge) Assessment {
	v := rs.newEvaluation(f, now, known.Incomes)
	begun := v.record
	begun.Position.Stage = v.firstStage()
	return Assessment{
		Recall:           v.answerRecall(),
		Plan:             v.planStages(),
		Strategy:         v.chooseStrategy(),
		Characterisation: v.characteriseFacts(),
		Routes:           v.compareRoutes(known.Experience),
		Forecast:         v.computeForecast(known.Experience),
		Warnings:         v.collectWarnings(),
		Help:             rs.HelpEntries(f.Platform, now),
		Requirements:     v.requirementsFor(begun, nil),
		Texts:            v.textsFor(begun, begun.Position.Stage),
		Precedents:       v.findPrecedents(known.Lessons),
		Playbook:         VersionRef{rs.Version()},
	}
}

// firstStage returns the stage in which a case with these facts would begin.
func (e *evaluation) firstStage() recovery.Stage {
	switch {
	case e.answerSignal("danger") == Yes:
		return recovery.Legal
	case e.answerSignal("refund_ahead") == Yes:
		return recovery.RecallWatch
	case !e.isOutOfReach() && isRefused(e) != Yes:
		return recovery.PrivateContact
	case e.answerSignal("in_group") == Yes && !e.record.Group.IsOneToOne():
		return recovery.GroupNotice
	default:
		return recovery.Appeal
	}
}

// collectWarnings returns the findings about the facts, then the general warnings.
func (e *evaluation) collectWarnings() []Warning {
	warnings := make([]Warning, 0, len(e.rules.data.Warnings)+2)
	for rule := range rulesInForce(e.rules.data.Findings, e.now) {
		if rule.If.evaluate(e) == Yes {
			warnings = append(warnings, rule.asWarning(rule.Text))
		}
	}
	return append(warnings, e.generalWarnings()...)
}

var spelledUnits = map[calendar.Unit]string{calendar.Hours: "小时", calendar.Days: "天", calendar.WorkingDays: "个工作日", calendar.Years: "年"}

// formatLength writes a length in Chinese.
func formatLength(length calendar.Length) string {
	if length.Count == 0 {
		return ""
	}
	return strconv.Itoa(length.Count) + " " + spelledUnits[length.Unit]
}
