package textlint

import (
	"slices"
	"strings"
	"unicode"
)

// Lists that this package uses itself. The rule files must define them.
const (
	surnameList     = "surname"
	plainWordList   = "plain_word"   // words that start like a name
	nonNameList     = "name_end"     // characters that are in no given name
	demandList      = "demand"       // a repetition counts as pressure only with one of these
	numberLabelList = "number_label" // labels that may touch a number, such as tel in tel13…
	idLabelList     = "id_label"
	addressEdgeList = "address_edge" // words before which an address starts
	givenNameList   = "given_name"   // characters of common given names
)

var requiredLists = []string{surnameList, plainWordList, nonNameList, demandList, numberLabelList, idLabelList, addressEdgeList, givenNameList}

// scanner computes the spans of a list from a text instead of from words.
type scanner struct {
	list string
	find func(*Linter, matcher) []tokenSpan
}

// lintScanners are in an order in which each may read the lists before it.
var lintScanners = []scanner{
	{"#", func(_ *Linter, m matcher) []tokenSpan { return m.findShortNumbers() }},
	{"@name", (*Linter).findNames},
	{"@fullname", (*Linter).findFullNames},
	{"@person", func(_ *Linter, m matcher) []tokenSpan { return m.findLatinNames() }},
	{"@handle", func(_ *Linter, m matcher) []tokenSpan { return m.findHandles() }},
	{"@quoted", (*Linter).findQuotations},
}

// fillScannedLists finds the spans of the lists of all scanners.
func (l *Linter) fillScannedLists(m matcher) {
	for _, s := range l.scanners {
		m.spans[l.listIDs[s.list]] = s.find(l, m)
	}
}

// findShortNumbers finds numbers of up to six digits or Chinese numerals.
func (m matcher) findShortNumbers() []tokenSpan {
	var found []tokenSpan
	for i := 0; i < len(m.tokens); i++ {
		from := i
		for i < len(m.tokens) && (m.tokens[i].kind == digit || strings.ContainsRune("零〇一二三四五六七八九十百千万两半几", m.tokens[i].r)) {
			i++
		}
		if i > from && i-from <= 6 {
			found = append(found, tokenSpan{from, i})
		}
	}
	return found
}

// findNames finds Chinese names: a surname and one or two characters. A masked
// name such as 张*伟 does not count.
func (l *Linter) findNames(m matcher) []tokenSpan {
	var found []tokenSpan
	words := m.spans[l.listIDs["{"+plainWordList+"}"]]
	for _, s := range l.findSurnames(m) {
		if !l.isGivenName(m, s.end) {
			continue
		}
		end := s.end + 1
		if l.isGivenName(m, end) && len(spansStartingIn(words, end, end)) == 0 {
			end++
		}
		if end >= len(m.tokens) || !m.tokens[end].afterMask {
			found = append(found, tokenSpan{s.start, end})
		}
	}
	return found
}

// findSurnames finds surnames that are not part of another word.
func (l *Linter) findSurnames(m matcher) []tokenSpan {
	words := m.spans[l.listIDs["{"+plainWordList+"}"]]
	var found []tokenSpan
	for _, s := range m.spans[l.listIDs["{"+surnameList+"}"]] {
		if !overlapsSurname(words, s) && len(spansStartingIn(words, s.end, s.end)) == 0 {
			found = append(found, s)
		}
	}
	return found
}

// isGivenName reports whether token i may be a character of a given name.
func (l *Linter) isGivenName(m matcher, i int) bool {
	return i < len(m.tokens) && m.tokens[i].kind == han && !m.tokens[i].afterMask &&
		len(spansStartingIn(m.spans[l.listIDs["{"+nonNameList+"}"]], i, i)) == 0
}

// overlapsSurname reports whether a word starts at a surname or overlaps it from
// the left, as 谢谢 does.
func overlapsSurname(words []tokenSpan, surname tokenSpan) bool {
	for _, w := range spansStartingIn(words, surname.start-1, surname.start) {
		if w.end > surname.start {
			return true
		}
	}
	return false
}

// findFullNames finds names with two characters of common given names. They are
// recognised as names without a word such as 姓名 near them.
func (l *Linter) findFullNames(m matcher) []tokenSpan {
	given := m.spans[l.listIDs["{"+givenNameList+"}"]]
	var found []tokenSpan
	for _, s := range m.spans[l.listIDs["@name"]] {
		if len(spansStartingIn(given, s.end-1, s.end-1)) > 0 && len(spansStartingIn(given, s.end-2, s.end-2)) > 0 && s.end-s.start >= 3 {
			found = append(found, s)
		}
	}
	return found
}

// findLatinNames finds one to three capitalised words.
func (m matcher) findLatinNames() []tokenSpan {
	var found []tokenSpan
	for i := 0; i < len(m.tokens); i++ {
		to := m.capitalisedWordEnd(i)
		if to == i {
			continue
		}
		for range 2 {
			to = m.capitalisedWordEnd(to)
		}
		found = append(found, tokenSpan{i, to})
		i = to - 1
	}
	return found
}

// capitalisedWordEnd returns the end of the capitalised word at i, or i if there
// is none.
func (m matcher) capitalisedWordEnd(i int) int {
	if i >= len(m.tokens) || !m.tokens[i].isUpper || i > 0 && m.tokens[i-1].kind == letter && !m.tokens[i].afterSkipped {
		return i
	}
	to := i + 1
	for to < len(m.tokens) && m.tokens[to].kind == letter && !m.tokens[to].afterSkipped && !m.tokens[to].isUpper {
		to++
	}
	if to-i < 2 {
		return i
	}
	return to
}

// findHandles finds account names: five or more letters and digits, joined
// directly or by _ and -.
func (m matcher) findHandles() []tokenSpan {
	var found []tokenSpan
	for i := 0; i < len(m.tokens); i++ {
		from := i
		for i < len(m.tokens) && m.isHandleToken(i) && (i == from || m.isJoinedToPrevious(i)) {
			i++
		}
		if i-from >= 5 && (i-from <= maxDigitHandle || !m.areDigits(from, i)) {
			found = append(found, tokenSpan{from, i})
		}
		if i > from {
			i--
		}
	}
	return found
}

// maxDigitHandle is the length up to which digits alone may be an account name.
const maxDigitHandle = 12

// areDigits reports whether all tokens of a range are digits.
func (m matcher) areDigits(from, to int) bool {
	return !slices.ContainsFunc(m.tokens[from:to], func(t token) bool { return t.kind != digit })
}

// isHandleToken reports whether token i may be part of an account name.
func (m matcher) isHandleToken(i int) bool {
	t := m.tokens[i]
	return t.kind == digit || t.kind == letter && t.r < unicode.MaxASCII
}

// isJoinedToPrevious reports whether only _ and - are between token i and the one
// before it.
func (m matcher) isJoinedToPrevious(i int) bool {
	for _, r := range m.original[m.tokens[i-1].index+1 : max(m.tokens[i].index, m.tokens[i-1].index+1)] {
		if r != '_' && r != '-' {
			return false
		}
	}
	return true
}

// findEmails searches the original text, because the signs of an address are not
// tokens.
func findEmails(_ *Linter, m matcher) []tokenSpan {
	var found []tokenSpan
	for i, t := range m.tokens {
		before := t.index - 1
		if i == 0 || before < 0 || !strings.ContainsRune("@＠", m.original[before]) || m.tokens[i-1].index != before-1 {
			continue
		}
		first, last := i-1, i
		for first > 0 && m.joinsEmailAddress(first-1) {
			first--
		}
		dotted := false
		for last+1 < len(m.tokens) && m.joinsEmailAddress(last) {
			last++
			dotted = dotted || m.tokens[last].afterSkipped
		}
		if dotted && m.isHandleToken(i-1) {
			found = append(found, tokenSpan{first, last + 1})
		}
	}
	return found
}

// joinsEmailAddress reports whether tokens i and i+1 belong to one address.
func (m matcher) joinsEmailAddress(i int) bool {
	gap := m.original[m.tokens[i].index+1 : max(m.tokens[i+1].index, m.tokens[i].index+1)]
	return m.isHandleToken(i) && m.isHandleToken(i+1) && (len(gap) == 0 || len(gap) == 1 && strings.ContainsRune("._-+", gap[0]))
}

// findRepetitions finds demands that are repeated three times or more in a row.
func findRepetitions(l *Linter, m matcher) []tokenSpan {
	var letters []int // tokens that are no digits and no punctuation
	for i, t := range m.tokens {
		if t.kind == han || t.kind == letter {
			letters = append(letters, i)
		}
	}
	var found []tokenSpan
	demand := m.spans[l.listIDs["{"+demandList+"}"]]
	for unit := 2; unit <= 12; unit++ {
		run := 0
		for i := unit; i <= len(letters); i++ {
			if i < len(letters) && m.tokens[letters[i]].r == m.tokens[letters[i-unit]].r {
				run++
				continue
			}
			first := i - run - unit
			if run >= 2*unit && len(spansStartingIn(demand, letters[first], letters[first+unit]-1)) > 0 {
				found = append(found, tokenSpan{letters[first], letters[i-1] + 1})
			}
			run = 0
		}
	}
	return found
}

// widenSpan extends a span to the left by at most so many characters, up to
// punctuation, a blank or a word at which the search stops growing.
func (l *Linter) widenSpan(m matcher, span tokenSpan, s *searchSpec) tokenSpan {
	edges := m.spans[s.edgeList]
	for range s.Widen {
		i := span.start
		if i == 0 || m.tokens[i].afterSkipped || m.tokens[i-1].kind >= clauseBreak || hasSpanEndingAt(edges, i) {
			break
		}
		span.start--
	}
	return span
}

// hasSpanEndingAt reports whether one of the spans ends directly before a token.
func hasSpanEndingAt(spans []tokenSpan, at int) bool {
	for _, s := range spansStartingIn(spans, at-maxWordLength, at-1) {
		if s.end == at {
			return true
		}
	}
	return false
}
