package casework

import (
	"slices"

	"recourse/recovery"
)

// redactCase returns c without the fields that the actor may not see.
func redactCase(c recovery.Case, actor recovery.Actor) recovery.Case {
	if !c.IsRestrictedFor(actor) {
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

// checkFilesReadable returns CodeForbidden if the case is restricted for the
// actor.
func checkFilesReadable(c recovery.Case, actor recovery.Actor) error {
	if !c.IsRestrictedFor(actor) {
		return nil
	}
	return recovery.Faultf(recovery.CodeForbidden, "This case is restricted because the claimant requested erasure. Only legal and auditors can open its files.")
}

// redactEvidence clears the free-text fields.
func redactEvidence(e recovery.Evidence) recovery.Evidence {
	e.FileName, e.Source, e.Description = "", "", ""
	return e
}
