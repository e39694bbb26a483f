package heic_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"os"
	"testing"
	"time"

	"recourse/evidence/originals/intake/heic"
)

// readPhoto returns a drawing of 360 by 240 pixels, encoded by heif-enc.
func readPhoto(t testing.TB) []byte {
	t.Helper()
	data, err := os.ReadFile("../testdata/phone.heic")
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// photoClaiming returns the photo with another size in its header (ispe:
// 23008-12, 6.5.3).
func photoClaiming(t testing.TB, width, height uint32) []byte {
	t.Helper()
	data := readPhoto(t)
	at := bytes.Index(data, []byte("ispe")) + 8
	binary.BigEndian.PutUint32(data[at:], width)
	binary.BigEndian.PutUint32(data[at+4:], height)
	return data
}

func TestDecodeReturnsThePicture(t *testing.T) {
	t.Parallel()
	picture, err := heic.Decode(t.Context(), readPhoto(t))
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
		if differs(got.R, want.R) || differs(got.G, want.G) || differs(got.B, want.B) {
			t.Errorf("at %v: %v, want %v", at, got, want)
		}
	}
}

func differs(a, b uint8) bool { return max(a, b)-min(a, b) > 24 }

// A size that the header claims is refused before a pixel is decoded.
func TestLargeClaimsAreRefusedAtOnce(t *testing.T) {
	t.Parallel()
	if _, err := heic.Decode(t.Context(), readPhoto(t)); err != nil { // compiles the decoder
		t.Fatal(err)
	}
	for _, claim := range []struct {
		width, height uint32
		want          error
	}{
		{5001, 5000, heic.ErrTooLarge}, {30_000, 30_000, heic.ErrTooLarge}, {100_000, 100_000, heic.ErrTooLarge},
		{1<<32 - 1, 1<<32 - 1, heic.ErrUndecodable}, {0, 240, heic.ErrUndecodable},
	} {
		began := time.Now()
		_, err := heic.Decode(t.Context(), photoClaiming(t, claim.width, claim.height))
		if !errors.Is(err, claim.want) {
			t.Errorf("%d × %d: %v", claim.width, claim.height, err)
		}
		if took := time.Since(began); took > 10*time.Second { // decoding so much takes half a minute
			t.Errorf("%d × %d took %s", claim.width, claim.height, took)
		}
	}
}

func TestBrokenPhotosAreUndecodable(t *testing.T) {
	t.Parallel()
	whole := readPhoto(t)
	corrupted := bytes.Clone(whole)
	at := bytes.Index(corrupted, []byte("mdat")) + 200
	for i := range corrupted[at : at+200] {
		corrupted[at+i] ^= 0x5A
	}
	for name, data := range map[string][]byte{"empty": {}, "text": []byte("hello"), "cut": whole[:300], "head": whole[:24]} {
		if _, err := heic.Decode(t.Context(), data); !errors.Is(err, heic.ErrUndecodable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := heic.Decode(t.Context(), corrupted); err != nil && !errors.Is(err, heic.ErrUndecodable) {
		t.Errorf("corrupted: %v", err)
	}
	if _, err := heic.Decode(t.Context(), make([]byte, heic.MaxBytes+1)); !errors.Is(err, heic.ErrTooLarge) {
		t.Errorf("too long: %v", err)
	}
}

func TestPicturesShareNoState(t *testing.T) {
	t.Parallel()
	var first image.Image
	for range 3 {
		_, _ = heic.Decode(t.Context(), readPhoto(t)[:2000])
		picture, err := heic.Decode(t.Context(), readPhoto(t))
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

// A caller who gives up gets the reason, not a verdict on the photo.
func TestDecodeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := heic.Decode(ctx, readPhoto(t)); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add(readPhoto(f))
	f.Add(photoClaiming(f, 64, 64))
	f.Add(photoClaiming(f, 4000, 4000))
	f.Add(readPhoto(f)[:1500])
	// The fuzzer gives each input ten seconds, and compiling the decoder with its
	// instrumentation can take that long.
	if _, err := heic.Decode(f.Context(), readPhoto(f)); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		began := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 15*time.Second)
		defer cancel()
		picture, err := heic.Decode(ctx, data)
		if (picture == nil) != (err != nil) {
			t.Fatal("a picture and an error, or neither")
		}
		if err != nil && !errors.Is(err, heic.ErrUndecodable) && !errors.Is(err, heic.ErrTooLarge) && ctx.Err() == nil {
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
