package statement

import "time"

// returnedWithin is how long after a payment the same amount may be its return.
const returnedWithin = 90 * 24 * time.Hour

// describeReturns names the first payment by which the receiver may have given the money
// back: the same amount as an ordinary transfer. It may be something else between the two,
// so it does not decide the match.
func (b *Bill) describeReturns(c Candidate) []string {
	paid := c.Transaction
	if paid.Direction != Outgoing || paid.Reversal.Kind != NotReversed || paid.Amount == 0 {
		return nil
	}
	var first *Transaction
	for i := range b.Transactions {
		t := &b.Transactions[i]
		after := t.At.Sub(paid.At)
		if t.Amount != paid.Amount || t.Direction != Incoming || after < 0 || after > returnedWithin || t.IsRefund() {
			continue
		}
		if (first == nil || t.At.Before(first.At)) && compareNames(t.Counterpart, []string{paid.Counterpart}) == same {
			first = t
		}
	}
	if first == nil {
		return nil
	}
	return []string{"“" + first.Counterpart + "”于 " + formatTime(first.At) + " 转来同样的金额：如果这就是退还，请登记退还，不要再次索要"}
}
