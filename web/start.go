package web

import (
	"errors"
	"net/http"
	"net/url"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// startBody is the model of the first page.
type startBody struct {
	Form   form
	Answer *playbook.Recall
	Now    time.Time
	Taken  bool   // the counterpart has the money
	Filing string // where a case is filed, with the answers carried along
}

// start says what can still be done. It needs no account and stores nothing.
func (w *Web) start(c *call) error {
	query, now := c.QueryParams(), w.now()
	body := startBody{Now: now, Filing: "/file"}
	if query.Get("platform") == "" && query.Get("claim_state") == "" {
		body.Form = startForm(c.say, carried(query, now), nil)
		return c.showStart(http.StatusOK, body)
	}
	facts, faults := recallFacts(query, now)
	body.Form = startForm(c.say, query, faults)
	if len(faults) > 0 {
		body.Form.Notice = c.say.T("start.faulty")
		return c.showStart(http.StatusUnprocessableEntity, body)
	}
	answer := w.service.Recall(facts)
	body.Answer, body.Taken = &answer, facts.ClaimState == recovery.Claimed
	body.Filing = "/file?" + carriedQuery(query).Encode()
	return c.showStart(http.StatusOK, body)
}

func (c *call) showStart(status int, body startBody) error {
	return c.show(status, "start", page{Title: c.say.T("start.title"), Body: body})
}

// recallFacts reads the four answers. They are a part of a filing and checked
// as such.
func recallFacts(query url.Values, now time.Time) (playbook.RecallFacts, []recovery.FieldFault) {
	filing, read := decodeFiling(query)
	var checked []recovery.FieldFault
	var fault *recovery.Fault
	if errors.As(filing.Validate(now), &fault) {
		checked = fault.Fields
	}
	var faults []recovery.FieldFault
	for _, found := range read.join(checked) {
		switch found.Field {
		case "platform", "instrument", "claim_state", "sent_at":
			faults = append(faults, found)
		}
	}
	if len(faults) > 0 {
		return playbook.RecallFacts{}, faults
	}
	return playbook.RecallFacts{
		Platform: filing.Platform, Instrument: filing.Instrument, ClaimState: filing.ClaimState, SentAt: *filing.SentAt,
	}, nil
}

func carriedQuery(query url.Values) url.Values {
	out := url.Values{}
	for _, name := range []string{"platform", "instrument", "claim_state", "sent_at"} {
		out.Set(name, query.Get(name))
	}
	return out
}
