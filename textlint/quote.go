package textlint

import "strings"

// maxQuotationLength limits quotations, in characters. Longer ones count as the
// sender's own words.
const maxQuotationLength = 120

// The n-th closing mark belongs to the n-th opening mark.
const (
	openingMarks = "“‘「『\"'"
	closingMarks = "”’」』\"'"
)

// findQuotations finds the words of other people: in quotation marks after a phrase
// of the quotePatterns. Quoting a threat that one received is not a threat.
func (l *Linter) findQuotations(m matcher) []tokenSpan {
	afterPhrase := map[int]bool{}
	for _, pat := range l.quotePatterns {
		for _, s := range m.matchPattern(pat) {
			afterPhrase[s.end] = true
		}
	}
	var found []tokenSpan
	for i := 0; len(afterPhrase) > 0 && i < len(m.tokens); i++ {
		first := i
		if i > 0 && m.tokens[i-1].kind == clauseBreak {
			first = i - 1
		}
		if !afterPhrase[i] && !afterPhrase[first] {
			continue
		}
		if to := m.quotationEnd(i); to > i {
			found = append(found, tokenSpan{i, to})
		}
	}
	return found
}

// quotationEnd returns the end of the quotation that starts directly before token
// i, or i if there is none.
func (m matcher) quotationEnd(i int) int {
	first := 0
	if i > 0 {
		first = m.tokens[i-1].index + 1
	}
	for at := m.tokens[i].index - 1; at >= first; at-- {
		place := strings.IndexRune(openingMarks, m.original[at])
		if place < 0 {
			continue
		}
		return m.endBeforeMark(i, []rune(closingMarks)[len([]rune(openingMarks[:place]))])
	}
	return i
}

// endBeforeMark returns the first token after the closing mark, or i if the mark
// is missing.
func (m matcher) endBeforeMark(i int, mark rune) int {
	to := i
	for at := m.tokens[i].index; at < len(m.original) && at-m.tokens[i].index <= maxQuotationLength; at++ {
		if m.original[at] == mark && (mark != '\'' || at+1 == len(m.original) || m.original[at+1] == ' ') {
			return to
		}
		for to < len(m.tokens) && m.tokens[to].index <= at {
			to++
		}
	}
	return i
}
