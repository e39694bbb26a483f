package statement

import (
	"slices"
	"strings"
	"time"

	"recourse/recovery"
)

// ProofKind is how another payment of a bill shows that one was a mistake. Kinds are part
// of the public API.
type ProofKind string

// The kinds of proofs.
const (
	PaidAgain   ProofKind = "paid_again"   // the same amount to somebody else soon afterwards
	Namesake    ProofKind = "namesake"     // somebody with a similar name was paid before
	PaidBefore  ProofKind = "paid_before"  // the same amount to the same person, for a duplicate
	UsualAmount ProofKind = "usual_amount" // the amount that was meant, to the same person
)

// ProofKinds lists every kind in the order of display.
var ProofKinds = []ProofKind{PaidAgain, PaidBefore, UsualAmount, Namesake}

// Proof is another payment of the same bill that can show the mistake, with the reason in
// Chinese. It is offered to the claimant, who knows whether it is so.
type Proof struct {
	Kind        ProofKind
	Transaction Transaction
	Why         string
}

const (
	paidAgainWithin  = 30 * 24 * time.Hour
	paidBeforeWithin = 31 * 24 * time.Hour
	maxProofs        = 3 // of each kind
)

// FindProofs looks for payments that show that the matched ones were a mistake of this
// reason. Intended is what should have been sent; 0 if unknown. Payments that were given
// back or never made show nothing.
func (b *Bill) FindProofs(candidates []Candidate, reason recovery.Reason, intended recovery.Money) []Proof {
	proofs, taken := []Proof{}, map[int]bool{}
	var paid []Transaction
	for _, candidate := range candidates {
		if candidate.Matched {
			paid = append(paid, candidate.Transaction)
			taken[candidate.Transaction.Row] = true
		}
	}
	for _, kind := range ProofKinds {
		for _, one := range paid {
			for _, proof := range b.proofsOf(kind, one, reason, intended) {
				if row := proof.Transaction.Row; !taken[row] {
					taken[row] = true
					proofs = append(proofs, proof)
				}
			}
		}
	}
	return proofs
}

// proofsOf returns the payments of one kind that are nearest in time.
func (b *Bill) proofsOf(kind ProofKind, paid Transaction, reason recovery.Reason, intended recovery.Money) []Proof {
	var found []Proof
	for _, other := range b.Transactions {
		if other.Row == paid.Row || other.Direction != Outgoing || other.Reversal.Kind != NotReversed {
			continue
		}
		if shows, why := isProof(kind, paid, other, reason, intended); shows {
			found = append(found, Proof{Kind: kind, Transaction: other, Why: why})
		}
	}
	slices.SortStableFunc(found, func(a, b Proof) int {
		return signOf(a.Transaction.At.Sub(paid.At).Abs() - b.Transaction.At.Sub(paid.At).Abs())
	})
	if kind == Namesake {
		found = firstOfEachName(found)
	}
	return found[:min(len(found), maxProofs)]
}

// isProof reports whether another payment shows the mistake in one way.
func isProof(kind ProofKind, paid, other Transaction, reason recovery.Reason, intended recovery.Money) (shows bool, why string) {
	wrongReceiver := slices.Contains([]recovery.Reason{recovery.WrongPerson, recovery.WrongGroup}, reason)
	agrees := compareNames(other.Counterpart, []string{paid.Counterpart})
	after := other.At.Sub(paid.At)
	switch kind {
	case PaidAgain:
		shows = wrongReceiver && other.Amount == paid.Amount && agrees == different && after > 0 && after <= paidAgainWithin
		why = "误付之后" + describeGap(after) + "，又把同样的金额付给了“" + other.Counterpart + "”：可以说明这笔钱本来要付给谁。"
	case PaidBefore:
		shows = reason == recovery.Duplicate && other.Amount == paid.Amount && agrees == same && after.Abs() <= paidBeforeWithin
		why = "同一个收款人、同样的金额，" + formatTime(other.At) + " 还有一笔：可以说明重复付了。"
	case UsualAmount:
		meant := intended > 0 && other.Amount == intended || paid.Amount == 10*other.Amount || paid.Amount == 100*other.Amount
		shows = reason == recovery.WrongAmount && agrees == same && meant
		why = "付给同一个人的另一笔是 " + other.Amount.String() + " 元：可以说明这次多打了。"
	case Namesake:
		shows = wrongReceiver && after < 0 && isSimilarName(paid.Counterpart, other.Counterpart)
		why = "之前付过款的“" + other.Counterpart + "”和误付的“" + paid.Counterpart + "”名字相近：可以说明是选错了人。"
	}
	return shows, why
}

// firstOfEachName keeps the payment to each person that is nearest in time.
func firstOfEachName(found []Proof) []Proof {
	var kept []Proof
	for _, proof := range found {
		name := normalizeName(proof.Transaction.Counterpart)
		if !slices.ContainsFunc(kept, func(p Proof) bool { return normalizeName(p.Transaction.Counterpart) == name }) {
			kept = append(kept, proof)
		}
	}
	return kept
}

// isSimilarName reports whether people confuse two different names: one is a part of the
// other, or they differ in one character of at least two that agree.
func isSimilarName(a, b string) bool {
	a, b = normalizeName(a), normalizeName(b)
	first, second := []rune(a), []rune(b)
	const shortest = 2
	if a == b || len(first) < shortest || len(second) < shortest || strings.Contains(a+b, "*") {
		return false
	}
	if strings.Contains(a, b) || strings.Contains(b, a) {
		return true
	}
	return isOneEdit(first, second)
}

// isOneEdit reports whether two names of at least three characters differ in one: replaced,
// or exchanged with its neighbour. Names of two characters must share the first, the
// family name.
func isOneEdit(a, b []rune) bool {
	if len(a) != len(b) {
		return false
	}
	var differs []int
	for i := range a {
		if a[i] != b[i] {
			differs = append(differs, i)
		}
	}
	switch len(differs) {
	case 1:
		return differs[0] > 0 || len(a) > 2
	case 2:
		i, j := differs[0], differs[1]
		return j == i+1 && a[i] == b[j] && a[j] == b[i]
	default:
		return false
	}
}
