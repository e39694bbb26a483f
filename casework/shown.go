package casework

import (
	"slices"

	"recourse/recovery"
)

// hidden reports that the personal values of a case are kept and not shown to
// this actor.
func isRestrictedFor(c recovery.Case, actor recovery.Actor) bool {
	return c.RestrictedAt != nil && !recovery.SeesRestricted(actor.Role)
}

// shown is a case without what this actor may not see.
func redactCase(c recovery.Case, actor recovery.Actor) recovery.Case {
	if !isRestrictedFor(c, actor) {
		return c
	}
	c.Claimant, c.Narrative, c.TransactionNo = recovery.Claimant{}, "", ""
	c.Counterparts = slices.Clone(c.Counterparts)
	for i := range c.Counterparts {
		c.Counterparts[i].Alias, c.Counterparts[i].Contact = "", ""
	}
	return c
}

// inUse refuses to work on a case that is only kept, or not even that.
func checkNotErased(c recovery.Case, actor recovery.Actor) error {
	switch {
	case c.ErasedAt != nil:
		return &recovery.Fault{
			Code: recovery.CodeActionNotAllowed, Detail: "The personal data of this case was erased.", Allowed: []recovery.Action{},
		}
	case isRestrictedFor(c, actor):
		return &recovery.Fault{
			Code: recovery.CodeActionNotAllowed, Detail: "This case is only kept: its claimant asked for erasure.", Allowed: []recovery.Action{},
		}
	default:
		return nil
	}
}

// legible refuses files of a case whose personal values are out of sight.
func checkFilesReadable(c recovery.Case, actor recovery.Actor) error {
	if !isRestrictedFor(c, actor) {
		return nil
	}
	return recovery.Faultf(recovery.CodeForbidden, "This case is only kept: its files are for legal and auditors.")
}

// wordless takes the words out of a record of evidence.
func redactEvidence(e recovery.Evidence) recovery.Evidence {
	e.FileName, e.Source, e.Description = "", "", ""
	return e
}
