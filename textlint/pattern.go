package textlint

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// pattern is a row of items with room between them. It is written like
// "{if_not} ..10 报警|{jail}": parts are separated by blanks; {name} is a list,
// # a number, @name what a scanner finds, everything else a word; | offers a
// choice; ..N lets up to N characters stand between. ^ and $ hold the pattern to
// the ends of a clause. <…> around items makes them the span. A word of several
// is tied with _, as in come_after.
type pattern struct {
	items      []item
	begin, end bool
	first      int // the items of the span
	last       int
}

// item is a choice of lists, after at most room characters.
type item struct {
	lists []int
	room  int
}

// compile reads a pattern; word gives the number of a list, name by name, and
// of a single word.
func compile(text string, list func(string) (int, error)) (pattern, error) {
	made := pattern{last: -1}
	room := 0
	for _, part := range strings.Fields(text) {
		switch {
		case part == "^":
			made.begin = true
		case part == "$":
			made.end = true
		case strings.HasPrefix(part, ".."):
			most, err := strconv.Atoi(part[2:])
			if err != nil || most < 1 || most > 30 {
				return pattern{}, fmt.Errorf("%q is no room of 1 to 30", part)
			}
			room = most
		default:
			if err := made.add(part, room, list); err != nil {
				return pattern{}, err
			}
			room = 0
		}
	}
	if len(made.items) == 0 {
		return pattern{}, fmt.Errorf("the pattern %q looks for nothing", text)
	}
	if room > 0 {
		return pattern{}, fmt.Errorf("the pattern %q ends with room for nothing", text)
	}
	if made.last < 0 {
		made.last = len(made.items) - 1
	}
	return made, nil
}

func (m *pattern) add(part string, room int, list func(string) (int, error)) error {
	if strings.HasPrefix(part, "<") {
		m.first = len(m.items)
	}
	if strings.HasSuffix(part, ">") {
		m.last = len(m.items)
	}
	lists, err := choice(strings.Trim(part, "<>"), list)
	if err != nil {
		return err
	}
	m.items = append(m.items, item{lists: lists, room: room})
	return nil
}

// choice reads what stands between the bars.
func choice(text string, list func(string) (int, error)) ([]int, error) {
	var lists []int
	for _, name := range strings.Split(text, "|") {
		number, err := list(name)
		if err != nil {
			return nil, err
		}
		lists = append(lists, number)
	}
	return lists, nil
}

// matching is one page with its hits, ready to be matched.
type matching struct {
	*page
	hits [][]hit
	long [families][]hit // numbers of ten digits and more
}

// search is one pattern held against one page.
type search struct {
	matching
	pattern
	live   [][]int // of each item, the lists that have a hit on the page
	trail  []hit
	failed map[[2]int]bool
}

// match gives the spans of a pattern, at most one from each beginning.
func (m matching) match(pat pattern) []hit {
	live := make([][]int, len(pat.items))
	for i, it := range pat.items {
		if live[i] = m.living(it.lists); len(live[i]) == 0 {
			return nil
		}
	}
	s := search{m, pat, live, make([]hit, len(pat.items)), map[[2]int]bool{}}
	var found []hit
	for _, list := range live[0] {
		for _, h := range m.hits[list] {
			if pat.begin && !m.clauseEnd(h.from-1) {
				continue
			}
			s.trail[0] = h
			if s.rest(1) {
				found = append(found, hit{s.trail[pat.first].from, s.trail[pat.last].to})
			}
		}
	}
	return found
}

// rest matches the items from number n on, the nearest and longest first. What
// has failed once from a place fails again: the search stays linear in the page.
func (s *search) rest(n int) bool {
	end := s.trail[n-1].to
	if n == len(s.items) {
		return !s.end || s.clauseEnd(end)
	}
	if s.failed[[2]int{n, end}] {
		return false
	}
	room := s.items[n].room
	for at := end; at <= len(s.tokens) && !s.stopped(end, at); at++ {
		for _, h := range s.at(s.live[n], at) {
			s.trail[n] = h
			if s.rest(n + 1) {
				return true
			}
		}
		if room -= s.cost(at); room < 0 {
			break
		}
	}
	s.failed[[2]int{n, end}] = true
	return false
}

// cost is the room a token takes: a word of letters takes as much as one
// Chinese character.
func (m matching) cost(i int) int {
	if i > 0 && i < len(m.tokens) && m.tokens[i].kind == letter && m.tokens[i-1].kind == letter && !m.tokens[i].gap {
		return 0
	}
	return 1
}

// at gives the hits of some lists that begin at a place, the longest first.
func (m matching) at(lists []int, place int) []hit {
	var all []hit
	for _, list := range lists {
		all = append(all, from(m.hits[list], place, place)...)
	}
	if len(all) > 1 {
		slices.SortFunc(all, func(a, b hit) int { return b.to - a.to })
	}
	return all
}

// living gives the lists that have a hit on the page.
func (m matching) living(lists []int) []int {
	var live []int
	for _, list := range lists {
		if len(m.hits[list]) > 0 {
			live = append(live, list)
		}
	}
	return live
}

// clauseEnd reports whether a token is outside of the clause: punctuation, or
// beyond the page.
func (m matching) clauseEnd(i int) bool {
	return i < 0 || i >= len(m.tokens) || m.tokens[i].kind >= pause
}

// excused reports whether one of the guards speaks for a span.
func (m matching) excused(span hit, guards []guard) bool {
	for _, g := range guards {
		for _, list := range g.lists {
			if m.guarded(span, g, m.hits[list]) {
				return true
			}
		}
	}
	return false
}

// guarded reports whether one of the hits stands where the guard looks.
func (m matching) guarded(span hit, g guard, hits []hit) bool {
	low, high := span.from-g.reach-longest, span.to+g.reach
	if g.side == within {
		low, high = span.from-quotable, span.from
	}
	for _, h := range from(hits, low, high) {
		if m.stands(h, span, g) {
			return true
		}
	}
	return false
}

// stands reports whether a hit stands on the side of the guard, near enough. A
// hit that reaches into the span counts as standing beside it: 不贴 and 贴照片.
func (m matching) stands(h, span hit, g guard) bool {
	switch g.side {
	case before:
		return h.from < span.from && h.to <= span.to && span.from-h.to <= g.reach && !m.stopped(min(h.to, span.from), span.from)
	case after:
		return h.to > span.to && h.from >= span.from && h.from-span.to <= g.reach && !m.stopped(span.to, max(h.from, span.to))
	case inside:
		return h.from >= span.from && h.to <= span.to
	default: // within
		return h.from <= span.from && h.to >= span.to
	}
}
