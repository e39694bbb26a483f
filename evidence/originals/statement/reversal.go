package statement

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"recourse/recovery"
)

// ReversalKind is how much of a payment was given back, or that it was never made.
type ReversalKind string

// The kinds of reversals.
const (
	NotReversed     ReversalKind = ""
	PartReversed    ReversalKind = "part"
	WhollyReversed  ReversalKind = "whole"
	NeverPaid       ReversalKind = "unpaid"  // closed, failed or cancelled
	UnclearReversal ReversalKind = "unclear" // being given back, or the bill does not say how much
)

// Reversal is what a bill states about money that was given back. It comes from the state
// of the payment, from a column of refunds, or from rows of their own.
type Reversal struct {
	Kind   ReversalKind
	Amount recovery.Money // given back; 0 if the bill does not say
	At     time.Time      // of the last refund; zero if the bill does not say
	Words  string         // the state in the bill's words
}

// Text states in Chinese what was given back and when; "" for a payment that was not
// reversed.
func (r Reversal) Text() string {
	when := ""
	if !r.At.IsZero() {
		when = "于 " + formatTime(r.At) + " "
	}
	state := ""
	if r.Words != "" {
		state = "账单状态为“" + r.Words + "”："
	}
	switch {
	case r.Kind == NotReversed:
		return ""
	case r.Kind == NeverPaid:
		return state + "钱没有付出去，或者已经退回"
	case r.Kind == UnclearReversal:
		return state + "可能已经退回，账单没有写明金额"
	case r.Amount == 0:
		return state + "已" + when + "退回一部分，账单没有写明金额"
	case r.Kind == WhollyReversed:
		return state + "已" + when + "退回 " + r.Amount.String() + " 元（全部）"
	default:
		return state + "已" + when + "退回 " + r.Amount.String() + " 元（部分）"
	}
}

// stateWords are the words in the state of a payment, the strongest first.
var stateWords = []struct {
	kind  ReversalKind
	words []string
}{
	{PartReversed, []string{"部分退", "退款部分", "部分返还"}},
	{UnclearReversal, []string{"退款中", "退款处理", "待退款", "退回中", "退款申请"}},
	{WhollyReversed, []string{"全额退", "已退", "已返还", "全额返还", "退款成功", "退款完成", "已撤回"}},
	{NeverPaid, []string{"关闭", "失败", "撤销", "取消", "等待付款", "待付款", "未付款", "未支付", "待支出", "拒收", "冲正", "过期"}},
	{UnclearReversal, []string{"退", "返还"}},
}

// stateAmount matches the sum in a state such as 已退款(￥12.00).
var stateAmount = regexp.MustCompile(`退[^\d]{0,8}?[¥￥]\s*([\d,]+(?:\.\d{1,2})?)`)

// ownReversal returns what the payment's own row states: its state, the state of its funds,
// a note after its amount, and the column of refunds.
func ownReversal(t Transaction, note, funds string, refunded recovery.Money) Reversal {
	if t.IsRefund() {
		return Reversal{}
	}
	r := Reversal{}
	for _, text := range []string{t.State, note, funds} {
		if r.Kind = kindOfState(text); r.Kind != NotReversed {
			r.Words = text
			break
		}
	}
	if found := stateAmount.FindStringSubmatch(r.Words); found != nil {
		amount, readable := parseYuan(found[1])
		if r.Amount = amount; !readable {
			r.Kind = UnclearReversal
		}
	}
	if refunded > 0 {
		r.Amount = refunded
	}
	return r.settle(t.Amount)
}

func kindOfState(state string) ReversalKind {
	for _, group := range stateWords {
		if slices.ContainsFunc(group.words, func(word string) bool { return strings.Contains(state, word) }) {
			return group.kind
		}
	}
	return NotReversed
}

// settle decides between part and whole by the amount, as far as it is known.
func (r Reversal) settle(paid recovery.Money) Reversal {
	switch {
	case r.Amount >= paid && r.Amount > 0:
		r.Kind, r.Amount = WhollyReversed, paid
	case r.Amount > 0:
		r.Kind = PartReversed
	case r.Kind == WhollyReversed:
		r.Amount = paid
	}
	return r
}

// IsRefund reports whether a row gives money back.
func (t Transaction) IsRefund() bool {
	return t.Direction != Outgoing &&
		(strings.Contains(t.Kind, "退款") || strings.HasPrefix(t.Goods, "退款") || strings.Contains(t.State, "退款成功"))
}

const (
	// minNumber is the length below which a number identifies no payment.
	minNumber = 8
	// minJoined is the length of a number to which a refund adds digits without a mark.
	minJoined = 16
)

// linkReversals finds the payment of every refund by its numbers and adds the refund to
// it.
func linkReversals(rows []Transaction) {
	var refunds []int
	for i := range rows {
		if rows[i].IsRefund() {
			refunds = append(refunds, i)
		}
	}
	if len(refunds) == 0 {
		return
	}
	byNumber := paymentsByNumber(rows)
	slices.SortStableFunc(refunds, func(a, b int) int { return rows[a].At.Compare(rows[b].At) })
	sums := map[int]refundSum{}
	for _, i := range refunds {
		if payment := paymentOf(rows, byNumber, rows[i]); payment >= 0 {
			rows[i].RefundOf = rows[payment].Row
			sums[payment] = refundSum{sums[payment].amount + rows[i].Amount, rows[i].At}
		}
	}
	for payment, sum := range sums {
		rows[payment].Reversal = rows[payment].Reversal.addRefunds(sum, rows[payment].Amount)
	}
}

// maxAlike is the number of payments with the same number among which the payment of a
// refund is searched.
const maxAlike = 16

func paymentsByNumber(rows []Transaction) map[string][]int {
	byNumber := map[string][]int{}
	for i := range rows {
		if rows[i].Direction == Incoming || rows[i].IsRefund() {
			continue
		}
		for _, number := range rows[i].numbers() {
			if alike := byNumber[number]; len(alike) < maxAlike {
				byNumber[number] = append(alike, i)
			}
		}
	}
	return byNumber
}

// numbers are the numbers that identify a payment, in their normal form.
func (t Transaction) numbers() []string {
	var numbers []string
	for _, shown := range []string{t.TransactionNo, t.MerchantNo} {
		if number := recovery.NormalizeTransactionNo(shown); number != "" && !slices.Contains(numbers, number) {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// BothNumbers returns the two numbers of a payment in their normal form. It returns false
// if the row has only one, or one that may belong to several payments.
func (t Transaction) BothNumbers() (number, other string, known bool) {
	numbers := t.numbers()
	if len(numbers) < 2 || min(len(numbers[0]), len(numbers[1])) < minJoined {
		return "", "", false
	}
	return numbers[0], numbers[1], true
}

// refundSum is what several rows gave back of one payment.
type refundSum struct {
	amount recovery.Money
	last   time.Time
}

// addRefunds adds what rows of their own gave back to what the payment's row states.
func (r Reversal) addRefunds(sum refundSum, paid recovery.Money) Reversal {
	r.Amount, r.At = max(r.Amount, sum.amount), sum.last
	return r.settle(paid)
}

// paymentOf returns the index of the payment that a refund gave back, or -1: the refund
// has a number of the payment, or begins with one.
func paymentOf(rows []Transaction, byNumber map[string][]int, refund Transaction) int {
	fits := func(i int) bool {
		return rows[i].Amount >= refund.Amount && !rows[i].At.After(refund.At.Add(time.Minute))
	}
	for _, number := range refundNumbers(refund) {
		best := -1
		for _, i := range byNumber[number] {
			if fits(i) && (best < 0 || rows[i].At.After(rows[best].At)) {
				best = i
			}
		}
		if best >= 0 {
			return best
		}
	}
	return -1
}

// refundNumbers are the numbers that the payment of a refund may have, the surest first.
func refundNumbers(refund Transaction) []string {
	var numbers []string
	own := refund.numbers()
	for _, number := range own {
		if len(number) >= minNumber {
			numbers = append(numbers, number)
		}
	}
	for _, number := range own {
		for end := min(len(number), maxNumber) - 1; end >= minNumber; end-- {
			if end >= minJoined || number[end] == '_' || number[end] == '-' || number[end] == '*' {
				numbers = append(numbers, number[:end])
			}
		}
	}
	return numbers
}

// maxNumber is the longest number whose beginnings are looked up.
const maxNumber = 100
