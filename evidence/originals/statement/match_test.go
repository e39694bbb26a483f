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

var noon = parseUTC("2026-11-20T04:00:00Z")

func newPayment(no string, fen recovery.Money, after time.Duration) statement.Transaction {
	return statement.Transaction{TransactionNo: no, Amount: fen, At: noon.Add(after), Direction: statement.Outgoing}
}

// claimOf is a payment at noon as the claimant describes it.
func claimOf(amount recovery.Money, number string) statement.ClaimedPayment {
	return statement.ClaimedPayment{Amount: amount, SentAt: noon, TransactionNo: number}
}

func summarize(candidates []statement.Candidate) []string {
	var list []string
	for _, c := range candidates {
		mark := ""
		if c.Matched {
			mark = "!"
		}
		list = append(list, c.Transaction.TransactionNo+mark)
	}
	return list
}

func TestMatch(t *testing.T) {
	t.Parallel()
	income := newPayment("in", 2000, 0)
	income.Direction = statement.Incoming
	neutral := newPayment("neutral", 2000, 0)
	neutral.Direction = statement.Neutral
	for _, test := range []struct {
		name   string
		rows   []statement.Transaction
		number string
		want   []string
	}{
		{"the only payment", []statement.Transaction{newPayment("a", 2000, 0)}, "", []string{"a!"}},
		{"ten minutes off", []statement.Transaction{newPayment("a", 2000, 10*time.Minute)}, "", []string{"a!"}},
		{"ten minutes before", []statement.Transaction{newPayment("a", 2000, -10*time.Minute)}, "", []string{"a!"}},
		{"a second more", []statement.Transaction{newPayment("a", 2000, 10*time.Minute+time.Second)}, "", []string{"a"}},
		{"another amount", []statement.Transaction{newPayment("a", 2001, 0)}, "", []string{"a"}},
		{"the amount next day", []statement.Transaction{newPayment("a", 2000, 25*time.Hour)}, "", nil},
		{"money that came in", []statement.Transaction{income, neutral}, "", nil},
		{"two that fit", []statement.Transaction{newPayment("a", 2000, time.Minute), newPayment("b", 2000, -30*time.Second)}, "", []string{"b", "a"}},
		{"the number decides", []statement.Transaction{newPayment("a", 2000, 0), newPayment("b", 2000, time.Minute)}, "b", []string{"b!", "a"}},
		{"the number, hours off", []statement.Transaction{newPayment("a", 2000, 5*time.Hour), newPayment("b", 2000, 0)}, "a", []string{"a!", "b"}},
		{"the number, another amount", []statement.Transaction{newPayment("a", 9, 0)}, "a", []string{"a"}},
		{"the number of an income", []statement.Transaction{income}, "in", []string{"in"}},
		{"a number nobody has", []statement.Transaction{newPayment("a", 2000, 0)}, "x", []string{"a"}},
		{"a row without number", []statement.Transaction{newPayment("", 2000, 0)}, "x", []string{"!"}},
		{"nothing alike", []statement.Transaction{newPayment("a", 1, 3*time.Hour)}, "", nil},
	} {
		bill := statement.Bill{Transactions: test.rows}
		got := bill.ProposeMatches(claimOf(2000, test.number))
		if !slices.Equal(summarize(got), test.want) {
			t.Errorf("%s: %q, want %q", test.name, summarize(got), test.want)
		}
		for _, c := range got {
			if len(c.Why) < 2 {
				t.Errorf("%s: no reasons: %+v", test.name, c)
			}
		}
	}
}

func TestReasons(t *testing.T) {
	t.Parallel()
	refunded := newPayment("a", 1900, 3*time.Hour)
	refunded.State, refunded.Reversal = "已全额退款", statement.Reversal{Kind: statement.WhollyReversed, Amount: 1900, Words: "已全额退款"}
	got := (&statement.Bill{Transactions: []statement.Transaction{refunded}}).ProposeMatches(claimOf(2000, "a"))
	why := strings.Join(got[0].Why, "；")
	for _, want := range []string{"交易单号一致", "金额不同：账单为 19.00 元，填报为 20.00 元", "约 3 小时", "已全额退款"} {
		if !strings.Contains(why, want) {
			t.Errorf("the reasons lack %q: %s", want, why)
		}
	}
	days := (&statement.Bill{Transactions: []statement.Transaction{newPayment("a", 2000, 80*time.Hour)}}).ProposeMatches(claimOf(2000, "a"))
	if why := strings.Join(days[0].Why, "；"); !strings.Contains(why, "约 3 天") || !days[0].Matched {
		t.Errorf("%+v", days)
	}
	twice := (&statement.Bill{Transactions: []statement.Transaction{newPayment("a", 2000, 0), newPayment("b", 2000, 0)}}).ProposeMatches(claimOf(2000, ""))
	if why := strings.Join(twice[0].Why, "；"); !strings.Contains(why, "共有 2 笔同样符合") {
		t.Errorf("%s", why)
	}
}

// At most one row is matched; it comes first, is outgoing and has the exact amount.
func TestAMatchIsNeverAGuess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) statement.Transaction {
			row := newPayment(rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "no"),
				recovery.Money(rapid.Int64Range(1, 2).Draw(t, "fen")),
				time.Duration(rapid.Int64Range(-1500, 1500).Draw(t, "after"))*time.Second)
			row.Direction = rapid.SampledFrom([]string{statement.Outgoing, statement.Incoming, statement.Neutral}).Draw(t, "way")
			return row
		}), 0, 40).Draw(t, "rows")
		got := (&statement.Bill{Transactions: rows}).ProposeMatches(claimOf(2, rapid.SampledFrom([]string{"", "a", "x"}).Draw(t, "number")))
		for i, c := range got {
			if c.Matched && (i > 0 || c.Transaction.Direction != statement.Outgoing || c.Transaction.Amount != 2) {
				t.Fatalf("%d of %+v", i, got)
			}
		}
		if len(got) > 20 {
			t.Fatalf("%d candidates", len(got))
		}
	})
}
