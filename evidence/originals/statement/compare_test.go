package statement_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

var told = statement.ClaimedPayment{Amount: 200_000, SentAt: noon, TransactionNo: "1000050001", Counterparts: []string{"项目群老王", "王小明"}}

func fieldNames(list []statement.Difference) []string {
	var names []string
	for _, d := range list {
		names = append(names, d.Field)
	}
	return names
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(x *statement.Transaction)
		want   []string
	}{
		{"all as told", func(*statement.Transaction) {}, nil},
		{"another amount", func(x *statement.Transaction) { x.Amount = 20_000 }, []string{"amount_fen"}},
		{"ten minutes off", func(x *statement.Transaction) { x.At = noon.Add(10 * time.Minute) }, nil},
		{"an hour off", func(x *statement.Transaction) { x.At = noon.Add(-time.Hour) }, []string{"sent_at"}},
		{"another number", func(x *statement.Transaction) { x.TransactionNo = "1000050002" }, []string{"transaction_no"}},
		{"no number in the bill", func(x *statement.Transaction) { x.TransactionNo = "" }, nil},
		{"another person", func(x *statement.Transaction) { x.Counterpart = "小李" }, []string{"counterparts"}},
		{"a name within a name", func(x *statement.Transaction) { x.Counterpart = "老王" }, nil},
		{"stars in a name", func(x *statement.Transaction) { x.Counterpart = "王*明" }, nil},
		{"stars in another name", func(x *statement.Transaction) { x.Counterpart = "李*明" }, []string{"counterparts"}},
		{"only stars", func(x *statement.Transaction) { x.Counterpart = "***" }, []string{"counterparts"}},
		{"no name in the bill", func(x *statement.Transaction) { x.Counterpart = "/" }, nil},
		{"everything", func(x *statement.Transaction) {
			*x = statement.Transaction{Amount: 1, At: noon.Add(90 * time.Second * 60), TransactionNo: "9", Counterpart: "z", Direction: statement.Outgoing}
		}, []string{"amount_fen", "sent_at", "transaction_no", "counterparts"}},
	} {
		row := statement.Transaction{Amount: 200_000, At: noon, TransactionNo: "1000050001", Counterpart: "项目群老王", Direction: statement.Outgoing}
		test.change(&row)
		bill := statement.Bill{Transactions: []statement.Transaction{row}}
		said := told
		if row.Amount == 1 {
			said.TransactionNo = "8" // keep it among the candidates by its time
			bill.Transactions[0].At = noon
		}
		got := bill.ProposeMatches(said)
		if len(got) != 1 {
			if test.name != "an hour off" {
				t.Errorf("%s: %d candidates", test.name, len(got))
			}
			continue
		}
		want := test.want
		if row.Amount == 1 {
			want = []string{"amount_fen", "transaction_no", "counterparts"}
		}
		if !slices.Equal(fieldNames(got[0].Differences), want) {
			t.Errorf("%s: %+v, want %q", test.name, got[0].Differences, want)
		}
		for _, d := range got[0].Differences {
			if d.Claimed == "" || d.Found == "" || d.Why == "" {
				t.Errorf("%s: %+v", test.name, d)
			}
		}
	}
}

func TestCounterpartIsAmongTheReasons(t *testing.T) {
	t.Parallel()
	row := newPayment("a", 200_000, 0)
	for name, want := range map[string]string{"老王": "交易对方一致", "小李": "交易对方写法不同", "/": ""} {
		row.Counterpart = name
		why := strings.Join((&statement.Bill{Transactions: []statement.Transaction{row}}).ProposeMatches(told)[0].Why, "；")
		if want != "" && !strings.Contains(why, want) || want == "" && strings.Contains(why, "交易对方") {
			t.Errorf("%s: %s", name, why)
		}
	}
}

// A claim that equals the bill has no differences.
func TestNoDifferenceFromItself(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		row := transactions.Draw(t, "row")
		if row.Amount == 0 {
			row.Amount = 1
		}
		said := statement.ClaimedPayment{Amount: row.Amount, SentAt: row.At, TransactionNo: row.TransactionNo, Counterparts: []string{row.Counterpart}}
		for _, c := range (&statement.Bill{Transactions: []statement.Transaction{row}}).ProposeMatches(said) {
			if len(c.Differences) > 0 {
				t.Fatalf("%+v", c.Differences)
			}
		}
	})
}

func TestReadReceipt(t *testing.T) {
	t.Parallel()
	want := statement.Receipt{Amount: 200_000, At: parseUTC("2026-11-20T04:00:01Z"), TransactionNo: "1000050001202611200012345678", Payee: "王小明"}
	for name, text := range map[string]string{
		"a line each":   "微信转账电子凭证\n转账单号：1000050001202611200012345678\n转账金额：¥2,000.00\n转账时间：2026-11-20 12:00:01\n收款方姓名：王小明\n",
		"full width":    "转账单号：１００００５０００１２０２６１１２０００１２３４５６７８\n金额（小写）：￥２０００．００\n转账时间：２０２６年１１月２０日 １２：００：０１\n收款人：王小明",
		"a bank's form": "电子回单\n流水号 1000050001202611200012345678\n小写 CNY 2000.00\n交易时间 2026/11/20 12:00:01\n收款人户名 王小明",
	} {
		got, found := statement.ReadReceipt(text)
		if diff := cmp.Diff(want, got); diff != "" || !found {
			t.Errorf("%s: %s", name, diff)
		}
	}
	for _, text := range []string{"", "你好", "金额：很多", "转账时间：2026-13-40 99:99", "\xff\xfe", strings.Repeat("金额", 100_000)} {
		if got, found := statement.ReadReceipt(text); found {
			t.Errorf("%.20q: %+v", text, got)
		}
	}
}

func TestReceiptAgainstWhatWasTold(t *testing.T) {
	t.Parallel()
	r, _ := statement.ReadReceipt("交易单号：1000050009\n金额：¥1,000.00\n交易时间：2026-11-20 14:00\n收款方：小李")
	got := r.CompareWith(told)
	if !slices.Equal(fieldNames(got), []string{"amount_fen", "sent_at", "transaction_no", "counterparts"}) {
		t.Errorf("%+v", got)
	}
	if got[0].Claimed != "2,000.00" || got[0].Found != "1,000.00" || !strings.Contains(got[1].Why, "约 2 小时") {
		t.Errorf("%+v", got)
	}
	if none := (statement.Receipt{}).CompareWith(told); len(none) != 0 {
		t.Errorf("%+v", none)
	}
}

func FuzzReadReceipt(f *testing.F) {
	f.Add("转账单号：1000050001202611200012345678\n金额：¥2,000.00\n转账时间：2026-11-20 12:00:01\n收款方：王小明")
	f.Add("金额 9999999999999999999.99 交易时间 0000-0-0 0:00")
	f.Fuzz(func(t *testing.T, text string) {
		r, _ := statement.ReadReceipt(text)
		if r.Amount < 0 || r.Amount > recovery.MaxMoney {
			t.Fatalf("%+v", r)
		}
		r.CompareWith(told)
	})
}

// Any file of the largest size is read or refused within seconds.
func TestLargestFiles(t *testing.T) {
	t.Parallel()
	full := func(unit string) string { return strings.Repeat(unit, (statement.MaxSize-1000)/len(unit)) }
	for name, text := range map[string]string{
		"line ends": full("\n"), "commas": full(","), "quotes": full(`"`), "commas behind a header": weChatHead + "\n" + full(","),
		"line ends behind a header": weChatHead + "\n" + full("\n"), "quotes behind a header": weChatHead + "\n" + full("\"\n"),
		"headers": full(weChatHead + "\n"), "headers and rows": full(weChatHead + "\n" + changedRow(2, "甲") + "\n"),
		"rows with stray quotes": weChatHead + "\n" + full(changedRow(2, `"甲`)+"\n"), "refunds of one number": weChatHead + "\n" + full(changedRow(1, "转账-退款")+"\n"+changedRow(1, "转账")+"\n"), "short rows": weChatHead + "\n" + full("1\n"),
	} {
		began := time.Now()
		_, _ = statement.Parse(strings.NewReader(text), 0)
		if spent := time.Since(began); spent > 10*time.Second {
			t.Errorf("%s: %s", name, spent)
		}
	}
}

// Ten million rows are refused after the limit, not after the last.
func TestTenMillionRows(t *testing.T) {
	t.Parallel()
	rows := &endless{unit: "2026-11-20 12:45:27,转账,老王,/,支出,¥2000.00,零钱,支付成功,1000050001,1,/\n", left: 10_000_000}
	if _, err := statement.Parse(rows, 0); recovery.CodeOf(err) != recovery.CodeTooLarge {
		t.Error(err)
	}
	if rows.left < 9_500_000 {
		t.Errorf("%d rows were read", 10_000_000-rows.left)
	}
}

type endless struct {
	unit string
	left int
	rest string
}

func (e *endless) Read(p []byte) (int, error) {
	if e.rest == "" {
		e.left--
		e.rest = e.unit
	}
	n := copy(p, e.rest)
	e.rest = e.rest[n:]
	return n, nil
}
