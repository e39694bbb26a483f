package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// entryRow and valueRow are rows of the journal tables.
type (
	entryRow struct {
		Seq     int64
		Kind    recovery.EntryKind
		At      time.Time
		Key     string
		Bytes   []byte
		Hash    []byte
		Version int64
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
	entryColumns  = `select seq, kind, at, key, bytes, hash, version from journal_entries`
	selectEntries = entryColumns + `
		where case_id = $1 and seq > $2 and seq <= $3 order by seq`
	valueColumns = `select seq, path, coalesce(value, '') as value, salt, erased_at is not null as erased from journal_values`
	selectValues = valueColumns + `
		where case_id = $1 and seq > $2 and seq <= $3 order by seq, path collate "C"`
	selectCheckpoint = `select size, note, root, at, token, stamped_at from journal_checkpoints where case_id = $1`
)

// maxSequence is above every sequence number, to read all entries.
const maxSequence = 1 << 40

// ReadJournal reads up to limit entries after a sequence number, oldest first;
// limit 0 reads all. An unknown case has none.
func (s *Store) ReadJournal(ctx context.Context, id recovery.CaseID, after int64, limit int) ([]journal.StoredEntry, error) {
	last := after + int64(limit)
	if limit <= 0 {
		last = maxSequence
	}
	return readEntries(ctx, s.pool, id, after, last)
}

// batcher is a pool or a transaction.
type batcher interface {
	SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults
}

// readEntries reads the entries after < seq ≤ last and their values in one
// round trip. The two statements see different snapshots, but entries and
// values are written together: a value belongs to an entry that was read or to
// a later one, which joinValues leaves out.
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
		entry := journal.StoredEntry{Version: row.Version, Record: journal.Record{
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

// LatestCheckpoint returns the newest checkpoint; found is false if there is none.
func (s *Store) LatestCheckpoint(ctx context.Context, id recovery.CaseID) (checkpoint journal.Checkpoint, found bool, err error) {
	list, err := queryAll[journal.Checkpoint](ctx, s, "read checkpoint", selectCheckpoint+` order by size desc limit 1`, id)
	if err != nil || len(list) == 0 {
		return journal.Checkpoint{}, false, err
	}
	return list[0], true, nil
}

// CheckpointOfSize returns the checkpoint over exactly size entries. Errors:
// CodeNotFound.
func (s *Store) CheckpointOfSize(ctx context.Context, id recovery.CaseID, size int64) (journal.Checkpoint, error) {
	return queryOne[journal.Checkpoint](ctx, s, "checkpoint", selectCheckpoint+` and size = $2`, id, size)
}

// AppendEntries appends drafts to a case's journal in order, and a checkpoint if
// asked. For a draft whose key exists, the existing record is returned. Errors:
// CodeNotFound.
func (s *Store) AppendEntries(
	ctx context.Context, id recovery.CaseID, checkpoint bool, drafts ...journal.Draft,
) ([]journal.Record, error) {
	records := make([]journal.Record, 0, len(drafts))
	err := s.inTransaction(ctx, "append", func(tx pgx.Tx) error {
		writer, err := s.lockJournal(ctx, tx, id, drafts...)
		if err != nil {
			return err
		}
		for _, draft := range drafts {
			record, err := writer.appendEntry(draft)
			if err != nil {
				return err
			}
			records = append(records, record)
		}
		if checkpoint {
			err = writer.signCheckpoint(s.currentTime())
			if err != nil {
				return err
			}
		}
		return writer.sendBatch(ctx)
	})
	if err != nil {
		return nil, err
	}
	return records, nil
}

// journalWriter writes the journal of one case inside one transaction. It holds
// the lock on the case's head row until the transaction ends, so that entries
// are appended one after the other.
type journalWriter struct {
	store  *Store
	tx     pgx.Tx
	id     recovery.CaseID
	head   *journal.Head
	newest time.Time                 // when the newest entry was received
	known  map[string]journal.Record // existing records by key
	// An erased case accepts no personal data, because nothing would erase it
	// again.
	erased bool
	batch  *pgx.Batch
	added  []journal.Record
}

// lockJournal locks the head of a case and loads the records that exist for the
// drafts' keys. Errors: CodeNotFound.
func (s *Store) lockJournal(
	ctx context.Context, tx pgx.Tx, id recovery.CaseID, drafts ...journal.Draft,
) (*journalWriter, error) {
	w := &journalWriter{store: s, tx: tx, id: id, known: map[string]journal.Record{}, batch: &pgx.Batch{}}
	var size int64
	var hashes [][]byte
	var existing []int64
	batch := &pgx.Batch{}
	batch.Queue(`select size, hashes from journal_heads where case_id = $1 for update`, id).
		QueryRow(func(row pgx.Row) error { return row.Scan(&size, &hashes) })
	// A separate statement: only a statement that starts after the lock sees
	// what other transactions wrote before it.
	batch.Queue(`select at from journal_entries where case_id = $1 order by seq desc limit 1`, id).
		QueryRow(func(row pgx.Row) error { return row.Scan(&w.newest) })
	batch.Queue(`select seq from journal_entries where case_id = $1 and key = any($2) and key <> ''`, id, draftKeys(drafts)).
		Query(func(rows pgx.Rows) (err error) {
			existing, err = pgx.CollectRows(rows, pgx.RowTo[int64])
			return err
		})
	batch.Queue(`select erased_at is not null from cases where id = $1`, id).
		QueryRow(func(row pgx.Row) error { return row.Scan(&w.erased) })
	err := tx.SendBatch(ctx, batch).Close()
	if isNoRows(err) {
		return nil, notFound("case")
	}
	if err != nil {
		return nil, err
	}
	w.head, err = journal.LoadHead(uint64(size), hashes)
	if err != nil {
		return nil, fmt.Errorf("journal of case %s: %w", id, err)
	}
	return w, w.loadExisting(ctx, existing)
}

func draftKeys(drafts []journal.Draft) []string {
	keys := make([]string, 0, len(drafts))
	for _, draft := range drafts {
		keys = append(keys, draft.Key)
	}
	return keys
}

// loadExisting loads the records with the keys of the drafts. There are some only
// when a request is retried.
func (w *journalWriter) loadExisting(ctx context.Context, existing []int64) error {
	for _, seq := range existing {
		entries, err := readEntries(ctx, w.tx, w.id, seq-1, seq)
		if err != nil {
			return err
		}
		for _, entry := range entries {
			w.known[entry.Record.Key] = entry.Record
		}
	}
	return nil
}

// existingRecord returns the record that was written before with this key.
func (w *journalWriter) existingRecord(key string) (journal.Record, bool) {
	record, known := w.known[key]
	return record, known && key != ""
}

// appendEntry queues a draft as the next entry, or returns the record that exists
// for its key. Errors: CodeActionNotAllowed for personal data in an erased
// case.
func (w *journalWriter) appendEntry(draft journal.Draft) (journal.Record, error) {
	record, known := w.existingRecord(draft.Key)
	if known {
		return record, nil
	}
	if w.erased && (len(draft.Personal) > 0 || draft.Blob != nil) {
		return journal.Record{}, recovery.Faultf(recovery.CodeActionNotAllowed,
			"The personal data of this case was erased. New personal data is not accepted.")
	}
	if w.erased {
		draft.Collector.Device = "" // a personal value, too
	}
	record, err := journal.AppendEntry(w.head, w.id, draft, w.store.random)
	if err != nil {
		return journal.Record{}, err
	}
	w.added, w.newest = append(w.added, record), record.At
	if draft.Key != "" {
		w.known[draft.Key] = record
	}
	return record, nil
}

// signCheckpoint signs the head with the key that was valid when its
// newest entry was received, and queues the checkpoint for a time stamp. A
// checkpoint of the same size stays as it is.
func (w *journalWriter) signCheckpoint(at time.Time) error {
	if w.store.keys == nil {
		return fmt.Errorf("checkpoint of case %s: this store has no signing key", w.id)
	}
	signer, err := w.store.keys.FindSignerAt(w.newest)
	if err != nil {
		return err
	}
	note, err := signer.SignCheckpoint(w.id, w.head)
	if err != nil {
		return err
	}
	w.batch.Queue(`with signed as (
			insert into journal_checkpoints (case_id, size, note, root, at) values ($1, $2, $3, $4, $5)
				on conflict (case_id, size) do nothing returning case_id, size, at
		)
		insert into stamps_due (case_id, size, due_at) select case_id, size, at from signed
			on conflict (case_id) do update set size = excluded.size, due_at = excluded.due_at`,
		w.id, int64(w.head.Size()), note, w.head.RootHex(), at)
	return nil
}

// sendBatch sends the queued statements, then the new entries and the head. The entries
// come after every change of the case, so that they hold the version it has afterwards.
func (w *journalWriter) sendBatch(ctx context.Context) error {
	for _, record := range w.added {
		queueEntry(w.batch, w.id, record)
		if err := queueContact(w.batch, w.id, record); err != nil {
			return err
		}
	}
	if len(w.added) > 0 {
		w.batch.Queue(`update journal_heads set size = $2, hashes = $3 where case_id = $1`,
			w.id, int64(w.head.Size()), w.head.Hashes())
	}
	err := w.tx.SendBatch(ctx, w.batch).Close()
	if err != nil {
		return err
	}
	return w.correctContacts(ctx)
}

// queueEntry queues the rows of one entry and its values. The version is that of the case
// at this point of the batch.
func queueEntry(batch *pgx.Batch, id recovery.CaseID, record journal.Record) {
	batch.Queue(`insert into journal_entries (case_id, seq, kind, at, key, bytes, hash, version)
		values ($1, $2, $3, $4, $5, $6, $7, (select version from cases where id = $1))`,
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
