package statement_test

import (
	"testing"
	"time"

	"recourse/evidence/originals/statement"
)

// sixSends is a bill with six packets of 188 yuan, a minute apart, and something else.
func sixSends(numbers ...string) (statement.Bill, []statement.ClaimedPayment) {
	bill := statement.Bill{Transactions: []statement.Transaction{{Row: 1, At: noon, Direction: statement.Outgoing, Amount: 4_200, TransactionNo: "9"}}}
	var payments []statement.ClaimedPayment
	for i := range 6 {
		at := noon.Add(time.Duration(i) * time.Minute)
		number := string(rune('1' + i))
		bill.Transactions = append(bill.Transactions, statement.Transaction{
			Row: i + 2, At: at, Direction: statement.Outgoing, Amount: 18_800, TransactionNo: number,
		})
		payment := statement.ClaimedPayment{Amount: 18_800, SentAt: at}
		if i < len(numbers) {
			payment.TransactionNo = numbers[i]
		}
		payments = append(payments, payment)
	}
	return bill, payments
}

func countMatched(candidates []statement.Candidate) int {
	matched := 0
	for _, one := range candidates {
		if one.Matched && one.Transaction.Amount == 18_800 {
			matched++
		}
	}
	return matched
}

func TestEachPaymentOfOneMistakeIsMatched(t *testing.T) {
	t.Parallel()
	bill, payments := sixSends("1", "2", "3", "4", "5", "6")
	if got := bill.ProposeAll(payments); countMatched(got) != 6 {
		t.Errorf("by number: %+v", got)
	}
	bill, payments = sixSends()
	if got := bill.ProposeAll(payments); countMatched(got) != 6 {
		t.Errorf("without numbers: %+v", got)
	}
	// One row more than payments: somebody has to choose.
	extra := bill
	extra.Transactions = append(extra.Transactions, statement.Transaction{
		Row: 9, At: noon.Add(6 * time.Minute), Direction: statement.Outgoing, Amount: 18_800, TransactionNo: "7",
	})
	if got := extra.ProposeAll(payments); countMatched(got) != 0 || len(got) < 7 {
		t.Errorf("with a row too many: %+v", got)
	}
}

// TestABillShowsWhatWasSent: a row agrees with each payment, and differs only from
// the sum of all.
func TestABillShowsWhatWasSent(t *testing.T) {
	t.Parallel()
	bill, payments := sixSends("1", "2", "3", "4", "5", "6")
	for _, one := range bill.ProposeAll(payments) {
		if one.Matched && len(one.Differences) != 0 {
			t.Errorf("row %d: %+v", one.Transaction.Row, one.Differences)
		}
	}
	receipt := statement.Receipt{Amount: 18_800, At: noon.Add(3 * time.Minute), TransactionNo: "4"}
	if found := receipt.CompareWithAny(payments); len(found) != 0 {
		t.Errorf("a receipt of the fourth payment: %+v", found)
	}
}
