package web

import (
	"net/url"
	"strconv"
	"strings"

	"recourse/recovery"
)

// defaults fill what is most likely: now, and the only counterpart.
func (a actForms) defaults(action recovery.Action) url.Values {
	values := url.Values{"at": {inputTime(a.now)}, "sent_at": {inputTime(a.now)}}
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
	if who := a.asked.Get("who"); who != "" {
		values.Set("counterpart_id", who)
	}
	if action == recovery.RecordReturn {
		a.returned(values)
	}
	if action == recovery.RecordInstalment {
		a.instalmentDue(values)
	}
	if action == recovery.AddNote {
		values.Set("visibility", recovery.NoteInternal)
	}
	return values
}

// returned fills in what a counterpart says they gave back.
func (a actForms) returned(values url.Values) {
	values.Set("channel", string(recovery.OriginalRoute))
	for _, holder := range a.view.Position.Counterparts {
		if string(holder.ID) == values.Get("counterpart_id") && holder.ReportedReturned > 0 {
			values.Set("amount_fen", holder.ReportedReturned.String())
		}
	}
}

// instalmentDue fills in the next part of a running plan that is not paid, or
// the one the address names.
func (a actForms) instalmentDue(values url.Values) {
	for _, plan := range a.view.Position.Plans {
		who := a.asked.Get("who")
		if !plan.Running || who != "" && who != string(plan.CounterpartID) {
			continue
		}
		for _, part := range plan.Instalments {
			no := strconv.Itoa(part.No)
			if asked := a.asked.Get("no"); part.Paid < part.Amount && (asked == "" || asked == no) {
				values.Set("counterpart_id", string(plan.CounterpartID))
				values.Set("no", no)
				values.Set("amount_fen", (part.Amount - part.Paid).String())
				return
			}
		}
	}
}

// help is what stands above a form: what the action does, and of whom or what.
func (a actForms) help(action recovery.Action) string {
	text, _ := a.say.Find("action." + string(action) + ".help")
	at := a.view.Position
	if action == recovery.ApproveDecision && at.Proposal != nil {
		return a.say.proposal(at.Proposal, nameOf(a.staff, at.Proposal.By))
	}
	if action != recovery.ProposePlan {
		return text
	}
	told := []string{text}
	for _, p := range a.view.Counterparts {
		if owed := at.AmountOwedBy(p.ID); owed > 0 {
			told = append(told, p.Alias+a.say.T("case.owes", "sum", yuan(owed))+a.say.T("site.stop"))
		}
	}
	return strings.Join(told, " ")
}

// hidden are the fields a visitor has no choice in.
func (a actForms) hidden(action recovery.Action) []option {
	if action == recovery.AddNote && !a.who.Desk() {
		return []option{{Label: "visibility", Value: recovery.NoteShared}}
	}
	if action == recovery.ShareLesson {
		return []option{{Label: "share", Value: strconv.FormatBool(!a.view.Shared)}}
	}
	return nil
}
