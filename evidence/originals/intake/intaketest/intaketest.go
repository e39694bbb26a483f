// Package intaketest makes files with metadata as phones write it, for the tests of
// packages that receive or return files. It writes the metadata with exiftool, which
// shares no code with our readers. Only tests import it.
package intaketest

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// ShenzhenTags are the tags of a picture with the place where it was taken.
var ShenzhenTags = []string{"-GPSLatitude=22.543", "-GPSLatitudeRef=N", "-GPSLongitude=114.057", "-GPSLongitudeRef=E"}

// WriteTags returns the file with these tags in exiftool's syntax, numbers unconverted.
// Without tags it returns the file unchanged.
func WriteTags(t testing.TB, name string, file []byte, tags ...string) []byte {
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

// Photo returns a small picture of the format of its name, with tags written by
// exiftool.
func Photo(t testing.TB, name string, tags ...string) []byte {
	t.Helper()
	canvas := image.NewRGBA(image.Rect(0, 0, 60, 40))
	canvas.Set(3, 3, color.RGBA{R: 200, A: 255})
	var raw bytes.Buffer
	encode := func() error { return jpeg.Encode(&raw, canvas, nil) }
	if filepath.Ext(name) == ".png" {
		encode = func() error { return png.Encode(&raw, canvas) }
	}
	if err := encode(); err != nil {
		t.Fatal(err)
	}
	return WriteTags(t, name, raw.Bytes(), tags...)
}
