package playbook

import (
	"encoding/json"
	"slices"
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// RuleSet is one version of the rules. It is immutable and safe for concurrent
// use.
type RuleSet struct {
	data     rulesDocument
	calendar *calendar.Calendar
	digest   string
	contents map[string]json.RawMessage // the rules as JSON, by id
}

// Version returns the name by which cases are pinned to the rule set.
func (rs *RuleSet) Version() string { return rs.data.Version }

// Digest is the SHA-256 over the files of the rule set (hex); shelf.yaml pins it on
// release.
func (rs *RuleSet) Digest() string { return rs.digest }

// RuleContent returns one rule as JSON with the keys of its file; false when the id
// is unknown.
func (rs *RuleSet) RuleContent(id string) (json.RawMessage, bool) {
	content, known := rs.contents[id]
	return slices.Clone(content), known
}

// ValidFrom is the day from which the rules are valid, unless a rule names its own.
func (rs *RuleSet) ValidFrom() time.Time { return rs.data.ValidFrom }

// Rules returns the header of every rule, section by section.
func (rs *RuleSet) Rules() []Rule { return rs.data.listRules() }

// rulesDocument is a rule set as its YAML files define it.
type rulesDocument struct {
	Version      string            `yaml:"version"`
	ValidFrom    time.Time         `yaml:"valid_from"`
	Names        nameTables        `yaml:"names"`
	Clocks       []clockRule       `yaml:"clocks"`
	Recall       []recallRule      `yaml:"recall"`
	Guidance     []guidanceRule    `yaml:"guidance"`
	Warnings     []warningRule     `yaml:"warnings"`
	FurtherSteps []furtherStepRule `yaml:"further_steps"`
	Urgent       []urgentRule      `yaml:"urgent"`
	Help         []helpRule        `yaml:"help"`
	Evidence     []evidenceRule    `yaml:"evidence"`
	Dossier      []dossierRule     `yaml:"dossier"`
	Texts        []textRule        `yaml:"texts"`
	Phrases      phraseTables      `yaml:"phrases"`

	Limits        []limitRule        `yaml:"limits"`
	Silences      []noNoticeRule     `yaml:"silences"`
	Questions     []questionRule     `yaml:"questions"`
	Confirmations []confirmationRule `yaml:"confirmations"`
	Measures      []measureRule      `yaml:"measures"`
	Cautions      []cautionRule      `yaml:"cautions"`
	Strategies    []strategyRule     `yaml:"strategies"`
	StrategyNotes []noteRule         `yaml:"strategy_notes"`
	Plan          []planRule         `yaml:"plan"`
	Theories      []theoryRule       `yaml:"theories"`
	Routes        []routeRule        `yaml:"routes"`
	Fees          []feeRule          `yaml:"fees"`
	Priors        []priorRule        `yaml:"priors"`
	Scales        []scaleRule        `yaml:"scales"`
	Precedents    []precedentRule    `yaml:"precedents"`
	Library       libraryTexts       `yaml:"library"`
	Likeness      []likenessRule     `yaml:"likeness"`
	AmountBands   []amountBandRule   `yaml:"amount_bands"`
	Findings      []cautionRule      `yaml:"findings"`
	Claims        []claimRule        `yaml:"claims"`
	Wages         []localFigureRule  `yaml:"wages"`
	Incomes       []localFigureRule  `yaml:"incomes"`
}

// platformNames are the names of platforms and instruments in one language.
type platformNames struct {
	Platforms   map[recovery.Platform]string   `yaml:"platforms"`
	Instruments map[recovery.Instrument]string `yaml:"instruments"`
}

// nameTables are the names in Chinese and English texts, and the provinces.
type nameTables struct {
	platformNames `yaml:",inline"`
	English       platformNames `yaml:"english"`
	Provinces     []string      `yaml:"provinces"` // short names
}

func (d *rulesDocument) listRules() []Rule {
	entries := d.listEntries()
	all := make([]Rule, len(entries))
	for i, e := range entries {
		all[i] = e.Rule
	}
	return all
}

func (d *rulesDocument) listEntries() []*ruleEntry {
	var all []*ruleEntry
	all = appendEntries(all, d.Clocks)
	all = appendEntries(all, d.Recall)
	all = appendEntries(all, d.Guidance)
	all = appendEntries(all, d.Warnings)
	all = appendEntries(all, d.FurtherSteps)
	all = appendEntries(all, d.Urgent)
	all = appendEntries(all, d.Help)
	all = appendEntries(all, d.Evidence)
	all = appendEntries(all, d.Dossier)
	all = appendEntries(all, d.Texts)
	all = appendEntries(all, d.Limits)
	all = appendEntries(all, d.Silences)
	all = appendEntries(all, d.Questions)
	all = appendEntries(all, d.Confirmations)
	all = appendEntries(all, d.Measures)
	all = appendEntries(all, d.Cautions)
	all = appendEntries(all, d.Strategies)
	all = appendEntries(all, d.StrategyNotes)
	all = appendEntries(all, d.Plan)
	all = appendEntries(all, d.Theories)
	all = appendEntries(all, d.Routes)
	all = appendEntries(all, d.Fees)
	all = appendEntries(all, d.Priors)
	all = appendEntries(all, d.Scales)
	all = appendEntries(all, d.Precedents)
	all = appendEntries(all, d.Likeness)
	all = appendEntries(all, d.AmountBands)
	all = appendEntries(all, d.Findings)
	all = appendEntries(all, d.Claims)
	all = appendEntries(all, d.Wages)
	return appendEntries(all, d.Incomes)
}

func appendEntries[T any, P rulePointer[T]](all []*ruleEntry, rules []T) []*ruleEntry {
	for i := range rules {
		all = append(all, P(&rules[i]).header())
	}
	return all
}

// scope limits a rule to some situations; an empty list limits nothing.
type scope struct {
	Platforms   []recovery.Platform   `yaml:"platforms"`
	Instruments []recovery.Instrument `yaml:"instruments"`
	Groups      []recovery.GroupKind  `yaml:"groups"`
	Stages      []recovery.Stage      `yaml:"stages"`
	Accounts    []recovery.Account    `yaml:"accounts"`
}

// situation is the part of a case that a scope is compared with.
type situation struct {
	platform   recovery.Platform
	instrument recovery.Instrument
	group      recovery.GroupKind
	stage      recovery.Stage
	account    recovery.Account // empty means unknown, which every scope covers
}

func situationOf(c *recovery.Case, stage recovery.Stage) situation {
	group := c.Group.Kind
	if c.Group.IsOneToOne() {
		group = recovery.NoGroup
	}
	return situation{platform: c.Platform, instrument: c.Instrument, group: group, stage: stage}
}

func (s *scope) covers(at situation) bool {
	return emptyOrContains(s.Platforms, at.platform) && emptyOrContains(s.Instruments, at.instrument) &&
		emptyOrContains(s.Groups, at.group) && emptyOrContains(s.Stages, at.stage) &&
		(at.account == "" || emptyOrContains(s.Accounts, at.account))
}

func emptyOrContains[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

// timeSpan is a duration as the file defines it.
type timeSpan struct {
	Length int    `yaml:"length"`
	Unit   string `yaml:"unit"`
}

// units are fixed durations: a window of a day is 24 hours. Clocks count calendar
// days instead.
var units = map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

func (s timeSpan) duration() time.Duration { return time.Duration(s.Length) * units[s.Unit] }
