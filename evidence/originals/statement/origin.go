package statement

import (
	"slices"
	"strings"

	"recourse/recovery"
)

// Others are the names of issuers whose bills are recognised and refused: no case is
// about them.
const (
	otherJD       = "京东"
	otherMeituan  = "美团"
	otherUnionPay = "云闪付"
	otherBank     = "银行"
	otherDouyin   = "抖音"
	otherMerchant = "商户平台"
)

// issuer is who made a bill: a wallet that is read, or the name of another one.
type issuer struct {
	platform recovery.Platform
	other    string
}

// ownLines are the beginnings of lines in which an issuer names itself above its list.
// Notes that mention another wallet do not begin like this.
var ownLines = []struct {
	start string
	issuer
}{
	{"微信支付账单", issuer{platform: recovery.WeChat}},
	{"微信支付交易明细", issuer{platform: recovery.WeChat}},
	{"微信昵称", issuer{platform: recovery.WeChat}},
	{"企业微信", issuer{platform: recovery.WeCom}},
	{"支付宝", issuer{platform: recovery.Alipay}},
	{"QQ钱包", issuer{platform: recovery.QQ}},
	{"QQ昵称", issuer{platform: recovery.QQ}},
	{"QQ号", issuer{platform: recovery.QQ}},
	{"京东", issuer{other: otherJD}},
	{"美团", issuer{other: otherMeituan}},
	{"【美团", issuer{other: otherMeituan}},
	{"云闪付", issuer{other: otherUnionPay}},
	{"银联", issuer{other: otherUnionPay}},
	{"抖音", issuer{other: otherDouyin}},
}

// columnSets are the columns that only one issuer uses together. They identify a bill
// whose own line is gone.
var columnSets = []struct {
	issuer
	names []string
}{
	{issuer{other: otherJD}, []string{"商户名称", "交易说明"}},
	{issuer{other: otherMeituan}, []string{"订单标题", "实付金额"}},
	{issuer{other: otherMerchant}, []string{"商户号", "微信订单号"}},
	{issuer{other: otherBank}, []string{"记账日期"}},
	{issuer{other: otherBank}, []string{"交易日期", "余额"}},
	{issuer{other: otherBank}, []string{"借方发生额"}},
	{issuer{platform: recovery.WeChat}, []string{"交易时间", "交易类型", "交易对方", "商品", "收/支", "金额(元)", "支付方式", "当前状态", "交易单号"}},
	{issuer{platform: recovery.Alipay}, []string{"交易时间", "交易对方", "商品说明", "收/支", "金额", "交易状态", "交易订单号"}},
	{issuer{platform: recovery.Alipay}, []string{"交易号", "交易创建时间", "交易对方", "商品名称", "收/支", "金额(元)", "交易状态"}},
}

// issuerOfLine returns who names itself in the first cell of a line.
func issuerOfLine(cell string) (issuer, bool) {
	text := strings.Trim(cell, "-—= \t")
	for _, own := range ownLines {
		if strings.HasPrefix(text, own.start) {
			return own.issuer, true
		}
	}
	if isBankLine(text) {
		return issuer{other: otherBank}, true
	}
	return issuer{}, false
}

// isBankLine reports whether a title is that of a bank's list: "某某银行交易流水".
func isBankLine(text string) bool {
	if len(text) > 90 || !strings.Contains(text, "银行") {
		return false
	}
	return slices.ContainsFunc([]string{"明细", "流水", "对账单", "账单"}, func(word string) bool { return strings.Contains(text, word) })
}

// issuerOfColumns returns whose columns these are.
func issuerOfColumns(names []string) (issuer, bool) {
	for _, set := range columnSets {
		if !slices.ContainsFunc(set.names, func(name string) bool { return !slices.Contains(names, name) }) {
			return set.issuer, true
		}
	}
	return issuer{}, false
}
