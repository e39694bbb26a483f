package picture

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image"
	"image/jpeg"
	"testing"
)

// segment is a JPEG segment with its length.
func segment(marker byte, body string) string {
	size := len(body) + 2
	return string([]byte{0xFF, marker, byte(size >> 8), byte(size)}) + body
}

const (
	soi  = "\xff\xd8"
	eoi  = "\xff\xd9"
	scan = "\x01\x02\xff\x00\x03\xff\xd0\x04\xff\xff" // stuffed zero, restart, fill byte
)

// sof is a frame of three components.
var sof = segment(0xC0, "\x08\x00\x10\x00\x10\x03...")

func TestStrip(t *testing.T) {
	t.Parallel()
	jfif, icc, adobe := segment(app0, "JFIF\x00"), segment(app2, "ICC_PROFILE\x00"), segment(app14, "Adobe")
	sos := segment(startOfScan, "\x03")
	for _, test := range []struct{ name, data, want string }{
		{"plain", soi + jfif + sof + sos + scan + eoi, soi + jfif + sof + sos + scan + eoi},
		{"descriptions go", soi + segment(app1, "XMP") + segment(0xED, "IPTC") + segment(comment, "me") + sof + sos + eoi, soi + sof + sos + eoi},
		{"what shows colours stays", soi + jfif + icc + adobe + sof + sos + eoi, soi + jfif + icc + adobe + sof + sos + eoi},
		{"fill bytes", soi + "\xff\xff" + sof + "\xff" + sos + eoi, soi + sof + sos + eoi},
		{"several scans", soi + sof + sos + "\x01" + sos + "\x02" + eoi, soi + sof + sos + "\x01" + sos + "\x02" + eoi},
		{"what follows goes", soi + sof + sos + eoi + "more", soi + sof + sos + eoi},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, turn, components, err := stripMetadata([]byte(test.data))
			if err != nil || turn != 1 || components != 3 {
				t.Fatal(turn, components, err)
			}
			if string(out) != test.want {
				t.Errorf("got  %x\nwant %x", out, test.want)
			}
		})
	}
}

func TestStripRefuses(t *testing.T) {
	t.Parallel()
	sos := segment(startOfScan, "\x03")
	for name, test := range map[string]struct {
		data   string
		reason Reason
	}{
		"only a start":       {soi, Truncated},
		"no end":             {soi + sof + sos + "\x01\x02", Truncated},
		"cut inside segment": {soi + sof[:6], Truncated},
		"no marker":          {soi + "abcdef", Damaged},
		"end of half":        {soi + sof + "\xff", Truncated},
	} {
		_, _, _, err := stripMetadata([]byte(test.data))
		var unfit *UnusableError
		if !errors.As(err, &unfit) || unfit.Reason != test.reason {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Any beginning of a photo is refused, and none panics.
func TestEveryPrefixIsRefused(t *testing.T) {
	t.Parallel()
	var data bytes.Buffer
	if err := jpeg.Encode(&data, image.NewRGBA(image.Rect(0, 0, 16, 16)), nil); err != nil {
		t.Fatal(err)
	}
	for size := range data.Len() {
		if p, err := Convert(data.Bytes()[:size], Reencode); err == nil {
			t.Fatalf("%d of %d bytes: %+v", size, data.Len(), p)
		}
	}
}

func TestFrameMarkers(t *testing.T) {
	t.Parallel()
	for marker := range 256 {
		want := marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC
		if isFrameHeader(byte(marker)) != want {
			t.Errorf("%X", marker)
		}
		if isMetadataSegment(byte(marker)) && isFrameHeader(byte(marker)) {
			t.Errorf("%X is both", marker)
		}
	}
}

func TestOrientationOfHostileTags(t *testing.T) {
	t.Parallel()
	tag := func(offset uint32, count uint16, rest ...byte) []byte {
		out := append([]byte("Exif\x00\x00MM\x00\x2a"), binary.BigEndian.AppendUint32(nil, offset)...)
		return append(binary.BigEndian.AppendUint16(out, count), rest...)
	}
	for name, exif := range map[string][]byte{
		"nothing": nil, "not EXIF": []byte("http://ns.adobe.com/xap/1.0/"), "far offset": tag(0xFFFFFFFF, 1),
		"many entries": tag(8, 0xFFFF, make([]byte, 30)...), "offset at the end": tag(10, 1), "no entries": tag(8, 0),
	} {
		if got := readOrientation(exif, 3); got != 3 {
			t.Errorf("%s: %d", name, got)
		}
	}
}

func TestUnfitTellsItsCause(t *testing.T) {
	t.Parallel()
	cause := errors.New("bad Huffman code")
	err := error(&UnusableError{Reason: Damaged, Cause: cause})
	if !errors.Is(err, cause) || err.Error() != "image: damaged: bad Huffman code" || (&UnusableError{Reason: TooLarge}).Error() != "image: too_many_pixels" {
		t.Error(err)
	}
}
