package textlint

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// addCharacterTables adds the version and the tables for single characters.
func (l *Linter) addCharacterTables(file ruleFile) error {
	if file.Version != "" {
		l.version = file.Version
	}
	simple := []rune(file.Variants.To)
	if utf8.RuneCountInString(file.Variants.From) != len(simple) {
		return errors.New("variants: from and to differ in length")
	}
	for i, r := range []rune(file.Variants.From) {
		l.variants[r] = simple[i]
	}
	for _, r := range file.Standalone {
		l.standalone[r] = true
	}
	for sign, spellings := range file.Spellings {
		if utf8.RuneCountInString(sign) != 1 {
			return fmt.Errorf("spelt: %q is not one character", sign)
		}
		r, _ := utf8.DecodeRuneInString(sign)
		for _, spelling := range spellings {
			l.spellings[r] = append(l.spellings[r], []rune(spelling))
		}
	}
	return nil
}

// addLists adds the word lists of a file. They are sorted by name so that an
// invalid file always gives the same error.
func (l *Linter) addLists(file ruleFile) error {
	for _, name := range slices.Sorted(maps.Keys(file.Lists)) {
		if _, known := l.listIDs["{"+name+"}"]; known {
			return fmt.Errorf("the list %s is defined twice", name)
		}
		id := l.newListID()
		l.listIDs["{"+name+"}"] = id
		if err := l.addWords(file.Lists[name], id, slices.Contains(file.Disguised, name)); err != nil {
			return fmt.Errorf("list %s: %w", name, err)
		}
	}
	return nil
}

// addSafeLists adds the longer words in which the words of a list are harmless.
func (l *Linter) addSafeLists(file ruleFile) error {
	for name, list := range file.Safe {
		checked, known := l.listIDs["{"+name+"}"]
		if !known {
			return fmt.Errorf("safe: unknown list %q", name)
		}
		l.safeLists = append(l.safeLists, [2]int{checked, l.newListID()})
		if err := l.addWords(list, l.listCount-1, false); err != nil {
			return fmt.Errorf("safe %s: %w", name, err)
		}
	}
	return nil
}

// addQuotePatterns adds the phrases that introduce a quotation.
func (l *Linter) addQuotePatterns(file ruleFile) error {
	for _, text := range file.QuotePatterns {
		compiled, err := compilePattern(text, l.listID)
		if err != nil {
			return fmt.Errorf("reported: %w", err)
		}
		l.quotePatterns = append(l.quotePatterns, compiled)
	}
	return nil
}

// newListID returns the id of a new, empty list.
func (l *Linter) newListID() int {
	l.listCount++
	return l.listCount - 1
}

// addWords adds words to a list and, if they are disguised, their other spellings.
func (l *Linter) addWords(list []string, id int, disguised bool) error {
	for _, word := range list {
		normalized := l.normalizeWord(word)
		if len(normalized) == 0 || len(normalized) > maxWordLength {
			return fmt.Errorf("%q must have 1 to %d characters", word, maxWordLength)
		}
		l.trie.addWord(normalized, id)
		if !disguised {
			continue
		}
		for _, other := range l.disguisedSpellings(normalized) {
			if len(other) <= maxWordLength {
				l.trie.addWord(other, id)
			}
		}
	}
	return nil
}

// maxDisguisedLength limits the words with other spellings, in characters: the
// number of spellings doubles with every character.
const maxDisguisedLength = 4

// disguisedSpellings returns the spellings that people use to get a word past a
// filter: any of its characters in Pinyin, one replaced by a character of the
// same sound, or one replaced by the first letter of its Pinyin. Words of one
// character have none.
func (l *Linter) disguisedSpellings(word []rune) [][]rune {
	if len(word) < 2 || len(word) > maxDisguisedLength {
		return nil
	}
	var spellings [][]rune
	for i, r := range word {
		spelt := l.spellings[r]
		if len(spelt) == 0 {
			continue
		}
		for _, other := range slices.Concat(spelt[1:], [][]rune{spelt[0][:1]}) {
			spellings = append(spellings, slices.Concat(word[:i], other, word[i+1:]))
		}
	}
	return append(spellings, l.pinyinSpellings(word)...)
}

// pinyinSpellings returns the word with every non-empty subset of its characters
// in Pinyin.
func (l *Linter) pinyinSpellings(word []rune) [][]rune {
	words := [][]rune{nil}
	for _, r := range word {
		spellings := [][]rune{{r}}
		if spelt := l.spellings[r]; len(spelt) > 0 {
			spellings = append(spellings, spelt[0])
		}
		var longer [][]rune
		for _, start := range words {
			for _, spelling := range spellings {
				longer = append(longer, slices.Concat(start, spelling))
			}
		}
		words = longer
	}
	return words[1:] // without the word itself
}

// normalizeWord returns the runes of the tokens that the word has in a text.
func (l *Linter) normalizeWord(word string) []rune {
	var normalized []rune
	for _, t := range normalizeText(word, l.variants).tokens {
		normalized = append(normalized, t.r)
	}
	return normalized
}

// listID returns the list for a name in a pattern: {name}, # or @name. Any other
// name is a word, for which a list with this one word is made.
func (l *Linter) listID(name string) (int, error) {
	if id, known := l.listIDs[name]; known {
		return id, nil
	}
	if strings.ContainsAny(name, "{}@#") {
		return 0, fmt.Errorf("unknown list %q", name)
	}
	id := l.newListID()
	l.listIDs[name] = id
	return id, l.addWords([]string{name}, id, false)
}
