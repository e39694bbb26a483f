package textlint

import (
	"slices"
	"strings"
	"unicode"
)

// Lists that the engine itself reads; a file of rules must have them.
const (
	surnames       = "surname"
	plainWords     = "plain_word"   // words that begin like a name and are none
	nameEnds       = "name_end"     // characters that no given name holds
	demands        = "demand"       // what a repeated line must hold to be pressing
	handlePrefixes = "number_label" // letters that may touch a number: tel13…
	idLabels       = "id_label"
	bounds         = "address_edge" // words at which an address begins
	givens         = "given_name"   // characters that given names are made of
)

var needed = []string{surnames, plainWords, nameEnds, demands, handlePrefixes, idLabels, bounds, givens}

// scanned are the lists that scanners fill, page by page.
var scanned = []string{"#", "@name", "@fullname", "@person", "@handle", "@quoted"}

// scan fills the scanned lists.
func (l *Linter) scan(m matching) {
	m.hits[l.numbers["#"]] = m.numerals()
	m.hits[l.numbers["@name"]] = l.names(m)
	m.hits[l.numbers["@fullname"]] = l.fullNames(m)
	m.hits[l.numbers["@person"]] = m.persons()
	m.hits[l.numbers["@handle"]] = m.handles()
	m.hits[l.numbers["@quoted"]] = l.quoted(m)
}

// numerals are short numbers, in digits or Chinese.
func (m matching) numerals() []hit {
	var found []hit
	for i := 0; i < len(m.tokens); i++ {
		from := i
		for i < len(m.tokens) && (m.tokens[i].kind == digit || strings.ContainsRune("零〇一二三四五六七八九十百千万两半几", m.tokens[i].r)) {
			i++
		}
		if i > from && i-from <= 6 {
			found = append(found, hit{from, i})
		}
	}
	return found
}

// names are Chinese names: a surname and one or two characters. A masked name
// (张*伟) is none.
func (l *Linter) names(m matching) []hit {
	var found []hit
	list := m.hits[l.numbers["{"+surnames+"}"]]
	words, ends := m.hits[l.numbers["{"+plainWords+"}"]], m.hits[l.numbers["{"+nameEnds+"}"]]
	given := func(i int) bool {
		return i < len(m.tokens) && m.tokens[i].kind == han && !m.tokens[i].mask && len(from(ends, i, i)) == 0
	}
	for _, h := range list {
		if overlaps(words, h) || len(from(words, h.to, h.to)) > 0 || !given(h.to) {
			continue
		}
		end := h.to + 1
		if given(end) && len(from(words, end, end)) == 0 {
			end++
		}
		if end >= len(m.tokens) || !m.tokens[end].mask {
			found = append(found, hit{h.from, end})
		}
	}
	return found
}

// overlaps reports whether a word begins at a surname or reaches into it: 谢谢.
func overlaps(words []hit, surname hit) bool {
	for _, w := range from(words, surname.from-1, surname.from) {
		if w.to > surname.from {
			return true
		}
	}
	return false
}

// fullNames are the names of a surname and two characters that given names are
// made of: they need no word beside them to be known for names.
func (l *Linter) fullNames(m matching) []hit {
	given := m.hits[l.numbers["{"+givens+"}"]]
	var found []hit
	for _, h := range m.hits[l.numbers["@name"]] {
		if len(from(given, h.to-1, h.to-1)) > 0 && len(from(given, h.to-2, h.to-2)) > 0 && h.to-h.from >= 3 {
			found = append(found, h)
		}
	}
	return found
}

// persons are one to three capitalised words of Latin letters.
func (m matching) persons() []hit {
	var found []hit
	for i := 0; i < len(m.tokens); i++ {
		to := m.capitalised(i)
		if to == i {
			continue
		}
		for range 2 {
			to = m.capitalised(to)
		}
		found = append(found, hit{i, to})
		i = to - 1
	}
	return found
}

// capitalised gives the end of a capitalised word at i, or i.
func (m matching) capitalised(i int) int {
	if i >= len(m.tokens) || !m.tokens[i].upper || i > 0 && m.tokens[i-1].kind == letter && !m.tokens[i].gap {
		return i
	}
	to := i + 1
	for to < len(m.tokens) && m.tokens[to].kind == letter && !m.tokens[to].gap && !m.tokens[to].upper {
		to++
	}
	if to-i < 2 {
		return i
	}
	return to
}

// handles are names of accounts: five or more letters and digits, tied by at
// most _ and -.
func (m matching) handles() []hit {
	var found []hit
	for i := 0; i < len(m.tokens); i++ {
		from := i
		for i < len(m.tokens) && m.handled(i) && (i == from || m.tied(i)) {
			i++
		}
		if i-from >= 5 && (i-from < longNumber || !m.digits(from, i)) {
			found = append(found, hit{from, i})
		}
		if i > from {
			i--
		}
	}
	return found
}

// longNumber is the length from which digits alone name no account.
const longNumber = 13

// digits reports that there is nothing else in a run of tokens.
func (m matching) digits(from, to int) bool {
	return !slices.ContainsFunc(m.tokens[from:to], func(t token) bool { return t.kind != digit })
}

func (m matching) handled(i int) bool {
	t := m.tokens[i]
	return t.kind == digit || t.kind == letter && t.r < unicode.MaxASCII
}

func (m matching) tied(i int) bool {
	for _, r := range m.text[m.tokens[i-1].at+1 : max(m.tokens[i].at, m.tokens[i-1].at+1)] {
		if r != '_' && r != '-' {
			return false
		}
	}
	return true
}

// emails are found in the text itself: their signs are no tokens.
func emails(_ *Linter, m matching) []hit {
	var found []hit
	for i, t := range m.tokens {
		before := t.at - 1
		if i == 0 || before < 0 || !strings.ContainsRune("@＠", m.text[before]) || m.tokens[i-1].at != before-1 {
			continue
		}
		first, last := i-1, i
		for first > 0 && m.mailed(first-1) {
			first--
		}
		dotted := false
		for last+1 < len(m.tokens) && m.mailed(last) {
			last++
			dotted = dotted || m.tokens[last].gap
		}
		if dotted && m.handled(i-1) {
			found = append(found, hit{first, last + 1})
		}
	}
	return found
}

// mailed reports whether token i and the next belong to one address.
func (m matching) mailed(i int) bool {
	gap := m.text[m.tokens[i].at+1 : max(m.tokens[i+1].at, m.tokens[i].at+1)]
	return m.handled(i) && m.handled(i+1) && (len(gap) == 0 || len(gap) == 1 && strings.ContainsRune("._-+", gap[0]))
}

// repetitions are demands said three times or more in a row.
func repetitions(l *Linter, m matching) []hit {
	var said []int // the tokens that are no punctuation
	for i, t := range m.tokens {
		if t.kind == han || t.kind == letter {
			said = append(said, i)
		}
	}
	var found []hit
	demand := m.hits[l.numbers["{"+demands+"}"]]
	for unit := 2; unit <= 12; unit++ {
		run := 0
		for i := unit; i <= len(said); i++ {
			if i < len(said) && m.tokens[said[i]].r == m.tokens[said[i-unit]].r {
				run++
				continue
			}
			first := i - run - unit
			if run >= 2*unit && len(from(demand, said[first], said[first+unit]-1)) > 0 {
				found = append(found, hit{said[first], said[i-1] + 1})
			}
			run = 0
		}
	}
	return found
}

// widen grows a span to the left over what belongs to it, up to the nearest
// punctuation, blank or edge word.
func (l *Linter) widen(m matching, span hit, most int) hit {
	edges := m.hits[l.numbers["{"+bounds+"}"]]
	for range most {
		i := span.from
		if i == 0 || m.tokens[i].gap || m.tokens[i-1].kind >= pause || ends(edges, i) {
			break
		}
		span.from--
	}
	return span
}

// ends reports whether one of the hits ends at a token.
func ends(hits []hit, at int) bool {
	for _, h := range from(hits, at-longest, at-1) {
		if h.to == at {
			return true
		}
	}
	return false
}
