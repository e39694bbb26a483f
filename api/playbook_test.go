package api_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"recourse/api"
	"recourse/recovery"
	"recourse/textlint"
)

// lintText lints a text as a role.
func (s *testServer) lintText(t testing.TB, as recovery.Role, key, text, where string) testResponse {
	t.Helper()
	body, err := json.Marshal(map[string]string{"text": text, "where": where})
	failOnError(t, err)
	return s.send(t, testCall{as: as, method: "POST", path: "/api/v1/texts/lint", body: body, key: key})
}

func (a testResponse) decodeFindings() []textlint.Finding {
	a.t.Helper()
	var report struct{ Findings []textlint.Finding }
	failOnError(a.t, json.Unmarshal(a.wantStatus(http.StatusOK).body, &report))
	return report.Findings
}

// TestFindingsCountCharacters finds the spans in the sent text, behind
// characters of one to four bytes and one that consists of several code points.
func TestFindingsCountCharacters(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, c := range []struct{ text, where, code, span string }{
		{"你再不还我弄死你", "private", "threat", "弄死"},
		{"a\u0301é你再不还我弄死你", "private", "threat", "弄死"},
		{"😀👨\u200d👩\u200d👧 再不还我弄死你", "private", "threat", "弄死"},
		{"𠮷野家的红包😀\r\n请打电话 13800138000 退给我", "group", "phone", "13800138000"},
	} {
		found := false
		for _, f := range s.lintText(t, recovery.RoleClaimant, "", c.text, c.where).decodeFindings() {
			if f.Rule == "" || f.Why == "" || f.Suggestion == "" || len(f.Articles) == 0 {
				t.Errorf("%q: %+v has no explanation", c.text, f)
			}
			found = found || string(f.Code) == c.code && string([]rune(c.text)[f.Start:f.End]) == c.span
		}
		if !found {
			t.Errorf("%q: no %s at %q", c.text, c.code, c.span)
		}
	}
}

func TestPoliteTextHasNoFindings(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	a := s.lintText(t, recovery.RoleClaimant, "", "您好，刚才的转账发错了人，方便时请退回，谢谢。", "private")
	if got := string(a.wantStatus(http.StatusOK).body); got != `{"findings":[]}` {
		t.Error(got)
	}
}

func TestEveryRoleMayLint(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, role := range recovery.Roles {
		if len(s.lintText(t, role, "", "骗子，还钱", "group").decodeFindings()) == 0 {
			t.Errorf("%s gets no findings", role)
		}
	}
	s.lintText(t, "", "", "还钱", "group").problem(http.StatusUnauthorized, "unauthenticated")
}

// TestLintStoresNothing repeats a key with another text. No idempotency record
// exists, so this is no conflict.
func TestLintStoresNothing(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, text := range []string{"骗子，还钱", "骗子，还钱", "请退回"} {
		a := s.lintText(t, recovery.RoleClaimant, "k", text, "group").wantStatus(http.StatusOK)
		if a.header.Get("Idempotent-Replay") != "" || strings.Contains(s.logged.String(), text) {
			t.Errorf("%s was stored: %v\n%s", text, a.header, s.logged)
		}
	}
	if _, kept, err := s.Store.FindResult(t.Context(), s.Actor(recovery.RoleClaimant).ID, "k"); err != nil || kept {
		t.Errorf("an idempotency record was stored (%v)", err)
	}
	p := s.lintText(t, recovery.RoleClaimant, strings.Repeat("k", 201), "x", "group").problem(http.StatusBadRequest, "invalid")
	if !p.namesField("Idempotency-Key") {
		t.Errorf("%+v", p)
	}
}

func TestLintTextLimits(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.lintText(t, recovery.RoleClaimant, "", strings.Repeat("😀", textlint.MaxTextLength), "letter").wantStatus(http.StatusOK)
	p := s.lintText(t, recovery.RoleClaimant, "", strings.Repeat("😀", textlint.MaxTextLength+1), "window").problem(422, "invalid")
	if !p.namesField("text") || !p.namesField("where") {
		t.Errorf("%+v does not name both", p)
	}
	if limit := schemaNamed(t, "LintRequest").Properties["text"].Value.MaxLength; *limit != textlint.MaxTextLength {
		t.Errorf("the specification allows %d characters", *limit)
	}
}

// playbookList has the fields of the playbook list that tests check.
type playbookList struct {
	Items []struct {
		Version  string `json:"version"`
		Released bool   `json:"released"`
		Rollout  int    `json:"rollout"`
		Current  bool   `json:"current"`
	} `json:"items"`
	Next *string `json:"next_cursor"`
}

func TestPlaybooks(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, role := range recovery.Roles {
		var listed playbookList
		failOnError(t, json.Unmarshal(s.get(t, role, "/api/v1/playbooks").wantStatus(http.StatusOK).body, &listed))
		current := 0
		for _, edition := range listed.Items {
			if edition.Current {
				current++
			}
			if s.get(t, role, "/api/v1/playbooks/"+edition.Version).wantStatus(http.StatusOK).stringField("version") != edition.Version {
				t.Errorf("%s reads another version than %s", role, edition.Version)
			}
		}
		if current != 1 || listed.Next != nil || listed.Items[len(listed.Items)-1].Rollout != 100 {
			t.Errorf("%s: %+v", role, listed)
		}
	}
	for _, version := range []string{"1999-01", "%E2%80%AE", "x%2Fy", strings.Repeat("9", 4000)} {
		s.get(t, recovery.RoleAuditor, "/api/v1/playbooks/"+version).problem(http.StatusNotFound, "not_found")
	}
}

// TestEveryRuleHasSource compares the rules in the response with those of the
// book.
func TestEveryRuleHasSource(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	var result struct {
		Rules []struct {
			ID, Source string
			Marks      []string
			DisputedBy []string `json:"disputed_by"`
			Content    map[string]any
		}
	}
	book := s.Registry.Current()
	failOnError(t, json.Unmarshal(s.get(t, recovery.RoleAuditor, "/api/v1/playbooks/"+book.Version()).wantStatus(http.StatusOK).body, &result))
	disputed, marked := 0, 0
	for i, rule := range book.Rules() {
		got := result.Rules[i]
		if got.ID != rule.ID || got.Source != rule.Source.Citation() || !slices.Equal(got.DisputedBy, rule.DisputedBy) || got.Content["id"] != rule.ID {
			t.Errorf("%+v is rendered as %+v", rule, got)
		}
		if rule.Source.Mark != "" && !slices.Contains(got.Marks, string(rule.Source.Mark)) {
			t.Errorf("%s: marks %v", rule.ID, got.Marks)
		}
		disputed += len(got.DisputedBy)
		marked += len(got.Marks)
	}
	if len(result.Rules) != len(book.Rules()) || disputed == 0 || marked == 0 {
		t.Errorf("%d rules, %d disputes, %d marks", len(result.Rules), disputed, marked)
	}
}
