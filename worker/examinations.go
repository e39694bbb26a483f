package worker

import (
	"context"
	"log/slog"
	"time"
)

// Examinations are the received files that no process has examined in time; see
// casework.Service.ExamineDue.
type Examinations interface {
	ExamineDue(ctx context.Context) (int, error)
}

const (
	examinationInterval = 10 * time.Second
	examinationPause    = 5 * time.Minute // the longest between two failed queries
)

// runExaminations examines what is due until ctx ends.
func runExaminations(ctx context.Context, due Examinations, interval time.Duration, log *slog.Logger) {
	pause := backoff{first: interval, limit: interval}
	for {
		examined, err := due.ExamineDue(ctx)
		if ctx.Err() != nil {
			return
		}
		if err != nil {
			log.WarnContext(ctx, "files wait for their examination", "error", err)
			pause.limit = examinationPause
		} else {
			pause = backoff{first: interval, limit: interval}
		}
		if examined == 0 && !pause.waitDelay(ctx) {
			return
		}
	}
}
