package notify_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/notify"
	"recourse/recovery"
)

var (
	claimant   = recovery.Actor{Role: recovery.RoleClaimant, ID: "owner"}
	agent      = recovery.Actor{Role: recovery.RoleAgent, ID: "agent"}
	supervisor = recovery.Actor{Role: recovery.RoleSupervisor, ID: "supervisor"}

	counterpart = recovery.Actor{Role: recovery.RoleCounterpart, ID: "p1"}
)

func loadRules(t testing.TB) *notify.Rules {
	t.Helper()
	h, err := notify.Load()
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// lin is a case with everybody's name in it.
func lin() recovery.Case {
	return recovery.Case{
		ID: "0198-case", Number: "R20261121-000042", Amount: 200_000, TransactionNo: "1000039801202611", Narrative: "本想发给妹妹",
		Claimant:     recovery.Claimant{Name: "林晓", Email: "lin@example.org", Phone: "13800000000", Province: "浙江", City: "杭州"},
		Counterparts: []recovery.Counterpart{{ID: "p1", Alias: "项目群老王", Contact: "wxid_laowang"}},
		Owner:        claimant.ID, Assignee: agent.ID, Pace: 1,
		Position:  recovery.Position{Stage: recovery.Appeal, WaitingOn: recovery.OnAgent, Claim: 200_000, Recovered: 50_000, Appeal: recovery.AppealSubmitted},
		Deadlines: []recovery.Deadline{{Kind: recovery.DecisionClock, DueAt: noon.Add(72 * time.Hour)}},
	}
}

// change is a change of lin's case by an act or a clock.
func change(kind recovery.EntryKind, by recovery.Actor, apply func(*notify.Change)) notify.Change {
	c := notify.ChangeInPlace(lin(), kind, by, noon)
	if apply != nil {
		apply(&c)
	}
	return c
}

func to(stage recovery.Stage, on recovery.WaitingOn) func(*notify.Change) {
	return func(c *notify.Change) { c.Next.Stage, c.Next.WaitingOn = stage, on }
}

func appeal(state recovery.AppealState) func(*notify.Change) {
	return func(c *notify.Change) { c.Next.Appeal = state }
}

// standsAt is for what happens in a stage and leaves the case there.
func standsAt(stage recovery.Stage) func(*notify.Change) {
	return func(c *notify.Change) { c.Case.Position.Stage, c.Next.Stage = stage, stage }
}

func lapsed(clock recovery.Clock, stage recovery.Stage) func(*notify.Change) {
	return func(c *notify.Change) {
		c.Clock, c.Next.Stage, c.Deadlines = clock, stage, nil
	}
}

func TestWhoIsToldWhat(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	for name, tc := range map[string]struct {
		change notify.Change
		want   []string // audience:text, "!" for urgent, "-x" for not to x
	}{
		"filed": {change(recovery.EntryCaseFiled, claimant, nil), []string{"claimant:filed"}},
		"asked for evidence": {change(recovery.EntryEvidenceRequested, agent, to(recovery.Appeal, recovery.OnClaimant)),
			[]string{"claimant:evidence_wanted!-agent"}},
		"evidence came":                    {change(recovery.EntryEvidenceAdded, claimant, nil), []string{"claimant:evidence_arrived-owner", "assignee:evidence_arrived-owner"}},
		"evidence came that was asked for": {change(recovery.EntryEvidenceAdded, claimant, appeal(recovery.AppealMoreEvidence)), []string{"claimant:evidence_arrived-owner"}},
		"and was supplied":                 {change(recovery.EntryEvidenceSupplied, recovery.System, appeal(recovery.AppealSubmitted)), []string{"assignee:evidence_arrived-system"}},
		"the other side's evidence": {change(recovery.EntryEvidenceAdded, counterpart, appeal(recovery.AppealMoreEvidence)),
			[]string{"claimant:evidence_arrived-p1", "assignee:evidence_arrived-p1"}},
		"decided": {change(recovery.EntryAppealDecided, agent, to(recovery.Appeal, recovery.OnPlatform)),
			[]string{"claimant:decided-agent", "assignee:decided-agent"}},
		"decided, and on to the law": {change(recovery.EntryAppealDecided, agent, to(recovery.Legal, recovery.OnClaimant)),
			[]string{"claimant:decided-agent", "assignee:decided-agent", "legal:stage_entered-agent"}},
		"closed by the supervisor": {change(recovery.EntryClosed, supervisor, to(recovery.Closed, recovery.OnNobody)),
			[]string{"claimant:closed", "assignee:closed-supervisor"}},
		"withdrawn": {change(recovery.EntryWithdrawn, claimant, to(recovery.Closed, recovery.OnNobody)),
			[]string{"claimant:closed", "assignee:closed-owner"}},
		"late": {change(recovery.EntryDeadlineBreached, recovery.System, lapsed(recovery.DecisionClock, recovery.Appeal)),
			[]string{"claimant:breached-system", "assignee:overdue!-system", "supervisor:overdue!-system", "given:overdue_given!"}},
		"unpaid, and on to the law": {change(recovery.EntryDeadlinePassed, recovery.System, lapsed(recovery.PayoutClock, recovery.Legal)),
			[]string{"claimant:stage_entered-system", "assignee:stage_entered-system", "supervisor:overdue!-system", "legal:stage_entered-system"}},
		"submitted, and given by turns": {change(recovery.EntryAppealSubmitted, claimant, appeal(recovery.AppealSubmitted)),
			[]string{"claimant:appeal_submitted-owner", "assignee:appeal_submitted-owner", "given:assigned"}},
		"proposed": {change(recovery.EntryDecisionProposed, agent, appeal(recovery.AppealProposed)), []string{"supervisor:second_eyes!-agent"}},
		"rejected": {change(recovery.EntryDecisionRejected, supervisor, nil), []string{"assignee:proposal_rejected!-supervisor"}},
		"refund due": {change(recovery.EntryRefundDue, recovery.System, func(c *notify.Change) {
			c.Case.Position.Stage, c.Next.Stage, c.Next.RefundAsked, c.Next.WaitingOn = recovery.RecallWatch, recovery.RecallWatch, true, recovery.OnClaimant
		}), []string{"claimant:refund_due-system"}},
		"a right comes to its end": {change(recovery.EntryDeadlineNear, recovery.System, standsAt(recovery.Legal)),
			[]string{"claimant:deadline_near-system", "assignee:deadline_near-system", "legal:deadline_near-system"}},
		"silence while a court has the matter": {change(recovery.EntryDeadlinePassed, recovery.System, func(c *notify.Change) {
			standsAt(recovery.Legal)(c)
			c.Clock = recovery.LegalClock
		}), []string{"claimant:still_pending-system", "legal:still_pending-system"}},
		"a right has ended": {change(recovery.EntryRightEnded, recovery.System, nil), []string{"claimant:right_ended-system", "assignee:right_ended-system"}},
		"legal work undone": {change(recovery.EntryTaskOverdue, recovery.System, standsAt(recovery.Legal)),
			[]string{"claimant:task_overdue-system", "assignee:task_overdue-system", "legal:task_overdue-system"}},
		"a plan from the other side": {change(recovery.EntryPlanProposed, counterpart, to(recovery.Appeal, recovery.OnClaimant)),
			[]string{"claimant:plan_proposed-p1", "assignee:plan_proposed-p1", "counterpart:said_plan"}},
		"a plan agreed":   {change(recovery.EntryPlanAccepted, claimant, nil), []string{"claimant:plan_accepted-owner", "assignee:plan_accepted-owner"}},
		"a plan declined": {change(recovery.EntryPlanDeclined, counterpart, nil), []string{"claimant:plan_declined-p1", "assignee:plan_declined-p1", "counterpart:said_declined"}},
		"an instalment":   {change(recovery.EntryInstalmentRecorded, claimant, nil), []string{"claimant:returned-owner", "assignee:returned-owner"}},
		"not an instalment": {change(recovery.EntryInstalmentMissed, recovery.System, nil),
			[]string{"claimant:instalment_missed-system", "assignee:instalment_missed-system"}},
		"a plan broken": {change(recovery.EntryPlanBroken, recovery.System, standsAt(recovery.Legal)),
			[]string{"claimant:plan_broken-system", "assignee:plan_broken-system", "legal:plan_broken-system"}},
		"a plan fulfilled": {change(recovery.EntryInstalmentRecorded, agent, func(c *notify.Change) { c.Fulfilled = true }),
			[]string{"claimant:plan_fulfilled-agent", "assignee:plan_fulfilled-agent"}},
		"too much came": {change(recovery.EntryReturnRecorded, claimant, func(c *notify.Change) { c.Next.Surplus = 10_000 }),
			[]string{"claimant:overpaid", "assignee:overpaid_desk-owner"}},
		"money after the end": {change(recovery.EntryReturnRecorded, agent, standsAt(recovery.Closed)),
			[]string{"claimant:returned_late-agent", "assignee:returned_late-agent"}},
		"a message": {change(recovery.EntryContactRecorded, claimant, nil), nil},
		"a message too many": {change(recovery.EntryContactRecorded, claimant, func(c *notify.Change) { c.Beyond = true }),
			[]string{"claimant:contact_beyond", "assignee:contact_beyond_desk-owner"}},
		"harassment": {change(recovery.EntryHarassmentReported, counterpart, nil),
			[]string{"claimant:harassment_reported!-p1", "assignee:harassment_reported!-p1", "supervisor:harassment_reported!-p1", "counterpart:said_harassed"}},
		"a link opened": {change(recovery.EntryLinkOpened, counterpart, nil), []string{"claimant:link_opened-p1"}},
		"paused":        {change(recovery.EntryPaused, supervisor, nil), []string{"claimant:paused-supervisor", "assignee:paused-supervisor"}},
		"resumed":       {change(recovery.EntryResumed, recovery.System, nil), []string{"claimant:resumed-system", "assignee:resumed-system"}},
		"reopened": {change(recovery.EntryReopened, supervisor, func(c *notify.Change) { c.Case.Position.Stage = recovery.Closed }),
			[]string{"claimant:reopened-supervisor", "assignee:reopened-supervisor"}},
		"handed over": {change(recovery.EntryHandedOver, claimant, nil), []string{"claimant:handed_over-owner", "assignee:handed_over-owner"}},
		"money came":  {change(recovery.EntryReturnRecorded, claimant, nil), []string{"claimant:returned-owner", "assignee:returned-owner"}},
		"assigned":    {change(recovery.EntryAssigned, supervisor, nil), []string{"assignee:assigned-supervisor"}},
		"looked at":   {change(recovery.EntryEvidenceViewed, agent, nil), nil},
		"noted":       {change(recovery.EntryNoteAdded, agent, nil), nil},
	} {
		var got []string
		for _, d := range h.NotificationsFor(tc.change).Notices {
			line := string(d.Audience) + ":" + d.Template
			if d.Urgent {
				line += "!"
			}
			if d.Except != "" {
				line += "-" + string(d.Except)
			}
			if d.NotBefore.IsZero() {
				got = append(got, line)
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: told %v, want %v", name, got, tc.want)
		}
	}
}

func TestRemindersOfNewDeadlinesOnly(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	fresh := []recovery.Deadline{{Kind: recovery.MoreEvidenceClock, DueAt: noon.Add(72 * time.Hour)}}
	for name, tc := range map[string]struct {
		apply func(*notify.Change)
		want  []time.Duration // ahead of the deadline
	}{
		"it was set":           {func(c *notify.Change) { c.Deadlines = fresh }, []time.Duration{24 * time.Hour}},
		"it runs on":           {func(c *notify.Change) { c.Deadlines, c.Case.Deadlines = fresh, fresh }, nil},
		"a filing brings it":   {func(c *notify.Change) { c.Kind, c.Deadlines, c.Case.Deadlines = recovery.EntryCaseFiled, fresh, fresh }, []time.Duration{24 * time.Hour}},
		"it stands still":      {func(c *notify.Change) { c.Deadlines = slices.Clone(fresh); c.Deadlines[0].PausedBecause = "holiday" }, nil},
		"it is too near":       {func(c *notify.Change) { c.Deadlines, c.At = fresh, noon.Add(48*time.Hour) }, nil},
		"at a pace":            {func(c *notify.Change) { c.Deadlines, c.Case.Pace = fresh, 3600 }, []time.Duration{24 * time.Second}},
		"the desk's own clock": {func(c *notify.Change) { c.Case.Deadlines = nil }, []time.Duration{24 * time.Hour, 4 * time.Hour}},
		"none":                 {func(c *notify.Change) { c.Deadlines = nil }, nil},
	} {
		var got []time.Duration
		for _, d := range h.NotificationsFor(change(recovery.EntryEvidenceRequested, agent, tc.apply)).Notices {
			if !d.NotBefore.IsZero() {
				got = append(got, d.Facts.DueAt.Sub(d.NotBefore))
			}
		}
		if !slices.Equal(got, tc.want) {
			t.Errorf("%s: reminders %v ahead, want %v", name, got, tc.want)
		}
	}
}

func TestWhatProgramsAreTold(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	got := h.NotificationsFor(change(recovery.EntryEvidenceRequested, agent, to(recovery.Appeal, recovery.OnClaimant))).Event
	const want = `{"type":"case.evidence_requested","timestamp":"2026-11-21T04:00:00Z","data":{"case_id":"0198-case",` +
		`"number":"R20261121-000042","occurred_at":"2026-11-21T04:00:00Z","kind":"evidence_requested","stage":"appeal","stage_before":"appeal","waiting_on":"claimant",` +
		`"deadlines":[{"kind":"appeal_decision","due_at":"2026-11-24T04:00:00Z"}]}}`
	if got.Type != "case.evidence_requested" || string(got.Payload) != want {
		t.Errorf("%s\n%s", got.Type, got.Payload)
	}
	if !slices.Contains(h.EventTypes(), got.Type) {
		t.Errorf("%s is not among %v", got.Type, h.EventTypes())
	}
	for _, kind := range []recovery.EntryKind{recovery.EntryNoteAdded, recovery.EntryEvidenceViewed, recovery.EntryLessonShared} {
		if event := h.NotificationsFor(change(kind, agent, nil)).Event; event.Type != "" {
			t.Errorf("programs are told of %s", kind)
		}
	}
}

func TestNilRulesSendNothing(t *testing.T) {
	t.Parallel()
	var none *notify.Rules
	if got := none.NotificationsFor(change(recovery.EntryCaseFiled, claimant, nil)); len(got.Notices) != 0 || got.Event.Type != "" {
		t.Errorf("%+v", got)
	}
}

func anyChange(t *rapid.T) notify.Change {
	position := rapid.Custom(func(t *rapid.T) recovery.Position {
		return recovery.Position{
			Stage: rapid.SampledFrom(recovery.Stages).Draw(t, "stage"), WaitingOn: rapid.SampledFrom(recovery.Waits).Draw(t, "on"),
			Outcome: rapid.SampledFrom(append([]recovery.Outcome{""}, recovery.Outcomes...)).Draw(t, "outcome"), Claim: 200_000,
			Recovered: recovery.Money(rapid.Int64Range(0, 300_000).Draw(t, "recovered")), RefundAsked: rapid.Bool().Draw(t, "asked"),
			Appeal: rapid.SampledFrom([]recovery.AppealState{"", recovery.AppealMoreEvidence, recovery.AppealProposed, recovery.AppealGranted}).Draw(t, "appeal"),
			Pause:  rapid.SampledFrom([]*recovery.Pause{nil, {}}).Draw(t, "pause"), Plans: rapid.SampledFrom([][]recovery.Plan{nil, {{Running: true}}}).Draw(t, "plans"),
		}
	})
	deadlines := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) recovery.Deadline {
		return recovery.Deadline{
			Kind: rapid.SampledFrom(recovery.Clocks).Draw(t, "clock"), PausedBecause: rapid.SampledFrom([]string{"", "holiday"}).Draw(t, "paused"),
			DueAt: noon.Add(time.Duration(rapid.IntRange(-100, 2000).Draw(t, "hours")) * time.Hour),
		}
	}), 0, 3)
	c := lin()
	c.Position, c.Deadlines, c.Pace = position.Draw(t, "before"), deadlines.Draw(t, "ran"), rapid.SampledFrom([]int{0, 1, 3600}).Draw(t, "pace")
	return notify.Change{
		Case: c, Kind: rapid.SampledFrom(recovery.EntryKinds).Draw(t, "kind"), Next: position.Draw(t, "next"), At: noon,
		Actor: rapid.SampledFrom([]recovery.Actor{claimant, agent, supervisor, recovery.System}).Draw(t, "actor"),
		Clock: rapid.SampledFrom(recovery.Clocks).Draw(t, "lapsed"), Fulfilled: rapid.Bool().Draw(t, "fulfilled"), Beyond: rapid.Bool().Draw(t, "beyond"),
		Deadlines: deadlines.Draw(t, "run"),
	}
}

// TestWhateverHappensIsToldWell: for any change, each audience hears one thing
// at most, every notice has its deadline and next step in both languages,
// reminders lie ahead, and no name, address, number or word of the case is told.
func TestWhateverHappensIsToldWell(t *testing.T) {
	t.Parallel()
	h := loadRules(t)
	rapid.Check(t, func(t *rapid.T) {
		c := anyChange(t)
		telling := h.NotificationsFor(c)
		spoken := map[notify.Audience]bool{}
		said := []string{string(telling.Event.Payload)}
		for _, d := range telling.Notices {
			if d.NotBefore.IsZero() && spoken[d.Audience] {
				t.Fatalf("the %s hears two things of one change", d.Audience)
			}
			spoken[d.Audience] = spoken[d.Audience] || d.NotBefore.IsZero()
			if !d.NotBefore.IsZero() && (!d.NotBefore.After(c.At) || d.Facts.DueAt == nil || !d.NotBefore.Before(*d.Facts.DueAt)) {
				t.Fatalf("a reminder at %s of %v", d.NotBefore, d.Facts.DueAt)
			}
			for _, language := range notify.Languages {
				n := notify.Notice{Audience: d.Audience, Template: d.Template, Class: d.Class, Facts: d.Facts}
				m, l := h.WriteMessage(language, n), h.WriteLetter(language, n, "https://desk.example.org/cases/x")
				for _, text := range []string{m.Title, m.Body, m.Deadline, m.Next, l.Subject, l.Body} {
					if strings.TrimSpace(text) == "" || strings.ContainsAny(text, "{}") || strings.Contains(text, "no value") {
						t.Fatalf("%s in %s reads %q", d.Template, language, text)
					}
				}
				if !strings.Contains(l.Body, m.Deadline) || !strings.Contains(l.Body, m.Next) || strings.ContainsAny(l.Subject, "\r\n") {
					t.Fatalf("the mail leaves out its deadline or next step: %q", l.Body)
				}
				said = append(said, l.Subject, l.Body)
			}
			raw, err := json.Marshal(d.Facts)
			if err != nil {
				t.Fatal(err)
			}
			said = append(said, string(raw))
		}
		for _, personal := range []string{"林晓", "老王", "lin@", "1380000", "wxid", "妹妹", "浙江", "杭州", "1000039801", "owner"} {
			for _, text := range said {
				if strings.Contains(text, personal) {
					t.Fatalf("%q is told in %q", personal, text)
				}
			}
		}
	})
}
