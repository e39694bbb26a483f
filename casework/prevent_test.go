package casework

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

func TestAPreventionIsTheCurrentBooks(t *testing.T) {
	t.Parallel()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	midnight := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC) // in Shanghai
	s := &Service{Dependencies: Dependencies{Registry: playbooks, Now: func() time.Time { return midnight }}}
	told, err := s.Prevent(playbook.SendFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: recovery.MaxMoney})
	late := slices.ContainsFunc(told.Warnings, func(w playbook.Warning) bool { return w.Code == "late_and_large" })
	if err != nil || !late || told.Playbook.Version != playbooks.Current().Version() {
		t.Errorf("%+v, %v", told, err)
	}
	told, err = s.Prevent(playbook.SendFacts{Platform: recovery.WeChat})
	if recovery.CodeOf(err) != recovery.CodeInvalid || told.Playbook.Version != "" {
		t.Errorf("without an instrument: %+v, %v", told, err)
	}
}

func TestASendIsNamedFieldByField(t *testing.T) {
	t.Parallel()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	many := map[string]bool{}
	for i := range maxCircumstances + 1 {
		many[strings.Repeat("x", i+1)] = true
	}
	sound := playbook.SendFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer}
	for name, test := range map[string]struct {
		circumstances map[string]bool
		platform      recovery.Platform
		want          []string
	}{
		"sound":             {nil, recovery.WeChat, nil},
		"known":             {map[string]bool{"unfamiliar": false}, recovery.WeChat, nil},
		"too many":          {many, recovery.WeChat, []string{"circumstances"}},
		"too long a signal": {map[string]bool{strings.Repeat("x", maxCircumstanceLength+1): true}, recovery.WeChat, []string{"circumstances"}},
		"no word":           {map[string]bool{"浙\u202e江": true}, recovery.WeChat, []string{"circumstances"}},
		"two at once":       {map[string]bool{"full_moon": true}, "telegraph", []string{"platform", "circumstances.full_moon"}},
	} {
		facts := sound
		facts.Circumstances, facts.Platform = test.circumstances, test.platform
		var named []string
		if fault, ok := errors.AsType[*recovery.Fault](CheckSend(playbooks.Current(), facts, time.Now())); ok {
			for _, f := range fault.Fields {
				named = append(named, f.Field)
			}
		}
		if !slices.Equal(named, test.want) {
			t.Errorf("%s: %v, want %v", name, named, test.want)
		}
	}
}
