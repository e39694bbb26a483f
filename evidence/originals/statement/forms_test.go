package statement_test

import (
	"encoding/binary"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// form is one form of export: who writes it, or which program saved it again.
type form struct {
	wallet   recovery.Platform
	name     string // as in docs/bills.md
	years    string
	seen     string // how the form is known
	file     func(testing.TB, []statement.Transaction) []byte
	noMethod bool // it does not say how was paid
}

const (
	seenReal       = "real export, by its generator's list"
	seenPrinted    = "columns printed in public sources, by its generator's list"
	seenPrintedPDF = "columns printed in public sources; no certificate was seen (`evidence/originals/decode` TestCertifiedLists)"
	seenSaved      = "the export above, saved again"
	seenNever      = "not seen; read by the wallet's own line and the usual column names"
)

// exportForms are all forms that are read.
var exportForms = []form{
	{wallet: recovery.WeChat, name: "CSV, mailed by the app", years: "2019–2025", seen: seenReal, file: weChatForm},
	{wallet: recovery.WeChat, name: "XLSX, mailed by the app", years: "2025–", seen: seenReal, file: weChatBook(nil)},
	{wallet: recovery.Alipay, name: "CSV of the website, padded, GBK", years: "2015–2022", seen: seenPrinted, file: alipayWebForm, noMethod: true},
	{wallet: recovery.Alipay, name: "CSV of the app, 收/支 first", years: "2020–2021", seen: seenReal, file: alipayFirstForm},
	{wallet: recovery.Alipay, name: "CSV of the app, GBK", years: "2021–", seen: seenReal, file: alipayForm},
	{wallet: recovery.QQ, name: "CSV or XLSX", years: "unknown", seen: seenNever, file: namedForm("QQ钱包账单明细")},
	{wallet: recovery.WeCom, name: "CSV or XLSX", years: "unknown", seen: seenNever, file: namedForm("企业微信收支明细")},
	{wallet: recovery.WeChat, name: "CSV UTF-8 by Excel or WPS, without quotes", years: "any", seen: seenSaved, file: unquoted(weChatForm)},
	{wallet: recovery.WeChat, name: "CSV in GBK by Excel", years: "any", seen: seenSaved, file: encoded(unquoted(weChatForm), toGBK)},
	{wallet: recovery.WeChat, name: "Unicode text by Excel: UTF-16, tabs", years: "any", seen: seenSaved, file: encoded(separated(weChatForm, "\t"), toUTF16(binary.LittleEndian, true))},
	{wallet: recovery.WeChat, name: "UTF-16 with the high byte first", years: "any", seen: seenSaved, file: encoded(weChatForm, toUTF16(binary.BigEndian, true))},
	{wallet: recovery.WeChat, name: "UTF-16 without a mark", years: "any", seen: seenSaved, file: encoded(weChatForm, toUTF16(binary.LittleEndian, false))},
	{wallet: recovery.WeChat, name: "CSV with semicolons", years: "any", seen: seenSaved, file: encoded(separated(weChatForm, ";"), nil)},
	{wallet: recovery.WeChat, name: "CSV for Macintosh: lines end with CR", years: "any", seen: seenSaved, file: encoded(weChatForm, lineEnds("\r"))},
	{wallet: recovery.WeChat, name: "line ends converted twice", years: "any", seen: seenSaved, file: encoded(weChatForm, lineEnds("\r\r\n"))},
	{wallet: recovery.Alipay, name: "CSV UTF-8 with a mark", years: "any", seen: seenSaved, file: encoded(alipayForm, fromGBK)},
	{wallet: recovery.Alipay, name: "CSV by Excel: empty cells at the end left out in blocks of 16 rows", years: "any", seen: seenSaved, file: withoutRemarks},
	{wallet: recovery.WeChat, name: "XLSX with date cells (Excel, WPS)", years: "any", seen: seenSaved, file: weChatBook(dateCells)},
	{wallet: recovery.WeChat, name: "XLSX that counts from 1904 (Numbers, old Excel for Mac)", years: "any", seen: seenSaved, file: weChatBook(countFrom1904)},
	{wallet: recovery.WeChat, name: "XLSX with hidden rows (a filter)", years: "any", seen: seenSaved, file: weChatBook(hideRows)},
	{wallet: recovery.WeChat, name: "XLSX with a cover sheet", years: "any", seen: seenSaved, file: weChatBook(addCover)},
}

// printedForms are read in package decode, with a PDF that is written there.
var printedForms = []form{
	{wallet: recovery.WeChat, name: "PDF, 微信支付交易明细证明", years: "2019–", seen: seenPrintedPDF},
	{wallet: recovery.Alipay, name: "PDF, 支付宝交易流水证明", years: "2021–", seen: seenPrintedPDF},
}

// formRows are payments that a wallet could write.
func formRows() []statement.Transaction {
	at := parseUTC("2026-11-20T04:45:27Z")
	var rows []statement.Transaction
	for i := range 20 {
		digits := "0000000" + strconv.Itoa(1001+i)
		row := statement.Transaction{
			At: at.Add(time.Duration(-i) * 7 * time.Hour), Kind: "转账", Counterpart: "周宁" + string(rune('甲'+i)), Goods: "转账备注:十一月",
			Direction: statement.Outgoing, Amount: recovery.Money(123_450 + i), Method: "零钱", State: "朋友已收钱",
			TransactionNo: "1000050001261128" + digits, MerchantNo: "1000050001202611" + digits, Remark: "/",
		}
		if i%3 == 1 {
			row.Direction, row.Kind, row.State = statement.Incoming, "微信红包", "已存入零钱"
		}
		rows = append(rows, row)
	}
	return rows
}

func weChatForm(_ testing.TB, rows []statement.Transaction) []byte {
	var lines []string
	for _, x := range rows {
		lines = append(lines, weChatRow(x))
	}
	return []byte(weChatBill(lines...))
}

// namedForm is a bill with the columns of WeChat under another name.
func namedForm(title string) func(testing.TB, []statement.Transaction) []byte {
	return func(t testing.TB, rows []statement.Transaction) []byte {
		text := strings.Replace(string(weChatForm(t, rows)), "微信支付账单明细", title, 1)
		text = strings.Replace(text, "微信昵称", "昵称", 1)
		return []byte(strings.Replace(text, "微信支付账单明细列表", "列表", 1))
	}
}

func alipayForm(t testing.TB, rows []statement.Transaction) []byte {
	var lines []string
	for _, x := range rows {
		lines = append(lines, strings.Replace(alipayRow(x), "/    ,", x.Account+"    ,", 1))
	}
	return []byte(alipayBill(t, lines...))
}

// alipayFirstForm is the form of 2020 and 2021, in which the direction is first and the
// time is last.
func alipayFirstForm(t testing.TB, rows []statement.Transaction) []byte {
	var text strings.Builder
	text.WriteString("支付宝交易记录明细查询\n收/支,交易对方,对方账号,商品说明,收/付款方式,金额,交易状态,交易分类,交易订单号,商家订单号,交易时间\n")
	for _, x := range rows {
		text.WriteString(strings.Join([]string{
			x.Direction, x.Counterpart, x.Account, x.Goods, x.Method, formatYuan(x.Amount), x.State, x.Kind, x.TransactionNo + "\t", x.MerchantNo + "\t", formatLocal(x.At),
		}, ",") + "\n")
	}
	return toGBK(t, text.String())
}

// alipayWebForm is the form of the website, with a summary below the list.
func alipayWebForm(t testing.TB, rows []statement.Transaction) []byte {
	var text strings.Builder
	text.WriteString("支付宝交易记录明细查询\r\n账号:[a@example.com]\r\n起始日期:[2026-11-01 00:00:00]    终止日期:[2026-11-30 00:00:00]\r\n" +
		"---------------------------------交易记录明细列表------------------------------------\r\n" +
		"交易号                  ,商家订单号               ,交易创建时间              ,付款时间                ,最近修改时间              ,交易来源地     ,类型              ,交易对方            ,商品名称                ,金额（元）   ,收/支     ,交易状态    ,服务费（元）   ,成功退款（元）  ,备注                  ,资金状态     ,\r\n")
	for _, x := range rows {
		at := formatLocal(x.At)
		text.WriteString(strings.Join([]string{
			x.TransactionNo + "\t", x.MerchantNo + "\t", at, at, at, "其他（包括阿里巴巴和外部商家）", x.Kind, x.Counterpart, x.Goods, formatYuan(x.Amount), x.Direction,
			x.State, "0.00", formatYuan(x.Reversal.Amount), x.Remark, "已支出", "",
		}, "    ,") + "\r\n")
	}
	text.WriteString(strings.Repeat("-", 84) + "\r\n共20笔记录\r\n已收入:7笔,1.00元\r\n已支出:13笔,1.00元\r\n导出时间:[2026-11-30 10:00:00]    用户:某人\r\n")
	return toGBK(t, text.String())
}

func toGBK(t testing.TB, text string) []byte {
	t.Helper()
	raw, err := simplifiedchinese.GB18030.NewEncoder().String(strings.TrimPrefix(text, "\uFEFF"))
	if err != nil {
		t.Fatal(err)
	}
	return []byte(raw)
}

func fromGBK(t testing.TB, text string) []byte {
	t.Helper()
	plain, err := simplifiedchinese.GB18030.NewDecoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	return []byte("\uFEFF" + plain)
}

func toUTF16(order binary.AppendByteOrder, mark bool) func(testing.TB, string) []byte {
	return func(_ testing.TB, text string) []byte {
		text = strings.TrimPrefix(text, "\uFEFF")
		if mark {
			text = "\uFEFF" + text
		}
		var raw []byte
		for _, unit := range utf16.Encode([]rune(text)) {
			raw = order.AppendUint16(raw, unit)
		}
		return raw
	}
}

func lineEnds(end string) func(testing.TB, string) []byte {
	return func(_ testing.TB, text string) []byte { return []byte(strings.ReplaceAll(text, "\r\n", end)) }
}

// encoded saves a form again in another encoding.
func encoded(
	of func(testing.TB, []statement.Transaction) []byte, encode func(testing.TB, string) []byte,
) func(testing.TB, []statement.Transaction) []byte {
	return func(t testing.TB, rows []statement.Transaction) []byte {
		if encode == nil {
			return of(t, rows)
		}
		return encode(t, string(of(t, rows)))
	}
}

// unquoted is a form without quotes and padding, as spreadsheets write it.
func unquoted(of func(testing.TB, []statement.Transaction) []byte) func(testing.TB, []statement.Transaction) []byte {
	return func(t testing.TB, rows []statement.Transaction) []byte {
		return []byte(strings.NewReplacer(`"`, "", "\t", "").Replace(string(of(t, rows))))
	}
}

// separated is an unquoted form with another separator.
func separated(of func(testing.TB, []statement.Transaction) []byte, separator string) func(testing.TB, []statement.Transaction) []byte {
	return func(t testing.TB, rows []statement.Transaction) []byte {
		return []byte(strings.ReplaceAll(string(unquoted(of)(t, rows)), ",", separator))
	}
}

// withoutRemarks leaves the empty remarks and their separators out.
func withoutRemarks(t testing.TB, rows []statement.Transaction) []byte {
	for i := range rows {
		rows[i].Remark = ""
	}
	text := string(fromGBK(t, string(alipayForm(t, rows))))
	text = strings.ReplaceAll(text, ",备注     ,\n", ",备注\n")
	return []byte(strings.ReplaceAll(text, "\t    ,    ,\n", "\n"))
}

// weChatBook is a workbook of WeChat, changed by the program that saved it.
func weChatBook(change func(testing.TB, *excelize.File, []statement.Transaction)) func(testing.TB, []statement.Transaction) []byte {
	return func(t testing.TB, rows []statement.Transaction) []byte {
		var lines [][]any
		for _, x := range rows {
			lines = append(lines, sheetRow(x))
		}
		return newWorkbook(t, billSheet(lines...), func(book *excelize.File) {
			if change != nil {
				change(t, book, rows)
			}
		})
	}
}

// setDates replaces the times of a sheet by serial numbers.
func setDates(t testing.TB, book *excelize.File, rows []statement.Transaction, dayZero time.Time) {
	t.Helper()
	for i, x := range rows {
		at, err := excelize.CoordinatesToCellName(1, len(preamble)+2+i)
		if err != nil {
			t.Fatal(err)
		}
		local := x.At.Add(8 * time.Hour)
		if err := book.SetCellFloat("Sheet1", at, local.Sub(dayZero).Hours()/24, -1, 64); err != nil {
			t.Fatal(err)
		}
	}
}

func dateCells(t testing.TB, book *excelize.File, rows []statement.Transaction) {
	setDates(t, book, rows, time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC))
}

func countFrom1904(t testing.TB, book *excelize.File, rows []statement.Transaction) {
	yes := true
	if err := book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
		t.Fatal(err)
	}
	setDates(t, book, rows, time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC))
}

func hideRows(t testing.TB, book *excelize.File, _ []statement.Transaction) {
	for row := 7; row < 12; row++ {
		if err := book.SetRowVisible("Sheet1", row, false); err != nil {
			t.Fatal(err)
		}
	}
}

func addCover(t testing.TB, book *excelize.File, _ []statement.Transaction) {
	if _, err := book.NewSheet("说明"); err != nil {
		t.Fatal(err)
	}
	fillSheet(t, book, "说明", [][]any{{"微信的账单在另一张表"}})
	if err := book.MoveSheet("说明", "Sheet1"); err != nil {
		t.Fatal(err)
	}
}

// TestEveryFormIsRead: each form gives exactly the payments that its generator wrote.
func TestEveryFormIsRead(t *testing.T) {
	t.Parallel()
	for _, form := range exportForms {
		t.Run(string(form.wallet)+", "+form.name, func(t *testing.T) {
			t.Parallel()
			want := formRows()
			data := form.file(t, want)
			for i := range want {
				if form.noMethod {
					want[i].Method = ""
				}
			}
			bill := readBill(t, data)
			if bill.Platform != form.wallet || len(bill.RowFaults) != 0 || bill.IsIncomplete() {
				t.Fatalf("%s with %+v, stated %d of %d", bill.Platform, bill.RowFaults, bill.Stated, len(bill.Transactions))
			}
			options := cmp.Options{cmpopts.IgnoreFields(statement.Transaction{}, "Row"), cmpopts.IgnoreFields(statement.Transaction{}, "Remark")}
			if diff := cmp.Diff(want, bill.Transactions, options); diff != "" {
				t.Errorf("-written +read:\n%s", diff)
			}
		})
	}
}
