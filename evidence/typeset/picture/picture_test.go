package picture_test

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"testing"

	"golang.org/x/image/bmp"
	"golang.org/x/image/tiff"

	"recourse/evidence/typeset/picture"
)

// pattern fills an image so that rows and columns differ.
func pattern(img interface {
	image.Image
	Set(x, y int, c color.Color)
},
) image.Image {
	b := img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			img.Set(x, y, color.NRGBA{uint8(x * 5), uint8(y * 7), uint8(x ^ y), 0xFF})
		}
	}
	return img
}

var bounds = image.Rect(0, 0, 31, 23)

func encoded(t testing.TB, encode func(io.Writer) error) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := encode(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func pngOf(t testing.TB, img image.Image) []byte {
	return encoded(t, func(w io.Writer) error { return png.Encode(w, img) })
}

func jpegOf(t testing.TB, img image.Image) []byte {
	return encoded(t, func(w io.Writer) error { return jpeg.Encode(w, img, nil) })
}

// webpLossless is a 1×1 red picture in lossless WebP.
var webpLossless = []byte("RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00")

func TestPrepare(t *testing.T) {
	t.Parallel()
	rgb := pattern(image.NewNRGBA(bounds))
	palette := color.Palette{color.White, color.Black, color.NRGBA{200, 0, 0, 255}}
	for _, test := range []struct {
		name, space, filter string
		data                []byte
	}{
		{"png rgb", "DeviceRGB", "FlateDecode", pngOf(t, rgb)},
		{"png grey", "DeviceGray", "FlateDecode", pngOf(t, pattern(image.NewGray(bounds)))},
		{"png palette", "Indexed", "FlateDecode", pngOf(t, pattern(image.NewPaletted(bounds, palette)))},
		{"png alpha", "DeviceRGB", "FlateDecode", pngOf(t, image.NewNRGBA(bounds))},
		{"png 16 bits", "DeviceRGB", "FlateDecode", pngOf(t, pattern(image.NewRGBA64(bounds)))},
		{"png grey 16 bits", "DeviceRGB", "FlateDecode", pngOf(t, pattern(image.NewGray16(bounds)))},
		{"jpeg rgb", "DeviceRGB", "DCTDecode", jpegOf(t, rgb)},
		{"jpeg grey", "DeviceGray", "DCTDecode", jpegOf(t, pattern(image.NewGray(bounds)))},
		{"gif", "DeviceRGB", "FlateDecode", encoded(t, func(w io.Writer) error { return gif.Encode(w, rgb, nil) })},
		{"bmp", "DeviceRGB", "FlateDecode", encoded(t, func(w io.Writer) error { return bmp.Encode(w, rgb) })},
		{"tiff", "DeviceRGB", "FlateDecode", encoded(t, func(w io.Writer) error { return tiff.Encode(w, rgb, nil) })},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := picture.Convert(test.data, picture.Reencode)
			if err != nil {
				t.Fatal(err)
			}
			if p.ColorSpace != test.space || p.Filter != test.filter || p.Width != 31 || p.Height != 23 || p.Orientation != 1 || p.Digest == "" {
				t.Errorf("%+v", p)
			}
		})
	}
}

func TestPrepareWebP(t *testing.T) {
	t.Parallel()
	p, err := picture.Convert(webpLossless, picture.Reencode)
	if err != nil {
		t.Fatal(err)
	}
	if p.ColorSpace != "DeviceRGB" || p.Width != 1 || p.Height != 1 {
		t.Errorf("%+v", p)
	}
}

// rows undoes the compression and filter 2 of a re-encoded picture.
func rows(t *testing.T, p *picture.Picture, colours int) []byte {
	t.Helper()
	inflate, err := zlib.NewReader(bytes.NewReader(p.Data))
	if err != nil {
		t.Fatal(err)
	}
	coded, err := io.ReadAll(inflate)
	if err != nil {
		t.Fatal(err)
	}
	width := p.StoredWidth * colours
	above, out := make([]byte, width), []byte{}
	for y := range p.StoredHeight {
		row := coded[y*(width+1)+1 : (y+1)*(width+1)]
		for x := range row {
			above[x] += row[x]
		}
		out = append(out, above...)
	}
	return out
}

// Re-encoding loses nothing, and what is transparent lies on white.
func TestReencodingIsExact(t *testing.T) {
	t.Parallel()
	img := image.NewNRGBA(bounds)
	pattern(img)
	img.Set(3, 4, color.NRGBA{0, 0, 0, 0})
	p, err := picture.Convert(pngOf(t, img), picture.Reencode)
	if err != nil {
		t.Fatal(err)
	}
	got := rows(t, p, 3)
	for y := range 23 {
		for x := range 31 {
			want := img.NRGBAAt(x, y)
			if x == 3 && y == 4 {
				want = color.NRGBA{0xFF, 0xFF, 0xFF, 0xFF}
			}
			if at := 3 * (y*31 + x); !bytes.Equal(got[at:at+3], []byte{want.R, want.G, want.B}) {
				t.Fatalf("pixel %d,%d: %v, want %v", x, y, got[at:at+3], want)
			}
		}
	}
}

// exif is an APP1 segment with an orientation and a text that stands for GPS.
func exif(order binary.AppendByteOrder, mark string, turn uint16) []byte {
	body := append([]byte("Exif\x00\x00"), mark...)
	body = order.AppendUint16(body, 42)
	body = order.AppendUint32(body, 8)
	body = order.AppendUint16(body, 1)
	body = order.AppendUint16(body, 0x0112)
	body = order.AppendUint16(body, 3)
	body = order.AppendUint32(body, 1)
	body = order.AppendUint16(body, turn)
	body = append(body, 0, 0, 0, 0, 0, 0)
	body = append(body, "GPSLatitude 22.54"...)
	return append([]byte{0xFF, 0xE1, byte((len(body) + 2) >> 8), byte(len(body) + 2)}, body...)
}

func withSegment(data, segment []byte) []byte {
	return append(append(append([]byte{}, data[:2]...), segment...), data[2:]...)
}

// The shown copy turns as the camera said and says nothing of where it was.
func TestEXIF(t *testing.T) {
	t.Parallel()
	plain := jpegOf(t, pattern(image.NewNRGBA(bounds)))
	for turn := uint16(1); turn <= 8; turn++ {
		order, mark := binary.AppendByteOrder(binary.BigEndian), "MM"
		if turn%2 == 0 {
			order, mark = binary.LittleEndian, "II"
		}
		data := withSegment(withSegment(plain, []byte("\xff\xfe\x00\x08secret")), exif(order, mark, turn))
		p, err := picture.Convert(append(data, "trailing bytes"...), picture.Reencode)
		if err != nil {
			t.Fatal(err)
		}
		if p.Orientation != int(turn) || (turn >= 5) != (p.Width == 23) {
			t.Errorf("orientation %d: %+v", turn, p)
		}
		if !bytes.Equal(p.Data, plain) {
			t.Errorf("orientation %d: the stream is not the plain one", turn)
		}
	}
}

func TestStrangeEXIF(t *testing.T) {
	t.Parallel()
	plain := jpegOf(t, image.NewGray(bounds))
	whole := exif(binary.BigEndian, "MM", 6)
	for size := 4; size < len(whole); size++ {
		segment := append([]byte{}, whole[:size]...)
		binary.BigEndian.PutUint16(segment[2:], uint16(size-2))
		if _, err := picture.Convert(withSegment(plain, segment), picture.Reencode); err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
	}
	if p, err := picture.Convert(withSegment(plain, exif(binary.BigEndian, "MM", 9)), picture.Reencode); err != nil || p.Orientation != 1 {
		t.Errorf("orientation 9: %+v %v", p, err)
	}
}

// bomb is a PNG header that claims a size without its pixels.
func bomb(width, height uint32) []byte {
	body := binary.BigEndian.AppendUint32([]byte("IHDR"), width)
	body = append(binary.BigEndian.AppendUint32(body, height), 8, 2, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"), body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(body))
}

func TestUnfit(t *testing.T) {
	t.Parallel()
	sound := pngOf(t, pattern(image.NewNRGBA(bounds)))
	photo := jpegOf(t, pattern(image.NewNRGBA(bounds)))
	flipped := append([]byte{}, sound...)
	flipped[len(flipped)/2] ^= 0xFF
	for _, test := range []struct {
		name   string
		data   []byte
		reason picture.Reason
	}{
		{"nothing", nil, picture.Unknown},
		{"text", []byte("不是图片"), picture.Unknown},
		{"heic", []byte("\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic"), picture.Unknown},
		{"51 megapixels", bomb(51_000, 1_000), picture.TooLarge},
		{"280 terapixels", bomb(0xFFFFFF, 0xFFFFFF), picture.TooLarge},
		{"overflowing size", bomb(0x7FFFFFFF, 0x7FFFFFFF), picture.Damaged},
		{"header only", bomb(10, 10), picture.Truncated},
		{"half a png", sound[:len(sound)/2], picture.Truncated},
		{"png without its end", sound[:len(sound)-12], picture.Truncated},
		{"flipped bits", flipped, picture.Damaged},
		{"half a jpeg", photo[:len(photo)-40], picture.Truncated},
		{"jpeg without end", photo[:len(photo)-2], picture.Truncated},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p, err := picture.Convert(test.data, picture.Reencode)
			var unfit *picture.UnusableError
			if p != nil || !errors.As(err, &unfit) || unfit.Reason != test.reason || unfit.Error() == "" {
				t.Errorf("got %v, %v, want %s", p, err, test.reason)
			}
		})
	}
}

// A PNG whose checksums hold but whose rows do not decompress is damaged, too.
func TestRowsMustDecompress(t *testing.T) {
	t.Parallel()
	chunk := func(kind string, body []byte) []byte {
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = append(append(out, kind...), body...)
		return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
	}
	for name, rows := range map[string][]byte{"garbage": []byte("garbage"), "too few": pack(t, 100), "too many": pack(t, 320)} {
		data := append(bomb(10, 10), chunk("IDAT", rows)...)
		data = append(data, chunk("IEND", nil)...)
		if _, err := picture.Convert(data, picture.Reencode); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	data := append(bomb(10, 10), chunk("IDAT", pack(t, 310))...)
	if _, err := picture.Convert(append(data, chunk("IEND", nil)...), picture.Reencode); err != nil {
		t.Errorf("whole: %v", err)
	}
}

func pack(t *testing.T, size int) []byte {
	return encoded(t, func(w io.Writer) error {
		deflate := zlib.NewWriter(w)
		if _, err := deflate.Write(make([]byte, size)); err != nil {
			return err
		}
		return deflate.Close()
	})
}

func FuzzPrepare(f *testing.F) {
	img := pattern(image.NewNRGBA(bounds))
	f.Add(pngOf(f, img))
	f.Add(pngOf(f, pattern(image.NewGray(bounds))))
	f.Add(withSegment(jpegOf(f, img), exif(binary.BigEndian, "MM", 6)))
	f.Add(encoded(f, func(w io.Writer) error { return gif.Encode(w, img, nil) }))
	f.Add(webpLossless)
	f.Fuzz(func(t *testing.T, data []byte) {
		p, err := picture.Convert(data, picture.Reencode)
		var unfit *picture.UnusableError
		switch {
		case err != nil && !errors.As(err, &unfit):
			t.Fatalf("error of another kind: %v", err)
		case err == nil && (p.Width <= 0 || p.Height <= 0 || len(p.Data) == 0):
			t.Fatalf("%+v", p)
		}
	})
}
