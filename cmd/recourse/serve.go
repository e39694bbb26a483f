package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"recourse/api"
	"recourse/casework"
	"recourse/postgres"
	"recourse/web"
	"recourse/worker"
)

// drainTime is how long requests under way may take when the process stops.
const drainTime = 10 * time.Second

// asksPerSecond is what one address may ask for without an account.
const asksPerSecond = 20

func allCommand() *cobra.Command {
	return roleCommand("all", "Serve API and pages and do the work, in one process", true, true)
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
				if err := c.checkSignIn(); err != nil {
					return err
				}
			}
			return runRoles(cmd.Context(), c, serves, works)
		},
	}
}

func runRoles(ctx context.Context, c config, serves, works bool) error {
	if c.Profile == development {
		if err := postgres.Migrate(ctx, c.DatabaseURL); err != nil {
			return err
		}
	}
	d, err := openDesk(ctx, c)
	if err != nil {
		return err
	}
	defer d.close()
	group, ctx := errgroup.WithContext(ctx)
	if works {
		if err := d.work(ctx, group); err != nil {
			return err
		}
	}
	if serves {
		if err := d.serve(ctx, group); err != nil {
			return err
		}
	}
	return group.Wait()
}

// work starts the workers and the relay that feeds them.
func (d *desk) work(ctx context.Context, group *errgroup.Group) error {
	parts, err := d.parts()
	if err != nil {
		return err
	}
	group.Go(func() error { return worker.Run(ctx, d.temporal, parts) })
	group.Go(func() error { return worker.NewRelay(d.store, d.temporal).Run(ctx) })
	return nil
}

// serve listens before it returns, so that a port in use is an error of the
// start.
func (d *desk) serve(ctx context.Context, group *errgroup.Group) error {
	service := d.service()
	if d.config.Profile == development {
		if err := seedAccounts(ctx, d.config, service); err != nil {
			return err
		}
	}
	var network net.ListenConfig
	listener, err := network.Listen(ctx, "tcp", d.config.Addr)
	if err != nil {
		return fmt.Errorf("the address %s cannot be listened on (RECOURSE_ADDR names another): %w", d.config.Addr, err)
	}
	server := d.faces(service) //nolint:contextcheck // failures are logged under their own request
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
	d.log.InfoContext(ctx, "serving", "url", "http://"+d.config.Addr, "profile", d.config.Profile)
	return nil
}

// faces puts API and pages on one server. It sets no deadline for whole bodies
// and answers: uploads and streams move their own as they progress.
func (d *desk) faces(service *casework.Service) *http.Server {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	options := api.Options{Log: d.log, Version: version}
	if d.config.Profile == production {
		options.AsksPerSecond = asksPerSecond
	}
	rest := api.New(service, options)
	rest.Register(e)
	web.New(service, d.store.Sessions(), web.Options{
		Log: d.log, Now: now, Notices: casework.NewNotices(service, d.herald),
	}).Register(e)
	server := &http.Server{Handler: e, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	server.RegisterOnShutdown(rest.Close)
	return server
}

func migrateCommand() *cobra.Command {
	return &cobra.Command{
		Use: "migrate", Short: "Bring the database to the schema of this binary", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := readConfig()
			if err != nil {
				return err
			}
			return postgres.Migrate(cmd.Context(), c.DatabaseURL)
		},
	}
}
