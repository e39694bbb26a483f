package verify

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A proof shows that a journal contains one entry, without the other entries. It
// is a C2SP tlog-proof: the entry and the key as extra data, the inclusion proof
// of RFC 6962 §2.1.1, and the checkpoint.
const proofHeader = "c2sp.org/tlog-proof@v1\n"

const (
	maxProof  = 4 << 20
	itemProof = "proof" // item of findings that concern no entry or file
)

// ProvedEntry is the entry of a proof.
type ProvedEntry struct {
	Seq    int64  `json:"seq"`
	Kind   string `json:"kind"`
	At     string `json:"at"`
	SHA256 string `json:"sha256,omitempty"` // of the file it recorded, if any
}

// proofExtra is the extra data of a proof.
type proofExtra struct {
	Key   string `json:"key"`
	Entry string `json:"entry"`
}

// proofCollector collects the parts of a proof while a bag is verified.
type proofCollector struct {
	seq    int64
	line   []byte
	leaves [][sha256.Size]byte
}

func (w *journalWalk) collectLeaf(line []byte) {
	if w.v.options.collector != nil {
		w.collectHash(sha256.Sum256(append([]byte{0}, line...)), line)
	}
}

// collectHash keeps the hash of the next entry; line is nil if the entry is withheld.
func (w *journalWalk) collectHash(leaf [sha256.Size]byte, line []byte) {
	keep := w.v.options.collector
	if keep == nil {
		return
	}
	keep.leaves = append(keep.leaves, leaf)
	if int64(len(keep.leaves)) == keep.seq {
		keep.line = bytes.Clone(line)
	}
}

// Prove verifies a bag and writes the proof of one of its entries.
func (o Options) Prove(path string, seq int64, w io.Writer) error {
	o.collector = &proofCollector{seq: seq}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("prove: %w", err)
	}
	defer func() { _ = file.Close() }() // read only
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("prove: %w", err)
	}
	box, err := openContainer(filepath.Base(path), file, info.Size())
	if err != nil {
		return err
	}
	c := &verification{container: box, options: o}
	if err := c.runSteps(); err != nil {
		return err
	}
	if o.collector.line == nil {
		return newFinding(entryName(seq), "there is no such entry")
	}
	return c.writeProof(w)
}

func (c *verification) writeProof(w io.Writer) error {
	note, err := c.readSmall(checkpointPath, maxNote)
	if err != nil {
		return err
	}
	vkey, err := c.readSmall(vkeyPath, maxNote)
	if err != nil {
		return err
	}
	keep := c.options.collector
	data, err := json.Marshal(proofExtra{Key: strings.TrimSuffix(string(vkey), "\n"), Entry: string(keep.line)})
	if err != nil {
		return fmt.Errorf("prove: %w", err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "%sextra %s\nindex %d\n", proofHeader, base64.StdEncoding.EncodeToString(data), keep.seq-1)
	for _, hash := range inclusionPath(keep.leaves, int(keep.seq-1)) {
		fmt.Fprintln(&out, base64.StdEncoding.EncodeToString(hash[:]))
	}
	out.WriteString("\n")
	out.Write(note)
	_, err = w.Write(out.Bytes())
	return err
}

// inclusionPath returns PATH(m, D[n]) of RFC 6962 §2.1.1.
func inclusionPath(leaves [][sha256.Size]byte, m int) [][sha256.Size]byte {
	if len(leaves) <= 1 {
		return nil
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	if m < k {
		return append(inclusionPath(leaves[:k], m), treeRoot(leaves[k:]))
	}
	return append(inclusionPath(leaves[k:], m-k), treeRoot(leaves[:k]))
}

func treeRoot(leaves [][sha256.Size]byte) [sha256.Size]byte {
	var t tree
	for _, leaf := range leaves {
		t.addLeaf(leaf)
	}
	return t.rootHash()
}

// verifyProof verifies a proof that Prove wrote.
func (o Options) verifyProof(r io.ReaderAt, size int64) (Summary, error) {
	if size > maxProof {
		return Summary{}, newFinding(itemProof, "%d bytes; at most %d are allowed", size, maxProof)
	}
	raw, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return Summary{}, fmt.Errorf("verify: %w", err)
	}
	head, note, found := strings.Cut(string(raw), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0]+"\n" != proofHeader {
		return Summary{}, newFinding(itemProof, "not a proof of the form tlog-proof")
	}
	given, ok := readExtra(lines[1])
	if !ok {
		return Summary{}, newFinding(itemProof, "its entry or its key is malformed")
	}
	c := &verification{options: o}
	if c.key, ok = parseKey(given.Key); !ok {
		return Summary{}, newFinding(itemProof, "its key is malformed")
	}
	c.summary.KeyName, c.summary.KeyFingerprint = c.key.name, c.key.fingerprint
	if err := c.checkExpectedKey(); err != nil {
		return Summary{}, newFinding(itemProof, "%v", err)
	}
	if err := c.checkProofCheckpoint(note); err != nil {
		return Summary{}, err
	}
	if err := c.checkInclusion(lines[2:], []byte(given.Entry)); err != nil {
		return Summary{}, err
	}
	c.summary.Bytes = size
	return c.summary, c.checkExhibit()
}

func readExtra(line string) (proofExtra, bool) {
	encoded, ok := strings.CutPrefix(line, "extra ")
	data, err := strict64.DecodeString(encoded)
	if !ok || err != nil || strings.ContainsAny(encoded, "\r\n") {
		return proofExtra{}, false
	}
	fields, err := parseObject(data)
	if err != nil || len(fields) != 2 {
		return proofExtra{}, false
	}
	key, named := fields.stringValue("key")
	entry, held := fields.stringValue("entry")
	again, err := json.Marshal(proofExtra{Key: key, Entry: entry})
	return proofExtra{Key: key, Entry: entry}, named && held && err == nil && bytes.Equal(again, data)
}

// checkProofCheckpoint verifies the checkpoint at the end of a proof.
func (c *verification) checkProofCheckpoint(note string) error {
	lines := strings.Split(note, "\n")
	if len(lines) != 6 || lines[3] != "" || lines[5] != "" {
		return newFinding(itemProof, "does not end with a checkpoint")
	}
	if reason := c.key.checkSignature(lines[:3], lines[4]); reason != "" {
		return newFinding(itemProof, "its checkpoint: %s", reason)
	}
	var err error
	if c.checkpoint, err = readCheckpoint(itemProof, lines[:3]); err != nil {
		return err
	}
	c.summary.Case, c.summary.Root, c.summary.Entries = c.checkpoint.caseID, c.checkpoint.root, c.checkpoint.size
	return nil
}

// checkInclusion verifies the inclusion proof (RFC 9162 §2.1.3.2).
func (c *verification) checkInclusion(lines []string, entry []byte) error {
	text, ok := strings.CutPrefix(lines[0], "index ")
	index, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || index < 0 || index >= c.checkpoint.size || strconv.FormatInt(index, 10) != text {
		return newFinding(itemProof, "its index is not that of an entry")
	}
	item := entryName(index + 1)
	root, ok := c.computeRoot(index, sha256.Sum256(append([]byte{0}, entry...)), lines[1:])
	if !ok {
		return newFinding(item, "its path to the root is malformed")
	}
	if hex.EncodeToString(root[:]) != c.checkpoint.root {
		return newFinding(item, "does not lead to the root in the checkpoint")
	}
	return c.readProvedEntry(item, index+1, entry)
}

// computeRoot combines a leaf with the hashes of its path, from the bottom up. It
// fails if the path has the wrong length.
func (c *verification) computeRoot(at int64, hash [sha256.Size]byte, lines []string) ([sha256.Size]byte, bool) {
	path := make([][sha256.Size]byte, len(lines))
	for i, line := range lines {
		raw, err := strict64.DecodeString(line)
		if err != nil || len(raw) != sha256.Size || strings.Contains(line, "\r") {
			return hash, false
		}
		path[i] = [sha256.Size]byte(raw)
	}
	return rootFromPath(at, c.checkpoint.size, hash, path)
}

// rootFromPath computes the root of a tree of a size from a leaf and its inclusion proof
// (RFC 9162 §2.1.3.2). It fails if the path has the wrong length.
func rootFromPath(at, size int64, hash [sha256.Size]byte, path [][sha256.Size]byte) ([sha256.Size]byte, bool) {
	last := size - 1
	for _, other := range path {
		if last == 0 {
			return hash, false
		}
		if at&1 == 1 || at == last {
			hash = hashPair(&other, &hash)
			for at&1 == 0 && at != 0 {
				at, last = at>>1, last>>1
			}
		} else {
			hash = hashPair(&hash, &other)
		}
		at, last = at>>1, last>>1
	}
	return hash, last == 0
}

func (c *verification) readProvedEntry(item string, seq int64, entry []byte) error {
	fields, err := parseObject(entry)
	if err != nil {
		return newFinding(item, "%v", err)
	}
	w := &journalWalk{v: c, pace: 1}
	if err := w.checkEntryHeader(seq, fields); err != nil {
		return err
	}
	proved := &ProvedEntry{Seq: seq, Kind: w.latest.kind, At: string(w.latest.at)}
	if blob, ok := w.inner.parseMember(fields, "blob"); ok {
		proved.SHA256, _ = blob.stringValue("sha256")
	}
	c.summary.Proved = proved
	return nil
}

// checkExhibit compares Options.Exhibit with the file that the entry recorded.
func (c *verification) checkExhibit() error {
	path := c.options.Exhibit
	if path == "" {
		return nil
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	hash := sha256.New()
	_, err = io.Copy(hash, file)
	if err := errors.Join(err, file.Close()); err != nil {
		return fmt.Errorf("verify: %w", err)
	}
	if sum := hex.EncodeToString(hash.Sum(nil)); sum != c.summary.Proved.SHA256 {
		return newFinding(filepath.Base(path), "has the SHA-256 %s, which is not that of the file in %s", sum, entryName(c.summary.Proved.Seq))
	}
	return nil
}
