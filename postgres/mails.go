package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"recourse/notify"
)

// mailTo is the address of a notice n: of the account u, of the counterpart h,
// or of the claimant in the case c.
const (
	mailTo          = `coalesce(u.email, h.email, case when n.counterpart_id = '' then c.claimant ->> 'email' end, '')`
	joinCounterpart = `left join holder_mails h on h.case_id = n.case_id and h.counterpart_id = n.counterpart_id`
)

// ClaimMails claims up to limit mails that are due, oldest first, for the
// length of the lease. The claim is committed before it returns: after a crash
// the next claim knows that the mail may have been sent. Errors:
// CodeUnavailable.
func (s *Store) ClaimMails(ctx context.Context, limit int, lease time.Duration) ([]notify.Mail, error) {
	now := s.currentTime()
	return queryAll[notify.Mail](ctx, s, "claim mails", `with due as materialized (
			select id from notices d where mail_state in ('due', 'sending') and mail_at <= $1 and `+itemDueSQL(ItemMail, "d.id", "$1")+`
			order by mail_at limit $2 for update skip locked
		), n as (
			update notices set mail_state = 'sending', mail_at = $3, mail_claim = mail_claim + 1, mailed_count = count
			from due where notices.id = due.id returning notices.*
		), g as (
			insert into guest_mails (case_id) select distinct case_id from n where user_id is null and counterpart_id = ''
			on conflict (case_id) do update set case_id = excluded.case_id returning *
		)
		select `+noticeColumnsSQL+`, coalesce(n.user_id, '') as user_id, `+mailTo+` as "to",
			case when u.id is not null then u.active when n.counterpart_id <> '' then h.email is not null and h.stopped_at is null
				else g.stopped_at is null and `+isGuest+` end as active, n.mail_claim as claim,
			n.mail_failures as failures, case when p.user_id is not null then row(p.language, p.quiet_from, p.quiet_until, p.no_mail) end as chosen,
			case when u.id is null then coalesce(h.stop_token, g.stop_token, '') else '' end as stop_token
		from n join cases c on c.id = n.case_id left join users u on u.id = n.user_id
			left join notice_preferences p on p.user_id = n.user_id left join g on g.case_id = n.case_id `+joinCounterpart+`
		order by n.told_at, n.id`, now, limit, now.Add(lease))
}

// settleMail stores a result. A notice that has counted more changes since the claim
// is mailed again, an hour later.
const settleMail = `update notices set mail_state = case when $3 in ('sent', 'kept') and count > mailed_count then 'due' else $3 end,
		mail_at = case when $3 in ('sent', 'kept') and count > mailed_count then $9::timestamptz + interval '1 hour' else $4 end,
		mail_failures = mail_failures + case when $5 then 1 else 0 end, mail_note = $6,
		mail_subject = $7, mail_body = $8, mail_done_at = $9
	where id = $1 and mail_state = 'sending' and mail_claim = $2`

// SettleMails stores the results of claimed mails, of all or, with an error, of
// none. It returns how many it stored. Mails whose claim has expired and was
// taken over are left alone.
func (s *Store) SettleMails(ctx context.Context, settled ...notify.SettledMail) (int, error) {
	now := s.currentTime()
	kept := 0
	batch := &pgx.Batch{}
	for _, one := range settled {
		o := one.Outcome
		at, done := now, &now
		if o.State == notify.MailDue {
			at, done = o.At, nil
		}
		batch.Queue(settleMail, one.Mail.ID, one.Mail.Claim, o.State, at, o.Failed, o.Note, o.Subject, o.Body, done).Exec(
			func(tag pgconn.CommandTag) error {
				kept += int(tag.RowsAffected())
				return nil
			})
	}
	err := s.pool.SendBatch(ctx, batch).Close()
	return kept, translateError("settle mails", err)
}

// ListSentMails lists mails whose text is still stored, the newest first. Errors:
// CodeInvalid for field cursor.
func (s *Store) ListSentMails(ctx context.Context, limit int, cursor string) ([]notify.SentMail, string, error) {
	c := newConditions()
	c.addCondition("n.mail_body <> ''")
	return mailList.readPage(ctx, s, c, limit, cursor)
}

var mailList = pagedList[notify.SentMail]{
	"list mails", `select n.id, n.case_id, ` + mailTo + ` as to, n.mail_state as state, n.mail_note as note,
		n.mail_subject as subject, n.mail_body as body, n.mail_done_at as at from notices n join cases c on c.id = n.case_id left join users u on u.id = n.user_id ` + joinCounterpart,
	"n.mail_done_at", "n.id",
	func(m notify.SentMail) (time.Time, string) { return m.At, m.ID },
}

// SweepSent deletes the text of mails and the deliveries that were settled
// before an instant. It returns the number of rows.
func (s *Store) SweepSent(ctx context.Context, before time.Time) (int64, error) {
	mails, err := s.pool.Exec(ctx, `update notices set mail_subject = '', mail_body = ''
		where mail_body <> '' and mail_done_at < $1`, before)
	if err != nil {
		return 0, translateError("sweep mails", err)
	}
	deliveries, err := s.pool.Exec(ctx, `delete from webhook_deliveries where done_at < $1`, before)
	return mails.RowsAffected() + deliveries.RowsAffected(), translateError("sweep deliveries", err)
}
