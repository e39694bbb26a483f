package web

import (
	"errors"
	"slices"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// refusedCorrection says why an entry cannot be corrected, with a link to what can be
// done instead.
type refusedCorrection struct {
	Text  string
	Path  string // "" if nothing can be done
	Label string // of the link
}

// checkCorrection returns why the visitor cannot correct an entry; nil if they can.
func (c *pageContext) checkCorrection(d *caseData, line correctedLine) error {
	rule, ok := correctionRule(line)
	if !ok {
		return c.uncorrectableLine(d, line)
	}
	if !slices.Contains(d.Allowed, recovery.Correct) {
		return recovery.Faultf(recovery.CodeForbidden, "Your account cannot correct entries.")
	}
	if err := rule.CheckPosition(line.Seq, d.Position); err != nil {
		return err
	}
	return rule.CheckCorrector(c.visitor.Actor, recovery.EntryAuthor{Actor: line.Entry.Actor, At: line.At}, c.web.now())
}

// correctionRule returns the rule for an entry; ok is false if it is never corrected
// itself.
func correctionRule(line correctedLine) (rule recovery.CorrectionRule, ok bool) {
	rule, ok = recovery.CorrectionRuleOf(line.Entry.Kind)
	return rule, ok && line.Entry.Actor.Role != recovery.RoleSystem
}

// uncorrectableLine returns the refusal that names the entry to correct instead.
func (c *pageContext) uncorrectableLine(d *caseData, line correctedLine) error {
	cause, err := journal.CauseOf(line.Entry, func(seq int64) (journal.Entry, error) {
		found, err := c.findLine(d, seq)
		return found.Entry, err
	})
	if err != nil {
		return err
	}
	return recovery.UncorrectableEntry(recovery.EntryRef{Seq: line.Seq, Kind: line.Entry.Kind}, line.Entry.Actor.Role,
		recovery.EntryRef{Seq: cause.Seq, Kind: cause.Kind})
}

// describeRefusal words why a correction was refused; nil for other errors.
func (c *pageContext) describeRefusal(d *caseData, err error) *refusedCorrection {
	var text string
	switch recovery.CodeOf(err) {
	case recovery.CodeForbidden:
		text = c.texts.T("correct.refused_forbidden")
	case recovery.CodeFourEyes:
		text = c.texts.T("correct.refused_four_eyes")
	case recovery.CodeCorrectionRefused:
		return c.describeObstacle(d, err)
	case recovery.CodeActionNotAllowed:
		text = c.texts.T("notice.not_allowed")
	case recovery.CodeUnavailable:
		text = c.texts.T("notice.unavailable")
	default:
		return nil
	}
	return &refusedCorrection{Text: text}
}

// describeObstacle names the entry that prevents a correction, or the action to take
// instead, with a link to it.
func (c *pageContext) describeObstacle(d *caseData, err error) *refusedCorrection {
	fault, _ := errors.AsType[*recovery.Fault](err)
	obstacle := recovery.CorrectionRefusal{Reason: recovery.CannotBeCorrected}
	if fault.Correction != nil {
		obstacle = *fault.Correction
	}
	action, _ := c.texts.FindText("action." + string(obstacle.Action) + ".title")
	title, _ := c.texts.FindText("entry." + string(obstacle.Kind) + ".title")
	refused := refusedCorrection{Text: c.texts.T("correct.refused."+string(obstacle.Reason), "no", obstacle.Entry, "title", title, "action", action)}
	switch {
	case obstacle.Entry > 0:
		refused.Path, refused.Label = correctPath(d.Number, obstacle.Entry), c.texts.T("correct.go_entry", "no", obstacle.Entry, "title", title)
	case slices.Contains(d.Allowed, obstacle.Action):
		refused.Path, refused.Label = c.casePath(string(d.Number))+"#do-"+string(obstacle.Action), c.texts.T("correct.go_action", "action", action)
	}
	return &refused
}
