package textlint_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"recourse/textlint"
)

func TestRulesAreComplete(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	if l.Version() == "" {
		t.Error("the rules have no version")
	}
	seen := map[textlint.Code]bool{}
	for _, r := range l.Rules() {
		seen[r.Code] = true
		for _, a := range r.Articles {
			if a.Mark != "V" || a.Edition == "" || strings.ContainsAny(a.String(), "[]VSR") {
				t.Errorf("%s: %s has the mark %s", r.ID, a, a.Mark)
			}
		}
	}
	for _, code := range textlint.Codes {
		if !seen[code] {
			t.Errorf("no rule for %s", code)
		}
	}
}

// TestArticlesFitTheWords: asking for one's own money with a date is no extortion
// and no offence by count, and only somebody who plays a state organ is cited the
// crime of it alone.
func TestArticlesFitTheWords(t *testing.T) {
	t.Parallel()
	l := loadLinter(t)
	cited := map[string][]string{}
	for _, r := range l.Rules() {
		for _, a := range r.Articles {
			cited[r.ID] = append(cited[r.ID], a.Statute+a.Section)
		}
		if strings.HasPrefix(r.ID, "deadline.") && !slices.Equal(cited[r.ID], []string{"民法典511（四）"}) {
			t.Errorf("%s cites %v", r.ID, cited[r.ID])
		}
		if strings.Contains(r.Why, "禁止") && r.ID != "threat.doorstep" {
			t.Errorf("%s warns of a contact ban: %s", r.ID, r.Why)
		}
	}
	for id, want := range map[string][]string{
		"threat.violence": {"治安管理处罚法50（一）", "刑法274"}, "insult": {"治安管理处罚法50（二）", "治安管理处罚法50（五）", "民法典1024"},
		"threat.doorstep":      {"治安管理处罚法50（五）", "民法典1032、1033"},
		"exposure.forced":      {"民法典1024", "民法典1032至1036、1038", "治安管理处罚法50（六）"},
		"impersonation.office": {"治安管理处罚法62", "刑法279"}, "impersonation.power": {"治安管理处罚法62"},
		"pressure.said_thrice": {"民法典1032、1033"},
	} {
		if !slices.Equal(cited[id], want) {
			t.Errorf("%s cites %v, want %v", id, cited[id], want)
		}
	}
	for section, want := range map[string]string{"50（五）": "法 第50条（五）（今）", "253之一": "法 第253条之一（今）", "1032、1033": "法 第1032、1033条（今）"} {
		if got := (textlint.Article{Statute: "法", Section: section, Edition: "今"}).String(); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// shippedRules returns a copy of the embedded rules that a test may change.
func shippedRules(t *testing.T) fstest.MapFS {
	t.Helper()
	names, err := filepath.Glob("rules/*.yaml")
	if err != nil || len(names) < 10 {
		t.Fatalf("%d files of rules: %v", len(names), err)
	}
	folder := fstest.MapFS{}
	for _, name := range names {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		folder[filepath.Base(name)] = &fstest.MapFile{Data: data}
	}
	return folder
}

// brokenRules returns the shipped rules with one change in one file.
func brokenRules(t *testing.T, name, from, to string) fstest.MapFS {
	t.Helper()
	folder := shippedRules(t)
	text := string(folder[name].Data)
	if !strings.Contains(text, from) {
		t.Fatalf("%q is not in %s", from, name)
	}
	folder[name] = &fstest.MapFile{Data: []byte(strings.Replace(text, from, to, 1))}
	return folder
}

func TestErrorsNameFileAndRule(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ file, from, to, want string }{
		{"threat.yaml", "id: threat.menace", "id: threat.violence", "rule threat.violence: the id is used twice"},
		{"insult.yaml", "code: insult\n", "code: rude\n", `rule insult: unknown code "rude"`},
		{"face.yaml", "severity: block", "severity: mild", `unknown severity "mild"`},
		{"face.yaml", "where: [group, owner]", "where: [street]", `unknown place "street"`},
		{"lever.yaml", `"{jail}"`, `"{gaol}"`, `rule threat.jail: unknown list "{gaol}"`},
		{"lever.yaml", `"{jail}"`, `"{jail} ..99 {jail}"`, `"..99": a gap must`},
		{"lever.yaml", `"{jail}"`, `"{jail} ..9"`, "ends with a gap"},
		{"lever.yaml", `"{jail}"`, `"^ $"`, "has no words"},
		{"face.yaml", "detect: email", "detect: fax", `unknown detector "fax"`},
		{"face.yaml", "detect: email", "detect: email\n    patterns: [a]", "patterns or a detector"},
		{"face.yaml", "articles: [c1034]", "articles: [c9]", `unknown article "c9"`},
		{"face.yaml", "articles: [c1034]", "articles: []", "a rule needs a why, articles"},
		{"base.yaml", "mark: V}", "mark: X}", "mark V, S or R"},
		{"address.yaml", "widen: 16", "widen: wide", "cannot unmarshal"},
		{"address.yaml", "widen: 16", "wide: 16", "field wide not found"},
		{"threat.yaml", `{within: "@quoted", reach: 0}`, `{reach: 0}`, "exactly one of before, after, inside and within"},
		{"name.yaml", "  surname: [", "  surnames: [", "surname"},
		{"threat.yaml", "  gang: [", "  circle: [", "the list circle is defined twice"},
		{"threat.yaml", "disguised:", "disguise:", "field disguise not found"},
		{"threat.yaml", "safe:\n", "safe:\n  calm: [a]\n", `unknown list "calm"`},
		{"base.yaml", "spelt:\n", "spelt:\n  ab: [c]\n", "is not one character"},
		{"base.yaml", "reported: [", "reported: [\"{nobody}\", ", "reported: unknown list"},
		{"base.yaml", "\nalone: ", "\nalon: ", "field alon not found"},
		{"variants.yaml", "  to: ", "  to: 字", "differ in length"},
		{"base.yaml", "version: \"2026-11\"", "version: \"\"", "need a version"},
	} {
		_, err := textlint.Parse(brokenRules(t, test.file, test.from, test.to))
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%q for %q: %v, want %q", test.to, test.from, err, test.want)
		}
	}
}

func TestErrorsNameTheLineOfTheRule(t *testing.T) {
	t.Parallel()
	folder := brokenRules(t, "lever.yaml", `"{jail}"`, `"{gaol}"`)
	whole := string(folder["lever.yaml"].Data)
	above, _, _ := strings.Cut(whole, "id: threat.jail")
	line := 1 + strings.Count(above, "\n")
	_, err := textlint.Parse(folder)
	if want := fmt.Sprintf("lever.yaml:%d: rule threat.jail", line); err == nil || !strings.HasPrefix(err.Error(), want) {
		t.Errorf("%v, want %s", err, want)
	}
}

func TestRulesCannotBeEmpty(t *testing.T) {
	t.Parallel()
	for _, folder := range []fstest.MapFS{{}, {"a.yaml": {}}, {"a.yaml": {Data: []byte("lists: {}")}}} {
		if _, err := textlint.Parse(folder); err == nil {
			t.Errorf("%v was accepted", folder)
		}
	}
}

// TestEveryFileIsSmall keeps every rule file short enough to read.
func TestEveryFileIsSmall(t *testing.T) {
	t.Parallel()
	for name, file := range shippedRules(t) {
		if lines := strings.Count(string(file.Data), "\n"); lines >= 450 {
			t.Errorf("%s has %d lines", name, lines)
		}
	}
}
