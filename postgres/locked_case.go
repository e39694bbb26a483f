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

// And returns a precondition that requires p and then next.
func (p Precondition) And(next Precondition) Precondition {
	return func(ctx context.Context, locked LockedCase) error {
		if err := p(ctx, locked); err != nil {
			return err
		}
		return next(ctx, locked)
	}
}

// checkCase reads the case whose journal the caller has locked, and examines it.
func (p Precondition) checkCase(ctx context.Context, tx pgx.Tx, id recovery.CaseID) error {
	if p == nil {
		return nil
	}
	_, err := p.readCase(ctx, tx, id)
	return err
}

// readCase returns the locked case, examined.
func (p Precondition) readCase(ctx context.Context, tx pgx.Tx, id recovery.CaseID) (LockedCase, error) {
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

// SumFiles returns the number of files of a case and the sum of their sizes.
func (r reads) SumFiles(ctx context.Context, id recovery.CaseID) (number, bytes int64, err error) {
	sum, err := queryOneIn[struct{ Number, Bytes int64 }](ctx, r.db, "files", `select count(*) as number, coalesce(sum(size), 0)::bigint as bytes
		from evidence where case_id = $1`, id)
	return sum.Number, sum.Bytes, err
}

// Sender is who makes a change, as it is examined under the lock of the case.
type Sender struct {
	Actor  recovery.Actor
	LinkID string // of a counterpart
}

// CheckSees refuses somebody who represents the claimant no longer, and a counterpart
// whose link was revoked or has expired. Errors: CodeNotFound, CodeLinkEnded.
func (s Sender) CheckSees(ctx context.Context, locked LockedCase, now time.Time) error {
	if s.Actor.Role != recovery.RoleCounterpart {
		if !locked.IsVisibleTo(s.Actor) {
			return recovery.NoSuchCase()
		}
		return nil
	}
	links, err := queryAllIn[recovery.Link](ctx, locked.db, "find link", `select `+linkColumns+` from links
		where id = $1 and case_id = $2 and counterpart_id = $3`, s.LinkID, locked.ID, s.Actor.ID)
	if err == nil && (len(links) == 0 || !links[0].IsValid(now)) {
		err = recovery.LinkEnded()
	}
	return err
}

// MayWrite returns the precondition of every change that a person makes: they still see
// the case, and its data is neither erased nor restricted for them.
func (s Sender) MayWrite(now time.Time) Precondition {
	return func(ctx context.Context, locked LockedCase) error {
		if err := s.CheckSees(ctx, locked, now); err != nil {
			return err
		}
		return locked.CheckDataAvailable(s.Actor)
	}
}
