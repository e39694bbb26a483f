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

// The zip is read by hand because archive/zip loads any number of headers
// before a caller can count them, and looks neither at the local headers nor at
// bytes between and around the files, where two readers could see two bags.
// Only what bags need is read: stored and deflated files, zip64.

// Limits of what is read at all.
const (
	maxFiles     = 100_000
	maxDirectory = 64 << 20 // bytes of central directory
	maxName      = 255
	maxTotal     = 64 << 30 // bytes unpacked
	maxRatio     = 1_040    // deflate cannot do better than 1:1032
)

// member is one file in the zip, as its central header tells.
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
	end, err := readEnd(name, r, size)
	if err != nil {
		return nil, err
	}
	all, err := b.readDirectory(end)
	if err != nil {
		return nil, err
	}
	if err := b.readLocals(all, end.offset); err != nil {
		return nil, err
	}
	return b, nil
}

// readDirectory reads the central headers, one by one.
func (b *container) readDirectory(end zipEnd) ([]*member, error) {
	in := bufio.NewReader(io.NewSectionReader(b.r, end.offset, end.size))
	all := make([]*member, 0, end.count)
	left := end.size
	for range end.count {
		m, used, err := readCentral(b.name, in)
		if err != nil {
			return nil, err
		}
		if left -= used; left < 0 {
			return nil, finding(b.name, "the zip directory is longer than it says")
		}
		if err := b.take(m); err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	if left != 0 {
		return nil, finding(b.name, "the zip directory holds more than it counts")
	}
	return all, nil
}

// take accepts one name: a plain file or folder inside the one top folder.
func (b *container) take(m *member) error {
	if err := checkName(b.name, m.raw); err != nil {
		return err
	}
	folder, path, nested := strings.Cut(m.raw, "/")
	if !nested {
		return finding(m.raw, "lies outside the bag's folder")
	}
	if b.folder == "" {
		b.folder = folder
	}
	if folder != b.folder {
		return finding(m.raw, "lies outside the bag's folder %s", b.folder)
	}
	m.path = path
	if path == "" || strings.HasSuffix(path, "/") {
		return b.takeFolder(m)
	}
	if b.members[path] != nil {
		return finding(path, "stands twice in the zip")
	}
	if m.size > maxTotal || m.size/maxRatio > m.packed+1 {
		return finding(path, "claims %d bytes out of %d", m.size, m.packed)
	}
	if b.total += m.size; b.total > maxTotal {
		return finding(b.name, "claims more than %d bytes unpacked", int64(maxTotal))
	}
	b.members[path] = m
	return nil
}

// takeFolder lets folder entries pass, which other zip programs write.
func (b *container) takeFolder(m *member) error {
	switch strings.TrimSuffix(m.path, "/") {
	case "", "data", "data/journal", "data/keys", "data/originals", "data/checkpoints", "data/tokens":
		if m.size != 0 || m.packed > 2 {
			return finding(m.raw, "a folder that holds bytes")
		}
		return nil
	}
	return finding(strings.TrimSuffix(m.path, "/"), "does not belong into the bag")
}

func checkName(zip, name string) error {
	switch {
	case !utf8.ValidString(name):
		return finding(zip, "a file name is not UTF-8: %q", name)
	case name == "" || len(name) > maxName:
		return finding(zip, "a file name of %d bytes", len(name))
	case strings.ContainsFunc(name, unicode.IsControl), strings.ContainsAny(name, "\\:"):
		return finding(zip, "a file name with forbidden characters: %q", name)
	case strings.HasPrefix(name, "/"):
		return finding(zip, "an absolute file name: %q", name)
	}
	for _, step := range strings.Split(strings.TrimSuffix(name, "/"), "/") {
		if step == "" || step == "." || step == ".." {
			return finding(zip, "a file name that leads elsewhere: %q", name)
		}
	}
	return nil
}

// readLocals checks each local header against its central one, and that files
// follow each other from the first byte to the directory with no room between
// for anything else.
func (b *container) readLocals(all []*member, directory int64) error {
	sort.Slice(all, func(i, j int) bool { return all[i].header < all[j].header })
	at := int64(0)
	for _, m := range all {
		if m.header != at {
			return finding(b.name, "%d bytes between its files belong to none (before %s)", m.header-at, m.raw)
		}
		if err := b.readLocal(m); err != nil {
			return err
		}
		end, err := b.skipDescriptor(m, m.data+m.packed, directory)
		if err != nil {
			return err
		}
		at = end
	}
	if at != directory {
		return finding(b.name, "%d bytes before its directory belong to no file", directory-at)
	}
	return nil
}

// open streams a member; reading fails with a Finding when it is not exactly
// as long as declared or its checksum differs.
func (b *container) open(path string) (io.Reader, error) {
	m := b.members[path]
	if m == nil {
		return nil, finding(path, "is missing")
	}
	var unpacked io.Reader = io.NewSectionReader(b.r, m.data, m.packed)
	if m.method == methodDeflate {
		packed := bufio.NewReader(unpacked)
		unpacked = &whole{in: packed, out: flate.NewReader(packed)}
	}
	return &checked{m: m, r: unpacked, crc: crc32.NewIEEE()}, nil
}

// whole is a deflated stream that must end where its member ends.
type whole struct {
	in  *bufio.Reader
	out io.Reader
}

func (w *whole) Read(p []byte) (int, error) {
	n, err := w.out.Read(p)
	if err == io.EOF {
		if _, more := w.in.ReadByte(); more != io.EOF {
			return n, errors.New("bytes after the end of the compressed data")
		}
	}
	return n, err
}

// checked holds a member to its declared size and checksum.
type checked struct {
	m    *member
	r    io.Reader
	crc  hash.Hash32
	read int64
}

func (c *checked) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n, err := c.r.Read(p)
	c.read += int64(n)
	c.crc.Write(p[:n])
	switch {
	case c.read > c.m.size:
		return 0, finding(c.m.path, "unpacks to more than the %d bytes it declares", c.m.size)
	case err == nil:
		return n, nil
	case err != io.EOF:
		return 0, finding(c.m.path, "cannot be unpacked: %v", err)
	case c.read != c.m.size:
		return 0, finding(c.m.path, "unpacks to %d bytes instead of %d", c.read, c.m.size)
	case c.crc.Sum32() != c.m.crc:
		return 0, finding(c.m.path, "its checksum in the zip differs")
	}
	return n, io.EOF
}

var little = binary.LittleEndian
