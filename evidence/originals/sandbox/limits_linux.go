package sandbox

import (
	"syscall"
	"time"
)

// setLimits limits this process: its memory in bytes, and the processor time from now on
// in seconds. The kernel ends a process that exceeds one.
func setLimits(memory, seconds uint64) error {
	if memory > 0 {
		if err := setLimit(syscall.RLIMIT_DATA, memory); err != nil {
			return err
		}
	}
	if seconds == 0 {
		return nil
	}
	used, err := usedProcessorTime()
	if err != nil {
		return err
	}
	// The kernel counts whole seconds. Rounding down keeps the limit exact or stricter.
	return setLimit(syscall.RLIMIT_CPU, uint64(used/time.Second)+seconds)
}

// setLimit sets the soft limit. The hard one stays, so that the next job may have more.
func setLimit(resource int, value uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(resource, &limit); err != nil {
		return err
	}
	limit.Cur = min(value, limit.Max)
	return syscall.Setrlimit(resource, &limit)
}

func usedProcessorTime() (time.Duration, error) {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0, err
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano()), nil
}

// lowerPriority lets the process that serves people run first. Failing does no harm.
func lowerPriority() { _ = syscall.Setpriority(syscall.PRIO_PROCESS, 0, 10) }
