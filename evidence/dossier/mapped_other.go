//go:build !unix

package dossier

import "os"

// mapped reads a file where the system offers no mapping by this name.
func mapped(path string) ([]byte, error) { return os.ReadFile(path) }
