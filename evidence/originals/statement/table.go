package statement

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/text/width"

	"recourse/recovery"
)

// column is the meaning of a heading; wallets use different names for it.
type column int

const (
	colAt column = iota + 1
	colKind
	colCounterpart
	colGoods
	colDirection
	colAmount
	colMethod
	colState
	colNumber
	colMerchant
	colRemark
	colAccount
)

// columnByHeading has the names of the columns in the exports of 2015–2026.
var columnByHeading = map[string]column{
	"交易时间": colAt, "交易创建时间": colAt,
	"交易类型": colKind, "交易分类": colKind, "类型": colKind,
	"交易对方": colCounterpart, "对方账号": colAccount,
	"商品": colGoods, "商品说明": colGoods, "商品名称": colGoods,
	"收/支":   colDirection,
	"金额(元)": colAmount, "金额": colAmount,
	"支付方式": colMethod, "收/付款方式": colMethod,
	"当前状态": colState, "交易状态": colState,
	"交易单号": colNumber, "交易订单号": colNumber, "交易号": colNumber,
	"商户单号": colMerchant, "商家订单号": colMerchant,
	"备注": colRemark,
}

// requiredColumns are the columns that a row needs to prove a payment.
var requiredColumns = []column{colAt, colDirection, colAmount, colNumber}

// maxCell is the longest text of a cell in bytes; wallets write far shorter ones.
const maxCell = 4_000

// maxColumns is the number of columns that are read of a row; a wallet writes 13.
const maxColumns = 100

// billReader builds a Bill from the cells of a file, row by row.
type billReader struct {
	bill           Bill
	columnPlaces   map[column]int    // index of each column; nil before the header
	columnNames    map[column]string // name of each column in the file
	epoch          time.Time         // day zero of a workbook's serial dates; zero in a text file
	closing        bool              // the line of dashes under the last row was read
	foreignHeader  bool              // a header in another language was read
	headerRowsSeen int               // rows that were searched for it
	rows           int
}

// hasHeader reports whether the header was found.
func (c *billReader) hasHeader() bool { return c.columnPlaces != nil }

// readRow reads one row. It returns an error only when there are too many rows.
func (c *billReader) readRow(number int, cells []string) error {
	if len(cells) > maxColumns {
		cells = cells[:maxColumns]
	}
	if c.readHeader(cells) || c.readPreamble(cells) || c.skipRule(cells) {
		return nil
	}
	if c.closing && !startsWithDate(c.cellText(cells, colAt)) {
		return nil
	}
	c.rows++
	if c.rows > MaxRows {
		return recovery.Faultf(recovery.CodeTooLarge, "A bill of more than %d rows is not accepted: export a shorter period.", MaxRows)
	}
	transaction, fault := c.parseTransaction(cells)
	if fault != nil {
		fault.Row = number
		c.bill.RowFaults = append(c.bill.RowFaults, *fault)
		if len(c.bill.RowFaults) > MaxFaults {
			return refuseFile("too_many_faults", fmt.Sprintf(
				"More than %d rows cannot be read: this is not a bill as the wallet exported it. Export it again and send it unopened.", MaxFaults))
		}
		return nil
	}
	transaction.Row = number
	c.bill.Transactions = append(c.bill.Transactions, transaction)
	return nil
}

// statedRows matches the number of rows that the preamble states.
var statedRows = regexp.MustCompile(`^共\s*(\d{1,7})\s*笔`)

// readPreamble reads a row above the header. It returns false after the header.
func (c *billReader) readPreamble(cells []string) bool {
	if c.hasHeader() {
		return false
	}
	if len(cells) == 0 {
		return true
	}
	c.detectForeignHeader(cells)
	if found := statedRows.FindStringSubmatch(strings.TrimSpace(width.Narrow.String(cells[0]))); found != nil && c.bill.Stated == 0 {
		c.bill.Stated, _ = strconv.Atoi(found[1]) // seven digits
	}
	return true
}

// readHeader treats a row as the header when it names all required columns. A file
// joined from several exports has several headers.
func (c *billReader) readHeader(cells []string) bool {
	if len(cells) < len(requiredColumns) || startsWithDate(cells[0]) {
		return false
	}
	places, heads := map[column]int{}, map[column]string{}
	platform := recovery.Platform("")
	for i, cell := range cells {
		name := strings.TrimSpace(width.Narrow.String(cell))
		meaning, known := columnByHeading[name]
		if _, twice := places[meaning]; !known || twice {
			continue
		}
		places[meaning], heads[meaning] = i, name
		if meaning == colNumber {
			platform = platformOf(name)
		}
	}
	for _, meaning := range requiredColumns {
		if _, found := places[meaning]; !found {
			return false
		}
	}
	if c.bill.Platform == "" {
		c.bill.Platform = platform
	}
	c.columnPlaces, c.columnNames, c.closing = places, heads, false
	return true
}

// platformOf detects the wallet by its name for the transaction number.
func platformOf(number string) recovery.Platform {
	if number == "交易单号" {
		return recovery.WeChat
	}
	return recovery.Alipay
}

// skipRule skips empty rows and lines of dashes. A line of dashes below a row ends
// the list; a summary follows it.
func (c *billReader) skipRule(cells []string) bool {
	text := strings.TrimSpace(strings.Join(cells, ""))
	if text == "" {
		return true
	}
	if strings.Trim(text, "-") != "" {
		return false
	}
	c.closing = c.closing || c.rows > 0
	return true
}

func (c *billReader) cellText(cells []string, meaning column) string {
	place, found := c.columnPlaces[meaning]
	if !found || place >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[place])
}

func (c *billReader) parseTransaction(cells []string) (Transaction, *RowFault) {
	for _, meaning := range requiredColumns {
		if c.columnPlaces[meaning] >= len(cells) {
			return Transaction{}, &RowFault{Column: c.columnNames[meaning], Why: fmt.Sprintf("这一行只有 %d 栏，缺少此栏", len(cells))}
		}
	}
	for _, cell := range cells {
		if len(cell) > maxCell {
			return Transaction{}, &RowFault{Why: "有一栏文字过长"}
		}
	}
	fault := func(meaning column, why string) (Transaction, *RowFault) {
		return Transaction{}, &RowFault{Column: c.columnNames[meaning], Why: why}
	}
	at, ok := c.parseTime(c.cellText(cells, colAt))
	if !ok {
		return fault(colAt, "时间无法识别")
	}
	amount, ok := parseAmount(c.cellText(cells, colAmount))
	if !ok {
		return fault(colAmount, "金额无法识别")
	}
	direction, ok := parseDirection(c.cellText(cells, colDirection))
	if !ok {
		return fault(colDirection, "收支方向无法识别")
	}
	return Transaction{
		At: at, Amount: amount, Direction: direction,
		Kind: c.cellText(cells, colKind), Counterpart: c.cellText(cells, colCounterpart), Goods: c.cellText(cells, colGoods),
		Account: cleanNumber(c.cellText(cells, colAccount)), Method: c.cellText(cells, colMethod), State: c.cellText(cells, colState), Remark: c.cellText(cells, colRemark),
		TransactionNo: cleanNumber(c.cellText(cells, colNumber)), MerchantNo: cleanNumber(c.cellText(cells, colMerchant)),
	}, nil
}

// buildBill returns the bill after the last row was read.
func (c *billReader) buildBill() (*Bill, error) {
	if c.foreignHeader && !c.hasHeader() {
		return nil, refuseFile("other_language",
			"This bill is not in Simplified Chinese. Set the wallet's language to 简体中文, export the bill again and send that.")
	}
	if !c.hasHeader() {
		return nil, refuseFile("not_a_bill",
			"This is not a bill of WeChat or Alipay: no row names its columns (交易时间, 收/支, 金额, 交易单号).")
	}
	workbook := !c.epoch.IsZero()
	switch {
	case c.bill.Platform == recovery.WeChat && workbook:
		c.bill.Form = WeChatXLSX
	case c.bill.Platform == recovery.WeChat:
		c.bill.Form = WeChatCSV
	case workbook:
		c.bill.Form = AlipayXLSX
	default:
		c.bill.Form = AlipayCSV
	}
	return &c.bill, nil
}
