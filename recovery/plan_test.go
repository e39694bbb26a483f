package recovery_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/recovery"
)

func accept(role recovery.Role) recovery.Command { return act(role, recovery.AcceptPlan, of("a")) }

func decline(role recovery.Role) recovery.Command { return act(role, recovery.DeclinePlan, of("a")) }

func pays(id recovery.CounterpartID, no int, fen recovery.Money) recovery.Command {
	return act(recovery.RoleClaimant, recovery.RecordInstalment, of(id), amount(fen), func(m *recovery.Command) { m.No = no })
}

func TestPlans(t *testing.T) {
	t.Parallel()
	const private = recovery.PrivateContact
	claimant, counterpart := recovery.RoleClaimant, recovery.RoleCounterpart
	offered := play(t, at(private, alone), propose(counterpart, 60_000, 40_000))
	runs := play(t, offered, accept(claimant))
	strike(t, []stroke{
		{"the claimant offers a plan", at(private, alone), propose(claimant, claim), seen{Kind: recovery.EntryPlanProposed, Stage: private, Waits: recovery.OnCounterpart}},
		{"the counterpart offers one: the claimant answers", at(private, alone), propose(counterpart, 60_000, 40_000), seen{Kind: recovery.EntryPlanProposed, Stage: private, Waits: recovery.OnClaimant}},
		{"another takes its place", offered, propose(claimant, 1, claim-1), seen{Kind: recovery.EntryPlanProposed, Stage: private, Waits: recovery.OnCounterpart}},
		{"accepted", offered, accept(claimant), seen{Kind: recovery.EntryPlanAccepted, Stage: private, Waits: recovery.OnCounterpart}},
		{"accepted by the counterpart", play(t, at(private, alone), propose(claimant, claim)), accept(counterpart), seen{Kind: recovery.EntryPlanAccepted, Stage: private, Waits: recovery.OnCounterpart}},
		{"declined", offered, decline(claimant), seen{Kind: recovery.EntryPlanDeclined, Stage: private, Waits: recovery.OnCounterpart}},
		{"taken back", offered, decline(counterpart), seen{Kind: recovery.EntryPlanDeclined, Stage: private, Waits: recovery.OnCounterpart}},
		{"an instalment", runs, pays("a", 1, 60_000), seen{Kind: recovery.EntryInstalmentRecorded, Stage: private, Waits: recovery.OnCounterpart, Recovered: 60_000}},
		{"the last instalment", play(t, runs, pays("", 1, 60_000)), pays("", 2, 40_000), seen{Kind: recovery.EntryInstalmentRecorded, Stage: recovery.Closed, Outcome: recovery.RecoveredFull, Waits: recovery.OnNobody, Recovered: claim}},
		{"all at once, and too much", runs, sure(pays("a", 1, claim+7)), seen{Kind: recovery.EntryInstalmentRecorded, Stage: recovery.Closed, Outcome: recovery.RecoveredFull, Waits: recovery.OnNobody, Recovered: claim, Surplus: 7}},
		{"a return counts on the plan", runs, back("a", claim), seen{Kind: recovery.EntryReturnRecorded, Stage: recovery.Closed, Outcome: recovery.RecoveredFull, Waits: recovery.OnNobody, Recovered: claim}},
	})
}

func TestPlansRefused(t *testing.T) {
	t.Parallel()
	const private = recovery.PrivateContact
	claimant, counterpart := recovery.RoleClaimant, recovery.RoleCounterpart
	offered := play(t, at(private, alone), propose(counterpart, 60_000, 40_000))
	runs := play(t, offered, accept(claimant))
	two := at(private, plan(1, "a", true, 60_000), plan(2, "b", true, 20_000))
	tooLate := accept(claimant)
	happened(moment.AddDate(0, 1, 1))(&tooLate)
	stranger := propose(claimant, claim)
	stranger.CounterpartID = "z"
	refuse(t, []refusal{
		{"it does not add up", at(private, alone), propose(claimant, 60_000, 39_999), recovery.CodeInvalid, "instalments:sum_mismatch"},
		{"more than is owed", at(private, alone, recovered(1)), propose(claimant, claim), recovery.CodeInvalid, "instalments:sum_mismatch"},
		{"more than the share", at(private, shares(30_000, 70_000)), propose(claimant, claim), recovery.CodeInvalid, "instalments:sum_mismatch"},
		{"what the plan of another brings already", at(private, plan(1, "b", true, 60_000)), propose(claimant, claim), recovery.CodeInvalid, "instalments:sum_mismatch"},
		{"of a stranger", at(private), stranger, recovery.CodeInvalid, "counterpart_id:unknown"},
		{"beside a plan that runs", at(private, plan(1, "a", true, 60_000)), propose(claimant, 40_000), recovery.CodeActionNotAllowed, ""},
		{"of a share that is paid", at(private, shares(30_000, 70_000), recovered(30_000), func(p *recovery.Position) { p.Counterparts[0].Returned = 30_000 }), propose(claimant, 0), recovery.CodeInvalid, "instalments:sum_mismatch"},
		{"accepted by whoever offered it", offered, accept(counterpart), recovery.CodeActionNotAllowed, ""},
		{"accepted twice", runs, accept(claimant), recovery.CodeActionNotAllowed, ""},
		{"accepted after money came", play(t, offered, back("a", 1)), accept(claimant), recovery.CodeActionNotAllowed, ""},
		{"accepted after another plan was", at(private, plan(1, "a", false, claim), plan(2, "b", true, claim)), accept(claimant), recovery.CodeActionNotAllowed, ""},
		{"accepted after its first day", offered, tooLate, recovery.CodeActionNotAllowed, ""},
		{"declined where there is none", at(private, plan(1, "b", false, claim)), decline(claimant), recovery.CodeActionNotAllowed, ""},
		{"accepted where there is none", at(private, plan(1, "b", false, claim)), accept(claimant), recovery.CodeActionNotAllowed, ""},
		{"an instalment there is not", runs, pays("a", 3, 1), recovery.CodeInvalid, "no:unknown"},
		{"instalment nought", runs, pays("a", 0, 1), recovery.CodeInvalid, "no:unknown"},
		{"an instalment of nobody in particular", two, pays("", 1, 1), recovery.CodeInvalid, "counterpart_id:required"},
		{"an instalment of somebody without a plan", runs, pays("b", 1, 1), recovery.CodeActionNotAllowed, ""},
		{"an escalation while a plan brings all", runs, up(recovery.Legal), recovery.CodeActionNotAllowed, ""},
	})
	t.Run("on the very first day", func(t *testing.T) {
		t.Parallel()
		onTheDay := accept(claimant)
		happened(moment.AddDate(0, 1, 0))(&onTheDay)
		if p := play(t, offered, onTheDay); !p.Plans[0].Running {
			t.Errorf("it stands in %+v", p)
		}
	})
}

// TestPaymentsFillInOrder: money fills the earliest instalment first, however it
// is named, and whatever is above the plan is not lost.
func TestPaymentsFillInOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		fen := rapid.Map(rapid.Int64Range(1, 5_000), func(n int64) recovery.Money { return recovery.Money(n) })
		parts := rapid.SliceOfN(fen, 1, 8).Draw(t, "parts")
		p := at(recovery.GroupNotice, plan(1, "a", true, parts...))
		whole, paid := p.Plans[0].Remaining(), recovery.Money(0)
		for i := range rapid.IntRange(1, 6).Draw(t, "payments") {
			sum := fen.Draw(t, "sum")
			move := back("a", sum)
			if rapid.Bool().Draw(t, "as an instalment") && len(p.Plans) > 0 {
				move = pays("a", rapid.IntRange(1, len(parts)).Draw(t, "no"), sum)
			}
			step, err := p.Take(move)
			if err != nil {
				t.Fatalf("payment %d: %v", i, err)
			}
			p, paid = step.Next, paid+sum
			if p.Recovered != paid || p.Counterparts[0].Returned != paid {
				t.Fatalf("paid %d, recovered %d, by a %d", paid, p.Recovered, p.Counterparts[0].Returned)
			}
			if len(p.Plans) == 0 != (paid >= whole) {
				t.Fatalf("paid %d of %d: plans %+v", paid, whole, p.Plans)
			}
			checkOrder(t, p.Plans, whole-paid)
		}
	})
}

// checkOrder finds a paid fen behind an unpaid one.
func checkOrder(t *rapid.T, plans []recovery.Plan, rest recovery.Money) {
	for _, plan := range plans {
		if plan.Remaining() != rest {
			t.Fatalf("rest %d, want %d", plan.Remaining(), rest)
		}
		open := false
		for _, part := range plan.Instalments {
			if part.Paid < 0 || part.Paid > part.Amount || open && part.Paid > 0 {
				t.Fatalf("instalments %+v", plan.Instalments)
			}
			open = open || part.Paid < part.Amount
		}
	}
}

// TestInstalmentDue: one instalment of a plan may be late; the next breaks it.
func TestInstalmentDue(t *testing.T) {
	t.Parallel()
	p := at(recovery.PrivateContact, plan(4, "a", true, 20_000, 30_000, 50_000))
	if _, late := play(t, p, back("a", 20_000)).PassInstalmentDay(4, 1); late {
		t.Error("an instalment paid in time is late")
	}
	if _, late := play(t, p, back("a", 19_999)).PassInstalmentDay(4, 1); !late {
		t.Error("a fen less than the instalment is in time")
	}
	for _, none := range [][2]int{{4, 0}, {4, 4}, {1, 1}, {0, 0}} {
		if _, late := p.PassInstalmentDay(none[0], none[1]); late {
			t.Errorf("instalment %v is late", none)
		}
	}
	missed, late := p.PassInstalmentDay(4, 1)
	if !late || missed.Kind != recovery.EntryInstalmentMissed || missed.Next.Plans[0].Grace != 1 {
		t.Fatalf("missed: %+v", missed)
	}
	if _, again := missed.Next.PassInstalmentDay(4, 1); again {
		t.Error("told of the same instalment twice, it is late twice")
	}
	kept := play(t, missed.Next, pays("a", 1, 20_000))
	if broken, late := kept.PassInstalmentDay(4, 2); !late || broken.Kind != recovery.EntryPlanBroken || broken.Next.Stage != recovery.GroupNotice {
		t.Errorf("the second that is late: %v %+v", late, broken)
	}
	grace := slices.ContainsFunc(kept.AllClocks(), func(r recovery.ClockState) bool { return r.Clock == recovery.GraceClock })
	if grace {
		t.Error("the grace runs on though the instalment was paid")
	}
}

// TestBrokenPlans: the case goes back to the path it left.
func TestBrokenPlans(t *testing.T) {
	t.Parallel()
	graced := func(p *recovery.Position) { p.Plans[0].Grace = 1 }
	all, some := plan(1, "a", true, claim), plan(1, "a", true, claim-1)
	for _, test := range []struct {
		name string
		from recovery.Position
		want seen
	}{
		{"in private: the word is broken, the group is next", at(recovery.PrivateContact, all, graced), seen{Stage: recovery.GroupNotice, Waits: recovery.OnCounterpart}},
		{"one to one: the platform is next", at(recovery.PrivateContact, alone, all, graced), seen{Stage: recovery.Appeal, Appeal: recovery.AppealPreparing, Waits: recovery.OnClaimant}},
		{"after the notice", at(recovery.GroupNotice, all, graced), seen{Stage: recovery.Appeal, Appeal: recovery.AppealPreparing, Waits: recovery.OnClaimant}},
		{"in the appeal: it goes on", appeal(recovery.AppealWithPlatform, all, graced), seen{Stage: recovery.Appeal, Appeal: recovery.AppealWithPlatform, Waits: recovery.OnPlatform}},
		{"at law: another route", at(recovery.Legal, routed(recovery.Mediation), all, graced), seen{Stage: recovery.Legal, Waits: recovery.OnClaimant}},
		{"it never was all: the path was not left", at(recovery.PrivateContact, some, graced), seen{Stage: recovery.PrivateContact, Waits: recovery.OnCounterpart}},
		{"in a pause: nothing moves before it ends", at(recovery.PrivateContact, all, graced, paused), seen{Stage: recovery.PrivateContact, Waits: recovery.OnNobody}},
		{"another plan brings all", at(recovery.PrivateContact, all, graced, plan(2, "b", true, claim)), seen{Stage: recovery.PrivateContact, Waits: recovery.OnCounterpart}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			step := test.from.PassDeadline(recovery.GraceClock, "1")
			test.want.Kind = recovery.EntryPlanBroken
			if got := sight(step); got != test.want {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if h := step.Next.Counterparts[0]; h.BrokenPlans != 1 || h.Answer != "" {
				t.Errorf("holder %+v", h)
			}
			if slices.ContainsFunc(step.Next.Plans, func(p recovery.Plan) bool { return p.No == 1 }) {
				t.Errorf("the plan is there yet: %+v", step.Next.Plans)
			}
		})
	}
}

// TestAgreeingEndsARefusal, when it is by the counterpart's own hand; a complaint it
// does not end, and a refusal after it stands, also when the plan is broken.
func TestAgreeingEndsARefusal(t *testing.T) {
	t.Parallel()
	claimant, counterpart := recovery.RoleClaimant, recovery.RoleCounterpart
	refused := play(t, at(recovery.GroupNotice), says("a", recovery.Refused, 0))
	complaint := act(counterpart, recovery.ReportHarassment)
	for _, test := range []struct {
		name   string
		p      recovery.Position
		silent bool
	}{
		{"refused", refused, true},
		{"the claimant offers, the counterpart agrees", play(t, refused, propose(claimant, claim), accept(counterpart)), false},
		{"the counterpart offers", play(t, refused, propose(counterpart, claim), accept(claimant)), false},
		{"the claimant tells of it", play(t, refused, propose(claimant, claim), accept(claimant)), true},
		{"after a complaint", play(t, refused, complaint, propose(claimant, claim), accept(counterpart)), true},
		{"refused again", play(t, refused, propose(claimant, claim), accept(counterpart), says("a", recovery.Refused, 0)), true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			limited := slices.Contains(limits.Violations(nil, test.p.Counterparts, to("a", time.Hour)), recovery.CodeNoContact)
			if _, may := test.p.RemindableAmount("a", "1/1"); limited != test.silent || may == test.silent {
				t.Errorf("may be written to %v, reminded %v: %+v", !limited, may, test.p.Counterparts[0])
			}
			graced := test.p
			if len(graced.Plans) == 0 {
				return
			}
			graced.Plans = slices.Clone(graced.Plans)
			graced.Plans[0].Grace = 1
			after := graced.PassDeadline(recovery.GraceClock, "1").Next
			if limited := slices.Contains(limits.Violations(nil, after.Counterparts, to("a", time.Hour)), recovery.CodeNoContact); limited != test.silent {
				t.Errorf("after the plan is broken: may be written to %v", !limited)
			}
		})
	}
}

// TestPlansOfMany: each counterpart has their own plan; numbers are never used twice.
func TestPlansOfMany(t *testing.T) {
	t.Parallel()
	p := at(recovery.PrivateContact, shares(40_000, 60_000))
	second := propose(recovery.RoleClaimant, 30_000, 30_000)
	second.CounterpartID = "b"
	p = play(t, p, propose(recovery.RoleClaimant, 40_000), accept(recovery.RoleClaimant), second)
	if p.AllClocks()[0].Stopped != "" || p.WaitingOn != recovery.OnCounterpart {
		t.Errorf("the case stands still for the plan of one: %+v", p.AllClocks())
	}
	p = play(t, p, act(recovery.RoleClaimant, recovery.AcceptPlan, of("b")))
	if p.AllClocks()[0].Stopped != recovery.StoppedByPlan || p.PlanCount != 2 {
		t.Errorf("both plans run: %+v", p.AllClocks())
	}
	p = play(t, p, pays("a", 1, 40_000))
	if len(p.Plans) != 1 || p.Plans[0].No != 2 || p.Outstanding() != 60_000 {
		t.Errorf("one plan is fulfilled: %+v", p.Plans)
	}
	if part, known := p.FindInstalment("2/2"); !known || part.Amount != 30_000 {
		t.Errorf("instalment 2/2: %+v %v", part, known)
	}
	if _, known := p.FindInstalment("1/1"); known {
		t.Error("an instalment of a plan that is over is known")
	}
}

// TestPlansThatAddUpWrong: what the body of a plan cannot say.
func TestPlansThatAddUpWrong(t *testing.T) {
	t.Parallel()
	days := func(n int) []recovery.Instalment {
		var parts []recovery.Instalment
		for i := range n {
			parts = append(parts, recovery.Instalment{DueOn: moment.AddDate(0, 0, i).Format(time.DateOnly), Amount: 1})
		}
		return parts
	}
	with := func(change func(*recovery.Instalment)) []recovery.Instalment {
		parts := days(3)
		change(&parts[1])
		return parts
	}
	for _, test := range []struct {
		name  string
		parts []recovery.Instalment
		want  string
	}{
		{"as many as there may be", days(recovery.MaxInstalments), ""},
		{"one more", days(recovery.MaxInstalments + 1), "instalments:out_of_range"},
		{"a thousand", days(1_000), "instalments:out_of_range"},
		{"none", nil, "instalments:out_of_range"},
		{"numbered by its sender", with(func(i *recovery.Instalment) { i.No = 2 }), "instalments[1].no:unknown_field"},
		{"paid already", with(func(i *recovery.Instalment) { i.Paid = 1 }), "instalments[1].paid_fen:unknown_field"},
		{"for nothing", with(func(i *recovery.Instalment) { i.Amount = 0 }), "instalments[1].amount_fen:out_of_range"},
		{"for less than nothing", with(func(i *recovery.Instalment) { i.Amount = -1 }), "instalments[1].amount_fen:out_of_range"},
		{"for more than any case", with(func(i *recovery.Instalment) { i.Amount = recovery.MaxMoney + 1 }), "instalments[1].amount_fen:out_of_range"},
		{"on no day", with(func(i *recovery.Instalment) { i.DueOn = "" }), "instalments[1].due_on:malformed"},
		{"on a day there is not", with(func(i *recovery.Instalment) { i.DueOn = "2027-02-29" }), "instalments[1].due_on:malformed"},
		{"at an hour", with(func(i *recovery.Instalment) { i.DueOn += "T18:00:00Z" }), "instalments[1].due_on:malformed"},
		{"on the day of the one before", with(func(i *recovery.Instalment) { i.DueOn = days(1)[0].DueOn }), "instalments[1].due_on:not_in_order"},
		{"yesterday", with(func(i *recovery.Instalment) { i.DueOn = moment.AddDate(0, 0, -1).Format(time.DateOnly) }), "instalments[1].due_on:not_in_order"},
		{"when nobody remembers", with(func(i *recovery.Instalment) { i.DueOn = moment.AddDate(5, 0, 1).Format(time.DateOnly) }), "instalments[1].due_on:too_late"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			body := recovery.ActionBody{Action: recovery.ProposePlan, CounterpartID: "a", Instalments: test.parts}
			faults := fieldsIn(body.Validate(moment))
			if test.want == "" && len(faults) > 0 || test.want != "" && !slices.Contains(faults, test.want) {
				t.Errorf("faults %v, want %q", faults, test.want)
			}
		})
	}
}

func TestInstalmentRef(t *testing.T) {
	t.Parallel()
	if got := recovery.InstalmentRef(12, 3); got != "12/3" {
		t.Errorf("got %q", got)
	}
}
