package web

import (
	"slices"

	"recourse/playbook"
	"recourse/recovery"
)

// helpByStage are the kinds of help that a stage may need. After the platform's silence
// the next line is named.
var helpByStage = map[recovery.Stage][]string{
	recovery.RecallWatch:    {"wallet"},
	recovery.PrivateContact: {"wallet"},
	recovery.GroupNotice:    {"wallet"},
	recovery.Appeal:         {"wallet", "regulator", "city"},
	recovery.Legal:          {"court", "regulator", "city", "wallet"},
}

// helpFor returns the lines and entries of the given kinds, in their order.
func (c *pageContext) helpFor(platform recovery.Platform, kinds []string) []playbook.HelpEntry {
	var found []playbook.HelpEntry
	entries := c.web.service.HelpEntries(platform)
	for _, kind := range kinds {
		for _, entry := range entries {
			if entry.Kind == kind {
				found = append(found, entry)
			}
		}
	}
	return found
}

// dangerView is what to do in danger, in the order of minutes.
type dangerView struct {
	How   string
	Steps []playbook.UrgentStep // with where to call; the later steps need no call
}

func newDangerView(answer playbook.Recall) *dangerView {
	v := &dangerView{How: answer.How, Steps: slices.Clone(answer.Urgent)}
	for _, step := range answer.Steps[min(len(answer.Urgent), len(answer.Steps)):] {
		v.Steps = append(v.Steps, playbook.UrgentStep{Step: step})
	}
	return v
}

// isDangerous reports whether the page must keep the claimant from dealing with the
// other side.
func isDangerous(d *caseData) bool { return d.Facts().IsInDanger() }

// addSafety adds what can still be stopped and where to get help. In danger the
// emergency comes first, and everything is removed that would invite the claimant to
// write to the other side.
func (c *pageContext) addSafety(body *caseBody, d *caseData) {
	if d.Position.IsOpen() {
		body.Help = c.helpFor(d.Platform, helpByStage[d.Position.Stage])
	}
	if !d.ClaimIsKnown() && slices.Contains(d.Allowed, recovery.AmendFacts) {
		body.AsksIntended = c.actionFormPath(d, recovery.AmendFacts, "", "")
	}
	if !isDangerous(d) {
		if d.recall != nil {
			body.Recall = c.newRecallView(*d.recall, playbook.FactsOf(d.Case))
		}
		if slices.Contains(d.Allowed, recovery.ReportDanger) {
			body.ReportsDanger = c.actionFormPath(d, recovery.ReportDanger, "", "")
		}
		return
	}
	if d.recall != nil {
		body.Danger = newDangerView(*d.recall)
	}
	body.Contact, body.Plans = nil, nil
	body.Texts = slices.DeleteFunc(slices.Clone(body.Texts), func(t playbook.Text) bool { return t.Audience != toCustomerService })
}

// toCustomerService is the only audience of texts in danger.
const toCustomerService = "customer_service"

// actionsWithOtherSide deal with the other side, so they are not offered in danger.
var actionsWithOtherSide = []recovery.Action{
	recovery.PlanContact, recovery.RecordContact, recovery.RecordMediation, recovery.ProposePlan, recovery.AcceptPlan,
	recovery.ReportHarassment,
}

// offeredActions returns the actions whose forms the page of a case shows.
func offeredActions(d *caseData) []recovery.Action {
	if !isDangerous(d) {
		return d.Allowed
	}
	return slices.DeleteFunc(slices.Clone(d.Allowed), func(a recovery.Action) bool { return slices.Contains(actionsWithOtherSide, a) })
}
