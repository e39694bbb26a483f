package main

import (
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"time"

	"recourse/dev/local"
	"recourse/postgres/pgcluster"
)

// filingClients is the number of clients, also of pgbench.
const filingClients = 8

// measureFiling measures filing cases over HTTP with their journal entries, next to the
// simplest transaction of pgbench on the same server.
func measureFiling(ctx context.Context, up local.Up) ([]row, error) {
	tps, err := runPgbench(ctx, up.Database)
	if err != nil {
		return nil, err
	}
	d, err := newAPIClient(up)
	if err != nil {
		return nil, err
	}
	file := func(ctx context.Context, _ int) error { _, err := d.fileCase(ctx); return err }
	if _, err := callConcurrently(ctx, filingClients, untilCount(200), file); err != nil {
		return nil, err
	}
	got, err := callConcurrently(ctx, filingClients, untilElapsed(10*time.Second), file)
	if err != nil {
		return nil, err
	}
	return []row{{
		what: "file a case with its entry, 8 clients", figure: got.String(), yardstick: fmt.Sprintf("pgbench -N -c 8: %.0f/s", tps),
		ratio: formatRatio(got.rate() / tps), budget: "≥ 400/s, p95 ≤ 25 ms",
		kept: got.rate() >= 400 && got.percentile(0.95) <= 25*time.Millisecond,
	}}, nil
}

var tpsLine = regexp.MustCompile(`tps = ([0-9.]+)`)

func runPgbench(ctx context.Context, database string) (float64, error) {
	tools, err := pgcluster.FindTools(ctx, "")
	if err != nil {
		return 0, err
	}
	program := tools.ProgramPath("pgbench")
	if out, err := exec.CommandContext(ctx, program, "-i", "-q", "-s", "8", database).CombinedOutput(); err != nil {
		return 0, fmt.Errorf("prepare pgbench: %w: %s", err, out)
	}
	out, err := exec.CommandContext(ctx, program, "-N", "-n", "-c", strconv.Itoa(filingClients), "-j", "2", "-T", "8", database).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("run pgbench: %w: %s", err, out)
	}
	found := tpsLine.FindSubmatch(out)
	if found == nil {
		return 0, fmt.Errorf("pgbench printed no rate: %s", out)
	}
	tps, err := strconv.ParseFloat(string(found[1]), 64)
	if err != nil {
		return 0, fmt.Errorf("read pgbench's rate: %w", err)
	}
	return tps, nil
}
