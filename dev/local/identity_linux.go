package local

import (
	"os"
	"strconv"
	"strings"
	"syscall"

	"recourse/postgres/pgcluster"
)

// processStart identifies when a process started, because the system reuses
// process ids. It is empty without such a process.
func processStart(pid int) string {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return ""
	}
	// The second field, in brackets, may hold anything, also brackets.
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

// processAttributes puts a child into its own process group, so that Ctrl-C
// reaches only the supervisor. If the supervisor dies, the kernel sends the
// child its stop signal.
func processAttributes(stopSignal syscall.Signal, account pgcluster.Account) *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: stopSignal, Credential: account.Credential()}
}
