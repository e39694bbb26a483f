package statement

import (
	"io"

	"recourse/recovery"
)

// Excerpt is what is shown of a bill: the rows of some payments.
type Excerpt struct {
	Platform recovery.Platform
	Total    int           // rows that were read
	Stated   int           // rows according to the bill; 0 when it does not say
	Faults   int           // rows that could not be read
	Rows     []Transaction // that the bill identifies as the payments
	Proofs   []Transaction // other rows that can show the mistake
}

// ExcerptOrder is what decides the excerpt of a bill.
type ExcerptOrder struct {
	Payments []ClaimedPayment
	Reason   recovery.Reason
	Intended recovery.Money // what should have been sent; 0 if unknown
}

// ExcerptOrderOf is the order for the papers of a case.
func ExcerptOrderOf(c recovery.Case) ExcerptOrder {
	return ExcerptOrder{Payments: PaymentsOf(c), Reason: c.Reason, Intended: c.Facts().Intended}
}

// ReadExcerpt reads a bill and returns the rows of payments. Errors: those of Parse,
// CodeInvalid without a payment.
func ReadExcerpt(r io.Reader, o ExcerptOrder) (Excerpt, error) {
	if len(o.Payments) == 0 {
		return Excerpt{}, recovery.Faultf(recovery.CodeInvalid, "There is no payment to look for.")
	}
	bill, err := Parse(r, MaxSize)
	if err != nil {
		return Excerpt{}, err
	}
	return bill.excerpt(o), nil
}

func (b *Bill) excerpt(o ExcerptOrder) Excerpt {
	e := Excerpt{Platform: b.Platform, Total: len(b.Transactions), Stated: b.Stated, Faults: len(b.RowFaults)}
	candidates := b.ProposeAll(o.Payments)
	for _, candidate := range candidates {
		if candidate.Matched {
			e.Rows = append(e.Rows, candidate.Transaction)
		}
	}
	for _, proof := range b.FindProofs(candidates, o.Reason, o.Intended) {
		e.Proofs = append(e.Proofs, proof.Transaction)
	}
	return e
}

// PaymentsOf are the payments as the claimant describes them. A bill shows what was sent,
// whatever part of it is claimed.
func PaymentsOf(c recovery.Case) []ClaimedPayment {
	names := make([]string, len(c.Counterparts))
	for i, counterpart := range c.Counterparts {
		names[i] = counterpart.Alias
	}
	if len(c.Sends) == 0 {
		return []ClaimedPayment{{
			Platform: c.Platform, Instrument: c.Instrument, Amount: c.Amount, SentAt: c.SentAt, TransactionNo: c.TransactionNo, Counterparts: names,
		}}
	}
	payments := make([]ClaimedPayment, len(c.Sends))
	for i, send := range c.Sends {
		payments[i] = ClaimedPayment{
			Platform: c.Platform, Instrument: c.Instrument, Amount: send.Amount, SentAt: *send.SentAt, TransactionNo: send.TransactionNo, Counterparts: names,
		}
	}
	return payments
}
