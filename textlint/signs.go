package textlint

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// webAddress matches addresses of web pages, with or without the scheme.
var webAddress = regexp.MustCompile(`(?i)(https?[:：]/?/?\S+|www\.[^\s，。；、（）]+|` +
	`[a-z0-9-]+(\.[a-z0-9-]+)*\.(com|cn|net|org|top|xyz|vip|cc|app|link|shop|site|club|icu|info|ltd|work|online|ly|me)\b(/[^\s，。；、（）]*)?)`)

// findLinks finds addresses of web pages, but not the domain of an email address. An
// address does not continue on the next line.
func findLinks(_ *Linter, m matcher) []tokenSpan {
	var found []tokenSpan
	start := 0 // of the line, in characters
	for line := range strings.Lines(string(m.original)) {
		if strings.Contains(line, ".") || strings.Contains(strings.ToLower(line), "http") {
			found = m.appendLinks(found, line, start)
		}
		start += utf8.RuneCountInString(line)
	}
	return found
}

// appendLinks appends the addresses in a line that starts at a character of the text.
func (m matcher) appendLinks(found []tokenSpan, line string, start int) []tokenSpan {
	for _, match := range webAddress.FindAllStringIndex(line, -1) {
		first := start + utf8.RuneCountInString(line[:match[0]])
		last := first + utf8.RuneCountInString(line[match[0]:match[1]])
		if first > 0 && strings.ContainsRune("@＠", m.original[first-1]) {
			continue
		}
		if span := (tokenSpan{m.firstTokenFrom(first), m.firstTokenFrom(last)}); span.start < span.end {
			found = append(found, span)
		}
	}
	return found
}

// firstTokenFrom returns the first token at a character of the text or after it.
func (m matcher) firstTokenFrom(index int) int {
	at, _ := slices.BinarySearchFunc(m.tokens, index, func(t token, index int) int { return t.index - index })
	return at
}

// plateRegions are the characters with which number plates begin.
const plateRegions = "京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼"

// findPlates finds number plates: a region, a letter, and five or six letters and
// digits, at least three of them digits.
func findPlates(_ *Linter, m matcher) []tokenSpan {
	var found []tokenSpan
	for i, t := range m.tokens {
		if !strings.ContainsRune(plateRegions, t.r) || i+1 >= len(m.tokens) || m.tokens[i+1].kind != letter {
			continue
		}
		end, digits := i+2, 0
		for end < len(m.tokens) && (m.tokens[end].kind == letter || m.tokens[end].kind == digit) {
			if m.tokens[end].kind == digit {
				digits++
			}
			end++
		}
		if length := end - i - 2; (length == 5 || length == 6) && digits >= 3 {
			found = append(found, tokenSpan{i, end})
		}
	}
	return found
}
