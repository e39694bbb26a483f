package statement_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/evidence/originals/statement"
	"recourse/recovery"
)

// payTo is an outgoing row some time after noon.
func payTo(row int, name string, amount recovery.Money, after time.Duration) statement.Transaction {
	return statement.Transaction{Row: row, At: noon.Add(after), Direction: statement.Outgoing, Counterpart: name, Amount: amount}
}

func ofKind(kind string, t statement.Transaction) statement.Transaction {
	t.Kind = kind
	return t
}

const day = 24 * time.Hour

// TestProofs: what another payment shows depends on the reason of the mistake.
func TestProofs(t *testing.T) {
	t.Parallel()
	paid := payTo(1, "王小明", 200_000, 0)
	refunded := payTo(2, "王晓明", 200_000, time.Hour)
	refunded.Reversal.Kind = statement.WhollyReversed
	incoming := payTo(2, "王晓明", 200_000, time.Hour)
	incoming.Direction = statement.Incoming
	for name, test := range map[string]struct {
		reason   recovery.Reason
		intended recovery.Money
		other    statement.Transaction
		want     statement.ProofKind // "" for none
	}{
		"the right person soon after":     {recovery.WrongPerson, 0, payTo(2, "王晓明", 200_000, time.Hour), statement.PaidAgain},
		"of the wrong group":              {recovery.WrongGroup, 0, payTo(2, "妹妹", 200_000, time.Hour), statement.PaidAgain},
		"something bought":                {recovery.WrongPerson, 0, ofKind("商户消费", payTo(2, "药店", 200_000, time.Hour)), ""},
		"a card repaid":                   {recovery.WrongPerson, 0, ofKind("信用卡还款", payTo(2, "某银行", 200_000, time.Hour)), ""},
		"a code scanned":                  {recovery.WrongPerson, 0, ofKind("扫二维码付款", payTo(2, "王晓明", 200_000, time.Hour)), statement.PaidAgain},
		"two months after":                {recovery.WrongPerson, 0, payTo(2, "李四", 200_000, 60*day), ""},
		"before the mistake":              {recovery.WrongPerson, 0, payTo(2, "李四", 200_000, -time.Hour), ""},
		"another sum":                     {recovery.WrongPerson, 0, payTo(2, "李四", 199_999, time.Hour), ""},
		"the same person again":           {recovery.WrongPerson, 0, payTo(2, "王小明", 200_000, time.Hour), ""},
		"given back":                      {recovery.WrongPerson, 0, refunded, ""},
		"money that came in":              {recovery.WrongPerson, 0, incoming, ""},
		"a namesake paid before":          {recovery.WrongPerson, 0, payTo(2, "王晓明", 5_000, -40*day), statement.Namesake},
		"letters exchanged":               {recovery.WrongPerson, 0, payTo(2, "王明小", 5_000, -day), statement.Namesake},
		"a part of the name":              {recovery.WrongPerson, 0, payTo(2, "王小明（仓储）", 5_000, -day), statement.Namesake},
		"another person paid before":      {recovery.WrongPerson, 0, payTo(2, "赵大勇", 5_000, -day), ""},
		"a namesake paid afterwards":      {recovery.WrongPerson, 0, payTo(2, "王晓明", 5_000, day), ""},
		"twice":                           {recovery.Duplicate, 0, payTo(2, "王小明", 200_000, -time.Minute), statement.PaidBefore},
		"twice, to another person":        {recovery.Duplicate, 0, payTo(2, "赵大勇", 200_000, -time.Minute), ""},
		"the amount that was meant":       {recovery.WrongAmount, 12_300, payTo(2, "王小明", 12_300, -30*day), statement.UsualAmount},
		"a zero less":                     {recovery.WrongAmount, 0, payTo(2, "王小明", 20_000, -30*day), statement.UsualAmount},
		"two zeros less":                  {recovery.WrongAmount, 0, payTo(2, "王小明", 2_000, -30*day), statement.UsualAmount},
		"an amount of no relation":        {recovery.WrongAmount, 0, payTo(2, "王小明", 3_000, -30*day), ""},
		"a reason that no payment proves": {recovery.LeakedPassword, 0, payTo(2, "王晓明", 200_000, time.Hour), ""},
	} {
		bill := statement.Bill{Transactions: []statement.Transaction{paid, test.other}}
		proofs := bill.FindProofs([]statement.Candidate{{Transaction: paid, Matched: true}}, test.reason, test.intended)
		switch {
		case test.want == "" && len(proofs) > 0, test.want != "" && (len(proofs) != 1 || proofs[0].Kind != test.want):
			t.Errorf("%s: %+v", name, proofs)
		case test.want != "" && (proofs[0].Transaction.Row != 2 || !strings.Contains(proofs[0].Why, "可以说明")):
			t.Errorf("%s: %+v", name, proofs[0])
		}
	}
}

// TestProofsOfNothing: without a matched payment there is nothing to prove.
func TestProofsOfNothing(t *testing.T) {
	t.Parallel()
	paid := payTo(1, "王小明", 200_000, 0)
	bill := statement.Bill{Transactions: []statement.Transaction{paid, payTo(2, "王晓明", 200_000, time.Hour)}}
	if proofs := bill.FindProofs([]statement.Candidate{{Transaction: paid}}, recovery.WrongPerson, 0); len(proofs) != 0 {
		t.Errorf("%+v", proofs)
	}
}

// TestSimilarNames: names that people confuse, and others.
func TestSimilarNames(t *testing.T) {
	t.Parallel()
	for pair, want := range map[[2]string]bool{
		{"王小明", "王晓明"}: true, {"张伟", "张玮"}: true, {"张伟", "李伟"}: false, {"欧阳小红", "欧阳晓红"}: true, {"老王", "老王（仓储）"}: true,
		{"Anna", "Anne"}: true, {"王小明", "王小明"}: false, {"王", "王五"}: false, {"王*明", "王小明"}: false, {"", "王小明"}: false,
		{"张三", "李四"}: false, {"王小明", "李晓明"}: false,
	} {
		paid, other := payTo(1, pair[0], 100, 0), payTo(2, pair[1], 50, -day)
		bill := statement.Bill{Transactions: []statement.Transaction{paid, other}}
		proofs := bill.FindProofs([]statement.Candidate{{Transaction: paid, Matched: true}}, recovery.WrongPerson, 0)
		if (len(proofs) == 1) != want {
			t.Errorf("%v: %+v", pair, proofs)
		}
	}
}

// TestProofsAreFewAndOthers: a row is offered once, never a matched one, at most three of
// each kind, whatever the bill holds.
func TestProofsAreFewAndOthers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		var bill statement.Bill
		var candidates []statement.Candidate
		for row := range rapid.IntRange(1, 40).Draw(r, "rows") {
			name := rapid.SampledFrom([]string{"王小明", "王晓明", "老王", "老王二", ""}).Draw(r, "name")
			amount := rapid.SampledFrom([]recovery.Money{100, 1_000, 10_000}).Draw(r, "amount")
			one := payTo(row+1, name, amount, time.Duration(rapid.IntRange(-90, 90).Draw(r, "days"))*day)
			bill.Transactions = append(bill.Transactions, one)
			if rapid.IntRange(0, 5).Draw(r, "candidate") == 0 {
				candidates = append(candidates, statement.Candidate{Transaction: one, Matched: rapid.Bool().Draw(r, "matched")})
			}
		}
		reason := rapid.SampledFrom(recovery.Reasons).Draw(r, "reason")
		seen, counts := map[int]bool{}, map[statement.ProofKind]int{}
		for _, candidate := range candidates {
			seen[candidate.Transaction.Row] = candidate.Matched
		}
		for _, proof := range bill.FindProofs(candidates, reason, 1_000) {
			row := proof.Transaction.Row
			if counts[proof.Kind]++; seen[row] || counts[proof.Kind] > 3*max(1, len(candidates)) || proof.Why == "" {
				r.Fatalf("%+v", proof)
			}
			seen[row] = true
		}
	})
}
