package textlint

import "slices"

// findDates finds days in Chinese or ISO form: 1990年3月5日, 1990-03-05, 19900305.
func (m matcher) findDates() []tokenSpan {
	var found []tokenSpan
	for _, year := range m.shortParts() {
		if end := m.dateEnd(year); end > 0 {
			found = append(found, tokenSpan{year.start, end})
		}
	}
	return found
}

// dateEnd returns the end of the date that begins with a year, or 0.
func (m matcher) dateEnd(year tokenSpan) int {
	digits := m.digitsOf(year)
	if len(digits) == 8 && (digits[:2] == "19" || digits[:2] == "20") && digits[4] < '2' && digits[6] < '4' {
		return year.end
	}
	if len(digits) != 4 && len(digits) != 2 || year.end >= len(m.tokens) {
		return 0
	}
	if m.tokens[year.end].r == '年' {
		return m.datePart(year.end+1, '月', '日')
	}
	month := m.nextPart(year.end)
	day := m.nextPart(month)
	if len(digits) != 4 || month == 0 || day == 0 || !m.areDigits(year.start, day) {
		return 0
	}
	return day
}

// datePart returns the end of a month with its unit and, if it follows, a day.
func (m matcher) datePart(at int, unit, next rune) int {
	end := at
	for end < len(m.tokens) && end-at < 3 && (isDigitToken(m.tokens[end]) || m.tokens[end].r == '十') {
		end++
	}
	if end == at || end >= len(m.tokens) || m.tokens[end].r != unit && (unit != '日' || m.tokens[end].r != '号') {
		return 0
	}
	if unit == next {
		return end + 1
	}
	return max(end+1, m.datePart(end+1, next, next))
}

// nextPart returns the end of one or two digits after a single sign, or 0.
func (m matcher) nextPart(at int) int {
	end := at
	for end > 0 && end < len(m.tokens) && m.tokens[end].kind == digit && (end == at) == m.tokens[end].afterSkipped {
		end++
	}
	if end == at || end-at > 2 || m.tokens[at].index-m.tokens[at-1].index != 2 {
		return 0
	}
	return end
}

// firstPaymentYear is the year from which a day may be that of a payment. An earlier
// day is a birthday, or nothing that another party needs.
const firstPaymentYear = "2015"

// findOldDates finds days too early for a payment.
func findOldDates(l *Linter, m matcher) []tokenSpan {
	return slices.DeleteFunc(slices.Clone(m.spans[l.listIDs["@date"]]), func(s tokenSpan) bool {
		digits := m.digitsOf(tokenSpan{s.start, min(s.start+4, s.end)})
		return len(digits) != 4 || digits >= firstPaymentYear || digits < "1900"
	})
}
