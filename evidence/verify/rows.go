package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// maxRowsFile is the size of the largest copy of a bill, in bytes.
const maxRowsFile = 16 << 20

// billRows is what an entry records about a copy that shows rows of a bill.
type billRows struct {
	of, root string
	count    int64
}

// shownRows is the content of such a copy. Unknown fields are rejected.
type shownRows struct {
	Format int        `json:"format"`
	Of     string     `json:"of_sha256"`
	Count  int64      `json:"rows"`
	Root   string     `json:"root"`
	Shown  []shownRow `json:"shown"`
}

type shownRow struct {
	Index int64       `json:"index"`
	Cells []shownCell `json:"cells"`
	Path  []string    `json:"path"`
}

type shownCell struct {
	Name       string  `json:"name"`
	Value      *string `json:"value"`
	Salt       string  `json:"salt"`
	Commitment string  `json:"commitment"`
}

// keepRows remembers that the newest entry derived a copy with rows of a bill.
func (w *journalWalk) keepRows(digest, of string, facts object) {
	root, isBill := facts.stringValue("rows_root")
	if !isBill {
		return
	}
	count, _ := facts.wholeNumber("rows")
	w.bills[digest] = billRows{of, root, count}
}

// checkBills checks that each row a copy shows is a row of the bill that its entry
// commits to.
func (w *journalWalk) checkBills() error {
	for _, digest := range slices.Sorted(maps.Keys(w.bills)) {
		path, bill := w.v.layout.copies[digest], w.bills[digest]
		copied, err := w.readRows(path)
		if err != nil {
			return err
		}
		if copied.Of != bill.of || copied.Root != bill.root || copied.Count != bill.count {
			return newFinding(path, "its bill, its root or its number of rows is not the one that its entry records")
		}
		if err := copied.checkShown(path, bill); err != nil {
			return err
		}
	}
	return nil
}

// readRows reads a copy of a bill: one JSON object on one line.
func (w *journalWalk) readRows(path string) (copied shownRows, err error) {
	raw, err := w.v.readSmall(path, maxRowsFile)
	if err != nil {
		return shownRows{}, err
	}
	line, ended := bytes.CutSuffix(raw, []byte("\n"))
	if _, err := parseObject(line); err != nil || !ended {
		return shownRows{}, newFinding(path, "not one JSON object on one line")
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&copied); err != nil || copied.Format != 1 {
		return shownRows{}, newFinding(path, "not rows of a bill in format 1")
	}
	return copied, nil
}

// checkShown checks that the rows are rows of the bill, in order.
func (s shownRows) checkShown(path string, bill billRows) error {
	if len(s.Shown) == 0 {
		return newFinding(path, "shows no row")
	}
	for i, row := range s.Shown {
		if i > 0 && row.Index <= s.Shown[i-1].Index {
			return newFinding(path, "row %d is shown twice or out of order", row.Index)
		}
		root, ok := row.root(bill.count)
		if !ok || hex.EncodeToString(root[:]) != bill.root {
			return newFinding(path, "row %d is not a row of the bill", row.Index)
		}
	}
	return nil
}

// root computes the root of the tree over all rows from this row.
func (r shownRow) root(count int64) ([sha256.Size]byte, bool) {
	leaf := []byte{0}
	for _, cell := range r.Cells {
		commitment, ok := cell.commitment()
		if !ok {
			return [sha256.Size]byte{}, false
		}
		leaf = append(leaf, commitment...)
	}
	path := make([][sha256.Size]byte, len(r.Path))
	for i, text := range r.Path {
		if !isDigest([]byte(text)) {
			return [sha256.Size]byte{}, false
		}
		_, _ = hex.Decode(path[i][:], []byte(text)) // it is hex
	}
	if r.Index < 0 || r.Index >= count || len(r.Cells) == 0 {
		return [sha256.Size]byte{}, false
	}
	return rootFromPath(r.Index, count, sha256.Sum256(leaf), path)
}

// saltSize is the length of the salt of a cell in bytes. With another length, bytes of the
// name could pass for salt.
const saltSize = 16

// commitment returns the commitment to a cell, computed from its value if that is shown.
func (c shownCell) commitment() ([]byte, bool) {
	if c.Value == nil {
		raw, err := hex.DecodeString(c.Commitment)
		return raw, err == nil && isDigest([]byte(c.Commitment)) && c.Salt == ""
	}
	salt, err := hex.DecodeString(c.Salt)
	if err != nil || len(salt) != saltSize || strings.Contains(c.Name, "\x00") || c.Commitment != "" {
		return nil, false
	}
	sum := sha256.Sum256(slices.Concat(salt, []byte(c.Name), []byte{0}, []byte(*c.Value)))
	return sum[:], true
}
