package sample

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// state is what an interrupted run needs to continue. The state of the case is not
// in it: the product has that.
type state struct {
	Seed      string               `json:"seed"`  // for the idempotency keys
	StartedAt time.Time            `json:"began"` // the story is dated relative to it
	CaseID    string               `json:"case_id,omitempty"`
	Number    string               `json:"number,omitempty"`
	ExportID  string               `json:"export_id,omitempty"`
	Done      map[string]string    `json:"done,omitempty"`   // by step: done or tooLate
	Trying    string               `json:"trying,omitempty"` // the step that was sent without a known result
	Times     map[string]time.Time `json:"times,omitempty"`  // by step: the time in its body
	Finished  bool                 `json:"finished,omitempty"`

	path string
}

// Results of a step.
const (
	done    = "done"
	tooLate = "too late"
)

func statePath(dir string) string { return filepath.Join(dir, "sample.json") }

// readState returns ok=false if the folder has no state.
func readState(dir string) (s state, ok bool, err error) {
	content, err := os.ReadFile(statePath(dir))
	if errors.Is(err, os.ErrNotExist) {
		return state{}, false, nil
	}
	if err != nil {
		return state{}, false, fmt.Errorf("read the state of the sample: %w", err)
	}
	if err := json.Unmarshal(content, &s); err != nil {
		return state{}, false, fmt.Errorf("the state of the sample in %s is invalid (%w): delete the file", statePath(dir), err)
	}
	s.path = statePath(dir)
	return s, true, nil
}

func newState(dir string, now time.Time) (state, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return state{}, fmt.Errorf("create the folder of the sample: %w", err)
	}
	s := state{Seed: rand.Text(), StartedAt: now.UTC().Truncate(time.Second), path: statePath(dir)}
	return s, s.saveState()
}

// saveState replaces the file in one rename, so that an interrupted save keeps the
// previous state.
func (s *state) saveState() error {
	content, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("write the state of the sample: %w", err)
	}
	draft := s.path + ".new"
	if err := os.WriteFile(draft, append(content, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the state of the sample: %w", err)
	}
	if err := os.Rename(draft, s.path); err != nil {
		return fmt.Errorf("write the state of the sample: %w", err)
	}
	return nil
}

// markTrying records the step that is about to be sent, "" for none.
func (s *state) markTrying(step string) error {
	if s.Trying == step {
		return nil
	}
	s.Trying = step
	return s.saveState()
}

// markEnded records the result of a step.
func (s *state) markEnded(step, how string) error {
	s.Trying = ""
	if s.Done == nil {
		s.Done = map[string]string{}
	}
	s.Done[step] = how
	return s.saveState()
}

// stepTime returns the time in the body of a step. It is saved before the first
// attempt, because the same key requires the same body.
func (s *state) stepTime(step string, now time.Time) (time.Time, error) {
	if at, known := s.Times[step]; known {
		return at, nil
	}
	if s.Times == nil {
		s.Times = map[string]time.Time{}
	}
	s.Times[step] = now.UTC().Truncate(time.Second)
	return s.Times[step], s.saveState()
}

func (s *state) idempotencyKey(step string) string { return "sample-" + s.Seed + "-" + step }

// seedDigits derives n digits from the seed.
func (s *state) seedDigits(n int) string {
	digits := make([]byte, 0, n)
	for i := range n {
		digits = append(digits, '0'+s.Seed[i%len(s.Seed)]%10)
	}
	return string(digits)
}
