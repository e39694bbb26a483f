package metadata_test

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"recourse/evidence/originals/intake/intaketest"
	"recourse/evidence/originals/metadata"
)

// webp is one red pixel.
var webp = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

// TestIsIdentifying: what exiftool wrote is found, in either byte order and wherever a
// read ends.
func TestIsIdentifying(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		media string
		file  []byte
		want  bool
	}{
		"JPEG, GPS":            {"image/jpeg", intaketest.Photo(t, "a.jpg", intaketest.ShenzhenTags...), true},
		"JPEG, GPS, Intel":     {"image/jpeg", intaketest.Photo(t, "a.jpg", append([]string{"-ExifByteOrder=II"}, intaketest.ShenzhenTags...)...), true},
		"JPEG, GPS in XMP":     {"image/jpeg", intaketest.Photo(t, "a.jpg", "-XMP:GPSLatitude=22.5", "-XMP:GPSLongitude=114"), true},
		"JPEG, artist":         {"image/jpeg", intaketest.Photo(t, "a.jpg", "-Artist=王小明"), true},
		"JPEG, serial number":  {"image/jpeg", intaketest.Photo(t, "a.jpg", "-SerialNumber=1234567"), true},
		"PNG, GPS":             {"image/png", intaketest.Photo(t, "a.png", intaketest.ShenzhenTags...), true},
		"PNG, artist":          {"image/png", intaketest.Photo(t, "a.png", "-EXIF:Artist=王小明"), true},
		"WebP, serial number":  {"image/webp", intaketest.WriteTags(t, "a.webp", webp, "-EXIF:SerialNumber=1234567"), true},
		"WebP, bare":           {"image/webp", webp, false},
		"PNG, GPS, compressed": {"image/png", intaketest.Photo(t, "a.png", "-z", "-api", "Compress=1", "-XMP:GPSLatitude=22.5"), true},
		"JPEG, camera":         {"image/jpeg", intaketest.Photo(t, "a.jpg", "-Make=Example", "-Model=One", "-Orientation=6", "-DateTimeOriginal=2026:11:21 12:00:00"), false},
		"JPEG, bare":           {"image/jpeg", intaketest.Photo(t, "a.jpg"), false},
		"PNG, bare":            {"image/png", intaketest.Photo(t, "a.png"), false},
		"film, place":          {"video/quicktime", []byte("....\xa9xyz\x00\x12\x15\xc7+22.5430+114.0570/"), true},
		"film, not a place":    {"video/quicktime", []byte("....\xa9xyz\x00\x12\x15\xc7nowhere"), false},
		"recording, place":     {"audio/mp4", []byte("....\xa9xyz\x00\x12\x15\xc7+22.5430+114.0570/"), true},
		"a text of GPS":        {"text/plain", []byte("GPSLatitude"), false},
	} {
		for _, size := range []int{1, 7, 1 << 20} {
			got, err := metadata.IsIdentifying(test.media, slow{bytes.NewReader(test.file), size})
			if err != nil || got != test.want {
				t.Errorf("%s, %d bytes at a time: %t, %v", name, size, got, err)
			}
		}
	}
	random := make([]byte, 16<<20)
	source := rand.NewChaCha8([32]byte{7})
	_, _ = source.Read(random)
	if got, err := metadata.IsIdentifying("image/jpeg", bytes.NewReader(random)); got || err != nil {
		t.Errorf("noise tells something: %v", err)
	}
}

// slow returns a fixed number of bytes per read.
type slow struct {
	*bytes.Reader
	size int
}

func (s slow) Read(p []byte) (int, error) { return s.Reader.Read(p[:min(len(p), s.size)]) }

// WriteTo hides the method of bytes.Reader, which writes everything at once.
func (slow) WriteTo() {}
