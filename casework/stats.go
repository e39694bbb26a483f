package casework

import (
	"context"
	"slices"

	"recourse/recovery"
)

// StatsBands are the lower bounds of the amount bands of the statistics, in
// fen: those of the playbook's cohorts.
var StatsBands = []recovery.Money{0, 200_00, 500_00, 5_000_00}

// Stats counts outcomes, money and times by dimensions; without any there is
// one row. If paced, only the development cases with a pace are counted;
// otherwise only the others. Errors: CodeForbidden for all but supervisors, legal,
// admins and auditors; CodeInvalid for field by.
func (s *Service) Stats(ctx context.Context, actor recovery.Actor, by []recovery.Dimension, paced bool) ([]recovery.StatsRow, error) {
	switch actor.Role {
	case recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleAdmin, recovery.RoleAuditor:
	default:
		return nil, recovery.Faultf(recovery.CodeForbidden, "Statistics are for supervisors, legal, admins and auditors.")
	}
	for i, dimension := range by {
		if !slices.Contains(recovery.Dimensions, dimension) || slices.Contains(by[:i], dimension) {
			return nil, recovery.Invalid([]recovery.FieldFault{{
				Field: "by", Code: "unknown_value", Detail: "Name each of stage, platform, group_kind, amount_band and month at most once.",
			}})
		}
	}
	return s.Store.CountStats(ctx, recovery.StatsQuery{By: by, Bands: StatsBands, Paced: paced})
}
