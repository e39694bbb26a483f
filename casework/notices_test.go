package casework_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// told is a rig with the use cases of being told.
type told struct {
	*casetest.Fixture
	*casework.Notices
	notifyRules *notify.Rules
}

func newTold(t *testing.T, options ...casetest.Option) told {
	t.Helper()
	notifyRules, err := notify.Load()
	if err != nil {
		t.Fatal(err)
	}
	rig := casetest.New(t, options...)
	return told{rig, casework.NewNotices(rig.Service, notifyRules), notifyRules}
}

// happen writes a step of a case with what it gives others to know.
func (r told) happen(t *testing.T, c recovery.Case, kind recovery.EntryKind, key string) {
	t.Helper()
	change := notify.ChangeInPlace(c, kind, r.Actor(recovery.RoleAgent), time.Now())
	_, err := r.Store.WriteStep(t.Context(), postgres.StepWrite{
		CaseID: c.ID, Next: c.Position, Deadlines: c.Deadlines, Notifications: r.notifyRules.NotificationsFor(change),
		Drafts: []journal.Draft{{Kind: kind, At: time.Now(), Actor: change.Actor, Key: key, Collector: journal.Collector{Tool: "t", Version: "1"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fileQuietly files a case and has its claimant read what that told them.
func (r told) fileQuietly(t *testing.T) casework.View {
	t.Helper()
	filed := r.FileCase(t)
	r.readAll(t)
	mails, err := r.Store.ClaimMails(t.Context(), 200, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	for _, mail := range mails {
		if _, err := r.Store.SettleMails(t.Context(), notify.SettledMail{Mail: mail, Outcome: notify.MailOutcome{State: notify.MailSent}}); err != nil {
			t.Fatal(err)
		}
	}
	return filed
}

// readAll has the claimant read everything in the inbox.
func (r told) readAll(t *testing.T) {
	t.Helper()
	box, err := r.Inbox(t.Context(), r.Actor(recovery.RoleClaimant), true, 200, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range box.Items {
		if _, err := r.MarkRead(t.Context(), r.Actor(recovery.RoleClaimant), item.ID); err != nil {
			t.Fatal(err)
		}
	}
}

func TestInboxSaysWhatToDo(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	owner := r.Actor(recovery.RoleClaimant)
	filed := r.fileQuietly(t)
	r.happen(t, filed.Case, recovery.EntryEvidenceRequested, "a")
	r.happen(t, filed.Case, recovery.EntryReturnRecorded, "b")
	box, err := r.Inbox(t.Context(), owner, true, 10, "")
	if err != nil || len(box.Items) != 2 || box.Unread != 2 {
		t.Fatalf("%+v (%v)", box, err)
	}
	first := box.Items[1]
	if first.Title != "需要补充材料" || first.Number != filed.Number || first.CaseID != filed.ID || !first.Urgent || first.Class != notify.Task ||
		!strings.HasPrefix(first.Deadline, "期限：") || first.DueAt == nil || !first.DueAt.Equal(filed.Deadlines[0].DueAt) ||
		!strings.HasPrefix(first.NextAction, "下一步：") {
		t.Errorf("told %+v", first)
	}
	read, err := r.MarkRead(t.Context(), owner, first.ID)
	if err != nil || read.ReadAt == nil || read.Title != first.Title {
		t.Errorf("%+v (%v)", read, err)
	}
	box, err = r.Inbox(t.Context(), owner, true, 10, "")
	if err != nil || len(box.Items) != 1 || box.Unread != 1 || box.Items[0].Title != "有款项退回" {
		t.Errorf("%+v (%v)", box, err)
	}
	if other, err := r.Inbox(t.Context(), r.NewActor(t, recovery.RoleClaimant), false, 10, ""); err != nil || len(other.Items) != 0 {
		t.Errorf("another claimant reads %+v (%v)", other, err)
	}
}

func TestAnInboxIsItsReaders(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	filed := r.FileCase(t)
	r.happen(t, filed.Case, recovery.EntryEvidenceRequested, "a")
	box, err := r.Inbox(t.Context(), r.Actor(recovery.RoleClaimant), false, 10, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range []recovery.Role{recovery.RoleAgent, recovery.RoleAdmin, recovery.RoleAuditor} {
		_, err := r.MarkRead(t.Context(), r.Actor(role), box.Items[0].ID)
		wantCode(t, err, recovery.CodeNotFound)
	}
	for _, id := range []string{"", "x", "' or 1=1", strings.Repeat("0", 36), "{" + box.Items[0].ID + "}", "\x00"} {
		_, err := r.MarkRead(t.Context(), r.Actor(recovery.RoleClaimant), id)
		wantCode(t, err, recovery.CodeNotFound)
	}
	for _, actor := range []recovery.Actor{{}, r.Actor(recovery.RoleCounterpart), recovery.System} {
		_, err := r.Inbox(t.Context(), actor, false, 10, "")
		wantCode(t, err, recovery.CodeForbidden)
		_, err = r.MarkRead(t.Context(), actor, box.Items[0].ID)
		wantCode(t, err, recovery.CodeForbidden)
		_, err = r.Preferences(t.Context(), actor)
		wantCode(t, err, recovery.CodeForbidden)
		_, err = r.SetPreferences(t.Context(), actor, casework.Preferences{})
		wantCode(t, err, recovery.CodeForbidden)
		_, _, err = r.Mails(t.Context(), actor, 10, "")
		wantCode(t, err, recovery.CodeForbidden)
	}
	_, err = r.Inbox(t.Context(), r.Actor(recovery.RoleClaimant), false, 10, "x")
	wantCode(t, err, recovery.CodeInvalid)
}

func TestPreferencesOfAPerson(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	owner := r.Actor(recovery.RoleClaimant)
	standard := casework.Preferences{
		Language: "zh-CN", QuietFrom: "22:00", QuietUntil: "08:00",
		Mail: map[notify.Class]bool{notify.Progress: true, notify.Task: true, notify.Deadline: true, notify.Money: true},
	}
	if got, err := r.Preferences(t.Context(), owner); err != nil || !cmp.Equal(got, standard) {
		t.Errorf("%s (%v)", cmp.Diff(standard, got), err)
	}
	chosen := casework.Preferences{Language: "en", QuietFrom: "00:00", QuietUntil: "23:59", Mail: map[notify.Class]bool{notify.Money: false, notify.Task: true}}
	want := chosen
	want.Mail = map[notify.Class]bool{notify.Progress: true, notify.Task: true, notify.Deadline: true, notify.Money: false}
	if got, err := r.SetPreferences(t.Context(), owner, chosen); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%s (%v)", cmp.Diff(want, got), err)
	}
	filed := r.FileCase(t)
	r.happen(t, filed.Case, recovery.EntryEvidenceRequested, "a")
	if box, err := r.Inbox(t.Context(), owner, false, 10, ""); err != nil || box.Items[0].Title != "More evidence is needed" {
		t.Errorf("%+v (%v)", box, err)
	}
	if got, err := r.Preferences(t.Context(), r.NewActor(t, recovery.RoleClaimant)); err != nil || !cmp.Equal(got, standard) {
		t.Errorf("another's became %+v (%v)", got, err)
	}
}

func TestPreferencesThatCannotBe(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	owner := r.Actor(recovery.RoleClaimant)
	good := casework.Preferences{Language: "en", QuietFrom: "21:30", QuietUntil: "07:00"}
	for name, tc := range map[string]struct {
		change func(*casework.Preferences)
		fields []string
	}{
		"another language": {func(p *casework.Preferences) { p.Language = "fr" }, []string{"language"}},
		"no language":      {func(p *casework.Preferences) { p.Language = "" }, []string{"language"}},
		"no such hour":     {func(p *casework.Preferences) { p.QuietFrom = "24:00" }, []string{"quiet_from"}},
		"short":            {func(p *casework.Preferences) { p.QuietUntil = "7:00" }, []string{"quiet_until"}},
		"in words":         {func(p *casework.Preferences) { p.QuietFrom, p.QuietUntil = "noon", "" }, []string{"quiet_from", "quiet_until"}},
		"another class":    {func(p *casework.Preferences) { p.Mail = map[notify.Class]bool{"gossip": false} }, []string{"mail"}},
	} {
		p := good
		tc.change(&p)
		_, err := r.SetPreferences(t.Context(), owner, p)
		fault := wantCode(t, err, recovery.CodeInvalid)
		var fields []string
		for _, f := range fault.Fields {
			fields = append(fields, f.Field)
		}
		if !slices.Equal(fields, tc.fields) {
			t.Errorf("%s: %v, want %v", name, fields, tc.fields)
		}
	}
	if got, err := r.Preferences(t.Context(), owner); err != nil || got.Language != "zh-CN" {
		t.Errorf("a refusal changed %+v (%v)", got, err)
	}
}

// TestMailsOfADevelopmentInstallation can be read there, and nowhere else.
func TestMailsOfADevelopmentInstallation(t *testing.T) {
	t.Parallel()
	r := newTold(t)
	filed := r.fileQuietly(t)
	r.happen(t, filed.Case, recovery.EntryEvidenceRequested, "a")
	claimed, err := r.Store.ClaimMails(t.Context(), 10, time.Minute)
	if err != nil || len(claimed) != 1 {
		t.Fatalf("%+v (%v)", claimed, err)
	}
	_, err = r.Store.SettleMails(t.Context(), notify.SettledMail{Mail: claimed[0], Outcome: notify.MailOutcome{State: notify.MailKept, Subject: "s", Body: "b"}})
	if err != nil {
		t.Fatal(err)
	}
	mails, _, err := r.Mails(t.Context(), r.Actor(recovery.RoleAgent), 10, "")
	if err != nil || len(mails) != 1 || mails[0].Subject != "s" || mails[0].CaseID != filed.ID {
		t.Errorf("%+v (%v)", mails, err)
	}
	production := newTold(t, func(c *casework.Config) { c.Development = false })
	_, _, err = production.Mails(t.Context(), production.Actor(recovery.RoleAdmin), 10, "")
	wantCode(t, err, recovery.CodeNotFound)
}
