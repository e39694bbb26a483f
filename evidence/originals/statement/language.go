package statement

import (
	"strings"

	"golang.org/x/text/width"
)

// foreignHeadings are the headings of the same exports in other languages. Such
// files are refused: their directions, states and dates differ too, and a court in
// China needs the Chinese export.
var foreignHeadings = map[string]bool{
	"transaction time": true, "time": true, "date": true, "transaction type": true, "type": true, "counterparty": true, "product": true,
	"goods": true, "item": true, "description": true, "income/expense": true, "in/out": true, "direction": true, "amount": true,
	"amount(cny)": true, "amount(rmb)": true, "amount (cny)": true, "amount (rmb)": true, "amount(yuan)": true, "payment method": true,
	"status": true, "current status": true, "transaction status": true, "transaction id": true, "transaction no.": true,
	"transaction number": true, "order id": true, "order number": true, "merchant order id": true, "merchant id": true,
	"merchant order number": true, "remarks": true, "remark": true, "note": true, "notes": true,

	"交易時間": true, "交易類型": true, "交易分類": true, "交易對方": true, "商品說明": true, "金額": true, "金額(元)": true, "支付方式": true,
	"當前狀態": true, "交易狀態": true, "交易單號": true, "商戶單號": true, "備註": true, "收/付款方式": true, "交易訂單號": true,

	"取引日時": true, "取引種類": true, "取引先": true, "取引相手": true, "商品名": true, "収支": true, "支払方法": true, "取引番号": true,
	"거래시간": true, "거래유형": true, "거래상대": true, "상품": true, "금액": true, "거래번호": true,
}

// maxForeignRows is the number of rows in which a foreign header is searched.
const maxForeignRows = 200

// detectForeignHeader records whether a row is a header in another language.
func (c *billReader) detectForeignHeader(cells []string) {
	if c.header != nil || c.foreignHeader || c.headerRowsSeen >= maxForeignRows {
		return
	}
	c.headerRowsSeen++
	named := 0
	for _, cell := range cells {
		if foreignHeadings[strings.ToLower(strings.TrimSpace(width.Narrow.String(cell)))] {
			named++
		}
	}
	c.foreignHeader = named >= len(requiredColumns)
}
