package seal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
)

// Limits of what is read of a PDF that is to be sealed. The pages themselves
// are never parsed, only the way to the first of them.
const (
	maxPDF    = 9_000_000_000 // what ten digits of a cross-reference can say
	maxObject = 1 << 20       // the list of pages may be long
	maxDepth  = 8             // of the tree of pages
	tailSize  = 1 << 10
)

// revision is a PDF before its update: the places and texts of what the update
// repeats with something added.
type revision struct {
	in      io.ReaderAt
	size    int64
	start   int64 // of the cross-reference table
	table   int64 // of its first entry
	count   int64 // of objects, the free one included
	trailer dictionary
	catalog object
	page    object // the first
}

// object is a numbered dictionary.
type object struct {
	number int64
	dictionary
}

var (
	startXref  = regexp.MustCompile(`startxref[\r\n ]+([0-9]{1,10})[\r\n ]+%%EOF[\r\n ]*$`)
	tableHead  = regexp.MustCompile(`^xref[ ]*\r?\n0 ([0-9]{1,9})[ ]*\r?\n`)
	tableEntry = regexp.MustCompile(`^([0-9]{10}) ([0-9]{5}) n`)
	reference  = regexp.MustCompile(`^([0-9]{1,9}) 0 R$`)
	firstKid   = regexp.MustCompile(`^\[\s*([0-9]{1,9}) 0 R`)
	signedMark = []byte("/ByteRange")
)

const entrySize = 20 // of a cross-reference entry (ISO 32000-1 §7.5.4)

// readRevision finds its way through a PDF with one plain cross-reference
// table, as the dossier's writer makes them.
func readRevision(in io.ReaderAt, size int64) (*revision, error) {
	if size > maxPDF {
		return nil, fmt.Errorf("a PDF of %d bytes; at most %d can be sealed", size, int64(maxPDF))
	}
	r := &revision{in: in, size: size}
	head, err := r.read(0, 8)
	if err != nil || !bytes.HasPrefix(head, []byte("%PDF-1.")) {
		return nil, errors.New("not a PDF")
	}
	tail, err := r.read(max(0, size-tailSize), tailSize)
	if err != nil {
		return nil, err
	}
	match := startXref.FindSubmatch(tail)
	if match == nil {
		return nil, errors.New("the PDF does not end as one should")
	}
	r.start = number(match[1])
	if err := r.readTable(); err != nil {
		return nil, err
	}
	if r.catalog, err = r.follow("/Root", r.trailer); err != nil {
		return nil, err
	}
	for _, name := range []string{"/AcroForm", "/Perms"} {
		if r.catalog.get(name) != "" {
			return nil, fmt.Errorf("the PDF has a %s already: it is not a fresh dossier", name)
		}
	}
	return r, r.findPage()
}

// read gives up to so many bytes from a place.
func (r *revision) read(at, length int64) ([]byte, error) {
	if at < 0 || at > r.size {
		return nil, errors.New("the PDF points outside of itself")
	}
	data := make([]byte, min(length, r.size-at))
	if _, err := r.in.ReadAt(data, at); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return data, nil
}

func (r *revision) readTable() error {
	head, err := r.read(r.start, 64)
	if err != nil {
		return err
	}
	match := tableHead.FindSubmatch(head)
	if match == nil {
		return errors.New("the PDF has no plain cross-reference table from object 0 on")
	}
	r.count, r.table = number(match[1]), r.start+int64(len(match[0]))
	rest, err := r.read(r.table+r.count*entrySize, maxObject)
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
		if r.trailer.get(name) != "" {
			return fmt.Errorf("the PDF has %s in its trailer: it is not a fresh dossier", name)
		}
	}
	return nil
}

// follow reads the object a dictionary's member refers to.
func (r *revision) follow(name string, from dictionary) (object, error) {
	match := reference.FindStringSubmatch(from.get(name))
	if match == nil {
		return object{}, fmt.Errorf("%s is not a reference", name)
	}
	return r.object(number([]byte(match[1])))
}

func (r *revision) object(id int64) (object, error) {
	if id < 1 || id >= r.count {
		return object{}, fmt.Errorf("there is no object %d", id)
	}
	entry, err := r.read(r.table+id*entrySize, entrySize)
	if err != nil {
		return object{}, err
	}
	match := tableEntry.FindSubmatch(entry)
	if match == nil {
		return object{}, fmt.Errorf("object %d is not in use", id)
	}
	data, err := r.read(number(match[1]), maxObject)
	if err != nil {
		return object{}, err
	}
	data, found := bytes.CutPrefix(data, fmt.Appendf(nil, "%d 0 obj", id))
	if !found {
		return object{}, fmt.Errorf("object %d is not where the PDF says", id)
	}
	parsed, err := parseDictionary(data)
	if err != nil {
		return object{}, fmt.Errorf("object %d: %w", id, err)
	}
	return object{id, parsed}, nil
}

func (r *revision) findPage() error {
	node, err := r.follow("/Pages", r.catalog.dictionary)
	for depth := 0; err == nil && depth < maxDepth; depth++ {
		if node.get("/Type") == "/Page" {
			r.page = node
			return nil
		}
		match := firstKid.FindStringSubmatch(node.get("/Kids"))
		if match == nil {
			return errors.New("the PDF has no first page")
		}
		node, err = r.object(number([]byte(match[1])))
	}
	return errors.Join(errors.New("the PDF has no first page"), err)
}

// number reads digits a pattern has found.
func number(digits []byte) int64 {
	n, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return -1 // leads outside of the file, which is told
	}
	return n
}
