package recovery

import (
	"slices"
	"time"
)

// Send is one of several payments of the same mistake.
type Send struct {
	Amount        Money      `json:"amount_fen"`
	SentAt        *time.Time `json:"sent_at"`
	TransactionNo string     `json:"transaction_no,omitempty"`
}

// MaxSends is the largest number of payments in one case.
const MaxSends = 200

// CheckSends checks the payments of one mistake against their sum and the time of
// the first.
func CheckSends(c *FieldChecker, sends []Send, with FactContext) {
	if len(sends) == 0 {
		return
	}
	if len(sends) > MaxSends {
		c.Add("sends", "too_many", "At most %d payments are accepted.", MaxSends)
		return
	}
	var sum Money
	numbers := map[string]bool{}
	for i, send := range sends {
		send.check(c, fieldAt("sends", i), with.SentAt)
		number := NormalizeTransactionNo(send.TransactionNo)
		if numbers[number] && number != "" {
			c.Add(fieldAt("sends", i)+"transaction_no", "repeated", "Each payment has a number of its own.")
		}
		numbers[number] = true
		sum += min(max(send.Amount, 0), MaxMoney)
	}
	if sum != with.Amount {
		c.Add("sends", "contradicts_sum", "The payments add up to %s yuan instead of the amount that was sent.", sum)
	}
	isFirst := func(s Send) bool { return s.SentAt != nil && s.SentAt.Equal(*with.SentAt) }
	if with.SentAt != nil && !slices.ContainsFunc(sends, isFirst) {
		c.Add("sent_at", "contradicts", "This must be the time of the first of the payments.")
	}
}

func (s Send) check(c *FieldChecker, at string, first *time.Time) {
	c.Amount(at+"amount_fen", s.Amount, true)
	c.Time(at+"sent_at", s.SentAt, true)
	if s.SentAt != nil && first != nil && s.SentAt.Before(*first) {
		c.Add(at+"sent_at", "before_sending", "This is before the time of the first payment.")
	}
	if s.TransactionNo != "" && !isTransactionNo(s.TransactionNo) {
		c.Add(at+"transaction_no", "malformed", transactionNoRule)
	}
}

// Payer is the person who paid, if it was not the claimant. The fields are personal
// data.
type Payer struct {
	Name     string `json:"name"`
	Relation string `json:"relation,omitempty"` // to the claimant
}

// Check adds a fault for each invalid field. A nil payer is valid: the claimant paid.
func (p *Payer) Check(c *FieldChecker) {
	if p == nil {
		return
	}
	c.Line("payer.name", p.Name, MaxName, true)
	c.Line("payer.relation", p.Relation, MaxName, false)
}
