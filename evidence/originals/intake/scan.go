package intake

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"time"

	"recourse/recovery"
)

// source is a received file with its size.
type source struct {
	io.ReaderAt
	size     int64
	received time.Time
}

// The times that are accepted from a file: not before there was the first of the
// platforms on which money is sent by mistake in a chat (WeChat, January 2011), and not
// after it was received. An unset clock gives 1904, 1970, 2000 or a day of that kind, and
// a wrong one anything.
const (
	firstPlausibleYear = 2011
	clockDifference    = 5 * time.Minute
)

func (s source) isPlausibleTime(at time.Time) bool {
	return at.In(recovery.Shanghai).Year() >= firstPlausibleYear && !at.After(s.received.Add(clockDifference))
}

// sectionFrom returns the bytes from an offset to the end as a stream.
func (s source) sectionFrom(from int64) *io.SectionReader {
	return io.NewSectionReader(s, from, max(0, s.size-from))
}

// readRange reads up to n bytes from an offset; fewer at the end of the file.
func (s source) readRange(from int64, n int) ([]byte, error) {
	if from < 0 || from >= s.size {
		return nil, nil
	}
	part := make([]byte, min(int64(n), s.size-from))
	_, err := s.ReadAt(part, from)
	if err == io.EOF { //nolint:errorlint // a reader ends with io.EOF itself
		err = nil
	}
	return part, err
}

const (
	scanChunk = 256 << 10
	// maxEndRecord is the maximum length of a zip's end record with its comment
	// (APPNOTE 4.3.16).
	maxEndRecord = 22 + 1<<16
)

// webPageMarks start content that a browser or a server would run. They are in lower
// case. Each is long enough not to occur by chance in compressed data.
var webPageMarks = [][]byte{
	[]byte("<!doctype html"), []byte("<html>"), []byte("<html "), []byte("<script>"), []byte("<script "), []byte("<iframe "),
	[]byte("<?php"), []byte("<svg "), []byte("<body>"), []byte("<body "), []byte("javascript:"),
}

// containsWebPage reports whether a mark of a web page follows an offset.
func (s source) containsWebPage(from int64) (bool, error) {
	const overlap = 32
	buffer, lower := make([]byte, scanChunk+overlap), make([]byte, scanChunk+overlap)
	held, stream := 0, s.sectionFrom(from)
	for {
		n, err := io.ReadFull(stream, buffer[held:])
		for i, b := range buffer[:held+n] {
			if lower[i] = b; b >= 'A' && b <= 'Z' {
				lower[i] = b + 'a' - 'A'
			}
		}
		if hasMarkInLower(lower[:held+n]) {
			return true, nil
		}
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		held = copy(buffer, buffer[held+n-overlap:held+n])
	}
}

func hasWebPageMark(part []byte) bool { return hasMarkInLower(bytes.ToLower(part)) }

func hasMarkInLower(lower []byte) bool {
	return slices.ContainsFunc(webPageMarks, func(word []byte) bool { return bytes.Contains(lower, word) })
}

// endsAsZip reports whether the file ends with a zip's end record. Programs that open
// zips search from the end and ignore data before the zip.
func (s source) endsAsZip() (bool, error) {
	tail, err := s.readRange(max(0, s.size-maxEndRecord), maxEndRecord)
	if err != nil {
		return false, err
	}
	for at := len(tail) - 22; at >= 0; at-- {
		if !bytes.HasPrefix(tail[at:], []byte("PK\x05\x06")) {
			continue
		}
		record := tail[at:]
		comment := int(binary.LittleEndian.Uint16(record[20:]))
		directory := int64(binary.LittleEndian.Uint32(record[12:])) // its size
		if comment <= len(record)-22 && directory <= s.size {
			return true, nil
		}
	}
	return false, nil
}

// fileHeads are the first bytes of formats that programs would open. JPEG and MP4 are
// not included: phones append gain maps, previews and live photos to a photo.
var fileHeads = []string{
	"%PDF-", "PK\x03\x04", "PK\x05\x06", "Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c", "\x1f\x8b\x08", "BZh", "\xfd7zXZ\x00",
	"\x7fELF", "MZ", "GIF87a", "GIF89a", "\x89PNG\r\n", "#!/", "<?xml", "\xca\xfe\xba\xbe", "\x00asm",
}

// trailingKind is what follows the end of a format: nothing, harmless data, or a
// second file.
type trailingKind int

const (
	noTrailing trailingKind = iota
	trailingData
	trailingFile
)

// checkTrailing classifies the bytes after an offset. Zeros and line ends are padding.
func (s source) checkTrailing(end int64) (trailingKind, error) {
	if end >= s.size {
		return noTrailing, nil
	}
	head, err := s.readRange(end, 4096)
	if err != nil {
		return noTrailing, err
	}
	rest := strings.TrimLeft(string(head), "\x00\r\n\t ")
	if rest == "" && end+int64(len(head)) == s.size {
		return noTrailing, nil
	}
	for _, mark := range fileHeads {
		if strings.HasPrefix(rest, mark) {
			return trailingFile, nil
		}
	}
	return trailingData, nil
}

// hasPDFHead finds a PDF's head in a file of another type. PDF readers accept it
// anywhere in the first 1,024 bytes.
func (s source) hasPDFHead() (bool, error) {
	head, err := s.readRange(0, 1024+5)
	return bytes.Contains(head, []byte("%PDF-")), err
}
