package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// overpaidFiling is a transfer of 11,000 yuan to one person, in which too much was
// paid.
func overpaidFiling(intended recovery.Money) recovery.Filing {
	filing := casetest.Filing()
	filing.Instrument, filing.Amount, filing.Reason, filing.ClaimState = recovery.Transfer, 1_100_000, recovery.WrongAmount, recovery.Claimed
	filing.Group = &recovery.Group{Kind: recovery.NoGroup}
	filing.Counterparts = []recovery.FilingCounterpart{{Alias: "卖家"}}
	filing.Intended = intended
	return filing
}

func fileWith(t *testing.T, rig *casetest.Fixture, filing recovery.Filing) casework.View {
	t.Helper()
	reply, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	return reply.Value
}

func textsOf(t *testing.T, rig *casetest.Fixture, id recovery.CaseID, stage recovery.Stage) string {
	t.Helper()
	texts, err := rig.Texts(t.Context(), rig.Actor(recovery.RoleClaimant), id, stage)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, text := range texts {
		all.WriteString(text.Body + text.Short)
	}
	return all.String()
}

func readCase(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) casework.View {
	t.Helper()
	view, err := rig.Case(t.Context(), rig.Actor(recovery.RoleClaimant), id)
	if err != nil {
		t.Fatal(err)
	}
	return view
}

// TestAnAmountStatedLaterChangesTheWholeCase: until then nobody is asked for a sum,
// afterwards everything asks for the surplus, and its return closes the case.
func TestAnAmountStatedLaterChangesTheWholeCase(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	id := fileWith(t, rig, overpaidFiling(0)).ID
	if text := textsOf(t, rig, id, recovery.PrivateContact); strings.Contains(text, "11,000.00") || !strings.Contains(text, "多付的部分") {
		t.Errorf("before: %s", text)
	}
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.AmendFacts, Facts: recovery.Facts{Intended: 110_000}})
	view := readCase(t, rig, id)
	if view.Position.Claim != 990_000 || view.Position.AmountOwedBy(view.Counterparts[0].ID) != 990_000 {
		t.Errorf("the claim is %s", view.Position.Claim)
	}
	for _, stage := range []recovery.Stage{recovery.PrivateContact, recovery.Appeal, recovery.Legal} {
		if text := textsOf(t, rig, id, stage); !strings.Contains(text, "9,900.00") {
			t.Errorf("%s: %s", stage, text)
		}
	}
	now, surplus := rig.Now(), recovery.Money(990_000)
	act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{
		Action: recovery.RecordReturn, CounterpartID: view.Counterparts[0].ID, Amount: &surplus, At: &now, Channel: recovery.BankTransfer,
	})
	view = readCase(t, rig, id)
	if view.Position.Outcome != recovery.RecoveredFull || view.Position.Surplus != 0 {
		t.Errorf("after the surplus came back: %s, %s too much", view.Position.Outcome, view.Position.Surplus)
	}
	for _, deadline := range view.Deadlines {
		if deadline.Kind != recovery.AvoidanceClock && deadline.Kind != recovery.LimitationClock {
			t.Errorf("a deadline is left: %s", deadline.Kind)
		}
	}
}

// TestAPacketOfManyIsAskedBackWithoutEachOwnPart: 188 yuan each, where 1.88 was meant.
func TestAPacketOfManyIsAskedBackWithoutEachOwnPart(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filing := overpaidFiling(18_800)
	filing.Instrument, filing.Amount, filing.Group = recovery.OrdinaryPacket, 1_880_000, &recovery.Group{Kind: recovery.FriendsGroup, Size: 120}
	filing.Counterparts = []recovery.FilingCounterpart{{Alias: "甲", Claimed: 18_800}, {Alias: "乙", Claimed: 18_800}}
	view := fileWith(t, rig, filing)
	for _, counterpart := range view.Counterparts {
		if got := view.Position.AmountOwedBy(counterpart.ID); got != 18_612 {
			t.Errorf("%s owes %s", counterpart.Alias, got)
		}
	}
	issued, err := rig.IssueLink(t.Context(), rig.As(recovery.RoleClaimant), view.ID, view.Counterparts[0].ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	link, err := rig.FindLink(t.Context(), issued.Value.Token)
	if err != nil {
		t.Fatal(err)
	}
	page, err := rig.OpenCounterpartView(t.Context(), casework.Request{Actor: casework.CounterpartActor(link)}, link)
	if err != nil {
		t.Fatal(err)
	}
	if page.Asked == nil || *page.Asked != 18_612 || page.Text == nil || !strings.Contains(page.Text.Body, "多付的 186.12 元") ||
		strings.Contains(page.Text.Body, "18,800") {
		t.Errorf("asked %v: %+v", page.Asked, page.Text)
	}
}

func sendsFiling(numbers ...string) recovery.Filing {
	filing := casetest.Filing()
	first := *filing.SentAt
	filing.Amount, filing.TransactionNo, filing.Sends = 0, "", nil
	filing.Counterparts = []recovery.FilingCounterpart{{Alias: "项目群老王"}}
	for i, number := range numbers {
		at := first.Add(time.Duration(i) * time.Minute)
		filing.Sends = append(filing.Sends, recovery.Send{Amount: 18_800, SentAt: &at, TransactionNo: number})
		filing.Amount += 18_800
	}
	return filing
}

func TestSeveralSendsAreOneCase(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	view := fileWith(t, rig, sendsFiling("7001", "7002", "7003"))
	_, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), sendsFiling("7003", "7004"))
	wantCode(t, err, recovery.CodeTransactionOpen)
	if text := textsOf(t, rig, view.ID, recovery.Appeal); !strings.Contains(text, "（一共 564.00 元）") || !strings.Contains(text, "7001、7002、7003") {
		t.Errorf("%s", text)
	}
	at := slices.IndexFunc(view.Deadlines, func(d recovery.Deadline) bool { return d.Kind == recovery.AutoRefundClock })
	last := view.SentAt.Add(2 * time.Minute)
	if at >= 0 && !view.Deadlines[at].DueAt.Equal(last.Add(24*time.Hour)) {
		t.Errorf("the refund of the last payment is expected at %s", view.Deadlines[at].DueAt)
	}
}

func TestTheOtherSideDoesNotLearnWhoPaid(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filing := overpaidFiling(110_000)
	filing.Payer = &recovery.Payer{Name: "欧阳春", Relation: "妹夫"}
	view := fileWith(t, rig, filing)
	if view.Payer.Name != "欧阳春" {
		t.Errorf("the claimant sees %+v", view.Payer)
	}
	if text := textsOf(t, rig, view.ID, recovery.PrivateContact); !strings.Contains(text, "我请人代付时") || strings.Contains(text, "欧阳春") {
		t.Errorf("%s", text)
	}
	needed := recovery.Particulars{}.NeededPapers(view.Case)
	if !slices.Contains(needed, recovery.PaperPayer) {
		t.Errorf("the authority of the person who paid is missing: %v", needed)
	}
}
