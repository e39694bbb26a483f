package evidence_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// goalRow is a row of docs/goals.md.
type goalRow struct {
	id, pkg      string
	tests, tools []string
}

var (
	rowPattern  = regexp.MustCompile("^\\| ([EP]\\d+) \\| [^|]* \\| `([a-z0-9/]+)` ([A-Za-z0-9, ]+) \\| ([^|]*) ?\\|$")
	toolPattern = regexp.MustCompile("`([^`]+)`")
)

func readGoals(t *testing.T) (all []goalRow) {
	t.Helper()
	page, err := os.ReadFile("../docs/goals.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "| E") && !strings.HasPrefix(line, "| P") {
			continue
		}
		row := rowPattern.FindStringSubmatch(strings.TrimSpace(line))
		if row == nil {
			t.Fatalf("this row is malformed: %s", line)
		}
		g := goalRow{id: row[1], pkg: row[2], tests: strings.Split(row[3], ", ")}
		for _, tool := range toolPattern.FindAllStringSubmatch(row[4], -1) {
			g.tools = append(g.tools, tool[1])
		}
		all = append(all, g)
	}
	return all
}

func TestEveryGoalIsOnThePage(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, g := range readGoals(t) {
		listed[g.id] = true
	}
	for kind, last := range map[string]int{"E": 13, "P": 9} {
		for i := range last {
			if id := kind + strconv.Itoa(i+1); !listed[id] {
				t.Errorf("%s is not on the page", id)
			}
			delete(listed, kind+strconv.Itoa(i+1))
		}
	}
	for id := range listed {
		t.Errorf("%s is no goal", id)
	}
}

// Each named test exists. It, or a function of its package that it calls, contains
// every word of the command in its row.
func TestEveryGoalIsShownAsThePageSays(t *testing.T) {
	t.Parallel()
	packages := map[string]testPackage{}
	for _, g := range readGoals(t) {
		if _, known := packages[g.pkg]; !known {
			packages[g.pkg] = parseTests(t, filepath.Join("..", g.pkg))
		}
		var calls []string
		for _, test := range g.tests {
			if packages[g.pkg].functions[test] == nil {
				t.Errorf("%s: %s has no %s", g.id, g.pkg, test)
				continue
			}
			calls = append(calls, packages[g.pkg].collectWords(test)...)
		}
		for _, tool := range g.tools {
			if missing := findMissingWord(strings.Fields(tool), calls, g.tests); missing != "" {
				t.Errorf("%s: %v of %s does not call %q: no %q", g.id, g.tests, g.pkg, tool, missing)
			}
		}
	}
}

// findMissingWord returns the first word of a command that is in none of the calls.
// The command "go test -fuzz" needs a fuzz test instead.
func findMissingWord(command, calls, tests []string) string {
	if slices.Equal(command, []string{"go", "test", "-fuzz"}) {
		if strings.HasPrefix(tests[0], "Fuzz") {
			return ""
		}
		return "Fuzz"
	}
	for _, word := range command {
		if !slices.Contains(calls, word) {
			return word
		}
	}
	return ""
}

// testPackage holds the test functions and methods of a package by name.
type testPackage struct{ functions map[string]*ast.FuncDecl }

func parseTests(t *testing.T, dir string) testPackage {
	t.Helper()
	r := testPackage{functions: map[string]*ast.FuncDecl{}}
	files, err := filepath.Glob(filepath.Join(dir, "*_test.go"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %v", dir, err)
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if function, is := decl.(*ast.FuncDecl); is {
				r.functions[function.Name.Name] = function
			}
		}
	}
	return r
}

// collectWords returns the words in the string literals of a test and of the functions
// it calls in its package, and all identifiers, such as names of packages.
func (r testPackage) collectWords(test string) []string {
	found, seen := map[string]bool{}, map[string]bool{test: true}
	for open := []string{test}; len(open) > 0; {
		name := open[len(open)-1]
		open = open[:len(open)-1]
		ast.Inspect(r.functions[name], func(node ast.Node) bool {
			switch node := node.(type) {
			case *ast.BasicLit:
				if text, err := strconv.Unquote(node.Value); err == nil && node.Kind == token.STRING {
					for _, word := range strings.Fields(text) {
						found[word] = true
					}
				}
			case *ast.Ident:
				found[node.Name] = true // a package, as in jsonschema.NewCompiler
				if r.functions[node.Name] != nil && !seen[node.Name] {
					seen[node.Name] = true
					open = append(open, node.Name)
				}
			}
			return true
		})
	}
	return slices.Collect(maps.Keys(found))
}
