// Package textstest finds the texts that source files ask for, so that a test can
// compare them with the texts that exist. Only tests import it.
package textstest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Call is one place where a text is asked for by a literal key.
type Call struct {
	Place string
	Key   string
	Names []string // of the values that it gets, sorted
}

// GoCalls returns the calls of a method whose first argument is a literal, in the
// Go files of the current folder, tests excepted.
func GoCalls(t testing.TB, methods ...string) []Call {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	set := token.NewFileSet()
	var calls []Call
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(node ast.Node) bool {
			if call, isCall := node.(*ast.CallExpr); isCall {
				calls = appendCall(calls, set, call, methods)
			}
			return true
		})
	}
	return calls
}

func appendCall(calls []Call, set *token.FileSet, call *ast.CallExpr, methods []string) []Call {
	selector, isMethod := call.Fun.(*ast.SelectorExpr)
	if !isMethod || !slices.Contains(methods, selector.Sel.Name) || len(call.Args) == 0 {
		return calls
	}
	key, isLiteral := stringLiteral(call.Args[0])
	if !isLiteral {
		return calls
	}
	found := Call{Place: set.Position(call.Pos()).String(), Key: key}
	for i := 1; i < len(call.Args); i += 2 {
		name, _ := stringLiteral(call.Args[i])
		found.Names = append(found.Names, name)
	}
	slices.Sort(found.Names)
	return append(calls, found)
}

func stringLiteral(expr ast.Expr) (string, bool) {
	basic, isBasic := expr.(*ast.BasicLit)
	if !isBasic || basic.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(basic.Value)
	return text, err == nil
}

// nested is an argument in parentheses; it holds no name of this call.
var (
	nested = regexp.MustCompile(`\([^()]*\)`)
	quoted = regexp.MustCompile(`"([^"]*)"`)
)

// TemplateCalls returns the calls of the function t in the templates that match a
// pattern.
func TemplateCalls(t testing.TB, pattern string) []Call {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	action := regexp.MustCompile(`\bt "([^"]+)"([^}]*)\}\}`)
	var calls []Call
	for _, name := range names {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range action.FindAllStringSubmatch(string(raw), -1) {
			call := Call{Place: name, Key: found[1]}
			arguments, _, _ := strings.Cut(nested.ReplaceAllString(found[2], ""), ")")
			for _, value := range quoted.FindAllStringSubmatch(arguments, -1) {
				call.Names = append(call.Names, value[1])
			}
			slices.Sort(call.Names)
			calls = append(calls, call)
		}
	}
	return calls
}
