package textlint

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// kind is what a token is to the matcher.
type kind uint8

const (
	han    kind = iota // one Chinese character
	letter             // one letter of another script, in lower case
	digit              // one digit of any script, as '0' to '9'
	pause              // a comma: words do not cross it, gaps do
	stop               // the end of a sentence or line: nothing crosses it
)

// token is a character that counts. Blanks, symbols and invisible characters
// are no tokens: they leave a mark on the token after them.
type token struct {
	r    rune
	at   int // index of its character in the text
	kind kind
	// gap, mask and wall say what was passed over before this token: anything
	// at all, a mask as in 张*伟, a sign that never stands inside a number.
	gap, mask, wall bool
	upper           bool // a capital letter
}

// page is a text made plain.
type page struct {
	text   []rune // as given, one per character or invalid byte
	tokens []token
	stops  []int // stops[i] counts the stops before token i
}

const (
	pauses = ",，、"
	stops  = "。！!？?；;\n\r…"
	masks  = "*×"
	// walls keep the numbers on both sides apart: times, ranges, sums.
	walls = ":~%=¥$"
)

// read makes a text plain with the table of character variants.
func read(text string, variants map[rune]rune) *page {
	p := &page{text: []rune(text)}
	p.tokens = make([]token, 0, len(p.text))
	var passed token
	for at, original := range p.text {
		if common(original) {
			passed = p.put(original, at, passed, variants)
			continue
		}
		for _, r := range norm.NFKD.String(string(original)) {
			if !unicode.Is(unicode.Mn, r) || r == original {
				passed = p.put(r, at, passed, variants)
			}
		}
	}
	return p
}

// common reports that a character has no other form to undo, such as full
// width, circled, styled, or with the tone marks of Pinyin.
func common(r rune) bool {
	return r < 0x80 || r >= 0x4E00 && r <= 0x9FFF || r == '…' || r >= squared && r < squaredEnd
}

// squared to squaredEnd are the characters drawn in a square, 🈲: people put
// them between others as they do emoji, and none is read as its character.
const squared, squaredEnd = 0x1F200, 0x1F300

// put adds a character as a token, or passes over it; it gives what has been
// passed over since the last token.
func (p *page) put(r rune, at int, passed token, variants map[rune]rune) token {
	sign, what := classify(r, variants, p.follows(at))
	if sign == 0 {
		passed.gap = true
		passed.mask = passed.mask || strings.ContainsRune(masks, r)
		passed.wall = passed.wall || strings.ContainsRune(walls, r)
		return passed
	}
	passed.r, passed.kind, passed.at, passed.upper = sign, what, at, unicode.IsUpper(r)
	p.tokens = append(p.tokens, passed)
	return token{}
}

// follows is the character after the one at an index, or a blank at the end.
func (p *page) follows(at int) rune {
	if at+1 < len(p.text) {
		return p.text[at+1]
	}
	return ' '
}

// classify names a character, or gives 0 for one to pass over.
func classify(r rune, variants map[rune]rune, next rune) (rune, kind) {
	switch {
	case r >= '0' && r <= '9':
		return r, digit
	case r >= 0x4E00 && r <= 0x9FFF, unicode.Is(unicode.Han, r):
		if simple, known := variants[r]; known {
			r = simple
		}
		return r, han
	case unicode.IsLetter(r):
		return unicode.ToLower(r), letter
	case unicode.Is(unicode.Nd, r):
		return '0' + (r-zeroOf(r))%10, digit
	case strings.ContainsRune(pauses, r):
		return '，', pause
	case strings.ContainsRune(stops, r), r == '.' && unicode.IsSpace(next):
		return '。', stop
	default:
		return 0, 0
	}
}

// zeroOf is the zero of a digit's script: decimal digits stand in a row.
func zeroOf(r rune) rune {
	for back := range rune(9) {
		if !unicode.Is(unicode.Nd, r-back-1) {
			return r - back
		}
	}
	return r - 9
}

// settle drops the punctuation that stands between single characters, as in
// 曝，光: people write it to hide a word. Characters that stand alone by
// nature, such as 好，, are told apart by the list.
func (p *page) settle(alone func(rune) bool) {
	kept := p.tokens[:0:0]
	for i, t := range p.tokens {
		if t.kind >= pause && p.text[t.at] != '\n' && (p.single(i-1, -1, alone) || p.single(i+1, 1, alone)) {
			if i+1 < len(p.tokens) {
				p.tokens[i+1].gap = true
			}
			continue
		}
		kept = append(kept, t)
	}
	p.tokens = kept
	p.stops = make([]int, len(kept)+1)
	for i, t := range kept {
		p.stops[i+1] = p.stops[i]
		if t.kind == stop {
			p.stops[i+1]++
		}
	}
}

// single reports whether exactly one Chinese character stands between the
// punctuation next to i and the punctuation beyond it.
func (p *page) single(i, step int, alone func(rune) bool) bool {
	if i < 0 || i >= len(p.tokens) || p.tokens[i].kind != han || alone(p.tokens[i].r) {
		return false
	}
	beyond := i + step
	return beyond < 0 || beyond >= len(p.tokens) || p.tokens[beyond].kind >= pause
}

// stopped reports whether a sentence ends between two tokens, the second
// excluded.
func (p *page) stopped(from, to int) bool { return p.stops[to] > p.stops[from] }
