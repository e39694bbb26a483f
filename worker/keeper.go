package worker

import (
	"context"
	"log/slog"
	"time"
)

// Keeper does what time asks for and nobody else: see casework.Service.Keep.
type Keeper interface {
	Keep(ctx context.Context) error
}

// keepEvery is how often it is called. What it erases is due by days; what it
// flags should not wait for one.
const keepEvery = time.Hour

// keep calls the keeper now and every so often, until ctx ends. It does not need
// Temporal. What fails is tried again the next time.
func keep(ctx context.Context, keeper Keeper, every time.Duration, log *slog.Logger) {
	if keeper == nil {
		return
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if err := keeper.Keep(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "erasing and clearing up failed; it is tried again", "in", every, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
