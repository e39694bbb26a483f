package worker_test

import (
	"context"
	"maps"
	"slices"
	"testing"
	"time"

	"recourse/activities"
	"recourse/recovery"
	"recourse/worker"
)

// env is an environment of its own for Dial.
type env map[string]string

func (e env) LookupEnv(name string) (string, bool) {
	value, found := e[name]
	return value, found
}

func (e env) Environ() []string { return slices.Collect(maps.Keys(e)) }

// unusedAddress is never given to a server that asks for any free port.
const unusedAddress = "127.0.0.1:1"

func dial(t *testing.T, variables env) *worker.Connection {
	t.Helper()
	c, err := worker.Dial(worker.DialOptions{Key: key(t, "1"), Log: quiet(), Env: variables})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func TestDialDoesNotNeedTemporal(t *testing.T) {
	t.Parallel()
	c := dial(t, env{"TEMPORAL_ADDRESS": unusedAddress, "TEMPORAL_NAMESPACE": "cases"})
	if c.Namespace != "cases" {
		t.Errorf("namespace %s", c.Namespace)
	}
	if err := worker.NewEngine(c).CheckHealth(t.Context()); recovery.CodeOf(err) != recovery.CodeUnavailable {
		t.Errorf("healthy without a server: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if _, err := worker.NewEngine(c).SendAction(ctx, "c", recovery.Command{RequestID: "r"}, 1); recovery.CodeOf(err) != recovery.CodeUnavailable {
		t.Errorf("an act without a server: %v", err)
	}
}

func TestDialDefaults(t *testing.T) {
	t.Parallel()
	if got := dial(t, env{}).Namespace; got != "default" {
		t.Errorf("namespace %s", got)
	}
}

func TestDialRefuses(t *testing.T) {
	t.Parallel()
	if _, err := worker.Dial(worker.DialOptions{Log: quiet(), Env: env{}}); err == nil {
		t.Error("a connection without a key")
	}
	missing := env{"TEMPORAL_CONFIG_FILE": t.TempDir() + "/none.toml", "TEMPORAL_PROFILE": "none"}
	if _, err := worker.Dial(worker.DialOptions{Key: key(t, "1"), Log: quiet(), Env: missing}); err == nil {
		t.Error("a connection by a profile that is not there")
	}
}

// TestRunWithoutTemporal: the workers wait for Temporal and stop at once when
// told to.
func TestRunWithoutTemporal(t *testing.T) {
	t.Parallel()
	c := dial(t, env{"TEMPORAL_ADDRESS": unusedAddress})
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	start := time.Now()
	parts := worker.Parts{Cases: &activities.Cases{}, Exports: &activities.Exports{}}
	if err := worker.Run(ctx, c, parts); err != nil {
		t.Errorf("it ended with %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("stopping took %s", took)
	}
}
