package textlint

import "strings"

// quotable is the longest quotation, in characters; what is longer is taken
// for the sender's own words.
const quotable = 120

// quotes that open, and those that close them, by their place.
const (
	opening = "“‘「『\"'"
	closing = "”’」』\"'"
)

// quoted are the words of somebody else: between quotation marks, and said to
// be his. Repeating a threat that one has received is no threat.
func (l *Linter) quoted(m matching) []hit {
	said := map[int]bool{}
	for _, pat := range l.reported {
		for _, h := range m.match(pat) {
			said[h.to] = true
		}
	}
	var found []hit
	for i := 0; len(said) > 0 && i < len(m.tokens); i++ {
		first := i
		if i > 0 && m.tokens[i-1].kind == pause {
			first = i - 1
		}
		if !said[i] && !said[first] {
			continue
		}
		if to := m.quotation(i); to > i {
			found = append(found, hit{i, to})
		}
	}
	return found
}

// quotation gives the end of the quotation that begins right before token i,
// or i.
func (m matching) quotation(i int) int {
	first := 0
	if i > 0 {
		first = m.tokens[i-1].at + 1
	}
	for at := m.tokens[i].at - 1; at >= first; at-- {
		place := strings.IndexRune(opening, m.text[at])
		if place < 0 {
			continue
		}
		return m.closed(i, []rune(closing)[len([]rune(opening[:place]))])
	}
	return i
}

// closed gives the first token after the closing mark, or i.
func (m matching) closed(i int, mark rune) int {
	to := i
	for at := m.tokens[i].at; at < len(m.text) && at-m.tokens[i].at <= quotable; at++ {
		if m.text[at] == mark && (mark != '\'' || at+1 == len(m.text) || m.text[at+1] == ' ') {
			return to
		}
		for to < len(m.tokens) && m.tokens[to].at <= at {
			to++
		}
	}
	return i
}
