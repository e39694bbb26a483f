package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/playbook"
	"recourse/recovery"
)

// caseInAppeal returns a case in which any form can be built. The forms do not
// check whether the action is allowed.
func caseInAppeal(counterparts int) casework.View {
	view := casework.View{Case: recovery.Case{
		Number: "R20261121-000042", Amount: 200_000, Instrument: recovery.Transfer, Reason: recovery.WrongAmount, ClaimState: recovery.Claimed,
	}}
	view.Position = recovery.Position{Stage: recovery.PrivateContact}
	for i := range counterparts {
		view.Counterparts = append(view.Counterparts, recovery.Counterpart{ID: recovery.CounterpartID(rune('a' + i)), Alias: "老王"})
	}
	return view
}

func formsFor(t testing.TB, role recovery.Role, counterparts int, now time.Time) actionForms {
	return actionForms{
		fieldBuilder: fieldBuilder{texts: chineseTexts(t)}, view: caseInAppeal(counterparts), visitor: visitor{Actor: recovery.Actor{Role: role, ID: "me"}},
		staff: []recovery.User{{ID: "you", Name: "小赵"}}, now: now, questions: allQuestions(),
	}
}

func allQuestions() []playbook.Question {
	var questions []playbook.Question
	for _, name := range recovery.Circumstances {
		questions = append(questions, playbook.Question{Signal: name, Text: name + "?"})
	}
	return questions
}

// fillForm answers every question of a form, with the first choice that has a
// value.
func fillForm(f form) url.Values {
	values := url.Values{}
	for _, hidden := range f.Hidden {
		values.Set(hidden.Label, hidden.Value)
	}
	for _, g := range f.Groups {
		for _, question := range g.Fields {
			values.Set(question.Name, fieldAnswer(question))
		}
	}
	return values
}

func fieldAnswer(f field) string {
	switch {
	case f.Kind == "check":
		return "yes"
	case f.Name == "transaction_no":
		return "1000050001202611200000000001"
	case f.Name == "until":
		return "2026-12-20T12:00:00"
	case f.Type == "datetime-local":
		return "2026-11-20T12:00:00"
	case f.Name == "noticed_at":
		return "2026-11-20"
	case strings.HasPrefix(f.Name, "circumstances."):
		return answerNo
	case f.Type == "date": // rows of a plan, each one day later
		return "2026-12-1" + f.Name[len("instalments["):len("instalments[0")]
	case f.InputMode == "decimal":
		return "12.50"
	}
	for _, o := range f.Options {
		if o.Value != "" {
			return o.Value
		}
	}
	return "文字"
}

// TestEveryActionHasForm fills in the form of every action for every role that
// may take it. The result must be a valid action with all required fields.
func TestEveryActionHasForm(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, action := range recovery.Actions {
		for _, role := range recovery.Roles {
			isBesideEntry := action.CorrectsEntry() || action == recovery.RejectCorrection // has a page of its own
			if !recovery.MayEver(role, action) || isBesideEntry {
				continue
			}
			made := formsFor(t, role, 2, now).newForm(action, nil, nil)
			for _, text := range []string{made.Title, made.Submit} {
				if text == "" || strings.Contains(text, "⟦") {
					t.Errorf("%s has no words: %+v", action, made)
				}
			}
			act, d := decodeAction(action, fillForm(made))
			if err := act.Validate(now); err != nil || len(d.faults) > 0 {
				t.Errorf("%s by %s: %v %v", action, role, err, d.faults)
			}
		}
	}
}

// TestRequiredFieldsMatchValidation expects that exactly the required fields of
// a form are reported as missing by the validation.
func TestRequiredFieldsMatchValidation(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, action := range recovery.Actions {
		made := formsFor(t, recovery.RoleSupervisor, 2, now).newForm(action, nil, nil)
		for _, question := range made.Groups[0].Fields {
			values := fillForm(made)
			values.Del(question.Name)
			act, _ := decodeAction(action, values)
			faults := fieldFaults(act.Validate(now))
			named := slices.ContainsFunc(faults, func(f recovery.FieldFault) bool { return f.Field == question.Name })
			if named != question.Required && question.Name != "amount_fen" {
				t.Errorf("%s.%s: required %t, named %t (%v)", action, question.Name, question.Required, named, faults)
			}
		}
	}
}

func TestDecodeAction(t *testing.T) {
	t.Parallel()
	act, d := decodeAction(recovery.RecordContact, url.Values{
		"channel": {"group_message"}, "text": {" 各位\r\n好 "}, "sent_at": {"2026-11-20T12:00"}, "csrf": {"x"}, "key": {"y"},
	})
	if len(d.faults) > 0 || act.InGroup == nil || !*act.InGroup || act.Text != "各位\n好" || act.SentAt.Hour() != 4 {
		t.Errorf("%+v, %v", act, d.faults)
	}
	act, _ = decodeAction(recovery.RecordContact, url.Values{"channel": {"phone"}})
	if act.InGroup == nil || *act.InGroup {
		t.Errorf("a call is no group message: %+v", act)
	}
	act, _ = decodeAction(recovery.SubmitAppeal, url.Values{})
	if act.Confirm == nil || *act.Confirm {
		t.Errorf("an empty box confirms: %+v", act)
	}
	for value, want := range map[string]bool{"true": true, "false": false, "": false, "yes": false} {
		act, _ = decodeAction(recovery.ShareLesson, url.Values{"share": {value}})
		if act.Share == nil || *act.Share != want {
			t.Errorf("%q shares: %+v", value, act)
		}
	}
	act, d = decodeAction(recovery.RecordReturn, url.Values{"amount_fen": {"12.345"}})
	if act.Amount != nil || len(d.mergeFaults(fieldFaults(act.Validate(time.Now())))) != 3 {
		t.Errorf("%+v, %v", act, d.faults)
	}
}

// TestDecodeOtherLegalStep enters a legal step that is not among the choices.
func TestDecodeOtherLegalStep(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ kind, word, want string }{
		{"other", "notary_visit", "notary_visit"}, {"other", "", "other"}, {"suit_filed", "notary_visit", "suit_filed"}, {"", "x", ""},
	} {
		act, _ := decodeAction(recovery.RecordLegalStep, url.Values{"kind": {test.kind}, "word": {test.word}})
		if act.Kind != test.want {
			t.Errorf("%+v: %q", test, act.Kind)
		}
	}
}

// TestLegalStepsAreOffered expects every known legal step among the choices.
func TestLegalStepsAreOffered(t *testing.T) {
	t.Parallel()
	made := formsFor(t, recovery.RoleLegal, 1, time.Now()).newForm(recovery.RecordLegalStep, nil, nil)
	for _, kind := range recovery.LegalStepKinds() {
		offered := slices.ContainsFunc(made.Groups[0].Fields[0].Options, func(o option) bool { return o.Value == kind && !strings.Contains(o.Label, "⟦") })
		if !offered {
			t.Errorf("%s is not offered in words", kind)
		}
	}
}

// TestPlanForm expects that empty rows are removed, so that a fault is shown at
// the right row.
func TestPlanForm(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	values := removeEmptyInstalments(url.Values{
		"counterpart_id": {"a"}, "instalments[1].due_on": {"2026-12-01"}, "instalments[1].amount_fen": {"1,000"},
		"instalments[4].due_on": {"2026-11-30"}, "instalments[4].amount_fen": {"x"},
	})
	act, d := decodeAction(recovery.ProposePlan, values)
	if len(act.Instalments) != 2 || act.Instalments[0] != (recovery.Instalment{DueOn: "2026-12-01", Amount: 100_000}) {
		t.Fatalf("%+v", act.Instalments)
	}
	faults := d.mergeFaults(fieldFaults(act.Validate(now)))
	made := formsFor(t, recovery.RoleClaimant, 2, now).newForm(recovery.ProposePlan, values, faults)
	rows := made.Groups[1]
	if !rows.Rows || rows.Fields[0].Value != "2026-12-01" || rows.Fields[2].Error != "日期要依次往后，也不能早于今天。" || rows.Fields[3].Error == "" || rows.Fields[1].Error != "" {
		t.Errorf("%+v", rows.Fields[:4])
	}
	none, _ := decodeAction(recovery.ProposePlan, url.Values{"counterpart_id": {"a"}})
	made = formsFor(t, recovery.RoleClaimant, 2, now).newForm(recovery.ProposePlan, url.Values{}, fieldFaults(none.Validate(now)))
	if made.Notice == "" {
		t.Error("a plan without a part is refused in silence")
	}
}

// TestInstalmentDefaults expects the next unpaid instalment, or the one in the
// URL.
func TestInstalmentDefaults(t *testing.T) {
	t.Parallel()
	forms := formsFor(t, recovery.RoleClaimant, 2, time.Now())
	forms.view.Position.Plans = []recovery.Plan{
		{CounterpartID: "a", Instalments: []recovery.Instalment{{No: 1, Amount: 9}}},
		{CounterpartID: "b", Running: true, Instalments: []recovery.Instalment{{No: 1, Amount: 500, Paid: 500}, {No: 2, Amount: 500, Paid: 200}, {No: 3, Amount: 700}}},
	}
	for asked, want := range map[string]string{"": "b 2 3.00", "who=b&no=3": "b 3 7.00", "who=a": "  ", "who=b&no=1": "b  "} {
		forms.query, _ = url.ParseQuery(asked)
		made := forms.newForm(recovery.RecordInstalment, nil, nil)
		fields := made.Groups[0].Fields
		if got := selectedValue(fields[0]) + " " + selectedValue(fields[1]) + " " + fields[2].Value; got != want {
			t.Errorf("%q: %q, want %q", asked, got, want)
		}
		if len(fields[0].Options) != 2 || len(fields[1].Options) != 3 {
			t.Errorf("%q: offers %+v", asked, fields[:2])
		}
	}
}

func selectedValue(f field) string {
	for _, o := range f.Options {
		if o.Selected {
			return o.Value
		}
	}
	return ""
}

// TestFormFaults expects faults next to their fields, and others above the
// form.
func TestFormFaults(t *testing.T) {
	t.Parallel()
	forms := formsFor(t, recovery.RoleClaimant, 1, time.Now())
	made := forms.newForm(recovery.RecordReturn, url.Values{"amount_fen": {"<b>"}}, []recovery.FieldFault{
		{Field: "amount_fen", Code: "malformed"}, {Field: "at", Code: "in_future"}, {Field: "nowhere", Code: "unknown_field"},
	})
	amount := made.Groups[0].Fields[0]
	if amount.Value != "<b>" || amount.Error != "请写成 2000 或 2000.00 这样的金额。" || amount.DescribedBy() != "do-record_return-amount_fen-error" {
		t.Errorf("%+v", amount)
	}
	if at := made.Groups[0].Fields[3]; at.Error != "时间在将来，请检查。" || at.DescribedBy() != "do-record_return-at-error do-record_return-at-help" {
		t.Errorf("%+v", at)
	}
	if made.Notice == "" || !made.Open {
		t.Errorf("a fault without a field is not shown: %+v", made)
	}
}

func TestFilingFormRows(t *testing.T) {
	t.Parallel()
	say := chineseTexts(t)
	if groups := len(newFilingForm(say, url.Values{"rows": {"3"}}, nil).Groups); groups != 9 {
		t.Errorf("%d groups for three counterparts", groups)
	}
	made := newFilingForm(say, url.Values{}, []recovery.FieldFault{{Field: "counterparts", Code: "sum_too_large"}})
	if made.Groups[4].Fields[0].Error == "" || made.Notice == "" {
		t.Error("the sum of the shares is not shown")
	}
}

// TestLaterStages expects only later stages, and no group notice in a
// one-to-one case.
func TestLaterStages(t *testing.T) {
	t.Parallel()
	forms := formsFor(t, recovery.RoleClaimant, 1, time.Now())
	if got := forms.laterStages(); !slices.Equal(got, []string{"group_notice", "appeal", "legal"}) {
		t.Error(got)
	}
	forms.view.Position.OneToOne = true
	if got := forms.laterStages(); !slices.Equal(got, []string{"appeal", "legal"}) {
		t.Error(got)
	}
}
