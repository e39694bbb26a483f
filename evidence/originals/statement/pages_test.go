package statement_test

import (
	"strings"
	"testing"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

const (
	certifiedTitle = "微信支付交易明细证明\n兹证明\n"
	certifiedRow   = "100005000126112800001111222233\t2026-11-28 10:31:14\t转账\t支出\t零钱\t1,000.00\t小杜\t1000050001202611280711112222333\n"
)

// TestLinesOfACertificate: a row is read whatever gaps the text has; lines that are no
// rows, and numbers of pages, change nothing.
func TestLinesOfACertificate(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"tabs":             certifiedRow,
		"blanks":           strings.ReplaceAll(certifiedRow, "\t", " "),
		"no gaps in words": strings.NewReplacer("转账\t支出\t零钱\t", "转账支出零钱").Replace(certifiedRow),
		"full width":       strings.ReplaceAll(certifiedRow, "1,000.00", "１,０００.００"),
		"a page number":    certifiedRow + "1\n第 1 页\n1/3\n",
		"words below":      certifiedRow + "说明：\n本证明仅供参考\n",
		"the time below":   strings.Replace(certifiedRow, " 10:31:14", "", 1) + "10:31:14\n",
		"both numbers below": strings.NewReplacer("22233\t2026", "\t2026", "2222333\n", "\n").Replace(certifiedRow) +
			"22233\t2222333\n",
	} {
		bill, err := statement.ParsePages(certifiedTitle + text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		want := statement.Transaction{
			Row: 3, At: parseUTC("2026-11-28T02:31:14Z"), Kind: "转账", Counterpart: "小杜", Direction: statement.Outgoing, Amount: 100_000, Method: "零钱",
			TransactionNo: "100005000126112800001111222233", MerchantNo: "1000050001202611280711112222333",
		}
		if len(bill.Transactions) != 1 || bill.Transactions[0] != want || len(bill.RowFaults) != 0 || bill.Form != statement.WeChatPDF {
			t.Errorf("%s: %+v, %+v", name, bill.Transactions, bill.RowFaults)
		}
	}
}

// TestARowOfACertificateThatIsUnsure is a fault, and its number is never half.
func TestARowOfACertificateThatIsUnsure(t *testing.T) {
	t.Parallel()
	for name, below := range map[string]string{"one part": "22223333\n", "three parts": "2222\t3333\t4444\n"} {
		bill, err := statement.ParsePages(certifiedTitle + certifiedRow + certifiedRow + below)
		if err != nil || len(bill.Transactions) != 1 || len(bill.RowFaults) != 1 || bill.RowFaults[0].Row != 4 {
			t.Errorf("%s: %+v, %v", name, bill, err)
		}
	}
	if _, err := statement.ParsePages(certifiedTitle + certifiedRow + "22223333\n"); fieldCode(err) != "unreadable_number" {
		t.Errorf("the only row: %v", err)
	}
	bill, err := statement.ParsePages("共3笔记录\n" + certifiedTitle + certifiedRow)
	if err != nil || !bill.IsIncomplete() {
		t.Errorf("three stated: %+v, %v", bill, err)
	}
}

func FuzzParsePages(f *testing.F) {
	f.Add(certifiedTitle + certifiedRow)
	f.Add(certifiedTitle + certifiedRow + "22223333\t1\n10:31:14")
	f.Add("支付宝 交易流水证明\n支出 王** 转账 余额宝 588.00 20261120200040 20261120M1 2026-11-20\n12:56:34")
	f.Fuzz(func(t *testing.T, text string) {
		bill, err := statement.ParsePages(text)
		if (err == nil) != (bill != nil) {
			t.Fatalf("bill %v with error %v", bill, err)
		}
		if err != nil {
			return
		}
		for _, row := range bill.Transactions {
			if row.Amount < 0 || row.Amount > recovery.MaxMoney || row.Row < 1 || row.At.IsZero() {
				t.Fatalf("%+v", row)
			}
		}
	})
}
