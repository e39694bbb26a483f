package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	entriesPath = "data/journal/entries.jsonl"
	valuesPath  = "data/journal/values.json"

	maxLine = 1 << 20
)

// walk goes through the journal once, entry by entry, and through the values
// beside it in step.
type walk struct {
	c      *check
	values *valueReader
	tree   tree
	taken  map[string]bool // digests of the files the entries took in
	pace   int64
	last   entry
}

// entry is what the verifier reads of one line.
type entry struct {
	kind, at    string
	prev        string
	facts       object
	commitments object
}

func entryName(seq int64) string { return "entry " + strconv.FormatInt(seq, 10) }

func (c *check) checkJournal() error {
	w := &walk{c: c, taken: map[string]bool{}, pace: 1}
	values, err := c.openValues()
	if err != nil {
		return err
	}
	w.values = values
	r, err := c.box.open(entriesPath)
	if err != nil {
		return err
	}
	lines := newLines(entriesPath, r)
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			return w.end()
		}
		if err != nil {
			return err
		}
		if err := w.step(line); err != nil {
			return err
		}
	}
}

func (w *walk) step(line []byte) error {
	seq := int64(w.tree.size) + 1
	item := entryName(seq)
	if seq > w.c.point.size {
		return finding(item, "the checkpoint covers only %d entries", w.c.point.size)
	}
	fields, err := parseObject(line)
	if err != nil {
		return finding(item, "%v", err)
	}
	e, err := w.read(item, seq, fields)
	if err != nil {
		return err
	}
	if e.prev != w.tree.root() {
		return finding(entryName(max(1, seq-1)), "%s does not follow on it: it was changed, or the prev of %s", item, item)
	}
	if err := w.checkBlob(item, e, fields); err != nil {
		return err
	}
	if err := w.checkValues(item, seq, e.commitments); err != nil {
		return err
	}
	w.tree.add(hashLeaf(line))
	w.last = e
	return w.checkFiled(item, e)
}

// read checks what an entry says of itself.
func (w *walk) read(item string, seq int64, fields object) (entry, error) {
	var e entry
	if format, _ := fields.whole("v"); format != 1 {
		return e, finding(item, "its format is not 1; a newer version of this program may know it")
	}
	if id, _ := fields.text("case"); id != w.c.point.caseID {
		return e, finding(item, "belongs to another case")
	}
	if said, ok := fields.whole("seq"); !ok || said != seq {
		return e, finding(item, "its seq is %.20s", fields.get("seq"))
	}
	e.kind, _ = fields.text("kind")
	e.at, _ = fields.text("at")
	e.prev, _ = fields.text("prev")
	if e.kind == "" || !isInstant(e.at) {
		return e, finding(item, "its kind or time is malformed")
	}
	if !isHex(e.prev, sha256.Size) {
		return e, finding(item, "its prev is malformed")
	}
	e.facts, _ = fields.object("facts")
	if raw := fields.get("commitments"); raw != nil {
		var ok bool
		if e.commitments, ok = fields.object("commitments"); !ok {
			return e, finding(item, "its commitments are malformed")
		}
	}
	if raw := fields.get("pace"); raw != nil {
		pace, ok := fields.whole("pace")
		if !ok || pace < 2 {
			return e, finding(item, "its pace is malformed")
		}
		w.pace = max(w.pace, pace)
	}
	return e, nil
}

const instant = "2006-01-02T15:04:05.000000Z"

func isInstant(text string) bool {
	_, err := time.Parse(instant, text)
	return err == nil && len(text) == len(instant)
}

// checkBlob holds an entry's file against the originals. Entries about exports
// point to papers made from the journal, which are no originals.
func (w *walk) checkBlob(item string, e entry, fields object) error {
	if fields.get("blob") == nil || strings.HasPrefix(e.kind, "export_") {
		return nil
	}
	blob, _ := fields.object("blob")
	digest, _ := blob.text("sha256")
	size, ok := blob.whole("size")
	if !ok || !isHex(digest, sha256.Size) {
		return finding(item, "its file is not named by SHA-256 and size")
	}
	path, here := w.c.layout.originals[digest]
	if _, withheld := slices.BinarySearch(w.c.about.withheld, digest); here == withheld {
		return finding(item, "its original %s is missing, or said to be withheld while it is here", digest)
	}
	w.taken[digest] = true
	if here && w.c.box.members[path].size != size {
		return finding(path, "has not the %d bytes %s took in", size, item)
	}
	return nil
}

// checkValues opens the commitments for which a value is shown.
func (w *walk) checkValues(item string, seq int64, commitments object) error {
	for _, commitment := range commitments {
		text := string(commitment.value)
		if len(text) != 2+2*sha256.Size || !isHex(text[1:len(text)-1], sha256.Size) {
			return finding(item, "a commitment is not a SHA-256")
		}
	}
	w.c.summary.Hidden += int64(len(commitments))
	for {
		v, err := w.values.peek()
		if err != nil {
			return err
		}
		if v == nil || v.seq != seq {
			return nil
		}
		name := valueName(v)
		said, ok := commitments.text(v.path)
		if !ok {
			return finding(name, "the entry has no such commitment")
		}
		sum := sha256.Sum256(append(v.salt, v.value...))
		if said != hex.EncodeToString(sum[:]) {
			return finding(name, "is not the value the entry committed to")
		}
		w.c.summary.Values++
		w.c.summary.Hidden--
		w.values.drop()
	}
}

// checkFiled holds case.json against the signed entry that opened the case.
func (w *walk) checkFiled(item string, e entry) error {
	if w.tree.size != 1 {
		return nil
	}
	number, _ := e.facts.text("number")
	if e.kind != "case_filed" || number != w.c.about.number {
		return finding(aboutPath, "its case number is not the one %s was filed under", item)
	}
	return nil
}

func (w *walk) end() error {
	size := int64(w.tree.size)
	if size != w.c.point.size {
		return finding(entryName(size+1), "is missing: the checkpoint covers %d entries", w.c.point.size)
	}
	if w.tree.root() != w.c.point.root {
		return finding(entryName(size), "the root of all entries is not the one the checkpoint signs: this entry was changed")
	}
	if v, err := w.values.peek(); err != nil || v != nil {
		if err == nil {
			err = finding(valueName(v), "there is no such entry, or the values are not in order")
		}
		return err
	}
	if w.pace != w.c.about.pace {
		return finding(aboutPath, "its pace is %d, the entries say %d", w.c.about.pace, w.pace)
	}
	w.c.summary.Entries, w.c.summary.LastEntryAt = size, w.last.at
	if err := w.checkExport(); err != nil {
		return err
	}
	return w.checkTaken()
}

// checkExport holds the bag against the last entry its checkpoint covers: the
// one that asked for it. So an older checkpoint makes no bag, nor does another
// audience's.
func (w *walk) checkExport() error {
	item := entryName(int64(w.tree.size))
	if w.last.kind != "export_requested" {
		return finding(item, "the checkpoint was not made for an export: this entry does not ask for one")
	}
	if audience, _ := w.last.facts.text("audience"); audience != w.c.about.audience {
		return finding(aboutPath, "its audience is not the one %s asked for", item)
	}
	if string(w.last.facts.get("sealed")) == "true" && !w.c.layout.sealed {
		return finding(sealPath, "is missing, and %s asked for a sealed bag", item)
	}
	return nil
}

// checkTaken finds files in the bag, or said to be withheld, that no entry took
// in.
func (w *walk) checkTaken() error {
	for _, digest := range slices.Sorted(maps.Keys(w.c.layout.originals)) {
		if !w.taken[digest] {
			return finding(w.c.layout.originals[digest], "no entry took it in")
		}
	}
	for _, digest := range w.c.about.withheld {
		if !w.taken[digest] {
			return finding(aboutPath, "it withholds %s, which no entry took in", digest)
		}
	}
	return nil
}
