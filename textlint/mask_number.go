package textlint

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
)

// minLongNumber is the number of digits from which a number that is neither an
// amount nor a date is hidden whatever it means.
const minLongNumber = 7

// digitParts finds digits in a row, of any script and in any groups, without
// punctuation between them.
func (m matcher) digitParts(length int) []tokenSpan {
	var found []tokenSpan
	m.eachDigitRun(func(run []numberDigit) { found = appendDigits(found, run, length) })
	return found
}

// digitSegments is like digitParts, but groups with blanks between them count as one
// number only if they look like one.
func (m matcher) digitSegments(length int) []tokenSpan {
	var found []tokenSpan
	m.eachDigitRun(func(run []numberDigit) {
		if m.isOneNumber(run) {
			found = appendDigits(found, run, length)
			return
		}
		for _, part := range splitDigits(run, func(d numberDigit) bool { return d.startsGroup && !m.isJoinedToPrevious(d.token) }) {
			found = appendDigits(found, part, length)
		}
	})
	return found
}

func appendDigits(found []tokenSpan, run []numberDigit, length int) []tokenSpan {
	if len(run) < length {
		return found
	}
	return append(found, tokenSpan{run[0].token, run[len(run)-1].token + 1})
}

// eachDigitRun calls visit with the digits between two words, signs of separation or
// punctuation.
func (m matcher) eachDigitRun(visit func([]numberDigit)) {
	for _, run := range m.digitRuns {
		for _, part := range splitDigits(run, func(d numberDigit) bool { return d.afterPunctuation }) {
			visit(part)
		}
	}
}

// splitDigits splits a run before each digit for which starts is true.
func splitDigits(run []numberDigit, starts func(numberDigit) bool) [][]numberDigit {
	var parts [][]numberDigit
	from := 0
	for i := 1; i <= len(run); i++ {
		if i == len(run) || starts(run[i]) {
			parts = append(parts, run[from:i])
			from = i
		}
	}
	return parts
}

// isOneNumber reports whether the groups of a run are one number and not a list of
// amounts: at least three groups, all of the same length but the last.
func (m matcher) isOneNumber(run []numberDigit) bool {
	var groups []int
	for i, d := range run {
		if i == 0 || d.startsGroup {
			groups = append(groups, 0)
		}
		groups[len(groups)-1]++
	}
	if len(groups) < 3 {
		return len(groups) == 1
	}
	for _, size := range groups[:len(groups)-1] {
		if size != groups[0] {
			return false
		}
	}
	return len(run) >= 12 && groups[len(groups)-1] <= groups[0]
}

// findNumbers finds long numbers of unknown meaning, but no amounts and no dates.
func findNumbers(l *Linter, m matcher) []tokenSpan {
	return l.withoutAmounts(m, m.digitSegments(minLongNumber))
}

// findMixedCodes finds letters and digits in a row with so many digits that they
// identify something: a passport, an order, a company.
func findMixedCodes(_ *Linter, m matcher) []tokenSpan {
	return slices.DeleteFunc(m.findCodes(8, 6), func(s tokenSpan) bool { return m.areDigits(s.start, s.end) })
}

var (
	isoTime = regexp.MustCompile(`^20[1-9]\d(?:[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])|(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01]))(?:[ T]{0,2}\d{1,2}(?:\d\d){0,2})?$`)
	decimal = regexp.MustCompile(`^\d{1,9}\.\d{1,2}(?:\D|$)`)
)

// withoutAmounts drops the numbers that are amounts or times.
func (l *Linter) withoutAmounts(m matcher, numbers []tokenSpan) []tokenSpan {
	return slices.DeleteFunc(numbers, func(s tokenSpan) bool { return m.isTimeOrDecimal(s) || l.isAmount(m, s) })
}

// isTimeOrDecimal reports whether a number is an instant of this century or has two
// decimals, which the other party may read.
func (m matcher) isTimeOrDecimal(s tokenSpan) bool {
	first, end := m.tokens[s.start].index, m.tokens[s.end-1].index+1
	return isoTime.MatchString(string(m.original[first:end])) || decimal.MatchString(string(m.original[first:min(end+3, len(m.original))]))
}

// The longest amounts, in digits: with a currency, and with another sign that the number
// is a sum or a count. Longer ones may be accounts.
const maxAmount, maxCount = 10, 9

// isAmount reports whether a currency, a unit or a word before a number makes it a sum of
// money or a count.
func (l *Linter) isAmount(m matcher, s tokenSpan) bool {
	if s.end-s.start > maxAmount {
		return false
	}
	before := strings.TrimRight(string(m.original[max(m.tokens[s.start].index-2, 0):m.tokens[s.start].index]), " ")
	if strings.HasSuffix(before, "¥") || strings.HasSuffix(before, "￥") || strings.HasSuffix(before, "$") ||
		s.end < len(m.tokens) && strings.ContainsRune("元圆块万", m.tokens[s.end].r) {
		return true
	}
	isCounted := len(spansStartingIn(m.spans[l.listIDs["{amount_unit}"]], s.end, s.end)) > 0
	return s.end-s.start <= maxCount && (isCounted || hasSpanEndingAt(m.spans[l.listIDs["{amount_cue}"]], s.start))
}

// findOldIdentityNumbers finds identity numbers of 15 digits, with a birthday in
// two digits each.
func findOldIdentityNumbers(_ *Linter, m matcher) []tokenSpan {
	return slices.DeleteFunc(m.digitSegments(15), func(s tokenSpan) bool {
		digits := m.digitsOf(s)
		if len(digits) != 15 || digits[0] == '0' {
			return true
		}
		_, err := time.Parse("060102", digits[6:12])
		return err != nil
	})
}

// digitsOf returns the digits of a span.
func (m matcher) digitsOf(s tokenSpan) string {
	var digits strings.Builder
	for _, t := range m.tokens[s.start:s.end] {
		if value, isDigit := digitValue(t); isDigit {
			digits.WriteByte(value)
		}
	}
	return digits.String()
}

// Words that a sender puts between the parts of a telephone number, and words after
// a number that make it something else.
const (
	maxSpreadGap = 6
	unitRunes    = "元圆块万千百点月日号年分次个条岁角时秒楼栋室层"
)

// findSpreadMobiles finds mobile numbers that are spread over words, as in 前三位138，
// 中间0013，最后8000. The gap or the words before must say that it is a number.
func findSpreadMobiles(l *Linter, m matcher) []tokenSpan {
	parts := m.shortParts()
	cues := m.spans[l.listIDs["{spread_cue}"]]
	var found []tokenSpan
	for i, first := range parts {
		digits := m.digitsOf(first)
		if len(digits) < 2 || digits[0] != '1' || digits[1] < '3' {
			continue
		}
		end := i + 1
		for end < len(parts) && len(digits) < 11 && m.continuesNumber(parts[end-1], parts[end]) {
			digits += m.digitsOf(parts[end])
			end++
		}
		last := parts[end-1].end
		if len(digits) == 11 && end > i+1 && len(spansStartingIn(cues, first.start-8, last)) > 0 {
			found = append(found, tokenSpan{first.start, last})
		}
	}
	return found
}

// shortParts finds the digits in a row with nothing between them.
func (m matcher) shortParts() []tokenSpan {
	var parts []tokenSpan
	for i := 0; i < len(m.tokens); i++ {
		from := i
		for i < len(m.tokens) && isDigitToken(m.tokens[i]) && (i == from || !m.tokens[i].afterSkipped) {
			i++
		}
		if i > from {
			parts = append(parts, tokenSpan{from, i})
			i--
		}
	}
	return parts
}

func isDigitToken(t token) bool {
	_, isDigit := digitValue(t)
	return isDigit
}

// continuesNumber reports whether two parts can belong to one number.
func (m matcher) continuesNumber(part, next tokenSpan) bool {
	return next.start-part.end <= maxSpreadGap && !strings.ContainsRune(unitRunes, m.tokens[part.end].r)
}

// findLookalikes finds mobile numbers with letters in place of digits, such as l38oo13.
func findLookalikes(_ *Linter, m matcher) []tokenSpan {
	var found []tokenSpan
	for i := 0; i < len(m.tokens); i++ {
		from, letters := i, 0
		var digits []byte
		for i < len(m.tokens) && len(digits) <= 11 {
			value, isDigit := digitValue(m.tokens[i])
			if similar, known := similarLetters[m.tokens[i].r]; known && !isDigit {
				value, isDigit = similar, true
				letters++
			}
			if !isDigit {
				break
			}
			digits = append(digits, value)
			i++
		}
		if letters > 0 && letters <= maxLookalikes && len(digits) == 11 && isMobileNumber(string(digits)) {
			found = append(found, tokenSpan{from, i})
		}
		if i > from {
			i--
		}
	}
	return found
}

// maxLookalikes is the number of letters in a mobile number; with more it is a word.
const maxLookalikes = 6

var similarLetters = map[rune]byte{'o': '0', 'l': '1', 'i': '1', 'z': '2', 's': '5', 'b': '8'}

// creditCodeSigns are the signs of a unified social credit code, by value.
const creditCodeSigns = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// findCreditCodes finds unified social credit codes by their check sign (GB 32100).
func findCreditCodes(_ *Linter, m matcher) []tokenSpan {
	return slices.DeleteFunc(m.findCodes(18, 8), func(s tokenSpan) bool {
		if s.end-s.start != 18 {
			return true
		}
		sum, weight := 0, 1
		for i, t := range m.tokens[s.start:s.end] {
			value := strings.IndexRune(creditCodeSigns, unicode.ToUpper(t.r))
			if value < 0 {
				return true
			}
			if i < 17 {
				sum, weight = sum+value*weight, weight*3%31
			} else if value != (31-sum%31)%31 {
				return true
			}
		}
		return m.areDigits(s.start, s.end)
	})
}
