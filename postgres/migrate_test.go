package postgres_test

import (
	"crypto/sha256"
	"sync"
	"testing"

	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

func TestMigrateTwiceAndTogether(t *testing.T) {
	t.Parallel()
	url := pgtest.EmptyURL(t)
	s := pgtest.Open(t, url, postgres.Options{})
	wantCode(t, s.CheckReady(t.Context()), recovery.CodeUnavailable)
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if err := postgres.Migrate(t.Context(), url); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if err := s.CheckReady(t.Context()); err != nil {
		t.Error(err)
	}
	c := file(t, s)
	if err := postgres.Migrate(t.Context(), url); err != nil {
		t.Error(err)
	}
	verifyChain(t, s, c.ID)
}

func TestReadyKnowsItsVersion(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	version := must[int64](t)(postgres.SchemaVersion())
	if version < 1 {
		t.Fatalf("schema version %d", version)
	}
	if err := b.sql(t, "insert into goose_db_version (version_id, is_applied) values ($1, true)", version+1); err != nil {
		t.Fatal(err)
	}
	if err := b.CheckReady(t.Context()); err != nil {
		t.Errorf("a newer schema: %v", err)
	}
	if err := b.sql(t, "delete from goose_db_version where version_id >= $1", version); err != nil {
		t.Fatal(err)
	}
	wantCode(t, b.CheckReady(t.Context()), recovery.CodeUnavailable)
}

func TestMigrateWithoutAServer(t *testing.T) {
	t.Parallel()
	wantCode(t, postgres.Migrate(t.Context(), "postgres://nobody@127.0.0.1:1/none"), recovery.CodeUnavailable)
	if postgres.Migrate(t.Context(), "postgres://%zz") == nil {
		t.Error("a malformed address was accepted")
	}
}

func TestMigrationsFingerprint(t *testing.T) {
	t.Parallel()
	first := must[[]byte](t)(postgres.MigrationsFingerprint(sha256.New()))
	second := must[[]byte](t)(postgres.MigrationsFingerprint(sha256.New()))
	if len(first) != sha256.Size || string(first) != string(second) {
		t.Errorf("got %x and %x", first, second)
	}
}
