package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// Reading is that a person reads a file. The key of its draft names the file, the person
// and the hour.
type Reading struct {
	Draft  journal.Draft
	IsPart bool // of a download in parts, which is one reading
}

// RecordReading appends the entry of a reading, if its precondition is still fulfilled. If
// the person has read the file in the same hour, the reading is counted instead; see
// RecordRepeated. Errors: CodeNotFound, and those of the precondition.
func (s *Store) RecordReading(ctx context.Context, id recovery.CaseID, reading Reading, required Precondition) error {
	return s.inTransaction(ctx, "record reading", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, id, reading.Draft)
		if err != nil {
			return err
		}
		if err := required.checkCase(ctx, tx, id); err != nil {
			return err
		}
		if _, repeated := writer.existingRecord(reading.Draft.Key); !repeated {
			if _, err := writer.appendEntry(reading.Draft); err != nil {
				return err
			}
		} else if !reading.IsPart {
			writer.batch.Queue(`insert into repeated_readings (case_id, key, times, last_at) values ($1, $2, 1, $3)
				on conflict (case_id, key) do update set times = repeated_readings.times + 1, last_at = excluded.last_at`,
				id, reading.Draft.Key, reading.Draft.At)
		}
		return writer.sendBatch(ctx)
	})
}

// RepeatedReadings are the further readings of a file by one person within an hour.
type RepeatedReadings struct {
	CaseID recovery.CaseID
	Key    string // of the entry about the first reading
	Times  int64
	LastAt time.Time // UTC
}

// Item returns their id among the items that can be set aside.
func (r RepeatedReadings) Item() string { return string(r.CaseID) + "/" + r.Key }

// ListRepeated lists the readings that are counted but not in the journal: those of a
// case, or those of all cases if id is "", of which the last one was before an instant.
// Among all cases, those that could not be recorded are left out for a while.
func (s *Store) ListRepeated(ctx context.Context, id recovery.CaseID, before time.Time, limit int) ([]RepeatedReadings, error) {
	rows, err := s.pool.Query(ctx, `select case_id, key, times, last_at from repeated_readings
		where ($1 = '' or case_id = $1) and last_at < $2 and ($1 <> '' or `+
		itemDueSQL(ItemReading, "(case_id || '/' || key)", "$4::timestamptz")+`)
		order by last_at, case_id, key limit $3`, string(id), before, limit, s.currentTime())
	if err != nil {
		return nil, translateError("repeated readings", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[RepeatedReadings])
	return list, translateError("repeated readings", err)
}

// RecordRepeated appends an entry about further readings and counts them no more. The
// draft is made from the entry about the first reading.
func (s *Store) RecordRepeated(
	ctx context.Context, id recovery.CaseID, key string, draft func(first journal.Entry, further RepeatedReadings) journal.Draft,
) error {
	return s.inTransaction(ctx, "record repeated readings", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, id, journal.Draft{Key: key})
		if err != nil {
			return err
		}
		record, known := writer.existingRecord(key)
		further := RepeatedReadings{CaseID: id, Key: key}
		err = tx.QueryRow(ctx, `delete from repeated_readings where case_id = $1 and key = $2 returning times, last_at`, id, key).
			Scan(&further.Times, &further.LastAt)
		if isNoRows(err) || !known {
			return nil // another process has recorded them
		}
		if err != nil {
			return err
		}
		first, err := journal.ParseEntry(record.Bytes)
		if err != nil {
			return err
		}
		if _, err := writer.appendEntry(draft(first, further)); err != nil {
			return err
		}
		return writer.sendBatch(ctx)
	})
}
