package statement

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"recourse/recovery"
)

// Limits of a file. A bill of 100,000 rows, as a shop has in a year, is below them.
const (
	MaxSize = 24 << 20 // bytes of a file, unless the caller sets another limit
	MaxRows = 200_000  // rows after the header

	// MaxFaults is the number of unreadable rows above which a file is refused.
	MaxFaults = 5_000
)

// The file formats of bills: the wallet, and whether the file is a text or a workbook.
// Not every wallet exports both, but people save one as the other.
const (
	WeChatCSV  = "wechat_csv"
	WeChatXLSX = "wechat_xlsx"
	AlipayCSV  = "alipay_csv"
	AlipayXLSX = "alipay_xlsx"
	QQCSV      = "qq_csv"
	QQXLSX     = "qq_xlsx"
	WeComCSV   = "wecom_csv"
	WeComXLSX  = "wecom_xlsx"
	WeChatPDF  = "wechat_pdf" // 微信支付交易明细证明
	AlipayPDF  = "alipay_pdf" // 支付宝交易流水证明
)

// The directions as both wallets write them. "/" and an empty cell are Neutral.
const (
	Outgoing = "支出"
	Incoming = "收入"
	Neutral  = "不计收支"
)

// Transaction is one row of a bill. Texts are trimmed and otherwise unchanged; At is
// UTC.
type Transaction struct {
	Row           int // line of the CSV file or row of the sheet, from 1
	At            time.Time
	Kind          string
	Counterpart   string
	Account       string // of the counterpart, as far as Alipay shows it
	Goods         string
	Direction     string
	Amount        recovery.Money
	Method        string
	State         string
	TransactionNo string
	MerchantNo    string
	Remark        string
	Reversal      Reversal
	RefundOf      int // row of the payment that this row gave back; 0 if it is no such refund
}

// RowFault is a row that could not be read, with the column and the reason in
// Chinese.
type RowFault struct {
	Row    int
	Code   string // kind of the fault
	Column string
	Why    string
}

// Bill is the content of a file.
type Bill struct {
	Platform     recovery.Platform
	Form         string
	Stated       int // number of rows according to the bill itself; 0 when it does not say
	Repeated     int // rows that several exports in one file have in common; read once
	Transactions []Transaction
	RowFaults    []RowFault
}

// IsIncomplete reports whether the bill states more rows than were read.
func (b *Bill) IsIncomplete() bool { return b.Stated > len(b.Transactions)+b.Repeated }

// Parse reads a bill of at most limit bytes, or MaxSize when limit is zero or less.
// Errors: CodeTooLarge above the limits; CodeInvalid on the field "file" when the file
// is not a bill.
func Parse(r io.Reader, limit int64) (*Bill, error) {
	if limit <= 0 {
		limit = MaxSize
	}
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read the bill: %w", err)
	}
	if int64(len(data)) > limit {
		return nil, recovery.Faultf(recovery.CodeTooLarge, "A bill of more than %d bytes is not accepted: export a shorter period.", limit)
	}
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, refuse(refusedEmpty)
	}
	c := &billReader{}
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		err = readWorkbook(data, c)
	case bytes.HasPrefix(data, []byte(compoundFile)):
		err = refuseCompoundFile(data)
	default:
		err = readText(data, c)
	}
	if err != nil {
		return nil, err
	}
	return c.buildBill()
}
