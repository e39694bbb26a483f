package worker

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// counter is a task that fails on the first call and ends the test on the third.
type counter struct {
	calls int
	stop  context.CancelFunc
}

func (c *counter) RunMaintenance(context.Context) error {
	c.calls++
	if c.calls == 3 {
		c.stop()
	}
	if c.calls == 1 {
		return errors.New("the disk is full")
	}
	return nil
}

func TestMaintenanceIsCalledAgain(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var logged strings.Builder
	counted := &counter{stop: stop}
	runMaintenance(ctx, counted, time.Millisecond, slog.New(slog.NewTextHandler(&logged, nil)))
	if counted.calls != 3 || !strings.Contains(logged.String(), "the disk is full") {
		t.Errorf("%d calls, logged %q", counted.calls, logged.String())
	}
}

func TestMaintenanceIsOptional(t *testing.T) {
	t.Parallel()
	runMaintenance(t.Context(), nil, time.Hour, slog.New(slog.DiscardHandler))
}
