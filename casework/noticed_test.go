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

// The story: 20,000 yuan to a namesake on 20 June 2026, noticed on 20 November.
var (
	namesakeSent    = time.Date(2026, 6, 20, 3, 0, 0, 0, time.UTC)
	namesakeNoticed = time.Date(2026, 11, 19, 16, 0, 0, 0, time.UTC) // the start of the day in China
	namesakeFiled   = time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC)
)

// namesakeFiling is the filing of the story, without the day of knowing.
func namesakeFiling() recovery.Filing {
	filing := casetest.Filing()
	filing.SentAt, filing.Amount, filing.Reason = &namesakeSent, 20_000_00, recovery.WrongPerson
	filing.Group, filing.Counterparts = nil, []recovery.FilingCounterpart{{Alias: "同名的人", Claimed: 20_000_00}}
	return filing
}

func fileNamesake(t *testing.T, rig *casetest.Fixture, change func(*recovery.Filing)) casework.View {
	t.Helper()
	rig.SetClock(namesakeFiled)
	filing := namesakeFiling()
	if change != nil {
		change(&filing)
	}
	reply, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Fatal(err)
	}
	return reply.Value
}

// lastDays are the last days of both rights in China, by the clocks of the case and
// by its ledger, which must agree.
func lastDays(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) (avoidance, limitation string) {
	t.Helper()
	view, err := rig.Case(t.Context(), rig.Actor(recovery.RoleClaimant), id)
	if err != nil {
		t.Fatal(err)
	}
	l := ledger(t, rig, id)
	for _, deadline := range view.Deadlines {
		if deadline.Kind == recovery.AvoidanceClock && !deadline.DueAt.Equal(l.Avoidance) ||
			deadline.Kind == recovery.LimitationClock && !deadline.DueAt.Equal(l.Ends) {
			t.Errorf("the clock %s ends at %s, the ledger at %s and %s", deadline.Kind, deadline.DueAt, l.Avoidance, l.Ends)
		}
	}
	day := func(end time.Time) string { return end.Add(-time.Second).In(recovery.Shanghai).Format(time.DateOnly) }
	return day(l.Avoidance), day(l.Ends)
}

// TestNoticedLaterMovesEverything: the day of knowing, whenever and wherever it is
// stated, moves the clocks, the ledger and the facts of the case together.
func TestNoticedLaterMovesEverything(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		filed func(*recovery.Filing)
		then  func(*testing.T, *casetest.Fixture, recovery.CaseID)
	}{
		"stated at filing": {filed: func(f *recovery.Filing) { f.NoticedAt = &namesakeNoticed }},
		"stated as a particular": {then: func(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) {
			t.Helper()
			supplyNoticed(t, rig, id, recovery.Particulars{NoticedOn: "2026-11-20", Court: "深圳市南山区人民法院"})
		}},
		"stated as a fact": {then: func(t *testing.T, rig *casetest.Fixture, id recovery.CaseID) {
			t.Helper()
			act(t, rig, recovery.RoleClaimant, id, recovery.ActionBody{Action: recovery.AmendFacts, Facts: recovery.Facts{NoticedAt: &namesakeNoticed}})
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rig := casetest.New(t)
			filed := fileNamesake(t, rig, test.filed)
			if test.then != nil {
				if avoidance, limitation := lastDays(t, rig, filed.ID); avoidance != "2026-09-18" || limitation != "2029-06-20" {
					t.Errorf("before: %s and %s", avoidance, limitation)
				}
				test.then(t, rig, filed.ID)
			}
			if avoidance, limitation := lastDays(t, rig, filed.ID); avoidance != "2027-02-18" || limitation != "2029-11-20" {
				t.Errorf("after: %s and %s", avoidance, limitation)
			}
			seen, err := rig.Particulars(t.Context(), rig.Actor(recovery.RoleLegal), filed.ID)
			if err != nil || seen.NoticedOn != "2026-11-20" {
				t.Errorf("the particulars state %q (%v)", seen.NoticedOn, err)
			}
		})
	}
}

func supplyNoticed(t *testing.T, rig *casetest.Fixture, id recovery.CaseID, p recovery.Particulars) {
	t.Helper()
	reply, err := rig.SupplyParticulars(t.Context(), rig.As(recovery.RoleClaimant), id, p)
	if err != nil || reply.Value.NoticedOn != p.NoticedOn || reply.Value.Court != p.Court {
		t.Fatalf("%+v (%v)", reply.Value.Particulars, err)
	}
}

// TestNoticedOnNeedsTheEngine: without the workflow nothing is written, and the same
// request succeeds later. Repeated, it changes nothing.
func TestNoticedOnNeedsTheEngine(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filed := fileNamesake(t, rig, nil)
	rig.Engine.Away = recovery.Faultf(recovery.CodeUnavailable, "The case engine did not answer in time.")
	req := keyed(rig, recovery.RoleClaimant, "noticed")
	supplied := recovery.Particulars{NoticedOn: "2026-11-20", Court: "深圳市南山区人民法院"}
	_, err := rig.SupplyParticulars(t.Context(), req, filed.ID, supplied)
	wantCode(t, err, recovery.CodeUnavailable)
	if entries := rig.ReadEntries(t, filed.ID); len(entries) != 1 {
		t.Errorf("without the engine the journal has %d entries", len(entries))
	}
	rig.Engine.Away = nil
	for range 2 {
		if _, err := rig.SupplyParticulars(t.Context(), req, filed.ID, supplied); err != nil {
			t.Fatal(err)
		}
	}
	var kinds []recovery.EntryKind
	for _, entry := range rig.ReadEntries(t, filed.ID) {
		kinds = append(kinds, entry.Kind)
	}
	if want := []recovery.EntryKind{recovery.EntryCaseFiled, recovery.EntryFactsAmended, recovery.EntryParticulars}; !slices.Equal(kinds, want) {
		t.Errorf("the journal has %v, want %v", kinds, want)
	}
}

// TestNoticedOnIsChecked refuses a day that cannot be, by its field, and writes
// nothing.
func TestNoticedOnIsChecked(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	filed := fileNamesake(t, rig, nil)
	for day, code := range map[string]string{"2026-06-19": "before_sending", "2026-11-26": "out_of_range", "20 November": "out_of_range"} {
		_, err := rig.SupplyParticulars(t.Context(), rig.As(recovery.RoleClaimant), filed.ID, recovery.Particulars{NoticedOn: day, Court: "深圳市南山区人民法院"})
		fault := wantCode(t, err, recovery.CodeInvalid)
		if len(fault.Fields) != 1 || fault.Fields[0].Field != "noticed_on" || fault.Fields[0].Code != code {
			t.Errorf("%s: %+v", day, fault.Fields)
		}
	}
	if entries := rig.ReadEntries(t, filed.ID); len(entries) != 1 {
		t.Errorf("refused days left %d entries", len(entries))
	}
	supplyNoticed(t, rig, filed.ID, recovery.Particulars{NoticedOn: "2026-06-20"})
}

// titlesOf are the titles in the claimant's inbox, the newest first.
func titlesOf(t *testing.T, r told, unread bool) []string {
	t.Helper()
	box, err := r.Inbox(t.Context(), r.Actor(recovery.RoleClaimant), unread, 100, "")
	if err != nil {
		t.Fatal(err)
	}
	titles := []string{}
	for _, item := range box.Items {
		titles = append(titles, item.Title)
	}
	return titles
}

const (
	avoidanceEnded  = "“请法院撤销的期限”已届满"
	avoidanceMoved  = "期限更正：请法院撤销的期限到 2027年2月18日"
	withdrawnNotice = "（已更正）" + avoidanceEnded
)

// TestWrongNoticeIsWithdrawn: the right that had ended too early is restored; who was
// told so gets a correction, an unread notice disappears, a read one is marked, and the
// journal keeps both.
func TestWrongNoticeIsWithdrawn(t *testing.T) {
	t.Parallel()
	for _, read := range []bool{false, true} {
		r := newTold(t)
		filed := fileNamesake(t, r.Fixture, nil)
		r.ExpireClock(t, filed.ID, recovery.AvoidanceClock, "")
		if got := titlesOf(t, r, true); !slices.Contains(got, avoidanceEnded) {
			t.Fatalf("before: %q", got)
		}
		if read {
			r.readAll(t)
		}
		supplyNoticed(t, r.Fixture, filed.ID, recovery.Particulars{NoticedOn: "2026-11-20"})
		if unread := titlesOf(t, r, true); !slices.Contains(unread, avoidanceMoved) || slices.Contains(unread, avoidanceEnded) {
			t.Errorf("read %v: unread %q", read, unread)
		}
		if all := titlesOf(t, r, false); slices.Contains(all, withdrawnNotice) != read || slices.Contains(all, avoidanceEnded) {
			t.Errorf("read %v: all %q", read, all)
		}
		entries := r.ReadEntries(t, filed.ID)
		last := entries[len(entries)-1]
		if last.Kind != recovery.EntryFactsAmended || last.Facts["avoidance_until"] != "2027-02-18" || last.Facts["limitation_until"] != "2029-11-20" ||
			entries[1].Kind != recovery.EntryRightEnded {
			t.Errorf("the journal ends with %s %v", last.Kind, last.Facts)
		}
		if restored, _ := last.Facts["restored"].([]any); len(restored) != 1 || restored[0] != string(recovery.AvoidanceClock) {
			t.Errorf("restored: %v", last.Facts["restored"])
		}
		if avoidance, limitation := lastDays(t, r.Fixture, filed.ID); avoidance != "2027-02-18" || limitation != "2029-11-20" {
			t.Errorf("after: %s and %s", avoidance, limitation)
		}
	}
}

// TestNothingWrongIsSaidAtFiling: ninety days after the sending, but not after the
// mistake was noticed, no right has ended and nothing is to be corrected.
func TestNothingWrongIsSaidAtFiling(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	filed := fileNamesake(t, r.Fixture, func(f *recovery.Filing) { f.NoticedAt = &namesakeNoticed })
	for _, deadline := range filed.Deadlines {
		if !deadline.DueAt.After(namesakeFiled) {
			t.Errorf("%s is over at filing", deadline.Kind)
		}
	}
	act(t, r.Fixture, recovery.RoleClaimant, filed.ID, recovery.ActionBody{Action: recovery.AmendFacts, Facts: recovery.Facts{Account: recovery.Personal}})
	if got := titlesOf(t, r, false); slices.ContainsFunc(got, func(s string) bool { return s == avoidanceEnded || s == avoidanceMoved }) {
		t.Errorf("told %q", got)
	}
}

// TestClosedCaseWarns: a closed case lists the ends of its rights, and warns of them.
func TestClosedCaseWarns(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	filed := fileNamesake(t, r.Fixture, func(f *recovery.Filing) { f.NoticedAt = &namesakeNoticed })
	act(t, r.Fixture, recovery.RoleLegal, filed.ID, recovery.ActionBody{Action: recovery.CloseCase, Outcome: recovery.Unrecovered, Reason: "找不到人"})
	view, err := r.Case(t.Context(), r.Actor(recovery.RoleClaimant), filed.ID)
	if err != nil || len(view.Deadlines) != 2 || view.Deadlines[0].WarnAt == nil || view.Deadlines[1].WarnAt == nil {
		t.Fatalf("a closed case has the deadlines %+v (%v)", view.Deadlines, err)
	}
	if avoidance, limitation := lastDays(t, r.Fixture, filed.ID); avoidance != "2027-02-18" || limitation != "2029-11-20" {
		t.Errorf("closed: %s and %s", avoidance, limitation)
	}
	r.SetClock(view.Deadlines[1].DueAt.Add(-90 * 24 * time.Hour))
	r.WarnOfClock(t, filed.ID, recovery.LimitationClock, "")
	box, err := r.Inbox(t.Context(), r.Actor(recovery.RoleClaimant), true, 100, "")
	if err != nil || len(box.Items) == 0 || !strings.Contains(box.Items[0].Title, "90 天") || !strings.Contains(box.Items[0].Body, "2029年11月20日") {
		t.Errorf("warned %+v (%v)", box.Items, err)
	}
}
