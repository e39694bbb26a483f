package worker_test

import (
	"strings"
	"testing"
	"time"

	"recourse/notify"
	"recourse/notify/smtptest"
	"recourse/recovery"
)

func TestReadersAreHeard(t *testing.T) {
	t.Parallel()
	quiet := func(o *office) (from, until int) {
		at := o.now().In(time.FixedZone("", 8*60*60))
		minute := at.Hour()*60 + at.Minute()
		return (minute + 1439) % 1440, (minute + 120) % 1440
	}
	for name, tc := range map[string]struct {
		prepare func(t *testing.T, o *office)
		now     int // mails at once
		later   int // mails after three hours
		words   string
	}{
		"nothing chosen": {func(*testing.T, *office) {}, 1, 1, "=?utf-8?"},
		"in English": {func(t *testing.T, o *office) {
			choose(t, o, notify.Preferences{Language: "en"})
		}, 1, 1, "[recourse] the case moved on"},
		"not by mail": {func(t *testing.T, o *office) {
			choose(t, o, notify.Preferences{Language: "en", NoMail: []string{"progress"}})
		}, 0, 0, ""},
		"account closed": {func(t *testing.T, o *office) {
			_, err := o.store.EnsureUser(t.Context(), recovery.User{Role: recovery.RoleClaimant, Email: "claimant@example.test"})
			if err != nil {
				t.Fatal(err)
			}
		}, 0, 0, ""},
		"quiet, but urgent": {func(t *testing.T, o *office) {
			from, until := quiet(o)
			choose(t, o, notify.Preferences{Language: "en", QuietFrom: from, QuietUntil: until})
		}, 1, 1, "[recourse]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			server := smtptest.New(t, smtptest.WithoutTLS())
			o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
			tc.prepare(t, o)
			n := o.notices(t, mailerTo(server))
			drain(t, n)
			wantKept(t, server, tc.now, tc.now)
			o.later(3 * time.Hour)
			drain(t, n)
			wantKept(t, server, tc.later, tc.later)
			for _, kept := range server.Mails() {
				if !strings.HasPrefix(strings.ToLower(kept.Header.Get("Subject")), tc.words) {
					t.Errorf("subject %q", kept.Header.Get("Subject"))
				}
			}
		})
	}
	t.Run("quiet", func(t *testing.T) {
		t.Parallel()
		o := newOffice(t)
		server := smtptest.New(t, smtptest.WithoutTLS())
		from, until := quiet(o)
		choose(t, o, notify.Preferences{Language: "en", QuietFrom: from, QuietUntil: until})
		o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft(func(d *notify.NoticeDraft) { d.Urgent = false })}})
		n := o.notices(t, mailerTo(server))
		drain(t, n)
		wantKept(t, server, 0, 0)
		o.later(3 * time.Hour)
		drain(t, n)
		wantKept(t, server, 1, 1)
	})
}

func choose(t *testing.T, o *office, p notify.Preferences) {
	t.Helper()
	if err := o.store.SetPreferences(t.Context(), o.people[recovery.RoleClaimant], p); err != nil {
		t.Fatal(err)
	}
}

// TestMailsAreKeptWithoutAServer: they can be read here, and do not go out later.
func TestMailsAreKeptWithoutAServer(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.tell(t, 2, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
	drain(t, o.notices(t, nil))
	mails, _, err := o.store.ListSentMails(t.Context(), 10, "")
	if err != nil || len(mails) != 2 || mails[0].State != notify.MailKept || !strings.Contains(mails[0].Body, "https://desk.example.test/cases/"+string(o.c.Number)+"\n") {
		t.Fatalf("%+v (%v)", mails, err)
	}
	server := smtptest.New(t, smtptest.WithoutTLS())
	o.later(time.Hour)
	drain(t, o.notices(t, mailerTo(server)))
	wantKept(t, server, 0, 0)
}
