package textlint

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// letters takes from a file how single characters are read.
func (l *Linter) letters(b book) error {
	if b.Version != "" {
		l.version = b.Version
	}
	simple := []rune(b.Variants.To)
	if utf8.RuneCountInString(b.Variants.From) != len(simple) {
		return errors.New("variants: from and to are not of one length")
	}
	for i, r := range []rune(b.Variants.From) {
		l.variants[r] = simple[i]
	}
	for _, r := range b.Alone {
		l.alone[r] = true
	}
	for sign, ways := range b.Spelt {
		if utf8.RuneCountInString(sign) != 1 {
			return fmt.Errorf("spelt: %q is not one character", sign)
		}
		r, _ := utf8.DecodeRuneInString(sign)
		for _, way := range ways {
			l.spelt[r] = append(l.spelt[r], []rune(way))
		}
	}
	return nil
}

// fill takes the lists of a file, by name, so that a broken file is always
// broken in the same way.
func (l *Linter) fill(b book) error {
	for _, name := range slices.Sorted(maps.Keys(b.Lists)) {
		if _, known := l.numbers["{"+name+"}"]; known {
			return fmt.Errorf("the list %s is there twice", name)
		}
		number := l.next()
		l.numbers["{"+name+"}"] = number
		if err := l.add(b.Lists[name], number, slices.Contains(b.Disguised, name)); err != nil {
			return fmt.Errorf("list %s: %w", name, err)
		}
	}
	return nil
}

// guardLists takes the longer words in which words of a list are harmless.
func (l *Linter) guardLists(b book) error {
	for name, list := range b.Safe {
		guarded, known := l.numbers["{"+name+"}"]
		if !known {
			return fmt.Errorf("safe: there is no list %q", name)
		}
		l.safe = append(l.safe, [2]int{guarded, l.next()})
		if err := l.add(list, l.lists-1, false); err != nil {
			return fmt.Errorf("safe %s: %w", name, err)
		}
	}
	return nil
}

// quotes takes how a quotation is announced.
func (l *Linter) quotes(b book) error {
	for _, text := range b.Reported {
		made, err := compile(text, l.number)
		if err != nil {
			return fmt.Errorf("reported: %w", err)
		}
		l.reported = append(l.reported, made)
	}
	return nil
}

// next gives the number of a new list.
func (l *Linter) next() int {
	l.lists++
	return l.lists - 1
}

// add puts words on a list, and the disguises of words that people hide.
func (l *Linter) add(list []string, number int, hidden bool) error {
	for _, word := range list {
		folded := l.fold(word)
		if len(folded) == 0 || len(folded) > longest {
			return fmt.Errorf("%q is no word of 1 to %d characters", word, longest)
		}
		l.words.add(folded, number)
		if !hidden {
			continue
		}
		for _, other := range l.disguises(folded) {
			if len(other) <= longest {
				l.words.add(other, number)
			}
		}
	}
	return nil
}

// hideable is the longest word that is tried in other spellings: the number of
// disguises grows with every character.
const hideable = 4

// disguises writes a word of two characters and more as people write it to get
// past a filter: any of its characters in Pinyin, one of them as another of the
// same sound, or one as the first letter of its Pinyin.
func (l *Linter) disguises(word []rune) [][]rune {
	if len(word) < 2 || len(word) > hideable {
		return nil
	}
	var ways [][]rune
	for i, r := range word {
		spelt := l.spelt[r]
		if len(spelt) == 0 {
			continue
		}
		for _, way := range slices.Concat(spelt[1:], [][]rune{spelt[0][:1]}) {
			ways = append(ways, slices.Concat(word[:i], way, word[i+1:]))
		}
	}
	return append(ways, l.romanised(word)...)
}

// romanised writes every choice of the characters of a word in Pinyin.
func (l *Linter) romanised(word []rune) [][]rune {
	ways := [][]rune{nil}
	for _, r := range word {
		spellings := [][]rune{{r}}
		if spelt := l.spelt[r]; len(spelt) > 0 {
			spellings = append(spellings, spelt[0])
		}
		var longer [][]rune
		for _, way := range ways {
			for _, spelling := range spellings {
				longer = append(longer, slices.Concat(way, spelling))
			}
		}
		ways = longer
	}
	return ways[1:]
}

// fold writes a word as the tokens of a page would spell it.
func (l *Linter) fold(word string) []rune {
	var folded []rune
	for _, t := range read(word, l.variants).tokens {
		folded = append(folded, t.r)
	}
	return folded
}

// number gives the list of {name}, # and @name, and makes a list of one for a
// word.
func (l *Linter) number(name string) (int, error) {
	if number, known := l.numbers[name]; known {
		return number, nil
	}
	if strings.ContainsAny(name, "{}@#") {
		return 0, fmt.Errorf("there is no list %q", name)
	}
	number := l.next()
	l.numbers[name] = number
	return number, l.add([]string{name}, number, false)
}
