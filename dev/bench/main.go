// Command bench measures the budgets of the product, each next to a yardstick in
// the same run: on a shared or slow machine only the ratio is meaningful. It starts
// its own stack in a temporary folder, on free ports, and prints one row per budget.
// A missed budget is a row, not a failure.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"syscall"
	"time"

	"recourse/dev/freeport"
	"recourse/dev/local"
)

func main() {
	debug.SetGCPercent(800)                     // what the clients of a bench leave behind is not to hold up who they measure
	_ = os.Setenv("RECOURSE_LIMITS", "all=off") // all clients of a bench have one address
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := runCommand(ctx, os.Args[1:], os.Stdin, os.Stdout)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// runCommand runs the benchmarks, or the baseline server that they start.
func runCommand(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) > 0 && args[0] == baselineCommand {
		return serveBaseline(ctx, args[1:], in, out)
	}
	return runParts(ctx, args, out)
}

// part is one measurement: alone over the checkout, or against a running stack.
type part struct {
	name  string
	alone func(ctx context.Context, root string) ([]row, error)
	up    func(ctx context.Context, up local.Up) ([]row, error)
}

// stacks are the parts in order, grouped by stack. Parts without a server are first,
// because nothing else should run at the same time. Filing is last on its stack,
// because it leaves thousands of cases to start.
var stacks = [][]part{
	{
		{name: "dossier", alone: measureDossier}, {name: "verifier", alone: measureVerifier}, {name: "upload", alone: measureUpload},
		{name: "papers", alone: measureLargeDocuments},
		{name: "record", alone: measureQueue},
	},
	{
		{name: "assessments", up: measureAssessments}, {name: "actions", up: measureActions}, {name: "corrections", up: measureCorrections},
		{name: "journey", up: measureJourney},
		{name: "parts", up: measurePartUploads},
		{name: "filing", up: measureFiling},
	},
	{{name: "exports", up: measureExports}},
	{{name: "long", up: measureLongCase}},
	{{name: "storm", up: measureStorm}},
	{{name: "soak", up: measureSoak}},
}

// onlyIfNamed are the parts that run only if their names are given.
var onlyIfNamed = []string{"exports", "long", "storm", "soak"}

// runParts measures the named parts, or all except the long ones.
func runParts(ctx context.Context, names []string, out io.Writer) error {
	root, err := filepath.Abs("..")
	if err != nil {
		return fmt.Errorf("find the checkout: %w", err)
	}
	progress := local.NewProgress(os.Stderr, time.Now)
	var rows []row
	for _, stack := range stacks {
		wanted := slices.DeleteFunc(slices.Clone(stack), func(p part) bool {
			return !slices.Contains(names, p.name) && (len(names) > 0 || slices.Contains(onlyIfNamed, p.name))
		})
		if len(wanted) == 0 {
			continue
		}
		more, err := measureParts(ctx, root, progress, wanted)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	printRows(out, rows)
	return nil
}

// measureParts measures parts that share a stack, or that need none.
func measureParts(ctx context.Context, root string, progress *local.Progress, parts []part) ([]row, error) {
	var rows []row
	all := func(ctx context.Context, up local.Up) error {
		for _, p := range parts {
			err := progress.During(p.name, func() error {
				measure := func() ([]row, error) { return p.up(ctx, up) }
				if p.alone != nil {
					measure = func() ([]row, error) { return p.alone(ctx, root) }
				}
				more, err := measure()
				rows = append(rows, more...)
				return err
			})
			if err != nil {
				return err
			}
		}
		return nil
	}
	var err error
	if parts[0].alone != nil {
		err = all(ctx, local.Up{})
	} else {
		err = withStack(ctx, root, progress, all)
	}
	return rows, err
}

// withStack runs work with a stack that has no sample case.
func withStack(ctx context.Context, root string, progress *local.Progress, work func(context.Context, local.Up) error) error {
	dir, err := os.MkdirTemp("", "recourse-bench-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL may run as another user
		return fmt.Errorf("open the folder: %w", err)
	}
	ports, release, err := freeport.Reserve(4)
	if err != nil {
		return err
	}
	defer release()
	options := local.Options{
		Data: filepath.Join(dir, "data"), Addr: freeport.Address(ports[0]), Pace: 1, TemporalPort: ports[1],
		UIPort: ports[2], PostgresPort: ports[3], Product: filepath.Join(root, "bin", "recourse"),
		Self: filepath.Join(root, "dev", "bin", "stack"), Fonts: filepath.Join(root, ".recourse", "fonts"),
	}
	ctx, finished := context.WithCancel(ctx)
	defer finished()
	var failed error
	err = local.Run(ctx, options, progress, func(ctx context.Context, up local.Up) error {
		defer finished()
		failed = work(ctx, up)
		return nil
	})
	return errors.Join(err, failed)
}
