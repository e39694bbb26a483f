package notify

import (
	"strings"
	"testing"
)

func TestBrokenRulesAreRefused(t *testing.T) {
	t.Parallel()
	const sound = "notices: [{to: claimant, kinds: [case_filed], text: filed, class: task}]\n"
	for text, says := range map[string]string{
		sound:                   "",
		sound + "colour: red\n": "colour",
		"notices: [{to: nobody, kinds: [case_filed], text: x, class: task}]":                    "audience",
		"notices: [{to: claimant, kinds: [case_eaten], text: x, class: task}]":                  "kind",
		"notices: [{to: claimant, entered: [orbit], text: x, class: task}]":                     "stage",
		"notices: [{to: claimant, left: [orbit], text: x, class: task}]":                        "stage",
		"notices: [{to: claimant, lapsed: [moon], text: x, class: task}]":                       "clock",
		"notices: [{to: claimant, kinds: [case_filed], text: x, class: gossip}]":                "class",
		"notices: [{to: claimant, kinds: [case_filed], class: task}]":                           "no text",
		"notices: [{to: claimant, kinds: [case_filed], silent: true, text: x, class: task}]":    "silent",
		"notices: [{to: claimant, kinds: [case_filed], by: [neighbour], text: x, class: task}]": "role",
		"notices: [{to: claimant, kinds: [case_filed], appeal: [lost], text: x, class: task}]":  "appeal",
		"notices: [{to: claimant, beyond: true, text: x, class: task}]":                         "every change",
		"reminders: [{to: claimant, clocks: [promise], hours: [1], class: task}]":               "no text",
		"notices: [{to: claimant, stages: [appeal], text: x, class: task}]":                     "every change",
		"reminders: [{to: claimant, text: x, class: task}]":                                     "hours",
		"reminders: [{to: claimant, clocks: [promise], hours: [0], text: x, class: task}]":      "hours",
		"reminders: [{to: claimant, clocks: [moon], hours: [1], text: x, class: task}]":         "clock",
		"turns: {claimant: [neighbour]}":                                                        "turn",
		"turns: {neighbour: [claimant]}":                                                        "audience",
		"events: [case_eaten]":                                                                  "event",
		"notices: 7":                                                                            "",
	} {
		_, err := readRules([]byte(text))
		if text == sound {
			if err != nil {
				t.Errorf("sound rules: %v", err)
			}
			continue
		}
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want a word of %q", text, err, says)
		}
	}
}

func TestRulesWithoutTheirTextsAreRefused(t *testing.T) {
	t.Parallel()
	h, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	h.rules.Notices[0].Text = "unwritten"
	if err := h.checkTexts(); err == nil || !strings.Contains(err.Error(), "unwritten") {
		t.Errorf("a rule without its text: %v", err)
	}
	h.rules.Notices[0].Text, h.rules.Notices[0].To = "filed", "stranger"
	if err := h.checkTexts(); err == nil || !strings.Contains(err.Error(), "next_step.stranger.legal") {
		t.Errorf("nothing to do next: %v", err)
	}
}
