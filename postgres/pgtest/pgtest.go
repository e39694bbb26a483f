package pgtest

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"recourse/evidence/journal"
	"recourse/postgres"
)

// conns is the size of a test's pool: enough for its goroutines, few enough
// that parallel tests fit on one server.
const conns = 8

// patience is how long setting up or taking down may last on a busy machine.
const patience = 2 * time.Minute

// New gives a store over a fresh database, with a signing key of its own, the
// real clock and real randomness. Both end with the test.
func New(t testing.TB) *postgres.Store {
	t.Helper()
	return Open(t, URL(t), postgres.Options{})
}

// Open gives a store over a database of URL with the options that are set, and
// New's for the others. It ends with the test.
func Open(t testing.TB, address string, o postgres.Options) *postgres.Store {
	t.Helper()
	if o.Keys == nil {
		o.Keys = Keys(t, Signer(t))
	}
	if o.Random == nil {
		o.Random = rand.Reader
	}
	if o.MaxConns == 0 {
		o.MaxConns = conns
	}
	store, err := postgres.Open(t.Context(), address, o)
	if err != nil {
		t.Fatalf("open test database: %v", err)
	}
	t.Cleanup(store.Close)
	return store
}

// Signer makes a signing key nobody else has.
func Signer(t testing.TB) *journal.Signer {
	t.Helper()
	secret, err := journal.GenerateKey(rand.Reader, "test.example/journal")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := journal.NewSigner(secret)
	if err != nil {
		t.Fatal(err)
	}
	return signer
}

// Keys is a keyring of one key that was always in force.
func Keys(t testing.TB, signer *journal.Signer) *journal.Keyring {
	t.Helper()
	history, err := signer.StartHistory(time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := journal.NewKeyring(history, signer)
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// URL gives the address of a fresh, migrated database, which is dropped when
// the test ends.
func URL(t testing.TB) string {
	t.Helper()
	return database(t, true)
}

// EmptyURL gives the address of a fresh database without a schema.
func EmptyURL(t testing.TB) string {
	t.Helper()
	return database(t, false)
}

// server is where databases are made; it is found or started once.
type server struct {
	admin    string // address of the maintenance database
	template string // name of the migrated database that tests copy
}

// theServer is the one server of this process. It is started by the first test
// that asks and ends with the process.
var theServer = sync.OnceValues(func() (server, error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	admin := os.Getenv("TEST_DATABASE_URL")
	if admin == "" {
		started, err := startCluster(ctx)
		if err != nil {
			return server{}, err
		}
		admin = started
	}
	template, err := prepareTemplate(ctx, admin)
	return server{admin: admin, template: template}, err
})

func database(t testing.TB, migrated bool) string {
	t.Helper()
	srv, err := theServer()
	if err != nil {
		t.Fatalf("PostgreSQL for tests: %v", err)
	}
	name := "recourse_t_" + strings.ToLower(rand.Text())
	sql := "create database " + name
	if migrated {
		sql += " template " + srv.template + " strategy file_copy" // half the work of the other for so small a one
	}
	err = srv.run(sql)
	if err != nil {
		t.Fatalf("create test database: %v", err)
	}
	t.Cleanup(func() {
		err := srv.run("drop database if exists " + name + " with (force)")
		if err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	return withDatabase(t, srv.admin, name)
}

// run executes one statement on the maintenance database.
func (s server) run(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return execute(ctx, s.admin, sql)
}

func execute(ctx context.Context, address, sql string) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return err
	}
	_, err = conn.Exec(ctx, sql)
	return errors.Join(err, conn.Close(ctx))
}

func withDatabase(t testing.TB, address, name string) string {
	t.Helper()
	changed, err := replaceDatabase(address, name)
	if err != nil {
		t.Fatal(err)
	}
	return changed
}

func replaceDatabase(address, name string) (string, error) {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Scheme == "" {
		return "", errors.New("TEST_DATABASE_URL must have the form postgres://user@host:port/database")
	}
	parsed.Path = "/" + name
	return parsed.String(), nil
}

// templateLock keeps two test processes on one server from making the template
// at the same time.
const templateLock = 0x7265636f75727365

// prepareTemplate makes the migrated database that tests copy, unless another
// run left it for the same migrations.
func prepareTemplate(ctx context.Context, admin string) (string, error) {
	fingerprint, err := postgres.MigrationsFingerprint(sha256.New())
	if err != nil {
		return "", err
	}
	name := "recourse_template_" + hex.EncodeToString(fingerprint[:6])
	conn, err := pgx.Connect(ctx, admin)
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close(ctx) }() // frees the lock, too
	_, err = conn.Exec(ctx, "select pg_advisory_lock($1)", int64(templateLock))
	if err != nil {
		return "", err
	}
	var made bool
	err = conn.QueryRow(ctx, "select exists (select from pg_database where datname = $1)", name).Scan(&made)
	if err != nil || made {
		return name, err
	}
	return name, makeTemplate(ctx, conn, admin, name)
}

// makeTemplate migrates under another name first, so that a template is whole
// or not there.
func makeTemplate(ctx context.Context, conn *pgx.Conn, admin, name string) error {
	draft := name + "_draft"
	for _, sql := range []string{"drop database if exists " + draft, "create database " + draft} {
		_, err := conn.Exec(ctx, sql)
		if err != nil {
			return err
		}
	}
	address, err := replaceDatabase(admin, draft)
	if err != nil {
		return err
	}
	err = postgres.Migrate(ctx, address)
	if err != nil {
		return fmt.Errorf("migrate template: %w", err)
	}
	_, err = conn.Exec(ctx, "alter database "+draft+" rename to "+name)
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == objectInUse {
		// The migration's backend may still be on its way out.
		_, _ = conn.Exec(ctx, "select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = $1", draft)
		_, err = conn.Exec(ctx, "alter database "+draft+" rename to "+name)
	}
	return err
}

const objectInUse = "55006"
