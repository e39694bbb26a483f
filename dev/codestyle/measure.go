package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// measureTree returns the figures of every package below root, ordered by path.
func measureTree(root string) ([]*figures, error) {
	packages := map[string]*figures{}
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			if path != root && isSkippedFolder(entry.Name()) {
				return filepath.SkipDir
			}
			return nil
		}
		if !isMeasured(entry.Name()) {
			return nil
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		folder := filepath.Dir(rel)
		if packages[folder] == nil {
			packages[folder] = newFigures(folder)
		}
		return packages[folder].measureFile(path, rel)
	})
	if err != nil {
		return nil, err
	}
	list := make([]*figures, 0, len(packages))
	for _, p := range packages {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b *figures) int { return cmp.Compare(a.name, b.name) })
	return list, nil
}

func isSkippedFolder(name string) bool {
	return name == "testdata" || name == "vendor" || strings.HasPrefix(name, ".")
}

func isMeasured(file string) bool {
	return strings.HasSuffix(file, ".go") && !strings.HasSuffix(file, "_test.go") && !strings.HasSuffix(file, ".gen.go")
}

// measureFile adds one file; shown is its name in the report.
func (f *figures) measureFile(path, shown string) error {
	files := token.NewFileSet()
	parsed, err := parser.ParseFile(files, path, nil, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if ast.IsGenerated(parsed) {
		return nil
	}
	if lines := files.File(parsed.FileStart).LineCount(); lines > longestFile {
		f.longFiles = append(f.longFiles, place{shown, 1, fmt.Sprintf("the file has %d lines", lines)})
	}
	for _, decl := range parsed.Decls {
		if fn, ok := decl.(*ast.FuncDecl); ok {
			f.measureFunction(files, fn, shown)
		}
	}
	for _, group := range parsed.Comments {
		for _, comment := range group.List {
			f.measureComment(comment.Text, shown, files.Position(comment.Pos()).Line)
		}
	}
	return nil
}

func (f *figures) measureFunction(files *token.FileSet, fn *ast.FuncDecl, file string) {
	name := fn.Name.Name
	first := files.Position(fn.Pos()).Line
	f.nameLengths = append(f.nameLengths, len(name))
	if isShortWord(name) {
		f.shortNames = append(f.shortNames, place{file, first, "one-word name " + name})
	}
	if lines := files.Position(fn.End()).Line - first + 1; lines > longestFunction {
		f.longFuncs = append(f.longFuncs, place{file, first, fmt.Sprintf("%s has %d lines", name, lines)})
	}
}

// measureComment adds the lines of a comment. Directives are no prose.
func (f *figures) measureComment(text, file string, first int) {
	if isDirective(text) {
		return
	}
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		f.commentLines++
		if words := manneredWords(line); len(words) > 0 {
			f.mannered = append(f.mannered, place{file, first + i, "comment with " + strings.Join(words, ", ")})
		}
	}
}

// isDirective reports whether a comment addresses a tool, as //go:embed does.
func isDirective(text string) bool {
	rest, isLine := strings.CutPrefix(text, "//")
	return isLine && rest != "" && rest[0] >= 'a' && rest[0] <= 'z' && strings.Contains(rest, ":")
}
