package stills_test

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/stills"
)

// findTools returns the programs, which the setup of the tests installs.
func findTools(t testing.TB) stills.Tools {
	t.Helper()
	tools := stills.FindTools()
	if tools.FFmpeg == "" || tools.FFprobe == "" {
		t.Fatal("ffmpeg is missing: run make setup-test")
	}
	return tools
}

// makeFilm makes a file from sources of ffmpeg.
func makeFilm(t testing.TB, name string, arguments ...string) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	out, err := exec.CommandContext(t.Context(), findTools(t).FFmpeg, append(append([]string{"-v", "error"}, arguments...), path)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func makeSheet(t testing.TB, data []byte, media string) (stills.Sheet, error) {
	t.Helper()
	return stills.Make(t.Context(), findTools(t), bytes.NewReader(data), int64(len(data)), media)
}

var (
	upright = []string{"-f", "lavfi", "-i", "testsrc2=s=360x640:r=10:d=20", "-f", "lavfi", "-i", "sine=d=20", "-c:v", "mpeg4", "-c:a", "aac"}
	wide    = []string{"-f", "lavfi", "-i", "testsrc2=s=640x360:r=10:d=3", "-c:v", "mpeg4"}
	instant = []string{"-f", "lavfi", "-i", "testsrc2=s=320x240:r=10:d=0.3", "-c:v", "mpeg4"}
	sound   = []string{"-f", "lavfi", "-i", "sine=d=5", "-c:a", "aac"}
)

func TestSheets(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		file, media string
		arguments   []string
		stills      int
		length      time.Duration
	}{
		"upright":   {"a.mp4", "video/mp4", upright, 12, 20 * time.Second},
		"wide":      {"a.mov", "video/quicktime", wide, 6, 3 * time.Second},
		"instant":   {"a.mp4", "video/mp4", instant, 1, 300 * time.Millisecond},
		"sound":     {"a.m4a", "audio/x-m4a", sound, 0, 5 * time.Second},
		"MP3":       {"a.mp3", "audio/mpeg", []string{"-f", "lavfi", "-i", "sine=d=4"}, 0, 4 * time.Second},
		"no length": {"a.3gp", "video/3gpp", []string{"-f", "lavfi", "-i", "testsrc2=s=176x144:r=10:d=2", "-c:v", "h263"}, 4, 2 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data := makeFilm(t, test.file, test.arguments...)
			sheet, err := makeSheet(t, data, test.media)
			if err != nil || sheet.Stills != test.stills || (sheet.Length-test.length).Abs() > 300*time.Millisecond {
				t.Fatalf("%d stills of %s, %v", sheet.Stills, sheet.Length, err)
			}
			picture, err := jpeg.Decode(bytes.NewReader(sheet.JPEG))
			if err != nil || picture.Bounds().Dx() != sheet.Width || picture.Bounds().Dy() != sheet.Height {
				t.Errorf("%v, %v", picture.Bounds(), err)
			}
			again, err := makeSheet(t, data, test.media)
			if err != nil || !bytes.Equal(again.JPEG, sheet.JPEG) {
				t.Error("the same film gives another sheet")
			}
			if dir := os.Getenv("STILLS_OUT"); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".jpg"), sheet.JPEG, 0o600); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// voice returns a recording as a phone makes it: AMR with frames of silence, 20 ms each.
func voice(frames int) []byte {
	return []byte("#!AMR\n" + strings.Repeat("\x3c\x91\x17\x16\xbe\x66\x79\xe1\xe0\x01\xe7\xaf\xf0\x00\x00\x00\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00", frames))
}

func TestVoices(t *testing.T) {
	t.Parallel()
	sheet, err := makeSheet(t, voice(250), "audio/amr")
	if err != nil || sheet.Stills != 0 || len(sheet.JPEG) == 0 {
		t.Errorf("%+v, %v", sheet, err)
	}
}

// TestWhatCannotBeRead: a file that is no film, or asks for another file, shows nothing.
func TestWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	film := makeFilm(t, "a.mp4", wide...)
	secret := filepath.Join(t.TempDir(), "secret.mp4")
	if err := os.WriteFile(secret, film, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ data, media string }{
		"nothing":          {"", "video/mp4"},
		"noise":            {strings.Repeat("\x07noise", 4_000), "video/mp4"},
		"a playlist":       {"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://" + secret + "\n#EXT-X-ENDLIST\n", "video/mp4"},
		"a list of files":  {"ffconcat version 1.0\nfile '" + secret + "'\n", "audio/mpeg"},
		"half a film":      {string(film[:len(film)/3]), "video/mp4"},
		"a film as speech": {string(film), "audio/amr"},
		"another format":   {string(film), "video/webm"},
	} {
		if sheet, err := makeSheet(t, []byte(test.data), test.media); !errors.Is(err, stills.ErrUnreadable) {
			t.Errorf("%s: %d stills, %v", name, sheet.Stills, err)
		}
	}
}

func TestWithoutTools(t *testing.T) {
	t.Parallel()
	if _, err := stills.Make(t.Context(), stills.Tools{}, bytes.NewReader(nil), 0, "video/mp4"); !errors.Is(err, stills.ErrNoTools) {
		t.Error(err)
	}
}

// TestTheCallerEndsIt: a program that does not end is stopped with the caller.
func TestTheCallerEndsIt(t *testing.T) {
	t.Parallel()
	slow := filepath.Join(t.TempDir(), "slow")
	if err := os.WriteFile(slow, []byte("#!/bin/sh\nexec sleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	began := time.Now()
	if _, err := stills.Make(ctx, stills.Tools{FFmpeg: slow, FFprobe: slow}, bytes.NewReader([]byte("x")), 1, "video/mp4"); err == nil {
		t.Error("no error")
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %s", took)
	}
}
