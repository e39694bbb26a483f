package web

import (
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// recallView is what can still be stopped, as a page shows it.
type recallView struct {
	playbook.Recall
	Title      string
	Tries      bool   // there is something to try at once
	UntilLabel string // what happens at Until
}

func (c *pageContext) newRecallView(answer playbook.Recall, facts playbook.AssessmentFacts) *recallView {
	v := &recallView{Recall: answer, Title: c.texts.T("start.now_" + recallSituation(answer, facts, c.web.now()))}
	v.Tries = answer.Possible || answer.WorthTrying || answer.Stoppable
	if answer.Until != nil {
		v.UntilLabel = c.texts.T("start.until_" + untilKind(answer))
	}
	return v
}

// recallSituations are the situations that a page has a title for.
var recallSituations = []string{"under_way", "taken", "over", "unaccepted", "try", "unreached", "wait"}

// recallSituation names the situation. Money that may still be under way is not called
// taken.
func recallSituation(answer playbook.Recall, facts playbook.AssessmentFacts, now time.Time) string {
	accepted := facts.ClaimState == recovery.Claimed || facts.AcceptedAt != nil
	refunded := answer.RefundAt != nil && !now.Before(*answer.RefundAt)
	switch {
	case answer.Stoppable && (accepted || refunded):
		return "under_way"
	case accepted:
		return "taken"
	case refunded:
		return "over"
	case facts.ClaimState == recovery.Unclaimed && answer.Stoppable:
		return "unaccepted"
	case answer.WorthTrying:
		return "try"
	case cannotBeReached(facts.Facts):
		return "unreached"
	default:
		return "wait"
	}
}

// untilKinds are the events that an answer may name a time of.
var untilKinds = []string{"refund", "window", "arrival"}

func untilKind(answer playbook.Recall) string {
	switch {
	case answer.RefundAt != nil && answer.Until.Equal(*answer.RefundAt):
		return "refund"
	case answer.WorthTrying || answer.Possible:
		return "window"
	default:
		return "arrival"
	}
}
