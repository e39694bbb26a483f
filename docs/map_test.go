// Package docs_test checks that the pages in docs name only what exists.
package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = ".."

var (
	inBackticks = regexp.MustCompile("`([^`\n]+)`")
	sourceFile  = regexp.MustCompile("`([a-z0-9_/]+\\.go)`: (`[A-Za-z.]+`(?:, `[A-Za-z.]+`)*)")
	typeName    = regexp.MustCompile(`^[a-z]+\.[A-Za-z]+$`)
	testName    = regexp.MustCompile("`([a-z0-9_/]+)` ((?:Test|Fuzz)[A-Za-z0-9]+(?:, (?:Test|Fuzz)[A-Za-z0-9]+)*)")
)

func readPage(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// declarations returns the functions and types of a file. Methods are named
// Type.Method.
func declarations(t *testing.T, file string) map[string]bool {
	t.Helper()
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return nil
	}
	found := map[string]bool{}
	for _, declaration := range parsed.Decls {
		switch d := declaration.(type) {
		case *ast.FuncDecl:
			found[receiver(d)+d.Name.Name] = true
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				if named, ok := spec.(*ast.TypeSpec); ok {
					found[named.Name.Name] = true
				}
			}
		}
	}
	return found
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	name := ""
	ast.Inspect(f.Recv.List[0].Type, func(n ast.Node) bool {
		if id, ok := n.(*ast.Ident); ok && name == "" {
			name = id.Name + "."
		}
		return name == ""
	})
	return name
}

func TestMapNamesExistingFunctions(t *testing.T) {
	t.Parallel()
	steps := sourceFile.FindAllStringSubmatch(readPage(t, "map.md"), -1)
	if len(steps) < 50 {
		t.Fatalf("only %d steps were found: the form of the page has changed", len(steps))
	}
	for _, step := range steps {
		found := declarations(t, filepath.Join(root, step[1]))
		for _, name := range inBackticks.FindAllStringSubmatch(step[2], -1) {
			if !found[name[1]] {
				t.Errorf("map.md: %s has no function %s", step[1], name[1])
			}
		}
	}
}

func TestMapNamesExistingTypes(t *testing.T) {
	t.Parallel()
	for line := range strings.SplitSeq(readPage(t, "map.md"), "\n\n") {
		if !strings.HasPrefix(line, "Types: ") {
			continue
		}
		for _, name := range inBackticks.FindAllStringSubmatch(line, -1) {
			pkg, local, _ := strings.Cut(name[1], ".")
			if !typeName.MatchString(name[1]) || !hasType(t, pkg, local) {
				t.Errorf("map.md: there is no type %s", name[1])
			}
		}
	}
}

func TestGlossaryNamesExistingTypes(t *testing.T) {
	t.Parallel()
	terms := map[string]bool{}
	for line := range strings.SplitSeq(readPage(t, "glossary.md"), "\n") {
		cells := strings.Split(line, " | ")
		if len(cells) != 4 || strings.Contains(line, "---") || cells[3] == "where |" {
			continue
		}
		if terms[cells[0]] {
			t.Errorf("glossary.md: %s occurs twice", cells[0])
		}
		terms[cells[0]] = true
		for _, name := range inBackticks.FindAllStringSubmatch(cells[3], -1) {
			pkg, local, _ := strings.Cut(name[1], ".")
			if typeName.MatchString(name[1]) && !hasType(t, pkg, local) {
				t.Errorf("glossary.md: there is no type or function %s", name[1])
			}
		}
	}
	if len(terms) < 60 {
		t.Errorf("only %d terms were found: the form of the page has changed", len(terms))
	}
}

// hasType reports whether a package of that name declares the type or function.
func hasType(t *testing.T, pkg, name string) bool {
	t.Helper()
	for _, pattern := range []string{pkg, "*/" + pkg, "*/*/" + pkg} {
		files, err := filepath.Glob(filepath.Join(root, pattern, "*.go"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range files {
			if declarations(t, file)[name] {
				return true
			}
		}
	}
	return false
}

func TestPagesNameExistingFiles(t *testing.T) {
	t.Parallel()
	for _, page := range []string{"map.md", "adding.md", "glossary.md"} {
		for _, name := range inBackticks.FindAllStringSubmatch(readPage(t, page), -1) {
			if !strings.Contains(name[1], "/") || strings.ContainsAny(name[1], " <>:") || strings.HasPrefix(name[1], "/") {
				continue
			}
			if _, err := os.Stat(filepath.Join(root, filepath.FromSlash(path.Clean(name[1])))); err != nil {
				t.Errorf("%s: there is no %s", page, name[1])
			}
		}
	}
}

func TestPagesNameExistingTests(t *testing.T) {
	t.Parallel()
	for page, least := range map[string]int{"adding.md": 10, "advice.md": 0} {
		named := testName.FindAllStringSubmatch(readPage(t, page), -1)
		if len(named) < least {
			t.Fatalf("%s: only %d tests were found: the form of the page has changed", page, len(named))
		}
		for _, match := range named {
			checkTestsExist(t, page, match[1], match[2])
		}
	}
}

func checkTestsExist(t *testing.T, page, pkg, tests string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, pkg, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, file := range files {
		for name := range declarations(t, file) {
			found[name] = true
		}
	}
	for name := range strings.SplitSeq(tests, ", ") {
		if !found[name] {
			t.Errorf("%s: %s has no %s", page, pkg, name)
		}
	}
}
