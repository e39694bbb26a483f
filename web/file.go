package web

import (
	"net/http"
	"net/url"
	"strconv"

	"recourse/recovery"
)

// filingPage shows the form that files a case.
func (w *Web) filingPage(c *pageContext) error {
	if !c.visitor.CanFileCases() {
		return recovery.Faultf(recovery.CodeForbidden, "The role %s cannot file cases. Sign in as a claimant, agent or supervisor.", c.visitor.Role)
	}
	values := startValues(c.QueryParams(), w.now())
	if c.visitor.Role == recovery.RoleClaimant {
		values.Set("claimant.name", c.visitor.Name)
	}
	return c.showFilingPage(http.StatusOK, values, nil)
}

func (c *pageContext) showFilingPage(status int, values url.Values, faults []recovery.FieldFault) error {
	f := newFilingForm(c.texts, values, faults)
	f.Key, f.CSRF = firstNonEmpty(values.Get("key"), newIdempotencyKey()), c.visitor.CSRF
	return c.showPage(status, "file", page{Title: c.texts.T("filing.title"), StaffLayout: c.visitor.IsStaff(), Body: f})
}

// fileCase files a case. The button for another counterpart renders the same
// form with one more row, so no script is needed.
func (w *Web) fileCase(c *pageContext) error {
	values := c.Request().PostForm
	if values.Get("more") != "" {
		values.Set("rows", strconv.Itoa(min(countRows(values)+1, maxCounterpartRows)))
		return c.showFilingPage(http.StatusOK, values, nil)
	}
	values = removeEmptyCounterparts(values)
	filing, read := decodeFiling(values)
	if faults := read.mergeFaults(fieldFaults(filing.Validate(w.now()))); len(faults) > 0 {
		return c.showFilingPage(http.StatusUnprocessableEntity, values, faults)
	}
	reply, err := w.service.File(c.Request().Context(), c.newRequest(values), filing)
	switch recovery.CodeOf(err) {
	case recovery.CodeInvalid:
		return c.showFilingPage(errorStatus(err), values, fieldFaults(err))
	case recovery.CodeTransactionOpen:
		fault := []recovery.FieldFault{{Field: "transaction_no", Code: "has_open_case"}}
		return c.showFilingPage(errorStatus(err), values, fault)
	}
	if err != nil {
		return err
	}
	c.setFlash("flash.filed")
	return c.redirectTo(c.casePath(string(reply.Value.Number)))
}
