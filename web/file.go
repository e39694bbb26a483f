package web

import (
	"net/http"
	"net/url"
	"strconv"

	"recourse/recovery"
)

// filePage asks for everything a case begins with.
func (w *Web) filePage(c *call) error {
	if !c.who.Files() {
		return recovery.Faultf(recovery.CodeForbidden, "The role %s does not file cases.", c.who.Role)
	}
	values := carried(c.QueryParams(), w.now())
	if c.who.Role == recovery.RoleClaimant {
		values.Set("claimant.name", c.who.Name)
	}
	return c.showFiling(http.StatusOK, values, nil)
}

func (c *call) showFiling(status int, values url.Values, faults []recovery.FieldFault) error {
	f := filingForm(c.say, values, faults)
	f.Key, f.CSRF = firstOf(values.Get("key"), newKey()), c.who.CSRF
	return c.show(status, "file", page{Title: c.say.T("filing.title"), Desk: c.who.Desk(), Body: f})
}

// file takes in a case. "One more counterpart" is the same form with one row
// more, so that it needs no script.
func (w *Web) file(c *call) error {
	values := c.Request().PostForm
	if values.Get("more") != "" {
		values.Set("rows", strconv.Itoa(min(rows(values)+1, maxRows)))
		return c.showFiling(http.StatusOK, values, nil)
	}
	values = compact(values)
	filing, read := decodeFiling(values)
	if faults := read.join(fieldFaults(filing.Validate(w.now()))); len(faults) > 0 {
		return c.showFiling(http.StatusUnprocessableEntity, values, faults)
	}
	reply, err := w.service.File(c.Request().Context(), c.request(values), filing)
	switch recovery.CodeOf(err) {
	case recovery.CodeInvalid:
		return c.showFiling(statusOf(err), values, fieldFaults(err))
	case recovery.CodeTransactionOpen:
		fault := []recovery.FieldFault{{Field: "transaction_no", Code: "has_open_case"}}
		return c.showFiling(statusOf(err), values, fault)
	}
	if err != nil {
		return err
	}
	c.flash("flash.filed")
	return c.seeOther(c.home(string(reply.Value.Number)))
}
