package playbook_test

import (
	"path"
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
	later := []string{"guidance.yaml", "recall.yaml", "texts.yaml"}
	textstest.CheckWording(t, playbook.EmbeddedFiles(), func(file, key string) string {
		if slices.Contains(strings.Split(key, "."), "source") || slices.Contains(later, path.Base(file)) {
			return ""
		}
		return textstest.BookText
	})
}
