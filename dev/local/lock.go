package local

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
)

// lockData reserves the data folder for one supervisor. The kernel releases the
// lock however the process ends, so there is never a stale one.
func (o Options) lockData() (release func(), err error) {
	path := filepath.Join(o.Data, "run", "lock")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, o.dataError(err)
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("another make run holds the folder %s: stop it first, or choose another folder with make run ARGS=\"--data DIR\"", o.Data)
	}
	return func() { _ = file.Close() }, nil
}
