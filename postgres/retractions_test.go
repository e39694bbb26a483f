package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func noticeOf(template string, stage recovery.Stage, recovered recovery.Money, audience notify.Audience) notify.Notifications {
	return telling(told(audience, func(d *notify.NoticeDraft) {
		d.Template, d.Facts.Stage, d.Facts.Recovered = template, stage, recovered
		d.CounterpartID = "a"
	}))
}

// retraction corrects the entry 2. The steps 3 and 4 follow it: 3 has another result
// now, 4 has the same.
func retraction(c recovery.Case) notify.Notifications {
	return notify.Notifications{Retraction: &notify.Retraction{
		Corrects: 2, IsCorrected: true, Void: []int64{5}, Deadlines: c.Deadlines,
		After: map[int64]recovery.StepState{
			3: {Stage: recovery.Appeal, Recovered: 5}, 4: {Stage: recovery.Appeal, Recovered: 7}, 5: {Stage: recovery.Appeal, Recovered: 7},
		},
		Notice:        notify.NoticeDraft{Template: "entry_corrected", Class: "progress"},
		ToCounterpart: notify.NoticeDraft{Template: "said_corrected", Class: "progress"},
	}}
}

func templates(list []notify.Notice) string {
	var names []string
	for _, n := range list {
		name := n.Template
		if n.WithdrawnAt != nil {
			name += " withdrawn"
		}
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

func TestCorrectionWithdrawsWhatItMadeWrong(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	step(t, b, c, "wrong", noticeOf("closed", recovery.Closed, 100, notify.ToClaimant))          // 2
	step(t, b, c, "sum", noticeOf("returned", recovery.Appeal, 100, notify.ToAssignee))          // 3
	step(t, b, c, "right", noticeOf("stage_entered", recovery.Appeal, 7, notify.ToClaimant))     // 4
	step(t, b, c, "void", noticeOf("deadline_passed", recovery.Appeal, 7, notify.ToSupervisors)) // 5
	read := notices(t, b, p["supervisor"])[0]
	must[notify.Notice](t)(b.MarkRead(t.Context(), p["supervisor"], read.ID))
	step(t, b, c, "waits", telling(told(notify.ToLegal, func(d *notify.NoticeDraft) { d.Template, d.Facts.Corrects = "correction_proposed", 2 })))
	step(t, b, c, "correction", retraction(c))
	for name, want := range map[string]string{
		"owner": "entry_corrected, stage_entered", "agent": "entry_corrected",
		"supervisor": "deadline_passed withdrawn, entry_corrected", "deputy": "entry_corrected", "legal": "", "other": "",
	} {
		if got := templates(notices(t, b, p[name])); got != want {
			t.Errorf("%s has %q, want %q", name, got, want)
		}
	}
	if due := b.count(t, `notices where mail_state = 'due' and template not in ('entry_corrected', 'stage_entered')`); due > 0 {
		t.Errorf("%d mails that are wrong are still due", due)
	}
}

// Somebody whom the correction itself notifies gets no second notice of it.
// TestCorrectionWhileAMailIsSent: the outcome of the mail can still be saved.
func TestCorrectionWhileAMailIsSent(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	step(t, b, c, "wrong", noticeOf("closed", recovery.Closed, 100, notify.ToClaimant))
	if err := b.sql(t, "update notices set mail_state = 'sending'"); err != nil {
		t.Fatal(err)
	}
	step(t, b, c, "correction", retraction(c))
	if got := templates(notices(t, b, p["owner"])); got != "closed withdrawn, entry_corrected" {
		t.Errorf("the claimant has %q", got)
	}
}

func TestOneNoticeOfACorrection(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	step(t, b, c, "wrong", noticeOf("closed", recovery.Closed, 100, notify.ToClaimant))
	tell := retraction(c)
	tell.Notices = noticeOf("entry_corrected", recovery.Appeal, 5, notify.ToClaimant).Notices
	step(t, b, c, "correction", tell)
	if got := templates(notices(t, b, p["owner"])); got != "entry_corrected" {
		t.Errorf("the owner has %q", got)
	}
}

// TestCorrectionInTheMiddleOfAFold corrects the second of three changes that share a
// notice: the others stay in it, and every reader is told of the correction once.
func TestCorrectionInTheMiddleOfAFold(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	everyone := func() notify.Notifications {
		var drafts []notify.NoticeDraft
		for _, audience := range []notify.Audience{notify.ToClaimant, notify.ToSupervisors, notify.ToLegal, notify.ToCounterpart} {
			drafts = append(drafts, noticeOf("answered", recovery.Appeal, 7, audience).Notices...)
		}
		return telling(drafts...)
	}
	if err := b.sql(t, `insert into holder_mails (case_id, counterpart_id, email, email_key) values ($1, 'a', 'a@example.test', 'a@example.test')`, c.ID); err != nil {
		t.Fatal(err)
	}
	step(t, b, c, "1", everyone())                                                      // 2
	step(t, b, c, "2", everyone())                                                      // 3
	step(t, b, c, "other", noticeOf("returned", recovery.Appeal, 7, notify.ToClaimant)) // 4
	step(t, b, c, "3", everyone())                                                      // 5
	correction := retraction(c)
	correction.Retraction.Corrects, correction.Retraction.Void, correction.Retraction.After = 3, nil, nil
	step(t, b, c, "correction", correction) // 6
	for _, reader := range []string{"owner", "supervisor", "legal"} {
		found := map[string]int{}
		for _, n := range notices(t, b, p[reader]) {
			found[n.Template] = n.Count
			if n.Template == "answered" && (n.FirstSeq != 2 || n.Seq != 5) {
				t.Errorf("%s: entries %d to %d", reader, n.FirstSeq, n.Seq)
			}
		}
		if found["answered"] != 2 || found["entry_corrected"] != 1 {
			t.Errorf("%s has %v", reader, found)
		}
	}
	if n := b.count(t, "notices where counterpart_id = 'a' and template = 'said_corrected'"); n != 1 {
		t.Errorf("the counterpart has %d notices of the correction", n)
	}
}

// A rejected correction changes nothing that people were told before.
func TestRejectionWithdrawsOnlyTheRequest(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	step(t, b, c, "right", noticeOf("closed", recovery.Closed, 100, notify.ToClaimant))
	step(t, b, c, "waits", telling(told(notify.ToLegal, func(d *notify.NoticeDraft) { d.Template, d.Facts.Corrects = "correction_proposed", 2 })))
	step(t, b, c, "rejected", notify.Notifications{Retraction: &notify.Retraction{Corrects: 2}})
	if got := templates(notices(t, b, p["owner"])) + "|" + templates(notices(t, b, p["legal"])); got != "closed|" {
		t.Errorf("notices: %s", got)
	}
}

// A reminder of a deadline that does not run any more goes at once.
func TestCorrectionDropsReminders(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{Now: func() time.Time { return noon }})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	runs, gone := noon.Add(48*time.Hour), noon.Add(72*time.Hour)
	c.Deadlines = []recovery.Deadline{{Kind: recovery.PromiseClock, DueAt: runs}}
	var reminders []notify.NoticeDraft
	for _, due := range []*time.Time{&runs, &gone} {
		reminders = append(reminders, told(notify.ToClaimant, func(d *notify.NoticeDraft) {
			d.Facts.Clock, d.Facts.DueAt, d.NotBefore = recovery.PromiseClock, due, due.Add(-time.Hour)
		}))
	}
	step(t, b, c, "reminders", telling(reminders...))
	step(t, b, c, "correction", retraction(c))
	left, right := b.count(t, `reminders where case_id = $1`, c.ID), b.count(t, `reminders where case_id = $1 and due_at = $2`, c.ID, runs)
	if left != 1 || right != 1 {
		t.Errorf("%d reminders, %d of the deadline that runs", left, right)
	}
}

// A message that was taken back counts for no limit; a replaced one counts as corrected.
func TestContactLogAsCorrected(t *testing.T) {
	t.Parallel()
	s := pgtest.New(t)
	c := file(t, s)
	corrects := func(seq int64, replacement map[string]any) journal.Draft {
		d := draft(recovery.EntryCorrected, "")
		d.Facts = map[string]any{"corrects": seq}
		if replacement != nil {
			d.Facts["replacement"] = replacement
		}
		return d
	}
	later := noon.Add(5 * time.Hour)
	for _, d := range []journal.Draft{
		message(recovery.EntryContactRecorded, "a", false, 1), message(recovery.EntryContactRecorded, "a", false, 2), corrects(2, nil),
		corrects(3, map[string]any{"counterpart_id": "b", "in_group": false, "at": later.Format(time.RFC3339)}),
	} {
		must[[]journal.Record](t)(s.AppendEntries(t.Context(), c.ID, false, d))
	}
	want := []recovery.ContactEntry{{Seq: 3, Contact: recovery.Contact{CounterpartID: "b", At: later}, Breaches: []recovery.Code{recovery.CodeQuietHours}}}
	if diff := cmp.Diff(want, must[[]recovery.ContactEntry](t)(s.ContactLog(t.Context(), c.ID))); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
