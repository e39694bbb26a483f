package textlint_test

import (
	"os"
	"strings"
	"testing"

	"recourse/texts/textstest"
)

// TestChineseWording applies the forbidden words to the explanations of findings
// and the better wordings. The word lists hold what users write, not what we write.
func TestChineseWording(t *testing.T) {
	t.Parallel()
	textstest.CheckWording(t, os.DirFS("rules"), func(_, key string) string {
		for _, read := range []string{".why", ".suggestion", ".statute", ".edition"} {
			if strings.HasSuffix(key, read) {
				return textstest.LintText
			}
		}
		return ""
	})
}
