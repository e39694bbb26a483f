package textlint

import (
	"bytes"
	"slices"
	"unicode"
	"unicode/utf8"
)

// maskScanners compute the lists that only rules for masking use.
var maskScanners = []scanner{
	{"@digits", func(l *Linter, m matcher) []tokenSpan { return l.withoutAmounts(m, m.digitParts(4)) }},
	{"@likelyname", (*Linter).findLikelyNames},
	{"@code", func(_ *Linter, m matcher) []tokenSpan { return m.findCodes(4, 1) }},
	{"@latin", func(_ *Linter, m matcher) []tokenSpan { return m.findLatinWords() }},
	{"@word", func(_ *Linter, m matcher) []tokenSpan { return m.findSeparateWords() }},
	{"@rest", func(_ *Linter, m matcher) []tokenSpan { return m.findRests() }},
	{"@date", func(_ *Linter, m matcher) []tokenSpan { return m.findDates() }},
}

// appendSpans appends what a rule finds to found.
func (r *maskRule) appendSpans(found []Span, l *Linter, m matcher, parts []asciiPart) []Span {
	if r.expression == nil {
		for _, s := range l.search(&r.searchSpec, m) {
			found = append(found, r.newSpan(m, m.tokens[s.start].index, m.tokens[s.end-1].index+1))
		}
		return found
	}
	for _, part := range parts {
		if r.Needs != "" && !bytes.Contains(part.text, []byte(r.Needs)) {
			continue
		}
		for _, at := range r.expression.FindAllSubmatchIndex(part.text, -1) {
			if len(at) > 2 && at[2] >= 0 {
				at = at[2:]
			}
			if at[0] < at[1] {
				found = append(found, r.newSpan(m, part.start+at[0], part.start+at[1]))
			}
		}
	}
	return found
}

func (r *maskRule) newSpan(m matcher, start, end int) Span {
	for r.ToBlank && end < len(m.original) && isJoined(m.original[end]) {
		end++
	}
	return Span{r.Kind, start, end}
}

// isJoined reports whether a character after a password or an account belongs to it.
func isJoined(r rune) bool {
	return r < unicode.MaxASCII && unicode.IsPrint(r) && r != ' ' && r != ',' && r != ';'
}

// find returns what is kept, sorted by start.
func (k keepSpec) find(l *Linter, m matcher, parts []asciiPart) []Span {
	var found []Span
	for i := range k.Rules {
		found = k.Rules[i].appendSpans(found, l, m, parts)
	}
	slices.SortFunc(found, func(a, b Span) int { return a.Start - b.Start })
	return found
}

// findKnown finds names that the caller knows, in any spelling that normalizes to
// the same characters. A single Chinese character is too common to be hidden
// everywhere: it must stand by itself.
func (m matcher) findKnown(l *Linter, names []string) []Span {
	trie := newWordTrie()
	for _, name := range names {
		if word := l.normalizeWord(name); len(word) > 0 {
			trie.addWord(word, 0)
		}
	}
	var found []Span
	for _, s := range trie.findWords(m.normalizedText, 1)[0] {
		if s.end-s.start == 1 && !m.standsAlone(s) || !m.hasDigitEdges(s) {
			continue
		}
		found = append(found, Span{"", m.tokens[s.start].index, m.tokens[s.end-1].index + 1})
	}
	return found
}

// standsAlone reports whether a span has blanks, signs or punctuation on both sides.
func (m matcher) standsAlone(s tokenSpan) bool {
	before := s.start == 0 || m.tokens[s.start].afterSkipped || m.tokens[s.start-1].kind >= clauseBreak
	after := s.end == len(m.tokens) || m.tokens[s.end].afterSkipped || m.tokens[s.end].kind >= clauseBreak
	return before && after
}

// hasDigitEdges reports whether no digit continues a number at either end: a part of
// a longer number is another number.
func (m matcher) hasDigitEdges(s tokenSpan) bool {
	continues := func(i, j, skipped int) bool {
		return j < len(m.tokens) && i >= 0 && m.tokens[i].kind == digit && m.tokens[j].kind == digit && !m.tokens[skipped].afterSkipped
	}
	return !continues(s.start-1, s.start, s.start) && !continues(s.end-1, s.end, min(s.end, len(m.tokens)-1))
}

// asciiPart is a part of a text in ASCII, with the place of its first character.
type asciiPart struct {
	text  []byte
	start int
}

// asciiParts returns the parts of a text that are in ASCII or in full-width signs,
// for regular expressions: one byte for each character. Shorter parts than minPart
// and instants, which fill chats, are left out.
func asciiParts(text []rune) []asciiPart {
	folded := make([]byte, len(text))
	for i, r := range text {
		folded[i] = foldRune(r)
	}
	var parts []asciiPart
	for from := 0; from < len(folded); {
		length := bytes.IndexAny(folded[from:], "\x00\n")
		if length < 0 {
			length = len(folded) - from
		}
		skipped := instantLength(folded[from : from+length])
		if length-skipped >= minPart {
			parts = append(parts, asciiPart{folded[from+skipped : from+length], from + skipped})
		}
		from += length + 1
	}
	return parts
}

const minPart = 3

// foldRune returns a character as ASCII, or 0.
func foldRune(r rune) byte {
	switch {
	case r < utf8.RuneSelf:
		return byte(r)
	case r >= '！' && r <= '～':
		return byte(r - '！' + '!')
	case r == '。' || r == '｡':
		return '.'
	case r == '￥' || r == '¥':
		return '$'
	case r == '　':
		return ' '
	default:
		return 0
	}
}

// instantLength returns the length of the instant at the start of a part, as in
// 2026-11-21 12:30:45, or 0.
func instantLength(part []byte) int {
	const layout = "0000-00-00 00:00:00"
	if len(part) < len(layout) || part[0] != '2' {
		return 0
	}
	for i := range layout {
		isDigit := part[i] >= '0' && part[i] <= '9'
		if layout[i] == '0' != isDigit || !isDigit && !bytes.ContainsRune([]byte("-/ T:"), rune(part[i])) {
			return 0
		}
	}
	return len(layout)
}

// findCodes finds letters and digits in a row, with - and _ between them: at least
// length of them, and so many digits.
func (m matcher) findCodes(length, digits int) []tokenSpan {
	var found []tokenSpan
	for i := 0; i < len(m.tokens); i++ {
		from, count := i, 0
		for i < len(m.tokens) && m.isHandleToken(i) && (i == from || m.isJoinedToPrevious(i)) {
			if m.tokens[i].kind == digit {
				count++
			}
			i++
		}
		if i-from >= length && count >= digits {
			found = append(found, tokenSpan{from, i})
		}
		if i > from {
			i--
		}
	}
	return found
}

// findLatinWords finds letters and digits in a row, also a single one.
func (m matcher) findLatinWords() []tokenSpan { return m.findCodes(1, 0) }

// findSeparateWords finds two to four Chinese characters between blanks, signs or
// punctuation, as the value after a label has.
func (m matcher) findSeparateWords() []tokenSpan {
	var found []tokenSpan
	for i := 0; i < len(m.tokens); i++ {
		from := i
		for i < len(m.tokens) && m.tokens[i].kind == han && (i == from || !m.tokens[i].afterSkipped) {
			i++
		}
		if s := (tokenSpan{from, i}); i-from >= 2 && i-from <= 4 && m.standsAlone(s) {
			found = append(found, s)
		}
		if i > from {
			i--
		}
	}
	return found
}

// maxRest is the length of the longest rest of a clause that may be a value.
const maxRest = 6

// findRests finds the last two to six Chinese characters before a blank, a sign or
// punctuation. A value that touches its label is one: 昵称山风.
func (m matcher) findRests() []tokenSpan {
	var found []tokenSpan
	end := 0 // of the run of characters that token i is in
	for i := range m.tokens {
		if end = max(end, i); m.tokens[i].kind != han {
			continue
		}
		for end < len(m.tokens) && m.tokens[end].kind == han && (end == i || !m.tokens[end].afterSkipped) {
			end++
		}
		if length := end - i; length >= 2 && length <= maxRest {
			found = append(found, tokenSpan{i, end})
		}
	}
	return found
}

// findDottedNames finds names such as 阿卜杜拉·买买提, with a dot between the parts.
func findDottedNames(_ *Linter, m matcher) []tokenSpan {
	var found []tokenSpan
	for i := 1; i < len(m.tokens); i++ {
		if !m.isNameDot(i) {
			continue
		}
		from, to := i-1, i+1
		for from > 0 && i-from < 6 && m.tokens[from-1].kind == han && !m.tokens[from].afterSkipped {
			from--
		}
		for to < len(m.tokens) && to-i < 6 && m.tokens[to].kind == han && (!m.tokens[to].afterSkipped || m.isNameDot(to)) {
			to++
		}
		if i-from >= 2 && to-i >= 2 {
			found = append(found, tokenSpan{from, to})
			i = to
		}
	}
	return found
}

// isNameDot reports whether a dot of names stands directly before token i.
func (m matcher) isNameDot(i int) bool {
	at := m.tokens[i].index - 1
	return m.tokens[i].kind == han && m.tokens[i-1].kind == han && at-m.tokens[i-1].index == 1 && slices.Contains([]rune("·•・‧･∙"), m.original[at])
}
