package activities

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// telling are the marks in a file's bytes of metadata that says where or by whom
// it was made. They are looked for in the raw bytes: readers of metadata
// disagree, and what one cannot parse another shows. A mark met by chance costs
// an original its place in the papers of two audiences, and no more: each is at
// least eight bytes long.
var telling = [][]byte{
	{0x88, 0x25, 0, 4, 0, 0, 0, 1}, {0x25, 0x88, 4, 0, 1, 0, 0, 0}, // EXIF 3.0, 4.6.3: the directory GPS, either byte order
	{0x88, 0x25, 0, 13, 0, 0, 0, 1}, {0x25, 0x88, 13, 0, 1, 0, 0, 0},
	[]byte("GPSLatitude"), []byte("GPSPosition"), []byte("GPSCoordinates"), // XMP, and EXIF as a text in a PNG
	[]byte("Raw profile type "), []byte("XML:com.adobe.xmp\x00\x01"), // PNG: EXIF in hexadecimal; XMP that is compressed
	[]byte("com.apple.quicktime.location"),
	[]byte("loci\x00\x00\x00\x00"), // 3GPP TS 26.244, 8.10
	[]byte("aux:SerialNumber"), []byte("aux:OwnerName"), []byte("exifEX:BodySerialNumber"), []byte("exifEX:CameraOwnerName"),
}

// headers begin the directories of EXIF: the one of a JPEG, and those of TIFF, with
// which PNG and WebP begin theirs (PNG 3rd edition, 11.3.3.6). The first directory
// lies behind it at once, or behind exiftool's name.
var headers = [][]byte{
	[]byte("Exif\x00\x00"), []byte("MM\x00*\x00\x00\x00\x08"), []byte("II*\x00\x08\x00\x00\x00"),
	[]byte("MM\x00*\x00\x00\x00\x10ExifMeta"), []byte("II*\x00\x10\x00\x00\x00ExifMeta"),
}

// named are EXIF tags of text that name a person or a device: artist, owner,
// serial numbers. They are four bytes, so that they count in a directory only:
// behind a header, within the longest segment a JPEG has for it.
var named = [][]byte{
	{0x01, 0x3b, 0, 2}, {0x3b, 0x01, 2, 0}, {0xa4, 0x30, 0, 2}, {0x30, 0xa4, 2, 0}, {0xa4, 0x31, 0, 2}, {0x31, 0xa4, 2, 0},
	{0xa4, 0x35, 0, 2}, {0x35, 0xa4, 2, 0},
}

// place is how a film names one outside of any scheme: "©xyz", its length, its
// language, and degrees that begin with a sign (QuickTime File Format, user
// data).
var place = []byte("\xa9xyz")

// longestMark is kept from one reading to the next.
const longestMark = 64

// Telling reports whether a picture, a film or a recording carries metadata of
// where or by whom it was made. Other kinds of files are taken for what they show.
func Telling(media string, file io.Reader) (bool, error) {
	t := &teller{wanted: recorded(media)}
	_, err := io.Copy(t, file)
	return t.found, err
}

func recorded(media string) bool {
	return slices.ContainsFunc([]string{"image/", "video/", "audio/"}, func(kind string) bool { return strings.HasPrefix(media, kind) })
}

// teller looks for the marks in what passes.
type teller struct {
	wanted, found bool
	exif          int // bytes of a directory still to come
	tail          []byte
}

// Write implements io.Writer.
func (t *teller) Write(p []byte) (int, error) {
	if !t.wanted || t.found {
		return len(p), nil
	}
	window := slices.Concat(t.tail, p)
	has := func(mark []byte) bool { return bytes.Contains(window, mark) }
	t.found = slices.ContainsFunc(telling, has) || places(window)
	t.directory(window)
	t.tail = bytes.Clone(window[max(0, len(window)-longestMark):])
	return len(p), nil
}

// directory looks for names behind a header of EXIF.
func (t *teller) directory(window []byte) {
	first := -1
	for _, header := range headers {
		if at := bytes.Index(window, header); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	if first >= 0 {
		t.exif = 64 << 10
		window = window[first:]
	}
	if t.exif == 0 {
		return
	}
	window = window[:min(len(window), t.exif)]
	t.exif -= len(window)
	t.found = t.found || slices.ContainsFunc(named, func(mark []byte) bool { return bytes.Contains(window, mark) })
}

// places reports the place of a film.
func places(window []byte) bool {
	for {
		_, after, found := bytes.Cut(window, place)
		if !found {
			return false
		}
		if len(after) > 5 && (after[4] == '+' || after[4] == '-') && after[5] >= '0' && after[5] <= '9' {
			return true
		}
		window = after
	}
}

// located reports what the entry that took a picture in says of it: that it tells
// where it was made.
func located(one recovery.Evidence, entries []folio.Entry) bool {
	if !recorded(one.MediaType) || one.Seq < 1 || one.Seq > int64(len(entries)) {
		return false
	}
	_, committed := entries[one.Seq-1].Parsed.Commitments["gps"]
	return committed
}

// copyOf is the newest copy that an entry made of an original; nil: there is
// none.
func (a *Exports) copyOf(one recovery.Evidence, entries []folio.Entry) *folio.Copy {
	for _, entry := range slices.Backward(entries) {
		facts := entry.Parsed.Facts
		if entry.Parsed.Kind != recovery.EntryEvidenceDerived || facts["of_sha256"] != one.SHA256 {
			continue
		}
		digest, _ := facts["sha256"].(string)
		media, _ := facts["media_type"].(string)
		size, _ := facts["size"].(float64)
		return &folio.Copy{
			SHA256: digest, Size: int64(size), MediaType: media,
			Open: func() (io.ReadCloser, error) { return a.Originals.Open(digest) },
		}
	}
	return nil
}
