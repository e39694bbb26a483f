package stack

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/server/common/authorization"
	"go.temporal.io/server/common/config"
	"go.temporal.io/server/common/headers"
	"go.temporal.io/server/common/metrics"
	"go.temporal.io/server/temporal"
)

// Namespace is the only namespace of the server.
const Namespace = client.DefaultNamespace

// Retention is how long closed workflows are kept.
const Retention = 7 * 24 * time.Hour

const loopback = "127.0.0.1"

// startTimeout is far above the half second of a start on an idle machine.
const startTimeout = time.Minute

// TemporalOptions configures a server. The zero value is a server in memory on a
// free port, for tests.
type TemporalOptions struct {
	// Dir is the folder of the databases, created if missing. Empty keeps
	// everything in memory.
	Dir string
	// Port of the frontend on 127.0.0.1; 0 takes a free one.
	Port int
	// Verbose logs warnings and errors to stderr. Otherwise only fatal errors
	// are logged, because a server that stops soon after its start warns about
	// every open call.
	Verbose bool
}

// Temporal is a running server.
type Temporal struct {
	server       temporal.Server
	address      string
	releasePorts func()
}

// StartTemporal starts a server and returns when its frontend answers. A used
// port is an error here, because the server itself would end the process.
func StartTemporal(ctx context.Context, o TemporalOptions) (*Temporal, error) {
	ports, releasePorts, err := choosePorts(o.Port)
	if err != nil {
		return nil, err
	}
	t, err := startServer(o, ports)
	if err != nil {
		releasePorts()
		return nil, err
	}
	t.releasePorts = releasePorts
	if err := t.awaitHealthy(ctx); err != nil {
		return nil, errors.Join(err, t.Stop())
	}
	return t, nil
}

func startServer(o TemporalOptions, ports servicePorts) (*Temporal, error) {
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
	return &Temporal{server: server, address: conf.PublicClient.HostPort}, nil
}

// Address is the frontend's host:port.
func (t *Temporal) Address() string { return t.address }

// Stop stops the server. Close its workers and clients first.
func (t *Temporal) Stop() error {
	defer t.releasePorts()
	return t.server.Stop()
}

func (t *Temporal) awaitHealthy(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	c, err := client.NewLazyClient(client.Options{HostPort: t.address, Namespace: Namespace, Logger: noLogger{}})
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
		temporal.WithDynamicConfigClient(dynamicConfig()),
	}
}

// checkVersion returns an error if another server version wrote the data folder:
// the SQLite schema has no migrations, and a mismatch would cause an obscure SQL
// error.
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
