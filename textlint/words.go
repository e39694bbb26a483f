package textlint

import "sort"

// hit is a run of tokens that belongs to a list: [from, to).
type hit struct{ from, to int }

// words finds the words of many lists in one walk over a page.
type words struct {
	nodes []node
}

type node struct {
	next  map[rune]int
	lists []int // the lists that have the word ending here
}

func newWords() *words { return &words{nodes: []node{{next: map[rune]int{}}}} }

// add puts a folded word on a list.
func (w *words) add(word []rune, list int) {
	at := 0
	for _, r := range word {
		next, known := w.nodes[at].next[r]
		if !known {
			next = len(w.nodes)
			w.nodes[at].next[r] = next
			w.nodes = append(w.nodes, node{next: map[rune]int{}})
		}
		at = next
	}
	w.nodes[at].lists = append(w.nodes[at].lists, list)
}

// find gives the hits of every list, in the order of where they begin. Words
// are short, so the walk is linear in the page.
func (w *words) find(p *page, lists int) [][]hit {
	hits := make([][]hit, lists)
	for from := range p.tokens {
		at := 0
		for to := from; to < len(p.tokens); to++ {
			next, known := w.nodes[at].next[p.tokens[to].r]
			if !known {
				break
			}
			at = next
			for _, list := range w.nodes[at].lists {
				if p.whole(from, to+1) {
					hits[list] = append(hits[list], hit{from, to + 1})
				}
			}
		}
	}
	return hits
}

// whole reports that no letter touches a word of letters: "sb" is no part of
// "usb". Chinese needs no such edge.
func (p *page) whole(from, to int) bool {
	first, last := p.tokens[from], p.tokens[to-1]
	if first.kind == letter && from > 0 && p.tokens[from-1].kind == letter && !first.gap {
		return false
	}
	return last.kind != letter || to == len(p.tokens) || p.tokens[to].kind != letter || p.tokens[to].gap
}

// gapped reports whether anything was passed over inside a hit.
func (p *page) gapped(h hit) bool {
	for i := h.from + 1; i < h.to; i++ {
		if p.tokens[i].gap {
			return true
		}
	}
	return false
}

// without drops the hits that a longer, harmless word explains. A hit with
// something passed over inside is dropped when it only touches one: "不去 死机了".
func without(p *page, hits, safe []hit) []hit {
	if len(hits) == 0 || len(safe) == 0 {
		return hits
	}
	reach := make([]int, len(p.tokens)+1) // reach[i]: the furthest end of a harmless word that begins at i or before
	for _, s := range safe {
		reach[s.from] = max(reach[s.from], s.to)
	}
	for i := 1; i < len(reach); i++ {
		reach[i] = max(reach[i], reach[i-1])
	}
	kept := hits[:0:0]
	for _, h := range hits {
		if reach[h.from] >= h.to || p.gapped(h) && reach[h.to-1] > h.from {
			continue
		}
		kept = append(kept, h)
	}
	return kept
}

// from gives the hits that begin in [low, high].
func from(hits []hit, low, high int) []hit {
	first := sort.Search(len(hits), func(i int) bool { return hits[i].from >= low })
	last := first
	for last < len(hits) && hits[last].from <= high {
		last++
	}
	return hits[first:last]
}
