package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"recourse/recovery"
)

// agentInTurn selects the agent with capacity for another open case who has
// waited longest for one. supervisorInTurn selects the supervisor with the
// fewest open cases, unless a supervisor has the case already.
const (
	agentInTurn = `select u.id from users u where u.active and u.role = 'agent' and $1 = '' and u.capacity > (
			select count(*) from cases c where c.assignee = u.id and c.closed_at is null)
		order by u.last_given nulls first, u.id limit 1`
	supervisorInTurn = `select u.id from users u where u.active and u.role = 'supervisor'
			and not exists (select from users h where h.id = $1 and h.active and h.role = 'supervisor')
		order by (select count(*) from cases c where c.assignee = u.id and c.closed_at is null), u.last_given nulls first, u.id
		limit 1`
	// assignmentLock lets one transaction at a time assign cases. Locking the
	// account instead would skip an agent who is being assigned a case and has
	// capacity left, or count without that case.
	assignmentLock = `select pg_advisory_xact_lock(hashtext('recourse: whose turn it is'))`
)

// nextAssignee returns who gets a case whose assignee is holds; "" if nobody
// has capacity or the case stays where it is. The caller must commit soon.
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

// SetCapacity sets how many open cases an agent is assigned automatically; 0
// for none. Errors: CodeNotFound, also for an account that is no agent.
func (s *Store) SetCapacity(ctx context.Context, id recovery.UserID, cases int) error {
	tag, err := s.pool.Exec(ctx, `update users set capacity = $2 where id = $1 and role = 'agent'`, id, max(0, cases))
	if err == nil && tag.RowsAffected() == 0 {
		return notFound("agent")
	}
	return translateError("set capacity", err)
}
