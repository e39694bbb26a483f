package web

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/postgres"
	"recourse/recovery"
)

// aCase stands where any action could be taken; the forms do not ask whether it
// may.
func aCase(counterparts int) casework.View {
	view := casework.View{Case: recovery.Case{Number: "R20261121-000042", Amount: 200_000}}
	view.Position = recovery.Position{Stage: recovery.PrivateContact}
	for i := range counterparts {
		view.Counterparts = append(view.Counterparts, recovery.Counterpart{ID: recovery.CounterpartID(rune('a' + i)), Alias: "老王"})
	}
	return view
}

func formsFor(t testing.TB, role recovery.Role, counterparts int, now time.Time) actForms {
	return actForms{
		builder: builder{say: chinese(t)}, view: aCase(counterparts), who: visitor{Actor: recovery.Actor{Role: role, ID: "me"}},
		staff: []postgres.User{{ID: "you", Name: "小赵"}}, now: now,
	}
}

// answer fills a form as a diligent person would: every question, the first
// choice that is one.
func answer(f form) url.Values {
	values := url.Values{}
	for _, hidden := range f.Hidden {
		values.Set(hidden.Label, hidden.Value)
	}
	for _, g := range f.Groups {
		for _, question := range g.Fields {
			values.Set(question.Name, reply(question))
		}
	}
	return values
}

func reply(f field) string {
	switch {
	case f.Kind == "check":
		return "yes"
	case f.Type == "datetime-local":
		return "2026-11-20T12:00:00"
	case f.Mode == "decimal":
		return "12.50"
	}
	for _, o := range f.Options {
		if o.Value != "" {
			return o.Value
		}
	}
	return "文字"
}

// Every action has a form for every role that may take it; filled in, it is an
// act that passes, with all that was asked in it.
func TestEveryActionHasAForm(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, action := range recovery.Actions {
		for _, role := range recovery.Roles {
			if !recovery.MayEver(role, action) {
				continue
			}
			made := formsFor(t, role, 2, now).form(action, nil, nil)
			for _, text := range []string{made.Title, made.Submit} {
				if text == "" || strings.Contains(text, "⟦") {
					t.Errorf("%s has no words: %+v", action, made)
				}
			}
			act, d := decodeAct(action, answer(made))
			if err := act.Validate(now); err != nil || len(d.faults) > 0 {
				t.Errorf("%s by %s: %v %v", action, role, err, d.faults)
			}
		}
	}
}

// A required question left empty is named by the validator under the field's
// own name, and the other way round.
func TestRequiredFieldsAgree(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for _, action := range recovery.Actions {
		made := formsFor(t, recovery.RoleSupervisor, 2, now).form(action, nil, nil)
		for _, question := range made.Groups[0].Fields {
			values := answer(made)
			values.Del(question.Name)
			act, _ := decodeAct(action, values)
			faults := fieldFaults(act.Validate(now))
			named := slices.ContainsFunc(faults, func(f recovery.FieldFault) bool { return f.Field == question.Name })
			if named != question.Required && question.Name != "amount_fen" {
				t.Errorf("%s.%s: required %t, named %t (%v)", action, question.Name, question.Required, named, faults)
			}
		}
	}
}

func TestDecodeAct(t *testing.T) {
	t.Parallel()
	act, d := decodeAct(recovery.RecordContact, url.Values{
		"channel": {"group_message"}, "text": {" 各位\r\n好 "}, "sent_at": {"2026-11-20T12:00"}, "csrf": {"x"}, "key": {"y"},
	})
	if len(d.faults) > 0 || act.InGroup == nil || !*act.InGroup || act.Text != "各位\n好" || act.SentAt.Hour() != 4 {
		t.Errorf("%+v, %v", act, d.faults)
	}
	act, _ = decodeAct(recovery.RecordContact, url.Values{"channel": {"phone"}})
	if act.InGroup == nil || *act.InGroup {
		t.Errorf("a call is no group message: %+v", act)
	}
	act, _ = decodeAct(recovery.SubmitAppeal, url.Values{})
	if act.Confirm == nil || *act.Confirm {
		t.Errorf("an empty box confirms: %+v", act)
	}
	for value, want := range map[string]bool{"true": true, "false": false, "": false, "yes": false} {
		act, _ = decodeAct(recovery.ShareLesson, url.Values{"share": {value}})
		if act.Share == nil || *act.Share != want {
			t.Errorf("%q shares: %+v", value, act)
		}
	}
	act, d = decodeAct(recovery.RecordReturn, url.Values{"amount_fen": {"12.345"}})
	if act.Amount != nil || len(d.join(fieldFaults(act.Validate(time.Now())))) != 3 {
		t.Errorf("%+v, %v", act, d.faults)
	}
}

// Faults stand beside their fields, in words, and what belongs to no field
// above all of them.
func TestFormFaults(t *testing.T) {
	t.Parallel()
	forms := formsFor(t, recovery.RoleClaimant, 1, time.Now())
	made := forms.form(recovery.RecordReturn, url.Values{"amount_fen": {"<b>"}}, []recovery.FieldFault{
		{Field: "amount_fen", Code: "malformed"}, {Field: "at", Code: "in_future"}, {Field: "nowhere", Code: "unknown_field"},
	})
	amount := made.Groups[0].Fields[0]
	if amount.Value != "<b>" || amount.Error != "请写成 2000 或 2000.00 这样的金额。" || amount.Describe() != "do-record_return-amount_fen-error" {
		t.Errorf("%+v", amount)
	}
	if at := made.Groups[0].Fields[3]; at.Error != "时间在将来，请检查。" || at.Describe() != "do-record_return-at-error do-record_return-at-help" {
		t.Errorf("%+v", at)
	}
	if made.Notice == "" || !made.Open {
		t.Errorf("a fault of no field is not told: %+v", made)
	}
}

func TestFilingFormRows(t *testing.T) {
	t.Parallel()
	say := chinese(t)
	if groups := len(filingForm(say, url.Values{"rows": {"3"}}, nil).Groups); groups != 6 {
		t.Errorf("%d groups for three counterparts", groups)
	}
	made := filingForm(say, url.Values{}, []recovery.FieldFault{{Field: "counterparts", Code: "sum_too_large"}})
	if made.Groups[2].Fields[0].Error == "" || made.Notice == "" {
		t.Error("the sum of the shares is not told")
	}
}

// A case can be taken ahead only, and never to a group that does not exist.
func TestAhead(t *testing.T) {
	t.Parallel()
	forms := formsFor(t, recovery.RoleClaimant, 1, time.Now())
	if got := forms.ahead(); !slices.Equal(got, []recovery.Stage{recovery.GroupNotice, recovery.Appeal, recovery.Legal}) {
		t.Error(got)
	}
	forms.view.Position.OneToOne = true
	if got := forms.ahead(); !slices.Equal(got, []recovery.Stage{recovery.Appeal, recovery.Legal}) {
		t.Error(got)
	}
}
