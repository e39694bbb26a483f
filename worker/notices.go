package worker

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"recourse/evidence/journal"
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
	Site        string         // base address of the pages, for links; "" for none
	Random      func() float64 // in [0, 1); jitter for retries
	Now         func() time.Time
	Log         *slog.Logger
	Lease       time.Duration // how long claimed items are reserved; 0 means noticeLease
	// Version is the version of this build, for journal entries.
	Version string
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

// Run sends until ctx ends. It is woken by writes of this process and polls for
// items that become due. Mails and webhooks do not wait for each other.
func (n *Notices) Run(ctx context.Context) error {
	woken, err := n.Store.SubscribeToChanges(ctx)
	if err != nil {
		return fmt.Errorf("notices: %w", err)
	}
	if n.Mails == nil {
		n.Log.WarnContext(ctx, "no mail server is configured: mails are kept and not sent")
	}
	pool := &deliveryPool{Notices: n, busy: map[string]bool{}, freed: make(chan struct{}, 1)}
	loops := []roundLoop{
		{make(chan struct{}, 1), nil, n.sendRemindersAndMails},
		{make(chan struct{}, 1), pool.freed, pool.startDeliveries},
	}
	var running sync.WaitGroup
	for _, loop := range loops {
		running.Go(func() { loop.runRounds(ctx) })
	}
	running.Go(func() { n.deleteOldMails(ctx) })
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-woken:
			for _, loop := range loops {
				trySend(loop.woken)
			}
		}
	}
	running.Wait()
	pool.sending.Wait()
	return nil
}

func trySend(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// roundLoop repeats one kind of work.
type roundLoop struct {
	woken    chan struct{}
	freed    <-chan struct{}            // signals that a delivery ended; nil if all work ends within a round
	runRound func(context.Context) bool // returns false if there was nothing to do or it failed
}

func (l roundLoop) runRounds(ctx context.Context) {
	tick := time.NewTicker(noticeInterval)
	defer tick.Stop()
	for {
		for l.runRound(ctx) && waitBetweenRounds(ctx) {
		}
		if !waitBetweenRounds(ctx) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-l.woken:
		case <-l.freed:
		case <-tick.C:
		}
	}
}

// waitBetweenRounds pauses, because every mail is a separate transaction and would
// otherwise slow down filings. It returns false if ctx ends.
func waitBetweenRounds(ctx context.Context) bool {
	pause := time.NewTimer(roundPause)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-pause.C:
		return true
	}
}

// RunOnce runs one round of all work and waits for its end. It reports whether there
// was anything to do. Tests and commands use it.
func (n *Notices) RunOnce(ctx context.Context) bool {
	pool := &deliveryPool{Notices: n, busy: map[string]bool{}, freed: make(chan struct{}, 1)}
	mailed := n.sendRemindersAndMails(ctx)
	posted := pool.startDeliveries(ctx)
	pool.sending.Wait()
	return mailed || posted
}

func (n *Notices) sendRemindersAndMails(ctx context.Context) bool {
	reminded, err := n.Store.SendReminders(ctx, reminderBatch)
	if err != nil {
		n.logUnavailable(ctx, err)
		return false
	}
	if n.Site != "" { // without an address the mail cannot contain an unsubscribe link
		if _, err := n.Store.RemindCounterparts(ctx, reminderBatch, n.reminderEntry); err != nil {
			n.logUnavailable(ctx, err)
			return false
		}
	}
	mails, err := n.Store.ClaimMails(ctx, mailBatch, n.Lease)
	if err != nil {
		n.logUnavailable(ctx, err)
		return false
	}
	n.sendMails(ctx, mails)
	return len(mails) > 0 || reminded == reminderBatch
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

// sendMails sends a batch of claimed mails. The outcome of each attempt is saved at
// once. The others are saved in one transaction, to reduce the number of commits.
func (n *Notices) sendMails(ctx context.Context, mails []notify.Mail) {
	queue := make(chan notify.Mail, len(mails))
	for _, mail := range mails {
		queue <- mail
	}
	close(queue)
	untried := make(chan notify.SettledMail, len(mails))
	var workers sync.WaitGroup
	for range min(mailWorkers, len(mails)) {
		workers.Go(func() {
			for mail := range queue {
				outcome, tried := n.sendMail(ctx, mail)
				if settled := (notify.SettledMail{Mail: mail, Outcome: outcome}); tried {
					n.saveOutcomes(ctx, settled)
				} else {
					untried <- settled
				}
			}
		})
	}
	workers.Wait()
	close(untried)
	rest := make([]notify.SettledMail, 0, len(mails))
	for settled := range untried {
		rest = append(rest, settled)
	}
	n.saveOutcomes(ctx, rest...)
}

// logUnavailable logs that the database failed. The next round tries again.
func (n *Notices) logUnavailable(ctx context.Context, err error) {
	if ctx.Err() == nil {
		n.Log.WarnContext(ctx, "notices wait for the database", "error", err)
	}
}

// sendMail handles one claimed mail according to the settings of its recipient. It
// returns the outcome, and whether a mail server was used.
func (n *Notices) sendMail(ctx context.Context, m notify.Mail) (outcome notify.MailOutcome, tried bool) {
	now := n.Now()
	wants := notify.DefaultPreferences()
	if m.Chosen != nil {
		wants = *m.Chosen
	}
	at, wanted := notify.MailTime(wants, m.Class, m.Urgent, now)
	switch {
	case !m.Active || !wanted:
		return notify.MailOutcome{State: notify.MailUnwanted}, false
	case m.StopToken != "" && n.Site == "":
		return notify.MailOutcome{State: notify.MailUnwanted, Note: noUnsubscribeNote}, false
	case ctx.Err() != nil:
		return notify.MailOutcome{State: notify.MailDue, At: now}, false // cancelled before the attempt
	case at.After(now):
		return notify.MailOutcome{State: notify.MailDue, At: at}, false
	}
	letter := n.composeLetter(wants.Language, m)
	outcome = notify.MailOutcome{State: notify.MailKept}
	if n.Mails != nil {
		attempt := n.Mails.Send(ctx, notify.Outgoing{ID: m.MessageID(), To: m.To, At: m.ToldAt, Letter: letter})
		if attempt.Verdict != notify.Accepted {
			n.Log.WarnContext(ctx, "a mail was not sent", "notice", m.ID, "failures", m.Failures+1, "because", attempt.Note)
		}
		outcome = notify.MailOutcomeAfter(attempt, m, n.Now(), n.Lease, n.Random())
	}
	if outcome.State != notify.MailDue {
		outcome.Subject, outcome.Body = letter.Subject, letter.Body
	}
	return outcome, n.Mails != nil
}

// noUnsubscribeNote is why people without an account get no mails.
const noUnsubscribeNote = "the site has no address, so nobody could stop these mails"

func (n *Notices) composeLetter(language string, m notify.Mail) notify.Letter {
	switch {
	case m.Audience == notify.ToCounterpart:
		return n.NotifyRules.WriteCounterpartLetter(language, m.Notice, n.Site+"/stop/"+m.StopToken)
	case m.StopToken != "":
		return n.NotifyRules.WriteGuestLetter(language, m.Notice, n.Site+"/stop/"+m.StopToken)
	default:
		return n.NotifyRules.WriteLetter(language, m.Notice, n.caseLink(m.Facts.Number))
	}
}

// caseLink returns the address of the page of a case.
func (n *Notices) caseLink(number recovery.CaseNumber) string {
	if n.Site == "" {
		return ""
	}
	return n.Site + "/cases/" + string(number)
}

// saveTimeout limits how long saving an outcome may take.
const saveTimeout = 10 * time.Second

// saveOutcomes saves the outcomes of mails, even if ctx was cancelled. If it fails,
// the mails are retried after the lease, and a mail that was already sent is sent
// twice.
func (n *Notices) saveOutcomes(ctx context.Context, settled ...notify.SettledMail) {
	if len(settled) == 0 {
		return
	}
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	kept, err := n.Store.SettleMails(lasting, settled...)
	if err != nil || kept < len(settled) {
		n.Log.ErrorContext(ctx, "the outcomes of mails were not saved", "mails", len(settled), "kept", kept,
			"first", settled[0].Mail.ID, "error", err)
	}
}

// deleteOldMails periodically deletes the texts of old mails.
func (n *Notices) deleteOldMails(ctx context.Context) {
	tick := time.NewTicker(cleanupInterval)
	defer tick.Stop()
	for {
		if _, err := n.Store.SweepSent(ctx, n.Now().Add(-mailTextRetention)); err != nil {
			n.logUnavailable(ctx, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// deliveryPool delivers to each webhook independently, so that a slow receiver does
// not delay the others.
type deliveryPool struct {
	*Notices
	mutex   sync.Mutex
	busy    map[string]bool
	freed   chan struct{}
	sending sync.WaitGroup
}

// startDeliveries claims deliveries for idle webhooks and starts them. It always
// returns false: a finished delivery wakes the loop through freed.
func (p *deliveryPool) startDeliveries(ctx context.Context) bool {
	deliveries, err := p.Store.ClaimDeliveries(ctx, deliveryBatch, p.Lease, p.busyWebhooks())
	if err != nil {
		p.logUnavailable(ctx, err)
		return false
	}
	batches := map[string][]notify.Delivery{}
	for _, delivery := range deliveries {
		batches[delivery.WebhookID] = append(batches[delivery.WebhookID], delivery)
	}
	for id, batch := range batches {
		p.setBusy(id, true)
		p.sending.Go(func() {
			p.deliverInOrder(ctx, id, batch)
			p.setBusy(id, false)
			trySend(p.freed)
		})
	}
	return false
}

func (p *deliveryPool) busyWebhooks() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	list := make([]string, 0, len(p.busy))
	for id := range p.busy {
		list = append(list, id)
	}
	return list
}

func (p *deliveryPool) setBusy(id string, busy bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if busy {
		p.busy[id] = true
	} else {
		delete(p.busy, id)
	}
}

// deliverInOrder delivers a batch of one webhook in order.
func (p *deliveryPool) deliverInOrder(ctx context.Context, id string, batch []notify.Delivery) {
	webhook, err := p.Store.FindWebhook(ctx, id)
	if err != nil {
		p.logUnavailable(ctx, err) // or the webhook was just deleted together with its deliveries
		return
	}
	gone := false
	for _, delivery := range batch {
		outcome := notify.DeliveryOutcome{State: notify.DeliveryDue, At: p.Now()} // cancelled before the attempt
		switch {
		case gone:
			outcome = notify.DeliveryOutcome{State: notify.DeliveryDead, Note: goneNote}
		case ctx.Err() == nil:
			attempt := p.Webhooks.Post(ctx, webhook, delivery)
			outcome = notify.DeliveryOutcomeAfter(attempt, delivery, p.Now(), p.Random())
			gone = attempt.Verdict == notify.Gone
		}
		p.saveDelivery(ctx, delivery, outcome)
	}
	if !gone {
		return
	}
	if err := p.Store.StopWebhook(context.WithoutCancel(ctx), id, goneNote); err != nil {
		p.logUnavailable(ctx, err)
	}
}

// goneNote is why a webhook was disabled.
const goneNote = "the receiver answered 410: it wants nothing any more"

func (p *deliveryPool) saveDelivery(ctx context.Context, d notify.Delivery, o notify.DeliveryOutcome) {
	if o.Failed {
		p.Log.WarnContext(ctx, "an event was not delivered", "delivery", d.ID, "webhook", d.WebhookID, "state", o.State, "because", o.Note)
	}
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	if _, err := p.Store.SettleDelivery(lasting, d, o); err != nil {
		p.Log.ErrorContext(ctx, "the outcome of a delivery was not saved", "delivery", d.ID, "error", err)
	}
}
