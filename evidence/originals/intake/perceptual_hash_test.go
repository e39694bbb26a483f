package intake_test

import (
	"bytes"
	"image"
	"image/color"
	"image/jpeg"
	"math/rand/v2"
	"sync"
	"testing"

	"golang.org/x/image/draw"
	"pgregory.net/rapid"

	"recourse/evidence/originals/intake"
)

// page is a screen of one app, drawn by its seed: the bars that all have, and a
// few to many bubbles with lines of text, or a receipt whose form is always the
// same. Every eighth is dark.
type page struct {
	*image.RGBA
	random    *rand.Rand
	ink, back color.RGBA
}

var (
	grey  = color.RGBA{237, 237, 237, 255}
	black = color.RGBA{25, 25, 25, 255}
	white = color.RGBA{255, 255, 255, 255}
)

func newPage(seed uint64, width, height int) page {
	p := page{RGBA: image.NewRGBA(image.Rect(0, 0, width, height)), random: rand.New(rand.NewPCG(seed, 7)), ink: black, back: white}
	ground, bar := grey, color.RGBA{247, 247, 247, 255}
	if seed%8 == 5 {
		ground, bar, p.ink, p.back = color.RGBA{17, 17, 17, 255}, color.RGBA{25, 25, 25, 255}, color.RGBA{220, 220, 220, 255}, color.RGBA{44, 44, 44, 255}
	}
	p.fill(0, 0, 1, 1, ground)
	p.fill(0, 0, 1, 0.09, bar)
	p.fill(0, 0.92, 1, 1, bar)
	p.fill(0.05, 0.013, 0.17, 0.02, p.ink) // the clock
	p.fill(0.8, 0.013, 0.95, 0.02, p.ink)
	p.fill(0.4, 0.055, 0.6, 0.07, p.ink) // a name
	p.fill(0.12, 0.94, 0.8, 0.985, p.back)
	return p
}

// fill paints a part, given in shares of the page.
func (p page) fill(x0, y0, x1, y1 float64, c color.RGBA) {
	w, h := float64(p.Rect.Dx()), float64(p.Rect.Dy())
	draw.Draw(p, image.Rect(int(x0*w), int(y0*h), int(x1*w), int(y1*h)), image.NewUniform(c), image.Point{}, draw.Src)
}

// text writes a line of signs of several widths.
func (p page) text(x0, y, x1 float64, size float64) {
	for x := x0; x < x1; x += 0.036 {
		if p.random.IntN(6) > 0 {
			p.fill(x, y, x+0.02+p.random.Float64()*0.011, y+size, p.ink)
		}
	}
}

func chat(seed uint64) image.Image {
	p := newPage(seed, 360, 780)
	top := 0.105
	for range []int{2, 4, 8, 20}[seed%4] {
		lines := 1 + p.random.IntN(4)
		wide, tall := 0.17+p.random.Float64()*0.5, 0.017+float64(lines)*0.033
		if top+tall > 0.9 {
			break
		}
		left, bubble, head := 0.14, p.back, 0.02
		if p.random.IntN(2) == 0 {
			left, bubble, head = 0.86-wide, color.RGBA{149, 236, 105, 255}, 0.875
		}
		if p.random.IntN(7) == 0 {
			bubble = color.RGBA{250, 157, 59, 255} // a red packet
		}
		p.fill(head, top, head+0.1, top+0.042, color.RGBA{200, 120, 90, 255})
		p.fill(left, top, left+wide, top+tall, bubble)
		for line := range lines {
			p.text(left+0.025, top+0.016+float64(line)*0.033, left+wide-0.03, 0.014)
		}
		top += tall + 0.022 + p.random.Float64()*0.03
	}
	return p.RGBA
}

// receipt has the labels that every receipt has, and values of its own.
func receipt(seed uint64) image.Image {
	p := newPage(seed, 360, 780)
	p.fill(0.42, 0.14, 0.58, 0.21, color.RGBA{149, 236, 105, 255})
	p.text(0.32, 0.26, 0.45+p.random.Float64()*0.2, 0.03) // the sum
	for row := range 8 {
		y := 0.36 + float64(row)*0.045
		p.fill(0.08, y, 0.14+float64(row%3)*0.06, y+0.014, p.ink)
		p.text(0.36, y, 0.5+p.random.Float64()*0.4, 0.014)
	}
	return p.RGBA
}

// cut takes shares off the top and the bottom, as people do before they send.
func cut(img image.Image, top, bottom float64) image.Image {
	b := img.Bounds()
	h := float64(b.Dy())
	part := image.Rect(0, int(h*top), b.Dx(), int(h*(1-bottom)))
	out := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(out, out.Bounds(), img, part.Min, draw.Src)
	return out
}

// sent is a picture after an app scaled and compressed it.
func sent(t testing.TB, img image.Image, width, quality int) image.Image {
	t.Helper()
	b := img.Bounds()
	back, err := jpeg.Decode(bytes.NewReader(asJPEG(t, scaled(img, width, b.Dy()*width/b.Dx()), quality)))
	if err != nil {
		t.Fatal(err)
	}
	return back
}

const screens = 104 // chats, and as many receipts

// drawn are the looks of all screens: chats first.
var drawn = sync.OnceValue(func() [2 * screens]image.Image {
	var all [2 * screens]image.Image
	for i := range uint64(screens) {
		all[i], all[screens+i] = chat(i), receipt(i)
	}
	return all
})

func looks() (all [2 * screens]intake.Look) {
	for i, img := range drawn() {
		all[i] = intake.LookOf(img)
	}
	return all
}

// Recall: what was cut by 4 to 12 per cent at the top, the bottom or both, scaled
// and compressed, is found again.
func TestCropsAreFound(t *testing.T) {
	t.Parallel()
	whole := looks()
	found, worst := 0, 1.0
	for i, img := range drawn() {
		random := rand.New(rand.NewPCG(uint64(i), 3))
		top, bottom := 0.04+random.Float64()*0.08, 0.04+random.Float64()*0.08
		switch i % 3 {
		case 0:
			top = 0
		case 1:
			bottom = 0
		}
		crop := intake.LookOf(sent(t, cut(img, top, bottom), []int{240, 270, 360, 540}[i%4], 60))
		worst = min(worst, crop.Sketch.Shared(whole[i].Sketch))
		if crop.Same(whole[i]) && whole[i].Same(crop) {
			found++
		}
	}
	t.Logf("found %d of %d, the worst shares %.2f", found, 2*screens, worst)
	if found*100 < 2*screens*98 {
		t.Errorf("found %d of %d: under 98 %%", found, 2*screens)
	}
}

// Precision: of chats in one app, short or long, and of receipts of one form, no
// two are the same. A wrong word here takes a claimant's proof away.
func TestScreensOfOneAppAreIndependent(t *testing.T) {
	t.Parallel()
	whole := looks()
	pairs, wrong, nearest := 0, 0, 0.0
	for _, kind := range [2][]intake.Look{whole[:screens], whole[screens:]} {
		for i := range kind {
			for j := range i {
				pairs++
				if kind[i].Same(kind[j]) {
					wrong++
				}
				if pairs%10 == 0 {
					nearest = max(nearest, kind[i].Sketch.Shared(kind[j].Sketch))
				}
			}
		}
	}
	t.Logf("%d of %d pairs are wrongly the same; the nearest of a tenth share %.2f", wrong, pairs, nearest)
	if wrong > 0 {
		t.Errorf("%d of %d pairs are wrongly the same", wrong, pairs)
	}
}

// What the whole picture's look found before is found still.
func TestChangedScreenshotsAreTheSame(t *testing.T) {
	t.Parallel()
	for seed := range uint64(6) {
		img := screenshot(seed, 360, 780)
		original := intake.LookOf(img)
		for name, data := range changed(t, img) {
			report := kept(t, data)
			if !original.Same(intake.Look{Likeness: report.Likeness, Sketch: report.Sketch}) {
				t.Errorf("%d, %s: shares %.2f", seed, name, original.Sketch.Shared(report.Sketch))
			}
		}
	}
}

// Files that older programs took in have no sketch: their look as a whole counts.
func TestWithoutASketchTheWholeLookCounts(t *testing.T) {
	t.Parallel()
	a, near, far := intake.Likeness(0), intake.Likeness(0xFF), intake.Likeness(0x1FF)
	full := intake.Look{Likeness: &a, Sketch: intake.LookOf(chat(1)).Sketch}
	for name, test := range map[string]struct {
		other intake.Look
		want  bool
	}{
		"near": {intake.Look{Likeness: &near}, true}, "far": {intake.Look{Likeness: &far}, false}, "nothing": {intake.Look{}, false},
		"a broken sketch": {intake.Look{Likeness: &near, Sketch: full.Sketch[:100]}, true},
		"another sketch":  {intake.Look{Likeness: &near, Sketch: intake.LookOf(chat(3)).Sketch}, false},
	} {
		if full.Same(test.other) != test.want || test.other.Same(full) != test.want {
			t.Errorf("%s: %v", name, !test.want)
		}
	}
}

func TestOneColourIsLikeNothing(t *testing.T) {
	t.Parallel()
	blank := intake.LookOf(image.NewGray(image.Rect(0, 0, 360, 780)))
	if blank.Same(blank) || blank.Same(intake.LookOf(chat(0))) {
		t.Error("a page of one colour resembles another")
	}
}

func TestWideAndLongPicturesHaveNoSketch(t *testing.T) {
	t.Parallel()
	for size, want := range map[image.Point]bool{{X: 1000, Y: 300}: false, {X: 100, Y: 1100}: false, {X: 400, Y: 300}: true, {X: 108, Y: 1080}: true} {
		report := kept(t, asPNG(t, image.NewGray(image.Rect(0, 0, size.X, size.Y))))
		if (report.Sketch != nil) != want {
			t.Errorf("%v: %d bytes", size, len(report.Sketch))
		}
	}
}

// Sketches come out of a database: whatever stands there, comparing them ends and
// gives the same both ways.
func TestAnySketchesCompare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		one := func(name string) intake.Look {
			return intake.Look{Sketch: rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, name)}
		}
		a, b := one("a"), one("b")
		if a.Same(b) != b.Same(a) {
			t.Fatal("it depends on which comes first")
		}
	})
}
