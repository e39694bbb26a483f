package postgres

import (
	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
)

// queueStay stores the stay in a stage that a step ends. It is queued before
// the change of the case, because it reads the stage from it.
func queueStay(batch *pgx.Batch, w StepWrite, first journal.Record) {
	batch.Queue(`insert into case_stages
			(case_id, seq, stage, entered_at, left_at, platform, group_kind, amount_fen, filed_at, pace)
		select id, $3, stage, coalesce(stage_since, created_at), $4, platform, group_kind, claim_fen, created_at, pace
		from cases where id = $1 and stage <> $2`, w.CaseID, w.Next.Stage, first.Seq, first.At)
}
