package verify

import (
	"encoding/hex"
	"errors"
)

// SupersetOf verifies two bags of one case, and that the later one contains every
// entry of the earlier one, unchanged and in the same order (the consistency of
// RFC 6962 §2.1.2, checked on the entries themselves). The item of a finding in
// the earlier bag starts with "earlier: ". The options apply to the later bag.
func (o Options) SupersetOf(later, earlier string) (Summary, error) {
	before, err := File(earlier)
	var wrong *Finding
	if errors.As(err, &wrong) {
		return Summary{}, newFinding("earlier: "+wrong.Item, "%s", wrong.Reason)
	}
	if err != nil {
		return Summary{}, err
	}
	if before.Case == "" {
		return Summary{}, newFinding("earlier: "+earlier, "is not a bag")
	}
	o.earlier = &before
	return o.File(later)
}

// checkEarlierBag compares the checkpoint with that of the earlier bag, whose key
// must be in the key history of this bag.
func (c *verification) checkEarlierBag() error {
	before := c.options.earlier
	if before == nil {
		return nil
	}
	known := c.key.name == before.KeyName && c.key.fingerprint == before.KeyFingerprint
	for _, term := range c.keyPeriods {
		known = known || term.key.name == before.KeyName && term.key.fingerprint == before.KeyFingerprint
	}
	switch {
	case c.checkpoint.caseID != before.Case:
		return newFinding(checkpointPath, "is not of the same case as the earlier bag")
	case c.checkpoint.size < before.Entries:
		return newFinding(checkpointPath, "covers %d entries, the earlier bag has %d", c.checkpoint.size, before.Entries)
	case !known:
		return newFinding(vkeyPath, "the key history does not contain the key of the earlier bag")
	}
	return nil
}

// checkEarlierRoot compares the root with that of the earlier bag, at its size.
func (w *journalWalk) checkEarlierRoot() error {
	before := w.v.options.earlier
	if before == nil || int64(w.tree.size) != before.Entries {
		return nil
	}
	if root := w.tree.rootHash(); hex.EncodeToString(root[:]) != before.Root {
		return newFinding(entriesPath, "its first %d entries are not those of the earlier bag", before.Entries)
	}
	w.v.summary.SupersetOf = before.Fingerprint
	return nil
}
