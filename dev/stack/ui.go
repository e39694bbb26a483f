package stack

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"
)

// UI is Temporal's web UI in this process.
type UI struct {
	server *uiserver.Server
	url    string
}

// StartUI serves the UI of the Temporal server at address on 127.0.0.1:port and
// returns when it answers. The port is checked first, as the UI server itself
// ends the process when it cannot listen.
func StartUI(ctx context.Context, address string, port int) (*UI, error) {
	probe, err := net.Listen("tcp", hostPort(port))
	if err != nil {
		return nil, fmt.Errorf("port %d for the Temporal UI is in use: %w", port, err)
	}
	port = probe.Addr().(*net.TCPAddr).Port
	if err := probe.Close(); err != nil {
		return nil, fmt.Errorf("release the probed port: %w", err)
	}
	server := uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: address, Host: loopback, Port: port, EnableUI: true, DefaultNamespace: Namespace,
		DisableNewsFetch: true, HideLogs: true, CORS: uiconfig.CORS{CookieInsecure: true},
	}))
	go func() { _ = server.Start() }()
	ui := &UI{server: server, url: "http://" + hostPort(port)}
	if err := ui.await(ctx); err != nil {
		server.Stop()
		return nil, err
	}
	return ui, nil
}

// URL is where a browser finds it.
func (u *UI) URL() string { return u.url }

// Stop closes it at once; it keeps nothing.
func (u *UI) Stop() { u.server.Stop() }

func (u *UI) await(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	retry := time.NewTicker(50 * time.Millisecond)
	defer retry.Stop()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.url+"/healthz", nil)
		if err != nil {
			return fmt.Errorf("ask the Temporal UI: %w", err)
		}
		response, err := http.DefaultClient.Do(request)
		if err == nil {
			_ = response.Body.Close()
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("the Temporal UI does not answer on %s: %w (%v)", u.url, ctx.Err(), err)
		case <-retry.C:
		}
	}
}
