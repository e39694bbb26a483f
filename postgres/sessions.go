package postgres

import (
	"context"
	"time"

	"recourse/loop"
)

// Sessions stores the sessions of the pages for alexedwards/scs (scs.CtxStore).
// The pgx store of scs ignores contexts, writes to the global logger and cannot
// be stopped without a race.
type Sessions struct{ store *Store }

// SessionStore returns the session store over the same pool.
func (s *Store) SessionStore() *Sessions { return &Sessions{store: s} }

// FindCtx returns the data of a session; false if it is unknown or expired.
func (s *Sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	var data []byte
	err := s.store.pool.QueryRow(ctx, `select data from sessions where token = $1 and expiry > $2`,
		token, s.store.currentTime()).Scan(&data)
	if isNoRows(err) {
		return nil, false, nil
	}
	return data, err == nil, translateError("find session", err)
}

// CommitCtx writes a session and replaces its data.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, err := s.store.pool.Exec(ctx, `insert into sessions (token, data, expiry) values ($1, $2, $3)
		on conflict (token) do update set data = excluded.data, expiry = excluded.expiry`, token, data, expiry)
	return translateError("write session", err)
}

// DeleteCtx deletes a session; an unknown one is no error.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.store.pool.Exec(ctx, `delete from sessions where token = $1`, token)
	return translateError("delete session", err)
}

// Find is FindCtx for callers without a context.
func (s *Sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit is CommitCtx for callers without a context.
func (s *Sessions) Commit(token string, data []byte, expiry time.Time) error {
	return s.CommitCtx(context.Background(), token, data, expiry)
}

// Delete is DeleteCtx for callers without a context.
func (s *Sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }

// Sweep deletes expired sessions. The Store also calls it periodically.
func (s *Sessions) Sweep(ctx context.Context) error {
	_, err := s.store.pool.Exec(ctx, `delete from sessions where expiry <= $1`, s.store.currentTime())
	return translateError("sweep sessions", err)
}

// sweepEvery is the interval between two sweeps.
const sweepEvery = 10 * time.Minute

// sweepSessions sweeps until the Store is closed. Expired sessions cannot be read, so a sweep
// that fails is repeated without haste.
func (s *Store) sweepSessions(ctx context.Context) {
	if !loop.Wait(ctx, sweepEvery, nil) {
		return
	}
	s.loops.Run(ctx, loop.Loop{Name: "sweep_sessions", Interval: sweepEvery, Step: func(ctx context.Context) (bool, error) {
		return false, s.SessionStore().Sweep(ctx)
	}})
}
