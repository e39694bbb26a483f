package statement_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// TestReceiptsThatSayTwoThings: what a receipt states twice in two ways is not held
// against anybody; what agrees with the payment is found.
func TestReceiptsThatSayTwoThings(t *testing.T) {
	t.Parallel()
	said := statement.ClaimedPayment{Amount: 1_234_567, SentAt: parseUTC("2026-11-28T02:31:14Z"), TransactionNo: "1000050001202611280712345678901", Counterparts: []string{"王小虎"}}
	for name, test := range map[string]struct {
		text  string
		found statement.Receipt // without knowing the payment
		asked statement.Receipt // of the payment
	}{
		"fee before amount":         {"手续费金额 0.50\n交易金额(小写) CNY 12,345.67", amountOf(1_234_567), amountOf(1_234_567)},
		"fee only":                  {"手续费：0.50元", statement.Receipt{}, statement.Receipt{}},
		"two amounts":               {"交易金额 12,345.67\n付款金额 12,346.17", statement.Receipt{}, amountOf(1_234_567)},
		"two other amounts":         {"交易金额 1.00\n付款金额 2.00", statement.Receipt{}, statement.Receipt{}},
		"figures against words":     {"小写：￥1.00 大写：贰元整", statement.Receipt{}, statement.Receipt{}},
		"figures as words":          {"小写：￥2.00 大写：贰元整", amountOf(200), amountOf(200)},
		"balance":                   {"交易金额 5.00 账户余额 12,345.67", amountOf(500), amountOf(500)},
		"refund":                    {"退款金额：5.00", statement.Receipt{}, statement.Receipt{}},
		"amount with more behind":   {"转账金额：5.00万", statement.Receipt{}, statement.Receipt{}},
		"part of a label":           {"非转账金额：5.00\n我的收款人 王小虎\n订单流水号码 10000500012026", statement.Receipt{}, statement.Receipt{}},
		"label below a heading":     {"收款方\n账户名\n账号", statement.Receipt{}, statement.Receipt{}},
		"label beside a label":      {"收款人 开户行\n金额 币种", statement.Receipt{}, statement.Receipt{}},
		"payer's name":              {"付款人户名 测试甲\n户名 测试乙", statement.Receipt{}, statement.Receipt{}},
		"two payees":                {"收款人 王小虎\n收款方户名 李四", statement.Receipt{}, statement.Receipt{Payee: "王小虎"}},
		"only an account":           {"收款方 6222020000001111222", statement.Receipt{}, statement.Receipt{}},
		"Latin name":                {"收款方姓名：ZHANG XIAO HU\n金额：1.00", statement.Receipt{Amount: 100, Payee: "ZHANG XIAO HU"}, statement.Receipt{Amount: 100, Payee: "ZHANG XIAO HU"}},
		"time of printing":          {"打印时间：2026-12-01 09:00:00", statement.Receipt{}, statement.Receipt{}},
		"time of arrival":           {"到账时间：2026-11-29 10:31:14", statement.Receipt{}, statement.Receipt{}},
		"impossible time":           {"转账时间：2026-13-40 99:99", statement.Receipt{}, statement.Receipt{}},
		"order's number":            {"交易单号 42000000012026112800000001 商户单号 1000050001202611280712345678901", numberOf("42000000012026112800000001"), numberOf(said.TransactionNo)},
		"two numbers":               {"交易单号 42000000012026112800000001\n流水号 42000000012026112800000002", statement.Receipt{}, statement.Receipt{}},
		"a number in groups":        {"转账单号 1000 0500 0120 2611", numberOf("1000050001202611"), numberOf("1000050001202611")},
		"digits below another text": {"转账单号 10000500012026 已完成\n80711112222", statement.Receipt{}, statement.Receipt{}},
		"too short for a number":    {"流水号 12345", statement.Receipt{}, statement.Receipt{}},
	} {
		if got, _ := statement.ReadReceipt(test.text); got != test.found {
			t.Errorf("%s: %+v, want %+v", name, got, test.found)
		}
		if got, _ := statement.ReadReceipt(test.text, said); got != test.asked {
			t.Errorf("%s, asked: %+v, want %+v", name, got, test.asked)
		}
	}
}

func amountOf(fen recovery.Money) statement.Receipt { return statement.Receipt{Amount: fen} }

func numberOf(number string) statement.Receipt { return statement.Receipt{TransactionNo: number} }

func TestAmountsInWords(t *testing.T) {
	t.Parallel()
	for words, want := range map[string]recovery.Money{
		"伍佰捌拾捌元整": 58_800, "壹万贰仟叁佰肆拾伍元陆角柒分": 1_234_567, "人民币壹拾元零伍分": 1_005, "贰拾万圆整": 20_000_000, "壹仟零叁万元正": 1_003_000_000, "玖拾亿元": 0,
		"拾元整": 1_000, "叁仟零伍元整": 300_500, "伍佰捌拾捌": 0, "元整": 0, "很多元": 0, "壹元壹元": 0, strings.Repeat("亿", 39) + "元": 0, strings.Repeat("玖", 100) + "元": 0,
	} {
		if got, _ := statement.ReadReceipt("大写：" + words); got.Amount != want {
			t.Errorf("%s: %s, want %s", words, got.Amount, want)
		}
	}
}

// TestTimesOfReceipts in the forms of their issuers.
func TestTimesOfReceipts(t *testing.T) {
	t.Parallel()
	want := parseUTC("2026-11-28T02:31:14Z")
	for _, text := range []string{
		"转账时间 2026年11月28日10时31分14秒", "转账时间：2026-11-28 10:31:14", "转账时间：2026/11/28 10:31:14", "转账时间 2026-11-2810:31:14", "交易时间 20261128103114",
		"交易时间 20261128 10:31:14", "交易日期 2026-11-28 交易时间 10:31:14", "交易日期\t交易时间\n20261128\t103114", "转账时间\n2026.11.28 10:31:14", "付款日期：2026年11月28日 10:31:14", "转账时间\t2026-11-28\t10:31:14",
	} {
		if got, _ := statement.ReadReceipt(text); !got.At.Equal(want) {
			t.Errorf("%s: %s", text, got.At)
		}
	}
	for _, text := range []string{"交易日期 2026-11-28", "交易时间 10:31:14", "交易日期 2026-11-28 交易日期 2026-11-29 交易时间 10:31:14"} {
		if got, _ := statement.ReadReceipt(text); !got.At.IsZero() {
			t.Errorf("%s: %s", text, got.At)
		}
	}
}

// TestReadingIsNeverWorseWhenAsked: what agrees with the payment is no difference,
// wherever a receipt states it and whatever else it states.
func TestReadingIsNeverWorseWhenAsked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		said := statement.ClaimedPayment{
			Amount: recovery.Money(rapid.Int64Range(1, 9_999_999).Draw(t, "fen")), SentAt: noon.Add(time.Duration(rapid.IntRange(0, 1e6).Draw(t, "seconds")) * time.Second),
			TransactionNo: rapid.StringMatching(`1[0-9]{15,30}`).Draw(t, "number"), Counterparts: []string{"王小虎"},
		}
		lines := []string{
			"转账金额：￥" + said.Amount.String(), "交易时间 " + said.SentAt.In(recovery.Shanghai).Format("2006年01月02日15时04分05秒"), "转账单号 " + said.TransactionNo,
			"收款方姓名 王小虎", "手续费金额 0.50", "付款方姓名 测试甲", "商户单号 20261128000000000000", "打印时间 2026-12-01 00:00:00",
		}
		lines = rapid.Permutation(lines).Draw(t, "lines")
		receipt, found := statement.ReadReceipt(strings.Join(lines, "\n"), said)
		if differences := receipt.CompareWith(said); !found || len(differences) > 0 || receipt.Amount != said.Amount || receipt.Payee != "王小虎" {
			t.Fatalf("%+v of %q: %+v", receipt, lines, differences)
		}
	})
}

// TestDifferenceIsToldOfTheOnlyReading: a plain receipt of another payment differs in all.
func TestDifferenceIsToldOfTheOnlyReading(t *testing.T) {
	t.Parallel()
	text := "转账单号\t2000050001202611280712345678901\n收款方姓名\t李四\n转账金额\t￥1.00\n转账时间\t2026-10-28 10:31:14"
	receipt, _ := statement.ReadReceipt(text, told)
	if got := fieldNames(receipt.CompareWith(told)); !slices.Equal(got, []string{"amount_fen", "sent_at", "transaction_no", "counterparts"}) {
		t.Errorf("%q", got)
	}
}
