package recovery

// NoSuchCase is the error for a case that does not exist, or not for this actor.
func NoSuchCase() error { return Faultf(CodeNotFound, "There is no such case.") }

// IsVisibleTo reports whether an account may see the case: its claimant, who represents
// the claimant, and the staff. Counterparts have a link instead.
func (c Case) IsVisibleTo(actor Actor) bool {
	switch actor.Role {
	case RoleClaimant:
		return actor.ID != "" && (c.Owner == actor.ID || c.Representative == actor.ID)
	case RoleAgent, RoleSupervisor, RoleLegal, RoleAdmin, RoleAuditor, RoleSystem:
		return true
	default:
		return false
	}
}

// IsRestrictedFor reports whether the personal values of the case are hidden from this
// actor.
func (c Case) IsRestrictedFor(actor Actor) bool {
	return c.RestrictedAt != nil && !SeesRestricted(actor.Role)
}

// CheckDataAvailable refuses a case that was erased or that is restricted for the actor.
func (c Case) CheckDataAvailable(actor Actor) error {
	switch {
	case c.ErasedAt != nil:
		return &Fault{Code: CodeActionNotAllowed, Detail: "The personal data of this case was erased.", Allowed: []Action{}}
	case c.IsRestrictedFor(actor):
		return &Fault{
			Code: CodeActionNotAllowed, Detail: "This case is restricted because the claimant requested erasure. Only legal and auditors can open it.", Allowed: []Action{},
		}
	default:
		return nil
	}
}
