package stack

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/temporal"
)

// Namespace is the only namespace the server is given.
const Namespace = client.DefaultNamespace

// Retention is how long closed workflows stay readable.
const Retention = 7 * 24 * time.Hour

const loopback = "127.0.0.1"

// startLimit is far above the half second a start takes on an idle machine.
const startLimit = time.Minute

// TemporalOptions says where the server lives. The zero value is a server in
// memory on a free port, which is what tests want.
type TemporalOptions struct {
	// Dir holds the database file; it is created when missing. Empty keeps
	// everything in memory.
	Dir string
	// Port of the frontend on 127.0.0.1; 0 takes a free one.
	Port int
	// Verbose logs the server's warnings and errors to stderr. Otherwise only
	// what ends the process is said: a server stopped soon after its start
	// complains about every call it was in.
	Verbose bool
}

// Temporal is a running server.
type Temporal struct {
	server  temporal.Server
	address string
}

// StartTemporal starts a server and returns when its frontend serves the
// namespace. A port already taken is an error here; found later, it would end
// the process inside the server.
func StartTemporal(ctx context.Context, o TemporalOptions) (*Temporal, error) {
	ports, err := choosePorts(o.Port)
	if err != nil {
		return nil, err
	}
	stores, err := openStores(o.Dir)
	if err != nil {
		return nil, err
	}
	conf := serverConfig(stores, ports)
	server, err := temporal.NewServer(serverOptions(conf, ports, newLogger(o.Verbose))...)
	if err != nil {
		return nil, fmt.Errorf("prepare the Temporal server: %w", err)
	}
	if err := server.Start(); err != nil {
		return nil, fmt.Errorf("start the Temporal server: %w", err)
	}
	t := &Temporal{server: server, address: conf.PublicClient.HostPort}
	if err := t.await(ctx); err != nil {
		return nil, errors.Join(err, t.Stop())
	}
	return t, nil
}

// Address is the frontend's host:port.
func (t *Temporal) Address() string { return t.address }

// Stop ends the server. Workers and clients of it must be closed before.
func (t *Temporal) Stop() error { return t.server.Stop() }

func (t *Temporal) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	c, err := client.NewLazyClient(client.Options{HostPort: t.address, Namespace: Namespace, Logger: silent{}})
	if err != nil {
		return fmt.Errorf("make a Temporal client: %w", err)
	}
	defer c.Close()
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for {
		_, err := c.CheckHealth(ctx, &client.CheckHealthRequest{})
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the Temporal server does not answer on %s: %w (%v)", t.address, ctx.Err(), err)
		case <-retry.C:
		}
	}
}

func serverOptions(conf *config.Config, ports servicePorts, l *zapLogger) []temporal.ServerOption {
	return []temporal.ServerOption{
		temporal.WithConfig(conf),
		temporal.ForServices(temporal.DefaultServices),
		temporal.WithStaticHosts(ports.hosts()),
		temporal.WithLogger(l),
		temporal.WithAuthorizer(authorization.NewNoopAuthorizer()),
		temporal.WithClaimMapper(func(*config.Config) authorization.ClaimMapper { return authorization.NewNoopClaimMapper() }),
		temporal.WithCustomMetricsHandler(metrics.NoopMetricsHandler),
		temporal.WithDynamicConfigClient(limits()),
	}
}

// checkVersion refuses a data folder of another server version: the SQLite
// schema has no migrations, and a mismatch would surface as a strange SQL error.
func checkVersion(dir string) error {
	path := filepath.Join(dir, "server-version")
	written, err := os.ReadFile(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return os.WriteFile(path, []byte(headers.ServerVersion), 0o600)
	case err != nil:
		return fmt.Errorf("read the version of the Temporal data: %w", err)
	case string(written) != headers.ServerVersion:
		return fmt.Errorf("the Temporal data in %s was written by server %s and this is %s: finish those cases with the older build or use another --data folder",
			dir, written, headers.ServerVersion)
	}
	return nil
}

func hostPort(port int) string { return net.JoinHostPort(loopback, strconv.Itoa(port)) }
