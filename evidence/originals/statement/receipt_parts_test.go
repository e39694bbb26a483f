package statement_test

import (
	"testing"

	"recourse/evidence/originals/statement"
)

// TestReceiptsAccuseNobodyByLayout: a label that no table has, a part of a number, one of
// several rows, a fee and the number of the bank are not held against anybody.
func TestReceiptsAccuseNobodyByLayout(t *testing.T) {
	t.Parallel()
	const number = "1000050001202611280712345678901"
	said := statement.ClaimedPayment{Amount: 1_234_567, SentAt: parseUTC("2026-11-28T02:31:14Z"), TransactionNo: number, Counterparts: []string{"王小虎"}}
	for name, test := range map[string]struct {
		text  string
		found statement.Receipt
	}{
		"unknown label beside":        {"收款方\t银行账号\t6222021234567890\n户名\t王小虎", statement.Receipt{}},
		"unknown label with a phone":  {"收款人 联系电话 13900000000", statement.Receipt{}},
		"unknown label of a document": {"收款人\t证件号码\n王小虎\t330106", statement.Receipt{}},
		"unknown label below":         {"收款人\n所属网点\n杭州支行", statement.Receipt{}},
		"number around its label":     {"1000050001202611\n转账单号\n280712345678901", statement.Receipt{}},
		"number below a title":        {"电子凭证\n1000050001202611\n转账单号\n280712345678901", statement.Receipt{}},
		"number beside, three lines":  {"\t10000500012026\n转账单号\t11280712345678\n\t901", statement.Receipt{}},
		"number in three lines":       {"转账单号\t10000500012\n\t02611280712\n\t345678901", numberOf(number)},
		"number below in three lines": {"转账单号\n10000500012\n02611280712\n345678901", numberOf(number)},
		"numbers below each other":    {"商户单号\n2000050001202611280712345678901\n转账单号\n" + number, numberOf(number)},
		"an amount in front":          {"转账金额\n12345\n转账单号\n" + number, statement.Receipt{Amount: 1_234_500, TransactionNo: number}},
		"several rows, one is it": {
			"交易单号\t金额\n2000050001202611280712345678901\t99.00\n" + number + "\t12345.67", statement.Receipt{Amount: 1_234_567, TransactionNo: number},
		},
		"several rows, none is it": {"交易单号\t金额\n2000050001202611280712345678901\t99.00\n3000050001202611280712345678901\t5.00", statement.Receipt{}},
		"amount of a fee":          {"手续费\n金额\t0.50", statement.Receipt{}},
		"number of the bank":       {"银行流水号 20261128103114", statement.Receipt{TransactionNo: "20261128103114", IsOtherNumber: true}},
		"number of the merchant":   {"商户单号 99887766554433", statement.Receipt{TransactionNo: "99887766554433", IsOtherNumber: true}},
		"masked names":             {"收款方 王某某", statement.Receipt{Payee: "王某某"}},
	} {
		got, _ := statement.ReadReceipt(test.text, said)
		if got != test.found {
			t.Errorf("%s: %+v, want %+v", name, got, test.found)
		}
		for _, difference := range got.CompareWith(said) {
			if name != "an amount in front" {
				t.Errorf("%s: %+v", name, difference)
			}
		}
	}
}
