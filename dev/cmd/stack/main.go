// Command stack is `make run`: it starts PostgreSQL, Temporal and the product,
// runs one sample case on an empty database and waits for Ctrl-C. As
// `stack temporal` it is the Temporal server of that stack. It is for development
// only; a deployment runs bin/recourse with its own servers.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"syscall"
	"time"

	"recourse/dev/local"
	"recourse/dev/sample"
	"recourse/dev/stack"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends the process at once
	err := runCommand(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, local.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runCommand(ctx context.Context, args []string, out io.Writer) error {
	if len(args) > 0 && args[0] == "temporal" {
		return serveTemporal(ctx, args[1:])
	}
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program: %w", err)
	}
	options, err := local.ParseOptions(args, os.Getenv, self, out)
	if err != nil {
		return err
	}
	progress := local.NewProgress(out, time.Now)
	return local.Run(ctx, options, progress, func(ctx context.Context, up local.Up) error {
		return showStack(ctx, options, progress, up)
	})
}

// showStack runs the sample case if the database is empty and prints addresses.
func showStack(ctx context.Context, o local.Options, p *local.Progress, up local.Up) error {
	var result sample.Result
	if !o.NoSample {
		var err error
		result, err = sample.RunCase(ctx, sample.Options{
			BaseURL: up.BaseURL, TokensFile: up.Tokens, Dir: filepath.Join(up.Data, "sample"), Fonts: o.Fonts,
			Recourse: up.Product, Printf: p.Printf, Now: time.Now,
		})
		if err != nil && ctx.Err() == nil {
			p.Printf("The sample case stopped: %v. The next make run continues it.", err)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p.Printf("\nRecourse is up.\n")
	p.Printf("  Pages        %s", up.BaseURL)
	p.Printf("  Desk         %s/desk", up.BaseURL)
	p.Printf("  API          %s/api/v1/openapi.yaml", up.BaseURL)
	if up.UIURL != "" {
		p.Printf("  Temporal UI  %s", up.UIURL)
	}
	p.Printf("  Sign in as   claimant, agent, supervisor, legal, admin or auditor, chosen on the page")
	p.Printf("  API tokens   %s", up.Tokens)
	p.Printf("  Logs         %s", filepath.Join(up.Data, "logs"))
	if result.Number != "" {
		p.Printf("  Sample       case %s", result.Number)
		p.Printf("    dossier    %s", result.Dossier)
		p.Printf("    bag        %s", result.Bag)
	}
	p.Printf("\nCtrl-C stops everything; the next make run uses the same data.")
	return nil
}

// serveTemporal runs the embedded Temporal server in a child process.
func serveTemporal(ctx context.Context, args []string) error {
	syscall.Umask(0o077) // only their owner may read the databases
	flags := flag.NewFlagSet("stack temporal", flag.ContinueOnError)
	dir := flags.String("dir", "", "folder of the data; if empty, the data is in memory")
	port := flags.Int("port", local.DefaultTemporalPort, "port of the frontend")
	uiPort := flags.Int("ui-port", local.DefaultUIPort, "port of the UI")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read the flags: %w", err)
	}
	debug.SetGCPercent(200) // with the default, garbage collection takes an eighth of its CPU time
	server, err := stack.StartTemporal(ctx, stack.TemporalOptions{Dir: *dir, Port: *port, Verbose: true})
	if err != nil {
		return err
	}
	ui, err := stack.StartUI(ctx, server.Address(), *uiPort)
	if err != nil {
		return errors.Join(err, server.Stop())
	}
	<-ctx.Done()
	ui.Stop()
	if err := server.Stop(); err != nil {
		return fmt.Errorf("stop the Temporal server: %w", err)
	}
	return nil
}
