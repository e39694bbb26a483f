package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/notify"
	"recourse/recovery"
)

// retractNotices withdraws the notices that a correction made wrong: those of the
// corrected entry and of steps that had another result, those of deadlines that do not
// run any more, and those that the correction waits. Unread notices and unsent mails
// disappear; one that is being sent is marked. A notice that stands for several changes,
// of which the last one is still right, stays and counts the others. Everybody who got a
// wrong one gets one notice of the correction, unless the change sends them another one.
const retractNotices = `with wrong as (
		select n.*, n.template = 'correction_proposed' as waits from notices n
			left join jsonb_each($4::jsonb) after on after.key = n.seq::text
		where n.case_id = $1 and n.seq <> $3 and n.withdrawn_at is null and (
			n.template = 'correction_proposed' and (n.facts ->> 'corrects')::bigint = $2
			or $6::boolean and (n.seq = $2 or n.seq = any ($5::bigint[])
				or n.seq > $2 and (after.value ->> 'stage' <> n.facts ->> 'stage'
					or after.value ->> 'recovered_fen' <> n.facts ->> 'recovered_fen'
					or after.value ->> 'surplus_fen' <> coalesce(n.facts ->> 'surplus_fen', '0')
					or coalesce(after.value ->> 'outcome', '') <> coalesce(n.facts ->> 'outcome', '') and after.key is not null)
				or n.seq > $2 and n.template = 'deadline_near' and not exists (select from jsonb_array_elements($7::jsonb) l
					where l ->> 'kind' = n.facts ->> 'clock' and (l ->> 'due_at')::timestamptz = (n.facts ->> 'due_at')::timestamptz)))
	), partly as (
		select n.* from notices n where n.case_id = $1 and n.seq <> $3 and n.withdrawn_at is null and $6
			and n.seqs && (array[$2::bigint] || $5::bigint[]) and not exists (select from wrong w where w.id = n.id)
	), fewer as (
		update notices n set seqs = s.seqs, count = cardinality(s.seqs) from partly p cross join lateral (
			select array_agg(s.seq order by s.seq) as seqs from unnest(p.seqs) as s (seq) where s.seq <> $2 and s.seq <> all ($5::bigint[])) s
		where n.id = p.id and n.read_at is null and n.mail_state <> 'sending' and (n.user_id is not null or n.mail_state = 'due')
	), told as (
		select user_id, case_id, audience, counterpart_id, told_at from wrong where not waits
		union all select user_id, case_id, audience, counterpart_id, told_at from partly
	), gone as (
		delete from notices n using wrong w where n.id = w.id and n.read_at is null and n.mail_state <> 'sending' and (n.user_id is not null or n.mail_state = 'due')
	), kept as (
		update notices n set withdrawn_at = $8, mail_state = case n.mail_state when 'due' then 'unwanted' else n.mail_state end
		from wrong w where n.id = w.id and (n.read_at is not null or n.mail_state = 'sending' or n.user_id is null and n.mail_state <> 'due')
	)
	insert into notices (user_id, case_id, audience, template, class, urgent, facts, told_at, mail_at, seq, counterpart_id)
	select distinct on (w.user_id, w.counterpart_id) w.user_id, w.case_id, w.audience, case w.counterpart_id when '' then $9 else $10 end,
		$11, $12, $13, $8, $8, $3, w.counterpart_id
	from told w where $6 and not exists (select from notices n
		where n.case_id = $1 and n.seq = $3 and n.user_id is not distinct from w.user_id and n.counterpart_id = w.counterpart_id)
	order by w.user_id, w.counterpart_id, w.told_at desc` + foldNotice

// dropReminders removes the reminders of deadlines that do not run any more.
const dropReminders = `delete from reminders r where r.case_id = $1 and not exists (select from jsonb_array_elements($2::jsonb) l
	where l ->> 'kind' = r.clock and (l ->> 'due_at')::timestamptz = r.due_at)`

// queueRetraction queues the withdrawal of notices. It follows the notices of the
// change itself. seq is the number of the entry that corrects.
func queueRetraction(batch *pgx.Batch, id recovery.CaseID, seq int64, r notify.Retraction, now time.Time) {
	after := map[int64]recovery.StepState{}
	if r.After != nil {
		after = r.After
	}
	batch.Queue(retractNotices, id, r.Corrects, seq, after, orEmpty(r.Void), r.IsCorrected, orEmpty(r.Deadlines), now,
		r.Notice.Template, r.ToCounterpart.Template, r.Notice.Class, r.Notice.Urgent, r.Notice.Facts)
	if r.IsCorrected {
		batch.Queue(dropReminders, id, orEmpty(r.Deadlines))
	}
}
