package recovery_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/recovery"
)

// situations are the columns of may, in its order.
var situations = []struct {
	name string
	p    recovery.Position
}{
	{"recall", at(recovery.RecallWatch)},
	{"private", at(recovery.PrivateContact)},
	{"notice", at(recovery.GroupNotice)},
	{"preparing", appeal(recovery.AppealPreparing)},
	{"submitted", appeal(recovery.AppealSubmitted)},
	{"more", appeal(recovery.AppealMoreEvidence)},
	{"platform", appeal(recovery.AppealWithPlatform)},
	{"proposed", appeal(recovery.AppealProposed)},
	{"granted", appeal(recovery.AppealGranted)},
	{"legal", at(recovery.Legal)},
	{"route", at(recovery.Legal, routed(recovery.CivilSuit))},
	{"paused", at(recovery.PrivateContact, paused)},
	{"stopped", appeal(recovery.AppealSubmitted, paused)}, // paused while the desk works
	{"offered", at(recovery.PrivateContact, plan(1, "a", false, claim))},
	{"planned", appeal(recovery.AppealSubmitted, plan(1, "a", true, claim))},
	{"partly", at(recovery.Legal, plan(1, "a", true, 1), routed(recovery.CivilSuit))},
	{"lost", at(recovery.Closed)},
	{"paid", at(recovery.Closed, recovered(claim), func(p *recovery.Position) { p.Outcome = recovery.RecoveredFull })},
	{"refund", at(recovery.Closed, recovered(claim), func(p *recovery.Position) { p.Outcome = recovery.AutoRefunded })},
	{"pending", at(recovery.Legal, func(p *recovery.Position) {
		p.PendingCorrections = []recovery.PendingCorrection{{Correction: recovery.Correction{Seq: 2}, By: "somebody"}}
	})},
}

// letters name the roles in may. Admin, auditor and the system itself do nothing
// to a case.
var letters = map[recovery.Role]string{
	recovery.RoleClaimant: "c", recovery.RoleCounterpart: "o", recovery.RoleAgent: "a", recovery.RoleSupervisor: "s",
	recovery.RoleLegal: "l",
}

// may says who may do what, where; it is written by hand, from the rules of the
// house and not from the code. A dot is nobody.
const may = `
                      recall private notice preparing submitted more  platform proposed granted legal route paused stopped offered planned partly lost paid refund pending
plan_contact          casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   .    .    .      casl
record_contact        casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   .    .    .      casl
record_mediation      casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   .    .    .      casl
record_response       coasl  coasl   coasl  coasl     coasl     coasl coasl    coasl    coasl   coasl coasl coasl  coasl   coasl   coasl   coasl  .    .    .      coasl
record_return         casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   casl casl casl   casl
report_harassment     coasl  coasl   coasl  coasl     coasl     coasl coasl    coasl    coasl   coasl coasl coasl  coasl   coasl   coasl   coasl  .    .    .      coasl
propose_plan          .      coasl   coasl  coasl     coasl     coasl coasl    coasl    coasl   coasl coasl .      .       coasl   .       coasl  .    .    .      coasl
accept_plan           .      .       .      .         .         .     .        .        .       .     .     .      .       coasl   .       .      .    .    .      .
decline_plan          .      .       .      .         .         .     .        .        .       .     .     .      .       coasl   .       .      .    .    .      .
record_instalment     .      .       .      .         .         .     .        .        .       .     .     .      .       .       casl    casl   .    .    .      .
escalate              casl   casl    casl   casl      casl      casl  casl     casl     casl    .     .     .      .       casl    .       .      .    .    .      .
submit_appeal         .      .       .      ca        .         .     .        .        .       .     .     .      .       .       .       .      .    .    .      .
ask_platform          .      .       .      .         as        .     .        .        .       .     .     .      .       .       .       .      .    .    .      .
request_evidence      .      .       .      .         as        .     as       .        .       .     .     .      .       .       .       .      .    .    .      .
record_platform_reply .      .       .      .         as        as    as       as       as      .     .     .      .       .       .       .      .    .    .      .
decide_appeal         .      .       .      .         as        .     as       .        .       .     .     .      .       .       .       .      .    .    .      .
approve_decision      .      .       .      .         .         .     .        as       .       .     .     .      .       .       .       .      .    .    .      .
reject_decision       .      .       .      .         .         .     .        as       .       .     .     .      .       .       .       .      .    .    .      .
choose_route          .      .       .      .         .         .     .        .        .       cl    cl    .      .       .       .       cl     .    .    .      cl
record_legal_step     .      .       .      .         .         .     .        .        .       .     cl    .      .       .       .       cl     .    .    .      .
pause                 .      csl     csl    csl       csl       csl   csl      csl      csl     csl   csl   .      .       csl     csl     csl    .    .    .      csl
resume                .      .       .      .         .         .     .        .        .       .     .     casl   casl    .       .       .      .    .    .      .
withdraw              cs     cs      cs     cs        cs        cs    cs       cs       cs      cs    cs    cs     cs      cs      cs      cs     .    .    .      cs
close                 sl     sl      sl     sl        sl        sl    sl       sl       sl      sl    sl    sl     sl      sl      sl      sl     .    .    .      sl
reopen                .      .       .      .         .         .     .        .        .       .     .     .      .       .       .       .      csl  .    .      .
assign                as     as      as     as        as        as    as       as       as      as    as    as     as      as      as      as     .    .    .      as
release               as     as      as     as        as        as    as       as       as      as    as    as     as      as      as      as     .    .    .      as
hand_over             cs     cs      cs     cs        cs        cs    cs       cs       cs      cs    cs    cs     cs      cs      cs      cs     .    .    .      cs
add_note              casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   casl casl casl   casl
share_lesson          .      .       .      .         .         .     .        .        .       .     .     .      .       .       .       .      c    c    .      .
report_danger         casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   casl casl casl   casl
amend_facts           casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   casl casl casl   casl
adopt_match           casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   casl casl casl   casl
add_counterpart       casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   casl casl casl   casl
record_share          casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   casl casl casl   casl
rename_counterpart    casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   casl casl casl   casl
correct               casl   casl    casl   casl      casl      casl  casl     casl     casl    casl  casl  casl   casl    casl    casl    casl   casl casl casl   casl
approve_correction    .      .       .      .         .         .     .        .        .       .     .     .      .       .       .       .      .    .    .      sl
reject_correction     .      .       .      .         .         .     .        .        .       .     .     .      .       .       .       .      .    .    .      sl
`

// hand is the table may, by action and situation, and who ever takes an action.
func hand(t *testing.T) (cells map[recovery.Action]map[string]string, ever map[recovery.Action]string) {
	t.Helper()
	cells, ever = map[recovery.Action]map[string]string{}, map[recovery.Action]string{}
	lines := strings.Split(strings.TrimSpace(may), "\n")
	head := strings.Fields(lines[0])
	for i, name := range head {
		if i >= len(situations) || situations[i].name != name {
			t.Fatalf("column %d is %s", i, name)
		}
	}
	for _, line := range lines[1:] {
		words := strings.Fields(line)
		action := recovery.Action(words[0])
		if len(words) != len(head)+1 || !action.IsKnown() || cells[action] != nil {
			t.Fatalf("the row %q does not fit", line)
		}
		cells[action] = map[string]string{}
		for i, word := range words[1:] {
			cells[action][head[i]] = word
			ever[action] += word
		}
	}
	if len(cells) != len(recovery.Actions) {
		t.Fatalf("%d rows for %d actions", len(cells), len(recovery.Actions))
	}
	return cells, ever
}

// TestTable takes every action in every situation by every role: it is listed
// where the table has it, and refused with the right code where it has not.
func TestTable(t *testing.T) {
	t.Parallel()
	cells, ever := hand(t)
	for _, situation := range situations {
		for _, role := range append(slices.Clone(recovery.Roles), recovery.RoleSystem) {
			letter := letters[role]
			allowed := situation.p.Allowed(role)
			for _, action := range recovery.Actions {
				mayNow := letter != "" && strings.Contains(cells[action][situation.name], letter)
				mayEver := letter != "" && strings.Contains(ever[action], letter)
				if listed := slices.Contains(allowed, action); listed != mayNow {
					t.Errorf("%s in %s by %s: listed %v, want %v", action, situation.name, role, listed, mayNow)
				}
				_, err := situation.p.Take(likely(situation.p, action, role))
				if got, want := recovery.CodeOf(err), wanted(action, mayNow, mayEver); got != want && (err != nil || want != "") {
					t.Errorf("%s in %s by %s: %v, want %q", action, situation.name, role, err, want)
				}
			}
		}
	}
}

// wanted is the code of a refusal, or "" when the action is taken.
func wanted(action recovery.Action, now, ever bool) recovery.Code {
	switch {
	case !ever:
		return recovery.CodeForbidden
	case !now, !action.MovesCase(): // direct actions move no case
		return recovery.CodeActionNotAllowed
	default:
		return ""
	}
}

// likely is a move that a situation has no other reason to refuse.
func likely(p recovery.Position, action recovery.Action, role recovery.Role) recovery.Command {
	m := act(role, action)
	switch action {
	case recovery.RecordResponse:
		m.CounterpartID, m.Response = "a", recovery.Refused
	case recovery.RecordReturn:
		m.Amount, m.Confirm = 1, true
	case recovery.ReportHarassment, recovery.AcceptPlan, recovery.DeclinePlan:
		m.CounterpartID = "a"
	case recovery.ProposePlan:
		m = proposal(p, m)
	case recovery.RecordInstalment:
		m.CounterpartID, m.No, m.Amount = "a", 1, 1
	case recovery.Escalate:
		m.To = recovery.Legal
	case recovery.DecideAppeal:
		m.Decision = recovery.Granted
	case recovery.ChooseRoute:
		m.Route = recovery.PaymentOrder
	case recovery.ReportDanger:
		m.Kind = recovery.Deceived
	case recovery.Correct, recovery.ApproveCorrection, recovery.RejectCorrection:
		m.Correction = &recovery.Correction{Seq: 2}
	case recovery.AmendFacts:
		m.Facts = &recovery.Facts{Account: recovery.Personal}
	case recovery.AdoptMatch:
		m.Facts = &recovery.Facts{}
	case recovery.AddCounterpart:
		m.CounterpartID = "new"
	case recovery.RecordShare:
		m.CounterpartID, m.Amount, m.Confirm = "a", 1, true
	case recovery.RenameCounterpart:
		m.CounterpartID = "a"
	case recovery.CloseCase:
		m.Outcome = recovery.Settled
	default: // the others carry nothing
	}
	return m
}

// proposal fits what is there: where counterpart a pays by a plan already, b
// promises the rest.
func proposal(p recovery.Position, m recovery.Command) recovery.Command {
	m.CounterpartID = "a"
	rest := p.Outstanding()
	for _, running := range p.Plans {
		if running.Running {
			m.CounterpartID = "b"
			rest -= running.Remaining()
		}
	}
	if m.Actor.Role == recovery.RoleCounterpart {
		m.Actor.ID = recovery.UserID(m.CounterpartID)
	}
	m.Instalments = instalments(rest)
	return m
}

func TestMayEver(t *testing.T) {
	t.Parallel()
	_, ever := hand(t)
	for _, action := range recovery.Actions {
		for _, role := range append(slices.Clone(recovery.Roles), recovery.RoleSystem) {
			want := letters[role] != "" && strings.Contains(ever[action], letters[role])
			if got := recovery.MayEver(role, action); got != want {
				t.Errorf("%s may ever %s: %v, want %v", role, action, got, want)
			}
		}
	}
	if recovery.MayEver(recovery.RoleSupervisor, "dance") {
		t.Error("a supervisor may dance")
	}
}
