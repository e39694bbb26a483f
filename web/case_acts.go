package web

import (
	"errors"
	"net/url"
	"slices"

	"recourse/recovery"
)

// act takes an action in a case and leads back to where its form stood.
func (w *Web) act(c *call) error {
	values := c.Request().PostForm
	action := recovery.Action(c.Param("action"))
	view, err := w.service.CaseByNumber(c.Request().Context(), c.who.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	if action == recovery.ProposePlan {
		values = closeGaps(values)
	}
	act, read := decodeAct(action, values)
	if faults := read.join(fieldFaults(act.Validate(w.now()))); len(faults) > 0 {
		return c.again(&attempt{action: action, values: values, faults: faults}, recovery.Invalid(faults))
	}
	_, err = w.service.Act(c.Request().Context(), c.request(values), view.ID, act)
	if action == recovery.PlanContact && (err == nil || c.refusal(recovery.CodeOf(err), view) != "") {
		return c.planned(&attempt{action: action, values: values}, act, err)
	}
	if err != nil {
		failed := c.attempted(action, values, err, fieldFaults(err))
		if failed == nil {
			return err
		}
		return c.again(failed, err)
	}
	c.flash("flash.done")
	return c.seeOther(c.origin(values))
}

func fieldFaults(err error) []recovery.FieldFault {
	var fault *recovery.Fault
	if errors.As(err, &fault) {
		return fault.Fields
	}
	return nil
}

// Values of a form's field "from": the page it stood on, where that is not the
// case's own.
const (
	fromExports = "export"
	fromQueue   = "desk"
)

// origin is the page a form stood on.
func (c *call) origin(values url.Values) string {
	switch {
	case c.who.Desk() && values.Get("from") == fromExports:
		return "/desk/cases/" + c.Param("number") + "/export"
	case c.who.Desk() && values.Get("from") == fromQueue:
		return "/desk"
	default:
		return c.home(c.Param("number"))
	}
}

// again shows the page a form stood on, with what was wrong beside its fields.
func (c *call) again(failed *attempt, cause error) error {
	if c.who.Desk() && failed.values.Get("from") == fromExports {
		return c.showExports(statusOf(cause), failed)
	}
	return c.showCase(statusOf(cause), failed)
}

// requestExport asks for a dossier and a bag.
func (w *Web) requestExport(c *call) error {
	values := c.Request().PostForm
	view, err := w.service.CaseByNumber(c.Request().Context(), c.who.Actor, recovery.CaseNumber(c.Param("number")))
	if err != nil {
		return err
	}
	audience := recovery.Audience(values.Get("audience"))
	if _, err := w.service.RequestExport(c.Request().Context(), c.request(values), view.ID, audience); err != nil {
		failed := c.attempted(attemptExport, values, err, fieldFaults(err))
		if failed == nil {
			return err
		}
		return c.again(failed, err)
	}
	c.flash("flash.export")
	return c.seeOther(c.origin(values) + "#dossier")
}

// audiences are those a role may build papers for, the likeliest first.
func audiences(role recovery.Role) []recovery.Audience {
	switch role {
	case recovery.RoleClaimant:
		return []recovery.Audience{recovery.ForCourt, recovery.ForPlatform, recovery.ForOpponent}
	case recovery.RoleAgent:
		return []recovery.Audience{recovery.ForPlatform, recovery.ForCourt}
	case recovery.RoleSupervisor, recovery.RoleLegal:
		return slices.Clone(recovery.Audiences)
	default:
		return nil
	}
}
