package recovery_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/recovery"
)

// blanks show nothing on any screen, one by one and together.
var blanks = []string{
	"", " ", "\t\n", "\u00a0", "\u3000", "\u200b", "\u200c", "\u200d", "\u2060", "\u00ad", "\ufe0f", "\u034f", "\u3164", "\u115f", "\u1160",
	"\uffa0", "\u2800", "\u180e", "\u0301", "\u20dd", "\u0e31", "\U000e0041", "\U000e0100", "\U0001d159", "\u2028", "\u200b \u0301",
	"\u17b4", "\u2061", "\uffff",
}

func TestBlankTexts(t *testing.T) {
	t.Parallel()
	for _, text := range append([]string{strings.Join(blanks, "")}, blanks...) {
		if !recovery.IsBlank(text) {
			t.Errorf("%q is not blank", text)
		}
	}
	for _, text := range []string{"王", "a", "0", ".", "🙂", "👨‍👩‍👧", "é", "e\u0301", "\u200bx", "ا", "བོད", "ꆈ", "\ue415", "𓀀", "☺", "㍿", "\U0003fff0"} {
		if recovery.IsBlank(text) {
			t.Errorf("%q is blank", text)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOf(rapid.SampledFrom(blanks)).Draw(t, "blanks")
		at := rapid.IntRange(0, len(parts)).Draw(t, "at")
		if hidden := strings.Join(parts, ""); !recovery.IsBlank(hidden) {
			t.Fatalf("%q is not blank", hidden)
		}
		if shown := strings.Join(parts[:at], "") + "王" + strings.Join(parts[at:], ""); recovery.IsBlank(shown) {
			t.Fatalf("%q is blank", shown)
		}
	})
}

func specOf(t testing.TB, action recovery.Action) recovery.ActionSpec {
	t.Helper()
	spec, known := recovery.SpecOf(action)
	if !known {
		t.Fatalf("%s has no row", action)
	}
	return spec
}

// TestRequiredTextsAreNotBlank: every text that an action or a filing needs is missing when
// it shows nothing.
func TestRequiredTextsAreNotBlank(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	for _, action := range recovery.Actions {
		for _, field := range specOf(t, action).Fields {
			if !field.Required || field.Form != recovery.TextForm && field.Form != recovery.LineForm {
				continue
			}
			for _, blank := range blanks[1:] {
				var body recovery.ActionBody
				raw, _ := json.Marshal(map[string]string{field.Name: blank})
				if err := json.Unmarshal(raw, &body); err != nil {
					t.Fatal(err)
				}
				body.Action = action
				if err := body.Validate(now); !strings.Contains(fmt.Sprint(err), "["+field.Name+": required]") {
					t.Errorf("%s.%s = %q: %v", action, field.Name, blank, err)
				}
			}
		}
	}
	for _, blank := range blanks {
		err := recovery.Filing{
			Claimant: recovery.Claimant{Name: blank}, Payer: &recovery.Payer{Name: blank}, Counterparts: []recovery.FilingCounterpart{{Alias: blank}},
		}.Validate(now)
		for _, field := range []string{"claimant.name", "counterparts[0].alias", "payer.name"} {
			if !strings.Contains(fmt.Sprint(err), "["+field+": required]") {
				t.Errorf("%s = %q: %v", field, blank, err)
			}
		}
		if err := recovery.CheckReason(blank); err == nil {
			t.Errorf("%q is a reason", blank)
		}
	}
}

func TestBlankParticularsAreNone(t *testing.T) {
	t.Parallel()
	var p recovery.Particulars
	p.Claimant.Home, p.Claimant.Nation, p.Narrative = "\u200b\u3164", "\u2800", " \u0301"
	if got := p.Normalize().ValuesByPath(); len(got) != 0 {
		t.Errorf("%q", got)
	}
}
