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

// page is a screen of one app, drawn from a seed: the bars that all screens have,
// and a few to many bubbles with lines of text, or a receipt of a fixed form. Every
// eighth is dark.
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
	p.fillPart(0, 0, 1, 1, ground)
	p.fillPart(0, 0, 1, 0.09, bar)
	p.fillPart(0, 0.92, 1, 1, bar)
	p.fillPart(0.05, 0.013, 0.17, 0.02, p.ink) // the clock
	p.fillPart(0.8, 0.013, 0.95, 0.02, p.ink)
	p.fillPart(0.4, 0.055, 0.6, 0.07, p.ink) // a name
	p.fillPart(0.12, 0.94, 0.8, 0.985, p.back)
	return p
}

// fillPart paints a part, given in shares of the page.
func (p page) fillPart(x0, y0, x1, y1 float64, c color.RGBA) {
	w, h := float64(p.Rect.Dx()), float64(p.Rect.Dy())
	draw.Draw(p, image.Rect(int(x0*w), int(y0*h), int(x1*w), int(y1*h)), image.NewUniform(c), image.Point{}, draw.Src)
}

// drawLine draws a line of characters of several widths.
func (p page) drawLine(x0, y, x1 float64, size float64) {
	for x := x0; x < x1; x += 0.036 {
		if p.random.IntN(6) > 0 {
			p.fillPart(x, y, x+0.02+p.random.Float64()*0.011, y+size, p.ink)
		}
	}
}

func drawChat(seed uint64) image.Image {
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
		p.fillPart(head, top, head+0.1, top+0.042, color.RGBA{200, 120, 90, 255})
		p.fillPart(left, top, left+wide, top+tall, bubble)
		for line := range lines {
			p.drawLine(left+0.025, top+0.016+float64(line)*0.033, left+wide-0.03, 0.014)
		}
		top += tall + 0.022 + p.random.Float64()*0.03
	}
	return p.RGBA
}

// drawReceipt draws the labels of every receipt with values of its own.
func drawReceipt(seed uint64) image.Image {
	p := newPage(seed, 360, 780)
	p.fillPart(0.42, 0.14, 0.58, 0.21, color.RGBA{149, 236, 105, 255})
	p.drawLine(0.32, 0.26, 0.45+p.random.Float64()*0.2, 0.03) // the sum
	for row := range 8 {
		y := 0.36 + float64(row)*0.045
		p.fillPart(0.08, y, 0.14+float64(row%3)*0.06, y+0.014, p.ink)
		p.drawLine(0.36, y, 0.5+p.random.Float64()*0.4, 0.014)
	}
	return p.RGBA
}

// cutBars removes shares of the top and the bottom, as people do before they send.
func cutBars(img image.Image, top, bottom float64) image.Image {
	b := img.Bounds()
	h := float64(b.Dy())
	part := image.Rect(0, int(h*top), b.Dx(), int(h*(1-bottom)))
	out := image.NewRGBA(image.Rect(0, 0, part.Dx(), part.Dy()))
	draw.Draw(out, out.Bounds(), img, part.Min, draw.Src)
	return out
}

// sendByApp returns a picture after an app scaled and compressed it.
func sendByApp(t testing.TB, img image.Image, width, quality int) image.Image {
	t.Helper()
	b := img.Bounds()
	back, err := jpeg.Decode(bytes.NewReader(encodeJPEG(t, scaleImage(img, width, b.Dy()*width/b.Dx()), quality)))
	if err != nil {
		t.Fatal(err)
	}
	return back
}

const screens = 104 // chats, and as many receipts

// drawScreens draws all screens, the chats first.
var drawScreens = sync.OnceValue(func() [2 * screens]image.Image {
	var all [2 * screens]image.Image
	for i := range uint64(screens) {
		all[i], all[screens+i] = drawChat(i), drawReceipt(i)
	}
	return all
})

func hashScreens() (all [2 * screens]intake.PerceptualHash) {
	for i, img := range drawScreens() {
		all[i] = intake.HashOf(img)
	}
	return all
}

func scaleImage(img image.Image, width, height int) image.Image {
	out := image.NewRGBA(image.Rect(0, 0, width, height))
	draw.CatmullRom.Scale(out, out.Bounds(), img, img.Bounds(), draw.Src, nil)
	return out
}

// changeScreenshot returns the ways in which one screenshot is sent a second time.
func changeScreenshot(t testing.TB, img *image.RGBA) map[string][]byte {
	t.Helper()
	b := img.Bounds()
	twice, err := jpeg.Decode(bytes.NewReader(encodeJPEG(t, scaleImage(img, b.Dx()/2, b.Dy()/2), 60)))
	if err != nil {
		t.Fatal(err)
	}
	return map[string][]byte{
		"JPEG 90": encodeJPEG(t, img, 90), "JPEG 30": encodeJPEG(t, img, 30), "half": encodePNG(t, scaleImage(img, b.Dx()/2, b.Dy()/2)),
		"a third": encodeJPEG(t, scaleImage(img, b.Dx()/3, b.Dy()/3), 70), "larger": encodeJPEG(t, scaleImage(img, b.Dx()*3/2, b.Dy()*3/2), 80),
		"sent twice":                 encodeJPEG(t, twice, 60),
		"two per cent cut off":       encodePNG(t, img.SubImage(image.Rect(0, b.Dy()/50, b.Dx(), b.Dy()))),
		"one per cent cut all round": encodePNG(t, img.SubImage(image.Rect(b.Dx()/100, b.Dy()/100, b.Dx()*99/100, b.Dy()*99/100))),
	}
}

// Recall: what was cut by 4 to 12 per cent at the top, the bottom or both, scaled
// and compressed, is found.
func TestCropsAreFound(t *testing.T) {
	t.Parallel()
	whole := hashScreens()
	found, worst := 0, 1.0
	for i, img := range drawScreens() {
		random := rand.New(rand.NewPCG(uint64(i), 3))
		top, bottom := 0.04+random.Float64()*0.08, 0.04+random.Float64()*0.08
		switch i % 3 {
		case 0:
			top = 0
		case 1:
			bottom = 0
		}
		crop := intake.HashOf(sendByApp(t, cutBars(img, top, bottom), []int{240, 270, 360, 540}[i%4], 60))
		worst = min(worst, crop.CommonShare(whole[i]))
		if crop.IsNearDuplicate(whole[i]) && whole[i].IsNearDuplicate(crop) {
			found++
		}
	}
	t.Logf("found %d of %d, the worst shares %.2f", found, 2*screens, worst)
	if found*100 < 2*screens*98 {
		t.Errorf("found %d of %d: under 98 %%", found, 2*screens)
	}
}

// Precision: of chats in one app, short or long, and of receipts of one form, no
// two are near-duplicates. A false one takes a claimant's proof away.
func TestScreensOfOneAppAreIndependent(t *testing.T) {
	t.Parallel()
	whole := hashScreens()
	pairs, wrong, nearest := 0, 0, 0.0
	for _, kind := range [2][]intake.PerceptualHash{whole[:screens], whole[screens:]} {
		for i := range kind {
			for j := range i {
				pairs++
				if kind[i].IsNearDuplicate(kind[j]) {
					wrong++
				}
				if pairs%10 == 0 {
					nearest = max(nearest, kind[i].CommonShare(kind[j]))
				}
			}
		}
	}
	t.Logf("%d of %d pairs are wrongly the same; the nearest of a tenth share %.2f", wrong, pairs, nearest)
	if wrong > 0 {
		t.Errorf("%d of %d pairs are wrongly the same", wrong, pairs)
	}
}

// Screenshots that were scaled, compressed, sent on or cut a little are found.
func TestChangedScreenshotsAreFound(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		img := drawScreenshot(seed, 360+180*int(seed%2), 780+390*int(seed%2))
		original := intake.HashOf(img)
		for name, data := range changeScreenshot(t, img) {
			changed := examineAccepted(t, data).Hash
			if !original.IsNearDuplicate(changed) || !changed.IsNearDuplicate(original) {
				t.Errorf("%d, %s: shares %.2f", seed, name, original.CommonShare(changed))
			}
		}
	}
}

// Screens of one app have the same bars and colours; their messages differ.
func TestOtherScreenshotsAreIndependent(t *testing.T) {
	t.Parallel()
	var all [60]intake.PerceptualHash
	for seed := range all {
		all[seed] = examineAccepted(t, encodePNG(t, drawScreenshot(uint64(seed), 360, 780))).Hash
	}
	for i, a := range all {
		for j, b := range all[:i] {
			if a.IsNearDuplicate(b) {
				t.Errorf("%d and %d share %.2f", i, j, a.CommonShare(b))
			}
		}
	}
}

func TestBrokenHashesMatchNothing(t *testing.T) {
	t.Parallel()
	whole := intake.HashOf(drawChat(1))
	for name, other := range map[string]intake.PerceptualHash{"none": nil, "cut": whole[:100], "too short": whole[:16]} {
		if whole.IsNearDuplicate(other) || other.IsNearDuplicate(whole) || other.IsNearDuplicate(other) {
			t.Error(name)
		}
	}
	if !whole.IsNearDuplicate(whole) {
		t.Error("a picture is no duplicate of itself")
	}
}

func TestOneColourMatchesNothing(t *testing.T) {
	t.Parallel()
	blank := intake.HashOf(image.NewGray(image.Rect(0, 0, 360, 780)))
	if blank.IsNearDuplicate(blank) || blank.IsNearDuplicate(intake.HashOf(drawChat(0))) {
		t.Error("a page of one colour resembles another")
	}
}

// Pictures that are much wider or longer than a screen are compared too.
func TestWideAndLongPicturesAreCompared(t *testing.T) {
	t.Parallel()
	for _, size := range []image.Point{{X: 1000, Y: 300}, {X: 1600, Y: 200}, {X: 200, Y: 2200}, {X: 400, Y: 300}, {X: 108, Y: 1080}} {
		var hashes [8]intake.PerceptualHash
		for seed := range hashes {
			img := drawScreenshot(uint64(seed), size.X, size.Y)
			hashes[seed] = intake.HashOf(img)
			if again := examineAccepted(t, encodeJPEG(t, scaleImage(img, size.X*2/3, size.Y*2/3), 70)).Hash; !again.IsNearDuplicate(hashes[seed]) {
				t.Errorf("%v, %d: shares %.2f with itself", size, seed, again.CommonShare(hashes[seed]))
			}
			for other, hash := range hashes[:seed] {
				if hash.IsNearDuplicate(hashes[seed]) {
					t.Errorf("%v: %d and %d share %.2f", size, seed, other, hash.CommonShare(hashes[seed]))
				}
			}
		}
	}
}

// Hashes are read from a database: comparing any bytes ends and gives the same in
// both directions.
func TestAnyHashesCompare(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		drawHash := func(name string) intake.PerceptualHash {
			return rapid.SliceOfN(rapid.Byte(), 0, 600).Draw(t, name)
		}
		a, b := drawHash("a"), drawHash("b")
		if a.IsNearDuplicate(b) != b.IsNearDuplicate(a) {
			t.Fatal("it depends on which comes first")
		}
	})
}
