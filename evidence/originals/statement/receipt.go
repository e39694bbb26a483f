package statement

import (
	"regexp"
	"strings"
	"time"

	"golang.org/x/text/width"

	"recourse/recovery"
)

// Receipt is the content of a sealed receipt (转账电子凭证, 电子回单). A zero field was not
// found. The labels come from several issuers. The forms are not published, so a
// missing field is no sign of a forgery.
type Receipt struct {
	Amount        recovery.Money
	At            time.Time // UTC
	TransactionNo string
	Payee         string
}

var (
	receiptNumber = regexp.MustCompile(`(?:转账单号|交易单号|交易订单号|支付订单号|订单号|流水号)[:\s]*([0-9]{10,40})`)
	receiptAmount = regexp.MustCompile(`(?:转账金额|交易金额|付款金额|支付金额|小写|金额)(?:\(元\)|\(小写\)|\(人民币\))?[:\s]*(?:人民币|CNY|RMB)?\s*[¥]?\s*([0-9][0-9,]*(?:\.[0-9]{1,2})?)`)
	receiptTime   = regexp.MustCompile(`(?:转账时间|交易时间|支付时间|付款时间|到账时间)[:\s]*([0-9]{4})\s*[-年/.]\s*([0-9]{1,2})\s*[-月/.]\s*([0-9]{1,2})\s*日?\s*([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?`)
	receiptPayee  = regexp.MustCompile(`(?:收款方|收款人)(?:姓名|名称|户名|昵称)?[:\s]+(\S{1,60})`)
)

// maxReceiptText is the number of bytes that are read; a receipt is one page.
const maxReceiptText = 50_000

// ReadReceipt finds the fields in a receipt's text. It returns false when the text has
// none of them.
func ReadReceipt(text string) (Receipt, bool) {
	text = width.Narrow.String(strings.ToValidUTF8(text[:min(len(text), maxReceiptText)], ""))
	text = strings.ReplaceAll(text, "￥", "¥")
	var r Receipt
	if found := receiptNumber.FindStringSubmatch(text); found != nil {
		r.TransactionNo = found[1]
	}
	if found := receiptAmount.FindStringSubmatch(text); found != nil {
		if amount, readable := parseYuan(found[1]); readable {
			r.Amount = amount
		}
	}
	if found := receiptTime.FindStringSubmatch(text); found != nil {
		seconds := found[6]
		if seconds == "" {
			seconds = "0"
		}
		at, err := time.ParseInLocation("2006-1-2 15:4:5", found[1]+"-"+found[2]+"-"+found[3]+" "+found[4]+":"+found[5]+":"+seconds, recovery.Shanghai)
		if err == nil && isPlausibleTime(at) {
			r.At = at.UTC()
		}
	}
	if found := receiptPayee.FindStringSubmatch(text); found != nil {
		r.Payee = found[1]
	}
	return r, r != (Receipt{})
}

// CompareWith lists the differences between the receipt and the claimed payment.
func (r Receipt) CompareWith(said ClaimedPayment) []Difference {
	return listDifferences(paperRecord{r.Amount, r.At, r.TransactionNo, "", r.Payee}, said)
}
