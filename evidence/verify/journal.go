package verify

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strconv"
	"time"
)

const (
	entriesPath = "data/journal/entries.jsonl"
	valuesPath  = "data/journal/values.json"

	maxLine = 1 << 20
)

// Kinds of entries that bind the bag to the journal.
const (
	filed    = "case_filed"
	exported = "export_requested"
	erased   = "values_erased"
	derived  = "evidence_derived"
)

// walk goes through the journal once, entry by entry, and through the values
// beside it in step.
type walk struct {
	c      *check
	values *valueReader
	tree   tree
	taken  map[string]int64 // by digest of a file, the newest entry that took it in
	pace   int64
	made   map[string]int64 // by digest of a copy, the newest entry that made it of a withheld original
	first  string           // name of the value that was shown first
	last   entry
	outer  scanner
	inner  scanner

	points  []earlier // those ahead
	stamped time.Time // of the newest stamp
}

// entry is what is kept of the newest line.
type entry struct {
	kind             string
	at               []byte
	number, audience string // of its facts
	because          string
	sealed           bool
}

func entryName(seq int64) string { return "entry " + strconv.FormatInt(seq, 10) }

func (c *check) checkJournal() error {
	w := &walk{c: c, taken: map[string]int64{}, made: map[string]int64{}, pace: 1, points: c.points}
	values, err := c.openValues()
	if err != nil {
		return err
	}
	w.values = values
	r, err := c.box.open(entriesPath)
	if err != nil {
		return err
	}
	hash := sha256.New() // for the manifest: a second unpacking costs as much as the walk
	stream := readAhead(io.TeeReader(r, hash))
	defer stream.stop()
	lines := newLines(entriesPath, stream)
	for {
		line, err := lines.next()
		if errors.Is(err, io.EOF) {
			c.sums[entriesPath] = hex.EncodeToString(hash.Sum(nil))
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
	if seq > w.c.point.size {
		return finding(entryName(seq), "the checkpoint covers only %d entries", w.c.point.size)
	}
	fields, err := w.outer.parse(line)
	if err != nil {
		return finding(entryName(seq), "%v", err)
	}
	if err := w.checkFrame(seq, fields); err != nil {
		return err
	}
	if err := w.checkPrev(seq, fields); err != nil {
		return err
	}
	if err := w.checkBlob(seq, fields); err != nil {
		return err
	}
	if err := w.checkCopy(seq, fields); err != nil {
		return err
	}
	if err := w.checkErasure(seq); err != nil {
		return err
	}
	if err := w.checkValues(seq, fields); err != nil {
		return err
	}
	if err := w.checkStood(seq, fields); err != nil {
		return err
	}
	w.tree.addData(line)
	w.collect(line)
	if err := w.checkFiled(seq); err != nil {
		return err
	}
	if err := w.checkPoint(); err != nil {
		return err
	}
	return w.checkPrefix()
}

// checkFrame checks what an entry says of itself, and keeps it.
func (w *walk) checkFrame(seq int64, fields object) error {
	kind, at := unquoted(fields.get("kind")), unquoted(fields.get("at"))
	format, _ := fields.whole("v")
	said, counted := fields.whole("seq")
	switch {
	case format != 1:
		return finding(entryName(seq), "its format is not 1; a newer version of this program may know it")
	case !fields.is("case", w.c.point.caseID):
		return finding(entryName(seq), "belongs to another case")
	case !counted || said != seq:
		return finding(entryName(seq), "its seq is %.20s", fields.get("seq"))
	case len(kind) == 0 || !isInstant(at):
		return finding(entryName(seq), "its kind or time is malformed")
	}
	w.keep(kind, at, fields)
	return w.checkPace(seq, fields)
}

// keep remembers of the newest entry what is asked for when there is no next.
func (w *walk) keep(kind, at []byte, fields object) {
	w.last = entry{kind: w.last.kind, at: append(w.last.at[:0], at...)}
	if string(kind) != w.last.kind {
		w.last.kind = string(kind)
	}
	if w.last.kind != filed && w.last.kind != exported && w.last.kind != erased {
		return
	}
	if facts, ok := w.inner.inner(fields, "facts"); ok {
		w.last.number, _ = facts.text("number")
		w.last.audience, _ = facts.text("audience")
		w.last.because, _ = facts.text("because")
		w.last.sealed = string(facts.get("sealed")) == "true"
	}
}

func (w *walk) checkPace(seq int64, fields object) error {
	if fields.get("pace") == nil {
		return nil
	}
	pace, ok := fields.whole("pace")
	if !ok || pace < 2 {
		return finding(entryName(seq), "its pace is malformed")
	}
	w.pace = max(w.pace, pace)
	return nil
}

// checkPrev compares with the root of the entries before. When they differ, the
// change is nearly always in the entry before.
func (w *walk) checkPrev(seq int64, fields object) error {
	prev := unquoted(fields.get("prev"))
	if !isDigest(prev) {
		return finding(entryName(seq), "its prev is malformed")
	}
	root := w.tree.root()
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], root[:])
	if string(prev) != string(text[:]) {
		item := entryName(seq)
		return finding(entryName(max(1, seq-1)), "%s does not follow on it: it was changed, or the prev of %s", item, item)
	}
	return nil
}

// unquoted gives the text of a raw JSON string, nil for anything else.
func unquoted(raw []byte) []byte {
	if len(raw) < 2 || raw[0] != '"' {
		return nil
	}
	return unquote(raw)
}

// isInstant tells a time as entries write it.
func isInstant(text []byte) bool {
	const form = "2006-01-02T15:04:05.000000Z"
	if len(text) != len(form) {
		return false
	}
	_, err := time.Parse(form, string(text))
	return err == nil
}

// checkValues opens the commitments for which a value is shown.
func (w *walk) checkValues(seq int64, fields object) error {
	commitments, ok := w.inner.inner(fields, "commitments")
	if !ok && fields.get("commitments") != nil {
		return finding(entryName(seq), "its commitments are malformed")
	}
	for _, commitment := range commitments {
		if !isDigest(unquoted(commitment.value)) {
			return finding(entryName(seq), "a commitment is not a SHA-256")
		}
	}
	w.c.summary.Hidden += int64(len(commitments))
	for {
		v, err := w.values.peek()
		if err != nil || v == nil || v.seq != seq {
			return err
		}
		if err := v.opens(commitments); err != nil {
			return err
		}
		if w.first == "" {
			w.first = valueName(v)
		}
		w.c.summary.Values++
		w.c.summary.Hidden--
		w.values.drop()
	}
}

// checkFiled holds case.json against the signed entry that opened the case.
func (w *walk) checkFiled(seq int64) error {
	if seq == 1 && (w.last.kind != filed || w.last.number != w.c.about.number) {
		return finding(aboutPath, "its case number is not the one %s was filed under", entryName(seq))
	}
	return nil
}

func (w *walk) end() error {
	size := int64(w.tree.size)
	if size != w.c.point.size {
		return finding(entryName(size+1), "is missing: the checkpoint covers %d entries", w.c.point.size)
	}
	if root := w.tree.root(); hex.EncodeToString(root[:]) != w.c.point.root {
		return finding(entryName(size), "the root of all entries is not the one the checkpoint signs: this entry was changed")
	}
	if err := w.reach(pointPath, stampPath, w.c.term, w.at()); err != nil {
		return err
	}
	v, err := w.values.peek()
	if err != nil {
		return err
	}
	if v != nil {
		return finding(valueName(v), "there is no such entry, or the values are not in order")
	}
	if w.pace != w.c.about.pace {
		return finding(aboutPath, "its pace is %d, the entries say %d", w.c.about.pace, w.pace)
	}
	w.c.summary.Entries, w.c.summary.LastEntryAt = size, string(w.last.at)
	if err := w.checkExport(); err != nil {
		return err
	}
	if err := w.checkTaken(); err != nil {
		return err
	}
	if err := w.checkMade(); err != nil {
		return err
	}
	return w.checkStoodWhole()
}

// checkExport holds the bag against the last entry its checkpoint covers: the
// one that asked for it. So an older checkpoint makes no bag, nor does another
// audience's.
func (w *walk) checkExport() error {
	item := entryName(int64(w.tree.size))
	if w.last.kind != exported {
		return finding(item, "the checkpoint was not made for an export: this entry does not ask for one")
	}
	if w.last.audience != w.c.about.audience {
		return finding(aboutPath, "its audience is not the one %s asked for", item)
	}
	if w.last.sealed && !w.c.layout.sealed {
		return finding(sealPath, "is missing, and %s asked for a sealed bag", item)
	}
	return nil
}
