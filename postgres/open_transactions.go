package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// queueNumberClaims makes an open case the only one with its transaction numbers. It
// frees the numbers that the case had before and has no more, so it serves a filing, a
// case that is opened again and a number that was corrected. If another open case has
// one of the numbers, the transaction fails with CodeTransactionOpen.
//
// A number that is taken is refused by refuse_write, so that it is not in the log of
// PostgreSQL. The numbers are compared in their normal form. Cases that share numbers wait for each
// other, so each claims them in the same order.
func queueNumberClaims(batch *pgx.Batch, c recovery.Case) {
	keys := orEmpty(c.TransactionKeys())
	batch.Queue(`delete from open_transactions where case_id = $1 and not (platform = $2 and number = any ($3))`, c.ID, c.Platform, keys)
	batch.Queue(`with wanted as materialized (
			select n.number, n.place from unnest($3::text[]) with ordinality as n (number, place)
			where not exists (select from open_transactions o where o.case_id = $1 and o.platform = $2 and o.number = n.number)
		), claimed as (
			insert into open_transactions (platform, number, case_id) select $2, number, $1 from wanted order by place
			on conflict do nothing returning number)
		select refuse_write('open_transactions_pkey') where (select count(*) from claimed) < (select count(*) from wanted)`,
		c.ID, c.Platform, keys)
}

// queueNumbersFree frees the transaction numbers of a closed case.
func queueNumbersFree(batch *pgx.Batch, id recovery.CaseID) {
	batch.Queue(`delete from open_transactions where case_id = $1`, id)
}

// TransactionOpen reports whether another case with one of the same transactions is
// open.
func (s *Store) TransactionOpen(ctx context.Context, c recovery.Case) (bool, error) {
	var open bool
	err := s.pool.QueryRow(ctx, `select exists (select from open_transactions
		where platform = $1 and number = any($2) and case_id <> $3)`, c.Platform, orEmpty(c.TransactionKeys()), c.ID).Scan(&open)
	return open, translateError("look for open case", err)
}
