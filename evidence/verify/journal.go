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

// Kinds of entries that the other files of the bag must agree with.
const (
	kindFiled    = "case_filed"
	kindExported = "export_requested"
	kindErased   = "values_erased"
	kindDerived  = "evidence_derived"
)

// journalWalk reads the journal once, entry by entry, and in parallel the
// disclosed values, which are sorted by entry.
type journalWalk struct {
	v           *verification
	values      *valueReader
	tree        tree
	received    map[string]int64 // newest entry that recorded a file, by digest
	pace        int64
	bills       map[string]billRows // copies that show rows of a bill, by digest of the copy
	copied      map[string]int64    // newest entry that derived a copy from a withheld original, by digest of the copy
	firstValue  string              // name of the first disclosed value
	latest      latestEntry
	kinds       []string // of every entry, in order; "" if it is withheld
	outer       scanner
	inner       scanner
	checkpoints []earlierCheckpoint // not reached yet
	lastStamp   time.Time           // time of the newest stamp
	stated      map[string]string   // what the entries say last about the fields of the case, as JSON
	added       int                 // counterparts that were added after filing
}

// latestEntry holds the fields of the newest entry that later checks need.
type latestEntry struct {
	kind             string
	at               []byte
	number, audience string // from its facts
	because          string
	sealed           bool
}

func entryName(seq int64) string { return "entry " + strconv.FormatInt(seq, 10) }

func (c *verification) checkJournal() error {
	w := &journalWalk{v: c, received: map[string]int64{}, copied: map[string]int64{}, bills: map[string]billRows{}, pace: 1, checkpoints: c.earlierCheckpoints}
	values, err := c.openValues()
	if err != nil {
		return err
	}
	w.values = values
	r, err := c.container.openMember(entriesPath)
	if err != nil {
		return err
	}
	hash := sha256.New() // for the manifest: decompressing again would cost as much as the walk
	stream := newPrefetcher(io.TeeReader(r, hash))
	defer stream.stop()
	lines := newLineReader(entriesPath, stream)
	for {
		line, err := lines.readLine()
		if errors.Is(err, io.EOF) {
			c.digests[entriesPath] = hex.EncodeToString(hash.Sum(nil))
			return w.checkTotals()
		}
		if err != nil {
			return err
		}
		if err := w.checkEntry(line); err != nil {
			return err
		}
	}
}

func (w *journalWalk) checkEntry(line []byte) error {
	seq := int64(w.tree.size) + 1
	if seq > w.v.checkpoint.size {
		return newFinding(entryName(seq), "the checkpoint covers only %d entries", w.v.checkpoint.size)
	}
	fields, err := w.outer.parseObject(line)
	if err != nil {
		return newFinding(entryName(seq), "%v", err)
	}
	if withheld := fields.rawValue("withheld"); withheld != nil {
		return w.checkWithheldEntry(seq, fields, decodeString(withheld))
	}
	if err := w.checkEntryHeader(seq, fields); err != nil {
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
	if err := w.checkCorrection(seq, fields); err != nil {
		return err
	}
	if err := w.checkValues(seq, fields); err != nil {
		return err
	}
	if err := w.checkSnapshotEntry(seq, fields); err != nil {
		return err
	}
	w.tree.addEntry(line)
	w.collectLeaf(line)
	if err := w.checkFiled(seq); err != nil {
		return err
	}
	if err := w.checkRootAtCheckpoint(); err != nil {
		return err
	}
	return w.checkEarlierRoot()
}

// checkWithheldEntry adds an entry of which the bag has only the leaf hash. The root
// still proves that it is in the journal, at this place.
func (w *journalWalk) checkWithheldEntry(seq int64, fields object, digest []byte) error {
	switch {
	case w.v.caseInfo.mustHoldAllOriginals():
		return newFinding(entryName(seq), "is withheld, but a bag for %s must contain every entry", w.v.caseInfo.audience)
	case seq == 1 || len(fields) != 1 || !isDigest(digest):
		return newFinding(entryName(seq), "is not an entry and not the hash of one that may be withheld")
	case len(w.checkpoints) > 0 && w.checkpoints[0].size == seq:
		return newFinding(w.checkpoints[0].path, "%s is withheld, so the time of this checkpoint is unknown", entryName(seq))
	}
	var leaf [sha256.Size]byte
	if _, err := hex.Decode(leaf[:], digest); err != nil {
		return newFinding(entryName(seq), "its hash is malformed")
	}
	w.latest.kind = ""
	w.kinds = append(w.kinds, "")
	w.v.summary.WithheldEntries++
	w.tree.addLeaf(leaf)
	w.collectHash(leaf, nil)
	return w.checkEarlierRoot()
}

// checkEntryHeader checks the fields that every entry has, and keeps them.
func (w *journalWalk) checkEntryHeader(seq int64, fields object) error {
	kind, at := decodeString(fields.rawValue("kind")), decodeString(fields.rawValue("at"))
	format, _ := fields.wholeNumber("v")
	said, counted := fields.wholeNumber("seq")
	switch {
	case format != 1:
		return newFinding(entryName(seq), "its format is not 1; a newer version of this program may know it")
	case !fields.equalsText("case", w.v.checkpoint.caseID):
		return newFinding(entryName(seq), "belongs to another case")
	case !counted || said != seq:
		return newFinding(entryName(seq), "its seq is %.20s", fields.rawValue("seq"))
	case len(kind) == 0 || !isEntryTime(at):
		return newFinding(entryName(seq), "its kind or time is malformed")
	}
	w.keepEntry(kind, at, fields)
	return w.checkPace(seq, fields)
}

// keepEntry stores the fields of the newest entry for the checks after the walk.
func (w *journalWalk) keepEntry(kind, at []byte, fields object) {
	w.latest = latestEntry{kind: w.latest.kind, at: append(w.latest.at[:0], at...)}
	if string(kind) != w.latest.kind {
		w.latest.kind = string(kind)
	}
	if w.latest.kind != kindFiled && w.latest.kind != kindExported && w.latest.kind != kindErased {
		return
	}
	if facts, ok := w.inner.parseMember(fields, "facts"); ok {
		w.latest.number, _ = facts.stringValue("number")
		w.latest.audience, _ = facts.stringValue("audience")
		w.latest.because, _ = facts.stringValue("because")
		w.latest.sealed = string(facts.rawValue("sealed")) == "true"
	}
}

func (w *journalWalk) checkPace(seq int64, fields object) error {
	if fields.rawValue("pace") == nil {
		return nil
	}
	pace, ok := fields.wholeNumber("pace")
	if !ok || pace < 2 {
		return newFinding(entryName(seq), "its pace is malformed")
	}
	w.pace = max(w.pace, pace)
	return nil
}

// checkPrev compares prev with the root of the earlier entries. If they differ, the
// finding names the entry before, because the change is nearly always there.
func (w *journalWalk) checkPrev(seq int64, fields object) error {
	prev := decodeString(fields.rawValue("prev"))
	if !isDigest(prev) {
		return newFinding(entryName(seq), "its prev is malformed")
	}
	root := w.tree.rootHash()
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], root[:])
	if string(prev) != string(text[:]) {
		item := entryName(seq)
		return newFinding(entryName(max(1, seq-1)), "it was changed, or the prev of %s was: they do not match", item)
	}
	return nil
}

// decodeString returns the text of a raw JSON string, or nil for other values.
func decodeString(raw []byte) []byte {
	if len(raw) < 2 || raw[0] != '"' {
		return nil
	}
	return unquoteString(raw)
}

// isEntryTime reports whether text is a time in the format of entries.
func isEntryTime(text []byte) bool {
	const form = "2006-01-02T15:04:05.000000Z"
	if len(text) != len(form) {
		return false
	}
	_, err := time.Parse(form, string(text))
	return err == nil
}

// checkValues checks the disclosed values of an entry against its commitments.
func (w *journalWalk) checkValues(seq int64, fields object) error {
	commitments, ok := w.inner.parseMember(fields, "commitments")
	if !ok && fields.rawValue("commitments") != nil {
		return newFinding(entryName(seq), "its commitments are malformed")
	}
	for _, commitment := range commitments {
		if !isDigest(decodeString(commitment.value)) {
			return newFinding(entryName(seq), "a commitment is not a SHA-256")
		}
	}
	w.v.summary.Hidden += int64(len(commitments))
	for {
		v, err := w.values.peekValue()
		if err != nil || v == nil || v.seq != seq {
			return err
		}
		if err := v.matchCommitment(commitments); err != nil {
			return err
		}
		if w.firstValue == "" {
			w.firstValue = valueName(v)
		}
		w.v.summary.Values++
		w.v.summary.Hidden--
		w.values.skipValue()
	}
}

// checkFiled compares case.json with the entry that filed the case.
func (w *journalWalk) checkFiled(seq int64) error {
	if seq == 1 && (w.latest.kind != kindFiled || w.latest.number != w.v.caseInfo.number) {
		return newFinding(casePath, "its case number is not the one %s was filed under", entryName(seq))
	}
	return nil
}

func (w *journalWalk) checkTotals() error {
	size := int64(w.tree.size)
	if size != w.v.checkpoint.size {
		return newFinding(entryName(size+1), "is missing: the checkpoint covers %d entries", w.v.checkpoint.size)
	}
	if root := w.tree.rootHash(); hex.EncodeToString(root[:]) != w.v.checkpoint.root {
		return newFinding(entryName(size), "this entry was changed: the root of all entries is not the one in the checkpoint")
	}
	if err := w.checkKeyAndStamp(checkpointPath, stampPath, w.v.keyIndex, w.latestTime()); err != nil {
		return err
	}
	v, err := w.values.peekValue()
	if err != nil {
		return err
	}
	if v != nil {
		return newFinding(valueName(v), "there is no such entry, or the values are not in order")
	}
	if w.pace != w.v.caseInfo.pace {
		return newFinding(casePath, "its pace is %d, the entries say %d", w.v.caseInfo.pace, w.pace)
	}
	w.v.summary.Entries, w.v.summary.LastEntryAt = size, string(w.latest.at)
	if err := w.checkExport(); err != nil {
		return err
	}
	if err := w.checkReceived(); err != nil {
		return err
	}
	if err := w.checkCopies(); err != nil {
		return err
	}
	return w.checkSnapshotComplete()
}

// checkExport compares the bag with the last entry, which must request this
// export. So neither an older checkpoint nor one for another audience is accepted.
func (w *journalWalk) checkExport() error {
	item := entryName(int64(w.tree.size))
	if w.latest.kind != kindExported {
		return newFinding(item, "the checkpoint was not made for an export: this entry does not request one")
	}
	if w.latest.audience != w.v.caseInfo.audience {
		return newFinding(casePath, "its audience is not the one %s requested", item)
	}
	if w.latest.sealed && !w.v.layout.sealed {
		return newFinding(sealPath, "is missing, but %s requested a sealed bag", item)
	}
	return nil
}
