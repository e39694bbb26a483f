package web

import (
	"errors"
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
	Answer     *playbook.Recall
	Now        time.Time
	Claimed    bool // the counterpart has the money
	Danger     bool // the sender was deceived, threatened or asked, or it was gambling
	Unsure     bool // the sender does not know how it came to the payment
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
	c.addStartSafety(&body, query)
	if len(faults) > 0 {
		body.Form.Notice = c.texts.T("start.faulty")
		if body.Danger {
			return c.showStart(http.StatusOK, body)
		}
		return c.showStart(http.StatusUnprocessableEntity, body)
	}
	answer := w.service.Recall(facts)
	body.Answer, body.Claimed = &answer, facts.ClaimState == recovery.Claimed
	return c.showStart(http.StatusOK, body)
}

// isAsked reports whether the form was sent, or a link names a danger.
func isAsked(query url.Values) bool {
	return query.Get("platform") != "" || query.Get("claim_state") != "" || slices.Contains(causesOfDanger, query.Get("cause"))
}

// helpAtStart are the kinds of help of somebody who is in no danger.
var helpAtStart = []string{"wallet", "anti_fraud"}

func (c *pageContext) addStartSafety(body *startBody, query url.Values) {
	cause := query.Get("cause")
	body.Danger, body.Unsure = slices.Contains(causesOfDanger, cause), cause == causeUnknown
	kinds := helpAtStart
	if body.Danger {
		kinds = helpInDanger
	}
	body.Help = c.helpFor(recovery.Platform(query.Get("platform")), kinds)
}

func (c *pageContext) showStart(status int, body startBody) error {
	return c.showPage(status, "start", page{Title: c.texts.T("start.title"), Body: body})
}

// recallFacts parses the four answers. They are part of a filing and validated
// as such.
func recallFacts(query url.Values, now time.Time) (playbook.AssessmentFacts, []recovery.FieldFault) {
	filing, read := decodeFiling(query)
	var checked []recovery.FieldFault
	var fault *recovery.Fault
	if errors.As(filing.Validate(now), &fault) {
		checked = fault.Fields
	}
	var faults []recovery.FieldFault
	for _, found := range read.mergeFaults(checked) {
		if slices.Contains(startNames, found.Field) {
			faults = append(faults, found)
		}
	}
	if len(faults) > 0 {
		return playbook.AssessmentFacts{}, faults
	}
	return playbook.AssessmentFacts{
		Platform: filing.Platform, Instrument: filing.Instrument, ClaimState: filing.ClaimState, SentAt: filing.SentAt,
		Facts: filing.Facts,
	}, nil
}
