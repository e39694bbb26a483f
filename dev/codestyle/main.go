// Command codestyle measures how the code reads: the names of functions, the
// words of comments, the length of functions and files. It exits with status 1
// when a figure is outside its limit. Tests, generated files and testdata are
// not measured.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	root := flag.String("root", ".", "the `folder` to measure")
	byPackage := flag.Bool("by-package", false, "print the figures of every package")
	list := flag.Bool("list", false, "print the places that count against a limit")
	flag.Parse()
	ok, err := run(os.Stdout, *root, *byPackage, *list)
	if err != nil {
		fmt.Fprintln(os.Stderr, "codestyle:", err)
		os.Exit(2)
	}
	if !ok {
		os.Exit(1)
	}
}

// run measures root, prints a report and returns whether all limits are kept.
func run(out io.Writer, root string, byPackage, list bool) (bool, error) {
	packages, err := measureTree(root)
	if err != nil {
		return false, err
	}
	total := newFigures("all")
	for _, p := range packages {
		total.merge(p)
	}
	if list {
		printPlaces(out, total)
	}
	if byPackage {
		printPackages(out, packages)
	}
	return printLimits(out, total), nil
}
