//go:build unix

package dossier

import (
	"fmt"
	"os"
	"syscall"
)

// mapped gives the bytes of a file without taking heap for them: the fonts are
// a hundred megabytes, of which a dossier touches a few. The mapping lasts as
// long as the process, as the fonts do.
func mapped(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() == 0 {
		return nil, nil
	}
	data, err := syscall.Mmap(int(file.Fd()), 0, int(info.Size()), syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		return nil, fmt.Errorf("mapping %s: %w", path, err)
	}
	return data, nil
}
