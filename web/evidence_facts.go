package web

import (
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// foundFact is what the metadata of a file says, beside what its sender says.
type foundFact struct {
	casework.ProposedFact

	Shown string // the value as people write it; "" if the name says it all
	Said  string // by the sender, if it differs
	Form  *form  // to confirm or reject it; nil for those who do not answer
}

// foundFacts lists what was found in a file. Metadata can be forged or wrong, so the
// claimant says whether it is so.
func (c *pageContext) foundFacts(e casework.Exhibit) []foundFact {
	list := make([]foundFact, len(e.Facts))
	for i, fact := range e.Facts {
		one := foundFact{ProposedFact: fact, Shown: fact.Value}
		switch fact.Name {
		case casework.FactLocation:
			one.Shown = "" // where it was taken is nobody's business on a page
		case casework.FactTakenAt:
			one.Shown, one.Said = compareTaken(fact.Value, e.CapturedAt)
		}
		if c.visitor.Role == recovery.RoleClaimant && fact.State == casework.FactProposed {
			one.Form = &form{
				Action: "/evidence/" + string(e.ID) + "/facts", CSRF: c.visitor.CSRF, Key: newIdempotencyKey(),
				Hidden: []option{{Label: "fact", Value: fact.Name}},
			}
		}
		list[i] = one
	}
	return list
}

// compareTaken returns the time in a file, and the one that its sender stated if that is
// another minute.
func compareTaken(value string, claimed *time.Time) (shown, said string) {
	at, err := time.Parse(time.RFC3339, value)
	if err != nil {
		return value, ""
	}
	shown = formatSecond(at)
	if claimed != nil && !claimed.Truncate(time.Minute).Equal(at.Truncate(time.Minute)) {
		said = formatSecond(*claimed)
	}
	return shown, said
}

// answerFact confirms or rejects one fact of a file.
func (w *Web) answerFact(c *pageContext) error {
	values := c.Request().PostForm
	fact := []string{values.Get("fact")}
	answers := casework.FactAnswers{Reject: fact}
	if values.Get("answer") == "confirm" {
		answers = casework.FactAnswers{Confirm: fact}
	}
	reply, err := w.service.AnswerFacts(c.Request().Context(), c.newRequest(values), recovery.EvidenceID(c.Param("id")), answers)
	if err != nil {
		return err
	}
	view, err := w.service.Case(c.Request().Context(), c.visitor.Actor, reply.Value.CaseID)
	if err != nil {
		return err
	}
	c.setFlash("flash.answered")
	return c.redirectTo(c.casePath(string(view.Number)) + "#evidence")
}
