package decode_test

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"recourse/evidence/originals/decode"
	"recourse/evidence/originals/intake"
	"recourse/evidence/originals/intake/intaketest"
	"recourse/evidence/originals/sandbox"
	"recourse/evidence/originals/stills"
)

const childArgument = "run-as-child"

func TestMain(m *testing.M) {
	if len(os.Args) == 6 && os.Args[1] == childArgument {
		jobs := decode.Jobs(decode.Tools{
			Fonts: os.Args[2], Cache: os.Args[3], Films: stills.Tools{FFmpeg: os.Args[4], FFprobe: os.Args[5]},
		})
		jobs["usage"] = readUsage
		if err := sandbox.Serve(context.Background(), jobs); err != nil {
			panic(err)
		}
		return
	}
	if err := prepareReader(); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// prepareReader compiles the reader of PDFs, as the product does when it starts.
func prepareReader() error {
	pool := newChildPool()
	defer pool.Close()
	return decode.NewDecoder(pool).Prepare(context.Background())
}

func newChildPool() *sandbox.Pool {
	tools := decode.FindTools()
	return sandbox.NewPool([]string{os.Args[0], childArgument, tools.Fonts, tools.Cache, tools.Films.FFmpeg, tools.Films.FFprobe}, 1)
}

// usage is what a child has used since it started.
type usage struct {
	Peak      int64 // bytes
	Processor time.Duration
}

func readUsage(context.Context, io.ReaderAt, int64, json.RawMessage) (sandbox.Result, error) {
	var used syscall.Rusage
	err := syscall.Getrusage(syscall.RUSAGE_SELF, &used)
	return sandbox.Result{Value: usage{used.Maxrss << 10, time.Duration(used.Utime.Nano() + used.Stime.Nano())}}, err
}

// childRunner runs jobs in a child of its own and remembers what the child has used.
type childRunner struct {
	*sandbox.Pool

	used usage
}

func newChildRunner(t testing.TB) *childRunner {
	t.Helper()
	pool := newChildPool()
	t.Cleanup(pool.Close)
	return &childRunner{Pool: pool}
}

func (r *childRunner) Run(ctx context.Context, call sandbox.Call, value any) ([]byte, error) {
	data, err := r.Pool.Run(ctx, call, value)
	if err != nil {
		return nil, err
	}
	_, err = r.Pool.Run(ctx, sandbox.Call{Job: "usage", File: call.File}, &r.used)
	return data, err
}

// noisyJPEG is as large as a picture of 1 MB can be.
func noisyJPEG(t testing.TB, side, quality int) []byte {
	t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	img := image.NewGray(image.Rect(0, 0, side, side))
	for i := range img.Pix {
		img.Pix[i] = uint8(random.IntN(256))
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func largeGIF(t testing.TB, side int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := gif.Encode(&out, image.NewPaletted(image.Rect(0, 0, side, side), palette.Plan9), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// streamsPDF has count streams that unpack to a megabyte each.
func streamsPDF(t testing.TB, count int) []byte {
	t.Helper()
	var packed bytes.Buffer
	w := zlib.NewWriter(&packed)
	if _, err := w.Write(bytes.Repeat([]byte("BT (a) Tj ET "), 80_000)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj\n2 0 obj <</Type /Pages /Kids [")
	for i := range count {
		fmt.Fprintf(&out, "%d 0 R ", 3+2*i)
	}
	fmt.Fprintf(&out, "] /Count %d>> endobj\n", count)
	for i := range count {
		fmt.Fprintf(&out, "%d 0 obj <</Type /Page /Parent 2 0 R /Contents %d 0 R>> endobj\n", 3+2*i, 4+2*i)
		fmt.Fprintf(&out, "%d 0 obj <</Length %d /Filter /FlateDecode>> stream\n%s\nendstream endobj\n", 4+2*i, packed.Len(), packed.Bytes())
	}
	out.WriteString("trailer <</Root 1 0 R>>\n%%EOF\n")
	return out.Bytes()
}

// objectsPDF has as many objects as fit.
func objectsPDF() []byte {
	var out bytes.Buffer
	out.WriteString("%PDF-1.4\n")
	for i := 1; out.Len() < 1<<20-100; i++ {
		fmt.Fprintf(&out, "%d 0 obj<<>>endobj\n", i)
	}
	out.WriteString("trailer <</Root 1 0 R>>\n%%EOF\n")
	return out.Bytes()
}

// TestTheDearestFiles: whatever a file of 1 MB contains, reading it takes less than 600 MB
// and two seconds of processor time, or its child is ended.
func TestTheDearestFiles(t *testing.T) {
	for name, data := range map[string][]byte{
		"png 7,000²":         intaketest.BlankPNG(t, 7_000, 7_000, 8),
		"png 16 bits":        intaketest.BlankPNG(t, 5_700, 5_700, 16),
		"png too high":       intaketest.BlankPNG(t, 1, 1_000_000, 8),
		"png highest":        intaketest.BlankPNG(t, 700, 65_535, 8),
		"jpeg of noise":      noisyJPEG(t, 1_400, 50),
		"jpeg 64 scans":      intaketest.ManyScans(t, 4_000, 63),
		"jpeg 8,000 scans":   intaketest.ManyScans(t, 64, 8_000),
		"gif 7,000²":         largeGIF(t, 7_000),
		"pdf of streams":     streamsPDF(t, 400),
		"pdf of objects":     objectsPDF(),
		"pdf nested":         []byte("%PDF-1.4\n1 0 obj " + strings.Repeat("[", 500_000) + strings.Repeat("<<", 200_000) + "\n%%EOF\n"),
		"pdf without an end": []byte("%PDF-1.4\n" + strings.Repeat("obj ", 250_000)),
	} {
		t.Run(name, func(t *testing.T) {
			runner := newChildRunner(t)
			began := time.Now()
			content, err := decode.NewDecoder(runner).Content(t.Context(), decode.File{ReaderAt: bytes.NewReader(data), Size: int64(len(data)), Account: "a"})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%4d kB: %3d MB, %.2f s of processor, %.2f s; %v", len(data)>>10, runner.used.Peak>>20, runner.used.Processor.Seconds(), time.Since(began).Seconds(), content.Findings)
			if runner.used.Peak > 600<<20 || runner.used.Processor > 2500*time.Millisecond {
				t.Errorf("it takes %d MB and %s", runner.used.Peak>>20, runner.used.Processor)
			}
		})
	}
}

// TestAPDFHasNoCopyForViewing, also if it was read in a child.
func TestAPDFHasNoCopyForViewing(t *testing.T) {
	t.Parallel()
	data := streamsPDF(t, 1)
	for name, decoder := range map[string]*decode.Decoder{"here": decode.NewLocalDecoder(), "in a child": decode.NewDecoder(newChildRunner(t))} {
		content, err := decoder.Content(t.Context(), decode.File{ReaderAt: bytes.NewReader(data), Size: int64(len(data))})
		if err != nil || content.View.JPEG != nil || len(content.Findings) > 0 {
			t.Errorf("%s: %+v, %v", name, content, err)
		}
	}
}

// TestAPhotoIsDecodedInAChild: the result is the same as in this process.
func TestAPhotoIsDecodedInAChild(t *testing.T) {
	t.Parallel()
	img := image.NewRGBA(image.Rect(0, 0, 300, 200))
	for i := range 300 * 200 {
		img.Set(i%300, i/300, color.RGBA{uint8(i), uint8(i >> 8), 0, 255})
	}
	var photo bytes.Buffer
	if err := jpeg.Encode(&photo, img, nil); err != nil {
		t.Fatal(err)
	}
	var found [2]intake.Content
	for i, decoder := range []*decode.Decoder{decode.NewLocalDecoder(), decode.NewDecoder(newChildRunner(t))} {
		var err error
		found[i], err = decoder.Content(t.Context(), decode.File{ReaderAt: bytes.NewReader(photo.Bytes()), Size: int64(photo.Len())})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(found[0].View.JPEG, found[1].View.JPEG) || found[0].View.JPEG == nil || !bytes.Equal(found[0].Hash, found[1].Hash) || found[1].Width != 300 {
		t.Errorf("%d bytes and %d bytes, %d wide", len(found[0].View.JPEG), len(found[1].View.JPEG), found[1].Width)
	}
}
