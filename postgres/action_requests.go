package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// requestRow is a request with its action, which has a column of its own.
type requestRow struct {
	recovery.ActionRequest
	Action recovery.Action
}

const requestColumns = `id, case_id, row(actor_role, actor_id) as actor, link_id, action, act, key, fingerprint, device, attempt, state, answer`

func (r requestRow) toRequest() recovery.ActionRequest {
	r.Act.Action = r.Action
	return r.ActionRequest
}

// StoreAction stores a request until the workflow has written its step. It is
// idempotent by actor and key: a repetition returns the existing row with its id,
// state and result. An abandoned request becomes the next attempt.
//
// Errors: CodeIdempotency if the key was used for another request, CodeNotFound
// for an unknown case.
func (s *Store) StoreAction(ctx context.Context, r recovery.ActionRequest) (recovery.ActionRequest, error) {
	var stored recovery.ActionRequest
	err := s.inTransaction(ctx, "store action", func(tx pgx.Tx) (err error) {
		stored, err = s.storeRequest(ctx, tx, r)
		return err
	})
	return stored, err
}

func (s *Store) storeRequest(ctx context.Context, tx pgx.Tx, r recovery.ActionRequest) (recovery.ActionRequest, error) {
	for {
		row, err := queryOneTx[requestRow](ctx, tx, `insert into action_requests
				(id, case_id, actor_role, actor_id, action, act, key, fingerprint, device, attempt, state, created_at, link_id)
			values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'staged', $11, $12)
			on conflict (actor_id, key) where key <> '' do nothing returning `+requestColumns,
			r.ID, r.CaseID, r.Actor.Role, r.Actor.ID, r.Act.Action, r.Act, r.Key, r.Fingerprint, r.Device,
			max(1, r.Attempt), s.currentTime(), r.LinkID)
		if err == nil || !isNoRows(err) {
			return row.toRequest(), err
		}
		row, err = queryOneTx[requestRow](ctx, tx, `select `+requestColumns+` from action_requests
			where actor_id = $1 and key = $2 and key <> '' for update`, r.Actor.ID, r.Key)
		if isNoRows(err) {
			continue // deleted between the two statements: the key is free again
		}
		if err != nil {
			return recovery.ActionRequest{}, err
		}
		return reuseRequest(ctx, tx, row, r)
	}
}

// reuseRequest handles a request whose key exists.
func reuseRequest(ctx context.Context, tx pgx.Tx, row requestRow, r recovery.ActionRequest) (recovery.ActionRequest, error) {
	if row.Fingerprint != r.Fingerprint {
		return recovery.ActionRequest{}, recovery.Faultf(recovery.CodeIdempotency,
			"This Idempotency-Key was used for another request; use a new one.")
	}
	if row.State != recovery.RequestAbandoned {
		return row.toRequest(), nil
	}
	row, err := queryOneTx[requestRow](ctx, tx, `update action_requests set state = 'staged', attempt = attempt + 1, device = $2, link_id = $3
		where id = $1 returning `+requestColumns, row.ID, r.Device, r.LinkID)
	return row.toRequest(), err
}

// queryOneTx returns the only row of a statement inside a transaction.
func queryOneTx[T any](ctx context.Context, tx pgx.Tx, sql string, args ...any) (T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		var none T
		return none, err
	}
	return pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[T])
}

// ActionRequest reads a stored request. Errors: CodeNotFound.
func (s *Store) ActionRequest(ctx context.Context, id recovery.RequestID) (recovery.ActionRequest, error) {
	row, err := queryOne[requestRow](ctx, s, "request", `select `+requestColumns+` from action_requests where id = $1`, id)
	return row.toRequest(), err
}

// FindAction reads the stored request with a key of the sender; false if there is none.
func (s *Store) FindAction(ctx context.Context, actor recovery.UserID, key string) (recovery.ActionRequest, bool, error) {
	list, err := queryAll[requestRow](ctx, s, "read request", `select `+requestColumns+` from action_requests
		where actor_id = $1 and key = $2 and key <> ''`, actor, key)
	if err != nil || len(list) == 0 {
		return recovery.ActionRequest{}, false, err
	}
	return list[0].toRequest(), true, nil
}

// AbandonAction marks a request as abandoned: its step can no longer be written. It
// returns false if the step was written in the meantime or the request is gone.
// A second call changes nothing and returns true.
func (s *Store) AbandonAction(ctx context.Context, id recovery.RequestID) (abandoned bool, err error) {
	tag, err := s.pool.Exec(ctx,
		`update action_requests set state = 'abandoned' where id = $1 and state <> 'applied'`, id)
	return tag.RowsAffected() == 1, translateError("abandon action", err)
}

// DeleteAction deletes a refused request, so that its key can be used again. A
// request whose step was written stays.
func (s *Store) DeleteAction(ctx context.Context, id recovery.RequestID) error {
	_, err := s.pool.Exec(ctx, `delete from action_requests where id = $1 and state <> 'applied'`, id)
	return translateError("delete action", err)
}

// FinishAction stores the result of a written action for repetitions of the
// request. The first result stays. Errors: CodeNotFound.
func (s *Store) FinishAction(ctx context.Context, id recovery.RequestID, answer []byte) error {
	tag, err := s.pool.Exec(ctx, `update action_requests set answer = coalesce(answer, $2) where id = $1`, id, answer)
	if err == nil && tag.RowsAffected() == 0 {
		return notFound("request")
	}
	return translateError("finish action", err)
}
