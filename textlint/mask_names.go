package textlint

// findLikelyNames finds names with a character of given names, when a word after them, or
// nothing, shows where they end. Words that only look like a name are in the list not_name.
func (l *Linter) findLikelyNames(m matcher) []tokenSpan {
	words := m.spans[l.listIDs["{not_name}"]]
	var found []tokenSpan
	for _, surname := range l.findSurnames(m) {
		if overlapsSurname(words, surname) {
			continue
		}
		if end := l.likelyNameEnd(m, surname); end > 0 {
			found = append(found, tokenSpan{surname.start, end})
		}
	}
	return found
}

// likelyNameEnd returns the end of the name that begins with a surname, or 0. After a
// surname of two characters, every character may be a given name.
func (l *Linter) likelyNameEnd(m matcher, surname tokenSpan) int {
	isCommon := func(i int) bool {
		return surname.end-surname.start > 1 || l.startsWordAt(m, i, "{"+givenNameList+"}") || l.startsWordAt(m, i, "{rare_given}")
	}
	first, second := surname.end, surname.end+1
	switch {
	case !l.isGivenName(m, first):
		return 0
	case isCommon(first) && l.endsName(m, second):
		return second
	case l.isGivenName(m, second) && !m.tokens[second].afterSkipped && (isCommon(first) || isCommon(second)) && l.endsName(m, second+1):
		return second + 1
	default:
		return 0
	}
}

// endsName reports whether a name may end before token i.
func (l *Linter) endsName(m matcher, i int) bool {
	if i >= len(m.tokens) || m.tokens[i].kind != han || m.tokens[i].afterSkipped {
		return i >= len(m.tokens) || !m.tokens[i].afterMask
	}
	return l.startsWordAt(m, i, "{"+nonNameList+"}") || l.startsWordAt(m, i, "{after_name}")
}

// startsWordAt reports whether a word of a list starts at token i.
func (l *Linter) startsWordAt(m matcher, i int, list string) bool {
	return len(spansStartingIn(m.spans[l.listIDs[list]], i, i)) > 0
}
