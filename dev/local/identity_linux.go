package local

import (
	"os"
	"os/user"
	"strconv"
	"strings"
	"syscall"
)

// startedAt names the moment a process began, so that a number given out again
// to somebody else's process is not taken for ours. Empty: no such process.
func startedAt(pid int) string {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	// The second field, in brackets, may hold anything; the rest is plain.
	_, rest, found := strings.Cut(string(stat[strings.LastIndexByte(string(stat), ')')+1:]), " ")
	fields := strings.Fields(rest)
	if !found || len(fields) < 20 || fields[0] == "Z" {
		return ""
	}
	boot, err := os.ReadFile("/proc/sys/kernel/random/boot_id")
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(boot)) + "/" + fields[19]
}

// attributes put a child in its own group, so that Ctrl-C reaches only the
// supervisor, and have the kernel send it its stop signal if the supervisor dies.
func attributes(farewell syscall.Signal, as *user.User) (*syscall.SysProcAttr, error) {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: farewell}
	return attr, impersonate(attr, as)
}
