package decode_test

import (
	"testing"
	"time"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake/pdf/pdftest"
	"recourse/evidence/originals/statement"
)

const (
	printedNumber = "1000050001202611280712345678901"
	flowNumber    = "20261128200040011100990012345678"
)

// printed is what the layouts below state: 12,345.67 to 王小虎 at 10:31:14.
var printed = statement.Receipt{
	Amount: 1_234_567, At: time.Date(2026, 11, 28, 2, 31, 14, 0, time.UTC), TransactionNo: printedNumber, Payee: "王小虎",
}

// rows returns lines of cells at given distances from the left, from the top.
func rows(columns []float64, lines ...[]string) []pdftest.Line {
	var list []pdftest.Line
	for i, line := range lines {
		for at, text := range line {
			if text != "" {
				list = append(list, pdftest.At(columns[at], 800-float64(i)*22, text))
			}
		}
	}
	return list
}

// bankNumber is what printed is with the number of a bank or of Alipay.
func withNumber(number string) statement.Receipt {
	r := printed
	r.TransactionNo = number
	return r
}

var (
	two  = []float64{50, 180}
	four = []float64{40, 120, 320, 400}
	five = []float64{40, 180, 280, 360, 450}
)

// layouts are receipts as their issuers print them, with invented values.
var layouts = map[string]struct {
	lines []pdftest.Line
	want  statement.Receipt
}{
	"WeChat, transfer": {rows(two, []string{"微信支付转账电子凭证"}, []string{"转账单号", printedNumber}, []string{"付款方微信号", "wxid_a1234567"}, []string{"收款方姓名", "王小虎"},
		[]string{"转账金额（小写）", "￥12,345.67"}, []string{"转账金额（大写）", "壹万贰仟叁佰肆拾伍元陆角柒分"}, []string{"转账时间", "2026-11-28 10:31:14"}), printed},
	"WeChat, with colons": {rows(two, []string{"微信支付转账电子凭证"}, []string{"转账单号：" + printedNumber}, []string{"收款方：王小虎"},
		[]string{"转账金额：¥12345.67"}, []string{"转账时间：2026年11月28日 10:31:14"}), printed},
	"WeChat, number on two lines": {rows(two, []string{"转账单号", printedNumber[:17]}, []string{"", printedNumber[17:]}, []string{"收款方姓名", "王小虎"},
		[]string{"转账金额", "￥12,345.67"}, []string{"转账时间", "2026-11-28 10:31:14"}), printed},
	"WeChat, two numbers": {rows(two, []string{"交易单号", printedNumber}, []string{"商户单号", "2026112899999999990000"}, []string{"收款方", "王小虎"},
		[]string{"支付金额", "12,345.67元"}, []string{"支付时间", "2026/11/28 10:31:14"}), printed},
	"Alipay, receipt": {rows(two, []string{"支付宝电子回单"}, []string{"付款方账户名", "测试甲"}, []string{"收款方账户名", "王小虎"}, []string{"收款方账户", "138******11"},
		[]string{"支付宝流水号", flowNumber}, []string{"付款时间", "2026-11-28 10:31:14"}, []string{"付款金额小写", "12345.67元"}, []string{"大写", "壹万贰仟叁佰肆拾伍元陆角柒分"}), withNumber(flowNumber)},
	"Alipay, under headings": {rows(two, []string{"付款方"}, []string{"账户名", "测试甲"}, []string{"账号", "138******22"}, []string{"收款方"}, []string{"账户名", "王小虎"}, []string{"账号", "138******11"},
		[]string{"支付宝流水号", flowNumber}, []string{"付款时间", "2026-11-28 10:31:14"}, []string{"金额", "¥12,345.67"}), withNumber(flowNumber)},
	"bank, with a fee first": {rows(two, []string{"国内支付业务付款回单"}, []string{"手续费金额", "0.50"}, []string{"交易金额（小写）", "CNY 12,345.67"}, []string{"收款人户名", "王小虎"},
		[]string{"收款人账号", "6222020000001111222"}, []string{"交易流水号", "2026112812345678901234"}, []string{"交易时间", "2026年11月28日10时31分14秒"}), withNumber("2026112812345678901234")},
	"bank, parties side by side": {rows(four, []string{"付款人", "", "收款人", ""}, []string{"户名", "测试甲", "户名", "王小虎"}, []string{"账号", "62220200****22", "账号", "62220200****33"},
		[]string{"开户行", "测试银行一支行", "开户行", "测试银行二支行"}, []string{"金额", "12,345.67", "交易时间", "2026-11-28 10:31:14"}, []string{"流水号", "2026112812345678901234"}), withNumber("2026112812345678901234")},
	"bank, headings in the rows": {rows(five, []string{"付款人", "全称", "测试甲", "收款人", ""}, []string{"", "账号", "62220200****22", "", ""}, []string{"收款人", "全称", "王小虎"},
		[]string{"金额", "人民币（大写）", "壹万贰仟叁佰肆拾伍元陆角柒分"}, []string{"小写", "￥12,345.67"}, []string{"交易时间", "20261128 10:31:14"}, []string{"业务流水号", "2026112812345678901234"}), withNumber("2026112812345678901234")},
	"bank, values below": {rows(five, []string{"电子回单"}, []string{"交易时间", "交易金额", "收款人", "摘要"}, []string{"2026/11/28 10:31:14", "12,345.67", "王小虎", "转账"},
		[]string{"流水号：2026112812345678901234"}), withNumber("2026112812345678901234")},
	"bank, day and hour apart": {rows(four, []string{"交易日期", "2026年11月28日", "交易时间", "10:31:14"}, []string{"收款户名", "王小虎", "币种", "人民币"},
		[]string{"汇款金额(元)", "12345.67", "手续费", "2.00"}, []string{"交易流水号", "2026112812345678901234"}), withNumber("2026112812345678901234")},
	"bank, only in words": {rows(two, []string{"收款人名称", "王小虎"}, []string{"人民币大写", "壹万贰仟叁佰肆拾伍圆陆角柒分"}, []string{"转账时间", "2026.11.28 10:31:14"},
		[]string{"转账流水号", "2026112812345678901234"}), withNumber("2026112812345678901234")},
	"browser, radicals for characters": {rows(two, []string{"转账单号", printedNumber}, []string{"收款⽅姓名", "王⼩虎"}, []string{"转账⾦额", "￥12,345.67"}, []string{"转账时间", "2026-11-28 10:31:14"}), printed},
	"bank, headings downwards": {[]pdftest.Line{
		pdftest.At(80, 800, "户名"), pdftest.At(120, 800, "测试甲"), pdftest.At(330, 800, "户名"), pdftest.At(370, 800, "王小虎"),
		pdftest.At(50, 790, "付"), pdftest.At(300, 790, "收"), pdftest.At(50, 775, "款"), pdftest.At(80, 775, "账号"), pdftest.At(120, 775, "6222020000001111222"),
		pdftest.At(300, 775, "款"), pdftest.At(330, 775, "账号"), pdftest.At(370, 775, "6222020000003333444"), pdftest.At(50, 760, "人"), pdftest.At(300, 760, "人"),
		pdftest.At(50, 730, "金 额"), pdftest.At(120, 730, "人民币（大写）壹万贰仟叁佰肆拾伍元陆角柒分（小写）¥12,345.67"),
		pdftest.At(50, 700, "交易时间"), pdftest.At(120, 700, "2026-11-28 10:31:14"), pdftest.At(50, 680, "流 水 号"), pdftest.At(120, 680, "2026112812345678901234"),
	}, withNumber("2026112812345678901234")},
	"phone, one column": {rows(two, []string{"转账单号"}, []string{printedNumber}, []string{"收款方姓名"}, []string{"王小虎"}, []string{"转账金额"}, []string{"￥12,345.67"},
		[]string{"转账时间"}, []string{"2026-11-28 10:31:14"}), printed},
}

// TestPrintedReceipts: every layout is read the same, however its program wrote it.
func TestPrintedReceipts(t *testing.T) {
	t.Parallel()
	decoder := decode.NewLocalDecoder()
	for name, layout := range layouts {
		for _, form := range []string{pdftest.Whole, pdftest.Glyphs} {
			document, err := decoder.Document(t.Context(), fileOf([]byte(pdftest.Printed(t, form, layout.lines...))))
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := statement.ReadReceipt(document.Text); got != layout.want || document.Partial {
				t.Errorf("%s, %s: %+v, partial %v, of\n%s", name, form, got, document.Partial, document.Text)
			}
			if told := layout.want.CompareWith(statement.ClaimedPayment{
				Amount: printed.Amount, SentAt: printed.At, TransactionNo: layout.want.TransactionNo, Counterparts: []string{"小虎"},
			}); len(told) > 0 {
				t.Errorf("%s: %+v is held against the claimant", name, told)
			}
		}
	}
}

// TestReceiptIsReadInTime: from the file to the fields, in a child that has started.
func TestReceiptIsReadInTime(t *testing.T) {
	decoder := decode.NewDecoder(newChildRunner(t))
	file := fileOf([]byte(pdftest.Printed(t, pdftest.Glyphs, layouts["WeChat, transfer"].lines...)))
	fastest := time.Minute
	for range 5 {
		began := time.Now()
		document, err := decoder.Document(t.Context(), file)
		if got, _ := statement.ReadReceipt(document.Text); err != nil || got != printed {
			t.Fatalf("%+v, %v", got, err)
		}
		fastest = min(fastest, time.Since(began))
	}
	if t.Logf("%s", fastest); fastest > 300*time.Millisecond {
		t.Errorf("a receipt takes %s", fastest)
	}
}
