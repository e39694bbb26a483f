package postgres

import (
	"context"

	"recourse/recovery"
)

// AddToken adds a token to an account. Only its SHA-256 is stored. Errors: CodeNotFound,
// CodeConflict.
func (s *Store) AddToken(ctx context.Context, t recovery.Token, hash [32]byte) error {
	_, err := s.pool.Exec(ctx, `insert into tokens (hash, id, user_id, note, expires_at, created_at) values ($1, $2, $3, $4, $5, $6)`,
		hash[:], t.ID, t.UserID, t.Note, t.ExpiresAt, s.currentTime())
	return translateError("add token", err)
}

// ListTokens lists the tokens of an account, oldest first.
func (s *Store) ListTokens(ctx context.Context, user recovery.UserID) ([]recovery.Token, error) {
	return queryAll[recovery.Token](ctx, s, "list tokens", `select id, user_id, note, created_at, expires_at, last_used_at, revoked_at
		from tokens where user_id = $1 order by created_at, id`, user)
}

// RevokeToken ends a token; a revoked one stays as it is. Errors: CodeNotFound.
func (s *Store) RevokeToken(ctx context.Context, id string) (recovery.Token, error) {
	return queryOne[recovery.Token](ctx, s, "token", `update tokens set revoked_at = coalesce(revoked_at, $2) where id = $1
		returning id, user_id, note, created_at, expires_at, last_used_at, revoked_at`, id, s.currentTime())
}
