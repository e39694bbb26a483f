package postgres

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/notify"
	"recourse/recovery"
)

// wakeSenders wakes the senders of notices and webhooks, after the commit.
func (s *Store) wakeSenders(n notify.Notifications) {
	if !n.IsEmpty() {
		s.notifier.Notify()
	}
}

// queueNotifications queues the rows of notices and of the event. The caller
// queues them after the change of the case, so that a new assignee is notified
// and the former one is not, and the event holds the version after the change. seq is that
// of the change's first entry.
func (s *Store) queueNotifications(batch *pgx.Batch, id recovery.CaseID, seq int64, n notify.Notifications) {
	s.queueNotificationsOf(batch, id, seq, n, "")
}

// queueNotificationsOf also has the new assignee of a step, who gets the
// notice about the assignment and no other.
func (s *Store) queueNotificationsOf(batch *pgx.Batch, id recovery.CaseID, seq int64, t notify.Notifications, given recovery.UserID) {
	now := s.currentTime()
	if !slices.ContainsFunc(t.Notices, func(d notify.NoticeDraft) bool { return d.Audience == notify.ToNewAssignee }) {
		given = ""
	}
	held := slices.ContainsFunc(t.Notices, func(d notify.NoticeDraft) bool { return d.Audience == notify.ToAssignee && d.NotBefore.IsZero() })
	for _, d := range t.Notices {
		switch {
		case d.NotBefore.After(now):
			batch.Queue(insertReminder, id, d.Audience, d.Template, d.Class, d.Urgent, d.Facts, d.Facts.Clock, d.Facts.DueAt, d.NotBefore, d.CounterpartID)
		case !d.NotBefore.IsZero(): // the time of the reminder has passed
		case d.Audience == notify.ToSupervisors || d.Audience == notify.ToLegal:
			batch.Queue(insertForRole, id, d.Audience, d.Template, d.Class, d.Urgent, d.Facts, now, d.Except, seq, held, given)
		case d.Audience == notify.ToCounterpart:
			batch.Queue(insertForCounterpart, id, d.Audience, d.Template, d.Class, d.Urgent, d.Facts, now, d.CounterpartID, seq)
		case d.Audience == notify.ToNewAssignee:
			batch.Queue(insertForNewAssignee, id, d.Audience, d.Template, d.Class, d.Urgent, d.Facts, now, d.Except, seq, given)
		case d.Audience == notify.ToAssignee:
			batch.Queue(insertForAssignee, id, d.Audience, d.Template, d.Class, d.Urgent, d.Facts, now, d.Except, seq)
		default:
			batch.Queue(insertForOwner, id, d.Audience, d.Template, d.Class, d.Urgent, d.Facts, now, d.Except, seq)
		}
	}
	for _, d := range t.Corrections {
		batch.Queue(correctNotices, id, d.Template, d.Class, d.Urgent, d.Facts, now, d.Facts.Clock, d.Facts.DueAt)
	}
	if t.Retraction != nil {
		queueRetraction(batch, id, seq, *t.Retraction, now)
	}
	if t.Event.Type != "" {
		batch.Queue(insertDeliveries, id, t.Event.Type, string(t.Event.Payload), now, seq, t.Event.At)
	}
}

// Most changes notify one or two people, and every filing does: each statement
// is two look-ups by key, planned once.
const (
	insertNotice = `insert into notices (user_id, case_id, audience, template, class, urgent, facts, told_at, mail_at, seq)
		select u.id, c.id, $2, $3, $4, $5, $6, $7, $7, $9 from cases c join users u on u.active and u.id <> $8 and `
	// A claimant without an account is notified, too; see guest_mails.
	insertForOwner = `insert into notices (user_id, case_id, audience, template, class, urgent, facts, told_at, mail_at, seq)
		select p.id, c.id, $2, $3, $4, $5, $6, $7, case when p.id is null then ` + afterLastMail + `'')) else $7 end, $9 from cases c cross join lateral (
			select u.id from users u where u.active and u.id <> $8 and u.id in (c.owner, c.representative)
			union all select null where ` + isGuest + `) p where c.id = $1` + foldNotice
	insertForAssignee    = insertNotice + `u.id = c.assignee where c.id = $1` + foldNotice
	insertForNewAssignee = insertNotice + `u.id = $10 where c.id = $1` + foldNotice
	// The current or new assignee got a notice as such and gets none for their
	// role.
	insertForRole = insertNotice + `u.role = $2 where c.id = $1 and not ($10::boolean and u.id = c.assignee) and u.id <> $11` + foldNotice
)

// foldNotice counts a change in the unread notice about earlier ones of its kind. Its
// mail is sent again, at most once an hour.
const foldNotice = ` on conflict (coalesce(user_id, ''), case_id, audience, template, counterpart_id)
		where class <> 'deadline' and case when user_id is null then mail_claim = 0 else read_at is null end
	do update set count = notices.count + 1, told_at = excluded.told_at, facts = excluded.facts, seq = excluded.seq,
		seqs = coalesce(notices.seqs, array[notices.seq]) || excluded.seq, urgent = notices.urgent or excluded.urgent,
		class = case when excluded.class = 'progress' then notices.class else excluded.class end,
		mail_at = case when notices.mail_state in ('sent', 'kept', 'unwanted') then greatest(excluded.mail_at, notices.mail_done_at + interval '1 hour') else notices.mail_at end,
		mail_state = case when notices.mail_state in ('sent', 'kept', 'unwanted') then 'due' else notices.mail_state end`

// afterLastMail is the time of a mail to somebody without an account: now, but an
// hour after the last mail about changes of the same kind.
const afterLastMail = `greatest($7, (select max(coalesce(m.mail_done_at, m.told_at)) + interval '1 hour' from notices m
	where m.user_id is null and m.case_id = $1 and m.template = $3 and $4 <> 'deadline' and m.mail_claim > 0 and m.counterpart_id = `

// insertDeliveries adds to the payload what only the transaction of the change knows: the
// number of its entry and the version of the case after it.
const insertDeliveries = `insert into webhook_deliveries (webhook_id, case_id, type, payload, next_at, created_at, seq, version, occurred_at)
	select w.id, c.id, $2, jsonb_set($3::jsonb, '{data}', coalesce($3::jsonb -> 'data', '{}') || jsonb_build_object('seq', $5::bigint, 'version', c.version))::text,
		$4, $4, $5, c.version, $6
	from webhooks w join cases c on c.id = $1 where w.active and (w.types = '{}' or $2 = any (w.types))`

// correctNotices withdraws the notices that name another end of a right, and tells
// those who got them the right one. Unread notices and unsent mails disappear.
const correctNotices = `with wrong as (
		select * from notices where case_id = $1 and withdrawn_at is null and (facts ->> 'due_at')::timestamptz is distinct from $8::timestamptz
			and (template in ('deadline_near', $2) and facts ->> 'clock' = $7 or template = 'right_ended' and facts ->> 'passed' = $7)
	), gone as (
		delete from notices n using wrong w where n.id = w.id and n.mail_state <> 'sending' and (w.mail_state = 'due' or w.user_id is not null) and w.read_at is null
	), kept as (
		update notices n set withdrawn_at = $6 from wrong w where n.id = w.id and (w.read_at is not null or n.mail_state = 'sending' or w.user_id is null and w.mail_state <> 'due')
	)
	insert into notices (user_id, case_id, audience, template, class, urgent, facts, told_at, mail_at)
	select distinct on (user_id) user_id, case_id, audience, $2, $3, $4, $5, $6, $6 from wrong order by user_id, told_at desc`

const insertReminder = `insert into reminders (case_id, audience, template, class, urgent, facts, clock, due_at, not_before, counterpart_id)
	values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) on conflict do nothing`

// recipients selects the accounts of the audience of d in the case c; null is a
// claimant without an account.
const recipients = `(select u.id from (
		select unnest(array[c.owner, c.representative]) as id where d.audience = 'claimant'
		union all select c.assignee where d.audience = 'assignee'
		union all select m.id from users m where d.audience in ('supervisor', 'legal') and m.role = d.audience and m.active
	) p join users u on u.id = p.id and u.active
	union all select null where d.audience = 'claimant' and ` + isGuest + `) u`

// SendReminders turns up to limit due reminders into notices for the people
// concerned now, and drops those whose deadline has ended. It returns how many
// it handled. RemindCounterparts handles those to counterparts.
func (s *Store) SendReminders(ctx context.Context, limit int) (int, error) {
	tag, err := s.pool.Exec(ctx, `with d as (
			delete from reminders where ctid = any (array(
				select ctid from reminders where not_before <= $1 and audience <> 'counterpart' order by not_before limit $2 for update skip locked))
			returning *
		), sent as (
			insert into notices (user_id, case_id, audience, template, class, urgent, facts, told_at, mail_at)
			select distinct on (u.id, c.id, d.clock, d.due_at) u.id, c.id, d.audience, d.template, d.class, d.urgent, d.facts, $1, $1
			from d join cases c on c.id = d.case_id cross join lateral `+recipients+`
			where d.due_at > $1 and exists (select from jsonb_array_elements(c.deadlines) as l
				where l ->> 'kind' = d.clock and (l ->> 'due_at')::timestamptz = d.due_at and coalesce(l ->> 'paused_because', '') = '')
			order by u.id, c.id, d.clock, d.due_at, d.not_before desc)
		select from d`, s.currentTime(), limit)
	return int(tag.RowsAffected()), translateError("send reminders", err)
}

const noticeColumnsSQL = `n.id, n.case_id, n.audience, n.template, n.class, n.urgent, n.facts, n.told_at, n.read_at, n.withdrawn_at, n.count,
	n.seq, coalesce(n.seqs[1], n.seq) as first_seq`

// ListNotices lists a person's notices: unread deadlines, money, and the rest, then
// what was read, each the newest first. It returns the cursor of the next page ("" if
// there is none). Errors: CodeInvalid for field cursor.
func (s *Store) ListNotices(ctx context.Context, user recovery.UserID, unread bool, limit int, cursor string) ([]notify.Notice, string, error) {
	limit = min(max(limit, 1), recovery.MaxPage)
	c := newConditions()
	c.addCondition("n.user_id = %s", user)
	if unread {
		c.addCondition("n.read_at is null")
	}
	if cursor != "" {
		at, place, err := decodeCursor(cursor)
		if err != nil {
			return nil, "", err
		}
		priority, id, _ := strings.Cut(place, ":")
		number, err := strconv.ParseInt(priority, 10, 16)
		if err != nil {
			return nil, "", faultyCursor()
		}
		c.addCondition("(n.priority, n.told_at, n.id) < (%s, %s, %s)", number, at, id)
	}
	sql := `select ` + noticeColumnsSQL + `, n.priority from notices n` + c.whereClause() +
		" order by n.priority desc, n.told_at desc, n.id desc limit " + strconv.Itoa(limit+1)
	rows, err := queryAll[inboxRow](ctx, s, "list inbox", sql, c.args...)
	next := ""
	if err == nil && len(rows) > limit {
		rows = rows[:limit]
		last := rows[limit-1]
		next = encodeCursor(last.ToldAt, strconv.Itoa(last.Priority)+":"+last.ID)
	}
	notices := make([]notify.Notice, len(rows))
	for i, row := range rows {
		notices[i] = row.Notice
	}
	return notices, next, err
}

// inboxRow is a notice with its place in the inbox.
type inboxRow struct {
	notify.Notice
	Priority int
}

// pagedList is a list ordered by an instant and an id, the newest first.
type pagedList[T any] struct {
	what     string
	sql      string
	at, id   string // column names
	position func(T) (time.Time, string)
}

// readPage reads one page of a list.
func (r pagedList[T]) readPage(ctx context.Context, s *Store, c *conditions, limit int, cursor string) (items []T, next string, err error) {
	limit = min(max(limit, 1), recovery.MaxPage)
	if cursor != "" {
		at, id, err := decodeCursor(cursor)
		if err != nil {
			return nil, "", err
		}
		c.addCondition("("+r.at+", "+r.id+") < (%s, %s)", at, id)
	}
	sql := r.sql + c.whereClause() + " order by " + r.at + " desc, " + r.id + " desc limit " + strconv.Itoa(limit+1)
	items, err = queryAll[T](ctx, s, r.what, sql, c.args...)
	if err != nil || len(items) <= limit {
		return items, "", err
	}
	at, id := r.position(items[limit-1])
	return items[:limit], encodeCursor(at, id), nil
}

// CountUnread counts the notices that a person has not read. It stops at most; 0
// counts all.
func (s *Store) CountUnread(ctx context.Context, user recovery.UserID, most int) (n int, err error) {
	err = s.pool.QueryRow(ctx, `select count(*) from (select from notices where user_id = $1 and read_at is null limit nullif($2, 0)) as n`,
		user, most).Scan(&n)
	return n, translateError("count unread", err)
}

// MarkRead records that a person read a notice; the first time stays. Errors:
// CodeNotFound, also for another person's notice.
func (s *Store) MarkRead(ctx context.Context, user recovery.UserID, id string) (notify.Notice, error) {
	return queryOne[notify.Notice](ctx, s, "notice", `update notices n set read_at = coalesce(n.read_at, $3)
		where n.id = $1 and n.user_id = $2 returning `+noticeColumnsSQL, id, user, s.currentTime())
}

// FindPreferences returns a person's preferences; false if they set none.
func (s *Store) FindPreferences(ctx context.Context, user recovery.UserID) (notify.Preferences, bool, error) {
	list, err := queryAll[notify.Preferences](ctx, s, "read preferences",
		`select language, quiet_from, quiet_until, no_mail from notice_preferences where user_id = $1`, user)
	if err != nil || len(list) == 0 {
		return notify.Preferences{}, false, err
	}
	return list[0], true, nil
}

// SetPreferences stores a person's preferences. Errors: CodeNotFound for an
// unknown account.
func (s *Store) SetPreferences(ctx context.Context, user recovery.UserID, p notify.Preferences) error {
	tag, err := s.pool.Exec(ctx, `insert into notice_preferences (user_id, language, quiet_from, quiet_until, no_mail, updated_at)
		select id, $2, $3, $4, $5, $6 from users where id = $1
		on conflict (user_id) do update set language = excluded.language, quiet_from = excluded.quiet_from,
			quiet_until = excluded.quiet_until, no_mail = excluded.no_mail, updated_at = excluded.updated_at`,
		user, p.Language, p.QuietFrom, p.QuietUntil, orEmpty(p.NoMail), s.currentTime())
	if err == nil && tag.RowsAffected() == 0 {
		return notFound("account")
	}
	return translateError("set preferences", err)
}
