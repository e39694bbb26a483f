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
	Likeness      []likenessRule     `yaml:"likeness"`
	AmountBands   []amountBandRule   `yaml:"amount_bands"`
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
	entries := d.entries()
	all := make([]Rule, len(entries))
	for i, e := range entries {
		all[i] = e.Rule
	}
	return all
}

func (d *document) entries() []*entry {
	var all []*entry
	all = gather(all, d.Clocks)
	all = gather(all, d.Recall)
	all = gather(all, d.Guidance)
	all = gather(all, d.Warnings)
	all = gather(all, d.Evidence)
	all = gather(all, d.Dossier)
	all = gather(all, d.Texts)
	all = gather(all, d.Limits)
	all = gather(all, d.Silences)
	all = gather(all, d.Questions)
	all = gather(all, d.Confirmations)
	all = gather(all, d.Measures)
	all = gather(all, d.Cautions)
	all = gather(all, d.Strategies)
	all = gather(all, d.StrategyNotes)
	all = gather(all, d.Plan)
	all = gather(all, d.Theories)
	all = gather(all, d.Routes)
	all = gather(all, d.Fees)
	all = gather(all, d.Priors)
	all = gather(all, d.Scales)
	all = gather(all, d.Precedents)
	all = gather(all, d.Likeness)
	all = gather(all, d.AmountBands)
	all = gather(all, d.Findings)
	return gather(all, d.Claims)
}

func gather[T any, P held[T]](all []*entry, rules []T) []*entry {
	for i := range rules {
		all = append(all, P(&rules[i]).self())
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

func situationOf(c *recovery.Case, stage recovery.Stage) situation {
	group := c.Group.Kind
	if c.Group.IsOneToOne() {
		group = recovery.NoGroup
	}
	return situation{platform: c.Platform, instrument: c.Instrument, group: group, stage: stage}
}

func (s *scope) covers(at situation) bool {
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
