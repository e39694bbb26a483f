package sample

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// billColumns is the number of cells in every row, empty ones included.
const billColumns = 11

// encodeBill writes the claimant's bill as the wallet exports it: UTF-8 with a byte
// order mark, a preamble, and one row per transaction. A tab after each number
// makes spreadsheets keep all its digits.
func (s story) encodeBill(st *state) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("\ufeff")
	w := csv.NewWriter(&out)
	for _, line := range s.billPreamble(st) {
		row := make([]string, billColumns)
		row[0] = line
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("write the bill: %w", err)
		}
	}
	if err := w.WriteAll(s.billRows(st)); err != nil {
		return nil, fmt.Errorf("write the bill: %w", err)
	}
	return out.Bytes(), nil
}

const billTime = "2006-01-02 15:04:05"

func (s story) billPreamble(st *state) []string {
	sent := st.sentAt()
	var in, out, spent int64
	income := 0
	for _, row := range s.Bill.Rows {
		if row.Direction == "收入" {
			income++
			in += row.AmountFen
		} else {
			out++
			spent += row.AmountFen
		}
	}
	return []string{
		"微信支付账单明细", "微信昵称：[" + s.Nickname + "]",
		fmt.Sprintf("起始时间：[%s 00:00:00] 终止时间：[%s 23:59:59]", sent.AddDate(0, 0, -7).Format(time.DateOnly), sent.Format(time.DateOnly)),
		"导出类型：[全部]", "导出时间：[" + st.StartedAt.In(shanghai).Format(billTime) + "]", "",
		fmt.Sprintf("共%d笔记录", len(s.Bill.Rows)+1),
		fmt.Sprintf("收入：%d笔 %s元", income, formatYuan(in)),
		fmt.Sprintf("支出：%d笔 %s元", out+1, formatYuan(spent+s.amountFen())),
		"中性交易：0笔 0.00元", "注：",
		"1. 充值/提现/理财通购买/零钱通存取/信用卡还款等交易，将计入中性交易",
		"2. 本明细仅展示当前账单中的交易，不包括已删除的记录", "3. 本明细仅供个人对账使用", "",
		"----------------------微信支付账单明细列表--------------------",
	}
}

// billRows returns the heading and the transactions, newest first as in the wallet.
func (s story) billRows(st *state) [][]string {
	sent := st.sentAt()
	number := func(i int) string {
		return fmt.Sprintf("10001071%s%02d%s\t", sent.Format("20060102"), i, st.seedDigits(8))
	}
	rows := [][]string{{
		sent.Format(billTime), "转账", s.Recipient, "转账备注:" + s.Remark, "支出", "¥" + formatYuan(s.amountFen()), "零钱通", "朋友已收钱",
		st.transactionNo() + "\t", number(99), "/",
	}}
	for i, r := range s.Bill.Rows {
		rows = append(rows, []string{
			sent.AddDate(0, 0, r.Days).Format(time.DateOnly) + " " + r.Clock, r.Kind, r.With, r.Goods, r.Direction,
			"¥" + formatYuan(r.AmountFen), r.Method, r.State, number(i), number(i + 50), r.Remark,
		})
	}
	slices.SortFunc(rows, func(a, b []string) int { return strings.Compare(b[0], a[0]) })
	heading := []string{"交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式", "当前状态", "交易单号", "商户单号", "备注"}
	return append([][]string{heading}, rows...)
}

func (s story) amountFen() int64 {
	amount, _ := s.Case["amount_fen"].(float64) // a number of the embedded story
	return int64(amount)
}

// formatYuan formats fen as in exports of the wallet: no grouping, two decimals.
func formatYuan(fen int64) string { return fmt.Sprintf("%d.%02d", fen/100, fen%100) }

// formatGrouped formats fen as on screens of the wallet.
func formatGrouped(fen int64) string {
	whole := strconv.FormatInt(fen/100, 10)
	var b strings.Builder
	for i, digit := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(digit)
	}
	return fmt.Sprintf("%s.%02d", b.String(), fen%100)
}
