package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// reads are the queries that a Store and a LockedCase have in common: one reads what is
// committed, the other inside its transaction.
type reads struct{ db querier }

// querier is a pool or a transaction.
type querier interface {
	batcher
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// LockedCase is a case whose journal is locked: no other transaction changes the case
// until this one ends. Whatever it says is still true when the change is written, so
// every condition of a change is decided with it.
type LockedCase struct {
	recovery.Case
	reads
}

// Precondition examines the locked case before a change is written. If it returns an
// error, nothing is written. nil is always fulfilled.
type Precondition func(ctx context.Context, locked LockedCase) error

// check reads the case whose journal the caller has locked, and examines it.
func (p Precondition) check(ctx context.Context, tx pgx.Tx, id recovery.CaseID) error {
	if p == nil {
		return nil
	}
	_, err := p.read(ctx, tx, id)
	return err
}

// read returns the locked case, examined.
func (p Precondition) read(ctx context.Context, tx pgx.Tx, id recovery.CaseID) (LockedCase, error) {
	locked, err := readLockedCase(ctx, tx, id)
	if err == nil && p != nil {
		err = p(ctx, locked)
	}
	return locked, err
}

// readLockedCase reads a case whose journal the caller has locked.
func readLockedCase(ctx context.Context, tx pgx.Tx, id recovery.CaseID) (LockedCase, error) {
	c, err := queryOneTx[recovery.Case](ctx, tx, selectCase+` where id = $1`, id)
	if isNoRows(err) {
		err = notFound("case")
	}
	return LockedCase{Case: c, reads: reads{tx}}, err
}

// LockAccount reads an account, which nobody changes before the transaction ends.
// Errors: CodeNotFound.
func (l LockedCase) LockAccount(ctx context.Context, id recovery.UserID) (recovery.User, error) {
	return queryOneIn[recovery.User](ctx, l.db, "account", selectUser+` where u.id = $1 for share`, id)
}

// HasLink reports whether a counterpart has a valid link to the case.
func (l LockedCase) HasLink(ctx context.Context, id recovery.CounterpartID, now time.Time) (bool, error) {
	list, err := queryAllIn[recovery.Link](ctx, l.db, "find link", `select `+linkColumns+` from links
		where case_id = $1 and counterpart_id = $2 and revoked_at is null and expires_at > $3`, l.ID, id, now)
	return len(list) > 0, err
}
