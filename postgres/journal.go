package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// entryRow and valueRow are the journal's rows.
type (
	entryRow struct {
		Seq   int64
		Kind  recovery.EntryKind
		At    time.Time
		Key   string
		Bytes []byte
		Hash  []byte
	}
	valueRow struct {
		Seq    int64
		Path   string
		Value  string
		Salt   []byte
		Erased bool
	}
)

const (
	selectEntries = `select seq, kind, at, key, bytes, hash from journal_entries
		where case_id = $1 and seq > $2 and seq <= $3 order by seq`
	selectValues = `select seq, path, coalesce(value, '') as value, salt, erased_at is not null as erased
		from journal_values where case_id = $1 and seq > $2 and seq <= $3 order by seq, path collate "C"`
	selectCheckpoint = `select size, note, root, at, token, stamped_at from journal_checkpoints where case_id = $1`
)

// everything is the limit of a reading without one.
const noLimit = 1 << 40

// Journal reads up to limit entries after the given one, oldest first; limit 0
// reads all. A case that does not exist has none.
func (s *Store) Journal(ctx context.Context, id recovery.CaseID, after int64, limit int) ([]journal.StoredEntry, error) {
	last := after + int64(limit)
	if limit <= 0 {
		last = noLimit
	}
	return readEntries(ctx, s.pool, id, after, last)
}

// batcher is a pool or a transaction.
type batcher interface {
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
}

// readEntries reads the entries after < seq ≤ last with their values, in one
// round trip and from one snapshot each: entries and values are written
// together, so a value always finds its entry or belongs to a later one.
func readEntries(ctx context.Context, db batcher, id recovery.CaseID, after, last int64) ([]journal.StoredEntry, error) {
	var entries []entryRow
	var values []valueRow
	batch := &pgx.Batch{}
	batch.Queue(selectEntries, id, after, last).Query(collectInto(&entries))
	batch.Queue(selectValues, id, after, last).Query(collectInto(&values))
	err := db.SendBatch(ctx, batch).Close()
	if err != nil {
		return nil, translateError("read journal", err)
	}
	return joinValues(entries, values), nil
}

func collectInto[T any](list *[]T) func(pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*list, err = pgx.CollectRows(rows, pgx.RowToStructByName[T])
		return err
	}
}

func joinValues(entries []entryRow, values []valueRow) []journal.StoredEntry {
	list := make([]journal.StoredEntry, 0, len(entries))
	for _, row := range entries {
		entry := journal.StoredEntry{Record: journal.Record{
			Seq: row.Seq, Kind: row.Kind, At: row.At, Key: row.Key, Bytes: row.Bytes, Hash: [32]byte(row.Hash),
		}}
		for len(values) > 0 && values[0].Seq <= row.Seq {
			addValue(&entry, values[0])
			values = values[1:]
		}
		list = append(list, entry)
	}
	return list
}

func addValue(e *journal.StoredEntry, value valueRow) {
	if value.Erased {
		e.Erased = append(e.Erased, value.Path)
		return
	}
	e.Record.Values = append(e.Record.Values, journal.Value{Path: value.Path, Value: value.Value, Salt: value.Salt})
}

// LatestCheckpoint gives the newest checkpoint; false when there is none yet.
func (s *Store) LatestCheckpoint(ctx context.Context, id recovery.CaseID) (journal.Checkpoint, bool, error) {
	list, err := queryAll[journal.Checkpoint](ctx, s, "read checkpoint", selectCheckpoint+` order by size desc limit 1`, id)
	if err != nil || len(list) == 0 {
		return journal.Checkpoint{}, false, err
	}
	return list[0], true, nil
}

// CheckpointAt gives the checkpoint over exactly size entries. Errors:
// CodeNotFound.
func (s *Store) CheckpointAt(ctx context.Context, id recovery.CaseID, size int64) (journal.Checkpoint, error) {
	return queryOne[journal.Checkpoint](ctx, s, "checkpoint", selectCheckpoint+` and size = $2`, id, size)
}

// Append writes drafts to a case's journal, in order, and a checkpoint after
// them when asked. A draft whose key stands already gives the record that
// stands. Errors: CodeNotFound.
func (s *Store) Append(
	ctx context.Context, id recovery.CaseID, checkpoint bool, drafts ...journal.Draft,
) ([]journal.Record, error) {
	records := make([]journal.Record, 0, len(drafts))
	err := s.inTransaction(ctx, "append", func(tx pgx.Tx) error {
		pen, err := s.lockJournal(ctx, tx, id, drafts...)
		if err != nil {
			return err
		}
		for _, draft := range drafts {
			record, err := pen.append(draft)
			if err != nil {
				return err
			}
			records = append(records, record)
		}
		if checkpoint {
			err = pen.signCheckpoint(s.currentTime())
			if err != nil {
				return err
			}
		}
		return pen.flush(ctx)
	})
	if err != nil {
		return nil, err
	}
	return records, nil
}

// pen writes the journal of one case inside one transaction. It holds the
// case's head row from takePen to the end, so that no two writers ever append
// after the same entry.
type journalWriter struct {
	store  *Store
	tx     pgx.Tx
	id     recovery.CaseID
	head   *journal.Head
	newest time.Time                 // when the newest entry was received
	known  map[string]journal.Record // by key: those that stand already
	// erased cases take nothing personal any more: nobody would erase it again.
	erased bool
	batch  *pgx.Batch
	dirty  bool
}

// takePen locks the head of a case and looks up which of the drafts' keys stand
// already. Errors: CodeNotFound.
func (s *Store) lockJournal(
	ctx context.Context, tx pgx.Tx, id recovery.CaseID, drafts ...journal.Draft,
) (*journalWriter, error) {
	p := &journalWriter{store: s, tx: tx, id: id, known: map[string]journal.Record{}, batch: &pgx.Batch{}}
	var size int64
	var hashes [][]byte
	var standing []int64
	batch := &pgx.Batch{}
	batch.Queue(`select size, hashes from journal_heads where case_id = $1 for update`, id).
		QueryRow(func(row pgx.Row) error { return row.Scan(&size, &hashes) })
	// A statement of its own: only what begins after the lock sees what others wrote before it.
	batch.Queue(`select at from journal_entries where case_id = $1 order by seq desc limit 1`, id).
		QueryRow(func(row pgx.Row) error { return row.Scan(&p.newest) })
	batch.Queue(`select seq from journal_entries where case_id = $1 and key = any($2) and key <> ''`, id, draftKeys(drafts)).
		Query(func(rows pgx.Rows) (err error) {
			standing, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
	batch.Queue(`select erased_at is not null from cases where id = $1`, id).
		QueryRow(func(row pgx.Row) error { return row.Scan(&p.erased) })
	err := tx.SendBatch(ctx, batch).Close()
	if isNoRows(err) {
		return nil, notFound("case")
	}
	if err != nil {
		return nil, err
	}
	p.head, err = journal.LoadHead(uint64(size), hashes)
	if err != nil {
		return nil, fmt.Errorf("journal of case %s: %w", id, err)
	}
	return p, p.loadExisting(ctx, standing)
}

func draftKeys(drafts []journal.Draft) []string {
	keys := make([]string, 0, len(drafts))
	for _, draft := range drafts {
		keys = append(keys, draft.Key)
	}
	return keys
}

// recall loads entries that stand already. That happens on retries only.
func (p *journalWriter) loadExisting(ctx context.Context, standing []int64) error {
	for _, seq := range standing {
		entries, err := readEntries(ctx, p.tx, p.id, seq-1, seq)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			p.known[entry.Record.Key] = entry.Record
		}
	}
	return nil
}

// stands gives the record of a key that was written before.
func (p *journalWriter) existing(key string) (journal.Record, bool) {
	record, known := p.known[key]
	return record, known && key != ""
}

// write queues a draft as the next entry, or gives the record its key has.
// Errors: CodeActionNotAllowed for what an erased case takes no more.
func (p *journalWriter) append(draft journal.Draft) (journal.Record, error) {
	record, known := p.existing(draft.Key)
	if known {
		return record, nil
	}
	if p.erased && (len(draft.Personal) > 0 || draft.Blob != nil) {
		return journal.Record{}, recovery.Faultf(recovery.CodeActionNotAllowed,
			"The personal data of this case was erased; it takes no more.")
	}
	record, err := journal.AppendEntry(p.head, p.id, draft, p.store.random)
	if err != nil {
		return journal.Record{}, err
	}
	queueEntry(p.batch, p.id, record)
	p.dirty, p.newest = true, record.At
	if draft.Key != "" {
		p.known[draft.Key] = record
	}
	return record, nil
}

// checkpoint signs the head as it is now, with the key in force when its newest
// entry was received; a size that is signed stays as it is. What was signed
// waits for a stamp from then on.
func (p *journalWriter) signCheckpoint(at time.Time) error {
	if p.store.keys == nil {
		return fmt.Errorf("checkpoint of case %s: this store has no signing key", p.id)
	}
	signer, err := p.store.keys.SignerAt(p.newest)
	if err != nil {
		return err
	}
	note, err := signer.SignCheckpoint(p.id, p.head)
	if err != nil {
		return err
	}
	p.batch.Queue(`with signed as (
			insert into journal_checkpoints (case_id, size, note, root, at) values ($1, $2, $3, $4, $5)
				on conflict (case_id, size) do nothing returning case_id, size, at
		)
		insert into stamps_due (case_id, size, due_at) select case_id, size, at from signed
			on conflict (case_id) do update set size = excluded.size, due_at = excluded.due_at`,
		p.id, int64(p.head.Size()), note, p.head.RootHex(), at)
	return nil
}

// flush sends what was queued, the new head last.
func (p *journalWriter) flush(ctx context.Context) error {
	if p.dirty {
		p.batch.Queue(`update journal_heads set size = $2, hashes = $3 where case_id = $1`,
			p.id, int64(p.head.Size()), p.head.Hashes())
	}
	return p.tx.SendBatch(ctx, p.batch).Close()
}

// queueEntry queues the rows of one entry: itself and its values.
func queueEntry(batch *pgx.Batch, id recovery.CaseID, record journal.Record) {
	batch.Queue(`insert into journal_entries (case_id, seq, kind, at, key, bytes, hash) values ($1, $2, $3, $4, $5, $6, $7)`,
		id, record.Seq, record.Kind, record.At, record.Key, record.Bytes, record.Hash[:])
	if len(record.Values) == 0 {
		return
	}
	paths := make([]string, len(record.Values))
	values := make([]string, len(record.Values))
	salts := make([][]byte, len(record.Values))
	for i, value := range record.Values {
		paths[i], values[i], salts[i] = value.Path, value.Value, value.Salt
	}
	batch.Queue(`insert into journal_values (case_id, seq, path, value, salt)
		select $1, $2, v.path, v.value, v.salt from unnest($3::text[], $4::text[], $5::bytea[]) as v (path, value, salt)`,
		id, record.Seq, paths, values, salts)
}
