package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"recourse/api"
	"recourse/casework"
	"recourse/connections"
	"recourse/loop"
	"recourse/postgres"
	"recourse/web"
	"recourse/worker"
)

// softMemoryLimit is where the garbage collector works harder, so that large papers do not
// leave twice their size behind. GOMEMLIMIT sets another one.
const softMemoryLimit = 400 << 20

// privateUmask lets only the user of the process read the files it makes, even in a copy
// outside their folder.
const privateUmask = 0o077

// drainTime is how long open requests may take when the process stops.
const drainTime = 10 * time.Second

func allCommand() *cobra.Command {
	return roleCommand("all", "Serve API and pages, and run workflows and activities, in one process", true, true)
}

func serveCommand() *cobra.Command {
	return roleCommand("serve", "Serve API and pages", true, false)
}

func workCommand() *cobra.Command {
	return roleCommand("work", "Run workflows, activities and the relay", false, true)
}

func roleCommand(use, short string, serves, works bool) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			if serves {
				if err := errors.Join(c.checkSignIn(), c.checkReach()); err != nil {
					return err
				}
			}
			return runProcess(cmd.Context(), c, serves, works)
		},
	}
}

func runProcess(ctx context.Context, c config, serves, works bool) error {
	syscall.Umask(privateUmask)
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(softMemoryLimit)
	}
	if c.Profile == development {
		if err := postgres.Migrate(ctx, c.DatabaseURL); err != nil {
			return err
		}
	}
	d, err := openApp(ctx, c)
	if err != nil {
		return err
	}
	defer d.closeAll()
	if err := refuseDevelopmentAccounts(ctx, c, d.service); err != nil {
		return err
	}
	if err := d.prepareReader(ctx); err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return d.countSetAside(ctx) })
	if works {
		if err := d.startWorkers(ctx, group); err != nil {
			return err
		}
	}
	switch {
	case serves:
		err = d.startServer(ctx, group)
	case c.MetricsAddr != "":
		err = d.startMetrics(ctx, group)
	}
	if err != nil {
		return err
	}
	return group.Wait()
}

// countInterval is the time between two counts of the items that are set aside.
const countInterval = time.Minute

// countSetAside counts the items that are set aside in the database for the metrics of
// this process.
func (d *app) countSetAside(ctx context.Context) error {
	d.loops.Run(ctx, loop.Loop{Name: "count_set_aside", Interval: countInterval, Step: func(ctx context.Context) (bool, error) {
		counts, err := d.store.CountSetAside(ctx)
		if err == nil {
			d.loops.SetItems(counts)
		}
		return false, err
	}})
	return nil
}

// startWorkers starts the workers and the relay that starts workflows.
func (d *app) startWorkers(ctx context.Context, group *errgroup.Group) error {
	parts, err := d.workerParts()
	if err != nil {
		return err
	}
	group.Go(func() error { return worker.Run(ctx, d.temporal, parts) })
	group.Go(func() error { return worker.NewRelay(d.store, d.temporal, d.loops).Run(ctx) })
	return nil
}

// startServer listens before it returns, so that a used port is an error of the
// start.
func (d *app) startServer(ctx context.Context, group *errgroup.Group) error {
	visitor, err := d.config.addressOfVisitor()
	if err != nil {
		return err
	}
	bounds, err := d.config.connectionOptions()
	if err != nil {
		return err
	}
	if d.config.Profile == development {
		if err := seedAccounts(ctx, d.config, d.service); err != nil {
			return err
		}
	}
	listener, err := listen(ctx, d.config.Addr, "RECOURSE_ADDR")
	if err != nil {
		return err
	}
	table := connections.New(bounds)
	server := d.newHTTPServer(visitor, table, bounds.Limits) //nolint:contextcheck // errors are logged with the context of their request
	serveUntilDone(ctx, group, server, table.Listen(listener))
	d.log.InfoContext(ctx, "serving", "url", "http://"+d.config.Addr, "profile", d.config.Profile)
	return nil
}

// startMetrics serves the metrics of a process that serves nothing else.
func (d *app) startMetrics(ctx context.Context, group *errgroup.Group) error {
	listener, err := listen(ctx, d.config.MetricsAddr, "RECOURSE_METRICS_ADDR")
	if err != nil {
		return err
	}
	routes := http.NewServeMux()
	routes.Handle("GET /metrics", api.NewMetricsHandler(version, d.loops))
	server := &http.Server{Handler: routes, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second, IdleTimeout: time.Minute}
	serveUntilDone(ctx, group, server, listener)
	d.log.InfoContext(ctx, "serving metrics", "url", "http://"+d.config.MetricsAddr+"/metrics")
	return nil
}

// listen opens a port; variable names the setting of its address.
func listen(ctx context.Context, address, variable string) (net.Listener, error) {
	var network net.ListenConfig
	listener, err := network.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("cannot listen on %s (set %s to use another address): %w", address, variable, err)
	}
	return listener, nil
}

// serveUntilDone serves until ctx ends, then gives open requests drainTime.
func serveUntilDone(ctx context.Context, group *errgroup.Group, server *http.Server, listener net.Listener) {
	group.Go(func() error {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			return err
		}
		return nil
	})
	group.Go(func() error {
		<-ctx.Done()
		drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTime)
		defer cancel()
		return server.Shutdown(drain)
	})
}

// newHTTPServer serves API and pages. It has no deadline for whole requests and
// responses: the table extends theirs while data flows.
func (d *app) newHTTPServer(visitor echo.IPExtractor, table *connections.Table, limits connections.Limits) *http.Server {
	e := echo.New()
	e.HideBanner, e.HidePort, e.IPExtractor = true, true, visitor
	rest := api.New(d.service, api.Options{Log: d.log, Version: version, Limits: limits, Connections: table.Counts})
	rest.Register(e)
	web.New(d.service, d.store.SessionStore(), web.Options{
		URL: d.config.siteAddress(), Secure: d.config.site().secure, Log: d.log, Now: currentTime, Key: d.formKey, Notices: casework.NewNotices(d.service, d.notifyRules),
	}).Register(e)
	server := &http.Server{Handler: d.config.site().protect(e), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	table.Protect(server)
	server.RegisterOnShutdown(rest.Close)
	return server
}

func migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Migrate the database to the schema of this binary", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			return postgres.Migrate(cmd.Context(), c.DatabaseURL)
		},
	}
}
