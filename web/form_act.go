package web

import (
	"net/url"
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// decodeAct reads the form of an action. Which fields are allowed and needed is
// checked by Act.Validate.
func decodeAct(action recovery.Action, values url.Values) (recovery.Act, *decoder) {
	d := &decoder{values: values}
	act := recovery.Act{
		Action: action, CounterpartID: recovery.CounterpartID(d.text("counterpart_id")),
		Channel: recovery.Channel(d.text("channel")), Text: d.text("text"), SentAt: d.moment("sent_at"),
		Kind: d.text("kind"), Refusal: recovery.Refusal(d.text("refusal")), Amount: d.moneyIfAny("amount_fen"),
		At: d.moment("at"), To: recovery.Stage(d.text("to")), Reason: d.text("reason"), Note: d.text("note"),
		Ref: d.text("ref"), Decision: recovery.Decision(d.text("decision")), Route: recovery.Route(d.text("route")),
		Why: d.text("why"), Outcome: recovery.Outcome(d.text("outcome")), UserID: recovery.UserID(d.text("user_id")),
		Visibility: d.text("visibility"), Until: d.moment("until"), No: d.number("no"), Instalments: d.instalments(),
	}
	if word := d.text("word"); word != "" && act.Kind == recovery.OtherWord {
		act.Kind = word
	}
	for _, kind := range values["kinds"] {
		act.Kinds = append(act.Kinds, recovery.EvidenceKind(kind))
	}
	switch action {
	case recovery.RecordContact:
		inGroup := act.Channel == recovery.GroupMessage
		act.InGroup = &inGroup
	case recovery.SubmitAppeal:
		confirmed := values.Get("confirm") == "yes"
		act.Confirm = &confirmed
	case recovery.ShareLesson:
		share := values.Get("share") == "true"
		act.Share = &share
	}
	return act, d
}

// actForms makes forms of actions for one case and one visitor.
type actForms struct {
	builder
	view  casework.View
	who   visitor
	staff []recovery.User // whom a supervisor may give the case to
	now   time.Time
	asked url.Values // what the address names beforehand: "who", "no"
}

// form makes the form of an action. values are nil on a first showing.
func (a actForms) form(action recovery.Action, values url.Values, faults []recovery.FieldFault) form {
	name := string(action)
	if values == nil {
		values = a.defaults(action)
	}
	a.builder.prefix, a.builder.labels = "do-"+name, "field"
	a.builder.own = "action." + name + ".fields"
	a.builder.values, a.builder.faults = values, faults
	f := form{
		ID: "do-" + name, Action: "/cases/" + string(a.view.Number) + "/actions/" + name,
		Key: newKey(), CSRF: a.who.CSRF, Title: a.say.T("action." + name + ".title"),
		Submit: a.say.T("action." + name + ".submit"),
		Danger: action == recovery.Withdraw || action == recovery.CloseCase,
		Groups: []group{{Fields: a.fields(action)}}, Hidden: a.hidden(action),
	}
	f.Groups = append(f.Groups, a.planRows(action)...)
	f.Help = a.help(action)
	if action == recovery.ShareLesson && a.view.Shared {
		f.Title, f.Submit = a.say.T("action."+name+".undo_title"), a.say.T("action."+name+".undo_submit")
	}
	if len(faults) > 0 {
		f.Open, f.Notice = true, f.general(a.builder)
	}
	return f
}
