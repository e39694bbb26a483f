package statement

import "slices"

// timing is how far a row is from the claimed time.
type timing int

const (
	near timing = iota // within MatchWindow
	sameDay
	far
)

// comparison is one row compared with the claimed payment.
type comparison struct {
	number   agreement // of either column
	amount   agreement
	timing   timing
	name     agreement
	kind     agreement
	wallet   agreement
	isPaid   bool // the row is a payment, and not money that came in
	reversed bool // given back or never made
}

// verdict is what becomes of a row.
type verdict int

const (
	notOffered verdict = iota
	offered            // shown; the claimant may choose it
	matched            // proposed as the payment
)

// rule decides the rows that it describes. An empty condition holds for every row.
type rule struct {
	what     string // in English, for docs/bills.md
	number   []agreement
	amount   []agreement
	timing   []timing
	name     []agreement
	kind     []agreement
	wallet   []agreement
	isPaid   []bool
	reversed []bool
	verdict  verdict
}

// matchRules decide about a row; the first that describes it counts. With a number they
// follow the number, without one the amount and the time. Nothing that contradicts the
// claim, and no money that was given back, is matched.
var matchRules = []rule{
	{what: "the number of money that came in", number: []agreement{same}, isPaid: []bool{false}, verdict: offered},
	{what: "the number, in the bill of another wallet", number: []agreement{same}, wallet: []agreement{different}, verdict: offered},
	{what: "the number, with another amount", number: []agreement{same}, amount: []agreement{different}, verdict: offered},
	{what: "the number of money that was given back", number: []agreement{same}, reversed: []bool{true}, verdict: offered},
	{what: "the number, with another name and kind", number: []agreement{same}, name: []agreement{different}, kind: []agreement{different}, verdict: offered},
	{what: "the number", number: []agreement{same}, verdict: matched},
	{what: "money that came in", isPaid: []bool{false}, verdict: notOffered},
	{what: "another day", timing: []timing{far}, verdict: notOffered},
	{what: "another amount at another time", amount: []agreement{different}, timing: []timing{sameDay}, verdict: notOffered},
	{what: "another amount at the time", amount: []agreement{different}, verdict: offered},
	{what: "another number", number: []agreement{different}, verdict: offered},
	{what: "the bill of another wallet", wallet: []agreement{different}, verdict: offered},
	{what: "the amount on the same day", timing: []timing{sameDay}, verdict: offered},
	{what: "amount and time of money that was given back", reversed: []bool{true}, verdict: offered},
	{what: "amount and time, with another kind and no name that agrees", kind: []agreement{different}, name: []agreement{notStated, different}, verdict: offered},
	{what: "amount and time", verdict: matched},
}

func allows[T comparable](condition []T, value T) bool {
	return len(condition) == 0 || slices.Contains(condition, value)
}

func (r rule) describes(c comparison) bool {
	return allows(r.number, c.number) && allows(r.amount, c.amount) && allows(r.timing, c.timing) && allows(r.name, c.name) &&
		allows(r.kind, c.kind) && allows(r.wallet, c.wallet) && allows(r.isPaid, c.isPaid) && allows(r.reversed, c.reversed)
}

// decide returns the verdict about a row.
func decide(c comparison) verdict {
	for i := range matchRules {
		if matchRules[i].describes(c) {
			return matchRules[i].verdict
		}
	}
	return notOffered
}
