package decode_test

import (
	"fmt"
	"strings"
	"testing"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/pdf/pdftest"
	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// The columns of the certificates, by their distance from the left.
var (
	weChatColumns = []float64{20, 140, 215, 275, 315, 365, 425, 480}
	alipayColumns = []float64{20, 55, 115, 175, 240, 290, 400, 500}
)

// certificates are lists as the wallets print them, with invented values.
var certificates = map[string]struct {
	lines  []pdftest.Line
	form   string
	rows   []string // number, merchant's number, name, amount, direction
	faults int
}{
	"WeChat, broken over lines": {
		rows(weChatColumns, []string{"微信支付交易明细证明"}, []string{"兹证明：测试甲，微信号：wxid_a1"},
			[]string{"交易单号", "交易时间", "交易类型", "收/支/其", "交易方式", "金额(元)", "交易对方", "商户单号"}, []string{"", "", "", "他"},
			[]string{"100005000126112", "2026-11-28", "转账", "支出", "零钱", "1000.00", "小杜", "100005000120261"}, []string{"800001111222233", "10:31:14", "", "", "", "", "", "1280711112222333"},
			[]string{"1000050001261127", "2026-11-27", "微信红包", "收入", "/", "0.35", "山风", "/"}, []string{"00001111", "09:00:00"}, []string{"说明："}),
		statement.WeChatPDF,
		[]string{"100005000126112800001111222233 1000050001202611280711112222333 小杜 1,000.00 支出", "100005000126112700001111  山风 0.35 收入"},
		0,
	},
	"WeChat, a number that goes on alone": {
		rows(weChatColumns, []string{"微信支付交易明细证明"},
			[]string{"100005000126112", "2026-11-28", "转账", "支出", "零钱", "1000.00", "小杜", "10000500012026"}, []string{"8000011112222", "10:31:14"},
			[]string{"1000050001261127", "2026-11-27", "转账", "支出", "零钱", "20.00", "老王", "/"}, []string{"", "09:00:00"}),
		statement.WeChatPDF,
		[]string{"1000050001261127  老王 20.00 支出"},
		1,
	},
	"Alipay": {
		rows(alipayColumns, []string{"支付宝支付科技有限公司 交易流水证明"}, []string{"收/支", "交易对方", "商品说明", "收/付款方式", "金额", "交易订单号", "商家订单号", "交易时间"},
			[]string{"支出", "王**", "转账", "余额宝", "588.00", "20261120200040", "20261120M1", "2026-11-20"}, []string{"", "", "", "", "", "0111009900001", "0001", "12:56:34"}),
		statement.AlipayPDF,
		[]string{"202611202000400111009900001 20261120M10001 王** 588.00 支出"},
		0,
	},
}

// TestCertifiedLists reads the rows of lists in PDFs in a child; what cannot be put together
// surely is a fault.
func TestCertifiedLists(t *testing.T) {
	t.Parallel()
	decoder := decode.NewLocalDecoder()
	for name, list := range certificates {
		bill, err := decoder.Bill(t.Context(), fileOf([]byte(pdftest.Printed(t, pdftest.Whole, list.lines...))))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		var got []string
		for _, row := range bill.Transactions {
			got = append(got, fmt.Sprintf("%s %s %s %s %s", row.TransactionNo, row.MerchantNo, row.Counterpart, row.Amount, row.Direction))
		}
		if bill.Form != list.form || strings.Join(got, "\n") != strings.Join(list.rows, "\n") || len(bill.RowFaults) != list.faults {
			t.Errorf("%s: %s\n%s\nfaults %+v", name, bill.Form, strings.Join(got, "\n"), bill.RowFaults)
		}
	}
}

// TestPDFsThatAreNoLists are refused with the reason.
func TestPDFsThatAreNoLists(t *testing.T) {
	t.Parallel()
	decoder := decode.NewLocalDecoder()
	for name, test := range map[string]struct {
		lines [][]string
		want  string
	}{
		"a receipt":          {[][]string{{"微信支付转账电子凭证"}, {"转账金额", "1.00"}}, "file pdf"},
		"a list of nothing":  {[][]string{{"微信支付交易明细证明"}}, "file no_rows"},
		"the list of a bank": {[][]string{{"某某银行交易流水"}, {"2026-11-20", "1.00"}}, "file pdf"},
	} {
		_, err := decoder.Bill(t.Context(), fileOf([]byte(pdftest.Printed(t, pdftest.Whole, rows(two, test.lines...)...))))
		if got := fieldAndCode(err); got != test.want || recovery.CodeOf(err) != recovery.CodeInvalid {
			t.Errorf("%s: %s", name, got)
		}
	}
}
