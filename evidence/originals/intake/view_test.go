package intake_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/evidence/originals/intake"
)

// newWebP returns a lossless picture made by ImageMagick, because Go cannot write WebP.
func newWebP(t testing.TB) []byte {
	t.Helper()
	dir := t.TempDir()
	from, to := filepath.Join(dir, "a.png"), filepath.Join(dir, "a.webp")
	if err := os.WriteFile(from, encodePNG(t, drawScreenshot(5, 200, 300)), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "convert", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(to)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func animatedGIF(t testing.TB) []byte {
	t.Helper()
	var film gif.GIF
	for i := range 3 {
		frame := image.NewPaletted(image.Rect(0, 0, 20, 20), palette.Plan9)
		frame.SetColorIndex(i, i, 9)
		film.Image, film.Delay = append(film.Image, frame), append(film.Delay, 10)
	}
	var out bytes.Buffer
	if err := gif.EncodeAll(&out, &film); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// taggedJPEG returns a photo with all metadata that a phone writes.
func taggedJPEG(t testing.TB) []byte {
	t.Helper()
	data, _ := runTool(t, encodeJPEG(t, drawScreenshot(9, 120, 80), 90), "a.jpg", "exiftool", "-overwrite_original",
		"-DateTimeOriginal=2026:03:01 12:30:05", "-OffsetTimeOriginal=+09:00", "-Make=HUAWEI", "-Model=ALN-AL00", "-Software=ALN 4.2",
		"-GPSLatitude=30.25", "-GPSLatitudeRef=N", "-GPSLongitude=120.16667", "-GPSLongitudeRef=E", "-Orientation#=6",
		"-XMP:CreatorTool=secret-tool", "-Comment=secret-comment", "-UserComment=secret-user")
	return data
}

func TestFactsOfAPhoto(t *testing.T) {
	t.Parallel()
	report := examineAccepted(t, taggedJPEG(t))
	f := report.Facts
	if want := time.Date(2026, 3, 1, 3, 30, 5, 0, time.UTC); !f.TakenAt.Equal(want) || f.Assumed {
		t.Errorf("taken at %s, assumed %v", f.TakenAt, f.Assumed)
	}
	if f.Device != "HUAWEI ALN-AL00" || f.Software != "ALN 4.2" {
		t.Errorf("%+v", f)
	}
	if f.Place == nil || f.Place.String() != "30.250000,120.166670" {
		t.Errorf("%v", f.Place)
	}
	if !slices.Contains(report.Findings, intake.HasLocation) {
		t.Errorf("%v", report.Findings)
	}
}

func TestTimeWithoutZoneIsChinas(t *testing.T) {
	t.Parallel()
	data, _ := runTool(t, encodeJPEG(t, smallPicture(), 90), "a.jpg", "exiftool", "-overwrite_original", "-DateTimeOriginal=2026:03:01 12:30:05",
		"-GPSLatitude=33.5", "-GPSLatitudeRef=S", "-GPSLongitude=70.5", "-GPSLongitudeRef=W", "-Make=Xiaomi", "-Model=Xiaomi 14")
	f := examineAccepted(t, data).Facts
	if want := time.Date(2026, 3, 1, 4, 30, 5, 0, time.UTC); !f.TakenAt.Equal(want) || !f.Assumed {
		t.Errorf("taken at %s, assumed %v", f.TakenAt, f.Assumed)
	}
	if f.Place == nil || f.Place.Latitude != -33.5 || f.Place.Longitude != -70.5 || f.Device != "Xiaomi 14" {
		t.Errorf("%+v", f)
	}
}

func TestNonsenseFactsAreDropped(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"-DateTimeOriginal=1970:01:01 00:00:00", "-DateTimeOriginal=2199:01:01 00:00:00", "-Model= "} {
		data, _ := runTool(t, encodeJPEG(t, smallPicture(), 90), "a.jpg", "exiftool", "-overwrite_original", tag)
		if f := examineAccepted(t, data).Facts; f != (intake.Facts{}) {
			t.Errorf("%s: %+v", tag, f)
		}
	}
}

func makeView(t testing.TB, data []byte) intake.View {
	t.Helper()
	v, err := newExaminer(t).View(t.Context(), bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// readMetadata returns the metadata that exiftool finds, without the file format.
func readMetadata(t testing.TB, data []byte) (named []string, all string) {
	t.Helper()
	_, out := runTool(t, data, "a.jpg", "exiftool", "-j", "-G0", "-a", "-u")
	var list []map[string]any
	if err := json.Unmarshal([]byte(out), &list); err != nil {
		t.Fatal(err)
	}
	for name := range list[0] {
		if group, _, found := strings.Cut(name, ":"); found && !slices.Contains([]string{"File", "ExifTool", "Composite", "JFIF"}, group) {
			named = append(named, name)
		}
	}
	return named, out
}

// E9: exiftool finds all metadata in the original and none in the copy for viewing.
func TestShownCopyHasNoMetadata(t *testing.T) {
	t.Parallel()
	for name, original := range map[string]struct {
		data          []byte
		width, height int // upright
	}{"JPEG": {taggedJPEG(t), 80, 120}, "HEIC": {readPhoto(t), 360, 240}} {
		if named, all := readMetadata(t, original.data); len(named) < 10 || !strings.Contains(all, "GPSLatitude") {
			t.Fatalf("%s: the original has %v", name, named)
		}
		v := makeView(t, original.data)
		if named, all := readMetadata(t, v.JPEG); len(named) > 0 || strings.Contains(all, "GPS") || strings.Contains(all, "secret") {
			t.Errorf("%s: the copy has %v", name, named)
		}
		if bytes.Contains(v.JPEG, []byte("secret")) || bytes.Contains(v.JPEG, []byte("Exif")) {
			t.Errorf("%s: the copy holds bytes of the metadata", name)
		}
		if v.Width != original.width || v.Height != original.height {
			t.Errorf("%s: %d × %d: the copy is not upright", name, v.Width, v.Height)
		}
	}
}

// The test picture has one red corner, which makes every orientation detectable.
func TestEveryOrientationIsUpright(t *testing.T) {
	t.Parallel()
	const w, h = 40, 24
	upright := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{255, 255, 255, 255}
			if x < w/2 && y < h/2 {
				c = color.RGBA{255, 0, 0, 255}
			} else if x >= w/2 && y >= h/2 {
				c = color.RGBA{0, 0, 255, 255}
			}
			upright.SetRGBA(x, y, c)
		}
	}
	flags := [9]string{"", "", "-flop", "-rotate 180", "-flip", "-transpose", "-rotate 270", "-transverse", "-rotate 90"}
	for turn := 1; turn <= 8; turn++ {
		stored := encodePNG(t, upright)
		if flags[turn] != "" {
			stored = convertImage(t, stored, strings.Fields(flags[turn])...)
		}
		asStored, _ := runTool(t, convertImage(t, stored, "JPEG"), "a.jpg", "exiftool", "-overwrite_original", "-n", "-Orientation="+string(rune('0'+turn)))
		v := makeView(t, asStored)
		shown, err := jpeg.Decode(bytes.NewReader(v.JPEG))
		if err != nil {
			t.Fatal(err)
		}
		red, _, blueLess, _ := shown.At(4, 4).RGBA()
		_, _, blue, _ := shown.At(w-5, h-5).RGBA()
		if v.Width != w || v.Height != h || red < 0xC000 || blueLess > 0x5000 || blue < 0xC000 {
			t.Errorf("orientation %d: %d × %d, red %x, blue %x", turn, v.Width, v.Height, red, blue)
		}
	}
}

// convertImage runs ImageMagick; a single argument is the format to write.
func convertImage(t testing.TB, data []byte, args ...string) []byte {
	t.Helper()
	to := "png:-"
	if len(args) == 1 && args[0] == "JPEG" {
		args, to = nil, "jpeg:-"
	}
	cmd := exec.CommandContext(t.Context(), "convert", append(append([]string{"png:-"}, args...), to)...)
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestViewIsNeverLarger(t *testing.T) {
	t.Parallel()
	for _, size := range [][2]int{{10, 10}, {1080, 2400}, {300, 20_000}, {4000, 3000}} {
		v := makeView(t, encodePNG(t, image.NewGray(image.Rect(0, 0, size[0], size[1]))))
		if v.Width > size[0] || v.Height > size[1] || v.Width*v.Height > 8_000_000 || v.Height > 8192 {
			t.Errorf("%v becomes %d × %d", size, v.Width, v.Height)
		}
		ratio := float64(size[0]) / float64(size[1]) / (float64(v.Width) / float64(v.Height))
		if ratio < 0.97 || ratio > 1.03 {
			t.Errorf("%v becomes %d × %d", size, v.Width, v.Height)
		}
	}
}

func TestNoView(t *testing.T) {
	t.Parallel()
	for name, data := range map[string][]byte{
		"text": []byte("hello\n"), "HEIC": newTypeBox("heic"), "PDF": []byte(plainPDF), "giant": giantPNG(), "cut off": encodePNG(t, smallPicture())[:60],
	} {
		_, err := newExaminer(t).View(t.Context(), bytes.NewReader(data), int64(len(data)))
		if !errors.Is(err, intake.ErrNoView) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if report := examineAccepted(t, newTypeBox("heic")); report.Shown || !slices.Contains(report.Findings, intake.NoPreview) {
		t.Errorf("%+v", report)
	}
}

// newVideoWebP returns an animated WebP of one frame, which Go cannot decode.
func newVideoWebP(t testing.TB) []byte {
	t.Helper()
	chunk := func(kind string, parts ...[]byte) []byte {
		body := bytes.Join(parts, nil)
		return append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
	}
	canvas := []byte{199, 0, 0, 43, 1, 0} // 200 by 300, each less one
	frame := append([]byte{0, 0, 0, 0, 0, 0}, canvas...)
	body := bytes.Join([][]byte{
		[]byte("WEBP"), chunk("VP8X", []byte{2, 0, 0, 0}, canvas), chunk("ANIM", make([]byte, 6)),
		chunk("ANMF", frame, []byte{100, 0, 0, 0}, newWebP(t)[12:]),
	}, nil)
	return chunk("RIFF", body)
}

// Intact files in unsupported formats are not reported as damaged.
func TestSoundButNotShown(t *testing.T) {
	t.Parallel()
	twelve := encodeJPEG(t, smallPicture(), 80)
	at := bytes.Index(twelve, []byte("\xff\xc0"))
	twelve[at+4] = 12 // bits per sample
	for name, data := range map[string][]byte{"a film": newVideoWebP(t), "twelve bits": twelve} {
		report := examineAccepted(t, data)
		if report.Shown || slices.Contains(report.Findings, intake.Damaged) || !slices.Contains(report.Findings, intake.NoPreview) {
			t.Errorf("%s: %+v", name, report)
		}
	}
}

func FuzzExamine(f *testing.F) {
	f.Add(encodePNG(f, smallPicture()))
	f.Add(encodeJPEG(f, smallPicture(), 60))
	f.Add(encodeGIF(f, smallPicture()))
	f.Add(animatedGIF(f))
	f.Add(giantPNG())
	f.Add(taggedJPEG(f))
	f.Add(newWebP(f))
	f.Add([]byte(plainPDF))
	f.Add(newTypeBox("heic"))
	f.Add(readPhoto(f))
	f.Add(newZip(f, workbook...))
	x := newExaminer(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		report, err := x.Examine(t.Context(), bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		_, err = x.View(t.Context(), bytes.NewReader(data), int64(len(data)))
		if report.Shown != (err == nil) {
			t.Fatalf("shown %v, but %v", report.Shown, err)
		}
	})
}
