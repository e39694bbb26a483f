package heic_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"os"
	"testing"
	"time"

	"recourse/evidence/originals/intake/heic"
)

// photo is a drawing of ours, 360 by 240, encoded by heif-enc.
func photo(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("../testdata/phone.heic")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// claiming is the photo with another size in its header (ispe: 23008-12, 6.5.3).
func claiming(t testing.TB, width, height uint32) []byte {
	t.Helper()
	data := photo(t)
	at := bytes.Index(data, []byte("ispe")) + 8
	binary.BigEndian.PutUint32(data[at:], width)
	binary.BigEndian.PutUint32(data[at+4:], height)
	return data
}

func TestDecodeGivesThePicture(t *testing.T) {
	t.Parallel()
	picture, err := heic.Decode(t.Context(), photo(t))
	if err != nil {
		t.Fatal(err)
	}
	if picture.Bounds() != image.Rect(0, 0, 360, 240) {
		t.Fatalf("%v", picture.Bounds())
	}
	for at, want := range map[image.Point]color.RGBA{
		{330, 75}: {149, 236, 105, 255}, {40, 145}: {255, 255, 255, 255}, {15, 225}: {255, 0, 0, 255}, {200, 53}: {25, 25, 25, 255},
	} {
		got := color.RGBAModel.Convert(picture.At(at.X, at.Y)).(color.RGBA)
		if far(got.R, want.R) || far(got.G, want.G) || far(got.B, want.B) {
			t.Errorf("at %v: %v, want %v", at, got, want)
		}
	}
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 24 }

// What the header claims is refused before a pixel is decoded.
func TestClaimsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	if _, err := heic.Decode(t.Context(), photo(t)); err != nil { // compiles the decoder
		t.Fatal(err)
	}
	for _, claim := range []struct {
		width, height uint32
		want          error
	}{
		{5001, 5000, heic.ErrTooLarge}, {30_000, 30_000, heic.ErrTooLarge}, {100_000, 100_000, heic.ErrTooLarge},
		{1<<32 - 1, 1<<32 - 1, heic.ErrClosed}, {0, 240, heic.ErrClosed},
	} {
		began := time.Now()
		_, err := heic.Decode(t.Context(), claiming(t, claim.width, claim.height))
		if !errors.Is(err, claim.want) {
			t.Errorf("%d × %d: %v", claim.width, claim.height, err)
		}
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%d × %d took %s", claim.width, claim.height, took)
		}
	}
}

func TestBrokenPhotosAreClosed(t *testing.T) {
	t.Parallel()
	whole := photo(t)
	spoilt := bytes.Clone(whole)
	at := bytes.Index(spoilt, []byte("mdat")) + 200
	for i := range spoilt[at : at+200] {
		spoilt[at+i] ^= 0x5A
	}
	for name, data := range map[string][]byte{"empty": {}, "text": []byte("hello"), "cut": whole[:300], "head": whole[:24]} {
		if _, err := heic.Decode(t.Context(), data); !errors.Is(err, heic.ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := heic.Decode(t.Context(), spoilt); err != nil && !errors.Is(err, heic.ErrClosed) {
		t.Errorf("spoilt: %v", err)
	}
	if _, err := heic.Decode(t.Context(), make([]byte, heic.MaxBytes+1)); !errors.Is(err, heic.ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
}

// Nothing of a picture stays in the decoder for the next one.
func TestEachPictureStartsAnew(t *testing.T) {
	t.Parallel()
	var first image.Image
	for range 3 {
		_, _ = heic.Decode(t.Context(), photo(t)[:2000])
		picture, err := heic.Decode(t.Context(), photo(t))
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = picture
		}
		for _, at := range []image.Point{{0, 0}, {100, 100}, {359, 239}} {
			if first.At(at.X, at.Y) != picture.At(at.X, at.Y) {
				t.Fatalf("at %v: %v, then %v", at, first.At(at.X, at.Y), picture.At(at.X, at.Y))
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(photo(f))
	f.Add(claiming(f, 64, 64))
	f.Add(claiming(f, 4000, 4000))
	f.Add(photo(f)[:1500])
	f.Fuzz(func(t *testing.T, data []byte) {
		began := time.Now()
		picture, err := heic.Decode(t.Context(), data)
		if (picture == nil) != (err != nil) {
			t.Fatal("a picture and an error, or neither")
		}
		if err != nil && !errors.Is(err, heic.ErrClosed) && !errors.Is(err, heic.ErrTooLarge) {
			t.Fatal(err)
		}
		if picture != nil {
			b := picture.Bounds()
			picture.At(b.Max.X-1, b.Max.Y-1)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Fatalf("took %s", took)
		}
	})
}
