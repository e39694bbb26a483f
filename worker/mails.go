package worker

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
)

// sendDueMails sends a batch of mails.
func (n *Notices) sendDueMails(ctx context.Context) (again bool, err error) {
	mails, err := n.Store.ClaimMails(ctx, mailBatch, n.Lease)
	if err != nil {
		return false, err
	}
	return len(mails) > 0, n.sendMails(ctx, mails)
}

// sendMails sends a batch of claimed mails. The outcome of each attempt is saved at
// once. The others are saved in one transaction, to reduce the number of commits.
func (n *Notices) sendMails(ctx context.Context, mails []notify.Mail) error {
	queue := make(chan notify.Mail, len(mails))
	for _, mail := range mails {
		queue <- mail
	}
	close(queue)
	untried := make(chan notify.SettledMail, len(mails))
	var group errgroup.Group
	for range min(mailWorkers, len(mails)) {
		group.Go(func() error {
			var err error
			for mail := range queue {
				err = errors.Join(err, n.sendOrSetAside(ctx, mail, untried))
			}
			return err
		})
	}
	err := group.Wait()
	close(untried)
	rest := make([]notify.SettledMail, 0, len(mails))
	for settled := range untried {
		rest = append(rest, settled)
	}
	return errors.Join(err, n.saveOutcomes(ctx, rest...))
}

// sendOrSetAside sends a mail and saves its outcome, or passes it on if no server was used.
// If the mail makes that panic or fail, the failure is recorded and the mail is due later.
func (n *Notices) sendOrSetAside(ctx context.Context, mail notify.Mail, untried chan<- notify.SettledMail) error {
	err := n.Loops.Protect(ctx, mailsLoop, func(ctx context.Context) error {
		outcome, tried := n.sendMail(ctx, mail)
		settled := notify.SettledMail{Mail: mail, Outcome: outcome}
		if !tried {
			untried <- settled
			return nil
		}
		return n.saveOutcomes(ctx, settled)
	})
	return n.recordFailure(ctx, mailsLoop, postgres.ItemMail, mail.ID, err)
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
	if at = n.whenAllowed(ctx, m, now); at.After(now) {
		return notify.MailOutcome{State: notify.MailDue, At: at}, false
	}
	letter := n.composeLetter(wants.Language, m)
	outcome = notify.MailOutcome{State: notify.MailKept}
	if n.Mails != nil {
		attempt := n.Mails.Send(ctx, notify.Outgoing{ID: m.MessageID(), To: m.To, At: m.ToldAt, Letter: letter})
		outcome = notify.MailOutcomeAfter(attempt, m, n.Now(), n.Lease, n.Random())
		n.reportMail(ctx, m, attempt, outcome)
	}
	if outcome.State != notify.MailDue {
		outcome.Subject, outcome.Body = letter.Subject, letter.Body
	}
	return outcome, n.Mails != nil
}

// uncountedWait is how long a mail waits that could not be counted.
const uncountedWait = time.Minute

// whenAllowed counts a mail and returns when it may be sent: now, or when its quotas have
// room again. A mail that is not sent is not counted.
func (n *Notices) whenAllowed(ctx context.Context, m notify.Mail, now time.Time) time.Time {
	if n.CountMail == nil || n.Mails == nil {
		return now
	}
	from, err := n.CountMail(ctx, m)
	if err != nil {
		n.Log.WarnContext(ctx, "a mail could not be counted and waits", "mail", m.ID, "error", err)
		return now.Add(uncountedWait)
	}
	return from
}

// reportMail reports an attempt: of the mail server if that is the reason, else of the mail.
// A server that puts off many mails gets no line for each.
func (n *Notices) reportMail(ctx context.Context, m notify.Mail, attempt notify.Attempt, outcome notify.MailOutcome) {
	var failed error
	if attempt.Verdict != notify.Accepted {
		failed = errors.New(attempt.Note)
	}
	if attempt.Verdict == notify.Accepted || attempt.IsOfServer() {
		n.Loops.Report(ctx, mailsLoop, "mail server", failed)
	} else {
		n.Loops.CountFailure(mailsLoop)
	}
	if outcome.State == notify.MailDead {
		n.Loops.SetAside(ctx, mailsLoop, m.ID, failed)
	}
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
func (n *Notices) saveOutcomes(ctx context.Context, settled ...notify.SettledMail) error {
	if len(settled) == 0 {
		return nil
	}
	lasting, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	kept, err := n.Store.SettleMails(lasting, settled...)
	switch {
	case err != nil && len(settled) > 1 && recovery.CodeOf(err) != recovery.CodeUnavailable:
		return n.saveOneByOne(ctx, settled)
	case err == nil && kept < len(settled):
		n.Log.WarnContext(ctx, "outcomes of mails were not saved: another process has taken the mails over",
			"mails", len(settled), "kept", kept, "first", settled[0].Mail.ID)
	}
	return err
}

// saveOneByOne saves outcomes after they could not be saved together, so that one of them
// does not hold up the others.
func (n *Notices) saveOneByOne(ctx context.Context, settled []notify.SettledMail) error {
	var errs []error
	for _, one := range settled {
		err := n.saveOutcomes(ctx, one)
		errs = append(errs, n.recordFailure(ctx, mailsLoop, postgres.ItemMail, one.Mail.ID, err))
	}
	return errors.Join(errs...)
}

// deleteOldMails deletes the texts of old mails.
func (n *Notices) deleteOldMails(ctx context.Context) (again bool, err error) {
	_, err = n.Store.SweepSent(ctx, n.Now().Add(-mailTextRetention))
	return false, err
}
