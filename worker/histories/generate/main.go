// Command generate records the histories of package histories on the Temporal
// server of the environment (TEMPORAL_ADDRESS), which should be a fresh one.
package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"

	"recourse/worker"
	"recourse/worker/histories"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: generate DIR (which holds payload.key)")
		os.Exit(2)
	}
	if err := recordHistories(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func recordHistories(dir string) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	key, err := worker.LoadKey(filepath.Join(dir, "payload.key"))
	if err != nil {
		return err
	}
	c, err := worker.Dial(worker.DialOptions{Key: key, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	defer c.Close()
	return histories.Record(ctx, c, dir)
}
