//go:build !linux

package local

import (
	"os/exec"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// startedAt names the moment a process began, so that a number given out again
// to somebody else's process is not taken for ours. Empty: no such process.
func startedAt(pid int) string {
	out, err := exec.Command("ps", "-o", "lstart=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// attributes put a child in its own group, so that Ctrl-C reaches only the
// supervisor. Without a parent-death signal, leftovers of a killed supervisor
// are stopped by the next start.
func attributes(_ syscall.Signal, as *user.User) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true}
	return attr, impersonate(attr, as)
}
