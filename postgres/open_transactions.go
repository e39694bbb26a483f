package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// queueNumberClaims makes an open case the only one with its transaction numbers, and with
// the other numbers that its bill shows for the same payments. It
// frees the numbers that the case had before and has no more, so it serves a filing, a
// case that is opened again and a number that was corrected. If another open case has
// one of the numbers, the transaction fails with CodeTransactionOpen.
//
// A number that is taken is refused by refuse_write, so that it is not in the log of
// PostgreSQL. The numbers are compared in their normal form. Cases that share numbers wait for each
// other, so each claims them in the same order.
func queueNumberClaims(batch *pgx.Batch, c recovery.Case) {
	keys := orEmpty(c.TransactionKeys())
	batch.Queue(`delete from open_transactions where case_id = $1 and not (platform = $2 and (number = any ($3)
		or number in (select other from payment_numbers where case_id = $1 and number = any ($3))))`, c.ID, c.Platform, keys)
	batch.Queue(`with own as materialized (
			select n.number from unnest($3::text[]) as n (number)
			where not exists (select from open_transactions o where o.case_id = $1 and o.platform = $2 and o.number = n.number)
		), wanted as materialized (
			select number collate "C" as number from own
			union
			select p.other from payment_numbers p join own on own.number = p.number where p.case_id = $1
				and not exists (select from open_transactions o where o.case_id = $1 and o.platform = $2 and o.number = p.other)
		), claimed as (
			insert into open_transactions (platform, number, case_id) select $2, number, $1 from wanted order by number
			on conflict do nothing returning number)
		select refuse_write('open_transactions_pkey') where (select count(*) from claimed) < (select count(*) from wanted)`,
		c.ID, c.Platform, keys)
}

// PaymentNumbers are the two numbers of a payment as a bill shows them, in their normal
// form.
type PaymentNumbers struct{ Number, Other string }

// queuePaymentNumbers stores which numbers belong together. An open case that has one of
// them claims the other one, unless another open case has it: then both stay open, because
// a bill must not be refused.
func queuePaymentNumbers(batch *pgx.Batch, id recovery.CaseID, pairs []PaymentNumbers) {
	if len(pairs) == 0 {
		return
	}
	numbers, others := []string{}, []string{}
	for _, pair := range pairs {
		numbers, others = append(numbers, pair.Number, pair.Other), append(others, pair.Other, pair.Number)
	}
	batch.Queue(`insert into payment_numbers (case_id, number, other) select $1, n.number, n.other from unnest($2::text[], $3::text[]) as n (number, other)
		on conflict do nothing`, id, numbers, others)
	batch.Queue(`insert into open_transactions (platform, number, case_id)
		select o.platform, p.other, o.case_id from payment_numbers p join open_transactions o on o.case_id = p.case_id and o.number = p.number
		where p.case_id = $1 order by p.other on conflict do nothing`, id)
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
		where platform = $1 and case_id <> $3
			and (number = any($2) or number in (select other from payment_numbers where case_id = $3 and number = any($2))))`, c.Platform, orEmpty(c.TransactionKeys()), c.ID).Scan(&open)
	return open, translateError("look for open case", err)
}
