package statement

import "strings"

// field is what a label of a receipt stands before.
type field int

const (
	noField     field = iota
	amountField       // of the payment
	anyAmountField
	wordsField // the amount in words
	timeField
	dateField
	numberField
	otherNumberField // of the same payment, for the merchant
	payeeField
	payerField
	nameField // of the party whose part of the receipt it stands in
	foreignField
	feeField // a sum beside that of the payment; like foreignField
)

// receiptLabels are the labels of printed receipts. Those of foreignField are here so that
// they are never taken for values, and their values not for those of another label.
var receiptLabels = indexLabels(map[field]string{
	amountField:      "转账金额 交易金额 付款金额 支付金额 汇款金额 转出金额 实付金额 小写 小写金额 金额小写 转账金额小写 交易金额小写 付款金额小写 支付金额小写 汇款金额小写 人民币小写",
	anyAmountField:   "金额 发生额 合计 合计金额",
	wordsField:       "大写 大写金额 金额大写 转账金额大写 交易金额大写 付款金额大写 支付金额大写 汇款金额大写 人民币大写 合计大写",
	timeField:        "转账时间 交易时间 支付时间 付款时间 汇款时间 转出时间 交易日期时间",
	dateField:        "交易日期 转账日期 付款日期 支付日期 汇款日期",
	numberField:      "转账单号 交易单号 交易号 支付宝交易号 支付宝流水号 交易流水号 业务流水号 转账流水号 流水号 交易编号 转账编号 支付交易号",
	otherNumberField: "银行流水号 订单号 订单编号 交易订单号 支付订单号 商户单号 商户订单号 商家订单号",
	payeeField: "收款方 收款人 收款户名 收款单位 收款方姓名 收款人姓名 收款方名称 收款人名称 收款方户名 收款人户名 收款方昵称 收款人昵称 收款方全称 收款人全称 " +
		"收款方账户名 收款人账户名 收款方账户名称 收款人账户名称 收款账户名 收款账户名称 收款账户户名 对方户名 对方名称 收款方信息 收款人信息",
	payerField: "付款方 付款人 付款户名 付款单位 付款方姓名 付款人姓名 付款方名称 付款人名称 付款方户名 付款人户名 付款方昵称 付款人昵称 付款方全称 付款人全称 " +
		"付款方账户名 付款人账户名 付款方账户名称 付款人账户名称 付款账户名 付款账户名称 付款账户户名 付款方信息 付款人信息 转账方 汇款人",
	nameField: "户名 名称 全称 姓名 账户名 账户名称 昵称 账户户名",
	feeField:  "手续费 手续费金额 服务费 优惠 优惠金额 折扣 账户余额 余额 退款 退款金额",
	foreignField: "退款时间 到账时间 收款时间 打印时间 回单时间 生成时间 申请时间 币种 备注 附言 用途 摘要 转账说明 转账备注 商品 商品说明 " +
		"账号 卡号 账户 开户行 开户行名称 开户银行 开户机构 收款账号 付款账号 收款人账号 付款人账号 收款方账号 付款方账号 收款卡号 付款卡号 收款银行 付款银行 收款人开户行 付款人开户行 收款方开户行 付款方开户行 " +
		"收款方微信号 付款方微信号 收款方账户 付款方账户 收款账户 付款账户 收款方支付宝账户 付款方支付宝账户 支付方式 付款方式 交易类型 交易状态 当前状态 状态 类型 业务类型 交易渠道 渠道 回单号 回单编号 凭证号 验证码 网点号 柜员号 操作员",
})

func indexLabels(lists map[field]string) map[string]field {
	index := map[string]field{}
	for kind, list := range lists {
		for label := range strings.FieldsSeq(list) {
			index[label] = kind
		}
	}
	return index
}

// fieldOf returns the field of a whole label: 转账金额(元), 交易金额（小写）.
func fieldOf(text string) field {
	text = strings.TrimSuffix(strings.NewReplacer("(", "", ")", "", "[", "", "]", "", "*", "").Replace(text), "元")
	for _, unit := range []string{"", "人民币", "CNY", "RMB"} {
		if kind := receiptLabels[strings.TrimSuffix(text, unit)]; kind != noField {
			return kind
		}
	}
	return noField
}
