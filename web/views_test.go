package web_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	shownView = regexp.MustCompile(`\.(?:showPage|renderPage)\([^,()]+(?:\([^()]*\))?, "([a-z_]+)"`)
	quoted    = regexp.MustCompile(`"([a-z_]+)"`)
)

// Without this check a page without a template fails only when it is opened.
func TestEveryPageHasItsTemplate(t *testing.T) {
	t.Parallel()
	templates := map[string]bool{}
	files, _ := filepath.Glob("templates/*.html")
	for _, file := range files {
		if name := strings.TrimSuffix(filepath.Base(file), ".html"); name != "layout" && !strings.HasPrefix(name, "parts_") {
			templates[name] = true
		}
	}
	shown, named := 0, map[string]bool{}
	sources, _ := filepath.Glob("*.go")
	for _, file := range sources {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range shownView.FindAllStringSubmatch(string(text), -1) {
			if shown++; !templates[match[1]] {
				t.Errorf("%s shows %q, which has no template", file, match[1])
			}
		}
		for _, match := range quoted.FindAllStringSubmatch(string(text), -1) {
			named[match[1]] = true
		}
	}
	if shown < 10 {
		t.Errorf("only %d pages were found: the form of the calls has changed", shown)
	}
	for name := range templates {
		if !named[name] {
			t.Errorf("no page shows templates/%s.html", name)
		}
	}
}
