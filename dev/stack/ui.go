package stack

import (
	"context"
	"fmt"
	"net/http"
	"time"

	uiserver "github.com/temporalio/ui-server/v2/server"
	uiconfig "github.com/temporalio/ui-server/v2/server/config"
	uioptions "github.com/temporalio/ui-server/v2/server/server_options"

	"recourse/dev/freeport"
)

// UI is Temporal's web UI in this process.
type UI struct {
	server      *uiserver.Server
	url         string
	releasePort func()
}

// StartUI serves the UI of the Temporal server at address on 127.0.0.1 and
// returns when it answers; port 0 chooses a free one. A used port is an error
// here, because the UI server itself would end the process.
func StartUI(ctx context.Context, address string, port int) (*UI, error) {
	port, releasePort, err := chooseUIPort(port)
	if err != nil {
		return nil, err
	}
	server := uiserver.NewServer(uioptions.WithConfigProvider(&uiconfig.Config{
		TemporalGRPCAddress: address, Host: loopback, Port: port, EnableUI: true, DefaultNamespace: Namespace,
		DisableNewsFetch: true, HideLogs: true, CORS: uiconfig.CORS{CookieInsecure: true},
	}))
	go func() { _ = server.Start() }()
	ui := &UI{server: server, url: "http://" + freeport.Address(port), releasePort: releasePort}
	if err := ui.awaitAnswer(ctx); err != nil {
		ui.Stop()
		return nil, err
	}
	return ui, nil
}

func chooseUIPort(want int) (port int, release func(), err error) {
	if want == 0 {
		free, release, err := freeport.Reserve(1)
		if err != nil {
			return 0, nil, err
		}
		return free[0], release, nil
	}
	if err := freeport.CheckUnused(want); err != nil {
		return 0, nil, fmt.Errorf("port %d for the Temporal UI is in use: %w", want, err)
	}
	return want, func() {}, nil
}

// URL is the address for a browser.
func (u *UI) URL() string { return u.url }

// Stop closes the UI at once. It has no state to save.
func (u *UI) Stop() {
	u.server.Stop()
	u.releasePort()
}

func (u *UI) awaitAnswer(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
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
