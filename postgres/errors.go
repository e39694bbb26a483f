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

// ErrAnswered says that the idempotency key was used before: Answer tells what
// was answered then. Nothing was written.
var ErrRepeated = errors.New("postgres: this idempotency key was answered before")

// ErrAbandoned says that nobody waits for this request any more, or that it was
// tried anew since. Nothing was written.
var ErrAbandoned = errors.New("postgres: the request was abandoned")

// byConstraint gives the caller's error for a broken constraint; the names are
// those of the migrations.
func constraintError(name string) error {
	switch name {
	case "cases_transaction_open":
		return recovery.Faultf(recovery.CodeTransactionOpen, "There is an open case for this transaction already.")
	case "idempotency_key":
		return ErrRepeated
	case "users_email":
		return recovery.Faultf(recovery.CodeConflict, "There is an account with this e-mail address already.")
	case "cases_number", "cases_pkey", "evidence_pkey", "exports_pkey", "action_requests_pkey", "users_pkey", "links_pkey":
		return recovery.Faultf(recovery.CodeConflict, "This identifier is taken already.")
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

// refine turns an error of the driver into one of the product. The driver's
// words stay in the cause, for the operator's log.
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
				Code: recovery.CodeInvalid, Detail: "The text holds characters that cannot be kept.", Cause: withOperation(what, err),
			}
		}
	}
	if isTransient(err, refused) {
		return &recovery.Fault{
			Code: recovery.CodeUnavailable, Detail: "The database cannot be reached just now.", Cause: withOperation(what, err),
		}
	}
	return &recovery.Fault{
		Code: recovery.CodeInternal, Detail: "The record could not be read or written.", Cause: withOperation(what, err),
	}
}

// unstorable and unstorableJSON are PostgreSQL's SQLSTATEs for text that is not
// UTF-8 or holds a NUL. The rooms above let none through to be written; in a
// search or an id from an address it may still come.
const (
	unstorable     = "22021"
	unstorableJSON = "22P05"
)

func withOperation(what string, err error) error { return fmt.Errorf("postgres: %s: %w", what, err) }

// outOfReach reports failures that trying again may mend: no connection, a
// transaction rolled back for another's sake, a server that starts or stops,
// resources used up (SQLSTATE classes 08, 40, 53 and 57P).
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

func isNoRows(err error) bool { return errors.Is(err, pgx.ErrNoRows) }
