package statement

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"recourse/recovery"
)

// certificate is the printed list of a wallet. Its header is broken over lines, and narrow
// columns have no gap that could be seen, so a row is recognised by the form of its values.
type certificate struct {
	titles []string // of which each must be in the text
	maker  recovery.Platform
	header *header
	row    *regexp.Regexp // its groups are named by column
}

var certificates = []certificate{
	{
		[]string{"微信支付交易明细证明"}, recovery.WeChat,
		headerOf([]string{"交易单号", "交易时间", "交易类型", "收/支/其他", "交易方式", "金额(元)", "交易对方", "商户单号"}),
		regexp.MustCompile(`^([0-9A-Za-z_-]{6,})\s+(\d{4}-\d{2}-\d{2}(?:\s+\d{2}:\d{2}:\d{2})?)\s*(\S.*?)\s*(收入|支出|其他)\s*(\S.*?)\s*(\d[\d,]*\.\d{2})\s*(\S.*?)\s+(/|[0-9A-Za-z_-]{4,})$`),
	},
	{
		[]string{"支付宝", "交易流水证明"}, recovery.Alipay,
		headerOf([]string{"收/支", "商品说明", "金额", "交易订单号", "商家订单号", "交易时间"}),
		regexp.MustCompile(`^(收入|支出|不计收支|其他)\s*(\S.*?)\s*(\d[\d,]*\.\d{2})\s+([0-9_]{6,})(?:\s+([0-9A-Za-z_-]{4,}))?\s+(\d{4}-\d{2}-\d{2}(?:\s+\d{2}:\d{2}:\d{2})?)$`),
	},
}

// maxContinued is the number of lines over which a row of a certificate may go.
const maxContinued = 6

var (
	clockCell = regexp.MustCompile(`^\d{1,2}:\d{2}(:\d{2})?$`)
	idCell    = regexp.MustCompile(`^[0-9A-Za-z_-]*\d[0-9A-Za-z_-]*$`)
)

// minAlone is the length of a part of a number that is alone on a line: shorter ones
// are numbers of pages.
const minAlone = 4

// ParsePages reads the list that a wallet certifies in a PDF from its text, in which a tab
// is a gap between columns. What is broken over lines in a way that leaves open where it
// belongs is a fault of its row. Errors: as Parse, with the code of a PDF if the text is no
// such list.
func ParsePages(text string) (*Bill, error) {
	text = norm.NFKC.String(strings.ToValidUTF8(text, ""))
	for _, form := range certificates {
		if slices.ContainsFunc(form.titles, func(title string) bool { return !strings.Contains(text, title) }) {
			continue
		}
		c := &billReader{header: form.header, maker: issuer{platform: form.maker}}
		if err := c.readPages(form, strings.Split(text, "\n")); err != nil {
			return nil, err
		}
		bill, err := c.buildBill()
		if err == nil {
			bill.Form = string(form.maker) + "_pdf"
		}
		return bill, err
	}
	return nil, refuse(refusedPDF)
}

func (c *billReader) readPages(form certificate, lines []string) error {
	for i := 0; i < len(lines); i++ {
		cells := form.cellsOf(lines[i])
		if cells == nil {
			c.readStated(lines[i])
			continue
		}
		number, sure := i+1, true
		for used := 0; used < maxContinued && i+1 < len(lines) && form.cellsOf(lines[i+1]) == nil; used++ {
			if !form.header.continueRow(cells, strings.Fields(lines[i+1]), &sure) {
				break
			}
			i++
		}
		if err := c.readPrinted(form, number, cells, sure); err != nil {
			return err
		}
	}
	return nil
}

// readPrinted reads a row that was put together. sure is false if a part of it can belong to
// either number.
func (c *billReader) readPrinted(form certificate, number int, cells []string, sure bool) error {
	if !sure {
		return c.addFault(number, RowFault{Code: faultNumber, Why: "单号分成几行印，看不出哪一段属于哪个单号，没有读取"})
	}
	before := len(c.bill.Transactions)
	if err := c.readRow(number, cells); err != nil || len(c.bill.Transactions) == before {
		return err
	}
	if form.maker == recovery.Alipay { // one gap at least separates the columns of words
		if parts := strings.Split(c.bill.Transactions[before].Goods, "\t"); len(parts) == 3 {
			t := &c.bill.Transactions[before]
			t.Counterpart, t.Goods, t.Method = strings.TrimSpace(parts[0]), strings.TrimSpace(parts[1]), strings.TrimSpace(parts[2])
		}
	}
	return nil
}

// readStated reads the number of rows that a certificate states.
func (c *billReader) readStated(line string) {
	if found := statedRows.FindStringSubmatch(strings.TrimSpace(line)); found != nil && c.bill.Stated == 0 {
		c.bill.Stated, _ = strconv.Atoi(found[1]) // seven digits
	}
}

// cellsOf returns the cells of a line that begins a row, or nil.
func (f certificate) cellsOf(line string) []string {
	found := f.row.FindStringSubmatch(strings.TrimSpace(line))
	if found == nil {
		return nil
	}
	return found[1:]
}

// continueRow adds what a line continues of the row above it. It returns false for a line
// that is no continuation. sure becomes false if one of two numbers goes on and it is unknown
// which.
func (h *header) continueRow(cells, next []string, sure *bool) bool {
	var ids []string
	hasClock := false
	for _, word := range next {
		switch {
		case clockCell.MatchString(word) && !strings.Contains(h.cellText(cells, colAt), ":"):
			cells[h.places[colAt]] += " " + word
			hasClock = true
		case idCell.MatchString(word) && !clockCell.MatchString(word):
			ids = append(ids, word)
		}
	}
	number, merchant := h.places[colNumber], h.places[colMerchant]
	hasMerchant := strings.Trim(cells[merchant], "/-") != ""
	switch {
	case len(ids) == 0:
		return hasClock
	case len(ids) == 1 && !hasClock && len(ids[0]) < minAlone:
		return false
	case len(ids) == 2 && hasMerchant:
		cells[number], cells[merchant] = cells[number]+ids[0], cells[merchant]+ids[1]
	case len(ids) == 1 && !hasMerchant:
		cells[number] += ids[0]
	default:
		*sure = false
	}
	return true
}
