package worker

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// counter is a keeper that fails the first time and ends the test the third.
type counter struct {
	calls int
	stop  context.CancelFunc
}

func (c *counter) Keep(context.Context) error {
	c.calls++
	if c.calls == 3 {
		c.stop()
	}
	if c.calls == 1 {
		return errors.New("the disk is full")
	}
	return nil
}

func TestTheKeeperIsCalledAgain(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var logged strings.Builder
	counted := &counter{stop: stop}
	keep(ctx, counted, time.Millisecond, slog.New(slog.NewTextHandler(&logged, nil)))
	if counted.calls != 3 || !strings.Contains(logged.String(), "the disk is full") {
		t.Errorf("%d calls, logged %q", counted.calls, logged.String())
	}
}

func TestNoKeeperIsNoWork(t *testing.T) {
	t.Parallel()
	keep(t.Context(), nil, time.Hour, slog.New(slog.DiscardHandler))
}
