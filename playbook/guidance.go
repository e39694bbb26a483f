package playbook

import (
	"slices"

	"go.yaml.in/yaml/v3"
)

// Moments of a mis-send that guidance is written for.
const (
	momentOpen    = "open"
	momentTry     = "try"
	momentDelayed = "delayed"
	momentWaiting = "waiting"
	momentOver    = "over"
	momentRest    = "rest"
	momentTaken   = "taken"
	momentStuck   = "stuck"
	momentLate    = "late"
	momentSilent  = "silent"
	momentDanger  = "danger"
)

var moments = []string{
	momentOpen, momentTry, momentDelayed, momentWaiting, momentOver, momentRest, momentTaken, momentStuck, momentLate, momentSilent,
	momentDanger,
}

// stoppableMoments are those in which the money may still be stopped on its way.
var stoppableMoments = []string{momentOpen, momentTry, momentDelayed, momentWaiting, momentStuck}

// recallActors are the people whose action can bring the money back.
var recallActors = []string{"sender", "recipient", "platform", "company", "police"}

// guidanceRule is the advice for some moments. The first rule that fits counts.
type guidanceRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	When      []string     `yaml:"when"`
	If        condition    `yaml:"if"`
	Who       []string     `yaml:"who"`
	How       string       `yaml:"how"`
	Steps     []adviceStep `yaml:"steps"`
}

// adviceStep is a step of an advice, with the condition under which it is given. In
// YAML a step without a condition is a string.
type adviceStep struct {
	If   condition `yaml:"if"`
	Text string    `yaml:"text"`
}

// UnmarshalYAML implements yaml.Unmarshaler.
func (s *adviceStep) UnmarshalYAML(node *yaml.Node) error {
	if node.Kind == yaml.ScalarNode {
		return node.Decode(&s.Text)
	}
	type plain adviceStep
	return node.Decode((*plain)(s))
}

// furtherStepRule is a step that is added to the advice of some moments.
type furtherStepRule struct {
	ruleEntry `yaml:",inline"`
	When      []string  `yaml:"when"`  // none: always
	First     bool      `yaml:"first"` // before the other steps
	If        condition `yaml:"if"`
	Text      string    `yaml:"text"`
}

// urgentRule is something to do in the first minutes of a danger.
type urgentRule struct {
	ruleEntry `yaml:",inline"`
	scope     `yaml:",inline"`
	If        condition `yaml:"if"`
	Help      string    `yaml:"help"` // a kind of help; empty if nobody is called
	Step      string    `yaml:"step"`
}

// UrgentStep is something to do in the first minutes, and where. Step is Chinese.
type UrgentStep struct {
	Step string     `json:"step"`
	Help *HelpEntry `json:"door,omitempty"`
}

// warningRule is a warning that comes with an answer.
type warningRule struct {
	ruleEntry    `yaml:",inline"`
	scope        `yaml:",inline"`
	OnlyDisputed bool      `yaml:"only_disputed"`
	If           condition `yaml:"if"`
	Text         string    `yaml:"text"`
}

// listUrgentSteps returns what to do in the order of minutes; empty without danger.
func (e *evaluation) listUrgentSteps() []UrgentStep {
	steps := []UrgentStep{}
	for rule := range rulesInForce(e.rules.data.Urgent, e.now) {
		if rule.covers(e.situation()) && rule.If.evaluate(e) == Yes {
			steps = append(steps, UrgentStep{rule.Step, e.findHelp(rule.Help)})
		}
	}
	return steps
}

func (e *evaluation) findHelp(kind string) *HelpEntry {
	entries := e.rules.HelpEntries(e.facts.Platform, e.now)
	if at := slices.IndexFunc(entries, func(entry HelpEntry) bool { return entry.Kind == kind }); at >= 0 {
		return &entries[at]
	}
	return nil
}

// addGuidance sets what to do at a moment. Urgent steps come first.
func (e *evaluation) addGuidance(moment string, answer *Recall) {
	answer.Steps = []string{}
	for _, urgent := range answer.Urgent {
		answer.Steps = append(answer.Steps, urgent.Step)
	}
	rule := e.findGuidance(moment)
	if rule == nil {
		return
	}
	answer.How, answer.Who = rule.How, slices.Clone(rule.Who)
	e.addFurtherSteps(moment, true, answer)
	for _, step := range rule.Steps {
		if step.If.evaluate(knownSignals{e}) == Yes {
			answer.Steps = append(answer.Steps, step.Text)
		}
	}
	e.addFurtherSteps(moment, false, answer)
}

func (e *evaluation) addFurtherSteps(moment string, first bool, answer *Recall) {
	for further := range rulesInForce(e.rules.data.FurtherSteps, e.now) {
		if further.First == first && emptyOrContains(further.When, moment) && further.If.evaluate(knownSignals{e}) == Yes {
			answer.Steps = append(answer.Steps, further.Text)
		}
	}
}

// findGuidance returns the first rule that fits. The checks guarantee that one
// always does.
func (e *evaluation) findGuidance(moment string) *guidanceRule {
	for rule := range rulesInForce(e.rules.data.Guidance, e.now) {
		if slices.Contains(rule.When, moment) && rule.covers(e.situation()) && rule.If.evaluate(knownSignals{e}) == Yes {
			return rule
		}
	}
	return nil
}

// generalWarnings returns the warnings that do not depend on single findings.
func (e *evaluation) generalWarnings() []Warning {
	warnings := []Warning{}
	disputed := e.findRecallRules().isDisputed()
	for rule := range rulesInForce(e.rules.data.Warnings, e.now) {
		if rule.covers(e.situation()) && (disputed || !rule.OnlyDisputed) && rule.If.evaluate(e) == Yes {
			warnings = append(warnings, rule.asWarning(rule.Text))
		}
	}
	return warnings
}

func (rs *RuleSet) checkGuidance(i *ruleChecker) {
	facts := rs.knownSignals(aboutCase)
	for _, rule := range rs.data.Guidance {
		i.checkScope(rule.ID, rule.scope)
		i.checkMoments(rule.ID, rule.When)
		i.checkCondition(rule.ID, rule.If, facts)
		i.checkNotEmpty(rule.ID, rule.How)
		for _, step := range rule.Steps {
			i.checkCondition(rule.ID, step.If, facts)
			i.checkNotEmpty(rule.ID, step.Text)
		}
		for _, actor := range rule.Who {
			checkOneOf(i, rule.ID, "who", actor, recallActors)
		}
		if len(rule.When) == 0 || len(rule.Who) == 0 || len(rule.Steps) == 0 {
			i.addFault(rule.ID, "guidance needs when, who and steps")
		}
	}
	for _, rule := range rs.data.FurtherSteps {
		i.checkMoments(rule.ID, rule.When)
		i.checkCondition(rule.ID, rule.If, facts)
		i.checkNotEmpty(rule.ID, rule.Text)
	}
	for _, rule := range rs.data.Warnings {
		i.checkScope(rule.ID, rule.scope)
		i.checkCondition(rule.ID, rule.If, facts)
		i.checkNotEmpty(rule.ID, rule.Text)
	}
	rs.checkUrgent(i, facts)
}

func (i *ruleChecker) checkMoments(id string, when []string) {
	for _, moment := range when {
		checkOneOf(i, id, "when", moment, moments)
	}
}

func (rs *RuleSet) checkUrgent(i *ruleChecker, facts []string) {
	for _, rule := range rs.data.Urgent {
		i.checkScope(rule.ID, rule.scope)
		i.checkCondition(rule.ID, rule.If, facts)
		i.checkNotEmpty(rule.ID, rule.Step)
		if rule.Help != "" {
			checkOneOf(i, rule.ID, "help", rule.Help, helpKinds)
		}
		if len(rule.If) == 0 {
			i.addFault(rule.ID, "an urgent step needs a condition, or it would be shown to everybody")
		}
	}
}
