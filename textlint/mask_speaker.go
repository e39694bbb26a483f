package textlint

import (
	"regexp"
	"slices"
	"strings"
)

// speaker is who says a line of a chat, and where the name stands, in characters.
type speaker struct {
	name       string
	start, end int
	hasTime    bool // a time stands next to the name, so that it is no heading
}

// findSpeakers finds who says what in a chat. Without a time, two must say something, and
// a name counts only if it says something twice: a single one may be a heading.
func findSpeakers(l *Linter, m matcher) []tokenSpan {
	speakers := m.listSpeakers()
	lines := map[string]int{}
	for _, s := range speakers {
		lines[s.name]++
	}
	roles := m.spans[l.listIDs["{role}"]]
	var found []tokenSpan
	for _, s := range speakers {
		span := tokenSpan{m.firstTokenFrom(s.start), m.firstTokenFrom(s.end)}
		isRole := len(roles) > 0 && hasSpan(roles, span)
		if span.start < span.end && !isRole && (s.hasTime || len(lines) > 1 && lines[s.name] > 1) {
			found = append(found, span)
		}
	}
	return found
}

// hasSpan reports whether a span is one of the sorted spans.
func hasSpan(spans []tokenSpan, s tokenSpan) bool {
	for _, one := range spansStartingIn(spans, s.start, s.start) {
		if one == s {
			return true
		}
	}
	return false
}

// listSpeakers returns what may be a speaker, line by line.
func (m matcher) listSpeakers() []speaker {
	var found []speaker
	for start := 0; start < len(m.original); {
		length := slices.Index(m.original[start:], '\n')
		if length < 0 {
			length = len(m.original) - start
		}
		s, ok := readSpeaker(m.original[start : start+length])
		if s.name = string(m.original[start+s.start : start+s.end]); ok && strings.Trim(s.name, "0123456789-/.年月日") != "" {
			s.start, s.end = s.start+start, s.end+start
			found = append(found, s)
		}
		start += length + 1
	}
	return found
}

// readSpeaker reads the forms of chat exports: time and name and a colon, cells with time
// and name, name and time as a heading, name and a colon.
func readSpeaker(line []rune) (s speaker, ok bool) {
	at := skipRunes(line, 0, " \t\"")
	if end := stampEnd(line, at); end > at {
		s.start, s.hasTime = skipRunes(line, end, " \t\","), true
		s.end = speakerEnd(line, s.start)
		next := skipRunes(line, s.end, " \"")
		isCell := slices.Contains(line[end:s.start], ',') && startsWith(line, next, ",")
		return s, isCell || startsWith(line, next, ":：")
	}
	s.start, s.end = at, speakerEnd(line, at)
	next := skipRunes(line, s.end, " \t")
	if next > s.end && skipRunes(line, stampEnd(line, next), " \t\r") == len(line) {
		s.hasTime = true
		return s, next < len(line)
	}
	return s, startsWith(line, next, ":：")
}

// maxSpeaker is the length of the longest name of a speaker, in characters.
const maxSpeaker = 20

// speakerEnd returns the end of the name at a place of a line. Only a name in Latin letters
// has a blank inside.
func speakerEnd(line []rune, at int) int {
	end := at
	for end < len(line) && end-at < maxSpeaker && !strings.ContainsRune(":：,，。！？?!；;、\"[]〔〕<>{}\t\r", line[end]) {
		if line[end] == ' ' && (end+1 == len(line) || line[end+1] < 'A' || line[end+1] > 'z') {
			break
		}
		end++
	}
	return end
}

// stamps are the instants of chat exports: a date, a time, or both, in any brackets.
var stamps = regexp.MustCompile(`^[\[(（]?(?:\d{4}[-/.年]\d\d?[-/.月]\d\d?日?(?:[ T,，]*\d\d?:\d\d(?::\d\d)?)?|(?:[上下中]午|晚上|凌晨)?\d\d?:\d\d(?::\d\d)?)[\])）]?`)

const maxStamp = 32

// stampEnd returns the end of the instant at a place of a line, or the place.
func stampEnd(line []rune, at int) int {
	if !startsWith(line, at, "0123456789[(（上下中晚凌") {
		return at
	}
	found := stamps.FindString(string(line[at:min(at+maxStamp, len(line))]))
	return at + len([]rune(found))
}

func startsWith(line []rune, at int, signs string) bool {
	return at < len(line) && strings.ContainsRune(signs, line[at])
}

// skipRunes returns the first place that has none of the signs.
func skipRunes(line []rune, at int, signs string) int {
	for startsWith(line, at, signs) {
		at++
	}
	return at
}
