package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"recourse/evidence/journal"
	"recourse/loop"
	"recourse/recovery"
)

// Options configure a Store.
type Options struct {
	// Keys sign checkpoints inside the writing transaction. Without them
	// checkpoints fail.
	Keys *journal.Keyring
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Random is the source of salts and ids. It must be safe for concurrent
	// use, as crypto/rand.Reader is.
	Random io.Reader
	// MaxConns limits the pool; 0 means 10.
	MaxConns int32
	// Loops watches the background work; nil: nobody does.
	Loops *loop.Monitor
}

// Store reads and writes the database. It is safe for concurrent use.
type Store struct {
	reads
	pool     *pgxpool.Pool
	keys     *journal.Keyring
	now      func() time.Time
	random   io.Reader
	numbers  numberBlock
	notifier notifier
	loops    *loop.Monitor

	background context.Context // ends with Close
	stop       context.CancelFunc
	done       sync.WaitGroup
}

const defaultConns = 10

// statementTimeout is longer than any request waits.
const statementTimeout = "30s"

// Open connects to a migrated database and checks that it answers. Errors:
// CodeUnavailable.
func Open(ctx context.Context, url string, o Options) (*Store, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database address: %w", err)
	}
	if o.Random == nil {
		return nil, errors.New("database store: Options.Random is missing")
	}
	config.MaxConns = max(o.MaxConns, 0)
	if config.MaxConns == 0 {
		config.MaxConns = defaultConns
	}
	config.ConnConfig.RuntimeParams["application_name"] = "recourse"
	config.ConnConfig.RuntimeParams["statement_timeout"] = statementTimeout
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		decodeTimesInUTC(conn)
		return nil
	}
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, translateError("open", err)
	}
	err = pool.Ping(ctx)
	if err != nil {
		pool.Close()
		return nil, translateError("open", err)
	}
	s := &Store{reads: reads{pool}, pool: pool, keys: o.Keys, now: o.Now, random: o.Random, loops: o.Loops}
	if s.now == nil {
		s.now = time.Now //nolint:forbidigo // the default of Options.Now
	}
	s.startBackground()
	return s, nil
}

// decodeTimesInUTC makes every instant come back in UTC, independent of the
// machine's time zone.
func decodeTimesInUTC(conn *pgx.Conn) {
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
}

func (s *Store) startBackground() {
	s.background, s.stop = context.WithCancel(context.Background())
	s.notifier.otherProcesses = make(chan struct{}, 1)
	s.done.Go(func() { s.notifyProcesses(s.background) })
	s.done.Go(func() { s.sweepSessions(s.background) })
}

// Close ends the background work and closes every connection.
func (s *Store) Close() {
	s.stop()
	s.done.Wait()
	s.pool.Close()
}

// currentTime returns the current time in the precision of the database.
func (s *Store) currentTime() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// inTransaction runs fn in one transaction; what names the operation in errors.
func (s *Store) inTransaction(ctx context.Context, what string, fn func(pgx.Tx) error) error {
	return translateError(what, pgx.BeginFunc(ctx, s.pool, fn))
}

// queryAll collects the rows of one statement into structs by column name.
func queryAll[T any](ctx context.Context, s *Store, what, sql string, args ...any) ([]T, error) {
	return queryAllIn[T](ctx, s.pool, what, sql, args...)
}

func queryAllIn[T any](ctx context.Context, db querier, what, sql string, args ...any) ([]T, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, translateError(what, err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByName[T])
	if err != nil {
		return nil, translateError(what, err)
	}
	return list, nil
}

// queryOne returns the only row of a statement. Errors: CodeNotFound, whose text
// names the thing.
func queryOne[T any](ctx context.Context, s *Store, thing, sql string, args ...any) (T, error) {
	return queryOneIn[T](ctx, s.pool, thing, sql, args...)
}

func queryOneIn[T any](ctx context.Context, db querier, thing, sql string, args ...any) (T, error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		var none T
		return none, translateError(thing, err)
	}
	row, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
	if isNoRows(err) {
		return row, notFound(thing)
	}
	return row, translateError(thing, err)
}

func notFound(thing string) error {
	return recovery.Faultf(recovery.CodeNotFound, "There is no such %s.", thing)
}
