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

// column is what a heading means, whatever the wallet calls it.
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

// headings are the names of the columns in the exports of 2015–2026.
var headings = map[string]column{
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

// needed are the columns without which a row proves nothing.
var needed = []column{colAt, colDirection, colAmount, colNumber}

// maxCell is the longest text a wallet writes into a cell, generously, in
// bytes.
const maxCell = 4_000

// maxColumns is as many as a row may have to be looked at; a wallet writes 13.
const maxColumns = 100

// collector turns the cells of a file into a Bill, row by row.
type collector struct {
	bill    Bill
	places  map[column]int    // where each column stands; nil before the header
	heads   map[column]string // what the file calls it
	epoch   time.Time         // day zero of a workbook's serial dates; zero in a text file
	closing bool              // the rule under the last row was seen
	foreign bool              // a header in another language was seen
	seen    int               // rows before the header that were looked at for it
	rows    int
}

// started reports whether the header was found.
func (c *collector) started() bool { return c.places != nil }

// row takes in one row. It fails only when there are too many.
func (c *collector) row(number int, cells []string) error {
	if len(cells) > maxColumns {
		cells = cells[:maxColumns]
	}
	if c.header(cells) || c.before(cells) || c.ruled(cells) {
		return nil
	}
	if c.closing && !dated(c.cell(cells, colAt)) {
		return nil
	}
	c.rows++
	if c.rows > MaxRows {
		return recovery.Faultf(recovery.CodeTooLarge, "A bill of more than %d rows is not accepted: export a shorter period.", MaxRows)
	}
	transaction, fault := c.transaction(cells)
	if fault != nil {
		fault.Row = number
		c.bill.RowFaults = append(c.bill.RowFaults, *fault)
		if len(c.bill.RowFaults) > MaxFaults {
			return unreadable("too_many_faults", fmt.Sprintf(
				"More than %d rows cannot be read: this is not a bill as the wallet exported it. Export it again and send it unopened.", MaxFaults))
		}
		return nil
	}
	transaction.Row = number
	c.bill.Transactions = append(c.bill.Transactions, transaction)
	return nil
}

// stated is how the preamble counts the rows of the export.
var stated = regexp.MustCompile(`^共\s*(\d{1,7})\s*笔`)

// before reads what stands above the header.
func (c *collector) before(cells []string) bool {
	if c.started() {
		return false
	}
	if len(cells) == 0 {
		return true
	}
	c.otherLanguage(cells)
	if found := stated.FindStringSubmatch(strings.TrimSpace(width.Narrow.String(cells[0]))); found != nil && c.bill.Stated == 0 {
		c.bill.Stated, _ = strconv.Atoi(found[1]) // seven digits
	}
	return true
}

// header takes a row for the header when it names all needed columns. A file
// put together from several exports has several.
func (c *collector) header(cells []string) bool {
	if len(cells) < len(needed) || dated(cells[0]) {
		return false
	}
	places, heads := map[column]int{}, map[column]string{}
	platform := recovery.Platform("")
	for i, cell := range cells {
		name := strings.TrimSpace(width.Narrow.String(cell))
		meaning, known := headings[name]
		if _, twice := places[meaning]; !known || twice {
			continue
		}
		places[meaning], heads[meaning] = i, name
		if meaning == colNumber {
			platform = platformOf(name)
		}
	}
	for _, meaning := range needed {
		if _, found := places[meaning]; !found {
			return false
		}
	}
	if c.bill.Platform == "" {
		c.bill.Platform = platform
	}
	c.places, c.heads, c.closing = places, heads, false
	return true
}

// platformOf tells the wallets apart by what they call the number.
func platformOf(number string) recovery.Platform {
	if number == "交易单号" {
		return recovery.WeChat
	}
	return recovery.Alipay
}

// ruled passes over empty rows and rules of dashes; a rule below a row ends the
// list, and what follows is a summary.
func (c *collector) ruled(cells []string) bool {
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

func (c *collector) cell(cells []string, meaning column) string {
	place, found := c.places[meaning]
	if !found || place >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[place])
}

func (c *collector) transaction(cells []string) (Transaction, *RowFault) {
	for _, meaning := range needed {
		if c.places[meaning] >= len(cells) {
			return Transaction{}, &RowFault{Column: c.heads[meaning], Why: fmt.Sprintf("这一行只有 %d 栏，缺少此栏", len(cells))}
		}
	}
	for _, cell := range cells {
		if len(cell) > maxCell {
			return Transaction{}, &RowFault{Why: "有一栏文字过长"}
		}
	}
	fault := func(meaning column, why string) (Transaction, *RowFault) {
		return Transaction{}, &RowFault{Column: c.heads[meaning], Why: why}
	}
	at, ok := c.moment(c.cell(cells, colAt))
	if !ok {
		return fault(colAt, "时间无法识别")
	}
	amount, ok := amountOf(c.cell(cells, colAmount))
	if !ok {
		return fault(colAmount, "金额无法识别")
	}
	direction, ok := directionOf(c.cell(cells, colDirection))
	if !ok {
		return fault(colDirection, "收支方向无法识别")
	}
	return Transaction{
		At: at, Amount: amount, Direction: direction,
		Kind: c.cell(cells, colKind), Counterpart: c.cell(cells, colCounterpart), Goods: c.cell(cells, colGoods),
		Account: numberOf(c.cell(cells, colAccount)), Method: c.cell(cells, colMethod), State: c.cell(cells, colState), Remark: c.cell(cells, colRemark),
		TransactionNo: numberOf(c.cell(cells, colNumber)), MerchantNo: numberOf(c.cell(cells, colMerchant)),
	}, nil
}

// result is the bill, once everything was read.
func (c *collector) result() (*Bill, error) {
	if c.foreign && !c.started() {
		return nil, unreadable("other_language",
			"This bill is not in Simplified Chinese. Set the wallet's language to 简体中文, export the bill again and send that.")
	}
	if !c.started() {
		return nil, unreadable("not_a_bill",
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
