package textlint

// findLikelyNames finds names with a character of common given names, when the word after
// them is not part of the name. A verb before them or their place in the clause must say
// that they are names: 周全 may be a word.
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
		return surname.end-surname.start > 1 || len(spansStartingIn(m.spans[l.listIDs["{"+givenNameList+"}"]], i, i)) > 0
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
	for _, list := range []string{"{" + nonNameList + "}", "{after_name}"} {
		if len(spansStartingIn(m.spans[l.listIDs[list]], i, i)) > 0 {
			return true
		}
	}
	return false
}

// findFreeNames finds likely names at the start of a clause, or after a blank or sign.
func findFreeNames(l *Linter, m matcher) []tokenSpan {
	var found []tokenSpan
	for _, s := range m.spans[l.listIDs["@likelyname"]] {
		if m.isClauseBoundary(s.start-1) || m.tokens[s.start].afterSkipped {
			found = append(found, s)
		}
	}
	return found
}
