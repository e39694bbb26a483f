package postgres

import (
	"context"
	"strings"

	"github.com/jackc/pgx/v5"
)

// Refine is refine, for the tests of the errors.
var Refine = refine

// ExplainCases gives PostgreSQL's plan for a page of cases, as it would run.
func (s *Store) ExplainCases(ctx context.Context, f CaseFilter, limit int, cursor string) (string, error) {
	sql, args, err := listing(f, limit, cursor)
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
