package lint_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"recourse/playbook/lint"
)

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	l := linter(t)
	if l.Version() == "" {
		t.Error("the rules have no version")
	}
	seen := map[lint.Code]bool{}
	for _, r := range l.Rules() {
		seen[r.Code] = true
		for _, a := range r.Articles {
			if !strings.Contains(a.String(), "["+a.Mark+"]") {
				t.Errorf("%s: %s does not show its mark", r.ID, a)
			}
			if a.Statute == "民法典" && a.Section == "1024" && a.Mark != "V" {
				t.Errorf("%s: %s has another mark than it was read with", r.ID, a)
			}
		}
	}
	for _, code := range lint.Codes {
		if !seen[code] {
			t.Errorf("no rule for %s", code)
		}
	}
}

func TestABrokenFileIsNamedWithLineAndRule(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile("rules/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ from, to, want string }{
		{"id: threat.menace", "id: threat.violence", "rule threat.violence: the id is used twice"},
		{"code: insult\n", "code: rude\n", `rule insult: there is no code "rude"`},
		{"severity: warn", "severity: mild", `there is no severity "mild"`},
		{"where: [group, owner]", "where: [street]", `there is no place "street"`},
		{`patterns: ["{jail}"]`, `patterns: ["{gaol}"]`, `rule threat.jail: there is no list "{gaol}"`},
		{`patterns: ["{jail}"]`, `patterns: ["{jail} ..99 {jail}"]`, `"..99" is no room`},
		{`patterns: ["{jail}"]`, `patterns: ["^ $"]`, "looks for nothing"},
		{"detect: email", "detect: fax", `there is no detector "fax"`},
		{"detect: email", "detect: email\n    patterns: [a]", "patterns or a detector"},
		{"mark: V}", "mark: X}", "mark V, S or R"},
		{"widen: 16", "widen: wide", "cannot unmarshal"},
		{"widen: 16", "wide: 16", "field wide not found"},
		{`{inside: "谢谢|法院", reach: 0}`, `{reach: 0}`, "names one of before, after and inside"},
		{"  surname: [", "  surnames: [", "surname"},
		{"\nalone: ", "\nalon: ", "field alon not found"},
		{"version: \"2026-11\"", "version: \"\"", "has a version"},
	} {
		text := strings.Replace(string(whole), test.from, test.to, 1)
		if text == string(whole) {
			t.Errorf("%q is not in the file", test.from)
			continue
		}
		_, err := lint.Parse("broken.yaml", []byte(text))
		if err == nil || !strings.Contains(err.Error(), test.want) || !strings.HasPrefix(err.Error(), "broken.yaml:") {
			t.Errorf("%q for %q: %v, want %q", test.to, test.from, err, test.want)
		}
	}
	if _, err := lint.Parse("broken.yaml", nil); err == nil {
		t.Error("an empty file was taken")
	}
}

func TestARuleIsNamedWithItsLine(t *testing.T) {
	t.Parallel()
	whole, err := os.ReadFile("rules/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	line := 1 + strings.Count(string(whole[:strings.Index(string(whole), "id: threat.jail")]), "\n")
	_, err = lint.Parse("broken.yaml", []byte(strings.Replace(string(whole), `["{jail}"]`, `["{gaol}"]`, 1)))
	if want := fmt.Sprintf("broken.yaml:%d: rule threat.jail", line); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}
