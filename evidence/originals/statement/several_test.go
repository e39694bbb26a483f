package statement_test

import (
	"testing"
	"time"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
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

// TestRowsAreMatchedOnlyWithAPaymentOfTheirOwn: payments of another amount or time do not
// account for a row.
func TestRowsAreMatchedOnlyWithAPaymentOfTheirOwn(t *testing.T) {
	t.Parallel()
	row := func(number, minutes int) statement.Transaction {
		return statement.Transaction{
			Row: number, At: noon.Add(time.Duration(minutes) * time.Minute), Direction: statement.Outgoing, Amount: 18_800, TransactionNo: string(rune('0' + number)),
		}
	}
	pay := func(amount recovery.Money, minutes int, number string) statement.ClaimedPayment {
		return statement.ClaimedPayment{Amount: amount, SentAt: noon.Add(time.Duration(minutes) * time.Minute), TransactionNo: number}
	}
	for name, test := range map[string]struct {
		rows     []statement.Transaction
		payments []statement.ClaimedPayment
		want     int
	}{
		"another amount":    {[]statement.Transaction{row(1, 0), row(2, 2)}, []statement.ClaimedPayment{pay(18_800, 0, ""), pay(20_000, 0, "")}, 0},
		"hours apart":       {[]statement.Transaction{row(1, 0), row(2, 2)}, []statement.ClaimedPayment{pay(18_800, 0, ""), pay(18_800, 300, "")}, 0},
		"one has a number":  {[]statement.Transaction{row(1, 0), row(2, 2)}, []statement.ClaimedPayment{pay(18_800, 0, "1"), pay(18_800, 2, "")}, 2},
		"two and two":       {[]statement.Transaction{row(1, 0), row(2, 2)}, []statement.ClaimedPayment{pay(18_800, 0, ""), pay(18_800, 2, "")}, 2},
		"a chain of three":  {[]statement.Transaction{row(1, 0), row(2, 8), row(3, 16)}, []statement.ClaimedPayment{pay(18_800, 4, ""), pay(18_800, 12, ""), pay(18_800, 13, "")}, 3},
		"a chain too short": {[]statement.Transaction{row(1, 0), row(2, 8), row(3, 16)}, []statement.ClaimedPayment{pay(18_800, 4, ""), pay(18_800, 12, "")}, 0},
	} {
		bill := statement.Bill{Transactions: test.rows}
		if got := bill.ProposeAll(test.payments); countMatched(got) != test.want {
			t.Errorf("%s: %+v", name, got)
		}
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
