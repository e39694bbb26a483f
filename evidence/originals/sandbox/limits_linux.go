package sandbox

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"syscall"
	"time"
)

// limitMemory limits the memory of this process in bytes. Allocating more ends it. The
// hard limit stays, so that the next job may have more.
func limitMemory(limit uint64) error {
	if limit == 0 {
		return nil
	}
	var data syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_DATA, &data); err != nil {
		return err
	}
	data.Cur = min(limit, data.Max)
	return syscall.Setrlimit(syscall.RLIMIT_DATA, &data)
}

// childPriority is the nice value of a child: while others want the processor, it gets a
// tenth of it.
const childPriority = 10

// lowerPriority lets the process that serves people run first. Linux has a priority for
// each thread; later threads get that of the one that starts them. Failing does no harm.
func lowerPriority() {
	threads, _ := os.ReadDir("/proc/self/task")
	for _, thread := range threads {
		if id, err := strconv.Atoi(thread.Name()); err == nil {
			_ = syscall.Setpriority(syscall.PRIO_PROCESS, id, childPriority)
		}
	}
}

// ticksPerSecond is the unit of times in /proc on every architecture of Go (proc(5)).
const ticksPerSecond = 100

// processorTime returns the processor time that a process has used. The parent watches
// it, because programs in Go ignore the signal of RLIMIT_CPU.
func processorTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:]) // the name before may contain spaces
	if len(fields) < 13 {
		return 0, errors.New("sandbox: unreadable process times")
	}
	user, userErr := strconv.ParseInt(string(fields[11]), 10, 64)
	system, systemErr := strconv.ParseInt(string(fields[12]), 10, 64)
	return time.Duration(user+system) * (time.Second / ticksPerSecond), errors.Join(userErr, systemErr)
}
