package postgres

import (
	"slices"
	"strings"
	"unicode/utf8"

	"recourse/recovery"
)

// searchText is the searchable text of a case in lower case, one value per
// line. Transaction numbers are in it as typed and in their normal form.
func searchText(c recovery.Case) string {
	lines := append([]string{string(c.Number), c.Claimant.Name}, c.TransactionNos()...)
	for _, counterpart := range c.Counterparts {
		lines = append(lines, counterpart.Alias)
	}
	for i, line := range lines {
		lines[i] = strings.ToLower(line)
	}
	for _, key := range c.TransactionKeys() {
		if !slices.Contains(lines, key) {
			lines = append(lines, key)
		}
	}
	return strings.Join(lines, "\n")
}

// searchTerms returns the index terms of a text: every pair of neighbouring
// characters of a line, and every single character beyond ASCII, because a
// Chinese surname is one. PostgreSQL's own trigrams cannot find names of two
// characters.
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

// addSearch matches cases with a line that contains the words, or the words as a
// transaction number in another spelling.
func (c *conditions) addSearch(words string) {
	words = strings.ToLower(strings.TrimSpace(words))
	if words == "" {
		return
	}
	spellings := []string{words}
	if key := recovery.NormalizeTransactionNo(words); key != "" && key != words {
		spellings = append(spellings, key)
	}
	var texts []string
	for _, spelling := range spellings {
		found := &conditions{args: c.args}
		found.addContains(spelling)
		c.args = found.args
		texts = append(texts, "("+strings.Join(found.texts, " and ")+")")
	}
	c.texts = append(c.texts, "("+strings.Join(texts, " or ")+")")
}

// addContains matches cases with a line that contains the words. The terms narrow
// the search, the text decides. A single ASCII character has no term and is so
// frequent that scanning the newest cases is fast enough.
func (c *conditions) addContains(words string) {
	terms := searchTerms(words)
	if utf8.RuneCountInString(words) > 1 {
		// Pairs imply their single characters; without them fewer index lists
		// are read.
		terms = slices.DeleteFunc(terms, func(term string) bool { return utf8.RuneCountInString(term) == 1 })
	}
	if len(terms) > 0 {
		c.addCondition("terms @> %s::text[]", terms)
	}
	c.addCondition("strpos(search, %s) > 0", words)
}
