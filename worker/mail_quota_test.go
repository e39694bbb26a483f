package worker_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"recourse/notify"
	"recourse/notify/smtptest"
	"recourse/worker"
)

// TestMailsWaitForTheirQuota keeps a mail beyond its quota, and sends it when there is room.
func TestMailsWaitForTheirQuota(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(now time.Time) (time.Time, error){
		"used up":        func(now time.Time) (time.Time, error) { return now.Add(time.Hour), nil },
		"not countable":  func(time.Time) (time.Time, error) { return time.Time{}, errors.New("no database") },
		"a limit passed": func(now time.Time) (time.Time, error) { return now.Add(-time.Hour), nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := forGuest(t)
			server := smtptest.New(t, smtptest.WithoutTLS())
			start := o.now()
			o.tell(t, 1, notify.Notifications{Notices: []notify.NoticeDraft{o.draft()}})
			asked := 0
			limited := func(p *worker.NoticesConfig) {
				p.CountMail = func(_ context.Context, m notify.Mail) (time.Time, error) {
					if asked++; m.To != guestAddress {
						t.Errorf("asked for %q", m.ID)
					}
					if o.now().Before(start.Add(time.Minute)) {
						return answer(o.now())
					}
					return time.Time{}, nil
				}
			}
			drain(t, o.notices(t, mailerTo(server), limited))
			want := 0
			if name == "a limit passed" {
				want = 1
			}
			if got := len(server.Mails()); got != want || asked != 1 {
				t.Errorf("%d mails, asked %d times", got, asked)
			}
			o.later(time.Hour + time.Minute)
			drain(t, o.notices(t, mailerTo(server), limited))
			if got := len(server.Mails()); got != 1 {
				t.Errorf("%d mails when there is room", got)
			}
		})
	}
}
