package verify

import (
	"bufio"
	"compress/flate"
	"encoding/binary"
	"errors"
	"hash"
	"hash/crc32"
	"io"
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This package parses the zip itself because archive/zip loads any number of
// headers before a caller can count them, and ignores the local headers and the
// bytes between and around the files, where two readers could see different bags.
// It supports what bags need: stored and deflated files, and zip64.

// Limits of a zip.
const (
	maxFiles     = 100_000
	maxDirectory = 64 << 20 // bytes of central directory
	maxName      = 255
	maxTotal     = 64 << 30 // bytes uncompressed
	maxRatio     = 1_040    // deflate reaches at most 1:1032
)

// member is one file in the zip, as its central header describes it.
type member struct {
	path   string // within the bag
	raw    string // in the zip
	method uint16
	flags  uint16
	crc    uint32
	packed int64
	size   int64
	header int64 // offset of the local header
	data   int64 // offset of the bytes
}

// container is an opened zip with one folder.
type container struct {
	name    string // of the zip, for findings
	r       io.ReaderAt
	folder  string
	members map[string]*member
	total   int64
}

func openContainer(name string, r io.ReaderAt, size int64) (*container, error) {
	b := &container{name: name, r: r, members: map[string]*member{}}
	end, err := readEndRecord(name, r, size)
	if err != nil {
		return nil, err
	}
	all, err := b.readDirectory(end)
	if err != nil {
		return nil, err
	}
	if err := b.checkLocalHeaders(all, end.offset); err != nil {
		return nil, err
	}
	return b, nil
}

// readDirectory reads the central headers one by one.
func (b *container) readDirectory(end zipEnd) ([]*member, error) {
	in := bufio.NewReader(io.NewSectionReader(b.r, end.offset, end.size))
	all := make([]*member, 0, end.count)
	left := end.size
	for range end.count {
		m, used, err := readCentralHeader(b.name, in)
		if err != nil {
			return nil, err
		}
		if left -= used; left < 0 {
			return nil, newFinding(b.name, "the zip directory is longer than its declared size")
		}
		if err := b.addMember(m); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if left != 0 {
		return nil, newFinding(b.name, "the zip directory holds more than its declared files")
	}
	return all, nil
}

// addMember checks and adds one file or folder. All must be in the same top folder.
func (b *container) addMember(m *member) error {
	if err := checkName(b.name, m.raw); err != nil {
		return err
	}
	folder, path, nested := strings.Cut(m.raw, "/")
	if !nested {
		return newFinding(m.raw, "is outside the bag's folder")
	}
	if b.folder == "" {
		b.folder = folder
	}
	if folder != b.folder {
		return newFinding(m.raw, "is outside the bag's folder %s", b.folder)
	}
	m.path = path
	if path == "" || strings.HasSuffix(path, "/") {
		return b.checkFolder(m)
	}
	if b.members[path] != nil {
		return newFinding(path, "is in the zip twice")
	}
	if m.size > maxTotal || m.size/maxRatio > m.packed+1 {
		return newFinding(path, "declares %d bytes from %d compressed ones", m.size, m.packed)
	}
	if b.total += m.size; b.total > maxTotal {
		return newFinding(b.name, "declares more than %d bytes uncompressed", int64(maxTotal))
	}
	b.members[path] = m
	return nil
}

// checkFolder accepts folder entries, which other zip programs write.
func (b *container) checkFolder(m *member) error {
	switch strings.TrimSuffix(m.path, "/") {
	case "", "data", "data/journal", "data/keys", "data/originals", "data/checkpoints", "data/tokens":
		if m.size != 0 || m.packed > 2 {
			return newFinding(m.raw, "a folder with content")
		}
		return nil
	}
	return newFinding(strings.TrimSuffix(m.path, "/"), "does not belong in the bag")
}

func checkName(zip, name string) error {
	switch {
	case !utf8.ValidString(name):
		return newFinding(zip, "a file name is not UTF-8: %q", name)
	case name == "" || len(name) > maxName:
		return newFinding(zip, "a file name of %d bytes", len(name))
	case strings.ContainsFunc(name, unicode.IsControl), strings.ContainsAny(name, "\\:"):
		return newFinding(zip, "a file name with forbidden characters: %q", name)
	case strings.HasPrefix(name, "/"):
		return newFinding(zip, "an absolute file name: %q", name)
	}
	for _, step := range strings.Split(strings.TrimSuffix(name, "/"), "/") {
		if step == "" || step == "." || step == ".." {
			return newFinding(zip, "a file name with an empty or relative part: %q", name)
		}
	}
	return nil
}

// checkLocalHeaders compares each local header with its central header, and checks
// that the files fill the zip up to the directory without gaps.
func (b *container) checkLocalHeaders(all []*member, directory int64) error {
	sort.Slice(all, func(i, j int) bool { return all[i].header < all[j].header })
	at := int64(0)
	for _, m := range all {
		if m.header != at {
			return newFinding(b.name, "%d bytes before %s belong to no file", m.header-at, m.raw)
		}
		if err := b.checkLocalHeader(m); err != nil {
			return err
		}
		end, err := b.skipDescriptor(m, m.data+m.packed, directory)
		if err != nil {
			return err
		}
		at = end
	}
	if at != directory {
		return newFinding(b.name, "%d bytes before its directory belong to no file", directory-at)
	}
	return nil
}

// openMember returns the uncompressed content of a file. Reading fails with a
// Finding if its length or checksum differs from the declared one.
func (b *container) openMember(path string) (io.Reader, error) {
	m := b.members[path]
	if m == nil {
		return nil, newFinding(path, "is missing")
	}
	var unpacked io.Reader = io.NewSectionReader(b.r, m.data, m.packed)
	if m.method == methodDeflate {
		packed := bufio.NewReader(unpacked)
		unpacked = &deflateReader{in: packed, out: flate.NewReader(packed)}
	}
	return &memberReader{m: m, r: unpacked, crc: crc32.NewIEEE()}, nil
}

// deflateReader decompresses a stream that must end where its member ends.
type deflateReader struct {
	in  *bufio.Reader
	out io.Reader
}

func (w *deflateReader) Read(p []byte) (int, error) {
	n, err := w.out.Read(p)
	if err == io.EOF {
		if _, more := w.in.ReadByte(); more != io.EOF {
			return n, errors.New("bytes after the end of the compressed data")
		}
	}
	return n, err
}

// memberReader checks the size and checksum of a member while it is read.
type memberReader struct {
	m    *member
	r    io.Reader
	crc  hash.Hash32
	read int64
}

func (c *memberReader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := c.r.Read(p)
	c.read += int64(n)
	c.crc.Write(p[:n])
	switch {
	case c.read > c.m.size:
		return 0, newFinding(c.m.path, "decompresses to more than the declared %d bytes", c.m.size)
	case err == nil:
		return n, nil
	case err != io.EOF:
		return 0, newFinding(c.m.path, "cannot be decompressed: %v", err)
	case c.read != c.m.size:
		return 0, newFinding(c.m.path, "decompresses to %d bytes instead of %d", c.read, c.m.size)
	case c.crc.Sum32() != c.m.crc:
		return 0, newFinding(c.m.path, "its checksum in the zip differs")
	}
	return n, io.EOF
}

var littleEndian = binary.LittleEndian
