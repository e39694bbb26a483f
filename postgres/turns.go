package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// Whose turn it is. An agent is the one with room for another open case who was
// given one longest ago; a supervisor the one with the fewest open cases, unless
// a supervisor has the case already.
const (
	agentInTurn = `select u.id from users u where u.active and u.role = 'agent' and $1 = '' and u.capacity > (
			select count(*) from cases c where c.assignee = u.id and c.closed_at is null)
		order by u.last_given nulls first, u.id limit 1`
	supervisorInTurn = `select u.id from users u where u.active and u.role = 'supervisor'
			and not exists (select from users h where h.id = $1 and h.active and h.role = 'supervisor')
		order by (select count(*) from cases c where c.assignee = u.id and c.closed_at is null), u.last_given nulls first, u.id
		limit 1`
	// oneAtATime lets one transaction at a time hand out cases. Locking the account
	// instead would pass over whoever is just being given one and has room for more,
	// or count without the case that is being given.
	assignmentLock = `select pg_advisory_xact_lock(hashtext('recourse: whose turn it is'))`
)

// turnOf finds who gets a case that holds works on; "" when nobody has room or
// it stays where it is. The caller commits at once.
func nextAssignee(ctx context.Context, tx pgx.Tx, role recovery.Role, holds recovery.UserID) (recovery.UserID, error) {
	choose := map[recovery.Role]string{recovery.RoleAgent: agentInTurn, recovery.RoleSupervisor: supervisorInTurn}[role]
	if choose == "" {
		return "", nil
	}
	_, err := tx.Exec(ctx, assignmentLock)
	if err != nil {
		return "", err
	}
	var id recovery.UserID
	err = tx.QueryRow(ctx, choose, holds).Scan(&id)
	if isNoRows(err) {
		return "", nil
	}
	return id, err
}

// SetCapacity says how many open cases an agent is given by turns; 0 takes them
// out of the round. Errors: CodeNotFound.
func (s *Store) SetCapacity(ctx context.Context, id recovery.UserID, cases int) error {
	tag, err := s.pool.Exec(ctx, `update users set capacity = $2 where id = $1`, id, max(0, cases))
	if err == nil && tag.RowsAffected() == 0 {
		return notFound("account")
	}
	return translateError("set capacity", err)
}
