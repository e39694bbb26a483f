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
	rule := proofRules[kind]
	if !slices.Contains(rule.reasons, reason) {
		return nil
	}
	var found []Proof
	for _, other := range b.Transactions {
		if other.Row == paid.Row || other.Direction != Outgoing || other.Reversal.Kind != NotReversed {
			continue
		}
		if p := (pair{paid, other, intended}); rule.shows(p) {
			found = append(found, Proof{Kind: kind, Transaction: other, Why: rule.why(p)})
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

// pair is the mis-sent payment beside another one of the bill.
type pair struct {
	paid, other Transaction
	intended    recovery.Money // what should have been sent; 0 if unknown
}

// after returns how long after the mis-sent payment the other one was made.
func (p pair) after() time.Duration { return p.other.At.Sub(p.paid.At) }

func (p pair) comparePayees() agreement {
	return compareNames(p.other.Counterpart, []string{p.paid.Counterpart})
}

// canReplace reports whether the other payment is of a kind that the mis-sent one can have
// been meant as. The price of something bought later is no sign of it.
func (p pair) canReplace() bool {
	other := classOf(p.other.Kind)
	return other != classOwn && (other != classShop || classOf(p.paid.Kind) == classShop)
}

// proofRule is when another payment shows a mistake, and why.
type proofRule struct {
	reasons []recovery.Reason
	shows   func(pair) bool
	why     func(pair) string // in Chinese
}

var wrongReceiver = []recovery.Reason{recovery.WrongPerson, recovery.WrongGroup}

var proofRules = map[ProofKind]proofRule{
	PaidAgain: {
		wrongReceiver,
		func(p pair) bool {
			soon := p.after() > 0 && p.after() <= paidAgainWithin
			return soon && p.other.Amount == p.paid.Amount && p.comparePayees() == different && p.canReplace()
		},
		func(p pair) string {
			return "误付之后" + describeGap(p.after()) + "，又把同样的金额付给了“" + p.other.Counterpart + "”：可以说明这笔钱本来要付给谁。"
		},
	},
	PaidBefore: {
		[]recovery.Reason{recovery.Duplicate},
		func(p pair) bool {
			return p.after().Abs() <= paidBeforeWithin && p.other.Amount == p.paid.Amount && p.comparePayees() == same
		},
		func(p pair) string {
			return "同一个收款人、同样的金额，" + formatTime(p.other.At) + " 还有一笔：可以说明重复付了。"
		},
	},
	UsualAmount: {
		[]recovery.Reason{recovery.WrongAmount},
		func(p pair) bool {
			isMeant := p.intended > 0 && p.other.Amount == p.intended
			return p.comparePayees() == same && (isMeant || p.paid.Amount == 10*p.other.Amount || p.paid.Amount == 100*p.other.Amount)
		},
		func(p pair) string {
			return "付给同一个人的另一笔是 " + p.other.Amount.String() + " 元：可以说明这次多打了。"
		},
	},
	Namesake: {
		wrongReceiver,
		func(p pair) bool { return p.after() < 0 && isSimilarName(p.paid.Counterpart, p.other.Counterpart) },
		func(p pair) string {
			return "之前付过款的“" + p.other.Counterpart + "”和误付的“" + p.paid.Counterpart + "”名字相近：可以说明是选错了人。"
		},
	},
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
