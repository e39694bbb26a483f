package metadata

import (
	"bytes"
	"io"
	"slices"
	"strings"
)

// signatures are byte sequences of metadata that identifies the place or the author
// of a file. They are searched in the raw bytes: what one program cannot parse,
// another may show. A match by chance only removes an original from the papers of
// two audiences, and is unlikely with at least eight bytes.
var signatures = [][]byte{
	{0x88, 0x25, 0, 4, 0, 0, 0, 1}, {0x25, 0x88, 4, 0, 1, 0, 0, 0}, // EXIF 3.0, 4.6.3: the directory GPS, either byte order
	{0x88, 0x25, 0, 13, 0, 0, 0, 1}, {0x25, 0x88, 13, 0, 1, 0, 0, 0},
	[]byte("GPSLatitude"), []byte("GPSPosition"), []byte("GPSCoordinates"), // XMP, and EXIF as a text in a PNG
	[]byte("Raw profile type "), []byte("XML:com.adobe.xmp\x00\x01"), // PNG: EXIF in hexadecimal; XMP that is compressed
	[]byte("com.apple.quicktime.location"),
	[]byte("loci\x00\x00\x00\x00"), // 3GPP TS 26.244, 8.10
	[]byte("aux:SerialNumber"), []byte("aux:OwnerName"), []byte("exifEX:BodySerialNumber"), []byte("exifEX:CameraOwnerName"),
}

// exifHeaders start an EXIF directory: the header of JPEG, and those of TIFF, which
// PNG and WebP use (PNG 3rd edition, 11.3.3.6). The first directory follows
// directly, or after the name that exiftool adds.
var exifHeaders = [][]byte{
	[]byte("Exif\x00\x00"), []byte("MM\x00*\x00\x00\x00\x08"), []byte("II*\x00\x08\x00\x00\x00"),
	[]byte("MM\x00*\x00\x00\x00\x10ExifMeta"), []byte("II*\x00\x10\x00\x00\x00ExifMeta"),
}

// ownerTags are EXIF text tags that name a person or a device: artist, owner,
// serial numbers. They have only four bytes, so they count only in a directory: after
// a header, within the longest EXIF segment of a JPEG.
var ownerTags = [][]byte{
	{0x01, 0x3b, 0, 2}, {0x3b, 0x01, 2, 0}, {0xa4, 0x30, 0, 2}, {0x30, 0xa4, 2, 0}, {0xa4, 0x31, 0, 2}, {0x31, 0xa4, 2, 0},
	{0xa4, 0x35, 0, 2}, {0x35, 0xa4, 2, 0},
}

// maxDirectory is the longest EXIF segment of a JPEG, in bytes.
const maxDirectory = 64 << 10

// locationAtom starts the location in a film. Its length, its language and degrees with a
// sign follow (QuickTime File Format, user data).
var locationAtom = []byte("\xa9xyz")

// maxSignatureLength is the number of bytes kept from one write to the next.
const maxSignatureLength = 64

// IsIdentifying reads a picture, film or recording to its end and reports whether
// its metadata identifies the place or the author. For other files it is false:
// their content is the evidence.
func IsIdentifying(mediaType string, file io.Reader) (bool, error) {
	s := &scanner{enabled: IsSearched(mediaType)}
	_, err := io.Copy(s, file)
	return s.found, err
}

// IsSearched reports whether files of a media type are searched.
func IsSearched(mediaType string) bool {
	return slices.ContainsFunc([]string{"image/", "video/", "audio/"}, func(kind string) bool { return strings.HasPrefix(mediaType, kind) })
}

// scanner searches the bytes written to it.
type scanner struct {
	enabled, found bool
	directory      int    // bytes of an EXIF directory still to come
	tail           []byte // end of the earlier writes, for signatures that span two writes
}

// Write implements io.Writer.
func (s *scanner) Write(p []byte) (int, error) {
	if !s.enabled || s.found {
		return len(p), nil
	}
	window := slices.Concat(s.tail, p)
	s.found = containsAny(window, signatures) || hasLocation(window) || s.hasOwner(window)
	s.tail = bytes.Clone(window[max(0, len(window)-maxSignatureLength):])
	return len(p), nil
}

// hasOwner reports whether an EXIF directory names a person or a device.
func (s *scanner) hasOwner(window []byte) bool {
	first := -1
	for _, header := range exifHeaders {
		if at := bytes.Index(window, header); at >= 0 && (first < 0 || at < first) {
			first = at
		}
	}
	if first >= 0 {
		s.directory = maxDirectory
		window = window[first:]
	}
	window = window[:min(len(window), s.directory)]
	s.directory -= len(window)
	return containsAny(window, ownerTags)
}

// hasLocation reports whether a film contains its location.
func hasLocation(window []byte) bool {
	for {
		_, after, found := bytes.Cut(window, locationAtom)
		if !found {
			return false
		}
		if len(after) > 5 && (after[4] == '+' || after[4] == '-') && after[5] >= '0' && after[5] <= '9' {
			return true
		}
		window = after
	}
}

func containsAny(window []byte, sequences [][]byte) bool {
	return slices.ContainsFunc(sequences, func(one []byte) bool { return bytes.Contains(window, one) })
}
