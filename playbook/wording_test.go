package playbook_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/playbook"
	"recourse/texts/textstest"
)

// TestChineseWording applies the forbidden words to every text of the books that
// people read. What a source says about itself is not such a text.
func TestChineseWording(t *testing.T) {
	t.Parallel()
	textstest.CheckWording(t, playbook.EmbeddedFiles(), func(_, key string) string {
		if slices.Contains(strings.Split(key, "."), "source") {
			return ""
		}
		return textstest.BookText
	})
}
