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

// LintText implements ServerInterface. The answer follows from the text alone,
// so nothing is kept for a repetition.
func (a *API) LintText(c echo.Context, params LintTextParams) error {
	if err := checkKey(params.IdempotencyKey); err != nil {
		return err
	}
	body, err := readJSON(c)
	if err != nil {
		return err
	}
	var asked LintRequest
	if err := decode(body, &asked); err != nil {
		return err
	}
	findings, err := a.service.LintText(asked.Text, string(asked.Where))
	if err != nil {
		return err
	}
	return sendJSON(c, LintReport{Findings: each(findings, findingOf)})
}

func findingOf(f textlint.Finding) LintFinding {
	return LintFinding{
		Code: FindingCode(f.Code), Rule: f.Rule, Severity: LintFindingSeverity(f.Severity), Start: f.Start, End: f.End,
		Why: f.Why, Suggestion: f.Suggestion, Articles: notNil(f.Articles),
	}
}

// ListPlaybooks implements ServerInterface.
func (a *API) ListPlaybooks(c echo.Context) error {
	return sendJSON(c, PlaybookList{Items: each(a.service.Playbooks(), editionOf)})
}

func editionOf(e casework.Edition) PlaybookEdition {
	return PlaybookEdition{Version: e.Version, ValidFrom: e.From.Format(time.DateOnly), Released: e.Released, Rollout: e.Rollout, Current: e.Current}
}

// GetPlaybook implements ServerInterface.
func (a *API) GetPlaybook(c echo.Context, version Version) error {
	edition, book, err := a.service.Playbook(version)
	if err != nil {
		return err
	}
	told := Playbook{
		Version: edition.Version, ValidFrom: edition.From.Format(time.DateOnly), Released: edition.Released, Rollout: edition.Rollout, Current: edition.Current,
		Rules: []PlaybookRule{},
	}
	for _, rule := range book.Rules() {
		one, err := ruleOf(book, rule)
		if err != nil {
			return err
		}
		told.Rules = append(told.Rules, one)
	}
	return sendJSON(c, told)
}

func ruleOf(book *playbook.Book, rule playbook.Rule) (PlaybookRule, error) {
	told := PlaybookRule{
		ID: rule.ID, Source: rule.Source.String(), Confidence: PlaybookRuleConfidence(rule.Confidence),
		DisputedBy: notNil(rule.DisputedBy), ValidFrom: dateOrNil(rule.ValidFrom), ValidTo: dateOrNil(rule.ValidTo),
		Content: map[string]any{},
	}
	if raw, known := book.Content(rule.ID); known {
		if err := json.Unmarshal(raw, &told.Content); err != nil {
			return told, fmt.Errorf("rule %s: %w", rule.ID, err)
		}
	}
	told.Marks = words[Mark](slices.Sorted(maps.Keys(marks(told.Content))))
	return told, nil
}

// dateOrNil tells a day as the file spells it.
func dateOrNil(day *time.Time) *string {
	if day == nil {
		return nil
	}
	told := day.Format(time.DateOnly)
	return &told
}

// marks collects how whatever a rule cites was read: beside its source it may
// cite articles.
func marks(content any) map[string]bool {
	found := map[string]bool{}
	switch value := content.(type) {
	case map[string]any:
		for name, inside := range value {
			if mark, is := inside.(string); is && name == "mark" {
				found[mark] = true
			}
			maps.Copy(found, marks(inside))
		}
	case []any:
		for _, inside := range value {
			maps.Copy(found, marks(inside))
		}
	}
	return found
}
