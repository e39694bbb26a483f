package intake_test

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/intake"
)

// movie returns a film whose header states a length.
func movie(version byte, scale uint32, count uint64) []byte {
	body := []byte{version, 0, 0, 0}
	if version == 1 {
		body = append(body, make([]byte, 16)...)
		body = binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint32(body, scale), count)
	} else {
		body = append(body, make([]byte, 8)...)
		body = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(body, scale), uint32(count))
	}
	header := append(binary.BigEndian.AppendUint32(nil, uint32(len(body)+8)), "mvhd"...)
	header = append(header, body...)
	moov := append(binary.BigEndian.AppendUint32(nil, uint32(len(header)+8)), "moov"...)
	return append(newTypeBox("isom")[:24], append(moov, header...)...)
}

func TestLengths(t *testing.T) {
	t.Parallel()
	frame := "\x3c" + strings.Repeat("\x00", 31)
	for name, test := range map[string]struct {
		data  string
		media string
		want  time.Duration
	}{
		"a film":            {string(movie(0, 600, 12_345)), "video/mp4", 20_575 * time.Millisecond},
		"a long film":       {string(movie(1, 1_000, 7_200_000)), "video/quicktime", 2 * time.Hour},
		"no scale":          {string(movie(0, 0, 5)), "video/mp4", 0},
		"an unknown length": {string(movie(0, 1, 1<<32-1)), "video/mp4", 0},
		"too long":          {string(movie(1, 1, 1<<63)), "video/mp4", 0},
		"cut":               {string(movie(0, 600, 12_345)[:40]), "video/mp4", 0},
		"a voice":           {"#!AMR\n" + strings.Repeat(frame, 100), "audio/amr", 2 * time.Second},
		"half a frame":      {"#!AMR\n" + frame + frame[:9], "audio/amr", 20 * time.Millisecond},
		"a wide voice":      {"#!AMR-WB\n" + strings.Repeat("\x44"+strings.Repeat("\x00", 60), 50), "audio/amr", time.Second},
		"silence":           {"#!AMR\n" + strings.Repeat("\x7c", 50), "audio/amr", time.Second},
		"nothing":           {"", "audio/amr", 0},
		"a picture":         {"x", "image/png", 0},
	} {
		if got := intake.Length(bytes.NewReader([]byte(test.data)), int64(len(test.data)), test.media); got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// FuzzLength: whatever the boxes and frames say, a length is not negative and ends.
func FuzzLength(f *testing.F) {
	f.Add(movie(0, 600, 12_345), true, uint16(1))
	f.Add([]byte("#!AMR\n\x3c"), false, uint16(100))
	f.Fuzz(func(t *testing.T, data []byte, film bool, times uint16) {
		if len(data)*int(times) > 1<<20 {
			times = 1
		}
		data = bytes.Repeat(data, int(times))
		media := "audio/amr"
		if film {
			media = "video/mp4"
		}
		if got := intake.Length(bytes.NewReader(data), int64(len(data)), media); got < 0 || got > 48*time.Hour {
			t.Error(got)
		}
	})
}
