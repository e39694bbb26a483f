package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// queueAmendment writes what a step changes in the record of a case: the payment, the
// search index, the marks of the counterparts, and the copies of the claim in the
// statistics. It is queued after the change of the position.
//
// A restricted case is found by its number only and has no marks.
func queueAmendment(batch *pgx.Batch, w StepWrite) {
	c := *w.Amended
	search := searchText(c)
	batch.Queue(`update cases set amount_fen = $2, sent_at = $3, instrument = $4, claim_state = $5, reason = $6, transaction_no = $7, sends = $8,
			search = case when restricted_at is null then $9 else search end, terms = case when restricted_at is null then $10 else terms end
		where id = $1`,
		w.CaseID, c.Amount, c.SentAt, c.Instrument, c.ClaimState, c.Reason, c.TransactionNo, c.Sends, search, searchTerms(search))
	batch.Queue(`update case_stages s set amount_fen = c.claim_fen from cases c where c.id = $1 and s.case_id = $1`, w.CaseID)
	if w.Marks != nil {
		queueChangedMarks(batch, w.CaseID, w.Marks)
	}
}

// endAccess ends the links and mails of people who are not counterparts any more. Each
// valid link gets an entry; an expired one gets none.
func (w StepWrite) endAccess(ctx context.Context, writer *journalWriter, before, after []recovery.Counterpart, at time.Time) error {
	gone := []string{}
	for _, counterpart := range before {
		if !slices.ContainsFunc(after, func(c recovery.Counterpart) bool { return c.ID == counterpart.ID }) {
			gone = append(gone, string(counterpart.ID))
		}
	}
	if len(gone) == 0 {
		return nil
	}
	writer.batch.Queue(`delete from holder_mails where case_id = $1 and counterpart_id = any($2)`, w.CaseID, gone)
	links, err := queryAllIn[recovery.Link](ctx, writer.tx, "revoke links", `update links set revoked_at = $3
		where case_id = $1 and revoked_at is null and counterpart_id = any($2) returning `+linkColumns, w.CaseID, gone, at)
	if err != nil {
		return err
	}
	for _, link := range links {
		if !link.ExpiresAt.After(at) {
			continue
		}
		if _, err := writer.appendEntry(w.Revoked(link)); err != nil {
			return err
		}
	}
	return nil
}

// queueChangedMarks replaces the marks of the counterparts and payments. Those of the
// claimant stay.
func queueChangedMarks(batch *pgx.Batch, id recovery.CaseID, marks []recovery.PartyMark) {
	changeable := slices.DeleteFunc(slices.Clone(marks), func(m recovery.PartyMark) bool { return m.Side == recovery.ClaimantSide })
	sides, digests := splitMarks(changeable)
	batch.Queue(`with wanted as (select m.side, m.mark from unnest($2::text[], $3::bytea[]) as m (side, mark)),
			former as (select distinct person, filed_at from party_marks where case_id = $1),
			gone as (delete from party_marks p where p.case_id = $1 and p.side <> 'claimant'
				and not exists (select from wanted w where w.side = p.side and w.mark = p.mark))
		insert into party_marks (case_id, side, mark, person, filed_at)
		select $1, w.side, w.mark, f.person, f.filed_at from former f, wanted w on conflict do nothing`, id, sides, digests)
}
