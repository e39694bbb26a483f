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
// when the bill identifies it; Why lists the reasons for and against, in Chinese.
type Candidate struct {
	Transaction Transaction
	Matched     bool
	Why         []string
	Differences []Difference // from the claimed payment; set by ProposeMatches
}

// rowComparison compares one row with the claimed payment.
type rowComparison struct {
	candidate                            Candidate
	number, otherNumber, amount, outward bool
	apart                                time.Duration
}

// FindMatches proposes the mis-sent transaction: the row with the number or, when
// the number is unknown, the one outgoing row of this amount within MatchWindow of the
// time. Rows that agree in part follow, unmatched. When several rows fit equally, none
// is matched and the claimant has to choose.
func (b *Bill) FindMatches(amount recovery.Money, sentAt time.Time, transactionNo string) []Candidate {
	var found []rowComparison
	for _, transaction := range b.Transactions {
		if c := compareRow(transaction, amount, sentAt, recovery.NormalizeTransactionNo(transactionNo)); c.isWorthShowing() {
			found = append(found, c)
		}
	}
	markMatches(found)
	slices.SortStableFunc(found, func(a, b rowComparison) int {
		return compareBools(b.candidate.Matched, a.candidate.Matched)*8 + compareBools(b.number, a.number)*4 +
			compareBools(b.fitsWithoutNumber(), a.fitsWithoutNumber())*2 + signOf(a.apart-b.apart)
	})
	candidates := []Candidate{}
	for _, c := range found[:min(len(found), maxCandidates)] {
		candidates = append(candidates, c.candidate)
	}
	return candidates
}

func compareRow(t Transaction, amount recovery.Money, sentAt time.Time, number string) rowComparison {
	own := recovery.NormalizeTransactionNo(t.TransactionNo)
	c := rowComparison{
		candidate: Candidate{Transaction: t}, amount: t.Amount == amount, outward: t.Direction == Outgoing,
		number:      number != "" && own == number,
		otherNumber: number != "" && own != "" && own != number,
		apart:       t.At.Sub(sentAt).Abs(),
	}
	c.candidate.Why = c.listReasons(amount)
	return c
}

func (c rowComparison) isNear() bool { return c.apart <= MatchWindow }

// fitsWithoutNumber reports whether everything but the number agrees.
func (c rowComparison) fitsWithoutNumber() bool {
	return c.amount && c.outward && c.isNear() && !c.otherNumber
}

func (c rowComparison) isWorthShowing() bool {
	sameDay := c.apart <= 24*time.Hour
	return c.number || c.outward && (c.isNear() || c.amount && sameDay)
}

// markMatches marks the row with the number or, when no row has it, the only row
// that fits.
func markMatches(found []rowComparison) {
	sure := func(c rowComparison) bool { return c.number && c.amount && c.outward }
	if !slices.ContainsFunc(found, func(c rowComparison) bool { return c.number }) {
		sure = rowComparison.fitsWithoutNumber
	}
	var fitting []int
	for i, c := range found {
		if sure(c) {
			fitting = append(fitting, i)
		}
	}
	for _, i := range fitting {
		found[i].candidate.Matched = len(fitting) == 1
		if len(fitting) > 1 {
			found[i].candidate.Why = append(found[i].candidate.Why, fmt.Sprintf(ambiguous+" %d 笔同样符合，请自行选定", len(fitting)))
		}
	}
}

func (c rowComparison) listReasons(amount recovery.Money) []string {
	t := c.candidate.Transaction
	var why []string
	switch {
	case c.number:
		why = append(why, "交易单号一致")
	case c.otherNumber:
		why = append(why, "交易单号不同")
	}
	if c.amount {
		why = append(why, "金额一致")
	} else {
		why = append(why, fmt.Sprintf("金额不同：账单为 %s 元，填报为 %s 元", t.Amount, amount))
	}
	why = append(why, c.describeTiming())
	if !c.outward {
		why = append(why, "账单记为“"+t.Direction+"”，不是支出")
	}
	if strings.Contains(t.State, "退") {
		why = append(why, "账单状态为“"+t.State+"”，可能已经退回")
	}
	return why
}

func (c rowComparison) describeTiming() string {
	switch minutes := int(c.apart.Round(time.Minute).Minutes()); {
	case c.apart < time.Minute:
		return "时间一致"
	case c.isNear():
		return fmt.Sprintf("时间相差约 %d 分钟", minutes)
	case minutes < 120:
		return fmt.Sprintf("时间相差约 %d 分钟，超过 10 分钟", minutes)
	case minutes < 48*60:
		return fmt.Sprintf("时间相差约 %d 小时，超过 10 分钟", minutes/60)
	default:
		return fmt.Sprintf("时间相差约 %d 天，超过 10 分钟", minutes/60/24)
	}
}

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
