package textlint

import (
	"strings"
	"time"
)

// detectors find what word lists cannot describe. Rules name them in detect.
var detectors = map[string]func(*Linter, matcher) []tokenSpan{
	"id_number":  func(_ *Linter, m matcher) []tokenSpan { return m.longNumbers[identityNumber] },
	"bank_card":  func(_ *Linter, m matcher) []tokenSpan { return m.longNumbers[bankCard] },
	"mobile":     func(_ *Linter, m matcher) []tokenSpan { return m.longNumbers[mobileNumber] },
	"landline":   func(_ *Linter, m matcher) []tokenSpan { return m.longNumbers[landlineNumber] },
	"email":      findEmails,
	"repetition": findRepetitions,
	"link":       findLinks,
	"plate":      findPlates,

	// Only the masker uses these.
	"number":        findNumbers,
	"mixed_code":    findMixedCodes,
	"credit_code":   findCreditCodes,
	"old_identity":  findOldIdentityNumbers,
	"spread_mobile": findSpreadMobiles,
	"lookalike":     findLookalikes,
	"old_date":      findOldDates,
	"dotted_name":   findDottedNames,
	"speaker":       findSpeakers,
}

// numberDigit is one digit of a possible number.
type numberDigit struct {
	token            int
	value            byte // '0' to '9'
	startsGroup      bool // the first one, or something separates it from the digit before
	afterPunctuation bool // a comma or line end is before it, which may also separate list items
}

// numberKind is a kind of long number.
type numberKind uint8

const (
	identityNumber numberKind = iota
	bankCard
	mobileNumber
	landlineNumber
	numberKinds
)

// numberFormat describes the numbers of a kind. A digit belongs to the first
// format that matches: no telephone number is found inside an identity number.
type numberFormat struct {
	kind    numberKind
	lengths []int
	isValid func(digits string) bool
}

var numberFormats = []numberFormat{
	{identityNumber, []int{18}, isIdentityNumber},
	{bankCard, []int{19, 18, 17, 16, 15}, isBankCard},
	{mobileNumber, []int{11, 13, 15}, isMobileNumber},
	{landlineNumber, []int{10, 11, 12}, isLandlineNumber},
}

// findLongNumbers finds the numbers of every kind in a text.
func (l *Linter) findLongNumbers(m matcher) [numberKinds][]tokenSpan {
	var found [numberKinds][]tokenSpan
	for _, run := range m.digitRuns {
		if len(run) >= 10 && l.touchesNoLetter(m, run) {
			l.findNumbersInRun(m, run, &found)
		}
	}
	return found
}

// findDigitRuns finds all possible numbers of a text.
func (m matcher) findDigitRuns() [][]numberDigit {
	var runs [][]numberDigit
	var all []numberDigit // of all runs, to allocate seldom
	for i := 0; i < len(m.tokens); i++ {
		from := len(all)
		if all = m.readDigits(all, i); len(all) > from {
			runs = append(runs, all[from:len(all):len(all)])
			i = all[len(all)-1].token
		}
	}
	return runs
}

// readDigits appends the digits from token i on. It skips what people put between
// digits, and stops at a word, a separator sign or the end of the text.
func (m matcher) readDigits(all []numberDigit, i int) []numberDigit {
	from := len(all)
	afterPunctuation := false
	for ; i < len(m.tokens); i++ {
		t, length := m.tokens[i], len(all)-from
		if length > 0 && t.afterSeparator {
			return all
		}
		value, isDigit := digitValue(t)
		switch {
		case isDigit:
			all = append(all, numberDigit{i, value, afterPunctuation || m.startsDigitGroup(i, length), afterPunctuation && length > 0})
			afterPunctuation = false
		case t.kind >= clauseBreak && length > 0 && !afterPunctuation:
			afterPunctuation = true
		case t.r == 'x' && !afterPunctuation && length >= 17:
			return append(all, numberDigit{i, 'X', t.afterSkipped, false})
		default:
			return all
		}
	}
	return all
}

// startsDigitGroup reports whether the digit at token i starts a group: it is the
// first, something was skipped before it, or the digits before it are of another
// script. before is the number of digits before it.
func (m matcher) startsDigitGroup(i, before int) bool {
	return before == 0 || m.tokens[i].afterSkipped || m.tokens[i-1].kind != m.tokens[i].kind
}

// digitValue returns the digit that a token represents, also for Chinese numerals.
func digitValue(t token) (byte, bool) {
	if t.kind == digit {
		return byte(t.r), true
	}
	if t.kind != han {
		return 0, false
	}
	value, known := hanDigits[t.r]
	return value, known
}

// hanDigits are the Chinese numerals, with the formal ones of banks and the 幺
// that is used in telephone numbers.
var hanDigits = map[rune]byte{
	'零': '0', '〇': '0', '一': '1', '幺': '1', '壹': '1', '二': '2', '贰': '2', '三': '3', '叁': '3', '四': '4', '肆': '4',
	'五': '5', '伍': '5', '六': '6', '陆': '6', '七': '7', '柒': '7', '八': '8', '捌': '8', '九': '9', '玖': '9',
}

// touchesNoLetter reports whether no letters touch a number, except labels such
// as "tel".
func (l *Linter) touchesNoLetter(m matcher, run []numberDigit) bool {
	first, last := run[0].token, run[len(run)-1].token
	if last+1 < len(m.tokens) && m.tokens[last+1].kind == letter && !m.tokens[last+1].afterSkipped {
		return false
	}
	touched := first > 0 && m.tokens[first-1].kind == letter && !m.tokens[first].afterSkipped
	return !touched || hasSpanEndingAt(m.spans[l.listIDs["{"+numberLabelList+"}"]], first)
}

// findNumbersInRun tries every format on every part of a run that starts and ends
// at a group boundary.
func (l *Linter) findNumbersInRun(m matcher, run []numberDigit, found *[numberKinds][]tokenSpan) {
	taken := make([]bool, len(run))
	for _, f := range numberFormats {
		for first := range run {
			if !run[first].startsGroup || taken[first] {
				continue
			}
			length := l.numberLength(m, f, run[first:], taken[first:])
			for i := first; i < first+length; i++ {
				taken[i] = true
			}
			if length > 0 {
				found[f.kind] = append(found[f.kind], tokenSpan{run[first].token, run[first+length-1].token + 1})
			}
		}
	}
}

// numberLength returns how many digits from the first on are a number of the
// format, or 0.
func (l *Linter) numberLength(m matcher, f numberFormat, run []numberDigit, taken []bool) int {
	for _, length := range f.lengths {
		if length > len(run) || taken[length-1] || length < len(run) && !run[length].startsGroup || !hasRegularGroups(run[:length]) {
			continue
		}
		digits := digitString(run[:length])
		if f.isValid(digits) || f.kind == identityNumber && l.isLabelledIdentity(m, run[0].token, digits) {
			return length
		}
	}
	return 0
}

func digitString(run []numberDigit) string {
	digits := make([]byte, len(run))
	for i, f := range run {
		digits[i] = f.value
	}
	return string(digits)
}

// hasRegularGroups distinguishes a number that is divided by commas or line ends
// from a list of amounts: its groups have one length, or 3, 4 and 4 digits as in a
// spoken telephone number.
func hasRegularGroups(run []numberDigit) bool {
	var groups []int
	afterPunctuation := false
	for i, f := range run {
		if i == 0 || f.startsGroup {
			groups = append(groups, 0)
		}
		groups[len(groups)-1]++
		afterPunctuation = afterPunctuation || i > 0 && f.afterPunctuation
	}
	if !afterPunctuation || len(run) == 11 && len(groups) == 3 && groups[0] == 3 && groups[1] == 4 {
		return true
	}
	for i, size := range groups {
		if size > groups[0] || size < groups[0] && i < len(groups)-1 {
			return false
		}
	}
	return len(groups) > 3
}

// isLabelledIdentity reports whether the text calls the digits an identity number
// and they contain a birthday. The check digit may be wrong: a typing error does
// not make the number harmless.
func (l *Linter) isLabelledIdentity(m matcher, token int, digits string) bool {
	for _, s := range spansStartingIn(m.spans[l.listIDs["{"+idLabelList+"}"]], token-6-maxWordLength, token-1) {
		if s.end <= token && token-s.end <= 6 && !m.endsSentence(s.end, token) {
			return hasBirthday(digits)
		}
	}
	return false
}

// isIdentityNumber checks the birthday and the check digit of a citizen identity
// number (GB 11643-1999, ISO 7064 MOD 11-2).
func isIdentityNumber(digits string) bool {
	if digits[0] == '0' || strings.ContainsRune(digits[:17], 'X') || !hasBirthday(digits) {
		return false
	}
	sum := 0
	for i, weight := range [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(digits[i]-'0')
	}
	return "10X98765432"[sum%11] == digits[17]
}

// hasBirthday reports whether an identity number contains a valid birthday.
func hasBirthday(digits string) bool {
	_, err := time.Parse("20060102", digits[6:14])
	return err == nil && (digits[6:8] == "19" || digits[6:8] == "20")
}

// isBankCard checks the issuer prefix, the length and the Luhn check digit of a
// bank card number (ISO/IEC 7812-1).
func isBankCard(digits string) bool {
	if !hasIssuerPrefix(digits) || strings.HasSuffix(digits, "X") {
		return false
	}
	sum := 0
	for i := range len(digits) {
		value := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			value *= 2
		}
		sum += value/10 + value%10
	}
	return sum%10 == 0
}

// hasIssuerPrefix reports whether a known issuer uses the prefix with this length.
func hasIssuerPrefix(digits string) bool {
	switch digits[:2] {
	case "60", "62", "65", "68", "69", "95":
		return len(digits) >= 16
	case "34", "37":
		return len(digits) == 15
	case "35", "51", "52", "53", "54", "55":
		return len(digits) == 16
	default:
		return digits[0] == '4' && len(digits) == 16
	}
}

// isMobileNumber checks a Chinese mobile number, with or without 86 or 0086 before it.
func isMobileNumber(digits string) bool {
	switch len(digits) {
	case 13:
		digits = strings.TrimPrefix(digits, "86")
	case 15:
		digits = strings.TrimPrefix(digits, "0086")
	}
	return len(digits) == 11 && digits[0] == '1' && digits[1] >= '3'
}

// isLandlineNumber checks an area code and the seven or eight digits after it.
func isLandlineNumber(digits string) bool {
	if digits[0] != '0' || digits[1] == '0' {
		return false
	}
	if digits[1] == '1' || digits[1] == '2' {
		return len(digits) == 11 && digits[3] != '0'
	}
	return len(digits) >= 11 && digits[4] != '0'
}
