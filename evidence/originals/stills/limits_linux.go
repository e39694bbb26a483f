package stills

import (
	"errors"
	"os/exec"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

// limits are those of each process. It writes no file; what it returns goes through a pipe.
var limits = map[int]uint64{
	unix.RLIMIT_CPU: processSeconds, unix.RLIMIT_FSIZE: 0, unix.RLIMIT_CORE: 0, unix.RLIMIT_DATA: 512 << 20,
}

// runLimited runs a program that ends with the thread that started it. The limits hold from
// its first moments: the processor time counts from its start.
func runLimited(command *exec.Cmd) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := command.Start(); err != nil {
		return err
	}
	for kind, most := range limits {
		limit := unix.Rlimit{Cur: most, Max: most}
		if err := unix.Prlimit(command.Process.Pid, kind, &limit, nil); err != nil && !errors.Is(err, unix.ESRCH) {
			return errors.Join(err, command.Process.Kill(), command.Wait())
		}
	}
	return command.Wait()
}
