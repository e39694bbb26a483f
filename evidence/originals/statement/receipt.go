package statement

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"recourse/recovery"
)

// Receipt is the content of a sealed receipt (转账电子凭证, 电子回单). A zero field was not
// found. The labels come from several issuers. The forms are not published, so a
// missing field is no sign of a forgery.
type Receipt struct {
	Amount        recovery.Money
	At            time.Time // UTC
	TransactionNo string
	IsOtherNumber bool // TransactionNo is only that of the merchant or the bank, and nobody claimed it
	Payee         string
}

// maxReceiptText is the number of bytes that are read; a receipt is one page.
const maxReceiptText = 50_000

// ReadReceipt finds the fields in a receipt's text. A field of which the text has several
// values is the one that agrees with a payment, and otherwise empty: what is held against
// somebody must be the only reading. It returns false when no field was found.
func ReadReceipt(text string, said ...ClaimedPayment) (Receipt, bool) {
	text = norm.NFKC.String(strings.ToValidUTF8(text[:min(len(text), maxReceiptText)], ""))
	text = besideWords.ReplaceAllString(beforeWords.ReplaceAllString(text, "$1 $2"), "$1 $2")
	found := collectFindings(strings.Split(text, "\n"))
	r := Receipt{
		Amount: chooseAmount(found, said), At: chooseTime(found, said),
		Payee: choosePayee(found, said),
	}
	r.TransactionNo, r.IsOtherNumber = chooseNumber(found, said)
	return r, r != (Receipt{})
}

// In one cell banks print a sum in words and in figures, each after its label in brackets.
var (
	beforeWords = regexp.MustCompile(`([元角分整正0-9])(\((?:大写|小写)\))`)
	besideWords = regexp.MustCompile(`(\((?:大写|小写)\))([^\s:])`)
)

// choose returns the only value, or the one that agrees with a payment.
func choose[T comparable](values []T, said []ClaimedPayment, agrees func(T, ClaimedPayment) bool) (chosen T) {
	for _, value := range values {
		if slices.ContainsFunc(said, func(s ClaimedPayment) bool { return agrees(value, s) }) {
			return value
		}
	}
	if len(values) == 0 || slices.ContainsFunc(values, func(value T) bool { return value != values[0] }) {
		return chosen
	}
	return values[0]
}

func chooseAmount(found findings, said []ClaimedPayment) recovery.Money {
	values := readValues(found.of(amountField), parseReceiptAmount)
	if len(values) == 0 {
		values = readValues(found.of(anyAmountField), parseReceiptAmount)
	}
	values = append(values, readValues(found.of(wordsField), parseYuanWords)...)
	return choose(values, said, func(amount recovery.Money, s ClaimedPayment) bool { return amount == s.Amount })
}

func chooseTime(found findings, said []ClaimedPayment) time.Time {
	values := readValues(found.of(timeField), parseReceiptTime)
	if len(values) == 0 {
		values = joinDateAndTime(found)
	}
	return choose(values, said, func(at time.Time, s ClaimedPayment) bool { return at.Sub(s.SentAt).Abs() <= MatchWindow })
}

// chooseNumber returns the number of the payment, or else the one that it has with the
// merchant or the bank and that nobody claimed.
func chooseNumber(found findings, said []ClaimedPayment) (number string, isOther bool) {
	agrees := func(number string, s ClaimedPayment) bool {
		return recovery.NormalizeTransactionNo(number) == recovery.NormalizeTransactionNo(s.TransactionNo)
	}
	own, other := readValues(found.of(numberField), parseReceiptNumber), readValues(found.of(otherNumberField), parseReceiptNumber)
	for _, number := range other {
		if slices.ContainsFunc(said, func(s ClaimedPayment) bool { return agrees(number, s) }) {
			return number, false // one payment has two numbers
		}
	}
	if len(own) > 0 {
		return choose(own, said, agrees), false
	}
	number = choose(other, said, agrees)
	return number, number != ""
}

func choosePayee(found findings, said []ClaimedPayment) string {
	return choose(readValues(found.of(payeeField), parsePayee), said, func(name string, s ClaimedPayment) bool {
		return compareNames(name, s.Counterparts) == same
	})
}

// CompareWith lists the differences between the receipt and the claimed payment. Another
// number than the claimed one is none if the receipt has only that of the merchant or the
// bank.
func (r Receipt) CompareWith(said ClaimedPayment) []Difference {
	p := paperRecord{r.Amount, r.At, r.TransactionNo, "", r.Payee}
	if r.IsOtherNumber {
		p.number = ""
	}
	return listDifferences(p, said)
}
