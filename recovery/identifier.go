package recovery

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// numberGuards are the marks that spreadsheets put around a long number to keep it as
// text: '1000, `1000, ="1000".
const numberGuards = "='\"`´‘’“”"

// plainNumber are the characters of numbers in their normal form.
const plainNumber = "0123456789abcdefghijklmnopqrstuvwxyz_-"

// NormalizeTransactionNo returns the form in which transaction numbers are compared
// and searched: without differences of width, case and dashes, without blanks,
// invisible characters and the guards of spreadsheets. A number is stored and shown as
// it was typed.
func NormalizeTransactionNo(typed string) string {
	if strings.Trim(typed, plainNumber) == "" {
		return typed // nearly every row of a bill
	}
	return normalizeUntilStable(typed, func(text string) string {
		return strings.Trim(strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Pd, r) {
				return '-'
			}
			return r
		}, text), numberGuards)
	})
}

// NormalizeEmail returns the form in which addresses are compared.
func NormalizeEmail(typed string) string {
	return normalizeUntilStable(typed, func(text string) string { return text })
}

// normalizeAlias returns the form in which the names of counterparts are compared.
// Signs and emoji count: they are all that distinguishes some nicknames.
func normalizeAlias(typed string) string {
	return normalizeUntilStable(typed, func(text string) string { return text })
}

// Normalize returns the number as it is stored, whatever the spelling.
func (n CaseNumber) Normalize() CaseNumber {
	return CaseNumber(strings.ToUpper(NormalizeTransactionNo(string(n))))
}

// normalizeUntilStable normalizes a text and applies trim, until neither changes it:
// a removed mark can uncover the next one.
func normalizeUntilStable(text string, trim func(string) string) string {
	for {
		next := trim(strings.Map(dropInvisible, strings.ToLower(norm.NFKC.String(text))))
		if next == text {
			return next
		}
		text = next
	}
}

// dropInvisible removes blanks and the characters that show nothing.
func dropInvisible(r rune) rune {
	if unicode.IsSpace(r) || unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Variation_Selector) || r == utf8.RuneError {
		return -1
	}
	return r
}

// MaxTransactionNo is the longest transaction number as typed, in characters. It leaves
// room for blanks and guards around a number of 64.
const MaxTransactionNo = 100

const transactionNoRule = "Up to 64 letters, digits, '-' and '_' are accepted."

// isTransactionNo reports whether a typed text is a transaction number in any spelling.
func isTransactionNo(typed string) bool {
	return utf8.RuneCountInString(typed) <= MaxTransactionNo && utf8.ValidString(typed) && !strings.ContainsFunc(typed, isDeceptive) &&
		!strings.ContainsRune(typed, '\n') && transactionForm.MatchString(NormalizeTransactionNo(typed))
}
