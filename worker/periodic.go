package worker

import (
	"context"
	"time"

	"recourse/loop"
)

// Maintenance is the periodic work on stored data; see casework.Service.RunMaintenance.
type Maintenance interface {
	RunMaintenance(ctx context.Context) error
}

const (
	// maintenanceInterval is short enough to flag abuse within the hour. Erasure is due
	// by days.
	maintenanceInterval = time.Hour
	maintenanceRetry    = time.Minute
)

// maintenanceLoop runs the task now and at every interval. It does not need Temporal.
func maintenanceLoop(task Maintenance) loop.Loop {
	return loop.Loop{
		Name: "maintenance", Interval: maintenanceInterval, FirstRetry: maintenanceRetry, LastRetry: maintenanceInterval,
		Step: func(ctx context.Context) (bool, error) { return false, task.RunMaintenance(ctx) },
	}
}

// Examinations are the received files that no process has examined in time; see
// casework.Service.ExamineDue.
type Examinations interface {
	ExamineDue(ctx context.Context) (int, error)
}

const (
	examinationInterval  = 10 * time.Second
	examinationLastRetry = 5 * time.Minute
)

// examinationsLoop examines what is due.
func examinationsLoop(due Examinations) loop.Loop {
	return loop.Loop{
		Name: "examinations", Interval: examinationInterval, LastRetry: examinationLastRetry,
		Step: func(ctx context.Context) (bool, error) {
			examined, err := due.ExamineDue(ctx)
			return examined > 0, err
		},
	}
}
