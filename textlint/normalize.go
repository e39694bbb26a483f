package textlint

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// tokenKind is the class of a token.
type tokenKind uint8

const (
	han           tokenKind = iota // one Chinese character
	letter                         // one letter of another script, in lower case
	digit                          // one digit of any script, as '0' to '9'
	clauseBreak                    // a comma: a gap may contain it, a word may not
	sentenceBreak                  // the end of a sentence or line: neither may contain it
)

// token is a character that patterns see. Blanks, symbols and invisible characters
// are skipped; the token after them records that.
type token struct {
	r     rune
	index int // index of its character in the text
	kind  tokenKind
	// What was skipped directly before this token: anything, a mask sign as in
	// 张*伟, or a sign that separates numbers.
	afterSkipped, afterMask, afterSeparator bool
	isUpper                                 bool
}

// normalizedText is a text as tokens, with the original for positions.
type normalizedText struct {
	original       []rune // one rune for each character or invalid byte
	tokens         []token
	sentenceBreaks []int // sentenceBreaks[i] counts the sentence breaks before token i
	gapCosts       []int // gapCosts[i] is how much of a gap the tokens before token i use
}

const (
	clauseBreakSigns   = ",，、"
	sentenceBreakSigns = "。！!？?；;\n\r…"
	maskSigns          = "*×"
	// A number does not continue after these: they write times, ranges and amounts.
	separatorSigns = ":~%=¥$"
)

// normalizeText converts a text to tokens. variants maps characters to their
// simplified form.
func normalizeText(text string, variants map[rune]rune) *normalizedText {
	n := &normalizedText{original: []rune(text)}
	n.tokens = make([]token, 0, len(n.original))
	var skipped token
	for at, original := range n.original {
		if needsNoNormalization(original) {
			skipped = n.appendRune(original, at, skipped, variants)
			continue
		}
		for _, r := range norm.NFKD.String(string(original)) {
			if !unicode.Is(unicode.Mn, r) || r == original {
				skipped = n.appendRune(r, at, skipped, variants)
			}
		}
	}
	return n
}

// needsNoNormalization reports whether NFKD must not or need not change a
// character. NFKD undoes full-width, circled and styled forms and the tone marks
// of Pinyin.
func needsNoNormalization(r rune) bool {
	return r < 0x80 || r >= 0x4E00 && r <= 0x9FFF || r == '…' || r >= enclosedIdeographs && r < enclosedIdeographsEnd
}

// Characters in a square such as 🈲, end excluded. People put them between others
// like emoji, so they are skipped and not read as the character inside.
const enclosedIdeographs, enclosedIdeographsEnd = 0x1F200, 0x1F300

// appendRune adds a character as a token or skips it. It returns what has been
// skipped since the last token.
func (n *normalizedText) appendRune(r rune, at int, skipped token, variants map[rune]rune) token {
	simple, kind := classifyRune(r, variants, n.runeAfter(at))
	if simple == 0 {
		skipped.afterSkipped = true
		skipped.afterMask = skipped.afterMask || strings.ContainsRune(maskSigns, r)
		skipped.afterSeparator = skipped.afterSeparator || strings.ContainsRune(separatorSigns, r)
		return skipped
	}
	skipped.r, skipped.kind, skipped.index, skipped.isUpper = simple, kind, at, unicode.IsUpper(r)
	n.tokens = append(n.tokens, skipped)
	return token{}
}

// runeAfter returns the character after an index, or a blank at the end.
func (n *normalizedText) runeAfter(at int) rune {
	if at+1 < len(n.original) {
		return n.original[at+1]
	}
	return ' '
}

// classifyRune returns the simple form and the kind of a character, or 0 if it is
// to be skipped.
func classifyRune(r rune, variants map[rune]rune, next rune) (rune, tokenKind) {
	switch {
	case r >= '0' && r <= '9':
		return r, digit
	case r >= 0x4E00 && r <= 0x9FFF, unicode.Is(unicode.Han, r):
		if simplified, known := variants[r]; known {
			r = simplified
		}
		return r, han
	case unicode.IsLetter(r):
		return unicode.ToLower(r), letter
	case unicode.Is(unicode.Nd, r):
		return '0' + (r-zeroDigit(r))%10, digit
	case strings.ContainsRune(clauseBreakSigns, r):
		return '，', clauseBreak
	case strings.ContainsRune(sentenceBreakSigns, r), r == '.' && unicode.IsSpace(next):
		return '。', sentenceBreak
	default:
		return 0, 0
	}
}

// zeroDigit returns the zero of a digit's script. Unicode places the ten digits of
// a script in sequence.
func zeroDigit(r rune) rune {
	for back := range rune(9) {
		if !unicode.Is(unicode.Nd, r-back-1) {
			return r - back
		}
	}
	return r - 9
}

// dropIsolatingBreaks removes punctuation around single characters, as in 曝，光:
// people add it to hide a word. It keeps punctuation around characters for which
// standalone returns true, such as 好，.
func (n *normalizedText) dropIsolatingBreaks(standalone func(rune) bool) {
	kept := make([]token, 0, len(n.tokens))
	for i, t := range n.tokens {
		if t.kind >= clauseBreak && n.original[t.index] != '\n' && (n.isSingleHan(i-1, -1, standalone) || n.isSingleHan(i+1, 1, standalone)) {
			if i+1 < len(n.tokens) {
				n.tokens[i+1].afterSkipped = true
			}
			continue
		}
		kept = append(kept, t)
	}
	n.tokens = kept
	n.measureGaps()
}

// measureGaps computes what isWithinGap compares. A whole word of letters counts as one
// Chinese character.
func (n *normalizedText) measureGaps() {
	n.sentenceBreaks, n.gapCosts = make([]int, len(n.tokens)+1), make([]int, len(n.tokens)+1)
	for i, t := range n.tokens {
		n.sentenceBreaks[i+1], n.gapCosts[i+1] = n.sentenceBreaks[i], n.gapCosts[i]
		if t.kind == sentenceBreak {
			n.sentenceBreaks[i+1]++
		}
		if t.kind != letter || i == 0 || n.tokens[i-1].kind != letter || t.afterSkipped {
			n.gapCosts[i+1]++
		}
	}
}

// isSingleHan reports whether token i is a Chinese character, is not standalone,
// and is followed in the direction of step by punctuation or the end of the text.
func (n *normalizedText) isSingleHan(i, step int, standalone func(rune) bool) bool {
	if i < 0 || i >= len(n.tokens) || n.tokens[i].kind != han || standalone(n.tokens[i].r) {
		return false
	}
	beyond := i + step
	return beyond < 0 || beyond >= len(n.tokens) || n.tokens[beyond].kind >= clauseBreak
}

// endsSentence reports whether a sentence ends between two tokens, the second one
// excluded.
func (n *normalizedText) endsSentence(from, to int) bool {
	return n.sentenceBreaks[to] > n.sentenceBreaks[from]
}
