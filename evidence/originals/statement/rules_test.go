package statement_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// allCells are all comparisons that a row and a claim can give.
func allCells() (cells []statement.Cell) {
	three := []string{"", "same", "different"}
	for _, number := range three {
		for _, amount := range []string{"same", "different"} {
			for _, timing := range []string{"near", "day", "far"} {
				for _, name := range three {
					for _, kind := range three {
						for _, wallet := range three {
							for _, paid := range []bool{true, false} {
								for _, reversed := range []bool{true, false} {
									cells = append(cells, statement.Cell{number, amount, name, kind, wallet, timing, paid, reversed})
								}
							}
						}
					}
				}
			}
		}
	}
	return cells
}

// TestEveryCellOfTheMatcher: what is matched agrees with the claim, is a payment that
// stands, and is contradicted by nothing.
func TestEveryCellOfTheMatcher(t *testing.T) {
	t.Parallel()
	cells := allCells()
	for _, c := range cells {
		got := statement.Decide(c)
		for _, law := range []struct {
			what  string
			holds bool
		}{
			{"another amount is never matched", got != "matched" || c.Amount == "same"},
			{"money that was given back is never matched", got != "matched" || !c.Reversed},
			{"money that came in is never matched", got != "matched" || c.IsPaid},
			{"the bill of another wallet is never matched", got != "matched" || c.Wallet != "different"},
			{"another number is never matched", got != "matched" || c.Number != "different"},
			{"another name and another kind together are never matched", got != "matched" || c.Name != "different" || c.Kind != "different"},
			{"without the number, only near in time is matched", got != "matched" || c.Number == "same" || c.Timing == "near"},
			{"the number is always offered", c.Number != "same" || got != ""},
			{"what was given back is still offered", !c.Reversed || !c.IsPaid || c.Amount != "same" || c.Timing != "near" || got == "offered"},
			{"what agrees in everything is matched", c != statement.Cell{"same", "same", "same", "same", "same", "near", true, false} || got == "matched"},
			{"without the number, another day is not offered", c.Number == "same" || c.Timing != "far" || got == ""},
		} {
			if !law.holds {
				t.Errorf("%s: %+v is %q", law.what, c, got)
			}
		}
	}
	for i, count := range statement.UsedRules(cells) {
		if count == 0 {
			t.Errorf("no cell needs the rule %q", statement.RuleTexts()[i][0])
		}
	}
}

// TestMoreAgreementIsNeverWorse: if one thing agrees better, the row is not treated worse.
func TestMoreAgreementIsNeverWorse(t *testing.T) {
	t.Parallel()
	rank := map[string]int{"": 0, "offered": 1, "matched": 2}
	for _, c := range allCells() {
		for _, better := range []func(*statement.Cell){
			func(c *statement.Cell) { c.Number = "same" }, func(c *statement.Cell) { c.Amount = "same" },
			func(c *statement.Cell) { c.Name = "same" }, func(c *statement.Cell) { c.Kind = "same" },
			func(c *statement.Cell) { c.Wallet = "same" }, func(c *statement.Cell) { c.Timing = "near" }, func(c *statement.Cell) { c.Reversed = false },
		} {
			improved := c
			better(&improved)
			if rank[statement.Decide(improved)] < rank[statement.Decide(c)] {
				t.Errorf("%+v is %q, but %+v is %q", c, statement.Decide(c), improved, statement.Decide(improved))
			}
		}
	}
}

// matchCase is a claim and a row, as people meet them.
type matchCase struct {
	name       string
	instrument recovery.Instrument
	platform   recovery.Platform
	number     string // claimed
	change     func(*statement.Transaction)
	want       string // matched, offered or ""
	why        string // part of a reason
}

const (
	ownNumber   = "100005000126112800001111222233334444"
	otherNumber = "1000050001202611280711112222333"
)

func keepRow(*statement.Transaction) {}

func state(text string) func(*statement.Transaction) {
	return func(x *statement.Transaction) { x.State = text }
}

func kindOf(text string) func(*statement.Transaction) {
	return func(x *statement.Transaction) { x.Kind = text }
}

func both(changes ...func(*statement.Transaction)) func(*statement.Transaction) {
	return func(x *statement.Transaction) {
		for _, change := range changes {
			change(x)
		}
	}
}

func stranger(x *statement.Transaction)     { x.Counterpart = "某某便利店" }
func nobody(x *statement.Transaction)       { x.Counterpart = "/" }
func dearer(x *statement.Transaction)       { x.Amount += 100 }
func later(x *statement.Transaction)        { x.At = x.At.Add(statement.DayApart) }
func muchLater(x *statement.Transaction)    { x.At = x.At.Add(80 * time.Hour) }
func withoutNos(x *statement.Transaction)   { x.TransactionNo, x.MerchantNo = "", "" }
func merchantNone(x *statement.Transaction) { x.MerchantNo = "/" }

var matchCases = []matchCase{
	{"the transfer", recovery.Transfer, recovery.WeChat, "", keepRow, "matched", "金额一致"},
	{"by its number", recovery.Transfer, recovery.WeChat, ownNumber, keepRow, "matched", "交易单号一致"},
	{"by the number of the voucher", recovery.Transfer, recovery.WeChat, otherNumber, keepRow, "matched", "另一个单号"},
	{"by a guarded number", recovery.Transfer, recovery.WeChat, "'" + otherNumber, keepRow, "matched", "另一个单号"},
	{"by its number, days off", recovery.Transfer, recovery.WeChat, ownNumber, muchLater, "matched", "天"},
	{"another number", recovery.Transfer, recovery.WeChat, "1000050001202611280711112222000", keepRow, "offered", "交易单号不同"},
	{"another number, one column empty", recovery.Transfer, recovery.WeChat, otherNumber, merchantNone, "offered", "交易单号不同"},
	{"no number on the row", recovery.Transfer, recovery.WeChat, otherNumber, withoutNos, "matched", "金额一致"},
	{"another amount", recovery.Transfer, recovery.WeChat, "", dearer, "offered", "金额不同"},
	{"the number, another amount", recovery.Transfer, recovery.WeChat, ownNumber, dearer, "offered", "金额不同"},
	{"later that day", recovery.Transfer, recovery.WeChat, "", later, "offered", "超过 10 分钟"},
	{"days later", recovery.Transfer, recovery.WeChat, "", muchLater, "", ""},
	{"another name", recovery.Transfer, recovery.WeChat, "", stranger, "matched", "写法不同"},
	{"a shop's payment, another name", recovery.Transfer, recovery.WeChat, "", both(kindOf("商户消费"), stranger), "offered", "商户消费"},
	{"a shop's payment, no name", recovery.Transfer, recovery.WeChat, "", both(kindOf("商户消费"), nobody), "offered", "商户消费"},
	{"another kind, the name agrees", recovery.Transfer, recovery.WeChat, "", kindOf("微信红包（单发）"), "matched", "不是转账"},
	{"a code that was scanned", recovery.Transfer, recovery.WeChat, "", both(kindOf("扫二维码付款"), stranger), "matched", "写法不同"},
	{"a packet", recovery.OrdinaryPacket, recovery.WeChat, "", kindOf("微信红包（单发）"), "matched", "金额一致"},
	{"a packet in a group", recovery.LuckyPacket, recovery.WeChat, "", both(kindOf("微信红包（群红包）"), stranger), "matched", "写法不同"},
	{"a transfer for a packet", recovery.LuckyPacket, recovery.WeChat, "", stranger, "offered", "不是红包"},
	{"a packet of a company", recovery.EnterprisePacket, recovery.WeCom, "", kindOf("企业微信红包"), "matched", "金额一致"},
	{"money of one's own", recovery.Transfer, recovery.WeChat, "", both(kindOf("零钱提现"), stranger), "offered", "零钱提现"},
	{"the bill of another wallet", recovery.Transfer, recovery.QQ, "", keepRow, "offered", "这是微信的账单"},
	{"the number in the bill of another wallet", recovery.Transfer, recovery.Alipay, ownNumber, keepRow, "offered", "这是微信的账单"},
	{"a payment in WeCom", recovery.Transfer, recovery.WeCom, "", keepRow, "matched", "金额一致"},
	{"given back", recovery.Transfer, recovery.WeChat, "", state("已全额退款"), "offered", "（全部）"},
	{"given back, by its number", recovery.Transfer, recovery.WeChat, ownNumber, state("对方已退还"), "offered", "（全部）"},
	{"given back in part", recovery.LuckyPacket, recovery.WeChat, "", both(kindOf("微信红包（群红包）"), state("已退款(￥12.00)")), "offered", "退回 12.00 元（部分）"},
	{"never paid", recovery.Transfer, recovery.WeChat, "", state("支付失败"), "offered", "没有付出去"},
	{"being given back", recovery.Transfer, recovery.WeChat, "", state("退款中"), "offered", "可能已经退回"},
}

// TestTheMatcher reads each row from a bill and compares it with the claim.
func TestTheMatcher(t *testing.T) {
	t.Parallel()
	for _, test := range matchCases {
		row := statement.Transaction{
			At: noon, Kind: "转账", Counterpart: "小杜", Goods: "转账备注:微信转账", Direction: statement.Outgoing, Amount: 100_000, Method: "零钱",
			State: "朋友已收钱", TransactionNo: ownNumber, MerchantNo: otherNumber, Remark: "/",
		}
		test.change(&row)
		bill := parseBill(t, weChatBill(weChatRow(row)))
		found := bill.ProposeMatches(statement.ClaimedPayment{
			Platform: test.platform, Instrument: test.instrument, Amount: 100_000, SentAt: noon.Add(time.Minute), TransactionNo: test.number, Counterparts: []string{"小杜"},
		})
		got := ""
		if len(found) > 0 {
			got = "offered"
			if found[0].Matched {
				got = "matched"
			}
		}
		if got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
			continue
		}
		if got != "" && !slices.ContainsFunc(found[0].Why, func(why string) bool { return strings.Contains(why, test.why) }) {
			t.Errorf("%s: the reasons lack %q: %q", test.name, test.why, found[0].Why)
		}
		if test.number == otherNumber && got == "matched" && len(found[0].Differences) > 0 {
			t.Errorf("%s: held against the claimant: %+v", test.name, found[0].Differences)
		}
	}
}

// TestTheNameDecidesBetweenTwo: of two payments of the sum within minutes, the one to the
// named person is matched, and with no name that agrees none is.
func TestTheNameDecidesBetweenTwo(t *testing.T) {
	t.Parallel()
	first, second := newPayment("1", 50_000, 0), newPayment("2", 50_000, 4*time.Minute)
	first.Counterpart, second.Counterpart = "小杜", "老王"
	bill := statement.Bill{Transactions: []statement.Transaction{first, second}}
	claim := claimOf(50_000, "")
	for name, want := range map[string][]string{"小杜": {"1!", "2"}, "老王": {"2!", "1"}, "别人": {"1", "2"}, "": {"1", "2"}} {
		claim.Counterparts = []string{name}
		if got := summarize(bill.ProposeMatches(claim)); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}

// TestAnIdentifiedRowStaysKnown: a payment with the number is known as the one even if its
// money was given back in part, so that papers can show it.
func TestAnIdentifiedRowStaysKnown(t *testing.T) {
	t.Parallel()
	row := newPayment(ownNumber, 2_000, 0)
	row.Reversal = statement.Reversal{Kind: statement.PartReversed, Amount: 500}
	bill := statement.Bill{Transactions: []statement.Transaction{row}}
	if got := bill.ProposeMatches(claimOf(2_000, ownNumber)); len(got) != 1 || got[0].Matched || !got[0].Identified {
		t.Errorf("%+v", got)
	}
	if got := bill.ProposeMatches(claimOf(2_000, "")); len(got) != 1 || got[0].Matched || got[0].Identified {
		t.Errorf("without the number: %+v", got)
	}
}
