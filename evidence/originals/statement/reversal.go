package statement

import (
	"strings"

	"recourse/recovery"
)

// reversalWords name the states of a payment that was given back or never made.
var reversalWords = []string{"退", "关闭", "失败", "撤销", "已取消"}

// Reversal returns in the bill's own words that a payment was given back or never made;
// "" for a payment that stands. A refund can also be a row of its own, with the number
// of the payment.
func (b *Bill) Reversal(t Transaction) string {
	if saysReversal(t.State) {
		return t.State
	}
	for _, other := range b.Transactions {
		if other.Row != t.Row && refersTo(other, t) && (saysReversal(other.State) || saysReversal(other.Kind)) {
			return firstNonEmpty(other.State, other.Kind)
		}
	}
	return ""
}

func saysReversal(text string) bool {
	for _, word := range reversalWords {
		if strings.Contains(text, word) {
			return true
		}
	}
	return false
}

// refersTo reports whether a row has a number of the payment: the refund of a wallet
// carries the number of the payment with a suffix, or as the merchant's number.
func refersTo(refund, payment Transaction) bool {
	for _, number := range []string{payment.TransactionNo, payment.MerchantNo} {
		own := recovery.NormalizeTransactionNo(number)
		if len(own) < minNumber {
			continue
		}
		for _, shown := range []string{refund.TransactionNo, refund.MerchantNo} {
			if strings.HasPrefix(recovery.NormalizeTransactionNo(shown), own) {
				return true
			}
		}
	}
	return false
}

// minNumber is the length below which a number identifies no payment.
const minNumber = 8

func firstNonEmpty(texts ...string) string {
	for _, text := range texts {
		if text != "" && text != "/" {
			return text
		}
	}
	return ""
}
