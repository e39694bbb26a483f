package verify

import (
	"encoding/hex"
	"errors"
)

// SupersetOf verifies two bags of one case and that the later holds every entry
// of the earlier, unchanged and in the same order: the consistency of RFC 6962
// §2.1.2, found from the entries themselves. What is wrong in the earlier bag is
// named with "earlier: " before it. The options are demanded of the later one.
func (o Options) SupersetOf(later, earlier string) (Summary, error) {
	before, err := File(earlier)
	var wrong *Finding
	if errors.As(err, &wrong) {
		return Summary{}, finding("earlier: "+wrong.Item, "%s", wrong.Reason)
	}
	if err != nil {
		return Summary{}, err
	}
	if before.Case == "" {
		return Summary{}, finding("earlier: "+earlier, "is not a bag")
	}
	o.earlier = &before
	return o.File(later)
}

// checkEarlier holds the bag's checkpoint against an earlier bag's. Its key must
// be this one's, or lead to it.
func (c *check) checkEarlier() error {
	before := c.options.earlier
	if before == nil {
		return nil
	}
	known := c.key.name == before.KeyName && c.key.fingerprint == before.KeyFingerprint
	for _, term := range c.terms {
		known = known || term.key.name == before.KeyName && term.key.fingerprint == before.KeyFingerprint
	}
	switch {
	case c.point.caseID != before.Case:
		return finding(pointPath, "is of another case than the earlier bag")
	case c.point.size < before.Entries:
		return finding(pointPath, "covers %d entries, the earlier bag has %d", c.point.size, before.Entries)
	case !known:
		return finding(vkeyPath, "the key of the earlier bag does not lead to this one")
	}
	return nil
}

// checkPrefix compares the root the journal had when the earlier bag was made.
func (w *walk) checkPrefix() error {
	before := w.c.options.earlier
	if before == nil || int64(w.tree.size) != before.Entries {
		return nil
	}
	if root := w.tree.root(); hex.EncodeToString(root[:]) != before.Root {
		return finding(entriesPath, "its first %d entries are not those of the earlier bag", before.Entries)
	}
	w.c.summary.SupersetOf = before.Fingerprint
	return nil
}
