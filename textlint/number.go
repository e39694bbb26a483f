package textlint

import (
	"strings"
	"time"
)

// detectors look for what no list of words can spell.
var detectors = map[string]func(*Linter, matching) []hit{
	"id_number":  func(_ *Linter, m matching) []hit { return m.long[identity] },
	"bank_card":  func(_ *Linter, m matching) []hit { return m.long[card] },
	"mobile":     func(_ *Linter, m matching) []hit { return m.long[mobile] },
	"landline":   func(_ *Linter, m matching) []hit { return m.long[landline] },
	"email":      emails,
	"repetition": repetitions,
}

// figure is one digit of a number.
type figure struct {
	token int
	value byte // '0' to '9'
	edge  bool // something stands between it and the digit before
	loose bool // what stands there is punctuation that also parts a list
}

// family is a kind of number.
type family uint8

const (
	identity family = iota
	card
	mobile
	landline
	families
)

// form is a family with what it takes to be one. The first that fits a digit
// has it: an identity card holds no telephone.
type form struct {
	family  family
	lengths []int
	fits    func(digits string) bool
}

var forms = []form{
	{identity, []int{18}, isIdentity},
	{card, []int{19, 18, 17, 16, 15}, isCard},
	{mobile, []int{11, 13, 15}, isMobile},
	{landline, []int{10, 11, 12}, isLandline},
}

// numbersOf finds the numbers of every family on a page.
func (l *Linter) numbersOf(m matching) [families][]hit {
	var found [families][]hit
	for i := 0; i < len(m.tokens); i++ {
		run := m.figures(i)
		if len(run) == 0 {
			continue
		}
		i = run[len(run)-1].token
		if len(run) < 10 || !l.free(m, run) {
			continue
		}
		l.windows(m, run, &found)
	}
	return found
}

// figures reads the digits from token i on, over all that people put between
// them, up to a word, a wall or the end.
func (m matching) figures(i int) []figure {
	var run []figure
	loose := false
	for ; i < len(m.tokens); i++ {
		t := m.tokens[i]
		if len(run) > 0 && t.wall {
			return run
		}
		value, is := numeral(t)
		switch {
		case is:
			run = append(run, figure{i, value, loose || m.begins(i, len(run)), loose && len(run) > 0})
			loose = false
		case t.kind >= pause && len(run) > 0 && !loose:
			loose = true
		case t.r == 'x' && !loose && len(run) >= 17:
			return append(run, figure{i, 'X', t.gap, false})
		default:
			return run
		}
	}
	return run
}

// begins reports whether the digit at token i may be the first of a number,
// when so many stand before it: they are written otherwise, or apart.
func (m matching) begins(i, before int) bool {
	return before == 0 || m.tokens[i].gap || m.tokens[i-1].kind != m.tokens[i].kind
}

// numeral is the digit a token spells, in any way people spell one.
func numeral(t token) (byte, bool) {
	if t.kind == digit {
		return byte(t.r), true
	}
	if t.kind != han {
		return 0, false
	}
	value, known := spelled[t.r]
	return value, known
}

// spelled are the digits that Chinese writes in words, the long forms of
// banks and the 幺 of telephones among them.
var spelled = map[rune]byte{
	'零': '0', '〇': '0', '一': '1', '幺': '1', '壹': '1', '二': '2', '贰': '2', '三': '3', '叁': '3', '四': '4', '肆': '4',
	'五': '5', '伍': '5', '六': '6', '陆': '6', '七': '7', '柒': '7', '八': '8', '捌': '8', '九': '9', '玖': '9',
}

// free reports that no letters touch a number, but for such as "tel".
func (l *Linter) free(m matching, run []figure) bool {
	first, last := run[0].token, run[len(run)-1].token
	if last+1 < len(m.tokens) && m.tokens[last+1].kind == letter && !m.tokens[last+1].gap {
		return false
	}
	touched := first > 0 && m.tokens[first-1].kind == letter && !m.tokens[first].gap
	return !touched || ends(m.hits[l.numbers["{"+handlePrefixes+"}"]], first)
}

// windows tries every form on every stretch of a run that begins and ends at
// an edge.
func (l *Linter) windows(m matching, run []figure, found *[families][]hit) {
	taken := make([]bool, len(run))
	for _, f := range forms {
		for first := range run {
			if !run[first].edge || taken[first] {
				continue
			}
			length := l.longest(m, f, run[first:], taken[first:])
			for i := first; i < first+length; i++ {
				taken[i] = true
			}
			if length > 0 {
				found[f.family] = append(found[f.family], hit{run[first].token, run[first+length-1].token + 1})
			}
		}
	}
}

// longest gives how many figures from the first on make a number of the form,
// or 0.
func (l *Linter) longest(m matching, f form, run []figure, taken []bool) int {
	for _, length := range f.lengths {
		if length > len(run) || taken[length-1] || length < len(run) && !run[length].edge || !tidy(run[:length]) {
			continue
		}
		digits := spell(run[:length])
		if f.fits(digits) || f.family == identity && l.labelled(m, run[0].token, digits) {
			return length
		}
	}
	return 0
}

func spell(run []figure) string {
	digits := make([]byte, len(run))
	for i, f := range run {
		digits[i] = f.value
	}
	return string(digits)
}

// tidy tells a number cut by commas or line ends from a list of sums: the cut
// is even, or as telephone numbers are read out.
func tidy(run []figure) bool {
	var groups []int
	loose := false
	for i, f := range run {
		if i == 0 || f.edge {
			groups = append(groups, 0)
		}
		groups[len(groups)-1]++
		loose = loose || i > 0 && f.loose
	}
	if !loose || len(run) == 11 && len(groups) == 3 && groups[0] == 3 && groups[1] == 4 {
		return true
	}
	for i, size := range groups {
		if size > groups[0] || size < groups[0] && i < len(groups)-1 {
			return false
		}
	}
	return len(groups) > 3
}

// labelled takes what is called an identity number for one, mistyped or not.
func (l *Linter) labelled(m matching, token int, digits string) bool {
	for _, h := range from(m.hits[l.numbers["{"+idLabels+"}"]], token-6-longest, token-1) {
		if h.to <= token && token-h.to <= 6 && !m.stopped(h.to, token) {
			return born(digits)
		}
	}
	return false
}

// isIdentity checks a citizen's number: birthday and check digit (GB 11643-1999,
// ISO 7064 MOD 11-2).
func isIdentity(digits string) bool {
	if digits[0] == '0' || strings.ContainsRune(digits[:17], 'X') || !born(digits) {
		return false
	}
	sum := 0
	for i, weight := range [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += weight * int(digits[i]-'0')
	}
	return "10X98765432"[sum%11] == digits[17]
}

// born reports whether the number holds a birthday where it should.
func born(digits string) bool {
	_, err := time.Parse("20060102", digits[6:14])
	return err == nil && (digits[6:8] == "19" || digits[6:8] == "20")
}

// isCard checks a bank card: a known beginning with its length, and the check
// digit of Luhn (ISO/IEC 7812-1).
func isCard(digits string) bool {
	if !issued(digits) || strings.HasSuffix(digits, "X") {
		return false
	}
	sum := 0
	for i := range len(digits) {
		value := int(digits[len(digits)-1-i] - '0')
		if i%2 == 1 {
			value *= 2
		}
		sum += value/10 + value%10
	}
	return sum%10 == 0
}

func issued(digits string) bool {
	switch digits[:2] {
	case "60", "62", "65", "68", "69", "95":
		return len(digits) >= 16
	case "34", "37":
		return len(digits) == 15
	case "35", "51", "52", "53", "54", "55":
		return len(digits) == 16
	default:
		return digits[0] == '4' && len(digits) == 16
	}
}

// isMobile checks a Chinese mobile number, with 86 or 0086 before it or not.
func isMobile(digits string) bool {
	switch len(digits) {
	case 13:
		digits = strings.TrimPrefix(digits, "86")
	case 15:
		digits = strings.TrimPrefix(digits, "0086")
	}
	return len(digits) == 11 && digits[0] == '1' && digits[1] >= '3'
}

// isLandline checks an area code with seven or eight digits after it.
func isLandline(digits string) bool {
	if digits[0] != '0' || digits[1] == '0' {
		return false
	}
	if digits[1] == '1' || digits[1] == '2' {
		return len(digits) == 11 && digits[3] != '0'
	}
	return len(digits) >= 11 && digits[4] != '0'
}
