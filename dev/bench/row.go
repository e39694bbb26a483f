package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// row is one budget: the measurement, the yardstick and whether the budget is kept.
type row struct {
	what, figure, yardstick, ratio, budget string
	kept                                   bool
}

func printRows(out io.Writer, rows []row) {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	_, _ = fmt.Fprintln(table, "what\tfigure\tyardstick\tratio\tbudget\t")
	for _, r := range rows {
		verdict := "ok"
		if !r.kept {
			verdict = "MISS"
		}
		_, _ = fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\n", r.what, r.figure, r.yardstick, r.ratio, r.budget, verdict)
	}
	_ = table.Flush()
}

// load is the calls of several clients.
type load struct {
	took    []time.Duration // sorted
	elapsed time.Duration
}

func newLoad(took []time.Duration, elapsed time.Duration) load {
	slices.Sort(took)
	return load{took: took, elapsed: elapsed}
}

func (l load) rate() float64 { return float64(len(l.took)) / l.elapsed.Seconds() }

// percentile returns the duration within which the given share of calls ended.
func (l load) percentile(share float64) time.Duration {
	if len(l.took) == 0 {
		return 0
	}
	return l.took[min(len(l.took)-1, int(float64(len(l.took))*share))]
}

func (l load) String() string {
	return fmt.Sprintf("%.0f/s, p50 %s, p95 %s", l.rate(), milliseconds(l.percentile(0.5)), milliseconds(l.percentile(0.95)))
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d.Microseconds())/1000)
}

func formatRatio(r float64) string { return fmt.Sprintf("%.2f", r) }
