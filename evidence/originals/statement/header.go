package statement

import (
	"slices"
	"strings"
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
	colRefunded
	colFunds
)

// columnByHeading has the names of the columns in the exports of 2015–2026 and in the
// certificates that wallets make of them.
var columnByHeading = map[string]column{
	"交易时间": colAt, "交易创建时间": colAt, "创建时间": colAt,
	"交易类型": colKind, "交易分类": colKind, "类型": colKind,
	"交易对方": colCounterpart, "对方账号": colAccount, "对方账户": colAccount,
	"商品": colGoods, "商品说明": colGoods, "商品名称": colGoods,
	"收/支": colDirection, "收/支/其他": colDirection,
	"金额(元)": colAmount, "金额": colAmount, "交易金额": colAmount, "交易金额(元)": colAmount,
	"支付方式": colMethod, "收/付款方式": colMethod, "交易方式": colMethod,
	"当前状态": colState, "交易状态": colState,
	"交易单号": colNumber, "交易订单号": colNumber, "交易号": colNumber, "支付宝交易号": colNumber,
	"商户单号": colMerchant, "商家订单号": colMerchant, "商户订单号": colMerchant, "转账单号": colMerchant,
	"备注":      colRemark,
	"成功退款(元)": colRefunded, "成功退款": colRefunded,
	"资金状态": colFunds,
}

// requiredColumns are the columns that a row needs to prove a payment.
var requiredColumns = []column{colAt, colDirection, colAmount, colNumber}

// header is the line that names the columns.
type header struct {
	places map[column]int
	names  map[column]string // in the file
	all    []string
	named  int // cells up to the last that has a name
	width  int // all cells
}

// headerOf returns the header that the cells are, or nil: a header names all required
// columns.
func headerOf(cells []string) *header {
	if len(cells) < len(requiredColumns) || startsWithDate(cells[0]) || !slices.ContainsFunc(cells[:min(len(cells), maxColumns)], namesDirection) {
		return nil
	}
	h := &header{places: map[column]int{}, names: map[column]string{}, width: len(cells)}
	for i, cell := range cells[:min(len(cells), maxColumns)] {
		name := normalizeHeading(cell)
		if name == "" {
			continue
		}
		h.named = i + 1
		h.all = append(h.all, name)
		meaning, known := columnByHeading[name]
		if _, twice := h.places[meaning]; !known || twice {
			continue
		}
		h.places[meaning], h.names[meaning] = i, name
	}
	for _, meaning := range requiredColumns {
		if _, found := h.places[meaning]; !found {
			return nil
		}
	}
	return h
}

func (h *header) cellText(cells []string, meaning column) string {
	place, found := h.places[meaning]
	if !found || place >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[place])
}

// blockOfRows is the number of rows for which a spreadsheet decides together whether it
// writes the separators of empty cells at the end.
const blockOfRows = 16

// isFormOfRows reports whether rows of another width than the header have the form of the
// file, so that every cell is under its heading: empty cells at the end, in most rows
// or in a whole block of them.
func (h *header) isFormOfRows(cells []string, widths map[int]int, rows int) bool {
	width := len(cells)
	common := widths[width]*2 > rows && widths[width] > 1
	switch {
	case width > h.width:
		return common && strings.Join(cells[h.width:], "") == "" && h.isPlausible(cells)
	case width >= h.named:
		return common && h.isPlausible(cells)
	default:
		return (common || widths[width] >= blockOfRows) && h.lacksOnlyRemark(width) && h.isPlausible(cells)
	}
}

// lacksOnlyRemark reports whether a row that ends at width lacks nothing but the remark.
func (h *header) lacksOnlyRemark(width int) bool {
	for meaning, place := range h.places {
		if place >= width && meaning != colRemark {
			return false
		}
	}
	return width >= h.named-1
}

// isPlausible reports whether the number and the state look like one.
func (h *header) isPlausible(cells []string) bool {
	number, why := readNumber(h.cellText(cells, colNumber))
	state, _ := readNumber(h.cellText(cells, colState))
	return why == "" && number != "" && (state == "" || strings.Trim(state, "0123456789") != "")
}
