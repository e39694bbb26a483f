package recovery

import "slices"

// CheckConflicts refuses an action that another one has made needless or ambiguous: a
// name that another counterpart has, and the adoption of facts that the case has already.
// It returns nil or a Fault with CodeConflict and the faulty field.
func (c Case) CheckConflicts(a ActionBody) error {
	switch {
	case a.Action.AmendsRecord() && a.Alias != "" && c.hasAlias(a.Alias, a.CounterpartID):
		return conflictAt("alias", "duplicate", sameAlias)
	case a.Action == AdoptMatch && !c.isChangedBy(a):
		return conflictAt("row", "nothing_to_adopt", "The case has everything that this document shows of the payment.")
	default:
		return nil
	}
}

const sameAlias = "Another counterpart of this case is called the same. Add what distinguishes them."

func conflictAt(field, code, detail string) error {
	return &Fault{Code: CodeConflict, Detail: detail, Fields: []FieldFault{{field, code, detail}}}
}

// hasAlias reports whether a counterpart other than one has a name.
func (c Case) hasAlias(alias string, other CounterpartID) bool {
	wanted := normalizeAlias(alias)
	return slices.ContainsFunc(c.Counterparts, func(p Counterpart) bool {
		return p.ID != other && normalizeAlias(p.Alias) == wanted
	})
}

// isChangedBy reports whether an action states a fact of the payment, or a name, that
// the case has not.
func (c Case) isChangedBy(a ActionBody) bool {
	counterpart := findCounterpart(c.Counterparts, a.CounterpartID)
	return a.NewNumber() != "" && !slices.Contains(c.TransactionKeys(), NormalizeTransactionNo(a.NewNumber())) ||
		a.Amount != nil && *a.Amount != c.Amount || a.SentAt != nil && !a.SentAt.Equal(c.SentAt) ||
		counterpart != nil && a.Alias != "" && a.Alias != counterpart.Alias
}
