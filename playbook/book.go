package playbook

import (
	"encoding/json"
	"slices"
	"time"

	"recourse/playbook/calendar"
	"recourse/recovery"
)

// Book is one version of the rules. It is immutable and safe for concurrent
// use.
type Book struct {
	data     document
	clocks   map[recovery.Clock]clockRule
	calendar *calendar.Calendar
	digest   string
	contents map[string]json.RawMessage // the rules as data, by id
}

// Version names the book as cases are pinned to it.
func (b *Book) Version() string { return b.data.Version }

// Digest seals the bytes of the book's files (hex); shelf.yaml pins it on
// release.
func (b *Book) Digest() string { return b.digest }

// Content is one rule as data, with the keys of its file; false when there is
// none.
func (b *Book) Content(id string) (json.RawMessage, bool) {
	content, known := b.contents[id]
	return slices.Clone(content), known
}

// ValidFrom is the day the book's rules begin to hold, where a rule names none.
func (b *Book) ValidFrom() time.Time { return b.data.ValidFrom }

// Rules lists what every rule of the book states about itself, section by
// section.
func (b *Book) Rules() []Rule { return b.data.rules() }

// document is a book as its file spells it.
type document struct {
	Version   string         `yaml:"version"`
	ValidFrom time.Time      `yaml:"valid_from"`
	Names     names          `yaml:"names"`
	Clocks    []clockRule    `yaml:"clocks"`
	Recall    []recallRule   `yaml:"recall"`
	Guidance  []guidanceRule `yaml:"guidance"`
	Warnings  []warningRule  `yaml:"warnings"`
	Evidence  []evidenceRule `yaml:"evidence"`
	Dossier   []dossierRule  `yaml:"dossier"`
	Texts     []textRule     `yaml:"texts"`

	Limits        []limitRule        `yaml:"limits"`
	Silences      []silenceRule      `yaml:"silences"`
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
	Findings      []cautionRule      `yaml:"findings"`
	Claims        []claimRule        `yaml:"claims"`
}

// naming is what texts of one language call the platforms and instruments.
type naming struct {
	Platforms   map[recovery.Platform]string   `yaml:"platforms"`
	Instruments map[recovery.Instrument]string `yaml:"instruments"`
}

// names are those of Chinese texts, of English ones, and the provinces.
type names struct {
	naming    `yaml:",inline"`
	English   naming   `yaml:"english"`
	Provinces []string `yaml:"provinces"` // short names
}

func (d *document) rules() []Rule {
	var all []Rule
	all = appendRules(all, d.Clocks)
	all = appendRules(all, d.Recall)
	all = appendRules(all, d.Guidance)
	all = appendRules(all, d.Warnings)
	all = appendRules(all, d.Evidence)
	all = appendRules(all, d.Dossier)
	all = appendRules(all, d.Texts)
	all = appendRules(all, d.Limits)
	all = appendRules(all, d.Silences)
	all = appendRules(all, d.Questions)
	all = appendRules(all, d.Confirmations)
	all = appendRules(all, d.Measures)
	all = appendRules(all, d.Cautions)
	all = appendRules(all, d.Strategies)
	all = appendRules(all, d.StrategyNotes)
	all = appendRules(all, d.Plan)
	all = appendRules(all, d.Theories)
	all = appendRules(all, d.Routes)
	all = appendRules(all, d.Fees)
	all = appendRules(all, d.Priors)
	all = appendRules(all, d.Scales)
	all = appendRules(all, d.Precedents)
	all = appendRules(all, d.Findings)
	return appendRules(all, d.Claims)
}

func appendRules[T interface{ rule() Rule }](all []Rule, rules []T) []Rule {
	for _, r := range rules {
		all = append(all, r.rule())
	}
	return all
}

// scope limits a rule to some situations; an empty list limits nothing.
type scope struct {
	Platforms   []recovery.Platform   `yaml:"platforms"`
	Instruments []recovery.Instrument `yaml:"instruments"`
	Groups      []recovery.GroupKind  `yaml:"groups"`
	Stages      []recovery.Stage      `yaml:"stages"`
	Accounts    []Account             `yaml:"accounts"`
}

// situation is what a scope is held against.
type situation struct {
	platform   recovery.Platform
	instrument recovery.Instrument
	group      recovery.GroupKind
	stage      recovery.Stage
	account    Account // empty: unknown, which every scope covers
}

func situationOf(c recovery.Case, stage recovery.Stage) situation {
	group := c.Group.Kind
	if c.Group.OneToOne() {
		group = recovery.NoGroup
	}
	return situation{platform: c.Platform, instrument: c.Instrument, group: group, stage: stage}
}

func (s scope) covers(at situation) bool {
	return admits(s.Platforms, at.platform) && admits(s.Instruments, at.instrument) &&
		admits(s.Groups, at.group) && admits(s.Stages, at.stage) &&
		(at.account == "" || admits(s.Accounts, at.account))
}

func admits[T comparable](list []T, value T) bool {
	return len(list) == 0 || slices.Contains(list, value)
}

// span is a length of time as the file spells it.
type span struct {
	Length int    `yaml:"length"`
	Unit   string `yaml:"unit"`
}

// units are plain lengths: a window of a day is 24 hours. Clocks count days of
// the calendar instead.
var units = map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour}

func (s span) duration() time.Duration { return time.Duration(s.Length) * units[s.Unit] }
