package statement_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

const (
	jdHead      = "交易时间,商户名称,交易说明,金额,收/付款方式,交易状态,收/支,交易分类,交易订单号,商家订单号,备注"
	jdRow       = "2026-11-28 10:31:14\t,测试商户,测试商品,588.00,银行卡(0000),交易成功,支出,其他,100000019999\t,1000345000001\t,"
	meituanHead = "交易创建时间,交易成功时间,交易类型,订单标题,收/支,支付方式,订单金额,实付金额,交易单号,商家单号,备注"
	meituanRow  = "2026-08-13 17:17:10,2026-08-13 17:17:25,支付,某店,支出,微信支付,¥73.60,¥73.37,260813112007016700,1M7U2WY0NMA04386,/"
)

// TestWhoseBillItIs: the wallet names itself or has all its columns; what others made is
// refused by its name, and never taken for Alipay's.
func TestWhoseBillItIs(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text, want string // a platform, or the reason of a refusal
	}{
		{"WeChat by its line", "微信支付账单明细\n" + weChatHead + "\n" + changedRow(2, "甲"), "wechat"},
		{"WeChat behind two marks", "\uFEFF\uFEFF微信支付账单明细\n交易时间,收/支,金额(元),交易单号\n2026-11-20 12:45:27,支出,1,1", "wechat"},
		{"WeChat by its columns", weChatHead + "\n" + changedRow(2, "甲"), "wechat"},
		{"Alipay by its line", billHeads["Alipay app"][0] + "\n" + billHeads["Alipay app"][1], "alipay"},
		{"Alipay's website by its columns", strings.SplitN(billHeads["Alipay website"][0], "\n", 2)[1] + "\n" + billHeads["Alipay website"][1], "alipay"},
		{"Alipay 2021 by its columns", strings.SplitN(billHeads["Alipay 2021"][0], "\n", 2)[1] + "\n" + billHeads["Alipay 2021"][1], "alipay"},
		{"QQ by its line", "QQ钱包账单明细\n" + weChatHead + "\n" + changedRow(2, "甲"), "qq"},
		{"WeCom by its line", "企业微信收支明细\n" + weChatHead + "\n" + changedRow(2, "甲"), "wecom"},
		{"JD", "导出信息：\n京东账号名：jd\n共：1笔记录\n" + jdHead + "\n" + jdRow, "other_wallet"},
		{"JD by its columns", jdHead + "\n" + jdRow, "other_wallet"},
		{"JD that mentions Alipay below", "京东账号名：jd\n支付宝支付的不在其中\n" + jdHead + "\n" + jdRow, "other_wallet"},
		{"Meituan", "美团交易账单明细\n【美团交易账单明细列表】\n" + meituanHead + "\n" + meituanRow, "other_wallet"},
		{"Meituan by its columns", meituanHead + "\n" + meituanRow, "other_wallet"},
		{"UnionPay", "云闪付账单\n交易时间,收/支,金额,交易单号\n2026-11-20 12:45:27,支出,1,1", "other_wallet"},
		{"a bank", "某某银行个人账户交易明细\n交易日期,摘要,支出,收入,余额\n20261120,转账,1.00,,2.00", "other_wallet"},
		{"a bank by its columns", "记账日期,货币,交易金额,联机余额,交易摘要,对手信息\n2026-11-20,CNY,1.00,2.00,转账,甲", "other_wallet"},
		{"a bank with a heading like a wallet's", "某某银行流水\n交易时间,收/支,金额,交易单号\n2026-11-20 12:45:27,支出,1,1", "other_wallet"},
		{"nobody", "交易时间,收/支,金额,交易单号\n2026-11-20 12:45:27,支出,1,1000050001", "unknown_wallet"},
		{"a list of one's own", "我的账\n交易时间,交易对方,收/支,金额,交易订单号\n2026-11-20 12:45:27,甲,支出,1,1000050001", "unknown_wallet"},
	} {
		bill, err := statement.Parse(strings.NewReader(test.text), 0)
		got := fieldCode(err)
		if err == nil {
			got = string(bill.Platform)
		}
		if got != test.want {
			t.Errorf("%s: %s (%v), want %s", test.name, got, err, test.want)
		}
	}
}

// ole2 is the beginning of the container of old and of locked workbooks.
const ole2 = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

func utf16Text(text string) string { return string(toUTF16(binary.LittleEndian, false)(nil, text)) }

// TestRefusalsGiveTheTrueReason: what is not a readable bill is refused by what it is.
func TestRefusalsGiveTheTrueReason(t *testing.T) {
	t.Parallel()
	latin := func(raw []byte) string { // bytes read as Latin-1 and saved as UTF-8
		var out strings.Builder
		for _, b := range raw {
			out.WriteRune(rune(b))
		}
		return out.String()
	}
	bill := weChatBill(changedRow(2, "甲"))
	asGBK := string(fromGBK(t, strings.TrimPrefix(bill, "\uFEFF")))
	for _, test := range []struct{ name, data, want string }{
		{"no rows", weChatBill(), "no_rows"},
		{"a preamble and a heading", "微信支付账单明细\n共0笔记录\n" + weChatHead, "no_rows"},
		{"all numbers lost", weChatBill(changedRow(8, "1.00005E+27"), changedRow(8, "1.00005E+27")), "unreadable_number_lost"},
		{"all times lost", weChatBill(changedRow(0, "########")), "unreadable_time"},
		{"all rows short", weChatBill("2026-11-20 12:45:27,转账"), "unreadable_shape"},
		{"UTF-8 saved as GBK", asGBK, "garbled"},
		{"UTF-8 saved as Latin-1", latin([]byte(bill)), "garbled"},
		{"GBK saved as Latin-1", latin(toGBK(t, bill)), "garbled"},
		{"question marks", "????,????,?/?\n", "garbled"},
		{"a locked workbook", ole2 + strings.Repeat("\x00", 600) + utf16Text("EncryptedPackage"), "locked_workbook"},
		{"an old workbook", ole2 + strings.Repeat("\x00", 600) + utf16Text("Workbook"), "old_workbook"},
		{"an archive of another kind", "7z\xBC\xAF\x27\x1C\x00\x04", "archive"},
		{"gzip", "\x1F\x8B\x08\x00", "archive"},
		{"a web page", "<!DOCTYPE html><html>收/支</html>", "web_page"},
		{"a PDF", "%PDF-1.7\n", "pdf"},
		{"an OpenOffice document", string(newArchive(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet"})), "other_workbook"},
		{"a Numbers document", string(newArchive(t, map[string]string{"Index/Document.iwa": ""})), "other_workbook"},
		{"an empty sheet", string(newWorkbook(t, nil)), "not_a_bill"},
		{"a sheet without rows", string(newWorkbook(t, billSheet())), "no_rows"},
		{"a sheet of faults", string(newWorkbook(t, billSheet(sheetLine("昨天", "¥1")))), "unreadable_time"},
	} {
		parsed, err := statement.Parse(strings.NewReader(test.data), 0)
		if code := fieldCode(err); code != test.want || parsed != nil {
			t.Errorf("%s: %q (%v), want %s", test.name, code, err, test.want)
		}
	}
}

// TestNumbersAsSpreadsheetsWriteThem: guards are no part of a number, and a number that was
// rounded is a fault with the reason.
func TestNumbersAsSpreadsheetsWriteThem(t *testing.T) {
	t.Parallel()
	const number = "100005000126112800001111222233334444"
	for _, cell := range []string{
		number, "'" + number, "`" + number, "\t" + number + "\t", `="` + number + `"`, `"=""` + number + `"""`, "１" + number[1:],
		number[:10] + " " + number[10:], "\u200b" + number, "“" + number + "”",
	} {
		bill := parseBill(t, weChatBill(changedRow(8, cell), changedRow(9, cell)))
		if len(bill.Transactions) != 2 || bill.Transactions[0].TransactionNo != number ||
			recovery.NormalizeTransactionNo(bill.Transactions[1].MerchantNo) != number {
			t.Errorf("%q: %+v", cell, bill)
		}
	}
	for _, cell := range []string{"1.00005E+35", "1.00005e+35", "1.00005000126113E35", "1E+35", "100005000126112000000000000000000000", number + ".0", `"1,00005E+35"`} {
		for column, name := range map[int]string{8: "交易单号", 9: "商户单号"} {
			bill := parseBill(t, weChatBill(changedRow(2, "前"), changedRow(column, cell)))
			if len(bill.RowFaults) != 1 || bill.RowFaults[0].Column != name || !strings.Contains(bill.RowFaults[0].Why, "已经丢失") {
				t.Errorf("%q: %+v", cell, bill.RowFaults)
			}
		}
	}
	if got := parseBill(t, weChatBill(changedRow(8, "1000050001.0"))).Transactions[0].TransactionNo; got != "1000050001" {
		t.Errorf("a short number with a fraction is %q", got)
	}
	if bill := parseBill(t, weChatBill(changedRow(2, "前"), changedRow(8, "朋友已收钱"))); len(bill.RowFaults) != 1 || bill.RowFaults[0].Code != "number" {
		t.Errorf("words for a number: %+v", bill)
	}
}

// TestTimesAsSpreadsheetsWriteThem reads a time in all spellings, and says what is wrong
// with what is none.
func TestTimesAsSpreadsheetsWriteThem(t *testing.T) {
	t.Parallel()
	for _, cell := range []string{
		"2026-11-20 12:45:27", "2026/11/20 12:45:27", "2026年11月20日 12:45:27", "2026年11月20日12:45:27", "2026.11.20 12:45:27", "2026-11-20T12:45:27",
		"2026-11-20 12:45:27.0", `"2026/11/20, 12:45:27"`, "２０２６-11-20 12:45:27", "2026-11-20  12:45:27", "'2026-11-20 12:45:27",
	} {
		bill := parseBill(t, weChatBill(changedRow(0, cell)))
		if !bill.Transactions[0].At.Equal(parseUTC("2026-11-20T04:45:27Z")) {
			t.Errorf("%q: %s", cell, bill.Transactions[0].At)
		}
	}
	for cell, why := range map[string]string{
		"2026-11-20": "没有时刻", "46346.53": "改成了数字", "########": "###", "昨天": "无法识别", "11/20/26 12:45": "无法识别",
	} {
		bill := parseBill(t, weChatBill(changedRow(2, "前"), changedRow(0, cell)))
		if len(bill.RowFaults) != 1 || !strings.Contains(bill.RowFaults[0].Why, why) {
			t.Errorf("%q: %+v", cell, bill.RowFaults)
		}
	}
}

// TestADecimalComma: with semicolons between cells, commas are decimal.
func TestADecimalComma(t *testing.T) {
	t.Parallel()
	text := func(amount string) string {
		return "微信支付账单明细\n" + strings.ReplaceAll(weChatHead, ",", ";") + "\n" + strings.Replace(strings.ReplaceAll(changedRow(2, "甲"), ",", ";"), "¥28.16", amount, 1)
	}
	for amount, want := range map[string]recovery.Money{"28,16": 2816, "1.234,50": 123_450, "28.16": 2816} {
		if got := parseBill(t, text(amount)).Transactions[0].Amount; got != want {
			t.Errorf("%s: %s", amount, got)
		}
	}
}

// TestCellsOfWorkbooks reads cells of the types that spreadsheets write.
func TestCellsOfWorkbooks(t *testing.T) {
	t.Parallel()
	whole := newWorkbook(t, billSheet(sheetLine("2026-11-20 12:45:27", 1)))
	cells := func(kind, open, end string) string {
		var row strings.Builder
		row.WriteString(`<row r="2">`)
		for _, text := range []string{"2026-11-20T12:45:27", "转账", "房东", "/", "支出", "¥28.16", "零钱", "已收钱", "1000050001", "/", "/"} {
			row.WriteString(`<c` + kind + `>` + open + text + end + `</c>`)
		}
		return row.String() + `</row>`
	}
	var head strings.Builder
	for _, name := range heads {
		head.WriteString(`<c t="inlineStr"><is><t>` + name.(string) + `</t></is></c>`)
	}
	for name, row := range map[string]string{
		"inline texts":    cells(` t="inlineStr"`, "<is><t>", "</t></is>"),
		"rich texts":      cells(` t="inlineStr"`, "<is><r><t>", "</t></r></is>"),
		"formula results": cells(` t="str"`, "<f>A1</f><v>", "</v>"),
	} {
		sheet := `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1">` + head.String() + `</row>` + row + `</sheetData></worksheet>`
		bill := readBill(t, replacePart(t, whole, "xl/worksheets/sheet1.xml", sheet))
		if len(bill.Transactions) != 1 || bill.Transactions[0].Amount != 2816 || !bill.Transactions[0].At.Equal(parseUTC("2026-11-20T04:45:27Z")) {
			t.Errorf("%s: %+v", name, bill)
		}
	}
	wide := newWorkbook(t, billSheet(append(sheetLine("2026-11-20 12:45:27", 1), "一栏没有标题"), sheetLine("2026-11-20 12:45:27", 2)), func(*excelize.File) {})
	if bill := readBill(t, bytes.Clone(wide)); len(bill.RowFaults) != 1 || bill.RowFaults[0].Code != "shape" {
		t.Errorf("a cell without heading: %+v", bill)
	}
}
