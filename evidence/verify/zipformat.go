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

// zipEnd is the position of the central directory.
type zipEnd struct {
	count, offset, size int64
}

// readEndRecord reads the end record, which must be at the very end of the file.
func readEndRecord(name string, r io.ReaderAt, size int64) (zipEnd, error) {
	if size < endSize {
		return zipEnd{}, newFinding(name, "not a zip file")
	}
	raw, err := readAt(name, r, size-endSize, endSize)
	if err != nil {
		return zipEnd{}, err
	}
	if littleEndian.Uint32(raw) != endSignature || littleEndian.Uint16(raw[20:]) != 0 {
		return zipEnd{}, newFinding(name, "not a zip file, or there is data after its end")
	}
	if littleEndian.Uint32(raw[4:]) != 0 || littleEndian.Uint16(raw[8:]) != littleEndian.Uint16(raw[10:]) {
		return zipEnd{}, newFinding(name, "a zip file in several parts")
	}
	end := zipEnd{int64(littleEndian.Uint16(raw[10:])), int64(littleEndian.Uint32(raw[16:])), int64(littleEndian.Uint32(raw[12:]))}
	limit := size - endSize
	if end.count == math.MaxUint16 || end.offset == math.MaxUint32 || end.size == math.MaxUint32 {
		if end, limit, err = readZip64EndRecord(name, r, limit); err != nil {
			return zipEnd{}, err
		}
	}
	return end, end.checkLimits(name, limit)
}

// checkLimits checks the size of the directory, and that it ends where the end
// record (or the zip64 end record) starts.
func (e zipEnd) checkLimits(name string, limit int64) error {
	switch {
	case e.count > maxFiles:
		return newFinding(name, "%d files; at most %d are read", e.count, maxFiles)
	case e.size > maxDirectory:
		return newFinding(name, "a zip directory of %d bytes; at most %d are read", e.size, maxDirectory)
	case e.offset < 0 || e.size < 0 || e.count < 0 || e.offset > limit || e.offset+e.size != limit:
		return newFinding(name, "its zip directory is not where its end record says")
	}
	return nil
}

func readZip64EndRecord(name string, r io.ReaderAt, before int64) (zipEnd, int64, error) {
	start := before - locatorSize - end64Size
	if start < 0 {
		return zipEnd{}, 0, newFinding(name, "its zip64 end is missing")
	}
	raw, err := readAt(name, r, start, end64Size+locatorSize)
	if err != nil {
		return zipEnd{}, 0, err
	}
	locator := raw[end64Size:]
	if littleEndian.Uint32(raw) != end64Signature || littleEndian.Uint64(raw[4:]) != end64Size-12 ||
		littleEndian.Uint32(locator) != locatorSignature || littleEndian.Uint64(locator[8:]) != uint64(start) {
		return zipEnd{}, 0, newFinding(name, "its zip64 end is malformed")
	}
	end := zipEnd{int64(littleEndian.Uint64(raw[32:])), int64(littleEndian.Uint64(raw[48:])), int64(littleEndian.Uint64(raw[40:]))}
	return end, start, nil
}

// readCentralHeader reads one header of the central directory.
func readCentralHeader(name string, in io.Reader) (*member, int64, error) {
	raw := make([]byte, centralSize)
	if _, err := io.ReadFull(in, raw); err != nil || littleEndian.Uint32(raw) != centralSignature {
		return nil, 0, newFinding(name, "its zip directory is malformed")
	}
	nameSize, extraSize := int(littleEndian.Uint16(raw[28:])), int(littleEndian.Uint16(raw[30:]))
	if littleEndian.Uint16(raw[32:]) != 0 {
		return nil, 0, newFinding(name, "its zip directory contains a comment")
	}
	rest := make([]byte, nameSize+extraSize)
	if _, err := io.ReadFull(in, rest); err != nil {
		return nil, 0, newFinding(name, "its zip directory is malformed")
	}
	m := &member{
		raw: string(rest[:nameSize]), flags: littleEndian.Uint16(raw[8:]), method: littleEndian.Uint16(raw[10:]), crc: littleEndian.Uint32(raw[16:]),
		packed: int64(littleEndian.Uint32(raw[20:])), size: int64(littleEndian.Uint32(raw[24:])), header: int64(littleEndian.Uint32(raw[42:])),
	}
	if !m.applyZip64(rest[nameSize : nameSize+extraSize]) {
		return nil, 0, newFinding(name, "the zip64 sizes of %q are malformed", m.raw)
	}
	if err := m.checkHeader(name, raw[5], littleEndian.Uint32(raw[38:])); err != nil {
		return nil, 0, err
	}
	return m, int64(centralSize + len(rest)), nil
}

func (m *member) checkHeader(name string, creator byte, attributes uint32) error {
	kind := attributes >> 16 & fileType
	switch {
	case m.flags&flagEncrypted != 0:
		return newFinding(name, "%q is encrypted", m.raw)
	case m.method != methodStore && m.method != methodDeflate:
		return newFinding(name, "%q is compressed by method %d", m.raw, m.method)
	case m.method == methodStore && m.packed != m.size:
		return newFinding(name, "%q has two sizes", m.raw)
	case creator == creatorUnix && kind != 0 && kind != regularFile && kind != folderType:
		return newFinding(name, "%q is a link or a device, not a file", m.raw)
	case m.packed < 0 || m.size < 0 || m.header < 0:
		return newFinding(name, "%q has an impossible size", m.raw)
	}
	return nil
}

// applyZip64 sets the sizes that the header leaves to the zip64 extra field.
func (m *member) applyZip64(extra []byte) bool {
	for len(extra) >= 4 {
		tag, size := littleEndian.Uint16(extra), int(littleEndian.Uint16(extra[2:]))
		if len(extra) < 4+size {
			return false
		}
		if tag == zip64Extra {
			return m.applyZip64Field(extra[4 : 4+size])
		}
		extra = extra[4+size:]
	}
	return m.size != math.MaxUint32 && m.packed != math.MaxUint32 && m.header != math.MaxUint32
}

func (m *member) applyZip64Field(field []byte) bool {
	for _, size := range []*int64{&m.size, &m.packed, &m.header} {
		if *size != math.MaxUint32 {
			continue
		}
		if len(field) < 8 {
			return false
		}
		*size = int64(littleEndian.Uint64(field))
		field = field[8:]
	}
	return true
}

// checkLocalHeader checks the header before a file's bytes and sets their offset.
func (b *container) checkLocalHeader(m *member) error {
	raw, err := readAt(b.name, b.r, m.header, localSize)
	if err != nil {
		return err
	}
	nameSize, extraSize := int64(littleEndian.Uint16(raw[26:])), int64(littleEndian.Uint16(raw[28:]))
	if nameSize != int64(len(m.raw)) {
		return newFinding(b.name, "%q has another name before its bytes", m.raw)
	}
	name, err := readAt(b.name, b.r, m.header+localSize, nameSize)
	if err != nil {
		return err
	}
	switch {
	case littleEndian.Uint32(raw) != localSignature:
		return newFinding(b.name, "%q has no header before its bytes", m.raw)
	case string(name) != m.raw:
		return newFinding(b.name, "%q has another name before its bytes", m.raw)
	case littleEndian.Uint16(raw[6:]) != m.flags || littleEndian.Uint16(raw[8:]) != m.method:
		return newFinding(b.name, "%q has two compression methods", m.raw)
	case m.flags&flagDescriptor == 0 && littleEndian.Uint32(raw[14:]) != m.crc:
		return newFinding(b.name, "%q has two checksums", m.raw)
	}
	m.data = m.header + localSize + nameSize + extraSize
	return nil
}

// skipDescriptor returns where the next file starts: after the data descriptor, if
// there is one (16 bytes, or 24 in zip64; some programs omit its signature).
func (b *container) skipDescriptor(m *member, at, directory int64) (int64, error) {
	if at > directory || at < m.data {
		return 0, newFinding(b.name, "%q overlaps the zip directory", m.raw)
	}
	if m.flags&flagDescriptor == 0 {
		return at, nil
	}
	raw, err := readAt(b.name, b.r, at, min(24, directory-at))
	if err != nil {
		return 0, err
	}
	var crc, narrow, wide [8]byte
	littleEndian.PutUint32(crc[:], m.crc)
	littleEndian.PutUint32(narrow[:], uint32(m.packed))
	littleEndian.PutUint32(narrow[4:], uint32(m.size))
	littleEndian.PutUint64(wide[:], uint64(m.packed))
	sizes := append(wide[:], make([]byte, 8)...)
	littleEndian.PutUint64(sizes[8:], uint64(m.size))
	signature := []byte{'P', 'K', 7, 8}
	for _, form := range [][][]byte{{signature, crc[:4], sizes}, {signature, crc[:4], narrow[:]}, {crc[:4], sizes}, {crc[:4], narrow[:]}} {
		if descriptor := bytes.Join(form, nil); bytes.HasPrefix(raw, descriptor) {
			return at + int64(len(descriptor)), nil
		}
	}
	return 0, newFinding(b.name, "%q has two sizes or checksums", m.raw)
}

func readAt(name string, r io.ReaderAt, at, size int64) ([]byte, error) {
	raw := make([]byte, size)
	n, err := r.ReadAt(raw, at)
	if int64(n) < size {
		if err == nil || err == io.EOF {
			return nil, newFinding(name, "ends too early")
		}
		return nil, newFinding(name, "cannot be read: %v", err)
	}
	return raw, nil
}
