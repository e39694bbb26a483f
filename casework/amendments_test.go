package casework_test

import (
	"slices"
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/recovery"
)

func wantField(t *testing.T, err error, field, code string) {
	t.Helper()
	for _, fault := range wantCode(t, err, recovery.CodeInvalid).Fields {
		if fault.Field == field && fault.Code == code {
			return
		}
	}
	t.Errorf("no fault %s at %s: %v", code, field, err)
}

// TestALateNumberIsFoundAndClaimed expects a number that is stated later to be found by
// the search, to be reserved for the case, and refused for a second open case.
func TestALateNumberIsFoundAndClaimed(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	id, second := rig.FileCase(t).ID, rig.FileCase(t).ID
	amend := recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: new("1000 0500 0199")}
	act(t, rig, recovery.RoleClaimant, id, amend)
	page, _, err := rig.Store.ListCases(t.Context(), recovery.CaseFilter{Query: "100005000199"}, 10, "")
	if err != nil || len(page) != 1 || page[0].ID != id || page[0].TransactionNo != "1000 0500 0199" {
		t.Errorf("found %v: %v", page, err)
	}
	before := len(rig.ReadEntries(t, second))
	amend.TransactionNo = new("100005000199")
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), second, amend)
	wantCode(t, err, recovery.CodeTransactionOpen)
	if after := readCase(t, rig, second); len(rig.ReadEntries(t, second)) != before || after.TransactionNo != "" {
		t.Errorf("the refused number was written: %+v", after.TransactionNo)
	}
}

// TestARemovedNumberIsFree expects a number that was removed to be found no more, to be
// free for another case, and its reason to be in the journal.
func TestARemovedNumberIsFree(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	id, second := rig.FileCase(t).ID, rig.FileCase(t).ID
	number := recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: new("100005000777")}
	act(t, rig, recovery.RoleClaimant, id, number)
	claims := func() int { return rig.CountRows(t, "open_transactions where case_id = $1", id) }
	if claims() != 1 {
		t.Fatal("the number is not claimed")
	}
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: new(""), Why: "抄成了另一笔"})
	page, _, err := rig.Store.ListCases(t.Context(), recovery.CaseFilter{Query: "100005000777"}, 10, "")
	if err != nil || len(page) != 0 || claims() != 0 || readCase(t, rig, id).TransactionNo != "" {
		t.Errorf("the number is found in %d cases, and claimed %d times: %v", len(page), claims(), err)
	}
	act(t, rig, recovery.RoleClaimant, second, number)
	entries := rig.ReadEntries(t, id)
	last := entries[len(entries)-1]
	if removed, _ := last.Facts["removed"].([]any); len(removed) != 1 || removed[0] != "transaction_no" || last.Commitments["why"] == "" || last.Commitments["transaction_no"] != "" {
		t.Errorf("the entry is %+v", last)
	}
}

// TestALateTimeOfClaiming expects the time of the only counterpart without naming them,
// and the former time in the journal. A form that only names the counterpart states nothing.
func TestALateTimeOfClaiming(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filed := rig.FileCase(t)
	who := filed.Counterparts[0].ID
	for _, at := range []time.Time{filed.SentAt.Add(time.Minute), filed.SentAt.Add(2 * time.Minute)} {
		act(t, rig, recovery.RoleClaimant, filed.ID, recovery.ActionBody{Action: recovery.AmendFacts, ShareTakenAt: &at})
		if got := readCase(t, rig, filed.ID).Counterparts[0].ClaimedAt; got == nil || !got.Equal(at) {
			t.Errorf("claimed at %v, want %v", got, at)
		}
	}
	entries := rig.ReadEntries(t, filed.ID)
	last := entries[len(entries)-1]
	before, _ := last.Facts["before"].(map[string]any)
	if last.Facts["counterpart_id"] != string(who) || before["claimed_at"] == nil {
		t.Errorf("the entry states %v", last.Facts)
	}
	refuse := func(change recovery.ActionBody, field, code string) {
		t.Helper()
		change.Action = recovery.AmendFacts
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), filed.ID, change)
		wantField(t, err, field, code)
	}
	early, late := filed.SentAt.Add(-time.Minute), filed.SentAt.Add(3*time.Minute)
	refuse(recovery.ActionBody{CounterpartID: who}, "", "required")
	refuse(recovery.ActionBody{ShareTakenAt: &early}, "claimed_at", "before_sending")
	refuse(recovery.ActionBody{ShareTakenAt: &late, ClaimState: recovery.Unclaimed}, "claimed_at", "contradicts")
	refuse(recovery.ActionBody{SentAt: &late}, "sent_at", "contradicts")
	act(t, rig, recovery.RoleClaimant, filed.ID, recovery.ActionBody{Action: recovery.AmendFacts, SentAt: &late, ShareTakenAt: &late})
	if after := readCase(t, rig, filed.ID); !after.SentAt.Equal(late) || !after.Counterparts[0].ClaimedAt.Equal(late) {
		t.Errorf("sent %s, claimed %s", after.SentAt, after.Counterparts[0].ClaimedAt)
	}
}

// TestALateAmountReopensAndCloses expects the amount to move claim, outcome, journal and
// the money of each stage in the same step.
func TestALateAmountReopensAndCloses(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filed := rig.FileCase(t)
	id, now := filed.ID, rig.Now()
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.RecordReturn, Amount: fen(200_000), At: &now, Channel: recovery.ByWeChat})
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.AmendFacts, Amount: fen(300_000)})
	view := readCase(t, rig, id)
	if !view.Position.IsOpen() || view.Position.Outstanding() != 100_000 || view.Amount != 300_000 || view.ClosedAt != nil {
		t.Errorf("more is missing, and the case stands at %+v", view.Position)
	}
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), id, recovery.ActionBody{
		Action: recovery.AmendFacts, Amount: fen(150_000),
	})
	wantField(t, err, "amount_fen", "below_shares")
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{
		Action: recovery.RecordShare, CounterpartID: filed.Counterparts[0].ID, Claimed: fen(150_000), Confirm: new(true),
	})
	lower := recovery.ActionBody{Action: recovery.AmendFacts, Amount: fen(150_000)}
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), id, lower)
	wantCode(t, err, recovery.CodeConfirmNeeded)
	lower.Confirm = new(true)
	act(t, rig, recovery.RoleClaimant, id, lower)
	if p := readCase(t, rig, id).Position; p.IsOpen() || p.Outcome != recovery.RecoveredFull || p.Recovered != 150_000 || p.Surplus != 50_000 {
		t.Errorf("everything is back, and the case stands at %+v", p)
	}
	if n := rig.CountRows(t, "cases where contact_fen = 150000 and amount_fen = 150000 and claim_fen = 150000"); n != 1 {
		t.Error("the statistics have other sums")
	}
	entries := rig.ReadEntries(t, id)
	var former []any
	for _, entry := range entries {
		if before, said := entry.Facts["before"].(map[string]any); said && entry.Kind == recovery.EntryFactsAmended {
			former = append(former, before["amount_fen"])
		}
	}
	if len(former) != 2 || former[0] != float64(200_000) || former[1] != float64(300_000) {
		t.Errorf("the former amounts are %v", former)
	}
}

// TestALateClaimStateStartsOrStopsTheWatch expects the stage that a filing with the right
// facts has, and the deadline of the refund.
func TestALateClaimStateStartsOrStopsTheWatch(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	longAgo, lately := rig.Now().Add(-72*time.Hour).Truncate(time.Second), rig.Now().Add(-time.Hour).Truncate(time.Second)
	for name, test := range map[string]struct {
		sentAt time.Time
		state  recovery.ClaimState
		amend  recovery.ActionBody
		want   recovery.Stage
	}{
		"unclaimed after all":                 {lately, recovery.Claimed, recovery.ActionBody{ClaimState: recovery.Unclaimed}, recovery.RecallWatch},
		"not known after all":                 {lately, recovery.Claimed, recovery.ActionBody{ClaimState: recovery.ClaimUnknown}, recovery.RecallWatch},
		"claimed after all":                   {lately, recovery.Unclaimed, recovery.ActionBody{ClaimState: recovery.Claimed}, recovery.PrivateContact},
		"unclaimed, but the refund is over":   {longAgo, recovery.Claimed, recovery.ActionBody{ClaimState: recovery.Unclaimed}, recovery.PrivateContact},
		"unclaimed, and sent lately":          {longAgo, recovery.Unclaimed, recovery.ActionBody{SentAt: &lately}, recovery.RecallWatch},
		"claimed, and sent lately":            {longAgo, recovery.Claimed, recovery.ActionBody{SentAt: &lately}, recovery.PrivateContact},
		"another fact of an unclaimed packet": {lately, recovery.Unclaimed, recovery.ActionBody{Reason: string(recovery.WrongPerson)}, recovery.RecallWatch},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			filing := casetest.Filing()
			filing.SentAt, filing.ClaimState, filing.Counterparts[0].Claimed = &test.sentAt, test.state, 0
			id := fileWith(t, rig, filing).ID
			test.amend.Action = recovery.AmendFacts
			act(t, rig, recovery.RoleClaimant, id, test.amend)
			view := readCase(t, rig, id)
			watched := slices.ContainsFunc(view.Deadlines, func(d recovery.Deadline) bool { return d.Kind == recovery.AutoRefundClock })
			if view.Position.Stage != test.want || watched != (test.want == recovery.RecallWatch) {
				t.Errorf("the case stands in %s, deadlines %+v", view.Position.Stage, view.Deadlines)
			}
		})
	}
}

// TestLaterHoldersOfAPacket expects later takers to have a part of their own, never more
// together than was sent, and a name that the search follows.
func TestLaterHoldersOfAPacket(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filing := casetest.Filing()
	filing.Instrument, filing.Counterparts[0].Claimed = recovery.LuckyPacket, 120_000
	id := fileWith(t, rig, filing).ID
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.AddCounterpart, Alias: "后来的小陈", Claimed: fen(50_000)})
	view := readCase(t, rig, id)
	if len(view.Counterparts) != 2 || view.Position.AmountOwedBy(view.Counterparts[1].ID) != 50_000 || view.Position.AmountOwedBy(view.Counterparts[0].ID) != 120_000 {
		t.Fatalf("the parts are %+v", view.Position.Counterparts)
	}
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), id, recovery.ActionBody{Action: recovery.AddCounterpart, Alias: "小周", Claimed: fen(30_001)})
	wantField(t, err, "claimed_fen", "sum_too_large")
	chen := view.Counterparts[1].ID
	_, err = rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), id, recovery.ActionBody{Action: recovery.RecordShare, CounterpartID: chen, Claimed: fen(80_001)})
	wantField(t, err, "claimed_fen", "sum_too_large")
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.RecordShare, CounterpartID: chen, Claimed: fen(80_000)})
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.RenameCounterpart, CounterpartID: chen, Alias: "陈立"})
	for words, want := range map[string]int{"陈立": 1, "小陈": 0} {
		if page, _, err := rig.Store.ListCases(t.Context(), recovery.CaseFilter{Query: words}, 10, ""); err != nil || len(page) != want {
			t.Errorf("%s is found in %d cases: %v", words, len(page), err)
		}
	}
	if view = readCase(t, rig, id); view.Counterparts[1].Claimed != 80_000 || view.Position.Counterparts[1].Share != 80_000 {
		t.Errorf("record and position differ: %+v", view.Counterparts[1])
	}
}

// uploadBill adds a bill with a payment in row 4 and one that was given back in row 5.
func uploadBill(t *testing.T, rig *casetest.Fixture, id recovery.CaseID, paidAt time.Time) recovery.Evidence {
	t.Helper()
	at := paidAt.In(recovery.Shanghai).Format(time.DateTime)
	bill := "微信支付账单明细,,,,,,,,,,\n----------------------微信支付账单明细列表--------------------,,,,,,,,,,\n" +
		"交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n" +
		at + ",转账,周宁,/,支出,¥2000.00,零钱,朋友已收钱,100005000200,2000050002,/\n" +
		at + ",转账,周宁,/,支出,¥2000.00,零钱,已全额退款,100005000300,2000050003,/\n"
	return rig.Upload(t, id, recovery.Statement, []byte(bill))
}

// TestABillIsAdoptedWithOnePress expects number, time and name of a row to be taken over
// in one entry that names its source, and nothing to be left to adopt.
func TestABillIsAdoptedWithOnePress(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	id := rig.FileCase(t).ID
	filed := readCase(t, rig, id)
	file := uploadBill(t, rig, id, filed.SentAt.Add(4*time.Minute))
	adopt := recovery.ActionBody{Action: recovery.AdoptMatch, EvidenceID: file.ID, Row: 99}
	take := func() error {
		_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), id, adopt)
		return err
	}
	wantField(t, take(), "row", "unknown")
	adopt.Row = 5
	wantCode(t, take(), recovery.CodeConfirmNeeded)
	adopt.Row = 4
	if err := take(); err != nil {
		t.Fatal(err)
	}
	view := readCase(t, rig, id)
	if view.TransactionNo != "100005000200" || view.Counterparts[0].Alias != "周宁" || !view.SentAt.Equal(filed.SentAt.Add(4*time.Minute)) {
		t.Errorf("adopted: %s %s %s", view.TransactionNo, view.Counterparts[0].Alias, view.SentAt)
	}
	entries := rig.ReadEntries(t, id)
	last := entries[len(entries)-1]
	if last.Kind != recovery.EntryFactsAmended || last.Facts["evidence_id"] != string(file.ID) || last.Facts["row"] != float64(4) ||
		last.Commitments["transaction_no"] == "" || last.Commitments["alias"] == "" {
		t.Errorf("the entry is %+v", last)
	}
	if fault := wantCode(t, take(), recovery.CodeConflict); fault.Fields[0].Code != "nothing_to_adopt" {
		t.Errorf("adopted twice: %v", fault)
	}
}

// TestAnAdoptedFactIsAmended expects what a bill showed to be amended like what was typed:
// the number can be removed, and is offered for adoption again.
func TestAnAdoptedFactIsAmended(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filed := rig.FileCase(t)
	file := uploadBill(t, rig, filed.ID, filed.SentAt.Add(4*time.Minute))
	adopt := recovery.ActionBody{Action: recovery.AdoptMatch, EvidenceID: file.ID, Row: 4}
	act(t, rig, recovery.RoleClaimant, filed.ID, adopt)
	adopted := findEntry(t, rig, filed.ID, recovery.EntryFactsAmended).Seq
	_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), filed.ID, recovery.ActionBody{Action: recovery.Correct, Seq: adopted, Reason: "x"})
	if fault := wantCode(t, err, recovery.CodeCorrectionRefused); fault.Correction.Reason != recovery.ReplacedByAction || fault.Correction.Action != recovery.AmendFacts {
		t.Errorf("the refusal is %+v", fault.Correction)
	}
	sent := filed.SentAt.Add(2 * time.Minute)
	act(t, rig, recovery.RoleClaimant, filed.ID, recovery.ActionBody{Action: recovery.AmendFacts, TransactionNo: new(""), Why: "那一笔是别的转账", SentAt: &sent})
	if view := readCase(t, rig, filed.ID); view.TransactionNo != "" || !view.SentAt.Equal(sent) || view.Counterparts[0].Alias != "周宁" {
		t.Errorf("amended: %q %s %s", view.TransactionNo, view.SentAt, view.Counterparts[0].Alias)
	}
	act(t, rig, recovery.RoleClaimant, filed.ID, adopt)
	if view := readCase(t, rig, filed.ID); view.TransactionNo != "100005000200" {
		t.Errorf("adopted again: %q", view.TransactionNo)
	}
}

// TestTakingBackAnAddedCounterpart expects nothing of the person to stay: no mark, no
// words in the search, no link that works.
func TestTakingBackAnAddedCounterpart(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	id := rig.FileCase(t).ID
	marks := func() int { return rig.CountRows(t, "party_marks where case_id = $1 and side = 'counterpart'", id) }
	before := marks()
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.AddCounterpart, Alias: "误加的小孙", Contact: "13900001111"})
	added := readCase(t, rig, id).Counterparts[1].ID
	entries := rig.ReadEntries(t, id)
	seq := entries[len(entries)-1].Seq
	link, err := rig.IssueLink(t.Context(), rig.As(recovery.RoleClaimant), id, added, 0)
	if err != nil || marks() <= before {
		t.Fatalf("%d marks after %d: %v", marks(), before, err)
	}
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.RenameCounterpart, CounterpartID: added, Alias: "误加的老孙"})
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.Correct, Seq: seq, Reason: "此人没有领取"})
	entries = rig.ReadEntries(t, id)
	last := entries[len(entries)-1]
	if last.Kind != recovery.EntryLinkRevoked || last.Facts["link_id"] != link.Value.ID || last.Facts["counterpart_id"] != string(added) ||
		last.Facts["because"] != string(recovery.EntryCorrected) || last.Actor != rig.Actor(recovery.RoleClaimant) {
		t.Errorf("the revoked link is recorded as %+v", last)
	}
	if view := readCase(t, rig, id); len(view.Counterparts) != 1 || len(view.Position.Counterparts) != 1 {
		t.Errorf("the counterparts are %+v", view.Counterparts)
	}
	if after := marks(); after != before {
		t.Errorf("%d marks, before the person was added %d", after, before)
	}
	for _, words := range []string{"误加的小孙", "误加的老孙", "13900001111"} {
		if page, _, err := rig.Store.ListCases(t.Context(), recovery.CaseFilter{Query: words}, 10, ""); err != nil || len(page) != 0 {
			t.Errorf("%s is found in %d cases: %v", words, len(page), err)
		}
	}
	if _, err := rig.FindLink(t.Context(), link.Value.Token); recovery.CodeOf(err) != recovery.CodeLinkEnded {
		t.Errorf("the link of somebody who is no counterpart: %v", err)
	}
}
