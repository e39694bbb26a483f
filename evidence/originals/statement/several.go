package statement

import "slices"

// ProposeAll proposes the rows of several payments of one mistake. A row is shown
// once, for the payment that it agrees with best. Indistinguishable payments
// are matched if there are no more fitting rows than payments.
func (b *Bill) ProposeAll(payments []ClaimedPayment) []Candidate {
	if len(payments) == 1 {
		return b.ProposeMatches(payments[0])
	}
	best := map[int]Candidate{}
	for _, payment := range payments {
		for _, candidate := range b.ProposeMatches(payment) {
			row := candidate.Transaction.Row
			if known, found := best[row]; !found || isCloser(candidate, known) {
				best[row] = candidate
			}
		}
	}
	candidates := []Candidate{}
	for _, transaction := range b.Transactions { // in the order of the bill
		if candidate, found := best[transaction.Row]; found {
			candidates = append(candidates, candidate)
		}
	}
	matchAlike(candidates, len(payments))
	slices.SortStableFunc(candidates, func(a, b Candidate) int { return compareBools(b.Matched, a.Matched) })
	return candidates
}

func isCloser(a, b Candidate) bool {
	if a.Matched != b.Matched {
		return a.Matched
	}
	return len(a.Differences) < len(b.Differences)
}

// matchAlike marks the rows that fit several payments equally well, if none is left
// over.
func matchAlike(candidates []Candidate, payments int) {
	var alike []int
	for i, candidate := range candidates {
		switch {
		case candidate.Matched:
			payments--
		case slices.ContainsFunc(candidate.Why, isAmbiguous):
			alike = append(alike, i)
		}
	}
	if len(alike) > payments {
		return
	}
	for _, i := range alike {
		candidates[i].Matched = true
		candidates[i].Why = slices.DeleteFunc(candidates[i].Why, isAmbiguous)
	}
}

// CompareWithAny lists the differences between the receipt and the payment it agrees
// with best.
func (r Receipt) CompareWithAny(payments []ClaimedPayment) []Difference {
	closest := r.CompareWith(payments[0])
	for _, payment := range payments[1:] {
		if found := r.CompareWith(payment); len(found) < len(closest) {
			closest = found
		}
	}
	return closest
}
