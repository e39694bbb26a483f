package pdf

import (
	"bytes"
	"compress/zlib"
	"io"
	"maps"
	"slices"
	"strconv"
)

// Limits of one file.
const (
	// MaxSize is the size in bytes above which a file is not read.
	MaxSize          = 48 << 20
	maxObjects       = 200_000
	maxStream        = 16 << 20 // bytes of one stream, inflated
	maxInflated      = 64 << 20 // of all streams
	maxPages         = 500
	maxObjectStreams = 8 << 20 // bytes of the objects inside object streams
)

// indirectObject is a value and, for a stream, its stored bytes.
type indirectObject struct {
	value  any
	stream []byte
}

// file is the result of scanning.
type file struct {
	data          []byte
	objects       map[int]indirectObject // by number; the last object of a number counts
	trailers      []dict
	encrypted     bool
	inflatedBytes int // so far
	limitReached  bool
}

// scanObjects finds the objects in file order, then those inside object streams.
func scanObjects(data []byte) *file {
	f := &file{data: data, objects: map[int]indirectObject{}}
	for at := 0; at < len(data) && len(f.objects) < maxObjects; {
		found := bytes.Index(data[at:], []byte("obj"))
		if found < 0 {
			break
		}
		at += found
		number, begins := parseObjectNumber(data[:at])
		at += len("obj")
		if !begins {
			continue
		}
		o, end := f.readObject(at)
		f.objects[number] = o
		at = end
	}
	f.readTrailers()
	if !f.encrypted {
		f.readObjectStreams()
	}
	return f
}

// objectNumbers returns the object numbers in order, so that results are
// deterministic.
func (f *file) objectNumbers() []int {
	return slices.Sorted(maps.Keys(f.objects))
}

// parseObjectNumber reads "12 0 " backwards from the keyword obj.
func parseObjectNumber(before []byte) (number int, is bool) {
	digits := func() (int, bool) {
		end := len(before)
		for end > 0 && isSpace(before[end-1]) {
			end--
		}
		from := end
		for from > 0 && end-from < 10 && before[from-1] >= '0' && before[from-1] <= '9' {
			from--
		}
		value, err := strconv.Atoi(string(before[from:end]))
		separated := end < len(before)
		before = before[:from]
		return value, err == nil && separated
	}
	if len(before) > 64 {
		before = before[len(before)-64:]
	}
	if _, is = digits(); !is {
		return 0, false
	}
	return digits()
}

// readObject reads the value at an offset, and its stream.
func (f *file) readObject(at int) (o indirectObject, end int) {
	l := lexer{data: f.data, at: at}
	o.value = l.readValue()
	head, is := o.value.(dict)
	if !is {
		return o, max(l.at, at)
	}
	l.skipSpace()
	if !bytes.HasPrefix(f.data[l.at:], []byte("stream")) {
		return o, l.at
	}
	from := l.at + len("stream")
	if bytes.HasPrefix(f.data[from:], []byte("\r\n")) {
		from += 2
	} else if from < len(f.data) && (f.data[from] == '\n' || f.data[from] == '\r') {
		from++
	}
	end = f.findStreamEnd(head, from)
	o.stream = f.data[from:end]
	return o, end
}

// findStreamEnd uses the stated length if the keyword endstream follows, and otherwise
// searches for the keyword.
func (f *file) findStreamEnd(head dict, from int) int {
	if length, is := head["Length"].(float64); is && length >= 0 && length <= float64(len(f.data)-from) {
		end := from + int(length)
		if bytes.HasPrefix(bytes.TrimLeft(f.data[end:min(end+20, len(f.data))], "\r\n \t"), []byte("endstream")) {
			return end
		}
	}
	if found := bytes.Index(f.data[from:], []byte("endstream")); found >= 0 {
		return from + found
	}
	return len(f.data)
}

// readTrailers reads the dictionaries after the keyword trailer, and those of
// cross-reference streams, which replace trailers.
func (f *file) readTrailers() {
	const word = "trailer"
	for at := 0; len(f.trailers) < 100; {
		found := bytes.Index(f.data[at:], []byte(word))
		if found < 0 {
			break
		}
		at += found + len(word)
		l := lexer{data: f.data, at: at}
		if head, is := l.readValue().(dict); is {
			f.trailers = append(f.trailers, head)
		}
		at = max(at, l.at) // never read bytes twice: many trailers would take quadratic time
	}
	for _, number := range f.objectNumbers() {
		if head, is := f.objects[number].value.(dict); is && head["Type"] == name("XRef") {
			f.trailers = append(f.trailers, head)
		}
	}
	for _, trailer := range f.trailers {
		f.encrypted = f.encrypted || trailer["Encrypt"] != nil
	}
}

// readObjectStreams reads the objects inside object streams (7.5.7).
func (f *file) readObjectStreams() {
	packed := map[int]indirectObject{}
	read := 0 // bytes; many offsets may point to one large value
	for _, number := range f.objectNumbers() {
		o := f.objects[number]
		if head, is := o.value.(dict); is && head["Type"] == name("ObjStm") {
			read += f.readObjectStream(head, o, packed, maxObjectStreams-read)
		}
	}
	for number, o := range packed {
		if _, stands := f.objects[number]; !stands {
			f.objects[number] = o
		}
	}
}

// readObjectStream reads at most left bytes of objects from one object stream and
// returns the number of bytes read.
func (f *file) readObjectStream(head dict, o indirectObject, packed map[int]indirectObject, left int) (read int) {
	data := f.inflateStream(o)
	value, is := head["First"].(float64)
	if !is || value < 0 || value > float64(len(data)) {
		return 0
	}
	first := int(value)
	l := lexer{data: data[:first]}
	for len(packed)+len(f.objects) < maxObjects && !f.limitReached {
		number, is := l.readValue().(float64)
		offset, also := l.readValue().(float64)
		if !is || !also || offset < 0 || offset > float64(len(data)-first) {
			break
		}
		inner := lexer{data: data, at: first + int(offset)}
		packed[int(number)] = indirectObject{value: inner.readValue()}
		read += inner.at - first - int(offset)
		f.limitReached = read > left
	}
	return read
}

// inflateStream returns the data of a stream, or nil for filters without text.
func (f *file) inflateStream(o indirectObject) []byte {
	head, _ := o.value.(dict)
	filter := f.resolveReference(head["Filter"])
	if list, is := filter.(array); is {
		if len(list) > 1 {
			return nil
		}
		filter = nil
		if len(list) == 1 {
			filter = f.resolveReference(list[0])
		}
	}
	switch filter {
	case nil:
		return f.countInflated(o.stream[:min(len(o.stream), maxStream)])
	case name("FlateDecode"), name("Fl"):
	default:
		return nil
	}
	reader, err := zlib.NewReader(bytes.NewReader(o.stream))
	if err != nil {
		return nil
	}
	left := min(maxStream, maxInflated-f.inflatedBytes)
	data, _ := io.ReadAll(io.LimitReader(reader, int64(left)+1)) // the start of a broken stream is still useful
	if len(data) > left {
		f.limitReached = true
		data = data[:left]
	}
	return f.countInflated(data)
}

func (f *file) countInflated(data []byte) []byte {
	f.inflatedBytes += len(data)
	if f.inflatedBytes >= maxInflated {
		f.limitReached = true
	}
	return data
}

// resolveReference follows up to eight references.
func (f *file) resolveReference(value any) any {
	for range 8 {
		r, is := value.(ref)
		if !is {
			return value
		}
		value = f.objects[r.number].value
	}
	return nil
}

func (f *file) resolveDict(value any) dict {
	d, _ := f.resolveReference(value).(dict)
	return d
}
