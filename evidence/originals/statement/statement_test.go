package statement_test

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/simplifiedchinese"
	"pgregory.net/rapid"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

const (
	weChatHead = "交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注"
	aliPayHead = "交易时间            ,交易分类      ,交易对方     ,对方账号   ,商品说明  ,收/支   ,金额     ,收/付款方式   ,交易状态  ,交易订单号   ,商家订单号  ,备注     ,"
)

// weChatBill returns a bill in the form of WeChat: byte order mark, a preamble padded
// with commas, the header, rows.
func weChatBill(rows ...string) string {
	return "\uFEFF微信支付账单明细,,,,,,,,,,\r\n微信昵称：[\"测试\"],,,,,,,,,,\r\n,,,,,,,,,,\r\n" +
		"----------------------微信支付账单明细列表--------------------,,,,,,,,,,\r\n" +
		weChatHead + "\r\n" + strings.Join(rows, "\r\n") + "\r\n"
}

// alipayBill returns a bill in the form of Alipay: GB18030, a preamble with rules and
// notes, padded cells and a trailing comma.
func alipayBill(t testing.TB, rows ...string) string {
	t.Helper()
	text := strings.Repeat("-", 84) + "\n导出信息：\n姓名：某人\n共3笔记录\n\n特别提示：\n1.仅供核对，请勿涂改；\n\n" +
		"------------------------电子客户回单------------------------\n" + aliPayHead + "\n" + strings.Join(rows, "\n") + "\n"
	encoded, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return encoded
}

func parseBill(t testing.TB, text string) *statement.Bill {
	t.Helper()
	bill, err := statement.Parse(strings.NewReader(text), 0)
	if err != nil {
		t.Fatalf("parse: %v", err)
	}
	return bill
}

func parseUTC(text string) time.Time {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return at.UTC()
}

func TestWeChatCSV(t *testing.T) {
	t.Parallel()
	bill := parseBill(t, weChatBill(
		`2026-11-20 12:45:27,"转账","房东","转账备注:十一月","支出",¥2,"零钱","朋友已收钱","1000050001"`+"\t,\"129\"\t,\"/\"",
		`2026-11-20 13:00:00,微信红包,山风,/,收入,¥0.35,/,已存入零钱,1000050002`+"\t,/\t,/",
		`2026-11-20 14:00:00,零钱提现,某行(1234),"/",/,"¥1,001.10",某行,提现已到账,1000050003`+"\t,/\t,\"服务费¥1.00\"",
	))
	want := &statement.Bill{
		Platform: recovery.WeChat, Form: statement.WeChatCSV,
		Transactions: []statement.Transaction{
			{
				Row: 6, At: parseUTC("2026-11-20T04:45:27Z"), Kind: "转账", Counterpart: "房东", Goods: "转账备注:十一月",
				Direction: statement.Outgoing, Amount: 200, Method: "零钱", State: "朋友已收钱", TransactionNo: "1000050001",
				MerchantNo: "129", Remark: "/",
			},
			{
				Row: 7, At: parseUTC("2026-11-20T05:00:00Z"), Kind: "微信红包", Counterpart: "山风", Goods: "/",
				Direction: statement.Incoming, Amount: 35, Method: "/", State: "已存入零钱", TransactionNo: "1000050002", Remark: "/",
			},
			{
				Row: 8, At: parseUTC("2026-11-20T06:00:00Z"), Kind: "零钱提现", Counterpart: "某行(1234)", Goods: "/",
				Direction: statement.Neutral, Amount: 100_110, Method: "某行", State: "提现已到账", TransactionNo: "1000050003",
				Remark: "服务费¥1.00",
			},
		},
	}
	if diff := cmp.Diff(want, bill); diff != "" {
		t.Error(diff)
	}
}

func TestAlipayCSV(t *testing.T) {
	t.Parallel()
	bill := parseBill(t, alipayBill(t,
		"2026-11-20 21:32:14 ,转账红包   ,山风      ,/     ,转账   ,支出   ,49.74     ,余额宝   ,交易成功   ,20261120001100\t,20230xx\t,      ,",
		"2026-11-18 10:17:29 ,退款   ,某店      ,abc***@163.com     ,退款   ,不计收支   ,222228.50     ,余额   ,退款成功   ,20261118\t,          \t,      ,",
		"2026-11-10 13:10:16,日用百货,某店,/,某物,收入,82.00,,交易关闭,20261110\t,\t,,",
	))
	want := &statement.Bill{
		Platform: recovery.Alipay, Form: statement.AlipayCSV, Stated: 3,
		Transactions: []statement.Transaction{
			{
				Row: 11, At: parseUTC("2026-11-20T13:32:14Z"), Kind: "转账红包", Counterpart: "山风", Goods: "转账",
				Direction: statement.Outgoing, Amount: 4974, Method: "余额宝", State: "交易成功", TransactionNo: "20261120001100", MerchantNo: "20230xx",
			},
			{
				Row: 12, At: parseUTC("2026-11-18T02:17:29Z"), Kind: "退款", Counterpart: "某店", Account: "abc***@163.com", Goods: "退款",
				Direction: statement.Neutral, Amount: 22_222_850, Method: "余额", State: "退款成功", TransactionNo: "20261118",
			},
			{
				Row: 13, At: parseUTC("2026-11-10T05:10:16Z"), Kind: "日用百货", Counterpart: "某店", Goods: "某物",
				Direction: statement.Incoming, Amount: 8200, State: "交易关闭", TransactionNo: "20261110",
				Reversal: statement.Reversal{Kind: statement.NeverPaid, Words: "交易关闭"},
			},
		},
	}
	if diff := cmp.Diff(want, bill); diff != "" {
		t.Error(diff)
	}
}

// changedRow returns a WeChat row with one cell changed.
func changedRow(column int, cell string) string {
	cells := []string{"2026-11-20 12:45:27", "转账", "房东", "/", "支出", "¥28.16", "零钱", "已收钱", "1000050001", "/", "/"}
	cells[column] = cell
	return strings.Join(cells, ",")
}

func TestCells(t *testing.T) {
	t.Parallel()
	at := parseUTC("2026-11-20T04:45:27Z")
	for _, test := range []struct {
		column int
		cell   string
		amount recovery.Money
		at     time.Time
		way    string
	}{
		{5, "28.50", 2850, at, statement.Outgoing},
		{5, "￥28.5", 2850, at, statement.Outgoing},
		{5, "¥ 28", 2800, at, statement.Outgoing},
		{5, "２８．５０", 2850, at, statement.Outgoing},
		{5, "28.50元", 2850, at, statement.Outgoing},
		{5, `"1,234,567.89"`, 123_456_789, at, statement.Outgoing},
		{5, "0.00", 0, at, statement.Outgoing},
		{5, "548.58000000000004", 54_858, at, statement.Outgoing},
		{5, "7.0000000000000007E-2", 7, at, statement.Outgoing},
		{5, "100000000.00", recovery.MaxMoney, at, statement.Outgoing},
		{0, "2026/11/20 12:45:27", 2816, at, statement.Outgoing},
		{0, "2026/11/2 9:05", 2816, parseUTC("2026-11-02T01:05:00Z"), statement.Outgoing},
		{0, `"2026-11-20 12:45:27"`, 2816, at, statement.Outgoing},
		{0, "２０２６-11-20 12:45:27", 2816, at, statement.Outgoing},
		{4, "收入", 2816, at, statement.Incoming},
		{4, "/", 2816, at, statement.Neutral},
		{4, "", 2816, at, statement.Neutral},
		{4, "不计收支", 2816, at, statement.Neutral},
		{4, "中性交易", 2816, at, statement.Neutral},
	} {
		bill := parseBill(t, weChatBill(changedRow(test.column, test.cell)))
		if len(bill.Transactions) != 1 {
			t.Errorf("%q: %+v", test.cell, bill.RowFaults)
			continue
		}
		got := bill.Transactions[0]
		if got.Amount != test.amount || !got.At.Equal(test.at) || got.Direction != test.way {
			t.Errorf("%q: %s fen at %s, %s", test.cell, got.Amount, got.At, got.Direction)
		}
	}
}

func TestFaultyRowsAreNamedAndTheOthersRead(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, row, column string }{
		{"a day that is none", changedRow(0, "2026-02-30 10:00:00"), "交易时间"},
		{"a year long ago", changedRow(0, "1926-11-20 10:00:00"), "交易时间"},
		{"no time", changedRow(0, ""), "交易时间"},
		{"words for an amount", changedRow(5, "二十元"), "金额(元)"},
		{"a negative amount", changedRow(5, "-28.16"), "金额(元)"},
		{"three places", changedRow(5, "28.165"), "金额(元)"},
		{"commas anywhere", changedRow(5, `"1,23,4.00"`), "金额(元)"},
		{"no amount", changedRow(5, ""), "金额(元)"},
		{"an amount beyond all", changedRow(5, "99999999999"), "金额(元)"},
		{"a direction", changedRow(4, "向左"), "收/支"},
		{"too few cells", "2026-11-20 12:45:27,转账,房东", ""},
		{"a novel in a cell", changedRow(2, strings.Repeat("长", 4000)), ""},
	} {
		bill := parseBill(t, weChatBill(changedRow(2, "前"), test.row, changedRow(2, "后")))
		if len(bill.Transactions) != 2 || len(bill.RowFaults) != 1 {
			t.Errorf("%s: %d rows, faults %+v", test.name, len(bill.Transactions), bill.RowFaults)
			continue
		}
		if fault := bill.RowFaults[0]; fault.Row != 7 || fault.Column != test.column || fault.Why == "" {
			t.Errorf("%s: %+v", test.name, fault)
		}
	}
}

func TestQuotes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, cell, want string }{
		{"bare quotes inside", `打开某店，点"视频"`, `打开某店，点"视频"`},
		{"doubled quotes", `"甲""乙""丙"`, `甲"乙"丙`},
		{"quotes that nobody doubled", `"甲"乙"丙"`, `甲"乙"丙`},
		{"a doubled quote at the end", `"甲""乙"""`, `甲"乙"`},
		{"a comma inside", `"甲,乙"`, "甲,乙"},
		{"a line break inside", "\"甲\n乙\"", "甲\n乙"},
		{"nothing inside", `""`, ""},
		{"padding after the quote", "\"甲\"\t ", "甲"},
		{"a quote that never ends", `"甲`, `"甲`},
	} {
		bill := parseBill(t, weChatBill(changedRow(2, test.cell), changedRow(2, "后")))
		if len(bill.Transactions) != 2 || len(bill.RowFaults) != 0 {
			t.Errorf("%s: %d rows, faults %+v", test.name, len(bill.Transactions), bill.RowFaults)
			continue
		}
		if got := bill.Transactions[0].Counterpart; got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

// Thousands of stray quotes lose no row, and reading stays fast, because cells of
// several lines are no longer read.
func TestManyStrayQuotes(t *testing.T) {
	t.Parallel()
	rows := make([]string, 0, 6_001)
	for range 3_000 {
		rows = append(rows, `"甲`, changedRow(2, `"乙`))
	}
	bill := parseBill(t, weChatBill(append(rows, changedRow(2, "丙"))...))
	if len(bill.Transactions) != 3_001 || len(bill.RowFaults) != 3_000 {
		t.Errorf("%d rows, %d faults", len(bill.Transactions), len(bill.RowFaults))
	}
}

func TestHeaderByContent(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, text string }{
		{"no preamble at all", weChatHead + "\n" + changedRow(2, "房东")},
		{"columns in another order", "金额(元),收/支,交易单号,交易对方,交易时间\n28.16,支出,1000050001,房东,2026-11-20 12:45:27\n"},
		{"a heading in full width", "交易时间,交易对方,收／支,金额（元）,交易单号\n2026-11-20 12:45:27,房东,支出,28.16,1000050001"},
		{"columns nobody knows", "序号,交易时间,心情,交易对方,收/支,金额(元),交易单号\n1,2026-11-20 12:45:27,好,房东,支出,28.16,1000050001"},
		{"two exports in one file", weChatHead + "\n" + weChatHead + "\n" + changedRow(2, "房东")},
	} {
		bill := parseBill(t, "微信支付账单明细\n"+test.text)
		if len(bill.Transactions) != 1 || len(bill.RowFaults) != 0 {
			t.Errorf("%s: %+v", test.name, bill)
			continue
		}
		got := bill.Transactions[0]
		if got.Amount != 2816 || got.Counterpart != "房东" || got.TransactionNo != "1000050001" || bill.Platform != recovery.WeChat {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}

func TestTheOldAlipayFormAndItsSummary(t *testing.T) {
	t.Parallel()
	bill := parseBill(t, "支付宝交易记录明细查询\n"+
		"交易号                  ,商家订单号               ,交易创建时间              ,交易对方            ,商品名称                ,金额（元）,收/支     ,交易状态    ,\n"+
		"2018050121001  \t,  \t,2018-05-01 10:00:00,山风,转账,12.00,支出,交易成功,\n"+
		"------------------------------------------------------------------------------------\n"+
		"已支出:1笔,12.00元\n导出时间:[2018-06-01 00:00:00]    用户:某人\n")
	if len(bill.Transactions) != 1 || len(bill.RowFaults) != 0 || bill.Platform != recovery.Alipay {
		t.Errorf("%+v", bill)
	}
}

func TestAFileCutOffMidway(t *testing.T) {
	t.Parallel()
	text := weChatBill(changedRow(2, "甲"), changedRow(2, "房东"))
	cut := strings.LastIndex(text, "房东") + 1 // in the middle of a character
	bill := parseBill(t, text[:cut])
	if len(bill.Transactions) != 1 || len(bill.RowFaults) != 1 {
		t.Errorf("%+v", bill)
	}
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, data    string
		limit         int64
		code          recovery.Code
		field, reason string
	}{
		{"nothing", "", 0, recovery.CodeInvalid, "file", "empty"},
		{"white space", " \r\n\t", 0, recovery.CodeInvalid, "file", "empty"},
		{"a letter", "亲爱的朋友，\n你好。\n", 0, recovery.CodeInvalid, "file", "not_a_bill"},
		{"a picture", "\x89PNG\r\n\x1a\n\x00\x00", 0, recovery.CodeInvalid, "file", "picture"},
		{"a preamble without list", "微信支付账单明细,,,\n收/支\n", 0, recovery.CodeInvalid, "file", "not_a_bill"},
		{"a byte too many", weChatBill(), int64(len(weChatBill())) - 1, recovery.CodeTooLarge, "", ""},
		{"rows too many", "交易时间,收/支,金额,交易单号\n" + strings.Repeat("2026-1-1 1:1,支出,1,1\n", statement.MaxRows+1), 0, recovery.CodeTooLarge, "", ""},
		{"nothing but faults", weChatHead + "\n" + strings.Repeat("x\n", statement.MaxFaults+1), 0, recovery.CodeInvalid, "file", "too_many_faults"},
		{"in English", "\uFEFFWeChat Pay Statement,,,\n\nTransaction Time,Transaction Type,Counterparty,Product,Income/Expense,Amount(CNY),Payment Method,Status,Transaction ID\n2026-11-20 12:45:27,Transfer,Bob,/,Expense,¥1.00,Balance,Done,1\n", 0, recovery.CodeInvalid, "file", "other_language"},
		{"in traditional characters", "交易時間,交易類型,交易對方,商品,收/支,金額(元),支付方式,當前狀態,交易單號\n2026-11-20 12:45:27,轉賬,阿明,/,支出,¥1.00,零錢,已轉賬,1\n", 0, recovery.CodeInvalid, "file", "other_language"},
		{"half a workbook", "PK\x03\x04and nothing", 0, recovery.CodeInvalid, "file", "broken"},
	} {
		bill, err := statement.Parse(strings.NewReader(test.data), test.limit)
		var fault *recovery.Fault
		if !errors.As(err, &fault) || fault.Code != test.code || bill != nil {
			t.Errorf("%s: %+v, %v", test.name, bill, err)
			continue
		}
		if test.field != "" && (len(fault.Fields) != 1 || fault.Fields[0].Field != test.field || fault.Fields[0].Code != test.reason) {
			t.Errorf("%s: %+v", test.name, fault.Fields)
		}
	}
}

func TestExactlyTheLimitIsRead(t *testing.T) {
	t.Parallel()
	text := weChatBill(changedRow(2, "甲"))
	if _, err := statement.Parse(strings.NewReader(text), int64(len(text))); err != nil {
		t.Error(err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("the line went dead") }

func TestAReaderThatFails(t *testing.T) {
	t.Parallel()
	if _, err := statement.Parse(failing{}, 0); err == nil || recovery.CodeOf(err) != recovery.CodeInternal {
		t.Errorf("%v", err)
	}
}

// For any cells, each row is returned once, as a transaction or as a fault.
func TestNoRowIsLost(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cells := rapid.SliceOfN(rapid.StringOfN(rapid.SampledFrom([]rune("甲\"',\t a-1/")), 0, 12, -1), 1, 30).Draw(t, "cells")
		rows := make([]string, len(cells), len(cells)+1)
		for i, cell := range cells {
			rows[i] = changedRow(2, cell)
		}
		rows = append(rows, changedRow(2, "后"))
		bill, err := statement.Parse(strings.NewReader(weChatBill(rows...)), 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(bill.Transactions) + len(bill.RowFaults); got != len(rows) {
			t.Fatalf("%d rows went in, %d came out", len(rows), got)
		}
	})
}

func TestQuotedCellsComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		name := strings.TrimSpace(rapid.StringOfN(rapid.SampledFrom([]rune("甲乙,;x'（）")), 0, 20, -1).Draw(t, "name"))
		bill, err := statement.Parse(strings.NewReader(weChatBill(changedRow(2, fmt.Sprintf("%q", name)+"\t"))), 0)
		if err != nil || len(bill.Transactions) != 1 || bill.Transactions[0].Counterpart != name {
			t.Fatalf("%q: %+v, %v", name, bill, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(weChatBill(changedRow(2, `"甲`), changedRow(5, "￥1"))))
	f.Add([]byte(alipayBill(f, "2026-11-20 21:32:14 ,转账,某人,/,转账,支出,49.74,余额宝,交易成功,2026\t,\t,,")))
	f.Add([]byte("\xff\xfe交易时间"))
	f.Add(newWorkbook(f, [][]any{{"交易时间", "收/支", "金额(元)", "交易单号"}, {"2026-11-20 12:45:27", "支出", 28.16, "1"}}))
	f.Fuzz(func(t *testing.T, data []byte) {
		bill, err := statement.Parse(bytes.NewReader(data), 1<<20)
		if (err == nil) != (bill != nil) {
			t.Fatalf("bill %v with error %v", bill, err)
		}
		if err != nil {
			return
		}
		for _, transaction := range bill.Transactions {
			if transaction.Amount < 0 || transaction.Amount > recovery.MaxMoney || transaction.Row < 1 || transaction.At.IsZero() {
				t.Fatalf("%+v", transaction)
			}
		}
		bill.ProposeMatches(statement.ClaimedPayment{Amount: 100, SentAt: parseUTC("2026-11-20T04:45:27Z"), TransactionNo: "1", Counterparts: []string{"甲"}})
	})
}
