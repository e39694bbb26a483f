package decode_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

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
