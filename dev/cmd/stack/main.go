// Command stack is `make run`: it starts PostgreSQL, Temporal and the product,
// walks one sample case on an empty database and stays up until Ctrl-C. As
// `stack temporal` it is the Temporal server of that stack. It is for
// development; a deployment runs bin/recourse beside servers of its own.
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
	context.AfterFunc(ctx, stop) // a second Ctrl-C does not wait
	err := run(ctx, os.Args[1:], os.Stdout)
	stop()
	if err != nil && !errors.Is(err, local.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
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
		return greet(ctx, options, progress, up)
	})
}

// greet walks the sample, if there is one to walk, and says where things are.
func greet(ctx context.Context, o local.Options, p *local.Progress, up local.Up) error {
	var walked sample.Result
	if !o.NoSample {
		var err error
		walked, err = sample.Walk(ctx, sample.Options{
			BaseURL: up.BaseURL, TokensFile: up.Tokens, Dir: filepath.Join(up.Data, "sample"), Fonts: o.Fonts,
			Recourse: up.Product, Sayf: p.Sayf, Now: time.Now,
		})
		if err != nil && ctx.Err() == nil {
			p.Sayf("The sample walk stopped: %v. It goes on with the next make run.", err)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	p.Sayf("\nRecourse is up.\n")
	p.Sayf("  Pages        %s", up.BaseURL)
	p.Sayf("  Desk         %s/desk", up.BaseURL)
	p.Sayf("  API          %s/api/v1/openapi.yaml", up.BaseURL)
	if up.UIURL != "" {
		p.Sayf("  Temporal UI  %s", up.UIURL)
	}
	p.Sayf("  Sign in as   claimant, agent, supervisor, legal, admin or auditor, by choosing one on the page")
	p.Sayf("  API tokens   %s", up.Tokens)
	p.Sayf("  Logs         %s", filepath.Join(up.Data, "logs"))
	if walked.Number != "" {
		p.Sayf("  Sample       case %s", walked.Number)
		p.Sayf("    dossier    %s", walked.Dossier)
		p.Sayf("    bag        %s", walked.Bag)
	}
	p.Sayf("\nCtrl-C stops everything; the next make run finds the data again.")
	return nil
}

// serveTemporal is the child process that embeds the server.
func serveTemporal(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("stack temporal", flag.ContinueOnError)
	dir := flags.String("dir", "", "folder of its data; empty keeps it in memory")
	port := flags.Int("port", local.DefaultTemporalPort, "port of the frontend")
	uiPort := flags.Int("ui-port", local.DefaultUIPort, "port of the UI")
	if err := flags.Parse(args); err != nil {
		return fmt.Errorf("read the flags: %w", err)
	}
	debug.SetGCPercent(200) // an eighth of its processor went into collecting
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
