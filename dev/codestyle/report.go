package main

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
)

// limit is a measured figure and whether it is acceptable.
type limit struct {
	what   string
	figure string
	bound  string
	kept   bool
}

func limitsOf(f *figures) []limit {
	return []limit{
		{
			"median length of function names",
			strconv.Itoa(f.medianName()), ">= 10", f.medianName() >= 10,
		},
		{
			"one-word function names of 8 letters or fewer",
			fmt.Sprintf("%.1f %%", f.shortNameShare()), "<= 35 %", f.shortNameShare() <= 35,
		},
		{
			"comment lines with mannered words, per 1,000",
			fmt.Sprintf("%.1f", f.manneredShare()), "<= 15", f.manneredShare() <= 15,
		},
		{
			fmt.Sprintf("functions over %d lines", longestFunction),
			strconv.Itoa(len(f.longFuncs)), "0", len(f.longFuncs) == 0,
		},
		{
			fmt.Sprintf("files over %d lines", longestFile),
			strconv.Itoa(len(f.longFiles)), "0", len(f.longFiles) == 0,
		},
	}
}

// printLimits prints a row for each limit and returns whether all are kept.
func printLimits(out io.Writer, f *figures) bool {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	defer table.Flush()
	all := true
	for _, l := range limitsOf(f) {
		verdict := "ok"
		if !l.kept {
			verdict, all = "OUTSIDE", false
		}
		fmt.Fprintf(table, "%s\t%s\t(%s)\t%s\n", l.what, l.figure, l.bound, verdict)
	}
	return all
}

func printPackages(out io.Writer, packages []*figures) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer table.Flush()
	fmt.Fprintln(table, "functions\tmedian name\tone-word %\tcomments\tmannered\tper 1,000\t package")
	for _, p := range packages {
		fmt.Fprintf(table, "%d\t%d\t%.0f\t%d\t%d\t%.0f\t %s\n", len(p.nameLengths), p.medianName(),
			p.shortNameShare(), p.commentLines, len(p.mannered), p.manneredShare(), p.name)
	}
	fmt.Fprintln(table)
}

func printPlaces(out io.Writer, f *figures) {
	for _, p := range f.places() {
		fmt.Fprintln(out, p)
	}
}
