//go:build !linux

package stills

import (
	"errors"
	"os/exec"
)

// runLimited runs nothing where a process cannot be limited.
func runLimited(*exec.Cmd) error { return errors.New("stills: no limits on this system") }
