package main

import (
	"regexp"
	"strings"
)

// mannered lists words and phrases that make a comment hard to read: old words,
// and verbs of people where code acts. A word boundary is required at both ends.
var mannered = regexp.MustCompile(`(?i)\b(` + strings.Join([]string{
	"whoever", "whom", "whomever", "anew", "of itself", "once more", "meanwhile", "thereof", "besides",
	"stands?", "stood", "tells?", "told", "says?", "said", "hears?", "heard",
	"mends?", "mended", "mending", "reckons?", "reckoned", "reckoning",
	"lies", "bears?", "speaks?", "brings?", "leans on", "people of the desk", "ways? of law",
}, "|") + `)\b`)

// manneredWords returns the mannered words of a comment line, in lower case.
func manneredWords(line string) []string {
	found := mannered.FindAllString(line, -1)
	for i, word := range found {
		found[i] = strings.ToLower(word)
	}
	return found
}
