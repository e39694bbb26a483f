//go:build !linux

package local

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"

	"recourse/postgres/pgcluster"
)

// processStart identifies when a process started, because the system reuses
// process ids. It is empty without such a process.
func processStart(pid int) string {
	out, err := exec.Command("ps", "-o", "lstart=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// processAttributes puts a child into its own process group, so that Ctrl-C
// reaches only the supervisor. There is no parent-death signal here: the next
// start stops the children of a killed supervisor.
func processAttributes(_ syscall.Signal, account pgcluster.Account) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Credential: account.Credential()}
}
