package web

import (
	"errors"
	"net/http"
	"net/url"

	"recourse/casework"
	"recourse/recovery"
)

// takeAction takes an action and redirects to the page that contained the form.
func (w *Web) takeAction(c *pageContext) error {
	values := c.Request().PostForm
	action := recovery.Action(c.Param("action"))
	view, err := w.service.CaseByNumber(c.Request().Context(), c.visitor.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	if action == recovery.ProposePlan {
		values = removeEmptyInstalments(values)
	}
	if asksToEdit(values) {
		return c.showCasePage(http.StatusOK, &formAttempt{action: action, values: values})
	}
	act, read := decodeAction(action, values)
	if faults := read.mergeFaults(fieldFaults(act.Validate(w.now()))); len(faults) > 0 {
		return c.showFormAgain(&formAttempt{action: action, values: values, faults: faults}, recovery.Invalid(faults))
	}
	_, err = w.service.TakeAction(c.Request().Context(), c.newRequest(values), view.ID, act)
	if action == recovery.PlanContact && (err == nil || c.refusalText(recovery.CodeOf(err), view) != "") {
		return c.showCheckedContact(&formAttempt{action: action, values: values}, act, err)
	}
	if recovery.CodeOf(err) == recovery.CodeConfirmNeeded {
		question := c.texts.confirmQuestion(action, amountOf(act), missingFrom(view.Position, act.CounterpartID))
		return c.showFormAgain(&formAttempt{action: action, values: values, question: question}, err)
	}
	if err != nil {
		failed := c.attemptFor(action, values, err, fieldFaults(err))
		if failed == nil {
			return err
		}
		return c.showFormAgain(failed, err)
	}
	c.setFlash("flash.done")
	return c.redirectTo(c.originPath(values))
}

func fieldFaults(err error) []recovery.FieldFault {
	var fault *recovery.Fault
	if errors.As(err, &fault) {
		return fault.Fields
	}
	return nil
}

// Values of a form's "from" field: the page that contained the form, if it was
// not the case page.
const (
	fromExports = "export"
	fromQueue   = "desk"
)

// originPath returns the path of the page that contained the form.
func (c *pageContext) originPath(values url.Values) string {
	switch {
	case c.visitor.IsStaff() && values.Get("from") == fromExports:
		return "/desk/cases/" + c.Param("number") + "/export"
	case c.visitor.IsStaff() && values.Get("from") == fromQueue:
		return "/desk"
	default:
		return c.casePath(c.Param("number"))
	}
}

// showFormAgain renders the page of a failed form, with the errors next to its
// fields.
func (c *pageContext) showFormAgain(failed *formAttempt, cause error) error {
	if c.visitor.IsStaff() && failed.values.Get("from") == fromExports {
		return c.showExportPage(errorStatus(cause), failed)
	}
	return c.showCasePage(errorStatus(cause), failed)
}

// requestExport starts an export of a dossier and a bag.
func (w *Web) requestExport(c *pageContext) error {
	values := c.Request().PostForm
	view, err := w.service.CaseByNumber(c.Request().Context(), c.visitor.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	order := exportOrder(values)
	if order.Audience == recovery.ForOpponent && order.Agreed == "" {
		return c.redirectTo(previewPath(string(view.Number), order.CounterpartID))
	}
	_, err = w.service.RequestExport(c.Request().Context(), c.newRequest(values), view.ID, order)
	switch failed := c.attemptFor(attemptExport, values, err, fieldFaults(err)); {
	case err == nil:
	case recovery.CodeOf(err) == recovery.CodeConfirmNeeded:
		return c.showPreview(errorStatus(err), order.CounterpartID, c.texts.T("preview.changed"))
	case failed == nil:
		return err
	default:
		return c.showFormAgain(failed, err)
	}
	c.setFlash("flash.export")
	return c.redirectTo(c.originPath(values) + "#dossier")
}

// exportOrder reads the fields of the form that orders an export.
func exportOrder(values url.Values) casework.ExportOrder {
	return casework.ExportOrder{
		Audience: recovery.Audience(values.Get("audience")), CounterpartID: recovery.CounterpartID(values.Get("counterpart_id")),
		Agreed: values.Get("agreed"),
	}
}
