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

// state is what a walk must remember to be the same walk after it was cut off.
// What has happened to the case is not in it: that is asked of the product.
type state struct {
	Seed     string               `json:"seed"`  // makes the Idempotency-Keys
	Began    time.Time            `json:"began"` // dates everything in the story
	CaseID   string               `json:"case_id,omitempty"`
	Number   string               `json:"number,omitempty"`
	ExportID string               `json:"export_id,omitempty"`
	Done     map[string]string    `json:"done,omitempty"`   // step → done or tooLate
	Trying   string               `json:"trying,omitempty"` // the step that was sent and not yet known to be done
	Times    map[string]time.Time `json:"times,omitempty"`  // step → the instant its body names
	Finished bool                 `json:"finished,omitempty"`

	path string
}

// How a step ended.
const (
	done    = "done"
	tooLate = "too late"
)

func statePath(dir string) string { return filepath.Join(dir, "sample.json") }

// readState gives ok=false when no walk was ever begun in the folder.
func readState(dir string) (s state, ok bool, err error) {
	content, err := os.ReadFile(statePath(dir))
	if errors.Is(err, os.ErrNotExist) {
		return state{}, false, nil
	}
	if err != nil {
		return state{}, false, fmt.Errorf("read the state of the sample: %w", err)
	}
	if err := json.Unmarshal(content, &s); err != nil {
		return state{}, false, fmt.Errorf("the state of the sample in %s is broken (%w): delete the file", statePath(dir), err)
	}
	s.path = statePath(dir)
	return s, true, nil
}

func newState(dir string, now time.Time) (state, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return state{}, fmt.Errorf("make the folder of the sample: %w", err)
	}
	s := state{Seed: rand.Text(), Began: now.UTC().Truncate(time.Second), path: statePath(dir)}
	return s, s.save()
}

// save replaces the file in one rename: a walk killed while saving keeps the
// state before.
func (s *state) save() error {
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

// try remembers that a step is about to be sent; "" that none is.
func (s *state) try(step string) error {
	if s.Trying == step {
		return nil
	}
	s.Trying = step
	return s.save()
}

// mark remembers that a step needs no more thought.
func (s *state) mark(step, how string) error {
	s.Trying = ""
	if s.Done == nil {
		s.Done = map[string]string{}
	}
	s.Done[step] = how
	return s.save()
}

// moment is the instant a step's body names. It is kept before the first try,
// as the same key must come with the same body.
func (s *state) moment(step string, now time.Time) (time.Time, error) {
	if at, known := s.Times[step]; known {
		return at, nil
	}
	if s.Times == nil {
		s.Times = map[string]time.Time{}
	}
	s.Times[step] = now.UTC().Truncate(time.Second)
	return s.Times[step], s.save()
}

func (s *state) key(step string) string { return "sample-" + s.Seed + "-" + step }

// digits makes n digits out of the seed.
func (s *state) digits(n int) string {
	digits := make([]byte, 0, n)
	for i := range n {
		digits = append(digits, '0'+s.Seed[i%len(s.Seed)]%10)
	}
	return string(digits)
}
