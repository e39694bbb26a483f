package intake_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"golang.org/x/image/draw"

	"recourse/evidence/originals/intake"
)

func likeness(t testing.TB, data []byte) intake.Likeness {
	t.Helper()
	report := kept(t, data)
	if report.Likeness == nil {
		t.Fatalf("no likeness: %+v", report)
	}
	return *report.Likeness
}

func scaled(img image.Image, width, height int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// changed are the ways in which one screenshot comes a second time.
func changed(t testing.TB, img *image.RGBA) map[string][]byte {
	t.Helper()
	b := img.Bounds()
	twice, err := jpeg.Decode(bytes.NewReader(asJPEG(t, scaled(img, b.Dx()/2, b.Dy()/2), 60)))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"JPEG 90": asJPEG(t, img, 90), "JPEG 30": asJPEG(t, img, 30), "half": asPNG(t, scaled(img, b.Dx()/2, b.Dy()/2)),
		"a third": asJPEG(t, scaled(img, b.Dx()/3, b.Dy()/3), 70), "larger": asJPEG(t, scaled(img, b.Dx()*3/2, b.Dy()*3/2), 80),
		"sent twice":                 asJPEG(t, twice, 60),
		"two per cent cut off":       asPNG(t, img.SubImage(image.Rect(0, b.Dy()/50, b.Dx(), b.Dy()))),
		"one per cent cut all round": asPNG(t, img.SubImage(image.Rect(b.Dx()/100, b.Dy()/100, b.Dx()*99/100, b.Dy()*99/100))),
	}
}

func TestSameScreenshotIsNear(t *testing.T) {
	t.Parallel()
	worst := map[string]int{}
	for seed := range uint64(10) {
		img := screenshot(seed, 360+180*int(seed%2), 780+390*int(seed%2))
		original := likeness(t, asPNG(t, img))
		for name, data := range changed(t, img) {
			distance := original.Distance(likeness(t, data))
			worst[name] = max(worst[name], distance)
		}
	}
	for name, distance := range worst {
		t.Logf("%s: %d", name, distance)
		if distance > intake.Near {
			t.Errorf("%s: %d bits apart", name, distance)
		}
	}
}

// Screens of one app have the same bars and colours; what was said tells them
// apart.
func TestOtherScreenshotsAreNotNear(t *testing.T) {
	t.Parallel()
	const count = 60
	var all [count]intake.Likeness
	for seed := range all {
		all[seed] = likeness(t, asPNG(t, screenshot(uint64(seed), 360, 780)))
	}
	nearest := 64
	for i, a := range all {
		for _, b := range all[:i] {
			nearest = min(nearest, a.Distance(b))
		}
	}
	t.Logf("nearest: %d", nearest)
	if nearest <= intake.Near {
		t.Errorf("two different screenshots are %d bits apart", nearest)
	}
}
