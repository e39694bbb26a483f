package statement

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"recourse/recovery"
)

// MatchWindow is how far the remembered time may differ from the bill's.
const MatchWindow = 10 * time.Minute

// ambiguous begins the reason of rows that fit equally well.
const ambiguous = "共有"

// maxCandidates is the number of rows a person can compare at a glance.
const maxCandidates = 20

// Candidate is a transaction that may be the one sent by mistake. Matched is true
// when the bill identifies it and does not contradict the claim; Why lists the reasons
// for and against, in Chinese.
type Candidate struct {
	Transaction Transaction
	Matched     bool
	Identified  bool // it has the number and the amount, whatever became of the money
	Why         []string
	Differences []Difference // from the claimed payment
}

// comparedRow is a row that is shown.
type comparedRow struct {
	comparison
	candidate Candidate
	verdict   verdict
	apart     time.Duration
}

// ProposeMatches proposes the mis-sent transaction: the row with the number or, when
// the number is unknown, the one payment of this amount within MatchWindow of the
// time. Rows that agree in part follow, unmatched. When several rows fit equally, none
// is matched and the claimant has to choose.
func (b *Bill) ProposeMatches(said ClaimedPayment) []Candidate {
	var found []comparedRow
	for i := range b.Transactions {
		c, apart := b.compareRow(&b.Transactions[i], said)
		if c.number != same && (!c.isPaid || c.timing == far) {
			continue // nearly every row
		}
		c.name, c.kind = compareNames(b.Transactions[i].Counterpart, said.Counterparts), compareKinds(b.Transactions[i].Kind, said.Instrument)
		if decision := decide(c); decision != notOffered {
			found = append(found, comparedRow{comparison: c, candidate: Candidate{Transaction: b.Transactions[i]}, verdict: decision, apart: apart})
		}
	}
	for i := range found {
		b.describe(&found[i], said)
	}
	markMatches(found)
	slices.SortStableFunc(found, func(a, b comparedRow) int {
		return compareBools(b.candidate.Matched, a.candidate.Matched)*8 + compareBools(b.number == same, a.number == same)*4 +
			compareBools(b.verdict == matched, a.verdict == matched)*2 + signOf(a.apart-b.apart)
	})
	candidates := []Candidate{}
	for _, row := range found[:min(len(found), maxCandidates)] {
		row.candidate.Why = append(row.candidate.Why, b.describeReturns(row.candidate)...)
		candidates = append(candidates, row.candidate)
	}
	return candidates
}

// compareRow compares a row with the claim, apart from name and kind, which few rows need,
// and returns how far it is from the time. A
// refund with the number of its payment is no payment. A payment that the wallet closed
// no longer counts as an expense, but was one.
func (b *Bill) compareRow(t *Transaction, said ClaimedPayment) (comparison, time.Duration) {
	apart := t.At.Sub(said.SentAt).Abs()
	reversed := t.Reversal.Kind != NotReversed
	c := comparison{
		number: t.compareNumber(said.TransactionNo), amount: different, timing: far,
		wallet: compareWallets(b.Platform, said.Platform),
		isPaid: t.Direction == Outgoing || t.Direction == Neutral && reversed, reversed: reversed,
	}
	if t.Amount == said.Amount {
		c.amount = same
	}
	switch {
	case t.RefundOf != 0:
		c.number = notStated
	case apart <= MatchWindow:
		c.timing = near
	case apart <= 24*time.Hour:
		c.timing = sameDay
	}
	return c, apart
}

// compareNumber compares a claimed number with both numbers of a row: wallets show one of
// them in the app and the other one on receipts.
func (t Transaction) compareNumber(said string) agreement {
	claimed := recovery.NormalizeTransactionNo(said)
	own, other := recovery.NormalizeTransactionNo(t.TransactionNo), recovery.NormalizeTransactionNo(t.MerchantNo)
	switch {
	case claimed == "" || own == "" && other == "":
		return notStated
	case claimed == own || claimed == other:
		return same
	default:
		return different
	}
}

// markMatches marks the row that the rules match, if it is the only one. The number
// decides if a row has it; of several rows, one with the name is preferred.
func markMatches(found []comparedRow) {
	byNumber := slices.ContainsFunc(found, func(c comparedRow) bool { return c.number == same })
	var fitting []int
	named := false
	for i, c := range found {
		if c.verdict == matched && (c.number == same || !byNumber) {
			fitting = append(fitting, i)
			named = named || c.name == same
		}
	}
	if named {
		fitting = slices.DeleteFunc(fitting, func(i int) bool { return found[i].name == different })
	}
	for _, i := range fitting {
		found[i].candidate.Matched = len(fitting) == 1
		if len(fitting) > 1 {
			found[i].candidate.Why = append(found[i].candidate.Why, fmt.Sprintf(ambiguous+" %d 笔同样符合，请自行选定", len(fitting)))
		}
	}
}

// describe adds the reasons and differences of a row that is shown.
func (b *Bill) describe(c *comparedRow, said ClaimedPayment) {
	t := c.candidate.Transaction
	c.candidate.Identified = c.number == same && c.amount == same && c.isPaid && c.wallet != different
	c.candidate.Why = b.listReasons(*c, said)
	c.candidate.Differences = listDifferences(paperRecord{t.Amount, t.At, t.TransactionNo, t.MerchantNo, t.Counterpart}, said)
}

func (b *Bill) listReasons(c comparedRow, said ClaimedPayment) []string {
	t := c.candidate.Transaction
	var why []string
	add := func(applies bool, text string) {
		if applies {
			why = append(why, text)
		}
	}
	isMerchant := recovery.NormalizeTransactionNo(said.TransactionNo) == recovery.NormalizeTransactionNo(t.MerchantNo)
	add(c.number == same && !isMerchant, "交易单号一致")
	add(c.number == same && isMerchant, "与这一行的商户单号（转账单号）一致，是同一笔付款的另一个单号")
	add(c.number == different, "交易单号不同")
	add(c.amount == same, "金额一致")
	add(c.amount == different, fmt.Sprintf("金额不同：账单为 %s 元，填报为 %s 元", t.Amount, said.Amount))
	why = append(why, describeTiming(c.apart))
	add(t.Direction != Outgoing, "账单记为“"+t.Direction+"”，不是支出")
	add(c.name == same, "交易对方一致")
	add(c.name == different, "交易对方写法不同")
	add(c.kind == different, "账单里的交易类型是“"+t.Kind+"”，不是"+instrumentName(said.Instrument))
	add(c.wallet == different, "这是"+walletNames[b.Platform]+"的账单，本案登记的是"+walletNames[said.Platform])
	add(c.reversed, t.Reversal.Text())
	return why
}

func describeTiming(apart time.Duration) string {
	switch minutes := int(apart.Round(time.Minute).Minutes()); {
	case apart < time.Minute:
		return "时间一致"
	case apart <= MatchWindow:
		return fmt.Sprintf("时间相差约 %d 分钟", minutes)
	case minutes < 120:
		return fmt.Sprintf("时间相差约 %d 分钟，超过 10 分钟", minutes)
	case minutes < 48*60:
		return fmt.Sprintf("时间相差约 %d 小时，超过 10 分钟", minutes/60)
	default:
		return fmt.Sprintf("时间相差约 %d 天，超过 10 分钟", minutes/60/24)
	}
}

func isAmbiguous(why string) bool { return strings.HasPrefix(why, ambiguous) }

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	default:
		return -1
	}
}

func signOf(d time.Duration) int {
	switch {
	case d < 0:
		return -1
	case d > 0:
		return 1
	default:
		return 0
	}
}
