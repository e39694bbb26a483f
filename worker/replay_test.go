package worker_test

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"recourse/recovery"
	"recourse/worker"
)

const historiesDir = "../workflows/testdata/histories"

func replayer(t *testing.T) *worker.Replayer {
	t.Helper()
	key, err := worker.LoadKey(filepath.Join(historiesDir, "payload.key"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := worker.NewReplayer(codec(t, "default", key), quiet())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func histories(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(historiesDir, pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("no histories %s: %v", pattern, err)
	}
	return files
}

// TestHistoriesReplay runs the recorded histories through the workflow code. If it
// fails, the change needs a version: see package workflows.
func TestHistoriesReplay(t *testing.T) {
	t.Parallel()
	for _, file := range histories(t, "*.json") {
		t.Run(strings.TrimPrefix(file, historiesDir), func(t *testing.T) {
			t.Parallel()
			if err := replayer(t).ReplayFile(file); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestBadHistoriesFail: were these to pass, the test above would prove nothing.
func TestBadHistoriesFail(t *testing.T) {
	t.Parallel()
	for _, file := range histories(t, "bad/*.json") {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			t.Parallel()
			err := replayer(t).ReplayFile(file)
			if err == nil || !strings.Contains(err.Error(), "nondeterministic") && !strings.Contains(err.Error(), "TMPRL1100") {
				t.Errorf("got %v", err)
			}
		})
	}
}

// TestHistoriesAreComplete: one for each outcome, and one for each clock a case
// waits under.
func TestHistoriesAreComplete(t *testing.T) {
	t.Parallel()
	outcomes, waiting := len(histories(t, "outcome_*.json")), len(histories(t, "waiting_*.json"))
	if outcomes != len(recovery.Outcomes) || waiting != len(recovery.Clocks) {
		t.Errorf("%d histories for %d outcomes, %d for %d clocks", outcomes, len(recovery.Outcomes), waiting, len(recovery.Clocks))
	}
}

// TestHistoriesAreEncrypted: nothing of a case shows in what Temporal stores.
func TestHistoriesAreEncrypted(t *testing.T) {
	t.Parallel()
	for _, file := range histories(t, "*.json") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"anNvbi9wbGFpbg", "private_contact", "cHJpdmF0ZV9jb250YWN0"} { // json/plain in base64, a stage, and it in base64
			if strings.Contains(string(text), word) {
				t.Errorf("%s holds %s", file, word)
			}
		}
	}
}

func TestReplayRefuses(t *testing.T) {
	t.Parallel()
	write := func(text string) string {
		path := filepath.Join(t.TempDir(), "history.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	r := replayer(t)
	for name, path := range map[string]string{
		"missing":    filepath.Join(t.TempDir(), "none.json"),
		"no JSON":    write("history"),
		"no events":  write(`{"events":[]}`),
		"no start":   write(`{"events":[{"eventId":"1","eventType":"EVENT_TYPE_TIMER_STARTED"}]}`),
		"no history": write(`[]`),
	} {
		if err := r.ReplayFile(path); err == nil {
			t.Errorf("%s: it replayed", name)
		}
	}
	stranger, err := worker.NewReplayer(codec(t, "default", key(t, "9")), quiet())
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.ReplayFile(histories(t, "outcome_withdrawn.json")[0]); err == nil {
		t.Error("it replayed under another key")
	}
}
