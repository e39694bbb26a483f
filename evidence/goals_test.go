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

// goal is a row of docs/goals.md.
type goal struct {
	id, room     string
	tests, tools []string
}

var (
	rowForm  = regexp.MustCompile("^\\| ([EP]\\d+) \\| [^|]* \\| `([a-z0-9/]+)` ([A-Za-z0-9, ]+) \\| ([^|]*) ?\\|$")
	toolForm = regexp.MustCompile("`([^`]+)`")
)

func goals(t *testing.T) (all []goal) {
	t.Helper()
	page, err := os.ReadFile("../docs/goals.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(page)) {
		if !strings.HasPrefix(line, "| E") && !strings.HasPrefix(line, "| P") {
			continue
		}
		row := rowForm.FindStringSubmatch(strings.TrimSpace(line))
		if row == nil {
			t.Fatalf("this row cannot be read: %s", line)
		}
		g := goal{id: row[1], room: row[2], tests: strings.Split(row[3], ", ")}
		for _, tool := range toolForm.FindAllStringSubmatch(row[4], -1) {
			g.tools = append(g.tools, tool[1])
		}
		all = append(all, g)
	}
	return all
}

func TestEveryGoalIsOnThePage(t *testing.T) {
	t.Parallel()
	listed := map[string]bool{}
	for _, g := range goals(t) {
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

// Each test that is named exists, and it, or what it calls in its package, names
// each word of the command that is told beside it.
func TestEveryGoalIsShownAsThePageSays(t *testing.T) {
	t.Parallel()
	rooms := map[string]room{}
	for _, g := range goals(t) {
		if _, known := rooms[g.room]; !known {
			rooms[g.room] = parsed(t, filepath.Join("..", g.room))
		}
		var calls []string
		for _, test := range g.tests {
			if rooms[g.room].functions[test] == nil {
				t.Errorf("%s: %s has no %s", g.id, g.room, test)
				continue
			}
			calls = append(calls, rooms[g.room].words(test)...)
		}
		for _, tool := range g.tools {
			if missing := notCalled(strings.Fields(tool), calls, g.tests); missing != "" {
				t.Errorf("%s: %v of %s does not call %q: no %q", g.id, g.tests, g.room, tool, missing)
			}
		}
	}
}

// notCalled is the first word of a command that is in none of the calls. Fuzzing
// is asked for by go test itself.
func notCalled(command, calls, tests []string) string {
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

// room is the test code of a package: its functions and methods by name.
type room struct{ functions map[string]*ast.FuncDecl }

func parsed(t *testing.T, dir string) room {
	t.Helper()
	r := room{functions: map[string]*ast.FuncDecl{}}
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

// words are those in the texts of a test and of all it calls in its package, and
// the names of the packages it calls.
func (r room) words(test string) []string {
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
