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

// words are cells as people fill them: Chinese, Latin, punctuation of both
// widths, the separator itself.
var words = rapid.Custom(func(t *rapid.T) string {
	text := rapid.StringOfN(rapid.SampledFrom([]rune("房东山风abc 123，,。（）()-:：'·¥")), 1, 16, -1).Draw(t, "word")
	if text = strings.TrimSpace(text); text == "" || text[0] == '-' {
		return "甲"
	}
	return text
})

// transactions are rows that any wallet could have written.
var transactions = rapid.Custom(func(t *rapid.T) statement.Transaction {
	return statement.Transaction{
		At:   time.Unix(rapid.Int64Range(1_388_534_400, 1_798_761_600).Draw(t, "at"), 0).UTC(),
		Kind: words.Draw(t, "kind"), Counterpart: words.Draw(t, "counterpart"), Goods: words.Draw(t, "goods"),
		Direction: rapid.SampledFrom([]string{statement.Outgoing, statement.Incoming, statement.Neutral}).Draw(t, "way"),
		Amount:    recovery.Money(rapid.Int64Range(0, int64(recovery.MaxMoney)).Draw(t, "fen")),
		Method:    words.Draw(t, "method"), State: words.Draw(t, "state"), Remark: words.Draw(t, "remark"),
		TransactionNo: rapid.StringMatching(`[0-9]{10,32}`).Draw(t, "number"),
		MerchantNo:    rapid.StringMatching(`[0-9A-Z]{6,20}`).Draw(t, "merchant"),
	}
})

func local(at time.Time) string {
	return at.In(time.FixedZone("CST", 8*60*60)).Format("2006-01-02 15:04:05")
}

func yuan(m recovery.Money) string { return fmt.Sprintf("%d.%02d", m/100, m%100) }

func quote(text string) string { return `"` + text + `"` }

func asWeChat(x statement.Transaction) string {
	way := x.Direction
	if way == statement.Neutral {
		way = "/"
	}
	return strings.Join([]string{
		local(x.At), quote(x.Kind), quote(x.Counterpart), quote(x.Goods), quote(way), "¥" + yuan(x.Amount), quote(x.Method),
		quote(x.State), quote(x.TransactionNo) + "\t", quote(x.MerchantNo) + "\t", quote(x.Remark),
	}, ",")
}

// asAlipay pads its cells and cannot hold a comma in one.
func asAlipay(x statement.Transaction) string {
	cells := []string{
		local(x.At), x.Kind, x.Counterpart, "/", x.Goods, x.Direction, yuan(x.Amount), x.Method, x.State,
		x.TransactionNo + "\t", x.MerchantNo + "\t", x.Remark, "",
	}
	return strings.Join(cells, "    ,")
}

func asCells(x statement.Transaction) []any {
	return []any{
		local(x.At), x.Kind, x.Counterpart, x.Goods, x.Direction, "¥" + x.Amount.String(), x.Method, x.State,
		x.TransactionNo + "\t", x.MerchantNo, x.Remark,
	}
}

// same compares a bill with the rows it was made of; row numbers aside.
func same(t *rapid.T, form string, bill *statement.Bill, want []statement.Transaction) {
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
			rows = append(rows, asWeChat(x))
		}
		same(r, statement.WeChatCSV, parse(t, weChat(rows...)), want)
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
			rows = append(rows, asAlipay(want[i]))
		}
		same(r, statement.AlipayCSV, parse(t, aliPay(t, rows...)), want)
	})
}

func TestAWorkbookComesBackWhole(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		want := rapid.SliceOfN(transactions, 1, 4).Draw(r, "rows")
		var rows [][]any
		for _, x := range want {
			rows = append(rows, asCells(x))
		}
		same(r, statement.WeChatXLSX, read(t, workbook(t, sheet(rows...))), want)
	})
}

// What was sent by mistake is found in any bill it stands in, by what the
// claimant remembers of it.
func TestTheMisSendIsFound(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		rows := rapid.SliceOfNDistinct(transactions, 1, 20, func(x statement.Transaction) recovery.Money { return x.Amount }).Draw(r, "rows")
		sent := rapid.IntRange(0, len(rows)-1).Draw(r, "sent")
		rows[sent].Direction = statement.Outgoing
		var lines []string
		for _, x := range rows {
			lines = append(lines, asWeChat(x))
		}
		remembered := rows[sent].At.Add(time.Duration(rapid.Int64Range(-600, 600).Draw(r, "off")) * time.Second)
		got := parse(t, weChat(lines...)).FindMatches(rows[sent].Amount, remembered, "")
		if len(got) == 0 || !got[0].Matched || got[0].Transaction.TransactionNo != rows[sent].TransactionNo {
			r.Fatalf("row %d was not found: %+v", sent, got)
		}
	})
}
