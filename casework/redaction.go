package casework

import (
	"slices"

	"recourse/recovery"
)

// isRestrictedFor reports whether the personal values of a case are hidden from
// this actor.
func isRestrictedFor(c recovery.Case, actor recovery.Actor) bool {
	return c.RestrictedAt != nil && !recovery.SeesRestricted(actor.Role)
}

// redactCase returns c without the fields that the actor may not see.
func redactCase(c recovery.Case, actor recovery.Actor) recovery.Case {
	if !isRestrictedFor(c, actor) {
		return c
	}
	c.Claimant, c.Narrative, c.TransactionNo, c.Payer = recovery.Claimant{}, "", "", recovery.Payer{}
	c.Sends = c.SendsWithoutNumbers()
	c.Counterparts = slices.Clone(c.Counterparts)
	for i := range c.Counterparts {
		c.Counterparts[i].Alias, c.Counterparts[i].Contact = "", ""
	}
	return c
}

// checkDataAvailable refuses a case that was erased or that is restricted for the
// actor.
func checkDataAvailable(c recovery.Case, actor recovery.Actor) error {
	switch {
	case c.ErasedAt != nil:
		return &recovery.Fault{
			Code: recovery.CodeActionNotAllowed, Detail: "The personal data of this case was erased.", Allowed: []recovery.Action{},
		}
	case isRestrictedFor(c, actor):
		return &recovery.Fault{
			Code: recovery.CodeActionNotAllowed, Detail: "This case is restricted because the claimant requested erasure. Only legal and auditors can open it.", Allowed: []recovery.Action{},
		}
	default:
		return nil
	}
}

// checkFilesReadable returns CodeForbidden if the case is restricted for the
// actor.
func checkFilesReadable(c recovery.Case, actor recovery.Actor) error {
	if !isRestrictedFor(c, actor) {
		return nil
	}
	return recovery.Faultf(recovery.CodeForbidden, "This case is restricted because the claimant requested erasure. Only legal and auditors can open its files.")
}

// redactEvidence clears the free-text fields.
func redactEvidence(e recovery.Evidence) recovery.Evidence {
	e.FileName, e.Source, e.Description = "", "", ""
	return e
}
