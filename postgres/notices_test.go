package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/uuid"

	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// people are accounts of a desk, by name.
type people map[string]recovery.UserID

func seat(t testing.TB, b bundle, seats map[string]recovery.Role) people {
	t.Helper()
	seated := people{}
	for name, role := range seats {
		user := must[recovery.User](t)(b.EnsureUser(t.Context(), recovery.User{Role: role, Email: name + "@example.test", Active: true}))
		seated[name] = user.ID
	}
	return seated
}

var everybody = map[string]recovery.Role{
	"owner": recovery.RoleClaimant, "other": recovery.RoleClaimant, "agent": recovery.RoleAgent, "second": recovery.RoleAgent,
	"supervisor": recovery.RoleSupervisor, "deputy": recovery.RoleSupervisor, "legal": recovery.RoleLegal,
}

func owned(p people) func(*recovery.Case) {
	return func(c *recovery.Case) { c.Owner, c.Assignee = p["owner"], p["agent"] }
}

func told(audience notify.Audience, change ...func(*notify.NoticeDraft)) notify.NoticeDraft {
	d := notify.NoticeDraft{
		Audience: audience, Template: "stage_entered", Class: "progress",
		Facts: notify.Facts{Number: "R1", Stage: recovery.Appeal, WaitingOn: recovery.OnAgent},
	}
	for _, apply := range change {
		apply(&d)
	}
	return d
}

func telling(drafts ...notify.NoticeDraft) notify.Notifications {
	return notify.Notifications{Notices: drafts}
}

// step writes a step of a case that leaves it where it is.
func step(t testing.TB, b bundle, c recovery.Case, key string, tell notify.Notifications, change ...func(*postgres.StepWrite)) {
	t.Helper()
	w := postgres.StepWrite{
		CaseID: c.ID, Drafts: []journal.Draft{draft(recovery.EntryEscalated, key)}, Next: c.Position, Deadlines: c.Deadlines, Notifications: tell,
	}
	for _, apply := range change {
		apply(&w)
	}
	if _, err := b.WriteStep(t.Context(), w); err != nil {
		t.Fatal(err)
	}
}

func notices(t testing.TB, b bundle, user recovery.UserID) []notify.Notice {
	t.Helper()
	list, _, err := b.ListNotices(t.Context(), user, false, 200, "")
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestEachAudienceIsWhoItIsThen(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	gone := must[recovery.User](t)(b.EnsureUser(t.Context(), recovery.User{Role: recovery.RoleLegal, Email: "gone@example.test"}))
	c := file(t, b.Store, owned(p))
	for audience, want := range map[notify.Audience][]string{
		notify.ToClaimant: {"owner"}, notify.ToAssignee: {"agent"},
		notify.ToSupervisors: {"deputy", "supervisor"}, notify.ToLegal: {"legal"},
	} {
		step(t, b, c, string(audience), telling(told(audience, func(d *notify.NoticeDraft) { d.Template = string(audience) })))
		var got []string
		for name, id := range p {
			if slices.ContainsFunc(notices(t, b, id), func(n notify.Notice) bool { return n.Template == string(audience) }) {
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("the %s is %v, want %v", audience, got, want)
		}
	}
	if len(notices(t, b, gone.ID)) > 0 {
		t.Error("a closed account is told")
	}
}

func TestOneNoticeForOnePersonAndChange(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	c := file(t, b.Store, func(c *recovery.Case) { c.Owner, c.Assignee = p["owner"], p["supervisor"] })
	step(t, b, c, "k", telling(
		told(notify.ToAssignee, func(d *notify.NoticeDraft) { d.Template = "first" }),
		told(notify.ToSupervisors, func(d *notify.NoticeDraft) { d.Template = "second"; d.Except = p["deputy"] }),
	))
	got := notices(t, b, p["supervisor"])
	if len(got) != 1 || got[0].Template != "first" {
		t.Errorf("who has two parts is told %+v, want the first notice alone", got)
	}
	if len(notices(t, b, p["deputy"])) != 0 {
		t.Error("who did it is told of it")
	}
}

// TestToldWithTheChangeOrNotAtAll: a step that is not written tells nothing,
// and one that is written twice tells once.
func TestToldWithTheChangeOrNotAtAll(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	tell := telling(told(notify.ToClaimant))
	tell.Event = notify.Event{Type: "case.escalated", Payload: []byte(`{}`)}
	hook(t, b, p["supervisor"])
	for range 2 {
		step(t, b, c, "once", tell)
	}
	_, err := b.WriteStep(t.Context(), postgres.StepWrite{
		CaseID: c.ID, Drafts: []journal.Draft{draft(recovery.EntryEscalated, "never")}, Next: c.Position, Notifications: tell,
		Counterpart: &recovery.Counterpart{ID: "nobody"},
	})
	wantCode(t, err, recovery.CodeNotFound)
	if n, d := b.count(t, "notices"), b.count(t, "webhook_deliveries"); n != 1 || d != 1 {
		t.Errorf("%d notices and %d deliveries, want one of each", n, d)
	}
	n := notices(t, b, p["owner"])[0]
	if id, err := uuid.Parse(n.ID); err != nil || id.Version() != 7 || id.Variant() != uuid.RFC4122 {
		t.Errorf("%s is no UUIDv7 (%v)", n.ID, err)
	}
}

// TestEveryWriterTells: filing, evidence and the desk tell in their own
// transactions, and the desk's new assignee is the one who is told.
func TestEveryWriterTells(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	number := must[recovery.CaseNumber](t)(b.NextNumber(t.Context()))
	c := sample(t, number)
	owned(p)(&c)
	err := b.FileCase(t.Context(), postgres.FilingWrite{Case: c, Draft: draft(recovery.EntryCaseFiled, "filed"), Notifications: telling(told(notify.ToClaimant))})
	if err != nil {
		t.Fatal(err)
	}
	_, err = b.AddEvidence(t.Context(), postgres.EvidenceWrite{
		Evidence: recovery.Evidence{ID: recovery.EvidenceID(newID(t)), CaseID: c.ID, Kind: recovery.Ticket, ReceivedAt: noon},
		Draft:    draft(recovery.EntryEvidenceAdded, "e"), Notifications: telling(told(notify.ToAssignee)),
	})
	if err != nil {
		t.Fatal(err)
	}
	second := p["second"]
	err = b.WriteDirectly(t.Context(), postgres.DirectWrite{
		CaseID: c.ID, Assignee: &second, PreviousAssignee: p["agent"], Draft: draft(recovery.EntryAssigned, "d"), Notifications: telling(told(notify.ToAssignee)),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"owner", "agent", "second"} {
		if got := notices(t, b, p[name]); len(got) != 1 || got[0].CaseID != c.ID {
			t.Errorf("the %s was told %+v, want one notice", name, got)
		}
	}
}

func TestInboxPagesAndCounts(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	const all = 107
	for i := range all {
		step(t, b, c, numbered("k", i), telling(told(notify.ToClaimant, func(d *notify.NoticeDraft) { d.Template = numbered("t", i) })))
	}
	for most, want := range map[int]int{0: all, 100: 100, 200: all} {
		if n := must[int](t)(b.CountUnread(t.Context(), p["owner"], most)); n != want {
			t.Errorf("%d unread, counted up to %d", n, most)
		}
	}
	var seen []string
	for cursor := ""; ; {
		page, next, err := b.ListNotices(t.Context(), p["owner"], false, 10, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, n := range page {
			seen = append(seen, n.Template)
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	for i, template := range seen {
		if template != numbered("t", all-1-i) {
			t.Fatalf("place %d holds %s", i, template)
		}
	}
	if len(seen) != all {
		t.Errorf("the pages hold %d of %d", len(seen), all)
	}
	if _, _, err := b.ListNotices(t.Context(), p["owner"], false, 10, "no cursor"); recovery.CodeOf(err) != recovery.CodeInvalid {
		t.Errorf("a broken cursor: %v", err)
	}
}

func TestReadOnceByItsReader(t *testing.T) {
	t.Parallel()
	now := noon
	b := open(t, postgres.Options{Now: func() time.Time { return now }})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	for _, key := range []string{"a", "b"} {
		step(t, b, c, key, telling(told(notify.ToClaimant, func(d *notify.NoticeDraft) { d.Template = key })))
	}
	id := notices(t, b, p["owner"])[0].ID
	first := must[notify.Notice](t)(b.MarkRead(t.Context(), p["owner"], id))
	now = now.Add(time.Hour)
	again := must[notify.Notice](t)(b.MarkRead(t.Context(), p["owner"], id))
	if first.ReadAt == nil || !first.ReadAt.Equal(noon) || !again.ReadAt.Equal(noon) {
		t.Errorf("read at %v and %v, want %s both times", first.ReadAt, again.ReadAt, noon)
	}
	if n := must[int](t)(b.CountUnread(t.Context(), p["owner"], 0)); n != 1 {
		t.Errorf("%d unread, want 1", n)
	}
	if unread, _, err := b.ListNotices(t.Context(), p["owner"], true, 10, ""); err != nil || len(unread) != 1 || unread[0].ID == id {
		t.Errorf("unread: %+v (%v)", unread, err)
	}
	_, err := b.MarkRead(t.Context(), p["other"], id)
	wantCode(t, err, recovery.CodeNotFound)
}

// reminder is one an hour before the case's contact deadline.
func reminder(c recovery.Case, audience notify.Audience, ahead time.Duration) notify.NoticeDraft {
	due := c.Deadlines[1].DueAt
	return told(audience, func(d *notify.NoticeDraft) {
		d.Template, d.Facts.Clock, d.Facts.DueAt, d.NotBefore = "reminder", recovery.ContactClock, &due, due.Add(-ahead)
	})
}

func TestRemindersAreToldWhileTheirDeadlineRuns(t *testing.T) {
	t.Parallel()
	paused := func(list []recovery.Deadline) []recovery.Deadline {
		list = slices.Clone(list)
		list[1].PausedBecause = "asked the platform"
		return list
	}
	moved := func(list []recovery.Deadline) []recovery.Deadline {
		list = slices.Clone(list)
		list[1].DueAt = list[1].DueAt.Add(time.Second)
		return list
	}
	for name, tc := range map[string]struct {
		after    func([]recovery.Deadline) []recovery.Deadline
		wait     time.Duration
		assignee string
		want     int
	}{
		"it runs":               {nil, 71 * time.Hour, "agent", 1},
		"not yet":               {nil, 71*time.Hour - time.Second, "agent", 0},
		"too late":              {nil, 72 * time.Hour, "agent", 0},
		"it ended":              {func([]recovery.Deadline) []recovery.Deadline { return nil }, 71 * time.Hour, "agent", 0},
		"it stands still":       {paused, 71 * time.Hour, "agent", 0},
		"it was moved":          {moved, 71 * time.Hour, "agent", 0},
		"somebody else has it":  {nil, 71 * time.Hour, "second", 1},
		"nobody works on it":    {nil, 71 * time.Hour, "", 0},
		"the same, a day later": {nil, 71*time.Hour + 30*time.Minute, "agent", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			now := noon
			b := open(t, postgres.Options{Now: func() time.Time { return now }})
			p := seat(t, b, everybody)
			c := file(t, b.Store, owned(p))
			tell := telling(reminder(c, notify.ToAssignee, time.Hour))
			step(t, b, c, "set", tell)
			step(t, b, c, "set again", tell)
			if len(notices(t, b, p["agent"])) != 0 {
				t.Fatal("it was told at once")
			}
			if tc.after != nil {
				step(t, b, c, "changed", notify.Notifications{}, func(w *postgres.StepWrite) { w.Deadlines = tc.after(c.Deadlines) })
			}
			if id := p[tc.assignee]; id != p["agent"] {
				err := b.WriteDirectly(t.Context(), postgres.DirectWrite{CaseID: c.ID, Assignee: &id, PreviousAssignee: p["agent"], Draft: draft(recovery.EntryAssigned, "a")})
				if err != nil {
					t.Fatal(err)
				}
			}
			now = now.Add(tc.wait)
			for range 2 { // the second time there is nothing left
				if _, err := b.SendReminders(t.Context(), 10); err != nil {
					t.Fatal(err)
				}
			}
			if got := b.count(t, "notices"); got != tc.want {
				t.Errorf("%d notices, want %d", got, tc.want)
			}
			if tc.want > 0 && len(notices(t, b, p[tc.assignee])) != 1 {
				t.Error("somebody else was told")
			}
		})
	}
}

// TestLateRemindersAreOne: after an outage only the latest of several reminders
// of one deadline is told.
func TestLateRemindersAreOne(t *testing.T) {
	t.Parallel()
	now := noon
	b := open(t, postgres.Options{Now: func() time.Time { return now }})
	p := seat(t, b, everybody)
	c := file(t, b.Store, owned(p))
	var drafts []notify.NoticeDraft
	for i, ahead := range []time.Duration{48 * time.Hour, 24 * time.Hour, time.Hour} {
		d := reminder(c, notify.ToClaimant, ahead)
		d.Template = numbered("t", i)
		drafts = append(drafts, d)
	}
	step(t, b, c, "k", telling(drafts...))
	now = now.Add(71 * time.Hour)
	if n := must[int](t)(b.SendReminders(t.Context(), 10)); n != 3 {
		t.Errorf("%d dealt with, want 3", n)
	}
	if got := notices(t, b, p["owner"]); len(got) != 1 || got[0].Template != "t-002" {
		t.Errorf("told %+v, want the last one", got)
	}
}

func TestPreferencesAreKept(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	if _, found, err := b.FindPreferences(t.Context(), p["owner"]); found || err != nil {
		t.Errorf("found %v (%v) before anything was chosen", found, err)
	}
	for _, want := range []notify.Preferences{
		{Language: "en", QuietFrom: 0, QuietUntil: 1439, NoMail: []string{"money"}}, {Language: "zh-CN", NoMail: []string{}},
	} {
		if err := b.SetPreferences(t.Context(), p["owner"], want); err != nil {
			t.Fatal(err)
		}
		got, found, err := b.FindPreferences(t.Context(), p["owner"])
		if err != nil || !found || !cmp.Equal(got, want) {
			t.Errorf("%s (%v)", cmp.Diff(want, got), err)
		}
	}
	wantCode(t, b.SetPreferences(t.Context(), "nobody", notify.Preferences{}), recovery.CodeNotFound)
}

// TestPeopleAreFoundByIndex: to whom a filing is told must not depend on how
// many accounts there are.
func TestPeopleAreFoundByIndex(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	p := seat(t, b, everybody)
	err := b.sql(t, `insert into users (id, role, email) select 'u' || i, 'claimant', i || '@example.test' from generate_series(1, 20000) i`)
	if err != nil {
		t.Fatal(err)
	}
	if err := b.sql(t, `analyze users`); err != nil {
		t.Fatal(err)
	}
	c := file(t, b.Store, owned(p))
	const times = 50
	for i := range times {
		named := func(d *notify.NoticeDraft) { d.Template = numbered("t", i) }
		step(t, b, c, numbered("k", i), telling(told(notify.ToClaimant, named), told(notify.ToSupervisors, named)))
	}
	if n := b.count(t, "notices"); n != 3*times {
		t.Errorf("%d notices, want %d", n, 3*times)
	}
	plan := b.plan(t, `select id from users where role = 'supervisor' and active`)
	if !strings.Contains(plan, "users_role") {
		t.Errorf("the supervisors are looked for by\n%s", plan)
	}
}
