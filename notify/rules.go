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

// Class is the topic of a notice. People choose by class what they get by mail.
type Class string

// The classes.
const (
	Progress Class = "progress" // something happened
	Task     Class = "task"     // the reader must do something
	Deadline Class = "deadline" // a deadline is near or has expired
	Money    Class = "money"    // money came back
)

// Classes lists them.
var Classes = []Class{Progress, Task, Deadline, Money}

// Rules decides which notifications a change causes and writes their texts. It is
// safe for concurrent use.
type Rules struct {
	rules    ruleFile
	wordings map[string]wording // by language
}

// ruleFile is the content of rules.yaml.
type ruleFile struct {
	Notices   []noticeRule                      `yaml:"notices"`
	Reminders []reminderRule                    `yaml:"reminders"`
	Turns     map[Audience][]recovery.WaitingOn `yaml:"turns"`
	Events    []recovery.EntryKind              `yaml:"events"`
}

// ruleNotice is the notice that a matching rule sends.
type ruleNotice struct {
	To     Audience `yaml:"to"`
	Text   string   `yaml:"text"`
	Class  Class    `yaml:"class"`
	Urgent bool     `yaml:"urgent"`
}

type noticeRule struct {
	ruleNotice `yaml:",inline"`
	Self       bool                 `yaml:"self"`
	Kinds      []recovery.EntryKind `yaml:"kinds"`
	Entered    []recovery.Stage     `yaml:"entered"`
	Left       []recovery.Stage     `yaml:"left"`
	Stages     []recovery.Stage     `yaml:"stages"`
	Lapsed     []recovery.Clock     `yaml:"lapsed"`
	Turn       bool                 `yaml:"turn"`

	Appeal    []recovery.AppealState `yaml:"appeal"`
	By        []recovery.Role        `yaml:"by"`
	Fulfilled bool                   `yaml:"fulfilled"`
	Beyond    bool                   `yaml:"beyond"`
	Overpaid  bool                   `yaml:"overpaid"`
	Silent    bool                   `yaml:"silent"`
}

type reminderRule struct {
	ruleNotice `yaml:",inline"`
	Clocks     []recovery.Clock `yaml:"clocks"`
	Hours      []int            `yaml:"hours"`
}

// Load reads the embedded rules and texts. Errors name file and rule.
func Load() (*Rules, error) {
	h := &Rules{}
	var err error
	if h.rules, err = readRules(rulesFile); err != nil {
		return nil, fmt.Errorf("rules.yaml: %w", err)
	}
	if h.wordings, err = loadWordings(); err != nil {
		return nil, err
	}
	return h, h.checkTexts()
}

func readRules(raw []byte) (ruleFile, error) {
	var r ruleFile
	decoder := yaml.NewDecoder(bytes.NewReader(raw))
	decoder.KnownFields(true)
	if err := decoder.Decode(&r); err != nil {
		return ruleFile{}, err
	}
	return r, r.checkAll()
}

func (r ruleFile) checkAll() error {
	for i, rule := range r.Notices {
		if err := rule.checkRule(); err != nil {
			return fmt.Errorf("notice %d: %w", i+1, err)
		}
	}
	for i, rule := range r.Reminders {
		if err := rule.checkRule(); err != nil {
			return fmt.Errorf("reminder %d: %w", i+1, err)
		}
	}
	for audience, waits := range r.Turns {
		if err := firstError(checkValues("audience", Audiences, audience), checkValues("turn", recovery.Waits, waits...)); err != nil {
			return err
		}
	}
	return checkValues("event", recovery.EntryKinds, r.Events...)
}

func (s ruleNotice) checkNotice() error {
	return firstError(checkValues("audience", Audiences, s.To), checkValues("class", Classes, s.Class))
}

func (r noticeRule) checkRule() error {
	if len(r.Kinds)+len(r.Entered)+len(r.Left)+len(r.Lapsed) == 0 && !r.Turn && !r.Fulfilled && !r.Overpaid {
		return errors.New("the rule has no condition and would apply to every change")
	}
	if r.Silent != (r.Text == "") {
		return errors.New("the rule has no text, or is silent and has one")
	}
	return firstError(r.ruleNotice.checkNotice(), checkValues("kind", recovery.EntryKinds, r.Kinds...), checkValues("stage", recovery.Stages, r.Entered...),
		checkValues("stage", recovery.Stages, r.Left...), checkValues("stage", recovery.Stages, r.Stages...), checkValues("clock", recovery.Clocks, r.Lapsed...),
		checkValues("state of an appeal", appealStates, r.Appeal...), checkValues("role", slices.Concat(recovery.Roles, []recovery.Role{recovery.RoleSystem}), r.By...))
}

var appealStates = []recovery.AppealState{
	recovery.AppealPreparing, recovery.AppealSubmitted, recovery.AppealMoreEvidence, recovery.AppealWithPlatform,
	recovery.AppealProposed, recovery.AppealGranted,
}

func (r reminderRule) checkRule() error {
	if r.Text == "" {
		return errors.New("the rule has no text")
	}
	if len(r.Clocks) == 0 || len(r.Hours) == 0 || slices.ContainsFunc(r.Hours, func(h int) bool { return h <= 0 }) {
		return errors.New("a reminder needs clocks and hours above zero")
	}
	return firstError(r.ruleNotice.checkNotice(), checkValues("clock", recovery.Clocks, r.Clocks...))
}

func checkValues[T ~string](what string, all []T, values ...T) error {
	for _, value := range values {
		if !slices.Contains(all, value) {
			return fmt.Errorf("unknown %s %q", what, value)
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
