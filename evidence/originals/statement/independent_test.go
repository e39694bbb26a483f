package statement_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"recourse/evidence/originals/statement"
)

// csvCells reads the list of a bill with the reader of the standard library: rows below the
// heading, by column.
func csvCells(t *testing.T, text string) []map[string]string {
	t.Helper()
	reader := csv.NewReader(strings.NewReader(strings.ReplaceAll(strings.TrimPrefix(text, "\uFEFF"), "\t", "")))
	reader.FieldsPerRecord, reader.LazyQuotes, reader.TrimLeadingSpace = -1, true, true
	records, err := reader.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	var rows []map[string]string
	for _, record := range records {
		for i := range record {
			record[i] = strings.TrimSpace(record[i])
		}
		switch {
		case strings.Contains(strings.Join(record, ","), ",收/支,") || record[0] == "收/支":
			names = record
		case names != nil && len(record) == len(names):
			row := map[string]string{}
			for i, name := range names {
				row[name] = record[i]
			}
			rows = append(rows, row)
		}
	}
	return rows
}

// TestAnIndependentReaderFindsTheSame reads bills with encoding/csv, which shares no code
// with this package. Padding after quotes, which it does not know, is taken away before.
func TestAnIndependentReaderFindsTheSame(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]func(testing.TB, []statement.Transaction) []byte{
		"WeChat": weChatForm, "Alipay app": alipayForm, "Alipay 2021": alipayFirstForm, "Alipay website": alipayWebForm,
	} {
		data := file(t, formRows())
		text := string(data)
		if name != "WeChat" {
			decoded, err := simplifiedchinese.GB18030.NewDecoder().String(text)
			if err != nil {
				t.Fatal(err)
			}
			text = decoded
		}
		bill, rows := readBill(t, data), csvCells(t, text)
		if len(rows) != 20 || len(bill.Transactions) != len(rows) {
			t.Fatalf("%s: %d rows, independently %d", name, len(bill.Transactions), len(rows))
		}
		for i, row := range rows {
			got := bill.Transactions[i]
			for column, value := range map[string]string{
				"交易时间": formatLocal(got.At), "交易创建时间": formatLocal(got.At), "交易对方": got.Counterpart, "收/支": got.Direction, "金额": formatYuan(got.Amount),
				"金额(元)": "¥" + formatYuan(got.Amount), "金额（元）": formatYuan(got.Amount), "交易单号": got.TransactionNo, "交易订单号": got.TransactionNo,
				"交易号": got.TransactionNo, "商户单号": got.MerchantNo, "商家订单号": got.MerchantNo, "当前状态": got.State, "交易状态": got.State,
			} {
				if want, found := row[column]; found && want != value {
					t.Errorf("%s, row %d, %s: %q, independently %q", name, i, column, value, want)
				}
			}
		}
	}
}
