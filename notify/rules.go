package notify

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"slices"

	"go.yaml.in/yaml/v3"

	"recourse/recovery"
)

//go:embed rules.yaml
var rulesFile []byte

// Class is what a notice is about; people choose by it what they get by mail.
type Class string

// The classes.
const (
	Progress Class = "progress" // something happened
	Task     Class = "task"     // the reader is to do something
	Deadline Class = "deadline" // a deadline comes or has passed
	Money    Class = "money"    // money came back
)

// Classes lists them.
var Classes = []Class{Progress, Task, Deadline, Money}

// Herald knows what is told to whom, and in which words. It is safe for
// concurrent use.
type Herald struct {
	rules rules
	words map[string]wording // by language
}

// rules are rules.yaml as it reads.
type rules struct {
	Notices   []noticeRule                      `yaml:"notices"`
	Reminders []reminderRule                    `yaml:"reminders"`
	Turns     map[Audience][]recovery.WaitingOn `yaml:"turns"`
	Events    []recovery.EntryKind              `yaml:"events"`
}

// speech is what a rule says when it fits.
type speech struct {
	To     Audience `yaml:"to"`
	Text   string   `yaml:"text"`
	Class  Class    `yaml:"class"`
	Urgent bool     `yaml:"urgent"`
}

type noticeRule struct {
	speech  `yaml:",inline"`
	Self    bool                 `yaml:"self"`
	Kinds   []recovery.EntryKind `yaml:"kinds"`
	Entered []recovery.Stage     `yaml:"entered"`
	Left    []recovery.Stage     `yaml:"left"`
	Stages  []recovery.Stage     `yaml:"stages"`
	Lapsed  []recovery.Clock     `yaml:"lapsed"`
	Turn    bool                 `yaml:"turn"`

	Appeal    []recovery.AppealState `yaml:"appeal"`
	By        []recovery.Role        `yaml:"by"`
	Fulfilled bool                   `yaml:"fulfilled"`
	Beyond    bool                   `yaml:"beyond"`
	Overpaid  bool                   `yaml:"overpaid"`
	Silent    bool                   `yaml:"silent"`
}

type reminderRule struct {
	speech `yaml:",inline"`
	Clocks []recovery.Clock `yaml:"clocks"`
	Hours  []int            `yaml:"hours"`
}

// Load reads the rules and the words this build holds. An error names the
// place: it is a fault of the build.
func Load() (*Herald, error) {
	h := &Herald{}
	var err error
	if h.rules, err = readRules(rulesFile); err != nil {
		return nil, fmt.Errorf("rules.yaml: %w", err)
	}
	if h.words, err = loadWordings(); err != nil {
		return nil, err
	}
	return h, h.checkTexts()
}

func readRules(raw []byte) (rules, error) {
	var r rules
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&r); err != nil {
		return rules{}, err
	}
	return r, r.check()
}

func (r rules) check() error {
	for i, rule := range r.Notices {
		if err := rule.check(); err != nil {
			return fmt.Errorf("notice %d: %w", i+1, err)
		}
	}
	for i, rule := range r.Reminders {
		if err := rule.check(); err != nil {
			return fmt.Errorf("reminder %d: %w", i+1, err)
		}
	}
	for audience, waits := range r.Turns {
		if err := firstError(known("audience", Audiences, audience), known("turn", recovery.Waits, waits...)); err != nil {
			return err
		}
	}
	return known("event", recovery.EntryKinds, r.Events...)
}

func (s speech) check() error {
	return firstError(known("audience", Audiences, s.To), known("class", Classes, s.Class))
}

func (r noticeRule) check() error {
	if len(r.Kinds)+len(r.Entered)+len(r.Left)+len(r.Lapsed) == 0 && !r.Turn && !r.Fulfilled && !r.Overpaid {
		return errors.New("it would speak of everything")
	}
	if r.Silent != (r.Text == "") {
		return errors.New("it has no text, or is silent and has one")
	}
	return firstError(r.speech.check(), known("kind", recovery.EntryKinds, r.Kinds...), known("stage", recovery.Stages, r.Entered...),
		known("stage", recovery.Stages, r.Left...), known("stage", recovery.Stages, r.Stages...), known("clock", recovery.Clocks, r.Lapsed...),
		known("state of an appeal", appealStates, r.Appeal...), known("role", slices.Concat(recovery.Roles, []recovery.Role{recovery.RoleSystem}), r.By...))
}

var appealStates = []recovery.AppealState{
	recovery.AppealPreparing, recovery.AppealSubmitted, recovery.AppealMoreEvidence, recovery.AppealWithPlatform,
	recovery.AppealProposed, recovery.AppealGranted,
}

func (r reminderRule) check() error {
	if r.Text == "" {
		return errors.New("it has no text")
	}
	if len(r.Clocks) == 0 || len(r.Hours) == 0 || slices.ContainsFunc(r.Hours, func(h int) bool { return h <= 0 }) {
		return errors.New("it needs clocks, and hours above zero")
	}
	return firstError(r.speech.check(), known("clock", recovery.Clocks, r.Clocks...))
}

func known[T ~string](what string, all []T, values ...T) error {
	for _, value := range values {
		if !slices.Contains(all, value) {
			return fmt.Errorf("there is no %s %q", what, value)
		}
	}
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
