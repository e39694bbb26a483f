package statement_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// newWorkbook returns an XLSX with one sheet of these cells.
func newWorkbook(t testing.TB, rows [][]any, more ...func(*excelize.File)) []byte {
	t.Helper()
	book := excelize.NewFile()
	fillSheet(t, book, "Sheet1", rows)
	for _, change := range more {
		change(book)
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func fillSheet(t testing.TB, book *excelize.File, sheet string, rows [][]any) {
	t.Helper()
	for i, cells := range rows {
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			t.Fatal(err)
		}
		if err := book.SetSheetRow(sheet, at, &cells); err != nil {
			t.Fatal(err)
		}
	}
}

var (
	preamble = [][]any{{"微信支付账单明细"}, {"微信昵称：[测试]"}, {}, {"----------------微信支付账单明细列表----------------"}}
	heads    = []any{"交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式", "当前状态", "交易单号", "商户单号", "备注"}
)

func billSheet(rows ...[]any) [][]any {
	return append(append(append([][]any{}, preamble...), heads), rows...)
}

func sheetLine(at, amount any) []any {
	return []any{at, "转账", "房东", "/", "支出", amount, "零钱", "已收钱", "1000050001\t", "/", "/"}
}

func readBill(t testing.TB, data []byte) *statement.Bill {
	t.Helper()
	bill, err := statement.Parse(bytes.NewReader(data), 0)
	if err != nil {
		t.Fatal(err)
	}
	return bill
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	at := parseUTC("2026-11-20T04:45:27Z")
	serial := 46_346 + (12*3600+45*60+27)/86_400.0
	for _, test := range []struct {
		name   string
		row    []any
		amount recovery.Money
	}{
		{"texts, as WeChat writes them", sheetLine("2026-11-20 12:45:27", "¥28.16"), 2816},
		{"a number for the amount", sheetLine("2026-11-20 12:45:27", 548.58), 54_858},
		{"a small number", sheetLine("2026-11-20 12:45:27", 0.07), 7},
		{"a serial date", sheetLine(serial, 12), 1200},
		{"a date in its own right", sheetLine(time.Date(2026, 11, 20, 12, 45, 27, 0, time.UTC), 12.5), 1250},
	} {
		bill := readBill(t, newWorkbook(t, billSheet(test.row)))
		if bill.Form != statement.WeChatXLSX || bill.Platform != recovery.WeChat || len(bill.Transactions) != 1 || len(bill.RowFaults) != 0 {
			t.Errorf("%s: %+v", test.name, bill)
			continue
		}
		got := bill.Transactions[0]
		if got.Row != 6 || !got.At.Equal(at) || got.Amount != test.amount || got.TransactionNo != "1000050001" {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}

func TestWorkbookThatCountsFrom1904(t *testing.T) {
	t.Parallel()
	yes := true
	data := newWorkbook(t, billSheet(sheetLine(46_346-1_462+0.5, 1)), func(book *excelize.File) {
		if err := book.SetWorkbookProps(&excelize.WorkbookPropsOptions{Date1904: &yes}); err != nil {
			t.Fatal(err)
		}
	})
	if got := readBill(t, data).Transactions[0].At; !got.Equal(parseUTC("2026-11-20T04:00:00Z")) {
		t.Errorf("read as %s", got)
	}
}

func TestAlipaySavedAsAWorkbook(t *testing.T) {
	t.Parallel()
	bill := readBill(t, newWorkbook(t, [][]any{
		{"导出信息："},
		{"支付宝账户：a@example.com"},
		{"交易时间 ", "交易分类", "交易对方", "收/支", "金额 ", "交易状态", "交易订单号"},
		{"2026-11-20 12:45:27 ", "转账", "山风", "支出", "28.16 ", "交易成功", "2026112000\t"},
		{}, {"坏的一行"},
	}))
	if bill.Form != statement.AlipayXLSX || bill.Platform != recovery.Alipay || len(bill.Transactions) != 1 {
		t.Fatalf("%+v", bill)
	}
	if len(bill.RowFaults) != 1 || bill.RowFaults[0].Row != 6 {
		t.Errorf("faults %+v", bill.RowFaults)
	}
}

func TestOnlyTheFirstSheetWithABillIsReadAndTheOthersNamed(t *testing.T) {
	t.Parallel()
	data := newWorkbook(t, [][]any{{"封面"}}, func(book *excelize.File) {
		for _, name := range []string{"账单", "再一份"} {
			if _, err := book.NewSheet(name); err != nil {
				t.Fatal(err)
			}
			fillSheet(t, book, name, billSheet(sheetLine("2026-11-20 12:45:27", 1)))
		}
	})
	bill := readBill(t, data)
	if len(bill.Transactions) != 1 || len(bill.RowFaults) != 1 || !strings.Contains(bill.RowFaults[0].Why, "再一份") {
		t.Errorf("%+v", bill)
	}
}

func fieldCode(err error) string {
	var fault *recovery.Fault
	if !errors.As(err, &fault) || len(fault.Fields) == 0 {
		return ""
	}
	return fault.Fields[0].Code
}

func TestAnArchiveIsNoWorkbook(t *testing.T) {
	t.Parallel()
	_, err := statement.Parse(bytes.NewReader(newArchive(t, map[string]string{"微信支付账单.csv": weChatBill()})), 0)
	if fieldCode(err) != "archive" {
		t.Errorf("%v", err)
	}
}

func newArchive(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for name, text := range parts {
		part, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestABombIsRefusedBeforeItIsUnpacked(t *testing.T) {
	t.Parallel()
	data := newArchive(t, map[string]string{"[Content_Types].xml": "", "xl/worksheets/sheet1.xml": strings.Repeat(" ", 65<<20)})
	if _, err := statement.Parse(bytes.NewReader(data), 0); recovery.CodeOf(err) != recovery.CodeTooLarge {
		t.Errorf("%v", err)
	}
}

func TestTooManyParts(t *testing.T) {
	t.Parallel()
	parts := map[string]string{"[Content_Types].xml": ""}
	for i := range 1_001 {
		parts[strings.Repeat("x", i+1)] = ""
	}
	if _, err := statement.Parse(bytes.NewReader(newArchive(t, parts)), 0); recovery.CodeOf(err) != recovery.CodeTooLarge {
		t.Errorf("%v", err)
	}
}

// replacePart replaces one part of a workbook.
func replacePart(t testing.TB, data []byte, name, text string) []byte {
	t.Helper()
	old, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	parts := map[string]string{}
	for _, part := range old.File {
		in, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		var content bytes.Buffer
		if _, err := content.ReadFrom(in); err != nil {
			t.Fatal(err)
		}
		parts[part.Name] = content.String()
	}
	parts[name] = text
	return newArchive(t, parts)
}

func TestHostileSheets(t *testing.T) {
	t.Parallel()
	whole := newWorkbook(t, billSheet(sheetLine("2026-11-20 12:45:27", 1)))
	const name = "xl/worksheets/sheet1.xml"
	open := `<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`
	for _, test := range []struct {
		name, text string
		code       recovery.Code
	}{
		{"not XML", "\x00\x01", recovery.CodeInvalid},
		{"nothing", "", recovery.CodeInvalid},
		{"a cell nowhere", open + `<row r="1"><c r="ZZZZZZ1"><v>1</v></c></row>`, recovery.CodeInvalid},
		{"a row beyond the end", open + `<row r="99999999"><c r="A1"><v>1</v></c></row>`, recovery.CodeInvalid},
		{"a negative row", open + `<row r="-5"><c r="A-5"><v>1</v></c></row>`, recovery.CodeInvalid},
		{"a string that is not there", open + `<row r="1"><c r="A1" t="s"><v>999999</v></c></row>`, recovery.CodeInvalid},
		{"rows as wide as they come", open + strings.Repeat(`<row><c r="XFD1"><v>1</v></c></row>`, 3_000), recovery.CodeTooLarge},
	} {
		if _, err := statement.Parse(bytes.NewReader(replacePart(t, whole, name, test.text)), 0); recovery.CodeOf(err) != test.code {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestEveryTruncationIsRefused(t *testing.T) {
	t.Parallel()
	whole := newWorkbook(t, billSheet(sheetLine("2026-11-20 12:45:27", 1)))
	for cut := 4; cut < len(whole); cut += 97 {
		if _, err := statement.Parse(bytes.NewReader(whole[:cut]), 0); recovery.CodeOf(err) != recovery.CodeInvalid {
			t.Errorf("cut at %d: %v", cut, err)
		}
	}
}
