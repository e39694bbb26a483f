package worker

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"recourse/evidence/journal"
	"recourse/loop"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// MailSender sends one mail. *notify.Mailer implements it.
type MailSender interface {
	Send(ctx context.Context, o notify.Outgoing) notify.Attempt
}

// WebhookSender delivers one event to one webhook. *notify.Poster implements it.
type WebhookSender interface {
	Post(ctx context.Context, w notify.Webhook, d notify.Delivery) notify.Attempt
}

// NoticesConfig are the dependencies and settings of Notices.
type NoticesConfig struct {
	Store       *postgres.Store
	NotifyRules *notify.Rules
	Mails       MailSender // nil: no server is configured; mails are stored instead of sent
	Webhooks    WebhookSender
	// CountMail counts a mail before it is sent. If a quota is used up, it returns when there
	// is room again. nil: mails have no quota.
	CountMail func(ctx context.Context, m notify.Mail) (from time.Time, err error)
	Site      string         // base address of the pages, for links; "" for none
	Random    func() float64 // in [0, 1); jitter for retries
	Now       func() time.Time
	Log       *slog.Logger
	Lease     time.Duration // how long claimed items are reserved; 0 means noticeLease
	// Version is the version of this build, for journal entries.
	Version string
	Loops   *loop.Monitor // nil: nobody watches the loops
}

// Notices sends due notifications from the database: mails, webhooks and reminders.
// Several processes may run it at the same time. It does not need Temporal.
type Notices struct{ NoticesConfig }

const (
	// noticeLease must exceed the time of a whole batch in which every attempt times
	// out: mailBatch / mailWorkers attempts of half a minute each.
	noticeLease    = 5 * time.Minute
	mailBatch      = 20
	mailWorkers    = 4
	deliveryBatch  = 10 // for each webhook; an attempt takes at most ten seconds
	reminderBatch  = 200
	noticeInterval = 5 * time.Second
	// roundPause limits the rate of one process to four batches of mails a second.
	roundPause      = 250 * time.Millisecond
	cleanupInterval = time.Hour
	// mailTextRetention is how long the text of a sent mail is kept.
	mailTextRetention = 30 * 24 * time.Hour
)

// NewNotices returns a Notices.
func NewNotices(parts NoticesConfig) *Notices {
	if parts.Lease == 0 {
		parts.Lease = noticeLease
	}
	parts.Site = strings.TrimRight(parts.Site, "/")
	return &Notices{parts}
}

// The names of the loops.
const (
	mailsLoop       = "mails"
	webhooksLoop    = "webhooks"
	mailCleanupLoop = "mail_cleanup"
)

// noticeLastRetry is the longest wait after a step that failed, mostly for lack of a
// database.
const noticeLastRetry = time.Minute

// Run sends until ctx ends. It is woken by writes of this process and polls for
// items that become due. Reminders, mails and webhooks do not wait for each other.
func (n *Notices) Run(ctx context.Context) error {
	woken, err := n.Store.SubscribeToChanges(ctx)
	if err != nil {
		return fmt.Errorf("notices: %w", err)
	}
	if n.Mails == nil {
		n.Log.WarnContext(ctx, "no mail server is configured: mails are kept and not sent")
	}
	pool := newDeliveryPool(n)
	loops, wake := n.loops(pool)
	var running sync.WaitGroup
	for _, one := range loops {
		running.Go(func() { n.Loops.Run(ctx, one) })
	}
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-woken:
			wake()
		}
	}
	running.Wait()
	pool.sending.Wait()
	return nil
}

// loops returns the loops of Run, and a function that wakes those that send. Steps pause,
// because every mail is a separate transaction and would otherwise slow down filings.
func (n *Notices) loops(pool *deliveryPool) (loops []loop.Loop, wake func()) {
	reminders, mails := make(chan struct{}, 1), make(chan struct{}, 1)
	steps := []loop.Loop{
		{Name: postgres.RemindersLoop, Step: n.sendReminders, Woken: reminders},
		{Name: mailsLoop, Step: n.sendDueMails, Woken: mails},
		{Name: webhooksLoop, Step: pool.startDeliveries, Woken: pool.woken},
	}
	for i := range steps {
		steps[i].Interval, steps[i].Pause, steps[i].LastRetry = noticeInterval, roundPause, noticeLastRetry
	}
	cleanup := loop.Loop{Name: mailCleanupLoop, Step: n.deleteOldMails, Interval: cleanupInterval, FirstRetry: noticeLastRetry, LastRetry: cleanupInterval}
	return append(steps, cleanup), func() {
		for _, one := range []chan struct{}{reminders, mails, pool.woken} {
			trySend(one)
		}
	}
}

func trySend(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// RunOnce runs one step of each loop that sends and waits for its end. It reports whether
// there was anything to do. Tests and commands use it.
func (n *Notices) RunOnce(ctx context.Context) bool {
	pool := newDeliveryPool(n)
	loops, _ := n.loops(pool)
	worked := false
	for _, one := range loops[:3] {
		_ = n.Loops.Do(ctx, one.Name, func(ctx context.Context) error {
			again, err := one.Step(ctx)
			worked = worked || again
			return err
		})
	}
	pool.sending.Wait()
	return worked
}

// sendReminders turns due reminders into notices.
func (n *Notices) sendReminders(ctx context.Context) (again bool, err error) {
	reminded, err := n.Store.SendReminders(ctx, reminderBatch)
	if err != nil {
		return false, err
	}
	if n.Site != "" { // without an address the mail cannot contain an unsubscribe link
		if _, err := n.Store.RemindCounterparts(ctx, reminderBatch, n.reminderEntry); err != nil {
			return false, err
		}
	}
	return reminded == reminderBatch, nil
}

// reminderEntry returns the journal entry for a reminder of an instalment.
func (n *Notices) reminderEntry(r notify.CounterpartReminder) journal.Draft {
	return journal.Draft{
		Kind: recovery.EntryInstalmentReminded, At: n.Now(), Actor: recovery.System, Pace: r.Case.Pace,
		Key:       fmt.Sprintf("%s:%s:%d", recovery.EntryInstalmentReminded, r.Facts.Ref, r.Facts.DueAt.Unix()),
		Collector: journal.Collector{Tool: "recourse", Version: n.Version},
		Facts: map[string]any{
			"counterpart_id": r.CounterpartID, "channel": recovery.Email, "ref": r.Facts.Ref,
			"amount_fen": r.Facts.Amount, "due_at": r.Facts.DueAt.UTC().Format(time.RFC3339),
		},
	}
}

// recordFailure records that an item failed with err. It returns err if the database is
// away, because then the item is not the reason, and nil if the failure is recorded.
func (n *Notices) recordFailure(ctx context.Context, name, kind, item string, err error) error {
	if err == nil || recovery.CodeOf(err) == recovery.CodeUnavailable || ctx.Err() != nil {
		return err
	}
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	return n.Loops.FailItem(lasting, name, item, err, func(ctx context.Context) (bool, error) {
		return n.Store.RecordFailure(ctx, kind, item)
	})
}
