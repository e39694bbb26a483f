package statement

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"recourse/recovery"
)

// Limits of what is read. A year of payments in a shop's wallet stays far
// below them.
const (
	MaxSize = 10 << 20 // bytes of a file, when the caller names no other limit
	MaxRows = 200_000  // rows after the header

	// MaxFaults is with how many unreadable rows a file is still a bill.
	MaxFaults = 5_000
)

// The forms a bill comes in. An Alipay bill that somebody saved again as a
// workbook is read too.
const (
	WeChatCSV  = "wechat_csv"
	WeChatXLSX = "wechat_xlsx"
	AlipayCSV  = "alipay_csv"
	AlipayXLSX = "alipay_xlsx"
)

// The directions, as both wallets write them. "/" and an empty cell are
// Neutral.
const (
	Outgoing = "支出"
	Incoming = "收入"
	Neutral  = "不计收支"
)

// Transaction is one row of a bill. Texts are as the wallet wrote them, without
// the padding; At is UTC.
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
}

// RowFault is a row that could not be read, with the column at fault and the
// reason in Chinese.
type RowFault struct {
	Row    int
	Column string
	Why    string
}

// Bill is what a file holds.
type Bill struct {
	Platform     recovery.Platform
	Form         string
	Stated       int // rows the preamble speaks of; 0 when it does not
	Transactions []Transaction
	RowFaults    []RowFault
}

// Parse reads a bill of at most limit bytes; MaxSize when limit is not above
// zero. It fails with CodeTooLarge beyond the limits and with CodeInvalid, field
// "file", for anything that is no bill.
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
		return nil, refuseFile("empty", "The file is empty.")
	}
	c := &billReader{}
	if bytes.HasPrefix(data, []byte("PK\x03\x04")) {
		err = readWorkbook(data, c)
	} else {
		err = readText(data, c)
	}
	if err != nil {
		return nil, err
	}
	return c.buildBill()
}

// refuseFile is the refusal of a file that is no bill.
func refuseFile(code, detail string) error {
	return recovery.Invalid([]recovery.FieldFault{{Field: "file", Code: code, Detail: detail}})
}
