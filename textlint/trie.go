package textlint

// tokenSpan is a range of tokens, end excluded.
type tokenSpan struct{ start, end int }

// wordTrie finds the words of all lists in one pass over a text.
type wordTrie struct {
	nodes []trieNode
}

type trieNode struct {
	next  map[rune]int
	lists []int // the lists with the word that ends here
}

func newWordTrie() *wordTrie { return &wordTrie{nodes: []trieNode{{next: map[rune]int{}}}} }

// addWord adds a normalized word to a list.
func (w *wordTrie) addWord(word []rune, list int) {
	at := 0
	for _, r := range word {
		next, known := w.nodes[at].next[r]
		if !known {
			next = len(w.nodes)
			w.nodes[at].next[r] = next
			w.nodes = append(w.nodes, trieNode{next: map[rune]int{}})
		}
		at = next
	}
	w.nodes[at].lists = append(w.nodes[at].lists, list)
}

// findWords returns the spans of every list, sorted by start. Words are short, so
// the pass is linear in the length of the text.
func (w *wordTrie) findWords(n *normalizedText, lists int) [][]tokenSpan {
	spans := make([][]tokenSpan, lists)
	for from := range n.tokens {
		at := 0
		for to := from; to < len(n.tokens); to++ {
			next, known := w.nodes[at].next[n.tokens[to].r]
			if !known {
				break
			}
			at = next
			for _, list := range w.nodes[at].lists {
				if n.isWholeWord(from, to+1) {
					spans[list] = append(spans[list], tokenSpan{from, to + 1})
				}
			}
		}
	}
	return spans
}

// isWholeWord reports whether no letter touches a word of letters: "sb" is not
// found in "usb". Chinese has no word boundaries.
func (n *normalizedText) isWholeWord(from, to int) bool {
	first, last := n.tokens[from], n.tokens[to-1]
	if first.kind == letter && from > 0 && n.tokens[from-1].kind == letter && !first.afterSkipped {
		return false
	}
	return last.kind != letter || to == len(n.tokens) || n.tokens[to].kind != letter || n.tokens[to].afterSkipped
}

// hasSkippedInside reports whether anything was skipped inside a span.
func (n *normalizedText) hasSkippedInside(s tokenSpan) bool {
	for i := s.start + 1; i < s.end; i++ {
		if n.tokens[i].afterSkipped {
			return true
		}
	}
	return false
}

// withoutSafe drops the spans inside a longer, harmless word. A span with something
// skipped inside is dropped if it only overlaps one, as in "不去 死机了".
func withoutSafe(n *normalizedText, spans, safe []tokenSpan) []tokenSpan {
	if len(spans) == 0 || len(safe) == 0 {
		return spans
	}
	reach := make([]int, len(n.tokens)+1) // reach[i]: the last end of a harmless word that starts at or before i
	for _, s := range safe {
		reach[s.start] = max(reach[s.start], s.end)
	}
	for i := 1; i < len(reach); i++ {
		reach[i] = max(reach[i], reach[i-1])
	}
	kept := spans[:0:0]
	for _, s := range spans {
		if reach[s.start] >= s.end || n.hasSkippedInside(s) && reach[s.end-1] > s.start {
			continue
		}
		kept = append(kept, s)
	}
	return kept
}

// spansStartingIn returns the spans with a start from low to high, included.
func spansStartingIn(spans []tokenSpan, low, high int) []tokenSpan {
	first := firstStartingFrom(spans, low)
	last := first
	for last < len(spans) && spans[last].start <= high {
		last++
	}
	return spans[first:last]
}

// firstStartingFrom returns the index of the first span that starts at a token or after it.
func firstStartingFrom(spans []tokenSpan, start int) int {
	low, high := 0, len(spans)
	for low < high {
		if middle := (low + high) / 2; spans[middle].start < start {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low
}
