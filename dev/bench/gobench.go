package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// goBench runs benchmarks of a package of the product, so many rounds each, and gives the time of one
// operation by the benchmark's full name, without its trailing processor count.
func goBench(ctx context.Context, root, pkg, pattern, rounds string) (map[string]time.Duration, error) {
	command := exec.CommandContext(ctx, "go", "test", "-run", "^$", "-bench", pattern, "-benchtime", rounds, pkg)
	command.Dir = root
	// A record that forgets its commits would be measured otherwise.
	command.Env = append(os.Environ(), "PGTEST_DURABLE=1")
	out, err := command.CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("benchmark %s of %s: %w: %s", pattern, pkg, err, out)
	}
	return parseBench(bytes.NewReader(out)), nil
}

var benchLine = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+([0-9.]+) ns/op`)

func parseBench(out io.Reader) map[string]time.Duration {
	results := map[string]time.Duration{}
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		found := benchLine.FindStringSubmatch(lines.Text())
		if found == nil {
			continue
		}
		if ns, err := strconv.ParseFloat(found[2], 64); err == nil {
			results[found[1]] = time.Duration(ns)
		}
	}
	return results
}

// requireResults returns the results with these names, or an error if one is
// missing.
func requireResults(results map[string]time.Duration, names ...string) ([]time.Duration, error) {
	var values []time.Duration
	for _, name := range names {
		value, found := results[name]
		if !found {
			return nil, fmt.Errorf("no benchmark %s ran", name)
		}
		values = append(values, value)
	}
	return values, nil
}

func measureDossier(ctx context.Context, root string) ([]row, error) {
	results, err := goBench(ctx, root, "./evidence/dossier", "TenPages$", "20x")
	if err != nil {
		return nil, err
	}
	got, err := requireResults(results, "TenPages", "BareTenPages")
	if err != nil {
		return nil, err
	}
	share := float64(got[0]) / float64(got[1])
	return []row{{
		what: "a dossier of ten pages", figure: milliseconds(got[0]), yardstick: "bare fpdf, same pages: " + milliseconds(got[1]),
		ratio: formatRatio(share), budget: "≤ 300 ms, ratio ≤ 1.30", kept: got[0] <= 300*time.Millisecond && share <= 1.3,
	}}, nil
}

func measureVerifier(ctx context.Context, root string) ([]row, error) {
	results, err := goBench(ctx, root, "./evidence/verify", "Verify100000Entries$", "5x")
	if err != nil {
		return nil, err
	}
	got, err := requireResults(results, "Verify100000Entries")
	if err != nil {
		return nil, err
	}
	return []row{{
		what: "verify a journal of 100,000 entries", figure: milliseconds(got[0]), yardstick: "–", ratio: "–",
		budget: "≤ 1 s", kept: got[0] <= time.Second,
	}}, nil
}

func measureQueue(ctx context.Context, root string) ([]row, error) {
	results, err := goBench(ctx, root, "./postgres", "^BenchmarkQueue$/^(agent|all|appeal)$", "50x")
	if err != nil {
		return nil, err
	}
	var rows []row
	for _, name := range []string{"all", "agent", "appeal"} {
		got, err := requireResults(results, "Queue/"+name+"/100000", "Queue/"+name+"/10000")
		if err != nil {
			return nil, err
		}
		growth := float64(got[0]) / float64(got[1])
		rows = append(rows, row{
			what: "queue of 50 at 100,000 cases: " + name, figure: milliseconds(got[0]), yardstick: "at 10,000: " + milliseconds(got[1]),
			ratio: formatRatio(growth), budget: "≤ 8 ms, ratio ≤ 2", kept: got[0] <= 8*time.Millisecond && growth <= 2,
		})
	}
	if results, err = goBench(ctx, root, "./postgres", "^BenchmarkUserByToken$", "5000x"); err != nil {
		return nil, err
	}
	got, err := requireResults(results, "UserByToken")
	if err != nil {
		return nil, err
	}
	return append(rows, row{
		what: "check an API token", figure: milliseconds(got[0]), yardstick: "–", ratio: "–", budget: "≤ 0.2 ms", kept: got[0] <= 200*time.Microsecond,
	}), nil
}

const uploadSize = 64 << 20

// measureUpload measures storing a file durably under its digest, next to the tools of
// the system.
func measureUpload(ctx context.Context, root string) ([]row, error) {
	results, err := goBench(ctx, root, "./evidence/originals/blob", "ReceiveAndCommit$", "20x")
	if err != nil {
		return nil, err
	}
	got, err := requireResults(results, "ReceiveAndCommit")
	if err != nil {
		return nil, err
	}
	tools, err := digestAndCopy(ctx)
	if err != nil {
		return nil, err
	}
	share := tools.Seconds() / got[0].Seconds()
	return []row{{
		what: "take in a file of 64 MB", figure: milliseconds(got[0]), yardstick: "sha256sum + cp + sync: " + milliseconds(tools),
		ratio: formatRatio(share), budget: "ratio ≥ 0.70", kept: share >= 0.7,
	}}, nil
}

func digestAndCopy(ctx context.Context) (time.Duration, error) {
	dir, err := os.MkdirTemp("", "recourse-bench-")
	if err != nil {
		return 0, fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	file, copied := filepath.Join(dir, "a"), filepath.Join(dir, "b")
	content := make([]byte, uploadSize)
	if _, err := rand.Read(content); err != nil {
		return 0, fmt.Errorf("make a file: %w", err)
	}
	if err := os.WriteFile(file, content, 0o600); err != nil {
		return 0, fmt.Errorf("make a file: %w", err)
	}
	const rounds = 5
	began := time.Now()
	for range rounds {
		for _, command := range [][]string{{"sha256sum", file}, {"cp", file, copied}, {"sync", copied}} {
			if out, err := exec.CommandContext(ctx, command[0], command[1:]...).CombinedOutput(); err != nil {
				return 0, fmt.Errorf("%s: %w: %s", strings.Join(command, " "), err, out)
			}
		}
	}
	return time.Since(began) / rounds, nil
}
