package intake

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
)

// source is a received file: bytes that can be read at any place, and their
// number.
type source struct {
	io.ReaderAt
	size int64
}

// section reads a part as a stream.
func (s source) section(from int64) *io.SectionReader {
	return io.NewSectionReader(s, from, max(0, s.size-from))
}

// at reads up to n bytes from a place; fewer at the end of the file.
func (s source) at(from int64, n int) ([]byte, error) {
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
	// endRecord is the longest a zip's end record with its comment may be
	// (APPNOTE 4.3.16).
	endRecord = 22 + 1<<16
)

// pageWords begin what a browser or a server would run. They are looked for in
// lower case; each is long enough not to come about by chance in compressed
// data.
var pageWords = [][]byte{
	[]byte("<!doctype html"), []byte("<html>"), []byte("<html "), []byte("<script>"), []byte("<script "), []byte("<iframe "),
	[]byte("<?php"), []byte("<svg "), []byte("<body>"), []byte("<body "), []byte("javascript:"),
}

// page reports whether what a browser would run stands anywhere from a place on.
func (s source) page(from int64) (bool, error) {
	const overlap = 32
	buffer, lower := make([]byte, scanChunk+overlap), make([]byte, scanChunk+overlap)
	held, stream := 0, s.section(from)
	for {
		n, err := io.ReadFull(stream, buffer[held:])
		for i, b := range buffer[:held+n] {
			if lower[i] = b; b >= 'A' && b <= 'Z' {
				lower[i] = b + 'a' - 'A'
			}
		}
		if speaks(lower[:held+n]) {
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

func paged(part []byte) bool { return speaks(bytes.ToLower(part)) }

func speaks(lower []byte) bool {
	return slices.ContainsFunc(pageWords, func(word []byte) bool { return bytes.Contains(lower, word) })
}

// archived reports whether the file ends as a zip does: programs that open zips
// look from the end and do not mind what stands before.
func (s source) archived() (bool, error) {
	tail, err := s.at(max(0, s.size-endRecord), endRecord)
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

// heads begin formats that something would open. A JPEG or an MP4 behind a photo
// is not among them: phones put gain maps, previews and moving pictures there.
var heads = []string{
	"%PDF-", "PK\x03\x04", "PK\x05\x06", "Rar!\x1a\x07", "7z\xbc\xaf\x27\x1c", "\x1f\x8b\x08", "BZh", "\xfd7zXZ\x00",
	"\x7fELF", "MZ", "GIF87a", "GIF89a", "\x89PNG\r\n", "#!/", "<?xml", "\xca\xfe\xba\xbe", "\x00asm",
}

// trailing judges what stands behind the end of a format: nothing, something
// harmless, or a second file.
type trailing int

const (
	trailsNothing trailing = iota
	trailsData
	trailsFile
)

// trail looks at what stands behind an end. Zeros and line ends are padding.
func (s source) trail(end int64) (trailing, error) {
	if end >= s.size {
		return trailsNothing, nil
	}
	head, err := s.at(end, 4096)
	if err != nil {
		return trailsNothing, err
	}
	rest := strings.TrimLeft(string(head), "\x00\r\n\t ")
	if rest == "" && end+int64(len(head)) == s.size {
		return trailsNothing, nil
	}
	for _, mark := range heads {
		if strings.HasPrefix(rest, mark) {
			return trailsFile, nil
		}
	}
	return trailsData, nil
}

// secondHead finds a PDF's head near the beginning of what is none: readers of
// PDF accept it anywhere in the first 1,024 bytes.
func (s source) secondHead() (bool, error) {
	head, err := s.at(0, 1024+5)
	return bytes.Contains(head, []byte("%PDF-")), err
}
