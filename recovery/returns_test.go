package recovery_test

import (
	"testing"

	"pgregory.net/rapid"

	"recourse/recovery"
)

func TestAnswers(t *testing.T) {
	t.Parallel()
	const kind, private = recovery.EntryResponseRecorded, recovery.PrivateContact
	lone := at(private, alone)
	saidSo := play(t, lone, own(recovery.Returned, 30_000))
	strike(t, []stroke{
		{"a refusal by one of two", at(private), says("a", recovery.Refused, 0), seen{Kind: kind, Stage: private, Waits: recovery.OnCounterpart}},
		{"the last refusal ends the stage", at(private, func(p *recovery.Position) { p.Counterparts[0].Answer = recovery.Hostile }),
			says("b", recovery.Contested, 0), seen{Kind: kind, Stage: recovery.GroupNotice, Waits: recovery.OnCounterpart}},
		{"the last who still holds something refuses", at(private, shares(40_000, 60_000), recovered(40_000), func(p *recovery.Position) { p.Counterparts[0].Returned = 40_000 }),
			says("b", recovery.Refused, 0), seen{Kind: kind, Stage: recovery.GroupNotice, Waits: recovery.OnCounterpart, Recovered: 40_000}},
		{"refused by the counterpart's own word", lone, own(recovery.Refused, 0),
			seen{Kind: kind, Stage: recovery.Appeal, Appeal: recovery.AppealPreparing, Waits: recovery.OnClaimant}},
		{"a refusal in the appeal moves nothing", appeal(recovery.AppealSubmitted, alone), says("a", recovery.Refused, 0),
			seen{Kind: kind, Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted, Waits: recovery.OnAgent}},
		{"a refusal in a pause moves nothing", at(private, alone, paused), says("a", recovery.Refused, 0), seen{Kind: kind, Stage: private, Waits: recovery.OnNobody}},
		{"a promise is waited for", at(private), says("b", recovery.Promised, 0),
			seen{Kind: kind, Stage: private, Waits: recovery.OnCounterpart, Restart: recovery.PromiseClock}},
		{"a promise of the only one interrupts the limitation", lone, says("a", recovery.Promised, 0),
			seen{Kind: kind, Stage: private, Waits: recovery.OnCounterpart, Restart: recovery.PromiseClock}},
		{"a part comes back", at(private), says("a", recovery.PartlyReturned, 40_000), seen{Kind: kind, Stage: private, Waits: recovery.OnCounterpart, Recovered: 40_000}},
		{"all of it comes back", at(recovery.GroupNotice), says("a", recovery.Returned, claim),
			seen{Kind: kind, Stage: recovery.Closed, Outcome: recovery.RecoveredFull, Waits: recovery.OnNobody, Recovered: claim}},
		{"returned without a figure is all that is missing", at(private, alone, recovered(1)), says("a", recovery.Returned, 0),
			seen{Kind: kind, Stage: recovery.Closed, Outcome: recovery.RecoveredFull, Waits: recovery.OnNobody, Recovered: claim}},
		{"returned without a figure is the share", at(private, shares(40_000, 60_000)), says("a", recovery.Returned, 0),
			seen{Kind: kind, Stage: private, Waits: recovery.OnCounterpart, Recovered: 40_000}},
		{"returned twice without a figure counts once", at(private, shares(40_000, 60_000), recovered(40_000), func(p *recovery.Position) { p.Counterparts[0].Returned = 40_000 }),
			says("a", recovery.Returned, 0), seen{Kind: kind, Stage: private, Waits: recovery.OnCounterpart, Recovered: 40_000}},
		{"their own word brings no money", lone, own(recovery.Returned, 0), seen{Kind: kind, Stage: private, Waits: recovery.OnClaimant}},
		{"nor does it take the case from the desk", appeal(recovery.AppealSubmitted, alone), own(recovery.Returned, 1),
			seen{Kind: kind, Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted, Waits: recovery.OnAgent}},
		{"the claimant sees less than they said", saidSo, back("a", 20_000),
			seen{Kind: recovery.EntryReturnRecorded, Stage: private, Waits: recovery.OnClaimant, Recovered: 20_000}},
		{"the claimant sees the rest", play(t, saidSo, back("a", 20_000)), back("a", 10_000),
			seen{Kind: recovery.EntryReturnRecorded, Stage: private, Waits: recovery.OnCounterpart, Recovered: 30_000}},
		{"the claimant says that nothing came", saidSo, says("a", recovery.Hostile, 0),
			seen{Kind: kind, Stage: recovery.Appeal, Appeal: recovery.AppealPreparing, Waits: recovery.OnClaimant}},
		{"the claimant says that nothing came, of one of two", play(t, at(private), own(recovery.PartlyReturned, 30_000)), says("a", recovery.Contested, 0),
			seen{Kind: kind, Stage: private, Waits: recovery.OnCounterpart}},
		{"they take their word back", saidSo, own(recovery.PartlyReturned, 0), seen{Kind: kind, Stage: private, Waits: recovery.OnCounterpart}},
	})
}

func TestReturns(t *testing.T) {
	t.Parallel()
	const kind = recovery.EntryReturnRecorded
	unnamed := act(recovery.RoleAgent, recovery.RecordReturn, amount(10))
	closed := func(outcome recovery.Outcome, back recovery.Money) recovery.Position {
		return at(recovery.Closed, recovered(back), func(p *recovery.Position) { p.Outcome = outcome })
	}
	after := func(outcome recovery.Outcome, recovered recovery.Money) seen {
		return seen{Kind: kind, Stage: recovery.Closed, Outcome: outcome, Waits: recovery.OnNobody, Recovered: recovered}
	}
	more := func(s seen, surplus recovery.Money) seen {
		s.Surplus = surplus
		return s
	}
	strike(t, []stroke{
		{"by one of two", at(recovery.Legal), back("b", 10), seen{Kind: kind, Stage: recovery.Legal, Waits: recovery.OnClaimant, Recovered: 10}},
		{"by nobody in particular", at(recovery.Legal), unnamed, seen{Kind: kind, Stage: recovery.Legal, Waits: recovery.OnClaimant, Recovered: 10}},
		{"by the last who owes", at(recovery.GroupNotice, shares(40_000, 60_000), func(p *recovery.Position) { p.Counterparts[0].Returned = 40_000 }, recovered(40_000)), back("b", 1),
			seen{Kind: kind, Stage: recovery.GroupNotice, Waits: recovery.OnCounterpart, Recovered: 40_001}},
		{"all refunded by the platform", at(recovery.RecallWatch), refund(claim), after(recovery.AutoRefunded, claim)},
		{"the rest of a lucky packet refunded: it is off the claim", at(recovery.RecallWatch, shares(30_000, 10_000), asked), refund(60_000),
			seen{Kind: kind, Stage: recovery.PrivateContact, Waits: recovery.OnCounterpart, Recovered: 60_000}},
		{"a part refunded before the window is over: more may come", at(recovery.RecallWatch), refund(60_000),
			seen{Kind: kind, Stage: recovery.RecallWatch, Waits: recovery.OnPlatform, Recovered: 60_000}},
		{"refunded after all in a later stage", at(recovery.GroupNotice), refund(claim - 1),
			seen{Kind: kind, Stage: recovery.GroupNotice, Waits: recovery.OnCounterpart, Recovered: claim - 1}},
		{"a refund and a return make it full", at(recovery.GroupNotice, recovered(1)), refund(claim - 1), after(recovery.RecoveredFull, claim)},
		{"more than is missing", at(recovery.Legal), sure(back("a", claim+5)), more(after(recovery.RecoveredFull, claim), 5)},
		{"to a case closed with nothing", closed(recovery.Unrecovered, 0), back("a", 5), after(recovery.RecoveredPartly, 5)},
		{"the rest, to a case closed in part", closed(recovery.RecoveredPartly, 5), back("a", claim-5), after(recovery.RecoveredFull, claim)},
		{"a late refund of all", closed(recovery.Unrecovered, 0), refund(claim), after(recovery.AutoRefunded, claim)},
		{"twice, to a case closed in full", closed(recovery.RecoveredFull, claim), sure(back("a", claim)), more(after(recovery.RecoveredFull, claim), claim)},
		{"to a case refunded", closed(recovery.AutoRefunded, claim), sure(unnamed), more(after(recovery.AutoRefunded, claim), 10)},
		{"to a case withdrawn", closed(recovery.Withdrawn, 0), back("a", claim), after(recovery.Withdrawn, claim)},
		{"to a settled case", closed(recovery.Settled, 0), back("a", 5), after(recovery.Settled, 5)},
		{"after a judgment", closed(recovery.Judgment, 0), back("a", claim), after(recovery.Judgment, claim)},
		{"after a criminal case", closed(recovery.CriminalReferred, 0), back("a", 5), after(recovery.CriminalReferred, 5)},
		{"to a case not eligible", closed(recovery.NotEligible, 0), back("a", 5), after(recovery.NotEligible, 5)},
	})
}

func TestMoneyRefused(t *testing.T) {
	t.Parallel()
	private := at(recovery.PrivateContact)
	refuse(t, []refusal{
		{"an answer of a stranger", private, says("z", recovery.Refused, 0), recovery.CodeInvalid, "counterpart_id:unknown"},
		{"a return by a stranger", private, back("z", 1), recovery.CodeInvalid, "counterpart_id:unknown"},
		{"a complaint of a stranger", private, act(recovery.RoleClaimant, recovery.ReportHarassment, of("z")), recovery.CodeInvalid, "counterpart_id:unknown"},
		{"one of two returned, without a figure", private, says("a", recovery.Returned, 0), recovery.CodeInvalid, "amount_fen:required"},
		{"a counterpart for another", private, act(recovery.RoleCounterpart, recovery.RecordResponse, of("b")), recovery.CodeForbidden, ""},
		{"a counterpart for nobody", private, act(recovery.RoleCounterpart, recovery.ReportHarassment, of("")), recovery.CodeForbidden, ""},
		{"a counterpart books money", private, act(recovery.RoleCounterpart, recovery.RecordReturn, amount(1)), recovery.CodeForbidden, ""},
		{"less than nothing", private, back("a", -1), recovery.CodeInvalid, "amount_fen:out_of_range"},
		{"more than any case", private, back("a", recovery.MaxMoney+1), recovery.CodeInvalid, "amount_fen:out_of_range"},
	})
}

// TestOwnPromisesWinTimeOnce: a counterpart who promises again and again by their
// own word does not put off the end of the stage.
func TestOwnPromisesWinTimeOnce(t *testing.T) {
	t.Parallel()
	p := play(t, at(recovery.PrivateContact), own(recovery.Promised, 0))
	if p.MainClock() != recovery.PromiseClock {
		t.Fatalf("the first promise: %s", p.MainClock())
	}
	if step, _ := p.Take(own(recovery.Promised, 0)); step.Restart != "" {
		t.Errorf("the second promise starts %s anew", step.Restart)
	}
	p = play(t, p, own(recovery.Contested, 0), own(recovery.Promised, 0))
	if p.MainClock() != recovery.ContactClock || p.Counterparts[0].Answer != recovery.Contested {
		t.Errorf("promised, contested, promised: %s, %+v", p.MainClock(), p.Counterparts[0])
	}
	if p = play(t, p, says("a", recovery.Promised, 0)); p.MainClock() != recovery.PromiseClock {
		t.Errorf("a promise that the claimant tells of: %s", p.MainClock())
	}
	p = play(t, p.PassDeadline(recovery.PromiseClock, "").Next, own(recovery.Promised, 0))
	if p.Stage != recovery.GroupNotice || p.MainClock() != recovery.PromiseClock {
		t.Errorf("a promise in the next stage: %s %s", p.Stage, p.MainClock())
	}
}

// TestOwed: what one counterpart owes is never more than is missing in all.
func TestOwed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Map(rapid.Int64Range(0, int64(2*claim)), func(n int64) recovery.Money { return recovery.Money(n) })
		p := at(recovery.PrivateContact, shares(fen.Draw(t, "a"), fen.Draw(t, "b")), recovered(0)).WithReceived(fen.Draw(t, "back"))
		p.Counterparts[0].Returned = fen.Draw(t, "by a")
		owed := p.AmountOwedBy("a")
		if owed < 0 || owed > p.Outstanding() || p.Outstanding() < 0 || p.Surplus < 0 {
			t.Fatalf("owed %d, outstanding %d, overpaid %d", owed, p.Outstanding(), p.Surplus)
		}
		if p.Recovered != claim-p.Outstanding() || p.Received() != p.Recovered+p.Surplus || p.Surplus > 0 && p.Outstanding() > 0 {
			t.Fatalf("the sums do not add up: %+v", p)
		}
		if share := p.Counterparts[0].Share; share > 0 && owed > max(0, share-p.Counterparts[0].Returned) {
			t.Fatalf("owed %d of the share %d", owed, share)
		}
		if p.AmountOwedBy("z") != 0 {
			t.Fatal("a stranger owes something")
		}
	})
}

// A lone holder of money that was split owes their share and no more; where nobody
// knows it, "returned" needs a figure.
func TestALoneHolderOfASplitSum(t *testing.T) {
	t.Parallel()
	split := func(share recovery.Money) func(*recovery.Position) {
		return func(p *recovery.Position) { p.Split, p.Counterparts[0].Share = true, share }
	}
	private := at(recovery.PrivateContact, alone, split(3_400))
	if owed := private.AmountOwedBy("a"); owed != 3_400 {
		t.Errorf("owed %d", owed)
	}
	strike(t, []stroke{
		{"the share comes back", private, says("a", recovery.Returned, 0),
			seen{Kind: recovery.EntryResponseRecorded, Stage: recovery.PrivateContact, Waits: recovery.OnCounterpart, Recovered: 3_400}},
	})
	refuse(t, []refusal{
		{"of a share nobody knows", at(recovery.PrivateContact, alone, split(0)), says("a", recovery.Returned, 0), recovery.CodeInvalid, "amount_fen:required"},
	})
	c := recovery.Case{
		Amount: claim, Instrument: recovery.LuckyPacket, ClaimState: recovery.Claimed,
		Counterparts: []recovery.Counterpart{{ID: "a", Claimed: 3_400}},
	}
	if started := recovery.StartPosition(c, recovery.Terms{}); started.AmountOwedBy("a") != 3_400 {
		t.Errorf("a case filed with one share: %+v", started)
	}
	c.Instrument = recovery.Transfer
	if started := recovery.StartPosition(c, recovery.Terms{}); started.AmountOwedBy("a") != claim {
		t.Errorf("a transfer: %+v", started)
	}
}
