package intake

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"
)

// extent describes an image file by its own structure.
type extent struct {
	end         int64 // offset after the last byte of the image
	complete    bool  // the end of the format was found
	progressive bool  // of JPEG: decoding holds all coefficients
	animated    bool  // more than one frame
	videoOnly   bool  // it has no still picture, only a film, which is not decoded
	scans       int   // of JPEG: passes over the picture
	pixels      int64 // of the largest picture inside, if it differs from the header
}

// walker reads a file in order and tracks the offset.
type walker struct {
	*bufio.Reader
	at int64
}

func newWalker(s source) *walker {
	return &walker{Reader: bufio.NewReaderSize(s.sectionFrom(0), 64<<10)}
}

// readBytes reads n bytes of a header.
func (w *walker) readBytes(n int) ([]byte, bool) {
	part := make([]byte, n)
	got, err := io.ReadFull(w.Reader, part)
	w.at += int64(got)
	return part, err == nil
}

// skipBytes skips n bytes.
func (w *walker) skipBytes(n int64) bool {
	got, err := io.CopyN(io.Discard, w.Reader, n)
	w.at += got
	return err == nil
}

// skipPast skips everything up to and including the next byte of this value.
func (w *walker) skipPast(value byte) bool {
	for {
		part, err := w.ReadSlice(value)
		w.at += int64(len(part))
		if !errors.Is(err, bufio.ErrBufferFull) {
			return err == nil
		}
	}
}

// walkPNG reads chunk by chunk and checks each checksum (PNG 3rd ed., 5.3).
func walkPNG(s source) extent {
	w, e := newWalker(s), extent{}
	if !w.skipBytes(8) {
		return extent{end: w.at}
	}
	for {
		head, ok := w.readBytes(8)
		length := int64(binary.BigEndian.Uint32(head))
		if !ok || length > 1<<31-1 {
			return extent{end: w.at, animated: e.animated}
		}
		kind, sum := string(head[4:]), crc32.NewIEEE()
		_, _ = sum.Write(head[4:])
		got, err := io.CopyN(sum, w.Reader, length)
		w.at += got
		stored, ok := w.readBytes(4)
		if err != nil || !ok || binary.BigEndian.Uint32(stored) != sum.Sum32() {
			return extent{end: w.at, animated: e.animated}
		}
		switch kind {
		case "acTL":
			e.animated = true
		case "IEND":
			return extent{end: w.at, complete: true, animated: e.animated}
		}
	}
}

// The JPEG markers that are needed here (ITU T.81, table B.1).
const (
	jpegStart       = 0xD8
	jpegEnd         = 0xD9
	jpegScan        = 0xDA
	jpegProgressive = 0xC2
)

// walkJPEG reads segment by segment up to the end of the first picture.
func walkJPEG(s source) extent {
	w, e := newWalker(s), extent{}
	if !w.skipBytes(2) {
		return extent{end: w.at}
	}
	marker, ok := w.readMarker()
	for ok {
		switch {
		case marker == jpegEnd:
			e.end, e.complete = w.at, true
			return e
		case marker == jpegStart, marker == 0x01, marker >= 0xD0 && marker <= 0xD7: // no length follows
			marker, ok = w.readMarker()
			continue
		case marker == jpegProgressive:
			e.progressive = true
		}
		size, read := w.readBytes(2)
		length := int64(binary.BigEndian.Uint16(size))
		if ok = read && length >= 2 && w.skipBytes(length-2); !ok {
			break
		}
		if marker == jpegScan {
			e.scans++
			marker, ok = w.skipEntropyData()
		} else {
			marker, ok = w.readMarker()
		}
	}
	e.end = w.at
	return e
}

// readMarker reads 0xFF, fill bytes and the marker.
func (w *walker) readMarker() (byte, bool) {
	first, ok := w.readBytes(1)
	if !ok || first[0] != 0xFF {
		return 0, false
	}
	for first[0] == 0xFF {
		if first, ok = w.readBytes(1); !ok {
			return 0, false
		}
	}
	return first[0], first[0] != 0
}

// skipEntropyData skips coded data up to the next marker: 0xFF that is not followed by
// a stuffed zero or a restart.
func (w *walker) skipEntropyData() (byte, bool) {
	for w.skipPast(0xFF) {
		next, ok := w.readBytes(1)
		for ok && next[0] == 0xFF {
			next, ok = w.readBytes(1)
		}
		if !ok {
			return 0, false
		}
		if next[0] != 0 && (next[0] < 0xD0 || next[0] > 0xD7) {
			return next[0], true
		}
	}
	return 0, false
}

// walkGIF reads block by block (GIF89a, 12 to 27).
func walkGIF(s source) extent {
	w, frames := newWalker(s), 0
	screen, ok := w.readBytes(13)
	ok = ok && w.skipBytes(colourTableSize(screen[10]))
	for ok {
		var kind []byte
		if kind, ok = w.readBytes(1); !ok {
			break
		}
		switch kind[0] {
		case 0x3B:
			return extent{end: w.at, complete: true, animated: frames > 1}
		case 0x21:
			ok = w.skipBytes(1) && w.skipBlocks()
		case 0x2C:
			var frame []byte
			frames++
			frame, ok = w.readBytes(9)
			ok = ok && w.skipBytes(colourTableSize(frame[8])) && w.skipBytes(1) && w.skipBlocks()
		default:
			ok = false
		}
	}
	return extent{end: w.at, animated: frames > 1}
}

// colourTableSize returns the size of the colour table that a flag byte announces.
func colourTableSize(flags byte) int64 {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

func (w *walker) skipBlocks() bool {
	for {
		size, ok := w.readBytes(1)
		if !ok || size[0] == 0 {
			return ok
		}
		if !w.skipBytes(int64(size[0])) {
			return false
		}
	}
}

// maxChunks is the number of chunks that are read of a WebP.
const maxChunks = 10_000

// walkWebP reads chunk by chunk (RFC 9649, 2.3), up to the size in the RIFF header. A
// small canvas may contain a large picture, which decoders decode: the picture's own
// size counts.
func walkWebP(s source) extent {
	head, err := s.readRange(0, 21)
	if err != nil || len(head) < 21 {
		return extent{end: s.size}
	}
	e := extent{end: int64(binary.LittleEndian.Uint32(head[4:])) + 8}
	e.complete = e.end <= s.size
	e.end = min(e.end, s.size)
	e.animated = string(head[12:16]) == "VP8X" && head[20]&2 != 0
	e.videoOnly = e.animated
	at := int64(12)
	for range maxChunks {
		chunk, err := s.readRange(at, 18)
		if err != nil || len(chunk) < 8 || at >= e.end {
			return e
		}
		e.pixels = max(e.pixels, countWebPPixels(chunk))
		size := int64(binary.LittleEndian.Uint32(chunk[4:]))
		at += 8 + size + size&1
	}
	e.complete = false // no program writes so many chunks
	return e
}

// countWebPPixels reads the size of a VP8 (RFC 6386, 9.1) or VP8L (RFC 9649, 3.4)
// picture from the start of its chunk.
func countWebPPixels(chunk []byte) int64 {
	switch kind := string(chunk[:4]); {
	case kind == "VP8L" && len(chunk) >= 13 && chunk[8] == 0x2F:
		bits := binary.LittleEndian.Uint32(chunk[9:])
		return int64(bits&0x3FFF+1) * int64(bits>>14&0x3FFF+1)
	case kind == "VP8 " && len(chunk) >= 18:
		return int64(binary.LittleEndian.Uint16(chunk[14:])&0x3FFF) * int64(binary.LittleEndian.Uint16(chunk[16:])&0x3FFF)
	default:
		return 0
	}
}
