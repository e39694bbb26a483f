package statement_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// words generates cell texts: Chinese, Latin, punctuation of both widths, and the
// separator.
var words = rapid.Custom(func(t *rapid.T) string {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("房东山风abc 123，,。（）()-:：'·¥")), 1, 16, -1).Draw(t, "word")
	if text = strings.TrimSpace(text); text == "" || text[0] == '-' {
		return "甲"
	}
	return text
})

// transactions generates rows that a wallet could write.
var transactions = rapid.Custom(func(t *rapid.T) statement.Transaction {
	return statement.Transaction{
		At:   time.Unix(rapid.Int64Range(1_388_534_400, 1_798_761_600).Draw(t, "at"), 0).UTC(),
		Kind: words.Draw(t, "kind"), Counterpart: words.Draw(t, "counterpart"), Goods: words.Draw(t, "goods"),
		Direction: rapid.SampledFrom([]string{statement.Outgoing, statement.Incoming, statement.Neutral}).Draw(t, "way"),
		Amount:    recovery.Money(rapid.Int64Range(0, int64(recovery.MaxMoney)).Draw(t, "fen")),
		Method:    words.Draw(t, "method"), State: words.Draw(t, "state"), Remark: words.Draw(t, "remark"),
		TransactionNo: rapid.StringMatching(`[1-9][0-9]{8,30}[1-9]`).Draw(t, "number"),
		MerchantNo:    rapid.StringMatching(`[0-9A-Z]{6,20}`).Draw(t, "merchant"),
	}
})

func formatLocal(at time.Time) string {
	return at.In(time.FixedZone("CST", 8*60*60)).Format("2006-01-02 15:04:05")
}

func formatYuan(m recovery.Money) string { return fmt.Sprintf("%d.%02d", m/100, m%100) }

func quoteCell(text string) string { return `"` + text + `"` }

func weChatRow(x statement.Transaction) string {
	way := x.Direction
	if way == statement.Neutral {
		way = "/"
	}
	return strings.Join([]string{
		formatLocal(x.At), quoteCell(x.Kind), quoteCell(x.Counterpart), quoteCell(x.Goods), quoteCell(way), "¥" + formatYuan(x.Amount), quoteCell(x.Method),
		quoteCell(x.State), quoteCell(x.TransactionNo) + "\t", quoteCell(x.MerchantNo) + "\t", quoteCell(x.Remark),
	}, ",")
}

// alipayRow pads its cells, which cannot contain a comma.
func alipayRow(x statement.Transaction) string {
	cells := []string{
		formatLocal(x.At), x.Kind, x.Counterpart, "/", x.Goods, x.Direction, formatYuan(x.Amount), x.Method, x.State,
		x.TransactionNo + "\t", x.MerchantNo + "\t", x.Remark, "",
	}
	return strings.Join(cells, "    ,")
}

func sheetRow(x statement.Transaction) []any {
	return []any{
		formatLocal(x.At), x.Kind, x.Counterpart, x.Goods, x.Direction, "¥" + x.Amount.String(), x.Method, x.State,
		x.TransactionNo + "\t", x.MerchantNo, x.Remark,
	}
}

// checkSameRows compares a bill with its source rows, except for row numbers.
func checkSameRows(t *rapid.T, form string, bill *statement.Bill, want []statement.Transaction) {
	if bill.Form != form || len(bill.RowFaults) != 0 {
		t.Fatalf("%s with faults %+v, want %s", bill.Form, bill.RowFaults, form)
	}
	if diff := cmp.Diff(want, bill.Transactions, cmpopts.IgnoreFields(statement.Transaction{}, "Row")); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", form, diff)
	}
	for i := range bill.Transactions[1:] {
		if bill.Transactions[i+1].Row != bill.Transactions[i].Row+1 {
			t.Fatalf("rows %d and %d follow one another", bill.Transactions[i].Row, bill.Transactions[i+1].Row)
		}
	}
}

func TestAWeChatBillComesBackWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		want := rapid.SliceOfN(transactions, 1, 20).Draw(r, "rows")
		var rows []string
		for _, x := range want {
			rows = append(rows, weChatRow(x))
		}
		checkSameRows(r, statement.WeChatCSV, parseBill(t, weChatBill(rows...)), want)
	})
}

func TestAnAlipayBillComesBackWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		want := rapid.SliceOfN(transactions, 1, 20).Draw(r, "rows")
		var rows []string
		for i := range want {
			for _, cell := range []*string{&want[i].Kind, &want[i].Counterpart, &want[i].Goods, &want[i].Method, &want[i].State, &want[i].Remark} {
				*cell = strings.TrimSpace(strings.ReplaceAll(*cell, ",", "，"))
			}
			rows = append(rows, alipayRow(want[i]))
		}
		checkSameRows(r, statement.AlipayCSV, parseBill(t, alipayBill(t, rows...)), want)
	})
}

func TestAWorkbookComesBackWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		want := rapid.SliceOfN(transactions, 1, 4).Draw(r, "rows")
		var rows [][]any
		for _, x := range want {
			rows = append(rows, sheetRow(x))
		}
		checkSameRows(r, statement.WeChatXLSX, readBill(t, newWorkbook(t, billSheet(rows...))), want)
	})
}

// The mis-sent payment is found in any bill that contains it by what the claimant
// remembers.
func TestTheMisSendIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		rows := rapid.SliceOfNDistinct(transactions, 1, 20, func(x statement.Transaction) recovery.Money { return x.Amount }).Draw(r, "rows")
		sent := rapid.IntRange(0, len(rows)-1).Draw(r, "sent")
		rows[sent].Direction = statement.Outgoing
		var lines []string
		for _, x := range rows {
			lines = append(lines, weChatRow(x))
		}
		remembered := rows[sent].At.Add(time.Duration(rapid.Int64Range(-600, 600).Draw(r, "off")) * time.Second)
		got := parseBill(t, weChatBill(lines...)).ProposeMatches(statement.ClaimedPayment{Amount: rows[sent].Amount, SentAt: remembered})
		if len(got) == 0 || !got[0].Matched || got[0].Transaction.TransactionNo != rows[sent].TransactionNo {
			r.Fatalf("row %d was not found: %+v", sent, got)
		}
	})
}
