package statement

import (
	"slices"

	"recourse/recovery"
)

// ProposeAll proposes the rows of several payments of one mistake. A row is shown
// once, for the payment that it agrees with best. Indistinguishable rows are matched if
// each can be a payment of its own, so that none is left over.
func (b *Bill) ProposeAll(payments []ClaimedPayment) []Candidate {
	if len(payments) == 1 {
		return b.ProposeMatches(payments[0])
	}
	best := map[int]Candidate{}
	fits := map[int][]int{} // payments that a row fits as well as another row does
	for i, payment := range payments {
		for _, candidate := range b.ProposeMatches(payment) {
			row := candidate.Transaction.Row
			if known, found := best[row]; !found || isCloser(candidate, known) {
				best[row] = candidate
			}
			if slices.ContainsFunc(candidate.Why, isAmbiguous) {
				fits[row] = append(fits[row], i)
			}
		}
	}
	candidates := []Candidate{}
	for _, transaction := range b.Transactions { // in the order of the bill
		if candidate, found := best[transaction.Row]; found {
			candidates = append(candidates, candidate)
		}
	}
	matchAlike(candidates, fits)
	slices.SortStableFunc(candidates, func(a, b Candidate) int { return compareBools(b.Matched, a.Matched) })
	return candidates
}

func isCloser(a, b Candidate) bool {
	if a.Matched != b.Matched {
		return a.Matched
	}
	return len(a.Differences) < len(b.Differences)
}

// matchAlike marks the rows of an amount that fit several payments equally well, if each
// can be given a payment of its own.
func matchAlike(candidates []Candidate, fits map[int][]int) {
	alike := map[recovery.Money][]int{}
	for i, candidate := range candidates {
		if !candidate.Matched && len(fits[candidate.Transaction.Row]) > 0 {
			alike[candidate.Transaction.Amount] = append(alike[candidate.Transaction.Amount], i)
		}
	}
	for _, group := range alike {
		rows := make([][]int, len(group))
		for i, at := range group {
			rows[i] = fits[candidates[at].Transaction.Row]
		}
		if !haveOneEach(rows) {
			continue
		}
		for _, i := range group {
			candidates[i].Matched = true
			candidates[i].Why = slices.DeleteFunc(candidates[i].Why, isAmbiguous)
		}
	}
}

// haveOneEach reports whether every row can have a payment of its own among those that it
// fits.
func haveOneEach(rows [][]int) bool {
	holder := map[int]int{} // row that has a payment
	var place func(row int, tried map[int]bool) bool
	place = func(row int, tried map[int]bool) bool {
		for _, payment := range rows[row] {
			if tried[payment] {
				continue
			}
			tried[payment] = true
			if other, taken := holder[payment]; !taken || place(other, tried) {
				holder[payment] = row
				return true
			}
		}
		return false
	}
	for row := range rows {
		if !place(row, map[int]bool{}) {
			return false
		}
	}
	return true
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
