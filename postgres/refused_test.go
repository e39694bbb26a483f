package postgres_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"recourse/postgres"
	"recourse/recovery"
)

// TestARefusedWriteIsNotInTheLog: what PostgreSQL answers, and so what it logs, names the
// constraint and no value of the row.
func TestARefusedWriteIsNotInTheLog(t *testing.T) {
	t.Parallel()
	b := open(t, postgres.Options{})
	idempotency := postgres.Idempotency{Actor: "owner-1", Key: "key-4200000001", Fingerprint: "f", Ref: "r", Result: []byte("{}")}
	first := sample(t, must[recovery.CaseNumber](t)(b.NextNumber(t.Context())))
	write := postgres.FilingWrite{Case: first, Draft: draft(recovery.EntryCaseFiled, "filed"), Idempotency: idempotency}
	if err := b.FileCase(t.Context(), write); err != nil {
		t.Fatal(err)
	}
	second := sample(t, must[recovery.CaseNumber](t)(b.NextNumber(t.Context())))
	second.TransactionNo = first.TransactionNo
	conn := must[*pgx.Conn](t)(pgx.Connect(t.Context(), b.url))
	defer func() { _ = conn.Close(t.Context()) }()
	for constraint, queue := range map[string]func(*pgx.Batch){
		"open_transactions_pkey": func(batch *pgx.Batch) { postgres.QueueNumberClaims(batch, second) },
		"idempotency_key":        func(batch *pgx.Batch) { b.QueueIdempotency(batch, idempotency) },
	} {
		batch := &pgx.Batch{}
		queue(batch)
		err := conn.SendBatch(t.Context(), batch).Close()
		refused, is := errors.AsType[*pgconn.PgError](err)
		if !is || refused.ConstraintName != constraint {
			t.Fatalf("%s: %v", constraint, err)
		}
		for _, text := range []string{refused.Message, refused.Detail, refused.Where, refused.Hint, refused.InternalQuery} {
			if strings.Contains(text, "4200000001") || strings.Contains(text, first.TransactionNo) || strings.Contains(text, "Key (") {
				t.Errorf("%s: %q", constraint, text)
			}
		}
	}
	write = postgres.FilingWrite{Case: second, Draft: draft(recovery.EntryCaseFiled, "filed")}
	wantCode(t, b.FileCase(t.Context(), write), recovery.CodeTransactionOpen)
	if n := b.count(t, "cases where id = $1", second.ID); n != 0 {
		t.Error("the refused case is stored")
	}
	write.Idempotency = idempotency
	if err := b.FileCase(t.Context(), write); !errors.Is(err, postgres.ErrRepeated) {
		t.Errorf("a repetition: %v", err)
	}
}
