package web

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"recourse/casework"
	"recourse/postgres"
	"recourse/recovery"
)

// What the desk may choose from where the record takes any word.
var (
	replyKinds = []string{"received", "needs_more", "in_review", "refunded", "refused", "other"}
	legalKinds = []string{
		"letter_sent", "mediation_applied", "mediation_held", "filed", "accepted", "hearing", "order_issued",
		"judgment", "enforcement", "police_reported", "paid", "other",
	}
	spokenBy   = []recovery.Channel{recovery.PrivateMessage, recovery.GroupMessage, recovery.Phone, recovery.SMS, recovery.Email, recovery.InPerson, recovery.Letter, recovery.OtherChannel}
	returnedBy = []recovery.Channel{recovery.OriginalRoute, recovery.AutoRefund, recovery.ByWeChat, recovery.ByAlipay, recovery.ByQQ, recovery.ByWeCom, recovery.BankTransfer, recovery.Cash, recovery.OtherChannel}
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
		Visibility: d.text("visibility"),
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
	staff []postgres.User // whom a supervisor may give the case to
	now   time.Time
}

// form makes the form of an action. values are nil on a first showing.
func (a actForms) form(action recovery.Action, values url.Values, faults []recovery.FieldFault) form {
	name := string(action)
	if values == nil {
		values = a.defaults(action)
	}
	a.builder.prefix, a.builder.labels = "do-"+name, "field"
	a.builder.own = "action." + name
	a.builder.values, a.builder.faults = values, faults
	f := form{
		ID: "do-" + name, Action: "/cases/" + string(a.view.Number) + "/actions/" + name,
		Key: newKey(), CSRF: a.who.CSRF, Title: a.say.T("action." + name + ".title"),
		Submit: a.say.T("action." + name + ".submit"),
		Danger: action == recovery.Withdraw || action == recovery.CloseCase,
		Groups: []group{{Fields: a.fields(action)}}, Hidden: a.hidden(action),
	}
	f.Help, _ = a.say.known("action." + name + ".help")
	if action == recovery.ShareLesson && a.view.Shared {
		f.Title, f.Submit = a.say.T("action."+name+".undo_title"), a.say.T("action."+name+".undo_submit")
	}
	if len(faults) > 0 {
		f.Open, f.Notice = true, f.general(a.builder)
	}
	return f
}

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
	if action == recovery.RecordReturn {
		values.Set("channel", string(recovery.OriginalRoute))
	}
	if action == recovery.AddNote {
		values.Set("visibility", recovery.NoteInternal)
	}
	return values
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

func (a actForms) fields(action recovery.Action) []field {
	b := a.builder
	switch action {
	case recovery.RecordContact:
		return []field{choose(b, "channel", "select", "channel", spokenBy, true), a.counterparts(false), b.area("text", recovery.MaxText, true), b.moment("sent_at", true)}
	case recovery.RecordResponse:
		return []field{a.counterparts(true), choose(b, "kind", "radio", "response", recovery.Responses, true), choose(b, "refusal", "select", "refusal", recovery.Refusals, false), b.money("amount_fen", false), b.area("text", recovery.MaxText, false), b.moment("at", true)}
	case recovery.RecordReturn:
		return []field{b.money("amount_fen", true), a.counterparts(false), choose(b, "channel", "select", "channel", returnedBy, true), b.moment("at", true)}
	case recovery.Escalate:
		return []field{choose(b, "to", "select", "stage", a.ahead(), true), b.area("reason", recovery.MaxText, true)}
	case recovery.SubmitAppeal:
		return []field{b.check("confirm")}
	case recovery.Withdraw:
		return []field{b.area("reason", recovery.MaxText, true)}
	case recovery.AddNote:
		return a.noteFields()
	default:
		return a.deskFields(action)
	}
}

func (a actForms) deskFields(action recovery.Action) []field {
	b := a.builder
	switch action {
	case recovery.RequestEvidence:
		return []field{choose(b, "kinds", "checks", "evidence_kind", recovery.EvidenceKinds, true), b.area("note", recovery.MaxText, false)}
	case recovery.RecordPlatformReply:
		return []field{choose(b, "kind", "select", "reply_kind", replyKinds, true), b.area("text", recovery.MaxText, false), b.text("ref", recovery.MaxReference, false), b.moment("at", true)}
	case recovery.DecideAppeal:
		return []field{choose(b, "decision", "radio", "decision", recovery.Decisions, true), b.money("amount_fen", false), b.area("reason", recovery.MaxText, true)}
	case recovery.ChooseRoute:
		return []field{choose(b, "route", "radio", "route", recovery.Routes, true), b.area("why", recovery.MaxText, true)}
	case recovery.RecordLegalStep:
		return []field{choose(b, "kind", "select", "legal_kind", legalKinds, true), b.text("ref", recovery.MaxReference, false), b.money("amount_fen", false), b.moment("at", true)}
	case recovery.CloseCase:
		return []field{choose(b, "outcome", "select", "outcome", recovery.Outcomes, true), b.area("reason", recovery.MaxText, true)}
	case recovery.Assign:
		return a.staffFields()
	default:
		return nil
	}
}

func (a actForms) noteFields() []field {
	fields := []field{a.builder.area("text", recovery.MaxText, true)}
	if a.who.Desk() {
		visible := []string{recovery.NoteInternal, recovery.NoteShared}
		fields = append(fields, choose(a.builder, "visibility", "radio", "visibility", visible, true))
	}
	return fields
}

// counterparts asks which of them; "all or unknown" when it may stay open.
func (a actForms) counterparts(required bool) field {
	f := a.builder.make("counterpart_id", "select")
	f.Required = required
	if !required || len(a.view.Counterparts) > 1 {
		f.Options = append(f.Options, option{Label: a.say.T("choose." + yesNo(required))})
	}
	for _, c := range a.view.Counterparts {
		f.Options = append(f.Options, option{Value: string(c.ID), Label: c.Alias, Selected: a.builder.picked("counterpart_id", string(c.ID))})
	}
	return f
}

// staffFields let a supervisor choose; anybody else takes the case themselves,
// as an empty user_id means.
func (a actForms) staffFields() []field {
	if a.who.Role != recovery.RoleSupervisor {
		return nil
	}
	f := a.builder.make("user_id", "select")
	f.Options = []option{{Label: a.say.T("choose.self")}}
	for _, user := range a.staff {
		f.Options = append(f.Options, option{Value: string(user.ID), Label: user.Name, Selected: user.ID == a.view.Assignee})
	}
	return []field{f}
}

// ahead are the stages the case can be taken to at once.
func (a actForms) ahead() []recovery.Stage {
	at := a.view.Position
	return slices.DeleteFunc(slices.Clone(recovery.Stages), func(s recovery.Stage) bool {
		return s == recovery.Closed || !s.After(at.Stage) || s == recovery.GroupNotice && at.OneToOne
	})
}
