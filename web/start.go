package web

import (
	"net/http"
	"net/url"
	"slices"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// startBody is the model of the start page.
type startBody struct {
	Form       form
	Answer     *recallView
	Now        time.Time
	Danger     *dangerView // nil without danger
	Unsure     bool        // the sender does not know how it came to the payment
	Help       []playbook.HelpEntry
	FilingPath string // path of the filing form, with the answers as parameters
}

// startPage shows what can still be done. It needs no account and stores
// nothing. In danger it answers even if other questions are open.
func (w *Web) startPage(c *pageContext) error {
	query, now := c.QueryParams(), w.now()
	body := startBody{Now: now, FilingPath: "/file"}
	if !isAsked(query) {
		body.Form = newStartForm(c.texts, startValues(query, now), nil)
		return c.showStart(http.StatusOK, body)
	}
	body.FilingPath = "/file?" + startQuery(query).Encode()
	facts, faults := recallFacts(query, now)
	body.Form = newStartForm(c.texts, startValues(query, now), faults)
	if len(faults) > 0 {
		body.Form.Notice = c.texts.T("start.faulty")
	}
	if facts.IsInDanger() {
		body.Danger = newDangerView(w.service.Recall(facts))
		return c.showStart(http.StatusOK, body)
	}
	if len(faults) > 0 {
		return c.showStart(http.StatusUnprocessableEntity, body)
	}
	body.Answer = c.newRecallView(w.service.Recall(facts), facts)
	body.Unsure, body.Help = query.Get("cause") == causeUnknown, c.helpFor(facts.Platform, helpAtStart)
	return c.showStart(http.StatusOK, body)
}

// isAsked reports whether the form was sent, or a link names a danger.
func isAsked(query url.Values) bool {
	return query.Get("platform") != "" || query.Get("claim_state") != "" || slices.Contains(causesOfDanger, query.Get("cause"))
}

// helpAtStart are the kinds of help of somebody who is in no danger.
var helpAtStart = []string{"wallet", "anti_fraud"}

func (c *pageContext) showStart(status int, body startBody) error {
	return c.showPage(status, "start", page{Title: c.texts.T("start.title"), Body: body})
}

// recallFacts parses the answers. They are part of a filing and validated as such. In
// danger the facts are usable even with faults.
func recallFacts(query url.Values, now time.Time) (playbook.AssessmentFacts, []recovery.FieldFault) {
	filing, read := decodeFiling(query)
	var faults []recovery.FieldFault
	for _, found := range read.mergeFaults(fieldFaults(filing.Validate(now))) {
		if slices.Contains(startNames, found.Field) {
			faults = append(faults, found)
		}
	}
	facts := playbook.AssessmentFacts{Platform: filing.Platform, Facts: filing.Facts}
	if len(faults) == 0 {
		facts.Instrument, facts.ClaimState, facts.SentAt = filing.Instrument, filing.ClaimState, filing.SentAt
	}
	return facts, faults
}
