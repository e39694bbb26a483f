package api_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"

	"recourse/api"
)

// TestMetricsShowBackgroundWork: what fails, what panicked, what is set aside.
func TestMetricsShowBackgroundWork(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	loops := s.Service.Loops
	_ = loops.Do(t.Context(), "one", func(context.Context) error { return nil })
	_ = loops.Do(t.Context(), "one", func(context.Context) error { panic("x") })
	loops.SetAside(t.Context(), "one", "item", errors.New("broken"))
	loops.SetItems(map[string]int64{"stamp": 3})
	metrics := string(s.get(t, "", "/metrics").wantStatus(http.StatusOK).body)
	for _, line := range []string{
		`recourse_loop_runs_total{loop="one"} 2`, `recourse_loop_failures_total{loop="one"} 1`, `recourse_loop_panics_total{loop="one"} 1`,
		`recourse_loop_set_aside_total{loop="one"} 1`, `recourse_loop_failing{loop="one"} 1`, `recourse_items_set_aside{kind="stamp"} 3`,
	} {
		if !strings.Contains(metrics, "\n"+line+"\n") {
			t.Errorf("there is no line %s", line)
		}
	}
	if strings.Contains(metrics, `recourse_loop_last_success_timestamp_seconds{loop="one"} 0`) {
		t.Error("no success is shown")
	}
}
