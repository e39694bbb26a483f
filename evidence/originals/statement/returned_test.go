package statement_test

import (
	"strings"
	"testing"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// TestMoneyThatCameBackAsATransfer: the same amount from the receiver is named, whatever
// becomes of the match.
func TestMoneyThatCameBackAsATransfer(t *testing.T) {
	t.Parallel()
	sent := weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "朋友已收钱", ownNumber, "/")
	for name, test := range map[string]struct {
		line string
		told bool
	}{
		"a day later":        {weChatLine("2026-11-21 09:00:00", "转账", "收入", "588.00", "已存入零钱", "1000050001202611210000000000001", "/"), true},
		"before":             {weChatLine("2026-11-19 09:00:00", "转账", "收入", "588.00", "已存入零钱", "1000050001202611210000000000001", "/"), false},
		"another amount":     {weChatLine("2026-11-21 09:00:00", "转账", "收入", "58.80", "已存入零钱", "1000050001202611210000000000001", "/"), false},
		"paid, not received": {weChatLine("2026-11-21 23:00:00", "转账", "支出", "588.00", "朋友已收钱", "1000050001202611210000000000001", "/"), false},
		"months later":       {weChatLine("2027-03-21 09:00:00", "转账", "收入", "588.00", "已存入零钱", "1000050001202611210000000000001", "/"), false},
	} {
		bill := parseBill(t, weChatText(test.line, sent))
		paid := bill.Transactions[len(bill.Transactions)-1]
		found := bill.ProposeMatches(statement.ClaimedPayment{
			Platform: recovery.WeChat, Amount: paid.Amount, SentAt: paid.At, TransactionNo: paid.TransactionNo, Counterparts: []string{paid.Counterpart},
		})
		if len(found) == 0 || !found[0].Matched || strings.Contains(strings.Join(found[0].Why, "；"), "转来同样的金额") != test.told {
			t.Errorf("%s: %+v", name, found)
		}
	}
}

// TestDatesWithDots: months and days below ten are no fractions of a second.
func TestDatesWithDots(t *testing.T) {
	t.Parallel()
	for written, want := range map[string]string{
		"2026.01.08 10:31:14": "2026-01-08T02:31:14Z", "2026.11.08 10:31": "2026-11-08T02:31:00Z", "2026-11-08 10:31:14.000": "2026-11-08T02:31:14Z",
		"2026-11-08 10:31:14.0": "2026-11-08T02:31:14Z",
	} {
		bill := parseBill(t, weChatText(weChatLine(written, "转账", "支出", "588.00", "朋友已收钱", ownNumber, "/")))
		if len(bill.Transactions) != 1 || bill.Transactions[0].At.Format("2006-01-02T15:04:05Z07:00") != want {
			t.Errorf("%s: %+v", written, bill)
		}
	}
}

// TestPointsThatMayGroupDigits: where a comma is the decimal sign, 1.230 is no 1.23.
func TestPointsThatMayGroupDigits(t *testing.T) {
	t.Parallel()
	text := func(amount string) string {
		return strings.ReplaceAll(weChatText(
			weChatLine("2026-11-20 12:56:34", "转账", "支出", "7.00", "朋友已收钱", ownNumber, "/"),
			weChatLine("2026-11-20 12:57:34", "转账", "支出", amount, "朋友已收钱", "1000050001202611210000000000001", "/"),
		), ",", ";")
	}
	for amount, faults := range map[string]int{"1.230": 1, "12.345.678": 1, "1230": 0, "1.23": 0} {
		if bill := parseBill(t, text(amount)); len(bill.RowFaults) != faults || len(bill.Transactions) != 2-faults {
			t.Errorf("%s: %+v", amount, bill)
		}
	}
}
