package casework

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// completeCorrection fills a correction in from the journal: fields that a replacement
// leaves out keep their value, and an approval gets what was proposed. It returns
// other actions as they are. Errors: CodeNotFound, CodeCorrectionRefused, CodeInvalid.
func (s *Service) completeCorrection(
	ctx context.Context, actor recovery.Actor, c recovery.Case, body recovery.ActionBody,
) (recovery.ActionBody, error) {
	if !body.Action.CorrectsEntry() || !slices.Contains(allowedActions(c, actor), body.Action) {
		return body, nil // an action that is not allowed is refused later
	}
	if body.Action == recovery.ApproveCorrection {
		if _, err := c.Position.PendingCorrection(body.Seq); err != nil {
			return body, withAllowedActions(err, c, actor)
		}
	}
	target, err := s.correctedEntry(ctx, actor, c, body.Seq)
	if err != nil {
		return body, err
	}
	rule, err := s.correctionRule(ctx, c, target)
	if err != nil {
		return body, err
	}
	if body.Action == recovery.ApproveCorrection {
		return s.withProposal(ctx, c, body, rule.Action)
	}
	return s.completeReplacement(ctx, actor, c, body, target, rule.Action)
}

// correctionRule returns the rule for an entry, or the refusal that names the entry to
// correct instead.
func (s *Service) correctionRule(ctx context.Context, c recovery.Case, target entryContent) (recovery.CorrectionRule, error) {
	rule, ok := recovery.CorrectionRuleOf(target.Kind)
	if ok && target.Actor.Role != recovery.RoleSystem {
		return rule, nil
	}
	cause, err := journal.CauseOf(target.Entry, func(seq int64) (journal.Entry, error) { return s.readEntry(ctx, c.ID, seq) })
	if err != nil {
		return rule, err
	}
	return rule, recovery.UncorrectableEntry(
		recovery.EntryRef{Seq: target.Seq, Kind: target.Kind}, target.Actor.Role, recovery.EntryRef{Seq: cause.Seq, Kind: cause.Kind},
	)
}

func (s *Service) readEntry(ctx context.Context, id recovery.CaseID, seq int64) (journal.Entry, error) {
	stored, err := s.Store.FindEntry(ctx, id, seq)
	if err != nil {
		return journal.Entry{}, err
	}
	return journal.ParseEntry(stored.Record.Bytes)
}

// completeReplacement fills in what a replacement leaves out, and refuses a correction
// that changes nothing.
func (s *Service) completeReplacement(
	ctx context.Context, actor recovery.Actor, c recovery.Case, body recovery.ActionBody, target entryContent, action recovery.Action,
) (recovery.ActionBody, error) {
	said, err := s.saidNow(ctx, c, target, action)
	if err != nil {
		return body, err
	}
	if hidesInternal(actor, target.Kind, said["visibility"]) {
		return body, unknownEntry()
	}
	if body.Replacement != nil || len(body.Clear) > 0 {
		replacement, err := withoutCleared(said, body, action)
		if err == nil {
			err = s.checkReplacement(c, replacement)
		}
		if err != nil {
			return body, err
		}
		body.Replacement, body.Clear = &replacement, nil
	}
	if err := checkCorrectionChanges(c, body, said, action); err != nil {
		return body, err
	}
	body.Visibility = correctionVisibility(target, said, body.Replacement)
	return body, nil
}

// correctionVisibility returns NoteInternal for the correction of a note that only the
// staff may read, so that only they read its reason and its new text; "" otherwise.
func correctionVisibility(target entryContent, said map[string]any, replacement *recovery.ActionBody) string {
	visibility := said["visibility"]
	if replacement != nil {
		visibility = replacement.Visibility
	}
	if recovery.IsInternalNote(target.Kind, visibility) {
		return recovery.NoteInternal
	}
	return ""
}

// checkCorrectionChanges refuses to take an entry back twice, and a replacement that
// changes nothing.
func checkCorrectionChanges(c recovery.Case, body recovery.ActionBody, said map[string]any, action recovery.Action) error {
	isTakenBack := c.IsTakenBack(body.Seq)
	switch {
	case body.Replacement == nil && isTakenBack:
		return recovery.RefuseTakingBackAgain(body.Seq)
	case body.Replacement == nil || isTakenBack:
		return nil
	}
	before, err := overlay(said, recovery.ActionBody{}, action)
	if err != nil {
		return err
	}
	after := *body.Replacement
	after.Confirm, before.Confirm = nil, nil
	if isSameBody(before, after) {
		return recovery.Invalid([]recovery.FieldFault{{
			Field: "replacement", Code: "unchanged", Detail: "The entry says this already. Change a field, or take the entry back.",
		}})
	}
	return nil
}

func isSameBody(a, b recovery.ActionBody) bool {
	first, errFirst := json.Marshal(a)
	second, errSecond := json.Marshal(b)
	return errFirst == nil && errSecond == nil && bytes.Equal(first, second)
}

// entryContent is an entry with its personal values by their path.
type entryContent struct {
	journal.Entry
	Values map[string]string
}

func parseContent(stored journal.StoredEntry) (entryContent, error) {
	entry, err := journal.ParseEntry(stored.Record.Bytes)
	if err != nil {
		return entryContent{}, err
	}
	content := entryContent{Entry: entry, Values: map[string]string{}}
	for _, value := range stored.Record.Values {
		content.Values[value.Path] = value.Value
	}
	return content, nil
}

// correctedEntry reads an entry that the actor may see.
func (s *Service) correctedEntry(ctx context.Context, actor recovery.Actor, c recovery.Case, seq int64) (entryContent, error) {
	stored, err := s.Store.FindEntry(ctx, c.ID, seq)
	if err != nil {
		return entryContent{}, err
	}
	content, err := parseContent(stored)
	if err == nil && hidesInternal(actor, content.Kind, content.Facts["visibility"]) {
		err = unknownEntry()
	}
	return content, err
}

func hidesInternal(actor recovery.Actor, kind recovery.EntryKind, visibility any) bool {
	return recovery.IsInternalNote(kind, visibility) && !recovery.SeesOnScreen(actor.Role, recovery.InternalNotes)
}

func unknownEntry() error { return recovery.Faultf(recovery.CodeNotFound, "There is no such entry.") }

// saidNow returns the fields of an entry as they count: those of its last replacement,
// if it was replaced.
func (s *Service) saidNow(ctx context.Context, c recovery.Case, target entryContent, action recovery.Action) (map[string]any, error) {
	said := target.fieldsOf(action)
	for _, mark := range c.Corrections {
		if mark.Seq != target.Seq || mark.TakenBack {
			continue
		}
		stored, err := s.Store.FindEntry(ctx, c.ID, mark.BySeq)
		if err != nil {
			return nil, err
		}
		correction, err := parseContent(stored)
		if err != nil {
			return nil, err
		}
		said = correction.replacement(action)
	}
	return said, nil
}

// replacement returns the fields of the replacement that a correction contains.
func (e entryContent) replacement(action recovery.Action) map[string]any {
	inner := entryContent{Values: map[string]string{}}
	inner.Facts, _ = e.Facts["replacement"].(map[string]any)
	inner.ClaimedAt, _ = inner.Facts["at"].(string)
	for path, value := range e.Values {
		if name, found := strings.CutPrefix(path, recovery.ReplacementPath); found {
			inner.Values[name] = value
		}
	}
	return inner.fieldsOf(action)
}

// fieldsOf returns the fields of the action that an entry records.
func (e entryContent) fieldsOf(action recovery.Action) map[string]any {
	spec, _ := recovery.SpecOf(action)
	fields := map[string]any{}
	for _, field := range spec.Fields {
		switch {
		case field.Form == recovery.PastForm && e.ClaimedAt != "":
			fields[field.Name] = e.ClaimedAt
		case e.Facts[field.Name] != nil:
			fields[field.Name] = e.Facts[field.Name]
		case e.Values[field.Name] != "":
			fields[field.Name] = e.Values[field.Name]
		}
	}
	return fields
}

// dependentFields are the fields of each action that explain another field. Once that
// one changes, they describe something that did not happen, so they are not kept: the
// replacement states them again, or the entry has none.
var dependentFields = map[recovery.Action]map[string][]string{
	recovery.RecordResponse:      {"kind": {"amount_fen", "refusal", "text"}},
	recovery.RecordPlatformReply: {"kind": {"text"}},
	recovery.DecideAppeal:        {"decision": {"amount_fen", "reason"}},
	recovery.ChooseRoute:         {"route": {"why"}},
	recovery.RecordLegalStep:     {"kind": {"amount_fen", "ref"}},
	recovery.CloseCase:           {"outcome": {"reason"}},
}

// withoutCleared returns the complete replacement: what the entry said, without the
// cleared fields, and with the changed ones in their place.
func withoutCleared(said map[string]any, body recovery.ActionBody, action recovery.Action) (recovery.ActionBody, error) {
	spec, _ := recovery.SpecOf(action)
	if err := spec.CheckCleared(body.Clear); err != nil {
		return recovery.ActionBody{}, err
	}
	kept := maps.Clone(said)
	for _, name := range body.Clear {
		delete(kept, name)
	}
	var changed recovery.ActionBody
	if body.Replacement != nil {
		changed = *body.Replacement
	}
	return overlay(kept, changed, action)
}

// overlay returns the body of an action with the recorded fields and the changed
// ones in their place.
func overlay(said map[string]any, changed recovery.ActionBody, action recovery.Action) (recovery.ActionBody, error) {
	var news map[string]any
	if err := convert(changed, &news); err != nil {
		return changed, err
	}
	merged := maps.Clone(said)
	for field, dependents := range dependentFields[action] {
		if value, set := news[field]; set && value != said[field] {
			for _, dependent := range dependents {
				delete(merged, dependent)
			}
		}
	}
	maps.Copy(merged, news)
	var body recovery.ActionBody
	err := convert(merged, &body)
	body.Action = action
	return body, err
}

func convert(from, to any) error {
	encoded, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(encoded, to)
	}
	if err != nil {
		return fmt.Errorf("read the corrected entry: %w", err)
	}
	return nil
}

// checkReplacement checks a replacement like the action that it replaces. Its faults
// name fields of the replacement.
func (s *Service) checkReplacement(c recovery.Case, replacement recovery.ActionBody) error {
	err := joinFaults(replacement.Validate(s.Now()), checkCounterpart(c, replacement), checkAfterPayment(c, replacement))
	return recovery.WithFieldPrefix(err, recovery.ReplacementPath)
}

// withProposal adds the proposed replacement and its reason to an approval, because
// the journal records them with the correction.
func (s *Service) withProposal(
	ctx context.Context, c recovery.Case, body recovery.ActionBody, action recovery.Action,
) (recovery.ActionBody, error) {
	proposals, err := s.Store.EntriesOfKind(ctx, c.ID, recovery.EntryCorrectionProposed)
	if err != nil {
		return body, err
	}
	for _, stored := range slices.Backward(proposals) {
		proposal, err := parseContent(stored)
		if err != nil {
			return body, err
		}
		if proposal.Facts["corrects"] != float64(body.Seq) {
			continue
		}
		body.Reason = proposal.Values["reason"]
		if proposal.Facts["replacement"] == nil {
			return body, nil
		}
		replacement, err := overlay(proposal.replacement(action), recovery.ActionBody{}, action)
		body.Replacement = &replacement
		return body, err
	}
	return body, recovery.NoPendingCorrection(body.Seq)
}
