// Package intaketest makes files as phones and programs leave them, for the tests
// of rooms that take files in or give them out. It writes with exiftool, so that
// what is read of a file was not written by its reader. Only tests import it.
package intaketest

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Shenzhen are the tags of a picture that says where it was taken.
var Shenzhen = []string{"-GPSLatitude=22.543", "-GPSLatitudeRef=N", "-GPSLongitude=114.057", "-GPSLongitudeRef=E"}

// Tagged gives a file of this name with tags in exiftool's form, numbers as they
// are written; without tags the file as it is.
func Tagged(t testing.TB, name string, file []byte, tags ...string) []byte {
	t.Helper()
	if len(tags) == 0 {
		return file
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, file, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "exiftool", append(tags[:len(tags):len(tags)], "-n", "-overwrite_original", path)...).CombinedOutput()
	if err != nil {
		t.Fatalf("exiftool: %v\n%s", err, out)
	}
	tagged, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return tagged
}
