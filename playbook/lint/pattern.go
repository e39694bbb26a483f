package lint

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

// match gives the spans of a pattern, at most one from each beginning.
func (m matching) match(pat pattern) []hit {
	for _, it := range pat.items {
		if !m.any(it.lists) {
			return nil
		}
	}
	var found []hit
	failed := map[[2]int]bool{}
	for _, list := range pat.items[0].lists {
		for _, h := range m.hits[list] {
			if pat.begin && !m.clauseEnd(h.from-1) {
				continue
			}
			trail := make([]hit, len(pat.items))
			trail[0] = h
			if m.rest(pat, 1, trail, failed) {
				found = append(found, hit{trail[pat.first].from, trail[pat.last].to})
			}
		}
	}
	return found
}

// rest matches the items from number n on, the nearest and longest first. What
// has failed once from a place fails again: the search stays linear in the page.
func (m matching) rest(pat pattern, n int, trail []hit, failed map[[2]int]bool) bool {
	end := trail[n-1].to
	if n == len(pat.items) {
		return !pat.end || m.clauseEnd(end)
	}
	if failed[[2]int{n, end}] {
		return false
	}
	room := pat.items[n].room
	for at := end; at <= len(m.tokens) && !m.stopped(end, at); at++ {
		for _, h := range m.at(pat.items[n].lists, at) {
			trail[n] = h
			if m.rest(pat, n+1, trail, failed) {
				return true
			}
		}
		if room -= m.cost(at); room < 0 {
			break
		}
	}
	failed[[2]int{n, end}] = true
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
	slices.SortFunc(all, func(a, b hit) int { return b.to - a.to })
	return all
}

func (m matching) any(lists []int) bool {
	for _, list := range lists {
		if len(m.hits[list]) > 0 {
			return true
		}
	}
	return false
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

// guarded reports whether one of the hits stands where the guard looks. A hit
// that reaches into the span counts as standing beside it: 不贴 and 贴照片.
func (m matching) guarded(span hit, g guard, hits []hit) bool {
	low, high := span.from-g.reach-longest, span.to+g.reach
	if g.side == within {
		low, high = span.from-quotable, span.from
	}
	for _, h := range from(hits, low, high) {
		switch {
		case g.side == before && h.from < span.from:
			if h.to <= span.to && span.from-h.to <= g.reach && !m.stopped(min(h.to, span.from), span.from) {
				return true
			}
		case g.side == after && h.to > span.to:
			if h.from >= span.from && h.from-span.to <= g.reach && !m.stopped(span.to, max(h.from, span.to)) {
				return true
			}
		case g.side == inside && h.from >= span.from && h.to <= span.to:
			return true
		case g.side == within && h.from <= span.from && h.to >= span.to:
			return true
		}
	}
	return false
}
