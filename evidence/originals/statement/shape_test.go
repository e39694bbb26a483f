package statement_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// billHeads are a header and a sound row of every form of text. The row has no empty cell,
// so that a cell more or less moves the others.
var billHeads = map[string][2]string{
	"WeChat": {"微信支付账单明细\n" + weChatHead, "2026-11-20 12:45:27,转账,房东,租金,支出,¥28.16,零钱,已收钱,1000050001261120,1000050001202611,无"},
	"Alipay website": {
		"支付宝交易记录明细查询\n交易号,商家订单号,交易创建时间,付款时间,最近修改时间,交易来源地,类型,交易对方,商品名称,金额（元）,收/支,交易状态,服务费（元）,成功退款（元）,备注,资金状态",
		"2026112000001,20261120M1,2026-11-20 12:45:27,2026-11-20 12:45:28,2026-11-20 12:45:29,其他,即时到账交易,房东,转账,28.16,支出,交易成功,0.00,0.00,无,已支出",
	},
	"Alipay 2021": {
		"支付宝交易记录明细查询\n收/支,交易对方,对方账号,商品说明,收/付款方式,金额,交易状态,交易分类,交易订单号,商家订单号,交易时间",
		"支出,房东,138******11,转账,余额宝,28.16,交易成功,转账红包,2026112000001,20261120M1,2026-11-20 12:45:27",
	},
	"Alipay app": {
		"支付宝账户：a@example.com\n交易时间,交易分类,交易对方,对方账号,商品说明,收/支,金额,收/付款方式,交易状态,交易订单号,商家订单号,备注,",
		"2026-11-20 12:45:27,转账红包,房东,138******11,转账,支出,28.16,余额宝,交易成功,2026112000001,20261120M1,无,",
	},
}

// TestACellTooManyOrTooFewIsAFault: wherever a cell is added or missing, the row is a fault
// and no value stands under a wrong heading.
func TestACellTooManyOrTooFewIsAFault(t *testing.T) {
	t.Parallel()
	for name, form := range billHeads {
		cells := strings.Split(form[1], ",")
		for place := range cells {
			for change, broken := range map[string][]string{
				"an empty cell":  slices.Insert(slices.Clone(cells), place, ""),
				"a word":         slices.Insert(slices.Clone(cells), place, "甲"),
				"a number":       slices.Insert(slices.Clone(cells), place, "1000050009"),
				"a missing cell": slices.Delete(slices.Clone(cells), place, place+1),
			} {
				if place == len(cells)-1 && cells[place] == "" && change == "a missing cell" {
					continue // the empty cell at the end says nothing
				}
				text := form[0] + "\n" + form[1] + "\n" + strings.Join(broken, ",") + "\n" + form[1] + "\n"
				bill := parseBill(t, text)
				if len(bill.Transactions) != 2 || len(bill.RowFaults) != 1 || bill.RowFaults[0].Code != "shape" {
					t.Errorf("%s, %s at %d: %d rows, %+v", name, change, place, len(bill.Transactions), bill.RowFaults)
				}
			}
		}
	}
}

// TestTheOnlyRowIsShifted: alone in its file, a row with a cell too many is no form of the
// file but a refusal with the reason.
func TestTheOnlyRowIsShifted(t *testing.T) {
	t.Parallel()
	for name, form := range billHeads {
		cells := strings.Split(form[1], ",")
		for place := range len(cells) - 4 {
			broken := slices.Insert(slices.Clone(cells), place, "1")
			broken[len(broken)-1] = ""
			_, err := statement.Parse(strings.NewReader(form[0]+"\n"+strings.Join(broken, ",")+"\n"), 0)
			if code := fieldCode(err); code != "unreadable_shape" {
				t.Errorf("%s at %d: %v", name, place, err)
			}
		}
	}
}

// TestAStrayQuoteSwallowsNothing: in every form and every cell, one quote at the beginning
// of a cell, closed in a later row or never, leaves all rows as they are.
func TestAStrayQuoteSwallowsNothing(t *testing.T) {
	t.Parallel()
	for name, form := range billHeads {
		cells := strings.Split(form[1], ",")
		for place := range cells {
			opened, closed := slices.Clone(cells), slices.Clone(cells)
			opened[place], closed[place] = `"`+opened[place], closed[place]+`"`
			for _, rows := range [][]string{
				{strings.Join(opened, ","), form[1], strings.Join(closed, ","), form[1]},
				{strings.Join(opened, ","), form[1], form[1]},
			} {
				bill := parseBill(t, form[0]+"\n"+strings.Join(rows, "\n")+"\n")
				if got := len(bill.Transactions) + len(bill.RowFaults); got != len(rows) {
					t.Errorf("%s, cell %d: %d rows of %d", name, place, got, len(rows))
				}
				for _, row := range bill.Transactions {
					if row.Amount != 2816 || !row.At.Equal(parseUTC("2026-11-20T04:45:27Z")) {
						t.Errorf("%s, cell %d: %+v", name, place, row)
					}
				}
			}
		}
	}
}

// TestACellOfSeveralLines: in every form, a quoted cell of several lines is one cell. The
// first cell is a time, a number or a direction: from there, every line would look like a row.
func TestACellOfSeveralLines(t *testing.T) {
	t.Parallel()
	for name, form := range billHeads {
		cells := strings.Split(form[1], ",")
		for place := 1; place < len(cells); place++ {
			long := slices.Clone(cells)
			long[place] = `"` + long[place] + "\n第二行，说明\n第三行\""
			bill := parseBill(t, form[0]+"\n"+form[1]+"\n"+strings.Join(long, ",")+"\n"+form[1]+"\n")
			if got := len(bill.Transactions) + len(bill.RowFaults); got != 3 || len(bill.Transactions) < 2 {
				t.Errorf("%s, cell %d: %d rows, %+v", name, place, len(bill.Transactions), bill.RowFaults)
			}
		}
	}
}

// TestQuotesAnywhere: for any quotes in any cells of any form, each row comes back once and
// none has the amount of another.
func TestQuotesAnywhere(t *testing.T) {
	t.Parallel()
	forms := []string{"WeChat", "Alipay website", "Alipay 2021", "Alipay app"}
	rapid.Check(t, func(t *rapid.T) {
		form := billHeads[rapid.SampledFrom(forms).Draw(t, "form")]
		count := rapid.IntRange(1, 12).Draw(t, "rows")
		lines := []string{form[0]}
		for i := range count {
			cells := strings.Split(strings.Replace(form[1], "28.16", fmt.Sprintf("28.%02d", i), 1), ",")
			for range rapid.IntRange(0, 2).Draw(t, "quotes") {
				place := rapid.IntRange(0, len(cells)-1).Draw(t, "place")
				if !strings.Contains(cells[place], "28.") {
					cells[place] = rapid.SampledFrom([]string{`"` + cells[place], cells[place] + `"`, `"` + cells[place] + `"`}).Draw(t, "quote")
				}
			}
			lines = append(lines, strings.Join(cells, ","))
		}
		lines = append(lines, strings.Replace(form[1], "28.16", "99.00", 1))
		bill, err := statement.Parse(strings.NewReader(strings.Join(lines, "\n")), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(bill.Transactions) + len(bill.RowFaults); got != count+1 {
			t.Fatalf("%d rows of %d: %+v", got, count+1, bill)
		}
		for _, row := range bill.Transactions {
			if want := recovery.Money(2800 + row.Row - strings.Count(form[0], "\n") - 2); row.Amount != want && row.Amount != 9900 {
				t.Fatalf("row %d has %s", row.Row, row.Amount)
			}
		}
	})
}

// TestExportsPutTogether: several exports of a wallet in one file are read, what they have
// in common once, and their stated rows are added.
func TestExportsPutTogether(t *testing.T) {
	t.Parallel()
	preamble := func(count int) string {
		return fmt.Sprintf("微信支付账单明细,,,\n微信昵称：[甲],,,\n共%d笔记录,,,\n----微信支付账单明细列表----,,,\n", count)
	}
	row := func(no int) string {
		return strings.Replace(changedRow(2, "甲"), "1000050001", fmt.Sprintf("100005000%d", no), 1) + "\n"
	}
	first := preamble(2) + weChatHead + "\n" + row(1) + row(2)
	for name, test := range map[string]struct {
		text               string
		rows, stated, same int
	}{
		"one":                        {first, 2, 2, 0},
		"two, one row in common":     {first + preamble(2) + weChatHead + "\n" + row(2) + row(3), 3, 4, 1},
		"the same twice":             {first + first, 2, 4, 2},
		"without the second heading": {first + row(3), 3, 2, 0},
	} {
		bill := parseBill(t, test.text)
		if len(bill.Transactions) != test.rows || bill.Stated != test.stated || bill.Repeated != test.same || bill.IsIncomplete() || len(bill.RowFaults) != 0 {
			t.Errorf("%s: %d rows, stated %d, %d repeated, %+v", name, len(bill.Transactions), bill.Stated, bill.Repeated, bill.RowFaults)
		}
	}
	mixed := parseBill(t, first+billHeads["Alipay app"][0]+"\n"+billHeads["Alipay app"][1]+"\n")
	if len(mixed.Transactions) != 2 || len(mixed.RowFaults) != 1 || !strings.Contains(mixed.RowFaults[0].Why, "另一个钱包") {
		t.Errorf("two wallets: %+v", mixed)
	}
}

func TestRowsStatedAndRead(t *testing.T) {
	t.Parallel()
	row := changedRow(2, "甲") + "\n"
	for _, test := range []struct {
		text       string
		incomplete bool
	}{
		{"共2笔记录\n" + weChatHead + "\n" + row, true},
		{"共1笔记录\n" + weChatHead + "\n" + row, false},
		{"共：2笔记录\n" + weChatHead + "\n" + row, true},
		{weChatHead + "\n" + row, false},
		{"共2笔记录\n" + weChatHead + "\n" + row + "坏\n", true},
	} {
		if bill := parseBill(t, "微信支付账单明细\n"+test.text); bill.IsIncomplete() != test.incomplete {
			t.Errorf("%q: stated %d, %d rows", test.text, bill.Stated, len(bill.Transactions))
		}
	}
}
