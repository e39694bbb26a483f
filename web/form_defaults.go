package web

import (
	"net/url"
	"strconv"
	"strings"

	"recourse/recovery"
)

// defaultValues returns the most likely values: the current time, and the only
// counterpart.
func (a actionForms) defaultValues(action recovery.Action) url.Values {
	values := url.Values{"at": {formatInputTime(a.now)}, "sent_at": {formatInputTime(a.now)}}
	if action.AmendsPayment() {
		values.Del("sent_at") // what is left out keeps its value
	}
	if len(a.view.Counterparts) == 1 {
		values.Set("counterpart_id", string(a.view.Counterparts[0].ID))
	}
	if action == recovery.RecordContact {
		values.Set("channel", string(recovery.PrivateMessage))
		if a.view.Position.Stage == recovery.GroupNotice {
			values.Set("channel", string(recovery.GroupMessage))
			values.Del("counterpart_id")
		}
	}
	if action == recovery.PlanContact {
		values.Set("channel", string(recovery.PrivateMessage))
	}
	if who := a.query.Get("who"); who != "" {
		values.Set("counterpart_id", who)
	}
	if action == recovery.RecordReturn {
		a.fillReportedReturn(values)
	}
	if action == recovery.RecordInstalment {
		a.fillNextInstalment(values)
	}
	if action == recovery.ChooseRoute {
		a.fillRouteInDanger(values)
	}
	if action == recovery.AddNote {
		values.Set("visibility", recovery.NoteInternal)
	}
	return values
}

// fillRouteInDanger proposes to go to the police, with the danger as the reason.
func (a actionForms) fillRouteInDanger(values url.Values) {
	for _, kind := range recovery.Dangers {
		if a.view.Facts().Circumstances[kind] {
			values.Set("route", string(recovery.PoliceReport))
			values.Set("why", a.texts.Word("danger", kind))
			return
		}
	}
}

// fillReportedReturn fills in the amount that a counterpart reports as
// returned.
func (a actionForms) fillReportedReturn(values url.Values) {
	values.Set("channel", string(recovery.OriginalRoute))
	for _, counterpart := range a.view.Position.Counterparts {
		if string(counterpart.ID) == values.Get("counterpart_id") && counterpart.ReportedReturned > 0 {
			values.Set("amount_fen", counterpart.ReportedReturned.String())
		}
	}
}

// fillNextInstalment fills in the next unpaid instalment of a running plan, or
// the one the URL names.
func (a actionForms) fillNextInstalment(values url.Values) {
	for _, plan := range a.view.Position.Plans {
		who := a.query.Get("who")
		if !plan.Running || who != "" && who != string(plan.CounterpartID) {
			continue
		}
		for _, part := range plan.Instalments {
			no := strconv.Itoa(part.No)
			if wanted := a.query.Get("no"); part.Paid < part.Amount && (wanted == "" || wanted == no) {
				values.Set("counterpart_id", string(plan.CounterpartID))
				values.Set("no", no)
				values.Set("amount_fen", (part.Amount - part.Paid).String())
				return
			}
		}
	}
}

// helpText returns the text above a form: what the action does, and the details
// of a proposal or debt.
func (a actionForms) helpText(action recovery.Action) string {
	text, _ := a.texts.FindText("action." + string(action) + ".help")
	at := a.view.Position
	if action == recovery.ApproveDecision && at.Proposal != nil {
		return a.texts.proposalText(at.Proposal, userName(a.staff, at.Proposal.By))
	}
	if action != recovery.ProposePlan {
		return text
	}
	lines := []string{text}
	for _, p := range a.view.Counterparts {
		if owed := at.AmountOwedBy(p.ID); owed > 0 {
			lines = append(lines, p.Alias+a.texts.T("case.owes", "sum", formatYuan(owed))+a.texts.T("site.stop"))
		}
	}
	return strings.Join(lines, " ")
}

// hiddenFields are fields with only one possible value for the visitor.
func (a actionForms) hiddenFields(action recovery.Action) []option {
	if action == recovery.AddNote && !a.visitor.IsStaff() {
		return []option{{Label: "visibility", Value: recovery.NoteShared}}
	}
	if action == recovery.ApproveDecision {
		return []option{{Label: seenVersion, Value: strconv.FormatInt(a.view.Version, 10)}}
	}
	if action == recovery.ShareLesson {
		return []option{{Label: "share", Value: strconv.FormatBool(!a.view.Shared)}}
	}
	return nil
}
