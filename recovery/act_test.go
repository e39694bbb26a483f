package recovery_test

import (
	stdcmp "cmp"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
)

// moment is the present of these tests.
var moment = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func asFault(err error, fault **recovery.Fault) bool { return errors.As(err, fault) }

// fieldsIn names the faulty fields of an error as "field:code".
func fieldsIn(err error) []string {
	var fault *recovery.Fault
	if !asFault(err, &fault) {
		return nil
	}
	var names []string
	for _, field := range fault.Fields {
		names = append(names, field.Field+":"+field.Code)
	}
	return names
}

func ptr[T any](value T) *T { return &value }

// sound is a body of every action that has nothing wrong.
func sound() map[recovery.Action]recovery.ActionBody {
	past := ptr(moment.Add(-time.Hour))
	return map[recovery.Action]recovery.ActionBody{
		recovery.RecordContact:       {Channel: recovery.SMS, Text: "请退还", SentAt: past, CounterpartID: "a", InGroup: ptr(true)},
		recovery.RecordResponse:      {CounterpartID: "a", Kind: "partly_returned", Amount: ptr(recovery.Money(5)), Text: "部分", At: past},
		recovery.RecordReturn:        {CounterpartID: "a", Amount: ptr(recovery.Money(5)), At: past, Channel: recovery.Cash},
		recovery.Escalate:            {To: recovery.Legal, Reason: "对方威胁"},
		recovery.SubmitAppeal:        {Confirm: ptr(true)},
		recovery.RequestEvidence:     {Kinds: []recovery.EvidenceKind{recovery.Statement}, Note: "请补充"},
		recovery.RecordPlatformReply: {Kind: "ticket_opened", Text: "已受理", At: past, Ref: "T-1"},
		recovery.DecideAppeal:        {Decision: recovery.PartlyGranted, Amount: ptr(recovery.Money(5)), Reason: "证据充分"},
		recovery.ChooseRoute:         {Route: recovery.SmallClaims, Why: "数额小"},
		recovery.RecordLegalStep:     {Kind: "hearing", At: past, Ref: "(2026)民初1号", Amount: ptr(recovery.Money(5))},
		recovery.Withdraw:            {Reason: "和解"},
		recovery.CloseCase:           {Outcome: recovery.Settled, Reason: "已和解"},
		recovery.Assign:              {UserID: "u"},
		recovery.Release:             {},
		recovery.AddNote:             {Text: "已致电", Visibility: recovery.NoteInternal},
		recovery.ShareLesson:         {Share: ptr(false)},
		recovery.PlanContact:         {CounterpartID: "a", Channel: recovery.SMS, Text: "请退还", InGroup: ptr(false)},
		recovery.RecordMediation:     {Channel: recovery.InPerson, Text: "长辈调解", At: past},
		recovery.ReportHarassment:    {CounterpartID: "a", Text: "反复发消息", At: past},
		recovery.ProposePlan:         {CounterpartID: "a", Instalments: unnumbered(5, 6)},
		recovery.AcceptPlan:          {CounterpartID: "a"},
		recovery.DeclinePlan:         {CounterpartID: "a", Reason: "太久"},
		recovery.RecordInstalment:    {CounterpartID: "a", No: 2, Amount: ptr(recovery.Money(5)), At: past},
		recovery.AskPlatform:         {Note: "请协助", At: past, Ref: "T-2"},
		recovery.ApproveDecision:     {},
		recovery.RejectDecision:      {Reason: "金额有误"},
		recovery.PauseCase:           {Reason: "住院", Until: ptr(moment.AddDate(0, 0, 7))},
		recovery.ResumeCase:          {},
		recovery.Reopen:              {Reason: "对方又答应了"},
		recovery.HandOver:            {UserID: "u", Reason: "委托律师"},
		recovery.ReportDanger:        {Kind: recovery.Deceived, Text: "冒充客服"},
		recovery.Correct:             {Seq: 3, Reason: "多打了两个零", Replacement: &recovery.ActionBody{Amount: ptr(recovery.Money(5))}},
		recovery.ApproveCorrection:   {Seq: 3},
		recovery.RejectCorrection:    {Seq: 3, Reason: "原来的没有错"},
		recovery.AmendFacts: {
			TransactionNo: ptr("1000050001"), Why: "抄错了", CounterpartID: "a", ShareTakenAt: past, Amount: ptr(recovery.Money(5)), SentAt: past, Instrument: recovery.Transfer, ClaimState: recovery.Claimed,
			Reason: string(recovery.WrongAmount), Facts: recovery.Facts{NoticedAt: past, Circumstances: map[string]bool{recovery.Blocked: true}},
		},
		recovery.AdoptMatch:        {EvidenceID: "e", Row: 7},
		recovery.AddCounterpart:    {Alias: "后来领的", Claimed: ptr(recovery.Money(5)), ShareTakenAt: past, Contact: "wxid_1"},
		recovery.RecordShare:       {CounterpartID: "a", Claimed: ptr(recovery.Money(5)), ShareTakenAt: past},
		recovery.RenameCounterpart: {CounterpartID: "a", Alias: "老王"},
	}
}

func TestEveryActionHasASoundBody(t *testing.T) {
	t.Parallel()
	bodies := sound()
	for _, action := range recovery.Actions {
		act, known := bodies[action]
		act.Action = action
		if err := act.Validate(moment); err != nil || !known {
			t.Errorf("%s: %v (%v)", action, err, fieldsIn(err))
		}
	}
	if len(bodies) != len(recovery.Actions) {
		t.Errorf("%d bodies for %d actions", len(bodies), len(recovery.Actions))
	}
}

// TestEmptyBodies lists what each action cannot do without.
func TestEmptyBodies(t *testing.T) {
	t.Parallel()
	bodies := map[recovery.Action][]string{
		recovery.RecordContact:       {"channel:required", "text:required", "sent_at:required"},
		recovery.RecordResponse:      {"counterpart_id:required", "kind:required", "at:required"},
		recovery.RecordReturn:        {"amount_fen:required", "channel:required", "at:required"},
		recovery.Escalate:            {"to:required", "reason:required"},
		recovery.SubmitAppeal:        {"confirm:required"},
		recovery.RequestEvidence:     {"kinds:required"},
		recovery.RecordPlatformReply: {"kind:malformed", "at:required"},
		recovery.DecideAppeal:        {"decision:required", "reason:required"},
		recovery.ChooseRoute:         {"route:required", "why:required"},
		recovery.RecordLegalStep:     {"kind:malformed", "at:required"},
		recovery.Withdraw:            {"reason:required"},
		recovery.CloseCase:           {"outcome:required", "reason:required"},
		recovery.Release:             nil,
		recovery.AddNote:             {"text:required", "visibility:required"},
		recovery.ShareLesson:         {"share:required"},
		recovery.Assign:              nil, // to oneself
		recovery.PlanContact:         {"channel:required", "text:required"},
		recovery.RecordMediation:     {"text:required", "at:required"},
		recovery.ReportHarassment:    {"counterpart_id:required", "text:required"},
		recovery.ProposePlan:         {"counterpart_id:required", "instalments:out_of_range"},
		recovery.AcceptPlan:          {"counterpart_id:required"},
		recovery.DeclinePlan:         {"counterpart_id:required"},
		recovery.RecordInstalment:    {"no:out_of_range", "amount_fen:required", "at:required"},
		recovery.AskPlatform:         nil,
		recovery.ApproveDecision:     nil,
		recovery.RejectDecision:      {"reason:required"},
		recovery.PauseCase:           {"reason:required"},
		recovery.ResumeCase:          nil,
		recovery.Reopen:              {"reason:required"},
		recovery.HandOver:            {"reason:required"},
		recovery.ReportDanger:        {"kind:required"},
		recovery.Correct:             {"seq:required", "reason:required"},
		recovery.ApproveCorrection:   {"seq:required"},
		recovery.RejectCorrection:    {"seq:required", "reason:required"},
		recovery.AmendFacts:          {":required"},
		recovery.AdoptMatch:          {"evidence_id:required"},
		recovery.AddCounterpart:      {"alias:required"},
		recovery.RecordShare:         {"counterpart_id:required", "claimed_fen:required"},
		recovery.RenameCounterpart:   {"counterpart_id:required", "alias:required"},
	}
	if len(bodies) != len(recovery.Actions) {
		t.Errorf("%d bodies for %d actions", len(bodies), len(recovery.Actions))
	}
	for action, want := range bodies {
		act := recovery.ActionBody{Action: action}
		if diff := cmp.Diff(want, fieldsIn(act.Validate(moment))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", action, diff)
		}
	}
}

func TestFaultyFields(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		action recovery.Action
		change func(*recovery.ActionBody)
		want   string
	}{
		{"an unknown channel", recovery.RecordContact, func(a *recovery.ActionBody) { a.Channel = "pigeon" }, "channel:unknown_value"},
		{"a text too long", recovery.RecordContact, func(a *recovery.ActionBody) { a.Text = strings.Repeat("长", recovery.MaxText+1) }, "text:too_long"},
		{"a text that turns direction", recovery.RecordContact, func(a *recovery.ActionBody) { a.Text = "a\u202eb" }, "text:forbidden_character"},
		{"broken text", recovery.RecordContact, func(a *recovery.ActionBody) { a.Text = "\xff" }, "text:invalid_utf8"},
		{"sent tomorrow", recovery.RecordContact, func(a *recovery.ActionBody) { a.SentAt = ptr(moment.Add(24 * time.Hour)) }, "sent_at:in_future"},
		{"sent before there were red packets", recovery.RecordContact, func(a *recovery.ActionBody) { a.SentAt = ptr(moment.AddDate(-20, 0, 0)) }, "sent_at:too_early"},
		{"an unknown response", recovery.RecordResponse, func(a *recovery.ActionBody) { a.Kind, a.Amount = "perhaps", nil }, "kind:unknown_value"},
		{"an unknown refusal", recovery.RecordResponse, func(a *recovery.ActionBody) { a.Refusal = "perhaps" }, "refusal:unknown_value"},
		{"a part without a sum", recovery.RecordResponse, func(a *recovery.ActionBody) { a.Amount = nil }, "amount_fen:required"},
		{"a refusal with a sum", recovery.RecordResponse, func(a *recovery.ActionBody) { a.Kind = "refused" }, "amount_fen:unexpected"},
		{"nothing returned", recovery.RecordReturn, func(a *recovery.ActionBody) { a.Amount = ptr(recovery.Money(0)) }, "amount_fen:out_of_range"},
		{"less than nothing returned", recovery.RecordReturn, func(a *recovery.ActionBody) { a.Amount = ptr(recovery.Money(-1)) }, "amount_fen:out_of_range"},
		{"more than any case", recovery.RecordReturn, func(a *recovery.ActionBody) { a.Amount = ptr(recovery.MaxMoney + 1) }, "amount_fen:out_of_range"},
		{"an unknown stage", recovery.Escalate, func(a *recovery.ActionBody) { a.To = "heaven" }, "to:unknown_value"},
		{"not confirmed", recovery.SubmitAppeal, func(a *recovery.ActionBody) { a.Confirm = ptr(false) }, "confirm:required"},
		{"an unknown kind of evidence", recovery.RequestEvidence, func(a *recovery.ActionBody) { a.Kinds = []recovery.EvidenceKind{"rumour"} }, "kinds:unknown_value"},
		{"more kinds than there are", recovery.RequestEvidence, func(a *recovery.ActionBody) {
			a.Kinds = slices.Repeat([]recovery.EvidenceKind{recovery.Statement}, len(recovery.EvidenceKinds)+1)
		}, "kinds:required"},
		{"a reply's kind in words", recovery.RecordPlatformReply, func(a *recovery.ActionBody) { a.Kind = "Ticket opened" }, "kind:malformed"},
		{"an unknown decision", recovery.DecideAppeal, func(a *recovery.ActionBody) { a.Decision = "perhaps" }, "decision:unknown_value"},
		{"granted in part without a sum", recovery.DecideAppeal, func(a *recovery.ActionBody) { a.Amount = nil }, "amount_fen:required"},
		{"denied with a sum", recovery.DecideAppeal, func(a *recovery.ActionBody) { a.Decision = recovery.Denied }, "amount_fen:unexpected"},
		{"an unknown route", recovery.ChooseRoute, func(a *recovery.ActionBody) { a.Route = "duel" }, "route:unknown_value"},
		{"a reference too long", recovery.RecordLegalStep, func(a *recovery.ActionBody) { a.Ref = strings.Repeat("1", recovery.MaxReference+1) }, "ref:too_long"},
		{"an unknown outcome", recovery.CloseCase, func(a *recovery.ActionBody) { a.Outcome = "bliss" }, "outcome:unknown_value"},
		{"refunded by the platform, by somebody", recovery.RecordReturn, func(a *recovery.ActionBody) { a.Channel = recovery.AutoRefund }, "counterpart_id:unexpected"},
		{"planned with a pigeon", recovery.PlanContact, func(a *recovery.ActionBody) { a.Channel = "pigeon" }, "channel:unknown_value"},
		{"planned to say too much", recovery.PlanContact, func(a *recovery.ActionBody) { a.Text = strings.Repeat("长", recovery.MaxText+1) }, "text:too_long"},
		{"mediated by a pigeon", recovery.RecordMediation, func(a *recovery.ActionBody) { a.Channel = "pigeon" }, "channel:unknown_value"},
		{"mediated tomorrow", recovery.RecordMediation, func(a *recovery.ActionBody) { a.At = ptr(moment.AddDate(0, 0, 1)) }, "at:in_future"},
		{"harassed tomorrow", recovery.ReportHarassment, func(a *recovery.ActionBody) { a.At = ptr(moment.AddDate(0, 0, 1)) }, "at:in_future"},
		{"a counterpart's id that never ends", recovery.AcceptPlan, func(a *recovery.ActionBody) {
			a.CounterpartID = recovery.CounterpartID(strings.Repeat("a", recovery.MaxReference+1))
		}, "counterpart_id:too_long"},
		{"declined at length", recovery.DeclinePlan, func(a *recovery.ActionBody) { a.Reason = strings.Repeat("长", recovery.MaxText+1) }, "reason:too_long"},
		{"an instalment beyond all plans", recovery.RecordInstalment, func(a *recovery.ActionBody) { a.No = recovery.MaxInstalments + 1 }, "no:out_of_range"},
		{"an instalment below nought", recovery.RecordInstalment, func(a *recovery.ActionBody) { a.No = -1 }, "no:out_of_range"},
		{"an instalment of nothing", recovery.RecordInstalment, func(a *recovery.ActionBody) { a.Amount = ptr(recovery.Money(0)) }, "amount_fen:out_of_range"},
		{"paid tomorrow", recovery.RecordInstalment, func(a *recovery.ActionBody) { a.At = ptr(moment.AddDate(0, 0, 1)) }, "at:in_future"},
		{"asked at length", recovery.AskPlatform, func(a *recovery.ActionBody) { a.Note = strings.Repeat("长", recovery.MaxText+1) }, "note:too_long"},
		{"asked tomorrow", recovery.AskPlatform, func(a *recovery.ActionBody) { a.At = ptr(moment.AddDate(0, 0, 1)) }, "at:in_future"},
		{"a pause that is over", recovery.PauseCase, func(a *recovery.ActionBody) { a.Until = ptr(moment) }, "until:in_past"},
		{"a pause for ever", recovery.PauseCase, func(a *recovery.ActionBody) { a.Until = ptr(moment.AddDate(2, 0, 0)) }, "until:too_late"},
		{"a visibility of its own", recovery.AddNote, func(a *recovery.ActionBody) { a.Visibility = "friends" }, "visibility:unknown_value"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			act := sound()[test.action]
			act.Action = test.action
			test.change(&act)
			err := act.Validate(moment)
			if recovery.CodeOf(err) != recovery.CodeInvalid || !slices.Contains(fieldsIn(err), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

// TestLinesAreOneLine sends a line break, a tab and a control character in every field of
// one line.
func TestLinesAreOneLine(t *testing.T) {
	t.Parallel()
	for _, action := range recovery.Actions {
		spec, _ := recovery.SpecOf(action)
		for _, field := range spec.Fields {
			if field.Form != recovery.LineForm || field.Name == "transaction_no" { // its blanks are dropped
				continue
			}
			for _, sign := range []string{"\n", "\t", "\r", "\x00", "\u202e"} {
				var body recovery.ActionBody
				raw, _ := json.Marshal(map[string]string{field.Name: "a" + sign + "b"})
				if err := json.Unmarshal(raw, &body); err != nil {
					t.Fatal(err)
				}
				body.Action = action
				if !slices.Contains(fieldsIn(body.Validate(moment)), field.Name+":forbidden_character") {
					t.Errorf("%s accepts %q in %s", action, sign, field.Name)
				}
			}
		}
	}
}

// TestForeignFields gives every action a body with every field of the others:
// each that is not its own is named.
func TestForeignFields(t *testing.T) {
	t.Parallel()
	everything := recovery.ActionBody{
		CounterpartID: "a", Channel: recovery.SMS, Text: "t", SentAt: &moment, InGroup: ptr(false), Kind: "k",
		Refusal: recovery.Refuses, Amount: ptr(recovery.Money(1)), At: &moment, To: recovery.Legal, Reason: "r",
		Confirm: ptr(true), Kinds: []recovery.EvidenceKind{recovery.Statement}, Note: "n", Ref: "1",
		Decision: recovery.Granted, Route: recovery.SetOff, Why: "w", Outcome: recovery.Settled, UserID: "u",
		Visibility: recovery.NoteShared, Share: ptr(true),
		Until: &moment, Instalments: unnumbered(1), No: 1, TransactionNo: ptr("1"), Instrument: recovery.Transfer, ClaimState: recovery.Claimed,
		Alias: "n", Contact: "c", Claimed: ptr(recovery.Money(1)), ShareTakenAt: &moment, EvidenceID: "e", Row: 1, Clear: []string{"text"},
	}
	all := jsonFields(t, everything)
	for action, body := range sound() {
		own := append(jsonFields(t, body), optional[action]...)
		act := everything
		act.Action = action
		named := fieldsIn(act.Validate(moment))
		for _, field := range all {
			foreign := slices.Contains(named, field+":unknown_field")
			if foreign == slices.Contains(own, field) {
				t.Errorf("%s: the field %s is foreign: %v", action, field, foreign)
			}
		}
	}
}

// optional are fields that a sound body of the action leaves out.
var optional = map[recovery.Action][]string{
	recovery.RecordResponse: {"refusal", "confirm"}, recovery.RecordLegalStep: {"counterpart_id", "confirm"},
	recovery.RecordReturn: {"confirm"}, recovery.Correct: {"confirm", "clear"}, recovery.RecordInstalment: {"confirm"},
	recovery.AmendFacts: {"confirm"}, recovery.AdoptMatch: {"confirm"}, recovery.RecordShare: {"confirm"},
}

func jsonFields(t *testing.T, act recovery.ActionBody) []string {
	t.Helper()
	text, err := json.Marshal(act)
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(text, &fields); err != nil {
		t.Fatal(err)
	}
	return slices.Sorted(maps.Keys(fields))
}

func TestMoveCarriesNoWords(t *testing.T) {
	t.Parallel()
	secret := "王小满"
	for action, act := range sound() {
		act.Action = action
		act.TransactionNo = &secret
		for _, text := range []*string{&act.Text, &act.Reason, &act.Note, &act.Ref, &act.Why, &act.Alias, &act.Contact} {
			*text = secret
		}
		text, err := json.Marshal(act.Command(recovery.Actor{Role: recovery.RoleClaimant, ID: "u"}, "r"))
		if err != nil || strings.Contains(string(text), secret) {
			t.Errorf("%s: %s %v", action, text, err)
		}
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	actor := recovery.Actor{Role: recovery.RoleAgent, ID: "u"}
	for _, test := range []struct {
		name string
		act  recovery.ActionBody
		want recovery.Command
	}{
		{
			"a response", recovery.ActionBody{Action: recovery.RecordResponse, CounterpartID: "a", Kind: "returned", Amount: ptr(recovery.Money(7))},
			recovery.Command{Action: recovery.RecordResponse, CounterpartID: "a", Response: recovery.Returned, Amount: 7},
		},
		{
			"the kind of another act is no response", recovery.ActionBody{Action: recovery.RecordPlatformReply, Kind: "returned"},
			recovery.Command{Action: recovery.RecordPlatformReply, Kind: "returned"},
		},
		{
			"nor of an act without kinds", recovery.ActionBody{Action: recovery.RecordReturn, Kind: "returned"},
			recovery.Command{Action: recovery.RecordReturn},
		},
		{
			"a plan, and when it was offered", recovery.ActionBody{Action: recovery.ProposePlan, Instalments: unnumbered(1), No: 2, Until: &moment, At: &moment},
			recovery.Command{Action: recovery.ProposePlan, Instalments: unnumbered(1), No: 2, Until: &moment, At: &moment},
		},
		{
			"a refund by the platform", recovery.ActionBody{Action: recovery.RecordReturn, Channel: recovery.AutoRefund, Amount: ptr(recovery.Money(7))},
			recovery.Command{Action: recovery.RecordReturn, AutoRefund: true, Amount: 7},
		},
		{
			"what decides", recovery.ActionBody{Action: recovery.CloseCase, To: recovery.Legal, Decision: recovery.Denied, Route: recovery.SetOff, Outcome: recovery.Settled},
			recovery.Command{Action: recovery.CloseCase, To: recovery.Legal, Decision: recovery.Denied, Route: recovery.SetOff, Outcome: recovery.Settled},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			test.want.Actor, test.want.RequestID = actor, "r"
			if diff := cmp.Diff(test.want, test.act.Command(actor, "r")); diff != "" {
				t.Errorf("move (-want +got):\n%s", diff)
			}
		})
	}
}

// factNames are the facts that have another name than the field.
var factNames = map[string]string{"seq": "corrects"}

// TestFactsAndPersonal: what people wrote is never stated openly, and nothing
// of an act is lost between the two.
func TestFactsAndPersonal(t *testing.T) {
	t.Parallel()
	words := []string{"text", "reason", "note", "ref", "why", "transaction_no", "alias", "contact"}
	elsewhere := []string{"sent_at", "at", "confirm"} // times stand as claimed_at; confirming is the entry itself
	for action, act := range sound() {
		act.Action = action
		facts, personal := act.PlainFacts(), act.Personal()
		for _, field := range jsonFields(t, act) {
			_, open := facts[stdcmp.Or(factNames[field], field)]
			_, closed := personal[field]
			amended := action == recovery.AmendFacts && slices.Contains([]string{"reason", "sent_at"}, field) // facts of the payment
			if closed != (slices.Contains(words, field) && !amended) || open == (closed || slices.Contains(elsewhere, field) && !amended) {
				t.Errorf("%s: %s stands openly %v, as a commitment %v", action, field, open, closed)
			}
		}
	}
}

func TestClaimedAt(t *testing.T) {
	t.Parallel()
	earlier := moment.Add(-time.Hour)
	for _, test := range []struct {
		act  recovery.ActionBody
		want *time.Time
	}{
		{recovery.ActionBody{SentAt: &earlier, At: &moment}, &earlier},
		{recovery.ActionBody{At: &moment}, &moment},
		{recovery.ActionBody{}, nil},
	} {
		if got := test.act.ClaimedAt(); got != test.want {
			t.Errorf("got %v, want %v", got, test.want)
		}
	}
}

func TestKnownAction(t *testing.T) {
	t.Parallel()
	for _, action := range recovery.Actions {
		if !action.IsKnown() {
			t.Errorf("%s is not known", action)
		}
		if !slices.ContainsFunc(recovery.Roles, func(r recovery.Role) bool { return recovery.MayEver(r, action) }) {
			t.Errorf("nobody may ever %s", action)
		}
	}
	if recovery.Action("dance").IsKnown() || recovery.Action("").IsKnown() {
		t.Error("an unknown action is known")
	}
}

// TestNothingTriedTeachesNothing: a lesson is shared of a closed case in which
// somebody did something.
func TestNothingTriedTeachesNothing(t *testing.T) {
	t.Parallel()
	for _, outcome := range recovery.Outcomes {
		p := recovery.Position{Stage: recovery.Closed, Outcome: outcome}
		want := outcome != recovery.AutoRefunded && outcome != recovery.NotEligible
		if got := slices.Contains(p.Allowed(recovery.RoleClaimant), recovery.ShareLesson); got != want {
			t.Errorf("%s may be shared: %t", outcome, got)
		}
	}
}
