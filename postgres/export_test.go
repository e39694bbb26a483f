package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// Refine and SearchTerms open what is tested by itself.
var (
	Refine      = translateError
	SearchTerms = searchTerms
)

// ExplainCases gives PostgreSQL's plan for a page of cases, as it would run.
func (s *Store) ExplainCases(ctx context.Context, f recovery.CaseFilter, limit int, cursor string) (string, error) {
	sql, args, err := caseListQuery(f, limit, cursor)
	if err != nil {
		return "", err
	}
	rows, err := s.pool.Query(ctx, "explain (analyze, buffers) "+sql, args...)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(lines, "\n"), err
}

// ExplainContacts gives PostgreSQL's plan for the contacts of a case, as it would run.
func (s *Store) ExplainContacts(ctx context.Context, id recovery.CaseID) (string, error) {
	rows, err := s.pool.Query(ctx, "explain (analyze, buffers) "+selectContacts, id, maxReadContacts)
	if err != nil {
		return "", err
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return strings.Join(lines, "\n"), err
}

// QueueNumberClaims queues what makes a case the only one with its transaction numbers.
var QueueNumberClaims = queueNumberClaims

// QueueIdempotency queues the row of an idempotent request.
func (s *Store) QueueIdempotency(batch *pgx.Batch, i Idempotency) { s.queueIdempotency(batch, i) }
