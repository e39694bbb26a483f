package decode_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/sandbox"
	"recourse/evidence/originals/stills"
)

func filmOf(t testing.TB, name string, arguments ...string) []byte {
	t.Helper()
	tools := stills.FindTools()
	if tools.FFmpeg == "" {
		t.Fatal("ffmpeg is missing: run make setup-test")
	}
	path := filepath.Join(t.TempDir(), name)
	if out, err := exec.CommandContext(t.Context(), tools.FFmpeg, append(append([]string{"-v", "error"}, arguments...), path)...).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// TestFilmsInAChild: a child makes the sheet within its limits, as this process does.
func TestFilmsInAChild(t *testing.T) {
	t.Parallel()
	film := filmOf(t, "a.mp4", "-f", "lavfi", "-i", "testsrc2=s=1080x2400:r=30:d=4", "-c:v", "mpeg4")
	var sizes [2]int
	for i, decoder := range []*decode.Decoder{decode.NewLocalDecoder(), decode.NewDecoder(newChildRunner(t))} {
		content, err := decoder.Film(t.Context(), fileOf(film), "video/mp4")
		if err != nil || len(content.Findings) > 0 || content.View.Width == 0 {
			t.Fatalf("%+v, %v", content.Findings, err)
		}
		sizes[i] = len(content.View.JPEG)
	}
	if sizes[0] == 0 || sizes[0] != sizes[1] {
		t.Errorf("%d bytes here, %d in a child", sizes[0], sizes[1])
	}
}

func TestFilmsThatHaveNoStills(t *testing.T) {
	t.Parallel()
	broken, err := decode.NewLocalDecoder().Film(t.Context(), fileOf([]byte("\x00\x00\x00\x18ftypisom")), "video/mp4")
	if err != nil || !slices.Equal(broken.Findings, []intake.Finding{intake.NoPreview}) {
		t.Errorf("%+v, %v", broken, err)
	}
	bare := decode.NewDecoder(sandbox.Local{Jobs: decode.Jobs(decode.Tools{})})
	without, err := bare.Film(t.Context(), fileOf([]byte("x")), "audio/amr")
	if err != nil || !slices.Equal(without.Findings, []intake.Finding{intake.NoStills}) || without.View.JPEG != nil {
		t.Errorf("%+v, %v", without, err)
	}
}

// TestAProgramEndsWithItsChild: when a child is killed, so is what it started.
func TestAProgramEndsWithItsChild(t *testing.T) {
	t.Parallel()
	const seconds = "36170" // by which the program is found
	slow := filepath.Join(t.TempDir(), "slow")
	if err := os.WriteFile(slow, []byte("#!/bin/sh\nexec sleep "+seconds+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	tools := decode.FindTools()
	pool := sandbox.NewPool([]string{os.Args[0], childArgument, tools.Fonts, tools.Cache, slow, slow}, 1)
	t.Cleanup(pool.Close)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := decode.NewDecoder(pool).Film(ctx, fileOf([]byte("x")), "video/mp4")
		done <- err
	}()
	waitUntil(t, "the program starts", func() bool { return countSleeping(t, seconds) > 0 })
	cancel()
	if err := <-done; err == nil {
		t.Error("no error")
	}
	waitUntil(t, "the program ends", func() bool { return countSleeping(t, seconds) == 0 })
}

// countSleeping counts the processes that sleep for so many seconds.
func countSleeping(t testing.TB, seconds string) (count int) {
	t.Helper()
	paths, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		if line, err := os.ReadFile(path); err == nil && string(line) == "sleep\x00"+seconds+"\x00" {
			count++
		}
	}
	return count
}

func waitUntil(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for !holds() {
		select {
		case <-ticker.C:
		case <-deadline.C:
			t.Fatalf("not in 20 seconds: %s", what)
		}
	}
}
