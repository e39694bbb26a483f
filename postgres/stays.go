package postgres

import (
	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
)

// queueStay keeps the stay in a stage that a step ends. It stands before the
// change of the case itself, because it reads where the case was.
func queueStay(batch *pgx.Batch, w StepWrite, first journal.Record) {
	batch.Queue(`insert into case_stages
			(case_id, seq, stage, entered_at, left_at, platform, group_kind, amount_fen, filed_at, pace)
		select id, $3, stage, coalesce(stage_since, created_at), $4, platform, group_kind, amount_fen, created_at, pace
		from cases where id = $1 and stage <> $2`, w.CaseID, w.Next.Stage, first.Seq, first.At)
}
