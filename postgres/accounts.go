package postgres

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

const selectUser = `select u.id, u.role, u.email, u.name, u.active from users u`

// UserByToken returns the active account of a token, by the token's SHA-256, and records
// the use once a minute. Errors: CodeUnauthenticated without a reason.
func (s *Store) UserByToken(ctx context.Context, hash [32]byte) (recovery.User, error) {
	user, err := queryOne[recovery.User](ctx, s, "token", `with used as (
			update tokens set last_used_at = $2 where hash = $1 and (last_used_at is null or last_used_at < $2::timestamptz - interval '1 minute'))
		`+selectUser+` join tokens t on t.user_id = u.id
		where t.hash = $1 and u.active and t.revoked_at is null and (t.expires_at is null or t.expires_at > $2)`, hash[:], s.currentTime())
	if recovery.CodeOf(err) == recovery.CodeNotFound {
		return recovery.User{}, recovery.Faultf(recovery.CodeUnauthenticated, "This token is unknown, or it has expired or was revoked.")
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

// AddUser creates an account. Errors: CodeConflict if one with this address exists, in any
// spelling.
func (s *Store) AddUser(ctx context.Context, u recovery.User) (recovery.User, error) {
	return queryOne[recovery.User](ctx, s, "account", `insert into users as u (id, role, email, name, active)
		values ($1, $2, $3, $4, true) returning u.id, u.role, u.email, u.name, u.active`,
		u.ID, u.Role, recovery.NormalizeEmail(u.Email), u.Name)
}

// ChangeRole gives an account another role and revokes its tokens, which were made for the
// former one. Errors: CodeNotFound.
func (s *Store) ChangeRole(ctx context.Context, id recovery.UserID, role recovery.Role) (recovery.User, error) {
	return queryOne[recovery.User](ctx, s, "account", `with revoked as (
			update tokens set revoked_at = $3 where user_id = $1 and revoked_at is null)
		update users u set role = $2 where u.id = $1 returning u.id, u.role, u.email, u.name, u.active`, id, role, s.currentTime())
}

// DisableUser closes an account, revokes its tokens and ends its turns. It returns how many
// open cases are assigned to it. Errors: CodeNotFound.
func (s *Store) DisableUser(ctx context.Context, id recovery.UserID) (openCases int, err error) {
	err = s.inTransaction(ctx, "disable account", func(tx pgx.Tx) error {
		closed, err := tx.Exec(ctx, `update users set active = false, capacity = 0 where id = $1`, id)
		if err == nil && closed.RowsAffected() == 0 {
			return recovery.Faultf(recovery.CodeNotFound, "There is no such account.")
		}
		if err == nil {
			_, err = tx.Exec(ctx, `update tokens set revoked_at = $2 where user_id = $1 and revoked_at is null`, id, s.currentTime())
		}
		if err != nil {
			return err
		}
		return tx.QueryRow(ctx, `select count(*) from cases where assignee = $1 and closed_at is null`, id).Scan(&openCases)
	})
	return openCases, translateError("disable account", err)
}

// EnableUser opens a disabled account. Its tokens stay revoked. Errors: CodeNotFound.
func (s *Store) EnableUser(ctx context.Context, id recovery.UserID) (recovery.User, error) {
	return queryOne[recovery.User](ctx, s, "account", `update users u set active = true where u.id = $1
		returning u.id, u.role, u.email, u.name, u.active`, id)
}

// FindUser reads an account by its id. Errors: CodeNotFound.
func (s *Store) FindUser(ctx context.Context, id recovery.UserID) (recovery.User, error) {
	return queryOne[recovery.User](ctx, s, "account", selectUser+` where u.id = $1`, id)
}

// ListUsers lists the accounts with a role, or all for "", by role and address.
func (s *Store) ListUsers(ctx context.Context, role recovery.Role) ([]recovery.User, error) {
	return queryAll[recovery.User](ctx, s, "list accounts", selectUser+` where $1 = '' or u.role = $1 order by u.role, u.email`, role)
}
