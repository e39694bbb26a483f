package statement

import (
	"fmt"
	"slices"
	"strings"

	"recourse/recovery"
)

// agreement is the result of comparing one thing on a row with what was claimed.
type agreement int

const (
	notStated agreement = iota // one of the two is missing or too vague
	same
	different
)

// class is what kind of payment a row describes.
type class int

const (
	classUnknown class = iota
	classPacket
	classEnterprisePacket
	classTransfer
	classEither // a transfer or a packet: Alipay has one category for both
	classCode   // a code was scanned; people call it a transfer too
	classShop
	classOwn // between the payer's own accounts
)

// classWords have the words of kinds of rows; the first that fits decides.
var classWords = []struct {
	class
	words []string
}{
	{classOwn, []string{"提现", "零钱充值", "零钱通", "理财", "信用卡还款", "信用借还", "账户存取", "余额宝"}},
	{classEither, []string{"转账红包"}},
	{classEnterprisePacket, []string{"企业微信红包", "企业红包"}},
	{classPacket, []string{"红包"}},
	{classTransfer, []string{"转账", "群收款", "面对面"}},
	{classCode, []string{"二维码", "付款码", "收钱码", "赞赏码"}},
	{classShop, []string{
		"消费", "餐饮", "服饰", "日用百货", "家居", "数码", "运动户外", "美容", "母婴", "宠物", "交通出行", "爱车", "住房", "酒店",
		"文化休闲", "教育", "医疗", "生活服务", "公共服务", "商业服务", "公益", "保险", "互助", "充值缴费", "缴费", "自动扣款", "分分捐",
		"亲属卡", "亲友代付", "有价券", "担保交易",
	}},
}

func classOf(kind string) class {
	for _, group := range classWords {
		if slices.ContainsFunc(group.words, func(word string) bool { return strings.Contains(kind, word) }) {
			return group.class
		}
	}
	return classUnknown
}

// compareKinds compares the kind of a row with the instrument of the claim. What people
// call by the same name is never different.
func compareKinds(kind string, instrument recovery.Instrument) agreement {
	found := classOf(kind)
	if instrument == "" || found == classUnknown {
		return notStated
	}
	fitting, vague := []class{classPacket, classEnterprisePacket, classEither}, []class(nil)
	switch instrument {
	case recovery.Transfer:
		fitting, vague = []class{classTransfer, classEither}, []class{classCode}
	case recovery.EnterprisePacket:
		fitting, vague = []class{classEnterprisePacket}, []class{classPacket, classEither}
	case recovery.OrdinaryPacket, recovery.LuckyPacket, recovery.PasswordPacket:
	}
	switch {
	case slices.Contains(fitting, found):
		return same
	case slices.Contains(vague, found):
		return notStated
	default:
		return different
	}
}

// instrumentName is what a page calls an instrument.
func instrumentName(instrument recovery.Instrument) string {
	switch instrument {
	case recovery.Transfer:
		return "转账"
	case recovery.EnterprisePacket:
		return "企业红包"
	default:
		return "红包"
	}
}

// walletNames are the names of the wallets in Chinese.
var walletNames = map[recovery.Platform]string{
	recovery.WeChat: "微信", recovery.Alipay: "支付宝", recovery.QQ: "QQ 钱包", recovery.WeCom: "企业微信",
}

// Notes returns in Chinese what people must know about a bill in addition to its rows: that it is of
// another wallet than the case, and what was read once or not at all.
func (b *Bill) Notes(claimed recovery.Platform) []string {
	notes := []string{}
	if b.IsOfOtherWallet(claimed) {
		notes = append(notes, "这是"+walletNames[b.Platform]+"的账单，本案登记的是"+walletNames[claimed]+"，所以没有匹配任何一笔。请导入"+walletNames[claimed]+"的账单，或者更正登记的平台。")
	}
	if b.IsIncomplete() {
		notes = append(notes, fmt.Sprintf("账单写明共 %d 笔，只读到 %d 笔，可能有缺漏。请对照原件；如果不全，请重新导出一份再导入。", b.Stated, len(b.Transactions)+b.Repeated))
	}
	if b.Repeated > 0 {
		notes = append(notes, fmt.Sprintf("文件里有几份账单，其中 %d 笔重复，只算一次。", b.Repeated))
	}
	return notes
}

// IsOfOtherWallet reports whether a payment on this platform cannot be in the bill.
func (b *Bill) IsOfOtherWallet(claimed recovery.Platform) bool {
	return compareWallets(b.Platform, claimed) == different
}

// compareWallets compares the wallet of a bill with the platform of the case. Payments in
// WeCom are made with WeChat Pay and are rows of its bill.
func compareWallets(bill, claimed recovery.Platform) agreement {
	switch {
	case bill == "" || claimed == "":
		return notStated
	case bill == claimed, bill == recovery.WeChat && claimed == recovery.WeCom:
		return same
	default:
		return different
	}
}
