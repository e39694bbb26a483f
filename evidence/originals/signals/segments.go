package signals

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// segmentKind is what a segment of a file holds.
type segmentKind int

const (
	otherData segmentKind = iota
	xmpData
	exifData
	pngText
	provenance // a C2PA manifest
)

// segment is a part of a file that can hold marks.
type segment struct {
	kind segmentKind
	key  string // of a PNG text, in lower case
	data []byte
}

// Limits of reading one file.
const (
	maxSegments    = 2_000     // looked at
	maxSegmentSize = 256 << 10 // bytes kept of each
	maxTotalSize   = 1 << 20   // bytes kept of all
	scannedEnd     = 256 << 10 // bytes at each end of a file without a known structure
)

// reader reads segments within the limits.
type reader struct {
	file  io.ReaderAt
	size  int64
	kept  []segment
	total int
	seen  int
}

// readSegments reads the segments of a file. A file that is not what its type says has
// those before the fault. Errors: those of reading.
func readSegments(file io.ReaderAt, size int64, media string) ([]segment, error) {
	r := &reader{file: file, size: size}
	var err error
	switch media {
	case "image/jpeg":
		err = r.readJPEG()
	case "image/png":
		err = r.readPNG()
	case "image/webp":
		err = r.readRIFF()
	default:
		err = r.readEnds()
	}
	if errors.Is(err, errMalformed) {
		err = nil
	}
	return r.kept, err
}

// errMalformed ends the reading of a file whose structure is broken or too large.
var errMalformed = errors.New("malformed")

// readAt reads n bytes. Errors: errMalformed behind the end, and those of reading.
func (r *reader) readAt(offset int64, n int) ([]byte, error) {
	if offset < 0 || n < 0 || offset+int64(n) > r.size {
		return nil, errMalformed
	}
	data := make([]byte, n)
	if _, err := r.file.ReadAt(data, offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("signals: %w", err)
	}
	return data, nil
}

// count counts a segment that was looked at.
func (r *reader) count() error {
	if r.seen++; r.seen > maxSegments || r.total > maxTotalSize {
		return errMalformed
	}
	return nil
}

// keep keeps the beginning of a segment of length bytes.
func (r *reader) keep(kind segmentKind, offset, length int64) error {
	data, err := r.readAt(offset, int(min(length, maxSegmentSize, r.size-offset)))
	if err == nil {
		r.add(segment{kind: kind, data: data})
	}
	return err
}

func (r *reader) add(s segment) {
	r.kept = append(r.kept, s)
	r.total += len(s.data)
}

// The beginnings of JPEG segments (XMP part 3, 1.1.3).
var (
	exifHead        = []byte("Exif\x00\x00")
	xmpHead         = []byte("http://ns.adobe.com/xap/1.0/\x00")
	xmpExtendedHead = []byte("http://ns.adobe.com/xmp/extension/\x00")
)

// readJPEG reads the segments before the picture (ITU-T T.81, B.1.1.3).
func (r *reader) readJPEG() error {
	const startOfScan, firstApp, c2paApp, comment = 0xDA, 0xE0, 0xEB, 0xFE
	for offset := int64(2); ; {
		head, err := r.readAt(offset, 4)
		if err == nil {
			err = r.count()
		}
		if err != nil {
			return err
		}
		marker, length := head[1], int64(binary.BigEndian.Uint16(head[2:]))
		if head[0] != 0xFF || marker == startOfScan || length < 2 {
			return errMalformed
		}
		if marker >= firstApp && marker <= firstApp+15 || marker == comment {
			if err := r.keepJPEG(marker == c2paApp, offset+4, length-2); err != nil {
				return err
			}
		}
		offset += 2 + length
	}
}

func (r *reader) keepJPEG(isJUMBF bool, offset, length int64) error {
	data, err := r.readAt(offset, int(length))
	if err != nil {
		return err
	}
	kind := otherData
	switch {
	case bytes.HasPrefix(data, exifHead):
		kind = exifData
	case bytes.HasPrefix(data, xmpHead), bytes.HasPrefix(data, xmpExtendedHead):
		kind = xmpData
	case isJUMBF && (r.hasProvenance() || bytes.Contains(data, []byte("c2pa"))):
		kind = provenance // a manifest goes on in further segments
	}
	r.add(segment{kind: kind, data: data})
	return nil
}

func (r *reader) hasProvenance() bool {
	return slices.ContainsFunc(r.kept, func(s segment) bool { return s.kind == provenance })
}

// readPNG reads the chunks (PNG, 5.3).
func (r *reader) readPNG() error {
	for offset := int64(8); ; {
		head, err := r.readAt(offset, 8)
		if err == nil {
			err = r.count()
		}
		if err != nil {
			return err
		}
		length := int64(binary.BigEndian.Uint32(head))
		if err := r.keepPNG(string(head[4:]), offset+8, length); err != nil {
			return err
		}
		offset += 12 + length
	}
}

func (r *reader) keepPNG(name string, offset, length int64) error {
	switch name {
	case "eXIf":
		return r.keep(exifData, offset, length)
	case "caBX":
		return r.keep(provenance, offset, length)
	case "tEXt", "iTXt", "zTXt":
		data, err := r.readAt(offset, int(min(length, maxSegmentSize, r.size-offset)))
		if err == nil {
			r.add(parsePNGText(name, data))
		}
		return err
	case "IEND":
		return errMalformed // what follows is no part of the picture
	default:
		return nil
	}
}

// parsePNGText reads a keyword and its text (PNG, 11.3.3).
func parsePNGText(name string, data []byte) segment {
	key, rest, _ := bytes.Cut(data, []byte{0})
	packed := name == "zTXt"
	if name == "iTXt" && len(rest) > 2 {
		packed = rest[0] == 1
		_, rest, _ = bytes.Cut(rest[2:], []byte{0}) // language
		_, rest, _ = bytes.Cut(rest, []byte{0})     // keyword in that language
	} else if packed && len(rest) > 0 {
		rest = rest[1:] // method
	}
	if packed {
		rest = inflate(rest)
	}
	s := segment{kind: pngText, key: strings.ToLower(string(key)), data: rest}
	if s.key == "xml:com.adobe.xmp" {
		s.kind = xmpData
	}
	return s
}

// inflate unpacks at most maxSegmentSize bytes.
func inflate(packed []byte) []byte {
	unpacked, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	data, _ := io.ReadAll(io.LimitReader(unpacked, maxSegmentSize)) // what was read before a fault counts
	return data
}

// readRIFF reads the chunks of WebP (RFC 9649, 2.3).
func (r *reader) readRIFF() error {
	kinds := map[string]segmentKind{"XMP": xmpData, "EXIF": exifData, "C2PA": provenance}
	for offset := int64(12); ; {
		head, err := r.readAt(offset, 8)
		if err == nil {
			err = r.count()
		}
		if err != nil {
			return err
		}
		length := int64(binary.LittleEndian.Uint32(head[4:]))
		if kind, wanted := kinds[strings.TrimRight(string(head[:4]), " ")]; wanted {
			if err := r.keep(kind, offset+8, length); err != nil {
				return err
			}
		}
		offset += 8 + length + length%2
	}
}

// readEnds reads the two ends of a file, where films, HEIC photos and PDFs have metadata.
func (r *reader) readEnds() error {
	head := min(r.size, scannedEnd)
	if err := r.scan(0, head); err != nil {
		return err
	}
	tail := max(head, r.size-scannedEnd)
	return r.scan(tail, r.size-tail)
}

// The marks of C2PA in files of boxes (C2PA 2.1, A.5) and in PDFs.
var (
	boxOfC2PA = []byte("\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81")
	pdfOfC2PA = []byte("/C2PA_Manifest")
)

func (r *reader) scan(offset, length int64) error {
	data, err := r.readAt(offset, int(length))
	if err != nil {
		return err
	}
	rest := data
	for range maxMarks {
		begin := bytes.Index(rest, []byte("<x:xmpmeta"))
		if begin < 0 {
			break
		}
		end := bytes.Index(rest[begin:], []byte("</x:xmpmeta>"))
		if end < 0 {
			end = len(rest) - begin
		}
		r.add(segment{kind: xmpData, data: rest[begin : begin+end]})
		rest = rest[begin+end:]
	}
	kind := otherData
	if bytes.Contains(data, boxOfC2PA) || bytes.Contains(data, pdfOfC2PA) {
		kind = provenance
	}
	r.add(segment{kind: kind, data: data})
	return nil
}
