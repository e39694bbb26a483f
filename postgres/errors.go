package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"recourse/recovery"
)

// ErrRepeated means that the idempotency key exists; Store.FindResult returns the
// first result. Nothing was written.
var ErrRepeated = errors.New("postgres: this idempotency key was used before")

// ErrAbandoned means that the request was abandoned, or stored again as a new
// attempt. Nothing was written.
var ErrAbandoned = errors.New("postgres: the request was abandoned")

// constraintError returns the error for a violated constraint. The names are
// those of the migrations.
func constraintError(name string) error {
	switch name {
	case "open_transactions_pkey":
		return recovery.Faultf(recovery.CodeTransactionOpen, "There is an open case for this transaction already.")
	case "idempotency_key":
		return ErrRepeated
	case "users_email":
		return recovery.Faultf(recovery.CodeConflict, "There is an account with this e-mail address already.")
	case "cases_number", "cases_pkey", "evidence_pkey", "exports_pkey", "action_requests_pkey", "users_pkey", "links_pkey":
		return recovery.Faultf(recovery.CodeConflict, "This identifier exists already.")
	case "tokens_pkey":
		return recovery.Faultf(recovery.CodeConflict, "This token exists already.")
	case "tokens_user_id_fkey":
		return notFound("account")
	case "action_requests_case_id_fkey":
		return notFound("case")
	default:
		return nil
	}
}

// translateError converts a driver error into a Fault. The driver's message
// stays in the cause, for the operator's log.
func translateError(what string, err error) error {
	var fault *recovery.Fault
	switch {
	case err == nil, errors.As(err, &fault), errors.Is(err, ErrRepeated), errors.Is(err, ErrAbandoned):
		return err
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("postgres: %s: %w", what, err)
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		known := constraintError(refused.ConstraintName)
		if known != nil {
			return known
		}
		if refused.Code == unstorable || refused.Code == unstorableJSON {
			return &recovery.Fault{
				Code: recovery.CodeInvalid, Detail: "The text contains characters that cannot be stored. Remove them.", Cause: withOperation(what, err),
			}
		}
	}
	if isTransient(err, refused) {
		return &recovery.Fault{
			Code: recovery.CodeUnavailable, Detail: "The database is not available. Try again in a moment.", Cause: withOperation(what, err),
		}
	}
	return &recovery.Fault{
		Code: recovery.CodeInternal, Detail: "The record could not be read or written.", Cause: withOperation(what, err),
	}
}

// unstorable and unstorableJSON are PostgreSQL's SQLSTATEs for text that is not
// UTF-8 or contains NUL. Such text can arrive only in a search or an id; stored
// text is validated before.
const (
	unstorable     = "22021"
	unstorableJSON = "22P05"
)

func withOperation(what string, err error) error { return fmt.Errorf("postgres: %s: %w", what, err) }

// isTransient reports failures that a retry may resolve: no connection, a
// rolled back transaction, a server that starts or stops, exhausted resources
// (SQLSTATE classes 08, 40, 53 and 57P).
func isTransient(err error, refused *pgconn.PgError) bool {
	var connecting *pgconn.ConnectError
	if errors.As(err, &connecting) {
		return true
	}
	if refused == nil {
		var network net.Error
		return errors.As(err, &network) || pgconn.SafeToRetry(err) ||
			errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
	}
	for _, class := range []string{"08", "40", "53", "57P"} {
		if strings.HasPrefix(refused.Code, class) {
			return true
		}
	}
	return false
}

// checkVersion compares the version that a writer has seen with the one of the
// locked case.
func checkVersion(expected *int64, current int64) error {
	if expected == nil || *expected == current {
		return nil
	}
	return recovery.Faultf(recovery.CodePrecondition, "The case has changed since it was read. Read it again.")
}

func isNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
