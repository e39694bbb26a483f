package textlint

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// pattern is a sequence of items with gaps between them, written for example as
// "{if_not} ..10 报警|{jail}". Parts are separated by blanks:
//
//	{name}   a word of this list
//	#        a short number
//	@name    what a scanner finds, see scannedLists
//	word     this word; the parts of come_after are joined by _
//	a|b      a or b
//	..N      a gap of up to N characters
//	^ $      the start and the end of a clause
//	<a b>    only these items are the span of the finding
type pattern struct {
	items                      []patternItem
	atClauseStart, atClauseEnd bool
	spanFirst, spanLast        int // indexes of the first and last item of the span
}

// patternItem matches a word of any of its lists, after a gap of at most maxGap
// characters.
type patternItem struct {
	lists  []int
	maxGap int
}

// compilePattern parses a pattern. listID returns the list for a name or a word.
func compilePattern(text string, listID func(string) (int, error)) (pattern, error) {
	compiled := pattern{spanLast: -1}
	gap := 0
	for _, part := range strings.Fields(text) {
		switch {
		case part == "^":
			compiled.atClauseStart = true
		case part == "$":
			compiled.atClauseEnd = true
		case strings.HasPrefix(part, ".."):
			most, err := strconv.Atoi(part[2:])
			if err != nil || most < 1 || most > 30 {
				return pattern{}, fmt.Errorf("%q: a gap must allow 1 to 30 characters", part)
			}
			gap = most
		default:
			if err := compiled.addItem(part, gap, listID); err != nil {
				return pattern{}, err
			}
			gap = 0
		}
	}
	if len(compiled.items) == 0 {
		return pattern{}, fmt.Errorf("the pattern %q has no words", text)
	}
	if gap > 0 {
		return pattern{}, fmt.Errorf("the pattern %q ends with a gap", text)
	}
	if compiled.spanLast < 0 {
		compiled.spanLast = len(compiled.items) - 1
	}
	return compiled, nil
}

func (p *pattern) addItem(part string, gap int, listID func(string) (int, error)) error {
	if strings.HasPrefix(part, "<") {
		p.spanFirst = len(p.items)
	}
	if strings.HasSuffix(part, ">") {
		p.spanLast = len(p.items)
	}
	lists, err := parseAlternatives(strings.Trim(part, "<>"), listID)
	if err != nil {
		return err
	}
	p.items = append(p.items, patternItem{lists: lists, maxGap: gap})
	return nil
}

// parseAlternatives returns the lists of the alternatives in a|b.
func parseAlternatives(text string, listID func(string) (int, error)) ([]int, error) {
	var lists []int
	for _, name := range strings.Split(text, "|") {
		id, err := listID(name)
		if err != nil {
			return nil, err
		}
		lists = append(lists, id)
	}
	return lists, nil
}

// matcher is a normalized text with the spans of all lists, ready for patterns.
type matcher struct {
	*normalizedText
	spans       [][]tokenSpan            // by list id, sorted by start
	digitRuns   [][]numberDigit          // see readDigits
	longNumbers [numberKinds][]tokenSpan // numbers of ten digits and more
}

// patternSearch is the search for one pattern in one text.
type patternSearch struct {
	matcher
	pattern
	lists   [][]int         // for each item, its lists that have a span in the text
	matched []tokenSpan     // for each item, the span that it matched
	failed  map[[2]int]bool // item and position from which no match exists
}

// matchPattern returns the spans of a pattern, at most one for each span of the
// first item.
func (m matcher) matchPattern(pat pattern) []tokenSpan {
	lists := make([][]int, len(pat.items))
	for i, it := range pat.items {
		if lists[i] = m.nonEmptyLists(it.lists); len(lists[i]) == 0 {
			return nil
		}
	}
	s := patternSearch{m, pat, lists, make([]tokenSpan, len(pat.items)), nil}
	var found []tokenSpan
	for _, list := range lists[0] {
		for _, word := range m.spans[list] {
			if pat.atClauseStart && !m.isClauseBoundary(word.start-1) {
				continue
			}
			s.matched[0] = word
			if s.matchFrom(1) {
				found = append(found, tokenSpan{s.matched[pat.spanFirst].start, s.matched[pat.spanLast].end})
			}
		}
	}
	return found
}

// matchFrom matches item n and those after it, the nearest and longest spans
// first. Failed positions are remembered, so the search is linear in the text.
func (s *patternSearch) matchFrom(n int) bool {
	end := s.matched[n-1].end
	if n == len(s.items) {
		return !s.atClauseEnd || s.isClauseBoundary(end)
	}
	if s.failed[[2]int{n, end}] {
		return false
	}
	for _, word := range s.wordsWithinGap(n, end) {
		s.matched[n] = word
		if s.matchFrom(n + 1) {
			return true
		}
	}
	if n > 1 { // the first gap is seldom searched twice from one place
		if s.failed == nil {
			s.failed = map[[2]int]bool{}
		}
		s.failed[[2]int{n, end}] = true
	}
	return false
}

// wordsWithinGap returns the words for item n after a token, the nearest and longest first.
func (s *patternSearch) wordsWithinGap(n, end int) []tokenSpan {
	var all []tokenSpan
	for _, list := range s.lists[n] {
		words := s.spans[list]
		for i := firstStartingFrom(words, end); i < len(words) && s.isWithinGap(end, words[i].start, s.items[n].maxGap); i++ {
			all = append(all, words[i])
		}
	}
	if len(all) > 1 {
		slices.SortFunc(all, func(a, b tokenSpan) int { return cmp.Or(a.start-b.start, b.end-a.end) })
	}
	return all
}

// isWithinGap reports whether a gap of at most so many characters and no end of a
// sentence is between two tokens.
func (m matcher) isWithinGap(end, start, gap int) bool {
	return m.gapCosts[start]-m.gapCosts[end] <= gap && !m.endsSentence(end, start)
}

// nonEmptyLists returns those of the lists that have a span in the text.
func (m matcher) nonEmptyLists(lists []int) []int {
	var found []int
	for _, list := range lists {
		if len(m.spans[list]) > 0 {
			found = append(found, list)
		}
	}
	return found
}

// isClauseBoundary reports whether token i is punctuation or outside of the text.
func (m matcher) isClauseBoundary(i int) bool {
	return i < 0 || i >= len(m.tokens) || m.tokens[i].kind >= clauseBreak
}

// hasException reports whether one of the exceptions applies to a span.
func (m matcher) hasException(span tokenSpan, exceptions []exception) bool {
	for _, e := range exceptions {
		for _, list := range e.lists {
			if m.hasExceptionWord(span, e, m.spans[list]) {
				return true
			}
		}
	}
	return false
}

// hasExceptionWord reports whether one of the words is at the position that the
// exception names.
func (m matcher) hasExceptionWord(span tokenSpan, e exception, words []tokenSpan) bool {
	low, high := span.start-e.reach-maxWordLength, span.end+e.reach
	if e.position == wordAround {
		low, high = span.start-maxQuotationLength, span.start
	}
	for _, word := range spansStartingIn(words, low, high) {
		if m.isAtPosition(word, span, e) {
			return true
		}
	}
	return false
}

// isAtPosition reports whether a word is at the position of the exception and
// within its reach. A word that overlaps the span counts as before or after it:
// 不贴 overlaps 贴照片.
func (m matcher) isAtPosition(word, span tokenSpan, e exception) bool {
	switch e.position {
	case wordBefore:
		return word.start < span.start && word.end <= span.end && span.start-word.end <= e.reach && !m.endsSentence(min(word.end, span.start), span.start)
	case wordAfter:
		return word.end > span.end && word.start >= span.start && word.start-span.end <= e.reach && !m.endsSentence(span.end, max(word.start, span.end))
	case wordInside:
		return word.start >= span.start && word.end <= span.end
	default: // wordAround
		return word.start <= span.start && word.end >= span.end
	}
}
