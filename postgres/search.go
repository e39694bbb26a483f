package postgres

import (
	"slices"
	"strings"
	"unicode/utf8"

	"recourse/recovery"
)

// searchText holds what a case is searched by, one a line, in small letters.
func searchText(c recovery.Case) string {
	lines := []string{string(c.Number), c.TransactionNo, c.Claimant.Name}
	for _, counterpart := range c.Counterparts {
		lines = append(lines, counterpart.Alias)
	}
	return strings.ToLower(strings.Join(lines, "\n"))
}

// searchTerms are the pieces by which the index finds a text: every pair of
// neighbouring characters of a line, and every character beyond ASCII by
// itself, since a Chinese surname is one. PostgreSQL's own trigrams cannot find
// names of two characters.
func searchTerms(text string) []string {
	terms := []string{}
	for line := range strings.Lines(text) {
		characters := []rune(strings.TrimSuffix(line, "\n"))
		for i, character := range characters {
			if character >= utf8.RuneSelf {
				terms = append(terms, string(character))
			}
			if i > 0 {
				terms = append(terms, string(characters[i-1:i+1]))
			}
		}
	}
	slices.Sort(terms)
	return slices.Compact(terms)
}

// search asks for the cases one of whose lines holds the words. The terms
// narrow, the text decides; a lone ASCII character has no term and hits so
// often that the newest cases are soon enough.
func (c *conditions) addSearch(words string) {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "" {
		return
	}
	terms := searchTerms(words)
	if utf8.RuneCountInString(words) > 1 {
		// Pairs imply their single characters: fewer lists to read.
		terms = slices.DeleteFunc(terms, func(term string) bool { return utf8.RuneCountInString(term) == 1 })
	}
	if len(terms) > 0 {
		c.addCondition("terms @> %s::text[]", terms)
	}
	c.addCondition("strpos(search, %s) > 0", words)
}
