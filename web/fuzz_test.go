package web

import (
	"net/url"
	"testing"
	"time"

	"recourse/casework"
	"recourse/recovery"
)

// FuzzForms sends values to each form that browsers never send. The decoded
// action must be ready for validation.
func FuzzForms(f *testing.F) {
	f.Add("platform=wechat&amount_fen=2%2C000.00&sent_at=2026-11-21T12%3A00&group.kind=friends&counterparts%5B0%5D.name=A")
	f.Add("counterparts%5B19%5D.name=A&counterparts%5B999999999%5D.name=B&amount_fen=%EF%BC%92")
	f.Add("instalments%5B0%5D.amount_fen=1&instalments%5B0%5D.due_on=2026-12-01&no=9999999999999999999&kind=other&word=x")
	f.Add("holders%5B0%5D.id_no=11010519491231002X&asked=papers&papers=complaint&claimant_no=1")
	now := time.Date(2026, 11, 21, 4, 0, 0, 0, time.UTC)
	known := recovery.Case{Counterparts: []recovery.Counterpart{{ID: "cp_1"}}}
	f.Fuzz(func(t *testing.T, form string) {
		values, err := url.ParseQuery(form)
		if err != nil {
			return
		}
		filing, _ := decodeFiling(values)
		if len(filing.Counterparts) == 0 || len(filing.Counterparts) > maxCounterpartRows {
			t.Fatalf("%d counterparts", len(filing.Counterparts))
		}
		_ = filing.Validate(now)
		for _, action := range recovery.Actions {
			act, _ := decodeAction(action, values)
			_ = act.Validate(now)
		}
		for _, answer := range []string{answerReturned, answerPromised, answerContested, string(recovery.ProposePlan), "anything"} {
			act, _ := decodeAnswer(answer, values, casework.CounterpartView{})
			_ = act.Validate(now)
		}
		_ = decodeParticulars(known, values).Normalize().Validate(recovery.Particulars{}, known, now)
	})
}
