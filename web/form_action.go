package web

import (
	"net/url"
	"slices"
	"time"

	"recourse/casework"
	"recourse/playbook"
	"recourse/recovery"
)

// decodeAction parses the form of an action. ActionBody.Validate checks which fields
// are allowed and required.
func decodeAction(action recovery.Action, values url.Values) (recovery.ActionBody, *formDecoder) {
	d := &formDecoder{values: values}
	act := recovery.ActionBody{
		Action: action, CounterpartID: recovery.CounterpartID(d.readText("counterpart_id")),
		Channel: recovery.Channel(d.readText("channel")), Text: d.readText("text"), SentAt: d.readTime("sent_at"),
		Kind: d.readText("kind"), Refusal: recovery.Refusal(d.readText("refusal")), Amount: d.readOptionalMoney("amount_fen"),
		At: d.readTime("at"), To: recovery.Stage(d.readText("to")), Reason: d.readText("reason"), Note: d.readText("note"),
		Ref: d.readText("ref"), Decision: recovery.Decision(d.readText("decision")), Route: recovery.Route(d.readText("route")),
		Why: d.readText("why"), Outcome: recovery.Outcome(d.readText("outcome")), UserID: recovery.UserID(d.readText("user_id")),
		TransactionNo: d.readNewNumber(), Instrument: recovery.Instrument(d.readText("instrument")),
		ClaimState: recovery.ClaimState(d.readText("claim_state")), Alias: d.readText("alias"), Contact: d.readText("contact"),
		Claimed: d.readOptionalMoney("claimed_fen"), ShareTakenAt: d.readTime("claimed_at"),
		EvidenceID: recovery.EvidenceID(d.readText("evidence_id")), Row: d.readNumber("row"),
		Visibility: d.readText("visibility"), Until: d.readTime("until"), No: d.readNumber("no"), Seq: int64(d.readNumber("seq")), Instalments: d.readInstalments(),
		Facts: recovery.Facts{
			NoticedAt: d.readDay("noticed_at"), AcceptedAt: d.readTime("accepted_at"),
			Delay: recovery.Delay(d.readText("delayed_arrival")), Account: recovery.Account(d.readText("account")),
			Circumstances: d.readCircumstances(),
		},
	}
	if intended := d.readOptionalMoney("intended_fen"); intended != nil {
		act.Intended = *intended
	}
	if word := d.readText("word"); word != "" && act.Kind == recovery.OtherWord {
		act.Kind = word
	}
	for _, kind := range values["kinds"] {
		act.Kinds = append(act.Kinds, recovery.EvidenceKind(kind))
	}
	if values.Get(confirmButton) == "true" || action.AmendsRecord() && values.Get("confirm") == "yes" {
		confirmed := true
		act.Confirm = &confirmed
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

// removeNumber is a question of the page only: the API takes an empty number.
const removeNumber = "remove_transaction_no"

// readNewNumber reads a transaction number, "" if it is to be removed, nil for no change.
func (d *formDecoder) readNewNumber() *string {
	number := d.readText("transaction_no")
	switch isRemoved := d.values.Get(removeNumber) == "yes"; {
	case isRemoved && number != "":
		d.addFault(removeNumber, "contradicts")
	case !isRemoved && number == "":
		return nil
	}
	return &number
}

// actionForms builds the action forms of one case for one visitor.
type actionForms struct {
	fieldBuilder
	view    casework.View
	visitor visitor
	staff   []recovery.User // accounts a supervisor can assign the case to
	now     time.Time
	query   url.Values // URL parameters that prefill the form: "who", "no"
	// questions are the playbook's, one for each circumstance.
	questions []playbook.Question
}

// newForm builds the form of an action. values are nil when the form is first
// shown.
func (a actionForms) newForm(action recovery.Action, values url.Values, faults []recovery.FieldFault) form {
	name := string(action)
	if values == nil {
		values = a.defaultValues(action)
	}
	a.fieldBuilder.prefix, a.fieldBuilder.labels = "do-"+name, "field"
	a.fieldBuilder.labelsFirst = "action." + name + ".fields"
	a.fieldBuilder.values, a.fieldBuilder.faults = values, faults
	f := form{
		ID: "do-" + name, Action: "/cases/" + string(a.view.Number) + "/actions/" + name,
		Key: newIdempotencyKey(), CSRF: a.visitor.CSRF, Title: a.texts.T("action." + name + ".title"),
		Submit: a.texts.T("action." + name + ".submit"),
		Danger: slices.Contains([]recovery.Action{recovery.Withdraw, recovery.CloseCase, recovery.ReportDanger}, action),
		Groups: []group{{Fields: a.actionFields(action)}}, Hidden: a.hiddenFields(action),
	}
	f.Groups = append(f.Groups, a.planGroups(action)...)
	if action == recovery.AmendFacts {
		f.Groups = append(f.Groups, a.circumstanceGroup())
	}
	f.Help = a.helpText(action)
	if action == recovery.ShareLesson && a.view.Shared {
		f.Title, f.Submit = a.texts.T("action."+name+".undo_title"), a.texts.T("action."+name+".undo_submit")
	}
	if len(faults) > 0 {
		f.Open, f.Notice = true, f.generalFault(a.fieldBuilder)
	}
	return f
}
