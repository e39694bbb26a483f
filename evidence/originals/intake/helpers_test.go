package intake_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"recourse/evidence/originals/intake"
)

// received is when the examined files were received.
var received = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

func newExaminer(t testing.TB) *intake.Examiner {
	t.Helper()
	x, err := intake.NewExaminer(func() time.Time { return received })
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func examine(t testing.TB, data []byte) (intake.Examined, error) {
	t.Helper()
	return newExaminer(t).Examine(t.Context(), bytes.NewReader(data), int64(len(data)))
}

func examineAccepted(t testing.TB, data []byte) intake.Examined {
	t.Helper()
	report, err := examine(t, data)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

// drawScreenshot draws a chat: a bar, and bubbles left and right with lines of text.
// The seed determines the messages.
func drawScreenshot(seed uint64, width, height int) *image.RGBA {
	random := rand.New(rand.NewPCG(seed, 1))
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	fill := func(x0, y0, x1, y1 int, c color.RGBA) {
		for y := max(0, y0); y < min(y1, height); y++ {
			for x := max(0, x0); x < min(x1, width); x++ {
				img.SetRGBA(x, y, c)
			}
		}
	}
	fill(0, 0, width, height, color.RGBA{237, 237, 237, 255})
	fill(0, 0, width, height/12, color.RGBA{247, 247, 247, 255})
	fill(0, height*11/12, width, height, color.RGBA{247, 247, 247, 255})
	for y := height / 10; y < height*9/10; {
		tall := height/30 + random.IntN(height/8)
		wide := width/5 + random.IntN(width/2)
		x0, bubble := width/8, color.RGBA{255, 255, 255, 255}
		if random.IntN(2) == 0 {
			x0, bubble = width*7/8-wide, color.RGBA{149, 236, 105, 255}
		}
		if random.IntN(6) == 0 {
			bubble = color.RGBA{250, 157, 59, 255} // a red packet
		}
		fill(x0, y, x0+wide, min(y+tall, height*9/10), bubble)
		for line := y + height/90; line < y+tall-height/90; line += height / 45 {
			for x := x0 + width/40; x < x0+wide-width/40; x += width / 30 {
				if random.IntN(5) > 0 {
					fill(x, line, x+width/45, line+height/80, color.RGBA{25, 25, 25, 255})
				}
			}
		}
		y += tall + height/40 + random.IntN(height/20)
	}
	return img
}

func encodePNG(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, img); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encodeJPEG(t testing.TB, img image.Image, quality int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func encodeGIF(t testing.TB, img image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := gif.Encode(&out, img, nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// runTool runs a program on a file with these bytes and returns the changed file.
func runTool(t testing.TB, data []byte, file, program string, args ...string) (after []byte, out string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), file)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	said, err := exec.CommandContext(t.Context(), program, append(args, path)...).CombinedOutput()
	if err != nil {
		t.Fatalf("%s: %v: %s", program, err, said)
	}
	after, err = os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return after, string(said)
}
