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

// maxCell is the longest text of a cell in bytes; wallets write far shorter ones.
const maxCell = 4_000

// maxColumns is the number of columns that are read of a row; a wallet writes 16.
const maxColumns = 100

// The codes of faults of rows. A bill without a readable row is refused for that of most
// rows.
const (
	faultShape     = "shape"
	faultLong      = "long"
	faultTime      = "time"
	faultAmount    = "amount"
	faultDirection = "direction"
	faultNumber    = "number"
	faultLost      = "number_lost"
	faultNotRead   = "not_read"
)

// section is what follows one header of a file; exports that were put together have
// several.
type section struct {
	header *header
	widths map[int]int // number of rows of each width
	rows   int
}

// maxSections is the number of exports that are read from one file.
const maxSections = 400

// billReader builds a Bill from the cells of a file, row by row.
type billReader struct {
	bill           Bill
	sections       []section // of a text, as measured before it is read
	current        int       // section of the next row; -1 before the first header
	header         *header   // nil before the first header
	epoch          time.Time // day zero of a workbook's serial dates; zero in a text file
	decimalComma   bool
	maker          issuer // of the first list
	own            issuer // named by the lines above the next header
	isOtherWallet  bool   // the rows of this section are not read
	hasStated      bool   // this export has stated its rows
	closing        bool   // a line that ends the list was read
	foreignHeader  bool   // a header in another language was read
	headerRowsSeen int    // rows that were searched for it
	rows           int
	earlier        map[rowKey]bool // rows of earlier sections; nil in the first
	remembered     int             // rows that are in earlier
}

// rowKey identifies the same row in two exports of overlapping periods.
type rowKey struct {
	number, direction, kind string
	at                      time.Time
	amount                  recovery.Money
}

func keyOf(t Transaction) rowKey {
	return rowKey{t.TransactionNo, t.Direction, t.Kind, t.At, t.Amount}
}

// measureRow counts the widths of the rows under each header.
func (c *billReader) measureRow(_ int, cells []string) error {
	if h := headerOf(cells); h != nil {
		if len(c.sections) == maxSections {
			return recovery.Faultf(recovery.CodeTooLarge, "More than %d exports in one file are not accepted. Send them one by one.", maxSections)
		}
		c.sections = append(c.sections, section{header: h, widths: map[int]int{}})
		return nil
	}
	if last := len(c.sections) - 1; last >= 0 && c.sections[last].header.isDated(cells) {
		c.sections[last].widths[len(cells)]++
		c.sections[last].rows++
	}
	return nil
}

func (c *billReader) finishMeasuring() { c.current = -1 }

// isDated reports whether a cell of the row is a date, as in every row of a bill.
func (h *header) isDated(cells []string) bool {
	if startsWithDate(h.cellText(cells, colAt)) {
		return true
	}
	for _, cell := range cells {
		if startsWithDate(cell) {
			return true
		}
	}
	return false
}

// readRow reads one row. It returns an error only when there are too many rows.
func (c *billReader) readRow(number int, cells []string) error {
	if h := headerOf(cells); h != nil {
		c.startSection(number, h)
		return nil
	}
	if c.readPreamble(cells) || c.skipRule(cells) || c.isOtherWallet {
		return nil
	}
	c.rows++
	if c.rows > MaxRows {
		return recovery.Faultf(recovery.CodeTooLarge, "A bill of more than %d rows is not accepted: export a shorter period.", MaxRows)
	}
	transaction, fault := c.parseTransaction(cells)
	if fault != nil {
		return c.addFault(number, *fault)
	}
	if c.earlier[keyOf(transaction)] {
		c.bill.Repeated++
		return nil
	}
	transaction.Row = number
	c.bill.Transactions = append(c.bill.Transactions, transaction)
	return nil
}

func (c *billReader) addFault(number int, fault RowFault) error {
	fault.Row = number
	c.bill.RowFaults = append(c.bill.RowFaults, fault)
	if len(c.bill.RowFaults) > MaxFaults {
		return refuse(refusedFaults)
	}
	return nil
}

// startSection begins the rows under a header. Rows of a second wallet are not read,
// because a case is about one.
func (c *billReader) startSection(number int, h *header) {
	if c.header != nil {
		c.rememberRows()
	}
	c.header, c.closing = h, false
	c.current++
	maker := c.own
	if byColumns, known := issuerOfColumns(h.all); maker == (issuer{}) && known {
		maker = byColumns
	}
	if c.maker == (issuer{}) {
		c.maker = maker
	}
	c.isOtherWallet = maker != (issuer{}) && maker != c.maker
	c.own = issuer{}
	if c.isOtherWallet {
		c.bill.RowFaults = append(c.bill.RowFaults, RowFault{
			Row: number, Code: faultNotRead, Why: "下面是另一个钱包的账单，没有读取：一次只导入一个钱包的账单",
		})
	}
}

func (c *billReader) rememberRows() {
	if c.earlier == nil {
		c.earlier = make(map[rowKey]bool, len(c.bill.Transactions))
	}
	for _, transaction := range c.bill.Transactions[c.remembered:] {
		c.earlier[keyOf(transaction)] = true
	}
	c.remembered = len(c.bill.Transactions)
}

// statedRows matches the number of rows that the bill states.
var statedRows = regexp.MustCompile(`^共[:\s]*(\d{1,7})\s*笔`)

// readPreamble reads a row above a header or below a list. It returns false for the rows
// of a list.
func (c *billReader) readPreamble(cells []string) bool {
	if len(cells) == 0 {
		return true
	}
	first := strings.TrimSpace(cells[0])
	if maker, found := issuerOfLine(first); found && isTitle(cells) {
		c.startPreamble(maker)
		return true
	}
	if c.header == nil {
		c.detectForeignHeader(cells)
		if maker, known := issuerOfColumns(normalizeHeadings(cells)); known && c.own == (issuer{}) {
			c.own = maker
		}
	} else if !c.closing && first != "导出信息:" && first != "导出信息：" {
		return false
	}
	c.closing = c.header != nil
	found := statedRows.FindStringSubmatch(width.Narrow.String(first))
	if found == nil {
		return !c.closing || !startsWithDate(c.header.cellText(cells, colAt))
	}
	if count, err := strconv.Atoi(found[1]); err == nil && !c.hasStated {
		c.bill.Stated += count
		c.hasStated = true
	}
	return true
}

// maxTitleCells is the number of cells of a line above a list that say something.
const maxTitleCells = 2

// isTitle reports whether a row can be a line above a list, whatever its first cell is.
func isTitle(cells []string) bool {
	filled := 0
	for _, cell := range cells {
		if strings.TrimSpace(cell) != "" {
			filled++
		}
	}
	return filled <= maxTitleCells
}

// startPreamble begins the lines above the next header. The first line names the issuer.
func (c *billReader) startPreamble(maker issuer) {
	if c.own == (issuer{}) {
		c.own = maker
		c.hasStated = c.hasStated && c.header == nil
	}
	c.closing = c.header != nil
}

func normalizeHeadings(cells []string) []string {
	names := make([]string, min(len(cells), maxColumns))
	for i := range names {
		names[i] = normalizeHeading(cells[i])
	}
	return names
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

// checkShape returns the fault of a row whose cells cannot all be under their headings.
func (c *billReader) checkShape(cells []string) *RowFault {
	for _, cell := range cells[:min(len(cells), maxColumns)] {
		if len(cell) > maxCell {
			return &RowFault{Code: faultLong, Why: "有一栏文字过长"}
		}
	}
	h := c.header
	switch {
	case c.current < len(c.sections): // of a text
		measured := c.sections[c.current]
		if len(cells) == h.width || h.isFormOfRows(cells, measured.widths, measured.rows) {
			return nil
		}
	case len(cells) <= h.named || strings.Join(cells[h.named:], "") == "":
		return nil // a workbook has no separators that could be missing
	}
	if len(cells) > h.named {
		return &RowFault{Code: faultShape, Why: fmt.Sprintf("这一行有 %d 栏，标题只有 %d 栏：可能有一栏里的逗号没有加引号，没有读取", len(cells), h.named)}
	}
	return &RowFault{Code: faultShape, Why: fmt.Sprintf("这一行只有 %d 栏，标题有 %d 栏：缺了一栏，没有读取", len(cells), h.named)}
}

func (c *billReader) parseTransaction(cells []string) (Transaction, *RowFault) {
	if fault := c.checkShape(cells); fault != nil {
		return Transaction{}, fault
	}
	text := func(meaning column) string { return c.header.cellText(cells, meaning) }
	fault := func(meaning column, code, why string) (Transaction, *RowFault) {
		return Transaction{}, &RowFault{Column: c.header.names[meaning], Code: code, Why: why}
	}
	at, why := c.parseTime(text(colAt))
	if why != "" {
		return fault(colAt, faultTime, why)
	}
	amount, note, ok := c.parseAmount(text(colAmount))
	if !ok {
		return fault(colAmount, faultAmount, "金额无法识别")
	}
	direction, ok := parseDirection(text(colDirection))
	if !ok {
		return fault(colDirection, faultDirection, "收支方向无法识别")
	}
	number, why := readNumber(text(colNumber))
	if why != "" {
		return fault(colNumber, codeOfNumber(text(colNumber)), why)
	}
	merchant := cleanNumber(text(colMerchant))
	if isLost(merchant) {
		return fault(colMerchant, faultLost, lostWhy(merchant))
	}
	t := Transaction{
		At: at, Amount: amount, Direction: direction, TransactionNo: number, MerchantNo: merchant,
		Kind: text(colKind), Counterpart: text(colCounterpart), Goods: text(colGoods), Account: cleanNumber(text(colAccount)),
		Method: text(colMethod), State: firstNonEmpty(text(colState), text(colFunds)), Remark: text(colRemark),
	}
	refunded, _, _ := c.parseAmount(text(colRefunded))
	t.Reversal = ownReversal(t, note, text(colFunds), refunded)
	return t, nil
}

// buildBill returns the bill after the last row was read.
func (c *billReader) buildBill() (*Bill, error) {
	b := &c.bill
	if c.header == nil || c.maker == (issuer{}) {
		c.maker = c.own
	}
	switch {
	case c.maker.other != "":
		return nil, refuseOther(c.maker.other)
	case c.header == nil && c.foreignHeader:
		return nil, refuse(refusedLanguage)
	case c.header == nil:
		return nil, refuse(refusedNotABill)
	case c.maker.platform == "":
		return nil, refuse(refusedUnknownWallet)
	case len(b.Transactions) == 0 && len(b.RowFaults) > 0:
		return nil, refuseUnreadable(b.RowFaults)
	case len(b.Transactions) == 0:
		return nil, refuse(refusedNoRows)
	}
	b.Platform = c.maker.platform
	b.Form = string(b.Platform) + "_csv"
	if !c.epoch.IsZero() {
		b.Form = string(b.Platform) + "_xlsx"
	}
	linkReversals(b.Transactions)
	return b, nil
}
