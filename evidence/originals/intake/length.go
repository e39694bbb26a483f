package intake

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"time"
)

// maxLength is the longest time that is believed of a film.
const maxLength = 48 * time.Hour

// Length returns how long a film or a sound is according to its container; 0 if that is not
// known. Nothing is decoded.
func Length(file io.ReaderAt, size int64, media string) time.Duration {
	s := source{ReaderAt: file, size: size}
	var length time.Duration
	switch {
	case filmMedia[media]:
		length = s.filmLength()
	case media == "audio/amr":
		length = s.voiceLength()
	}
	if length < 0 || length > maxLength {
		return 0
	}
	return length
}

// filmLength reads the length of a movie (ISO/IEC 14496-12, 8.2.2).
func (s source) filmLength() time.Duration {
	for _, top := range s.listBoxes(0, s.size) {
		if top.kind != "moov" {
			continue
		}
		for _, b := range s.listBoxes(top.from, top.to) {
			if b.kind == "mvhd" {
				return parseLength(s.readBoxBody(b))
			}
		}
	}
	return 0
}

func parseLength(body []byte) time.Duration {
	var scale uint32
	var count uint64
	switch {
	case len(body) >= 32 && body[0] == 1:
		scale, count = binary.BigEndian.Uint32(body[20:]), binary.BigEndian.Uint64(body[24:])
	case len(body) >= 20 && body[0] == 0:
		scale, count = binary.BigEndian.Uint32(body[12:]), uint64(binary.BigEndian.Uint32(body[16:]))
		if count == math.MaxUint32 {
			return 0
		}
	}
	if scale == 0 || float64(count)/float64(scale) > maxLength.Seconds() {
		return 0
	}
	return time.Duration(float64(count) / float64(scale) * float64(time.Second))
}

// voiceSizes are the bytes that follow the head of a frame, by its kind (RFC 4867, 5.3).
var voiceSizes = map[string][16]int{
	"#!AMR\n":    {12, 13, 15, 17, 19, 20, 26, 31, 5},
	"#!AMR-WB\n": {17, 23, 32, 36, 40, 46, 50, 58, 60, 5},
}

// maxVoice is how much of a recording is read, in bytes: more than an hour.
const maxVoice = 16 << 20

// voiceLength counts the frames of a recording, of 20 milliseconds each.
func (s source) voiceLength() time.Duration {
	for mark, sizes := range voiceSizes {
		head, err := s.readRange(0, len(mark))
		if err != nil || string(head) != mark {
			continue
		}
		frames, stream := 0, bufio.NewReader(io.NewSectionReader(s, int64(len(mark)), min(s.size, maxVoice)))
		for {
			kind, err := stream.ReadByte()
			if err != nil {
				return time.Duration(frames) * 20 * time.Millisecond
			}
			if _, err := stream.Discard(sizes[kind>>3&15]); err != nil {
				return time.Duration(frames) * 20 * time.Millisecond
			}
			frames++
		}
	}
	return 0
}
