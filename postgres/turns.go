package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// Whose turn it is. An agent is the one with room for another open case who was
// given one longest ago; a supervisor the one with the fewest open cases. The row
// is locked, so that two cases at once are not given to one who had room for one.
const (
	agentInTurn = `select u.id from users u where u.active and u.role = 'agent' and u.capacity > (
			select count(*) from cases c where c.assignee = u.id and c.closed_at is null)
		order by u.last_given nulls first, u.id limit 1 for update of u skip locked`
	supervisorInTurn = `select u.id from users u where u.active and u.role = 'supervisor'
		order by (select count(*) from cases c where c.assignee = u.id and c.closed_at is null), u.last_given nulls first, u.id
		limit 1 for update of u skip locked`
)

// turnOf finds who gets a case; "" when nobody has room or it is theirs already.
func turnOf(ctx context.Context, tx pgx.Tx, role recovery.Role, holds recovery.UserID) (recovery.UserID, error) {
	var choose string
	switch {
	case role == recovery.RoleAgent && holds == "":
		choose = agentInTurn
	case role == recovery.RoleSupervisor:
		choose = supervisorInTurn
	default:
		return "", nil
	}
	var id recovery.UserID
	err := tx.QueryRow(ctx, choose).Scan(&id)
	if isNoRows(err) || err == nil && id == holds {
		return "", nil
	}
	return id, err
}

// SetCapacity says how many open cases an agent is given by turns; 0 takes them
// out of the round. Errors: CodeNotFound.
func (s *Store) SetCapacity(ctx context.Context, id recovery.UserID, cases int) error {
	tag, err := s.pool.Exec(ctx, `update users set capacity = $2 where id = $1`, id, max(0, cases))
	if err == nil && tag.RowsAffected() == 0 {
		return missing("account")
	}
	return refine("set capacity", err)
}
