package worker

import (
	"context"
	"log/slog"
	"time"
)

// Maintenance is the periodic work on stored data; see casework.Service.RunMaintenance.
type Maintenance interface {
	RunMaintenance(ctx context.Context) error
}

// maintenanceInterval is short enough to flag abuse within the hour. Erasure is due
// by days.
const maintenanceInterval = time.Hour

// runMaintenance runs the task now and at every interval until ctx ends. It does
// not need Temporal. A failed run is repeated at the next interval.
func runMaintenance(ctx context.Context, task Maintenance, interval time.Duration, log *slog.Logger) {
	if task == nil {
		return
	}
	tick := time.NewTicker(interval)
	defer tick.Stop()
	for {
		if err := task.RunMaintenance(ctx); err != nil && ctx.Err() == nil {
			log.ErrorContext(ctx, "maintenance failed and will be retried", "in", interval, "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}
