package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// Limits for parsing a PDF. Only the objects on the way to the first page are parsed.
const (
	maxPDF    = 9_000_000_000 // offsets in a cross-reference table have ten digits
	maxObject = 1 << 20       // the list of pages may be long
	maxDepth  = 8             // of the tree of pages
	tailSize  = 1 << 10
)

// revision is a PDF before its update, with the objects that the update extends.
type revision struct {
	in         io.ReaderAt
	size       int64
	tableStart int64 // of the cross-reference table
	firstEntry int64 // of its first entry
	count      int64 // of objects, the free one included
	trailer    dictionary
	catalog    object
	page       object // the first
}

// object is a numbered dictionary.
type object struct {
	number int64
	dictionary
}

var (
	startXref     = regexp.MustCompile(`startxref[\r\n ]+([0-9]{1,10})[\r\n ]+%%EOF[\r\n ]*$`)
	tableHead     = regexp.MustCompile(`^xref[ ]*\r?\n0 ([0-9]{1,9})[ ]*\r?\n`)
	tableEntry    = regexp.MustCompile(`^([0-9]{10}) ([0-9]{5}) n`)
	reference     = regexp.MustCompile(`^([0-9]{1,9}) 0 R$`)
	firstKid      = regexp.MustCompile(`^\[\s*([0-9]{1,9}) 0 R`)
	byteRangeMark = []byte("/ByteRange")
)

const entrySize = 20 // of a cross-reference entry (ISO 32000-1 §7.5.4)

// readRevision parses a PDF with one plain cross-reference table, the format that
// package dossier writes.
func readRevision(in io.ReaderAt, size int64) (*revision, error) {
	if size > maxPDF {
		return nil, fmt.Errorf("a PDF of %d bytes; at most %d can be sealed", size, int64(maxPDF))
	}
	r := &revision{in: in, size: size}
	head, err := r.readBytes(0, 8)
	if err != nil || !bytes.HasPrefix(head, []byte("%PDF-1.")) {
		return nil, errors.New("not a PDF")
	}
	tail, err := r.readBytes(max(0, size-tailSize), tailSize)
	if err != nil {
		return nil, err
	}
	match := startXref.FindSubmatch(tail)
	if match == nil {
		return nil, errors.New("the PDF has no valid end")
	}
	r.tableStart = parseNumber(match[1])
	if err := r.readTable(); err != nil {
		return nil, err
	}
	if r.catalog, err = r.readReference("/Root", r.trailer); err != nil {
		return nil, err
	}
	for _, name := range []string{"/AcroForm", "/Perms"} {
		if r.catalog.value(name) != "" {
			return nil, fmt.Errorf("the PDF already has %s; only a new dossier can be sealed", name)
		}
	}
	return r, r.findFirstPage()
}

// readBytes returns up to length bytes at an offset.
func (r *revision) readBytes(at, length int64) ([]byte, error) {
	if at < 0 || at > r.size {
		return nil, errors.New("the PDF refers to bytes outside the file")
	}
	data := make([]byte, min(length, r.size-at))
	if _, err := r.in.ReadAt(data, at); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data, nil
}

func (r *revision) readTable() error {
	head, err := r.readBytes(r.tableStart, 64)
	if err != nil {
		return err
	}
	match := tableHead.FindSubmatch(head)
	if match == nil {
		return errors.New("the PDF has no plain cross-reference table from object 0 on")
	}
	r.count, r.firstEntry = parseNumber(match[1]), r.tableStart+int64(len(match[0]))
	rest, err := r.readBytes(r.firstEntry+r.count*entrySize, maxObject)
	if err != nil {
		return err
	}
	rest, found := bytes.CutPrefix(bytes.TrimLeft(rest, "\r\n "), []byte("trailer"))
	if !found {
		return errors.New("the PDF has more than one cross-reference table")
	}
	if r.trailer, err = parseDictionary(rest); err != nil {
		return fmt.Errorf("trailer: %w", err)
	}
	for _, name := range []string{"/Prev", "/XRefStm", "/Encrypt"} {
		if r.trailer.value(name) != "" {
			return fmt.Errorf("the PDF has %s in its trailer; only a new dossier can be sealed", name)
		}
	}
	return nil
}

// readReference reads the object that a member of a dictionary refers to.
func (r *revision) readReference(name string, from dictionary) (object, error) {
	match := reference.FindStringSubmatch(from.value(name))
	if match == nil {
		return object{}, fmt.Errorf("%s is not a reference", name)
	}
	return r.readObject(parseNumber([]byte(match[1])))
}

func (r *revision) readObject(id int64) (object, error) {
	if id < 1 || id >= r.count {
		return object{}, fmt.Errorf("there is no object %d", id)
	}
	entry, err := r.readBytes(r.firstEntry+id*entrySize, entrySize)
	if err != nil {
		return object{}, err
	}
	match := tableEntry.FindSubmatch(entry)
	if match == nil {
		return object{}, fmt.Errorf("object %d is not in use", id)
	}
	data, err := r.readBytes(parseNumber(match[1]), maxObject)
	if err != nil {
		return object{}, err
	}
	data, found := bytes.CutPrefix(data, fmt.Appendf(nil, "%d 0 obj", id))
	if !found {
		return object{}, fmt.Errorf("object %d is not at its offset", id)
	}
	parsed, err := parseDictionary(data)
	if err != nil {
		return object{}, fmt.Errorf("object %d: %w", id, err)
	}
	return object{id, parsed}, nil
}

func (r *revision) findFirstPage() error {
	node, err := r.readReference("/Pages", r.catalog.dictionary)
	for depth := 0; err == nil && depth < maxDepth; depth++ {
		if node.value("/Type") == "/Page" {
			r.page = node
			return nil
		}
		match := firstKid.FindStringSubmatch(node.value("/Kids"))
		if match == nil {
			return errors.New("the PDF has no first page")
		}
		node, err = r.readObject(parseNumber([]byte(match[1])))
	}
	return errors.Join(errors.New("the PDF has no first page"), err)
}

// parseNumber parses digits that matched a pattern.
func parseNumber(digits []byte) int64 {
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return -1 // too large; readBytes rejects it
	}
	return n
}
