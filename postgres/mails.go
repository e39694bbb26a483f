package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"recourse/recovery"
)

// The states of a notice's mail. There is no way back out of the last four.
const (
	MailDue      = "due"      // to be sent, at the earliest at its time
	MailSending  = "sending"  // claimed; when the claim lapses, nobody knows what became of it
	MailSent     = "sent"     // a server took it
	MailKept     = "kept"     // no server is configured: it can be read here only
	MailUnwanted = "unwanted" // its reader does not want this class by mail, or has left
	MailDead     = "dead"     // refused for good, or given up
)

// Mail is a notice somebody has claimed to send.
type Mail struct {
	Notice
	UserID recovery.UserID
	To     string // address; never logged
	// StopToken is by what a claimant without an account, or a counterpart, stops
	// the mails of the case; "" for whoever has an account, and preferences.
	StopToken string
	Active    bool // false: the account was closed since
	Claim     int
	Failures  int
	// Chosen is nil when the reader chose nothing.
	Chosen *NoticePreferences
}

// mailRow is a claimed mail as its statement gives it.
type mailRow struct {
	Notice
	UserID     recovery.UserID
	Email      string
	Active     bool
	Claim      int
	Failures   int
	Language   *string
	QuietFrom  *int
	QuietUntil *int
	NoMail     []string
	StopToken  string
}

func (r mailRow) domain() Mail {
	mail := Mail{
		Notice: r.Notice, UserID: r.UserID, To: r.Email, Active: r.Active, Claim: r.Claim, Failures: r.Failures, StopToken: r.StopToken,
	}
	if r.Language != nil {
		mail.Chosen = &NoticePreferences{
			Language: *r.Language, QuietFrom: *r.QuietFrom, QuietUntil: *r.QuietUntil, NoMail: r.NoMail,
		}
	}
	return mail
}

// mailTo is the address of a notice n: of the account u, of the counterpart h, or
// of the claimant in the case c.
const (
	mailTo     = `coalesce(u.email, h.email, case when n.counterpart_id = '' then c.claimant ->> 'email' end, '')`
	joinHolder = `left join holder_mails h on h.case_id = n.case_id and h.counterpart_id = n.counterpart_id`
)

// ClaimMails claims up to limit mails that are due, oldest first, for the length
// of the lease. The claim is committed before it returns: whoever claims a mail
// again after a crash knows that it may have gone out. Errors: CodeUnavailable.
func (s *Store) ClaimMails(ctx context.Context, limit int, lease time.Duration) ([]Mail, error) {
	now := s.instant()
	rows, err := query[mailRow](ctx, s, "claim mails", `with due as materialized (
			select id from notices where mail_state in ('due', 'sending') and mail_at <= $1
			order by mail_at limit $2 for update skip locked
		), n as (
			update notices set mail_state = 'sending', mail_at = $3, mail_claim = mail_claim + 1
			from due where notices.id = due.id returning notices.*
		), g as (
			insert into guest_mails (case_id) select distinct case_id from n where user_id is null and counterpart_id = ''
			on conflict (case_id) do update set case_id = excluded.case_id returning *
		)
		select `+noticeColumnsSQL+`, coalesce(n.user_id, '') as user_id, `+mailTo+` as email,
			case when u.id is not null then u.active when n.counterpart_id <> '' then h.email is not null and h.stopped_at is null
				else g.stopped_at is null and `+guest+` end as active, n.mail_claim as claim,
			n.mail_failures as failures, p.language, p.quiet_from, p.quiet_until, p.no_mail,
			case when u.id is null then coalesce(h.stop_token, g.stop_token, '') else '' end as stop_token
		from n join cases c on c.id = n.case_id left join users u on u.id = n.user_id
			left join notice_preferences p on p.user_id = n.user_id left join g on g.case_id = n.case_id `+joinHolder+`
		order by n.told_at, n.id`, now, limit, now.Add(lease))
	if err != nil {
		return nil, err
	}
	mails := make([]Mail, len(rows))
	for i, row := range rows {
		mails[i] = row.domain()
	}
	return mails, nil
}

// MailOutcome is what became of a claimed mail.
type MailOutcome struct {
	State   string    // MailDue to try it again
	At      time.Time // when, with MailDue
	Failed  bool      // the attempt counts as a failure
	Note    string    // the server's code; never an address
	Subject string    // as it was sent or kept; "" before
	Body    string
}

// SettledMail is a claimed mail and what became of it.
type SettledMail struct {
	Mail    Mail
	Outcome MailOutcome
}

const settleMail = `update notices set mail_state = $3, mail_at = $4,
		mail_failures = mail_failures + case when $5 then 1 else 0 end, mail_note = $6,
		mail_subject = $7, mail_body = $8, mail_done_at = $9
	where id = $1 and mail_state = 'sending' and mail_claim = $2`

// SettleMails notes what became of mails, of all or, with an error, of none. It
// gives how many it noted, and leaves alone those whose claim lapsed and that
// somebody else has.
func (s *Store) SettleMails(ctx context.Context, settled ...SettledMail) (int, error) {
	now := s.instant()
	kept := 0
	batch := &pgx.Batch{}
	for _, one := range settled {
		o := one.Outcome
		at, done := now, &now
		if o.State == MailDue {
			at, done = o.At, nil
		}
		batch.Queue(settleMail, one.Mail.ID, one.Mail.Claim, o.State, at, o.Failed, o.Note, o.Subject, o.Body, done).Exec(
			func(tag pgconn.CommandTag) error {
				kept += int(tag.RowsAffected())
				return nil
			})
	}
	err := s.pool.SendBatch(ctx, batch).Close()
	return kept, refine("settle mails", err)
}

// SentMail is a mail as it went out, or would have.
type SentMail struct {
	ID      string
	CaseID  recovery.CaseID
	To      string
	State   string
	Note    string
	Subject string
	Body    string
	At      time.Time
}

// SentMails lists mails whose words are still kept, the newest first. Errors:
// CodeInvalid for field cursor.
func (s *Store) SentMails(ctx context.Context, limit int, cursor string) ([]SentMail, string, error) {
	c := newConditions()
	c.add("n.mail_body <> ''")
	return mailRoll.page(ctx, s, c, limit, cursor)
}

var mailRoll = roll[SentMail]{
	"list mails", `select n.id, n.case_id, ` + mailTo + ` as to, n.mail_state as state, n.mail_note as note,
		n.mail_subject as subject, n.mail_body as body, n.mail_done_at as at from notices n join cases c on c.id = n.case_id left join users u on u.id = n.user_id ` + joinHolder,
	"n.mail_done_at", "n.id",
	func(m SentMail) (time.Time, string) { return m.At, m.ID },
}

// SweepTold drops what is no longer needed: the words of mails and the
// deliveries that were settled before the instant. It gives how many rows it
// dealt with.
func (s *Store) SweepTold(ctx context.Context, before time.Time) (int64, error) {
	mails, err := s.pool.Exec(ctx, `update notices set mail_subject = '', mail_body = ''
		where mail_body <> '' and mail_done_at < $1`, before)
	if err != nil {
		return 0, refine("sweep mails", err)
	}
	deliveries, err := s.pool.Exec(ctx, `delete from webhook_deliveries where done_at < $1`, before)
	return mails.RowsAffected() + deliveries.RowsAffected(), refine("sweep deliveries", err)
}
