package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/playbook"
	"recourse/textlint"
)

// LintText implements ServerInterface. The result depends only on the text, so
// no idempotency record is stored.
func (a *API) LintText(c echo.Context, params LintTextParams) error {
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	var input LintRequest
	if err := decodeStrict(body, &input); err != nil {
		return err
	}
	findings, err := a.service.LintText(input.Text, string(input.Where))
	if err != nil {
		return err
	}
	return sendJSON(c, LintReport{Findings: renderList(findings, renderFinding)})
}

func renderFinding(f textlint.Finding) LintFinding {
	return LintFinding{
		Code: FindingCode(f.Code), Rule: f.Rule, Severity: LintFindingSeverity(f.Severity), Start: f.Start, End: f.End,
		Why: f.Why, Suggestion: f.Suggestion, Articles: emptyIfNil(f.Articles),
	}
}

// ListPlaybooks implements ServerInterface.
func (a *API) ListPlaybooks(c echo.Context) error {
	return sendJSON(c, PlaybookList{Items: renderList(a.service.Playbooks(), renderEdition)})
}

func renderEdition(e casework.PlaybookVersion) PlaybookEdition {
	return PlaybookEdition{Version: e.Version, ValidFrom: e.From.Format(time.DateOnly), Released: e.Released, Rollout: e.Rollout, Current: e.Current}
}

// GetPlaybook implements ServerInterface.
func (a *API) GetPlaybook(c echo.Context, version Version) error {
	edition, book, err := a.service.Playbook(version)
	if err != nil {
		return err
	}
	result := Playbook{
		Version: edition.Version, ValidFrom: edition.From.Format(time.DateOnly), Released: edition.Released, Rollout: edition.Rollout, Current: edition.Current,
		Rules: []PlaybookRule{},
	}
	for _, rule := range book.Rules() {
		rendered, err := renderRule(book, rule)
		if err != nil {
			return err
		}
		result.Rules = append(result.Rules, rendered)
	}
	return sendJSON(c, result)
}

func renderRule(book *playbook.RuleSet, rule playbook.Rule) (PlaybookRule, error) {
	result := PlaybookRule{
		ID: rule.ID, Source: rule.Source.Citation(), Confidence: PlaybookRuleConfidence(rule.Confidence),
		DisputedBy: emptyIfNil(rule.DisputedBy), ValidFrom: renderDateOrNull(rule.ValidFrom), ValidTo: renderDateOrNull(rule.ValidTo),
		Content: map[string]any{},
	}
	if raw, exists := book.RuleContent(rule.ID); exists {
		if err := json.Unmarshal(raw, &result.Content); err != nil {
			return result, fmt.Errorf("rule %s: %w", rule.ID, err)
		}
	}
	result.Marks = convertStrings[Mark](slices.Sorted(maps.Keys(collectMarks(result.Content))))
	return result, nil
}

// renderDateOrNull renders a day as YYYY-MM-DD.
func renderDateOrNull(day *time.Time) *string {
	if day == nil {
		return nil
	}
	result := day.Format(time.DateOnly)
	return &result
}

// collectMarks returns every value of a "mark" field in the content. A mark
// records how a cited source was read; a rule may cite articles in addition to
// its source.
func collectMarks(content any) map[string]bool {
	found := map[string]bool{}
	switch value := content.(type) {
	case map[string]any:
		for name, child := range value {
			if mark, isText := child.(string); isText && name == "mark" {
				found[mark] = true
			}
			maps.Copy(found, collectMarks(child))
		}
	case []any:
		for _, child := range value {
			maps.Copy(found, collectMarks(child))
		}
	}
	return found
}
