package postgres

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"hash"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"recourse/recovery"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// Migrate updates the schema to the version of this binary. Several processes
// may call it at once: an advisory lock lets one work while the others wait.
// Errors: CodeUnavailable.
func Migrate(ctx context.Context, url string) error {
	config, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("database address: %w", err)
	}
	db := stdlib.OpenDB(*config)
	err = errors.Join(applyMigrations(ctx, db), db.Close())
	return translateError("migrate", err)
}

func applyMigrations(ctx context.Context, db *sql.DB) error {
	err := db.PingContext(ctx)
	if err != nil {
		return err
	}
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// SchemaVersion is the newest migration in this binary.
func SchemaVersion() (int64, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		version, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, version)
	}
	return newest, nil
}

// CheckReady checks that the database answers and its schema is at least at the
// version of this binary; a newer one is compatible. Errors: CodeUnavailable
// with what to do.
func (s *Store) CheckReady(ctx context.Context) error {
	known, err := SchemaVersion()
	if err != nil {
		return err
	}
	var found int64
	err = s.pool.QueryRow(ctx, `select coalesce(max(version_id), 0) from goose_db_version where is_applied`).Scan(&found)
	var refused *pgconn.PgError
	if err != nil && (!errors.As(err, &refused) || refused.Code != undefinedTable) {
		return translateError("ready", err)
	}
	if found < known {
		return recovery.Faultf(recovery.CodeUnavailable,
			"The database schema is at version %d and this program needs %d: run the migrations.", found, known)
	}
	return nil
}

// undefinedTable is PostgreSQL's SQLSTATE for a table that does not exist.
const undefinedTable = "42P01"

// MigrationsFingerprint hashes the migrations in order. Equal fingerprints mean
// equal schemas.
func MigrationsFingerprint(sum hash.Hash) ([]byte, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		content, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		_, _ = fmt.Fprintf(sum, "%s %d\n", name, len(content))
		_, _ = sum.Write(content)
	}
	return sum.Sum(nil), nil
}
