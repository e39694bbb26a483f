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

// Mails sends one mail; *notify.Mailer does.
type Mails interface {
	Send(ctx context.Context, o notify.Outgoing) notify.Attempt
}

// Posts delivers one event to one webhook; *notify.Poster does.
type Posts interface {
	Post(ctx context.Context, w notify.Webhook, d notify.Delivery) notify.Attempt
}

// NoticesParts are what telling people and programs needs.
type NoticesParts struct {
	Store       *postgres.Store
	NotifyRules *notify.Rules
	Mails       Mails // nil: no server is configured, mails are kept to be read here
	Posts       Posts
	Site        string         // address of the pages, for links; "" for none
	Random      func() float64 // in [0, 1); spreads what failed together
	Now         func() time.Time
	Log         *slog.Logger
	Lease       time.Duration // how long a claim holds; 0 means noticeLease
	// Version is of this build, for the entries of what was told.
	Version string
}

// Notices sends what the database says is to be told: mails, webhooks and
// reminders whose time has come. Several processes may do so at once. Temporal
// has no part in it.
type Notices struct{ NoticesParts }

const (
	// noticeLease must be longer than a whole lot takes when a server hangs at
	// every one: mailLot / mailHands attempts of half a minute each.
	noticeLease = 5 * time.Minute
	mailLot     = 20
	mailHands   = 4
	postLot     = 10 // for each webhook; one attempt takes ten seconds at most
	reminderLot = 200
	noticeEvery = 5 * time.Second
	// noticeBreath bounds what one process tells: a lot of mails four times a second.
	noticeBreath = 250 * time.Millisecond
	sweepEvery   = time.Hour
	// wordsKept is how long the words of a mail are kept after it was sent.
	wordsKept = 30 * 24 * time.Hour
)

// NewNotices makes a Notices.
func NewNotices(parts NoticesParts) *Notices {
	if parts.Lease == 0 {
		parts.Lease = noticeLease
	}
	parts.Site = strings.TrimRight(parts.Site, "/")
	return &Notices{parts}
}

// Run sends until ctx ends: when the store is written to, and every few seconds
// for what is due by the clock. Mails and webhooks do not wait for each other.
func (n *Notices) Run(ctx context.Context) error {
	woken, err := n.Store.SubscribeToChanges(ctx)
	if err != nil {
		return fmt.Errorf("notices: %w", err)
	}
	if n.Mails == nil {
		n.Log.WarnContext(ctx, "no mail server is configured: mails are kept and not sent")
	}
	posts := &postRoom{Notices: n, busy: map[string]bool{}, freed: make(chan struct{}, 1)}
	lanes := []lane{
		{make(chan struct{}, 1), nil, n.remindAndMail},
		{make(chan struct{}, 1), posts.freed, posts.round},
	}
	var running sync.WaitGroup
	for _, lane := range lanes {
		running.Go(func() { lane.run(ctx) })
	}
	running.Go(func() { n.sweep(ctx) })
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-woken:
			for _, lane := range lanes {
				mark(lane.woken)
			}
		}
	}
	running.Wait()
	posts.sending.Wait()
	return nil
}

func mark(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// lane does rounds of one kind of work.
type lane struct {
	woken chan struct{}
	freed <-chan struct{}            // nil: nothing ends beside the rounds
	round func(context.Context) bool // false: there was nothing, or it failed
}

func (l lane) run(ctx context.Context) {
	tick := time.NewTicker(noticeEvery)
	defer tick.Stop()
	for {
		for l.round(ctx) && breathe(ctx) {
		}
		if !breathe(ctx) {
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

// breathe pauses between rounds. Every mail is a transaction of its own: without
// a pause they would crowd out the filings that cause them. It reports whether
// to go on.
func breathe(ctx context.Context) bool {
	pause := time.NewTimer(noticeBreath)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-pause.C:
		return true
	}
}

// Once does one round of everything and waits for its end; it reports whether
// there was anything to do. Tests and commands use it.
func (n *Notices) Once(ctx context.Context) bool {
	posts := &postRoom{Notices: n, busy: map[string]bool{}, freed: make(chan struct{}, 1)}
	mailed := n.remindAndMail(ctx)
	posted := posts.round(ctx)
	posts.sending.Wait()
	return mailed || posted
}

func (n *Notices) remindAndMail(ctx context.Context) bool {
	reminded, err := n.Store.SendReminders(ctx, reminderLot)
	if err != nil {
		n.away(ctx, err)
		return false
	}
	if n.Site != "" { // else nobody could stop them: they are not sent, and nothing is written of them
		if _, err := n.Store.RemindCounterparts(ctx, reminderLot, n.reminded); err != nil {
			n.away(ctx, err)
			return false
		}
	}
	mails, err := n.Store.ClaimMails(ctx, mailLot, n.Lease)
	if err != nil {
		n.away(ctx, err)
		return false
	}
	n.send(ctx, mails)
	return len(mails) > 0 || reminded == reminderLot
}

// reminded is the entry that a counterpart was written to of an instalment.
func (n *Notices) reminded(r notify.CounterpartReminder) journal.Draft {
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

// send deals with a lot of claimed mails. What a server was asked is settled at
// once, the rest together: every commit is one more that a filing waits for.
func (n *Notices) send(ctx context.Context, mails []notify.Mail) {
	queue := make(chan notify.Mail, len(mails))
	for _, mail := range mails {
		queue <- mail
	}
	close(queue)
	untried := make(chan notify.SettledMail, len(mails))
	var hands sync.WaitGroup
	for range min(mailHands, len(mails)) {
		hands.Go(func() {
			for mail := range queue {
				outcome, tried := n.mail(ctx, mail)
				if settled := (notify.SettledMail{Mail: mail, Outcome: outcome}); tried {
					n.settle(ctx, settled)
				} else {
					untried <- settled
				}
			}
		})
	}
	hands.Wait()
	close(untried)
	rest := make([]notify.SettledMail, 0, len(mails))
	for settled := range untried {
		rest = append(rest, settled)
	}
	n.settle(ctx, rest...)
}

// away says that the database does not answer; the lane's next tick tries again.
func (n *Notices) away(ctx context.Context, err error) {
	if ctx.Err() == nil {
		n.Log.WarnContext(ctx, "notices wait for the database", "error", err)
	}
}

// mail does with one claimed mail what its reader wants, and says what became of
// it and whether a server was asked.
func (n *Notices) mail(ctx context.Context, m notify.Mail) (outcome notify.MailOutcome, tried bool) {
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
		return notify.MailOutcome{State: notify.MailUnwanted, Note: noWayToStop}, false
	case ctx.Err() != nil:
		return notify.MailOutcome{State: notify.MailDue, At: now}, false // told to stop before it was tried
	case at.After(now):
		return notify.MailOutcome{State: notify.MailDue, At: at}, false
	}
	letter := n.letter(wants.Language, m)
	outcome = notify.MailOutcome{State: notify.MailKept}
	if n.Mails != nil {
		attempt := n.Mails.Send(ctx, notify.Outgoing{ID: m.ID, To: m.To, At: m.ToldAt, Letter: letter})
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

// noWayToStop is why a claimant without an account is not written to.
const noWayToStop = "the site has no address, so nobody could stop these mails"

func (n *Notices) letter(language string, m notify.Mail) notify.Letter {
	switch {
	case m.Audience == notify.ToCounterpart:
		return n.NotifyRules.HolderLetter(language, m.Notice, n.Site+"/stop/"+m.StopToken)
	case m.StopToken != "":
		return n.NotifyRules.GuestLetter(language, m.Notice, n.Site+"/stop/"+m.StopToken)
	default:
		return n.NotifyRules.Letter(language, m.Notice, n.link(m.Facts.Number))
	}
}

// link leads to the page of a case, which knows cases by their number.
func (n *Notices) link(number recovery.CaseNumber) string {
	if n.Site == "" {
		return ""
	}
	return n.Site + "/cases/" + string(number)
}

// settleLimit is how long the outcome of an attempt may take to be kept.
const settleLimit = 10 * time.Second

// settle keeps what became of mails, also when the process was told to stop
// meanwhile. When that fails, they are tried again after the lease: for one that a
// server took, this is the window in which it goes out twice.
func (n *Notices) settle(ctx context.Context, settled ...notify.SettledMail) {
	if len(settled) == 0 {
		return
	}
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	kept, err := n.Store.SettleMails(lasting, settled...)
	if err != nil || kept < len(settled) {
		n.Log.ErrorContext(ctx, "what became of mails could not be kept", "mails", len(settled), "kept", kept,
			"first", settled[0].Mail.ID, "error", err)
	}
}

// sweep drops from time to time what is no longer needed.
func (n *Notices) sweep(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if _, err := n.Store.SweepSent(ctx, n.Now().Add(-wordsKept)); err != nil {
			n.away(ctx, err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// postRoom delivers to every webhook on its own: one that hangs holds up only
// what is for itself.
type postRoom struct {
	*Notices
	mutex   sync.Mutex
	busy    map[string]bool
	freed   chan struct{}
	sending sync.WaitGroup
}

// round claims for the webhooks that are free and lets each be served. It
// reports false: whoever is done says so through freed.
func (p *postRoom) round(ctx context.Context) bool {
	deliveries, err := p.Store.ClaimDeliveries(ctx, postLot, p.Lease, p.occupied())
	if err != nil {
		p.away(ctx, err)
		return false
	}
	lots := map[string][]notify.Delivery{}
	for _, delivery := range deliveries {
		lots[delivery.WebhookID] = append(lots[delivery.WebhookID], delivery)
	}
	for id, lot := range lots {
		p.occupy(id, true)
		p.sending.Go(func() {
			p.serve(ctx, id, lot)
			p.occupy(id, false)
			mark(p.freed)
		})
	}
	return false
}

func (p *postRoom) occupied() []string {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	list := make([]string, 0, len(p.busy))
	for id := range p.busy {
		list = append(list, id)
	}
	return list
}

func (p *postRoom) occupy(id string, busy bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	if busy {
		p.busy[id] = true
	} else {
		delete(p.busy, id)
	}
}

// serve delivers one webhook's lot in order.
func (p *postRoom) serve(ctx context.Context, id string, lot []notify.Delivery) {
	webhook, err := p.Store.Webhook(ctx, id)
	if err != nil {
		p.away(ctx, err) // or it was just dropped, and its deliveries with it
		return
	}
	gone := false
	for _, delivery := range lot {
		outcome := notify.DeliveryOutcome{State: notify.DeliveryDue, At: p.Now()} // told to stop before it was tried
		switch {
		case gone:
			outcome = notify.DeliveryOutcome{State: notify.DeliveryDead, Note: goneNote}
		case ctx.Err() == nil:
			attempt := p.Posts.Post(ctx, webhook, delivery)
			outcome = notify.DeliveryOutcomeAfter(attempt, delivery, p.Now(), p.Random())
			gone = attempt.Verdict == notify.Gone
		}
		p.settlePost(ctx, delivery, outcome)
	}
	if !gone {
		return
	}
	if err := p.Store.StopWebhook(context.WithoutCancel(ctx), id, goneNote); err != nil {
		p.away(ctx, err)
	}
}

// goneNote is why a webhook was stopped.
const goneNote = "the receiver answered 410: it wants nothing any more"

func (p *postRoom) settlePost(ctx context.Context, d notify.Delivery, o notify.DeliveryOutcome) {
	if o.Failed {
		p.Log.WarnContext(ctx, "an event was not delivered", "delivery", d.ID, "webhook", d.WebhookID, "state", o.State, "because", o.Note)
	}
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), settleLimit)
	defer cancel()
	if _, err := p.Store.SettleDelivery(lasting, d, o); err != nil {
		p.Log.ErrorContext(ctx, "what became of a delivery could not be kept", "delivery", d.ID, "error", err)
	}
}
