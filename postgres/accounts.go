package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"recourse/recovery"
)

const selectUser = `select u.id, u.role, u.email, u.name, u.active from users u`

// UserByToken returns the active account of a token, by the token's SHA-256.
// Errors: CodeUnauthenticated without a reason.
func (s *Store) UserByToken(ctx context.Context, hash [32]byte) (recovery.User, error) {
	user, err := queryOne[recovery.User](ctx, s, "token", selectUser+` join tokens t on t.user_id = u.id
		where t.hash = $1 and u.active and (t.expires_at is null or t.expires_at > $2)`, hash[:], s.currentTime())
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		return recovery.User{}, recovery.Faultf(recovery.CodeUnauthenticated, "This token is unknown or has expired.")
	}
	return user, err
}

// EnsureUser creates the account with this e-mail address, in any spelling, or updates the role,
// name and active state of the existing one, which keeps its id. An empty ID is
// replaced by a new UUIDv7.
func (s *Store) EnsureUser(ctx context.Context, u recovery.User) (recovery.User, error) {
	if u.ID == "" {
		id, err := uuid.NewV7FromReader(s.random)
		if err != nil {
			return recovery.User{}, fmt.Errorf("account id: %w", err)
		}
		u.ID = recovery.UserID(id.String())
	}
	return queryOne[recovery.User](ctx, s, "account", `insert into users as u (id, role, email, name, active)
		values ($1, $2, $3, $4, $5)
		on conflict (email) do update set role = excluded.role, name = excluded.name, active = excluded.active
		returning u.id, u.role, u.email, u.name, u.active`,
		u.ID, u.Role, recovery.NormalizeEmail(u.Email), u.Name, u.Active)
}

// AddToken adds a token to an account. Only its SHA-256 is stored; a nil expiry
// means it never expires. Errors: CodeNotFound, CodeConflict.
func (s *Store) AddToken(
	ctx context.Context, user recovery.UserID, hash [32]byte, note string, expires *time.Time,
) error {
	_, err := s.pool.Exec(ctx, `insert into tokens (hash, user_id, note, expires_at) values ($1, $2, $3, $4)`,
		hash[:], user, note, expires)
	return translateError("add token", err)
}

// FindUser reads an account by its id. Errors: CodeNotFound.
func (s *Store) FindUser(ctx context.Context, id recovery.UserID) (recovery.User, error) {
	return queryOne[recovery.User](ctx, s, "account", selectUser+` where u.id = $1`, id)
}

// ListUsers lists the accounts with a role, or all for "", by role and address.
func (s *Store) ListUsers(ctx context.Context, role recovery.Role) ([]recovery.User, error) {
	return queryAll[recovery.User](ctx, s, "list accounts", selectUser+` where $1 = '' or u.role = $1 order by u.role, u.email`, role)
}
