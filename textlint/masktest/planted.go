// Package masktest has personal data of every kind, to plant it in tests and to search
// what leaves for it.
package masktest

import (
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// minWordLength keeps words out that could stand anywhere by chance.
const minWordLength = 5

// Planted returns a text with an example of every kind, of less than 2,000 characters,
// and the words of it that must not leave.
func Planted(t testing.TB) (text string, words []string) {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	data, err := os.ReadFile(filepath.Join(filepath.Dir(here), "..", "testdata", "masks", "hidden.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Examples []struct {
			Kind, Text  string
			Names, Hide []string
		}
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var parts []string
	for _, one := range file.Examples {
		if seen[one.Kind] || len(one.Names) > 0 {
			continue
		}
		seen[one.Kind] = true
		parts = append(parts, one.Text)
		words = append(words, slices.DeleteFunc(one.Hide, func(word string) bool { return utf8.RuneCountInString(word) < minWordLength })...)
	}
	text = strings.Join(parts, "。")
	if len(seen) < 40 || len(words) < 40 || utf8.RuneCountInString(text) > 2000 {
		t.Fatalf("%d kinds and %d words in %d characters", len(seen), len(words), utf8.RuneCountInString(text))
	}
	return text, words
}

// Search returns the words that a text contains.
func Search(text string, words []string) []string {
	return slices.DeleteFunc(slices.Clone(words), func(word string) bool { return !strings.Contains(text, word) })
}
