// Command bench measures the budgets of the product, each beside a yardstick of
// the same run: on a shared or slow machine the ratio says what the figure alone
// cannot. It starts a stack of its own in a folder it removes, on free ports,
// and prints one row per budget. A missed budget is a row, not a failure.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
	"time"

	"recourse/dev/local"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// run measures what needs no server first: nothing else is to run beside it.
func run(ctx context.Context) error {
	root, err := filepath.Abs("..")
	if err != nil {
		return fmt.Errorf("find the checkout: %w", err)
	}
	progress := local.NewProgress(os.Stderr, time.Now)
	var rows []row
	measure := func(ctx context.Context, what string, work func(context.Context) ([]row, error)) error {
		return progress.During(what, func() error {
			more, err := work(ctx)
			rows = append(rows, more...)
			return err
		})
	}
	alone := []struct {
		what string
		work func(context.Context, string) ([]row, error)
	}{{"dossier", dossier}, {"verifier", verifier}, {"upload", upload}, {"token and queue", record}}
	for _, part := range alone {
		if err := measure(ctx, part.what, func(ctx context.Context) ([]row, error) { return part.work(ctx, root) }); err != nil {
			return err
		}
	}
	err = withStack(ctx, root, progress, func(ctx context.Context, up local.Up) error {
		if err := measure(ctx, "assessments", func(ctx context.Context) ([]row, error) { return assessments(ctx, up) }); err != nil {
			return err
		}
		// Filing comes last: it leaves thousands of cases to be started behind it.
		if err := measure(ctx, "actions", func(ctx context.Context) ([]row, error) { return actions(ctx, up) }); err != nil {
			return err
		}
		if err := measure(ctx, "a whole case", func(ctx context.Context) ([]row, error) { return journey(ctx, up) }); err != nil {
			return err
		}
		return measure(ctx, "filing", func(ctx context.Context) ([]row, error) { return filing(ctx, up) })
	})
	if err != nil {
		return err
	}
	err = withStack(ctx, root, progress, func(ctx context.Context, up local.Up) error {
		return measure(ctx, "ten thousand deadlines (a quarter of an hour)", func(ctx context.Context) ([]row, error) { return storm(ctx, up) })
	})
	if err != nil {
		return err
	}
	show(os.Stdout, rows)
	return nil
}

// withStack runs a stack without a sample for the time of work.
func withStack(ctx context.Context, root string, progress *local.Progress, work func(context.Context, local.Up) error) error {
	dir, err := os.MkdirTemp("", "recourse-bench-")
	if err != nil {
		return fmt.Errorf("make a folder: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := os.Chmod(dir, 0o711); err != nil { //nolint:gosec // PostgreSQL passes through as another user
		return fmt.Errorf("open the folder: %w", err)
	}
	ports, err := local.FreePorts(4)
	if err != nil {
		return err
	}
	options := local.Options{
		Data: filepath.Join(dir, "data"), Addr: fmt.Sprintf("127.0.0.1:%d", ports[0]), Pace: 1, TemporalPort: ports[1],
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
