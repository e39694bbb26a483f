package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"recourse/dev/local"
)

// productPID returns the process id of the product.
func productPID(up local.Up) (int, error) {
	noted, err := os.ReadFile(filepath.Join(up.Data, "run", "recourse.pid"))
	if err != nil {
		return 0, fmt.Errorf("find the product: %w", err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(noted))[0])
	if err != nil {
		return 0, fmt.Errorf("find the product: %w", err)
	}
	return pid, nil
}

// readMemory returns a value of the product's /proc/PID/status in bytes, such as VmRSS.
func readMemory(up local.Up, name string) (int64, error) {
	pid, err := productPID(up)
	if err != nil {
		return 0, err
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, fmt.Errorf("read its memory: %w", err)
	}
	_, value, found := strings.Cut(string(status), name+":")
	var kilobytes int64
	if _, err := fmt.Sscan(value, &kilobytes); err != nil || !found {
		return 0, fmt.Errorf("its memory is not reported: %s", status)
	}
	return kilobytes << 10, nil
}

// peakMemory returns the peak memory of the product, in bytes.
func peakMemory(up local.Up) (int64, error) { return readMemory(up, "VmHWM") }

// openDescriptors returns how many files and connections the product has open.
func openDescriptors(up local.Up) (int, error) {
	pid, err := productPID(up)
	if err != nil {
		return 0, err
	}
	open, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", pid))
	return len(open), err
}

// folderSize returns the size of the files in a folder, in bytes.
func folderSize(dir string) (size int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		info, err := entry.Info()
		if err == nil {
			size += info.Size()
		}
		return err
	})
	return size, err
}
