package statement_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// reversalCase is a payment with what the bill says about it, in a form of a wallet.
type reversalCase struct {
	name, text string
	row        int // of the payment
	kind       statement.ReversalKind
	amount     recovery.Money
	at         string // RFC 3339; "" if the bill does not say
	says       string
}

func alipayLine(at, kind, goods, way, amount, state, number, merchant string) string {
	return strings.Join([]string{at, kind, "王**", "138******11", goods, way, amount, "余额宝", state, number + "\t", merchant + "\t", "", ""}, ",")
}

func alipayText(rows ...string) string {
	return "支付宝账户：a@example.com\n" + strings.Join(strings.Fields(aliPayHead), "") + "\n" + strings.Join(rows, "\n") + "\n"
}

func webText(rows ...string) string {
	return billHeads["Alipay website"][0] + "\n" + strings.Join(rows, "\n") + "\n"
}

func webLine(number, way, state, refunded, funds string) string {
	return strings.Join([]string{number + "\t", "\t", "2021-11-20 12:45:27", "", "", "其他", "即时到账交易", "房东", "转账", "588.00", way, state, "0.00", refunded, "", funds}, ",")
}

func weChatText(rows ...string) string {
	return "微信支付账单明细\n" + weChatHead + "\n" + strings.Join(rows, "\n") + "\n"
}

func weChatLine(at, kind, way, amount, state, number, merchant string) string {
	return strings.Join([]string{at, kind, "小杜", "/", way, quoteCell("¥" + amount), "零钱", quoteCell(state), number, merchant, "/"}, ",")
}

var reversalCases = []reversalCase{
	{"Alipay: closed, with a refund of its own", alipayText(
		alipayLine("2026-11-21 22:36:41", "退款", "退款-转账", "不计收支", "588.00", "退款成功", "20261120200040011100990000000001_20261121001", ""),
		alipayLine("2026-11-20 12:56:34", "转账红包", "转账", "支出", "588.00", "交易关闭", "20261120200040011100990000000001", ""),
	), 4, statement.WhollyReversed, 58_800, "2026-11-21T14:36:41Z", "已于 2026-11-21 22:36:41 退回 588.00 元（全部）"},
	{"Alipay: a suffix without a mark", alipayText(
		alipayLine("2026-11-20 12:56:34", "日用百货", "物", "支出", "588.00", "交易成功", "20261120200040011100990000000001", "M20261120"),
		alipayLine("2026-11-21 22:36:41", "退款", "退款-物", "不计收支", "88.00", "退款成功", "202611202000400111009900000000011371263536677", "M20261120"),
	), 3, statement.PartReversed, 8_800, "2026-11-21T14:36:41Z", "退回 88.00 元（部分）"},
	{"Alipay: two refunds add up", alipayText(
		alipayLine("2026-11-20 12:56:34", "日用百货", "物", "支出", "588.00", "交易成功", "20261120200040011100990000000001", ""),
		alipayLine("2026-11-23 22:36:41", "退款", "退款-物", "不计收支", "500.00", "退款成功", "20261120200040011100990000000001_2", ""),
		alipayLine("2026-11-21 22:36:41", "退款", "退款-物", "不计收支", "88.00", "退款成功", "20261120200040011100990000000001_1", ""),
	), 3, statement.WhollyReversed, 58_800, "2026-11-23T14:36:41Z", "（全部）"},
	{"Alipay: a refund that counts as income", alipayText(
		alipayLine("2026-11-20 12:56:34", "交通出行", "车", "支出", "588.00", "交易关闭", "20261120200040011100990000000001", ""),
		alipayLine("2026-11-20 12:59:34", "退款", "退款-车", "收入", "588.00", "退款成功", "20261120200040011100990000000001_1", ""),
	), 3, statement.WhollyReversed, 58_800, "2026-11-20T04:59:34Z", "（全部）"},
	{"Alipay: by the merchant's number", alipayText(
		alipayLine("2026-11-20 12:56:34", "日用百货", "物", "支出", "588.00", "交易成功", "20261120200040011100990000000001", "T200P00000001"),
		alipayLine("2026-11-21 22:36:41", "退款", "退款-物", "不计收支", "10.00", "退款成功", "20261121300040011100990000000009", "T200P00000001"),
	), 3, statement.PartReversed, 1_000, "2026-11-21T14:36:41Z", "（部分）"},
	{"Alipay: closed, nothing else", alipayText(
		alipayLine("2026-11-20 12:56:34", "转账红包", "转账", "不计收支", "588.00", "交易关闭", "20261120200040011100990000000001", ""),
	), 3, statement.NeverPaid, 0, "", "没有付出去"},
	{"Alipay: another payment's refund", alipayText(
		alipayLine("2026-11-20 12:56:34", "转账红包", "转账", "支出", "588.00", "交易成功", "20261120200040011100990000000001", ""),
		alipayLine("2026-11-21 22:36:41", "退款", "退款-物", "不计收支", "588.00", "退款成功", "20261120200040011100990000000002_1", ""),
	), 3, statement.NotReversed, 0, "", ""},
	{"Alipay: a refund before the payment", alipayText(
		alipayLine("2026-11-20 12:56:34", "日用百货", "物", "支出", "588.00", "交易成功", "20261120200040011100990000000001", "T200P00000001"),
		alipayLine("2026-11-10 22:36:41", "退款", "退款-物", "不计收支", "588.00", "退款成功", "20261110300040011100990000000009", "T200P00000001"),
	), 3, statement.NotReversed, 0, "", ""},
	{"website: the column of refunds, in part", webText(webLine("2021112000001111", "支出", "交易成功", "88.00", "已支出")), 3, statement.PartReversed, 8_800, "", "退回 88.00 元（部分）"},
	{"website: the column of refunds, all", webText(webLine("2021112000001111", "支出", "退款成功", "588.00", "已支出")), 3, statement.WhollyReversed, 58_800, "", "（全部）"},
	{"website: closed", webText(webLine("2021112000001111", "", "交易关闭", "0.00", "")), 3, statement.NeverPaid, 0, "", "没有付出去"},
	{"website: the state of the funds", webText(webLine("2021112000001111", "支出", "交易创建", "0.00", "待支出")), 3, statement.NeverPaid, 0, "", "待支出"},
	{"website: it stands", webText(webLine("2021112000001111", "支出", "交易成功", "0.00", "已支出")), 3, statement.NotReversed, 0, "", ""},
	{"WeChat: a transfer came back", weChatText(
		weChatLine("2026-11-21 22:36:41", "转账-退款", "收入", "588.00", "已全额退款", "1000050001202611200711112222333", "/"),
		weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "已全额退款", ownNumber, "1000050001202611200711112222333"),
	), 4, statement.WhollyReversed, 58_800, "2026-11-21T14:36:41Z", "已于 2026-11-21 22:36:41 退回 588.00 元（全部）"},
	{"WeChat: a packet came back in part", weChatText(
		weChatLine("2026-11-21 22:36:41", "微信红包-退款", "/", "12.34", "已退款", "1000039901202611200711112222333", "/"),
		weChatLine("2026-11-20 12:56:34", "微信红包（群红包）", "支出", "588.00", "已退款(￥12.34)", ownNumber, "1000039901202611200711112222333"),
	), 4, statement.PartReversed, 1_234, "2026-11-21T14:36:41Z", "退回 12.34 元（部分）"},
	{"WeChat: the refund has both numbers", weChatText(
		weChatLine("2026-11-21 22:36:41", "商户消费-退款", "收入", "5.00", "已退款", "50000000000000000000000000000009", "1000039901202611200711112222333"),
		weChatLine("2026-11-20 12:56:34", "商户消费", "支出", "588.00", "已退款￥5.00", ownNumber, "1000039901202611200711112222333"),
	), 4, statement.PartReversed, 500, "2026-11-21T14:36:41Z", "（部分）"},
	{"WeChat: only the state, in part", weChatText(weChatLine("2026-11-20 12:56:34", "转账", "支出", "1,588.00", "已退款(￥1,010.50)", ownNumber, "/")), 3, statement.PartReversed, 101_050, "", "（部分）"},
	{"WeChat: a sum that nobody can read", weChatText(weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "已退款(￥1,0.50)", ownNumber, "/")), 3, statement.UnclearReversal, 0, "", "可能已经退回"},
	{"WeChat: only the state, all by its sum", weChatText(weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "已退款(￥588.00)", ownNumber, "/")), 3, statement.WhollyReversed, 58_800, "", "（全部）"},
	{"WeChat: it stands", weChatText(weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "朋友已收钱", ownNumber, "/")), 3, statement.NotReversed, 0, "", ""},
	{"WeChat: given back, in other words", weChatText(weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "已返还", ownNumber, "/")), 3, statement.WhollyReversed, 58_800, "", "（全部）"},
	{"WeChat: refused by the receiver", weChatText(weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "对方已拒收", ownNumber, "/")), 3, statement.NeverPaid, 0, "", "没有付出去"},
	{"WeChat: expired", weChatText(weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "转账已过期", ownNumber, "/")), 3, statement.NeverPaid, 0, "", "没有付出去"},
	{"WeChat: reversed by the bank", weChatText(weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "已冲正", ownNumber, "/")), 3, statement.NeverPaid, 0, "", "没有付出去"},
	{"WeChat: not yet taken", weChatText(weChatLine("2026-11-20 12:56:34", "转账", "支出", "588.00", "待对方收款", ownNumber, "/")), 3, statement.NotReversed, 0, "", ""},
}

// TestWhatWasGivenBackIsSaid: the state of a payment is found across rows and columns, with
// sum and time, is said in Chinese, and the payment is not matched as open money.
func TestWhatWasGivenBackIsSaid(t *testing.T) {
	t.Parallel()
	for _, test := range reversalCases {
		bill := parseBill(t, test.text)
		if len(bill.RowFaults) != 0 {
			t.Errorf("%s: %+v", test.name, bill.RowFaults)
		}
		for _, row := range bill.Transactions {
			if row.Row != test.row {
				continue
			}
			r, at := row.Reversal, ""
			if !r.At.IsZero() {
				at = r.At.Format("2006-01-02T15:04:05Z07:00")
			}
			if r.Kind != test.kind || r.Amount != test.amount || at != test.at || !strings.Contains(r.Text(), test.says) {
				t.Errorf("%s: %+v, %q", test.name, r, r.Text())
			}
			claim := statement.ClaimedPayment{Amount: row.Amount, SentAt: row.At, TransactionNo: row.TransactionNo, Counterparts: []string{row.Counterpart}}
			found := bill.ProposeMatches(claim)
			if len(found) != 1 || found[0].Transaction.Row != test.row || found[0].Matched != (test.kind == statement.NotReversed) {
				t.Errorf("%s: proposed %+v", test.name, found)
			}
		}
	}
}

// TestRefundsNeverExceedThePayment: whatever the numbers, states and amounts are, a payment
// gets back at most what was paid, and each refund belongs to one earlier payment.
func TestRefundsNeverExceedThePayment(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var rows []string
		for range rapid.IntRange(1, 12).Draw(t, "rows") {
			rows = append(rows, weChatLine(
				rapid.SampledFrom([]string{"2026-11-20 12:56:34", "2026-11-21 12:56:34", "2026-11-22 12:56:34"}).Draw(t, "at"),
				rapid.SampledFrom([]string{"转账", "转账-退款", "微信红包", "商户消费-退款"}).Draw(t, "kind"),
				rapid.SampledFrom([]string{"支出", "收入", "/"}).Draw(t, "way"),
				rapid.SampledFrom([]string{"1.00", "2.00", "588.00"}).Draw(t, "amount"),
				rapid.SampledFrom([]string{"朋友已收钱", "已退款(￥1.00)", "已全额退款", "退款成功", "交易关闭"}).Draw(t, "state"),
				rapid.SampledFrom([]string{"1000050001", "1000050001_1", "1000050002", "/"}).Draw(t, "number"),
				rapid.SampledFrom([]string{"2000050001", "1000050001", "/"}).Draw(t, "merchant"),
			))
		}
		bill, err := statement.Parse(strings.NewReader(weChatText(rows...)), 0)
		if err != nil {
			t.Fatal(err)
		}
		byRow := map[int]statement.Transaction{}
		for _, row := range bill.Transactions {
			byRow[row.Row] = row
		}
		for _, row := range bill.Transactions {
			if row.Reversal.Amount > row.Amount || row.Reversal.Kind == statement.PartReversed && row.Reversal.Amount == row.Amount {
				t.Fatalf("%+v", row)
			}
			if row.RefundOf == 0 {
				continue
			}
			if payment := byRow[row.RefundOf]; !row.IsRefund() || payment.Row == 0 || payment.IsRefund() || payment.At.After(row.At.Add(60e9)) || payment.Reversal.Kind == statement.NotReversed {
				t.Fatalf("%+v is a refund of %+v", row, payment)
			}
		}
	})
}
