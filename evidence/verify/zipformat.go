package verify

import (
	"bytes"
	"io"
	"math"
)

// Signatures and sizes of the zip format (PKWARE APPNOTE 6.3, §4.3 and §4.5.3).
const (
	localSignature      = 0x04034b50
	descriptorSignature = 0x08074b50
	centralSignature    = 0x02014b50
	endSignature        = 0x06054b50
	end64Signature      = 0x06064b50
	locatorSignature    = 0x07064b50

	localSize   = 30
	centralSize = 46
	endSize     = 22
	end64Size   = 56
	locatorSize = 20

	zip64Extra = 0x0001

	methodStore   = 0
	methodDeflate = 8

	flagEncrypted  = 1 << 0
	flagDescriptor = 1 << 3

	creatorUnix = 3
	fileType    = 0o170000
	regularFile = 0o100000
	folderType  = 0o040000
)

// zipEnd is where the central directory lies.
type zipEnd struct {
	count, offset, size int64
}

// readEnd reads the end record, which must be the very end of the file.
func readEnd(name string, r io.ReaderAt, size int64) (zipEnd, error) {
	if size < endSize {
		return zipEnd{}, finding(name, "not a zip file")
	}
	raw, err := readAt(name, r, size-endSize, endSize)
	if err != nil {
		return zipEnd{}, err
	}
	if little.Uint32(raw) != endSignature || little.Uint16(raw[20:]) != 0 {
		return zipEnd{}, finding(name, "not a zip file, or something stands behind its end")
	}
	if little.Uint32(raw[4:]) != 0 || little.Uint16(raw[8:]) != little.Uint16(raw[10:]) {
		return zipEnd{}, finding(name, "a zip file in several parts")
	}
	end := zipEnd{int64(little.Uint16(raw[10:])), int64(little.Uint32(raw[16:])), int64(little.Uint32(raw[12:]))}
	limit := size - endSize
	if end.count == math.MaxUint16 || end.offset == math.MaxUint32 || end.size == math.MaxUint32 {
		if end, limit, err = readEnd64(name, r, limit); err != nil {
			return zipEnd{}, err
		}
	}
	return end, end.plausible(name, limit)
}

// plausible holds the directory to its limits and to its place: it ends where
// the end record, or the zip64 one, begins.
func (e zipEnd) plausible(name string, limit int64) error {
	switch {
	case e.count > maxFiles:
		return finding(name, "%d files; at most %d are read", e.count, maxFiles)
	case e.size > maxDirectory:
		return finding(name, "a zip directory of %d bytes; at most %d are read", e.size, maxDirectory)
	case e.offset < 0 || e.size < 0 || e.count < 0 || e.offset > limit || e.offset+e.size != limit:
		return finding(name, "its zip directory does not lie where its end says")
	}
	return nil
}

func readEnd64(name string, r io.ReaderAt, before int64) (zipEnd, int64, error) {
	start := before - locatorSize - end64Size
	if start < 0 {
		return zipEnd{}, 0, finding(name, "its zip64 end is missing")
	}
	raw, err := readAt(name, r, start, end64Size+locatorSize)
	if err != nil {
		return zipEnd{}, 0, err
	}
	locator := raw[end64Size:]
	if little.Uint32(raw) != end64Signature || little.Uint64(raw[4:]) != end64Size-12 ||
		little.Uint32(locator) != locatorSignature || little.Uint64(locator[8:]) != uint64(start) {
		return zipEnd{}, 0, finding(name, "its zip64 end is malformed")
	}
	end := zipEnd{int64(little.Uint64(raw[32:])), int64(little.Uint64(raw[48:])), int64(little.Uint64(raw[40:]))}
	return end, start, nil
}

// readCentral reads one header of the central directory.
func readCentral(name string, in io.Reader) (*member, int64, error) {
	raw := make([]byte, centralSize)
	if _, err := io.ReadFull(in, raw); err != nil || little.Uint32(raw) != centralSignature {
		return nil, 0, finding(name, "its zip directory is malformed")
	}
	nameSize, extraSize := int(little.Uint16(raw[28:])), int(little.Uint16(raw[30:]))
	if little.Uint16(raw[32:]) != 0 {
		return nil, 0, finding(name, "a comment stands in its zip directory")
	}
	rest := make([]byte, nameSize+extraSize)
	if _, err := io.ReadFull(in, rest); err != nil {
		return nil, 0, finding(name, "its zip directory is malformed")
	}
	m := &member{
		raw: string(rest[:nameSize]), flags: little.Uint16(raw[8:]), method: little.Uint16(raw[10:]), crc: little.Uint32(raw[16:]),
		packed: int64(little.Uint32(raw[20:])), size: int64(little.Uint32(raw[24:])), header: int64(little.Uint32(raw[42:])),
	}
	if !m.widen(rest[nameSize : nameSize+extraSize]) {
		return nil, 0, finding(name, "the zip64 sizes of %q are malformed", m.raw)
	}
	if err := m.plausible(name, raw[5], little.Uint32(raw[38:])); err != nil {
		return nil, 0, err
	}
	return m, int64(centralSize + len(rest)), nil
}

func (m *member) plausible(name string, creator byte, attributes uint32) error {
	kind := attributes >> 16 & fileType
	switch {
	case m.flags&flagEncrypted != 0:
		return finding(name, "%q is encrypted", m.raw)
	case m.method != methodStore && m.method != methodDeflate:
		return finding(name, "%q is compressed by method %d", m.raw, m.method)
	case m.method == methodStore && m.packed != m.size:
		return finding(name, "%q has two sizes", m.raw)
	case creator == creatorUnix && kind != 0 && kind != regularFile && kind != folderType:
		return finding(name, "%q is a link or a device, not a file", m.raw)
	case m.packed < 0 || m.size < 0 || m.header < 0:
		return finding(name, "%q has an impossible size", m.raw)
	}
	return nil
}

// widen takes the 64-bit sizes from the extra field where the header has none.
func (m *member) widen(extra []byte) bool {
	for len(extra) >= 4 {
		tag, size := little.Uint16(extra), int(little.Uint16(extra[2:]))
		if len(extra) < 4+size {
			return false
		}
		if tag == zip64Extra {
			return m.widenFrom(extra[4 : 4+size])
		}
		extra = extra[4+size:]
	}
	return m.size != math.MaxUint32 && m.packed != math.MaxUint32 && m.header != math.MaxUint32
}

func (m *member) widenFrom(field []byte) bool {
	for _, size := range []*int64{&m.size, &m.packed, &m.header} {
		if *size != math.MaxUint32 {
			continue
		}
		if len(field) < 8 {
			return false
		}
		*size = int64(little.Uint64(field))
		field = field[8:]
	}
	return true
}

// readLocal checks the header before a file's bytes and finds where they begin.
func (b *container) readLocal(m *member) error {
	raw, err := readAt(b.name, b.r, m.header, localSize)
	if err != nil {
		return err
	}
	nameSize, extraSize := int64(little.Uint16(raw[26:])), int64(little.Uint16(raw[28:]))
	if nameSize != int64(len(m.raw)) {
		return finding(b.name, "%q has another name before its bytes", m.raw)
	}
	name, err := readAt(b.name, b.r, m.header+localSize, nameSize)
	if err != nil {
		return err
	}
	switch {
	case little.Uint32(raw) != localSignature:
		return finding(b.name, "%q has no header before its bytes", m.raw)
	case string(name) != m.raw:
		return finding(b.name, "%q has another name before its bytes", m.raw)
	case little.Uint16(raw[6:]) != m.flags || little.Uint16(raw[8:]) != m.method:
		return finding(b.name, "%q has two ways of being packed", m.raw)
	case m.flags&flagDescriptor == 0 && little.Uint32(raw[14:]) != m.crc:
		return finding(b.name, "%q has two checksums", m.raw)
	}
	m.data = m.header + localSize + nameSize + extraSize
	return nil
}

// skipDescriptor gives where the next file begins: behind the data descriptor,
// if there is one (16 bytes, or 24 in zip64; some programs leave out its
// signature).
func (b *container) skipDescriptor(m *member, at, directory int64) (int64, error) {
	if at > directory || at < m.data {
		return 0, finding(b.name, "%q reaches into the zip directory", m.raw)
	}
	if m.flags&flagDescriptor == 0 {
		return at, nil
	}
	raw, err := readAt(b.name, b.r, at, min(24, directory-at))
	if err != nil {
		return 0, err
	}
	var crc, narrow, wide [8]byte
	little.PutUint32(crc[:], m.crc)
	little.PutUint32(narrow[:], uint32(m.packed))
	little.PutUint32(narrow[4:], uint32(m.size))
	little.PutUint64(wide[:], uint64(m.packed))
	sizes := append(wide[:], make([]byte, 8)...)
	little.PutUint64(sizes[8:], uint64(m.size))
	signature := []byte{'P', 'K', 7, 8}
	for _, form := range [][][]byte{{signature, crc[:4], sizes}, {signature, crc[:4], narrow[:]}, {crc[:4], sizes}, {crc[:4], narrow[:]}} {
		if descriptor := bytes.Join(form, nil); bytes.HasPrefix(raw, descriptor) {
			return at + int64(len(descriptor)), nil
		}
	}
	return 0, finding(b.name, "%q has two sizes or checksums", m.raw)
}

func readAt(name string, r io.ReaderAt, at, size int64) ([]byte, error) {
	raw := make([]byte, size)
	n, err := r.ReadAt(raw, at)
	if int64(n) < size {
		if err == nil || err == io.EOF {
			return nil, finding(name, "ends too early")
		}
		return nil, finding(name, "cannot be read: %v", err)
	}
	return raw, nil
}
