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

// A proof shows that one entry stands in a journal without showing the others:
// a text in the form of C2SP tlog-proof, which carries the entry and the key as
// its extra data, the inclusion proof of RFC 6962 §2.1.1, and the checkpoint.
const proofMark = "c2sp.org/tlog-proof@v1\n"

const (
	maxProof  = 4 << 20
	itemProof = "proof" // what names no entry or file
)

// Proved is the one entry a proof shows.
type Proved struct {
	Seq    int64  `json:"seq"`
	Kind   string `json:"kind"`
	At     string `json:"at"`
	SHA256 string `json:"sha256,omitempty"` // of the file it took in, if any
}

// extra is the data a proof carries beside the path.
type extra struct {
	Key   string `json:"key"`
	Entry string `json:"entry"`
}

// collector keeps what a proof is made of while a bag is verified.
type collector struct {
	seq    int64
	line   []byte
	leaves [][sha256.Size]byte
}

func (w *walk) collect(line []byte) {
	keep := w.c.options.collector
	if keep == nil {
		return
	}
	keep.leaves = append(keep.leaves, sha256.Sum256(append([]byte{0}, line...)))
	if int64(len(keep.leaves)) == keep.seq {
		keep.line = bytes.Clone(line)
	}
}

// Prove verifies a bag and writes the proof of one of its entries.
func (o Options) Prove(path string, seq int64, w io.Writer) error {
	o.collector = &collector{seq: seq}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("prove: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	info, err := file.Stat()
	if err != nil {
		return fmt.Errorf("prove: %w", err)
	}
	box, err := openContainer(filepath.Base(path), file, info.Size())
	if err != nil {
		return err
	}
	c := &check{box: box, options: o}
	if err := c.run(); err != nil {
		return err
	}
	if o.collector.line == nil {
		return finding(entryName(seq), "there is no such entry")
	}
	return c.writeProof(w)
}

func (c *check) writeProof(w io.Writer) error {
	note, err := c.small(pointPath, maxNote)
	if err != nil {
		return err
	}
	vkey, err := c.small(vkeyPath, maxNote)
	if err != nil {
		return err
	}
	keep := c.options.collector
	data, err := json.Marshal(extra{Key: strings.TrimSuffix(string(vkey), "\n"), Entry: string(keep.line)})
	if err != nil {
		return fmt.Errorf("prove: %w", err)
	}
	var out bytes.Buffer
	fmt.Fprintf(&out, "%sextra %s\nindex %d\n", proofMark, base64.StdEncoding.EncodeToString(data), keep.seq-1)
	for _, hash := range inclusion(keep.leaves, int(keep.seq-1)) {
		fmt.Fprintln(&out, base64.StdEncoding.EncodeToString(hash[:]))
	}
	out.WriteString("\n")
	out.Write(note)
	_, err = w.Write(out.Bytes())
	return err
}

// inclusion is PATH(m, D[n]) of RFC 6962 §2.1.1.
func inclusion(leaves [][sha256.Size]byte, m int) [][sha256.Size]byte {
	if len(leaves) <= 1 {
		return nil
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	if m < k {
		return append(inclusion(leaves[:k], m), rootOf(leaves[k:]))
	}
	return append(inclusion(leaves[k:], m-k), rootOf(leaves[:k]))
}

func rootOf(leaves [][sha256.Size]byte) [sha256.Size]byte {
	var t tree
	for _, leaf := range leaves {
		t.add(leaf)
	}
	return t.root()
}

// proof verifies one.
func (o Options) proof(r io.ReaderAt, size int64) (Summary, error) {
	if size > maxProof {
		return Summary{}, finding(itemProof, "%d bytes; at most %d make sense", size, maxProof)
	}
	raw, err := io.ReadAll(io.NewSectionReader(r, 0, size))
	if err != nil {
		return Summary{}, fmt.Errorf("verify: %w", err)
	}
	head, note, found := strings.Cut(string(raw), "\n\n")
	lines := strings.Split(head, "\n")
	if !found || len(lines) < 3 || lines[0]+"\n" != proofMark {
		return Summary{}, finding(itemProof, "not a proof of the form tlog-proof")
	}
	given, ok := readExtra(lines[1])
	if !ok {
		return Summary{}, finding(itemProof, "its entry or its key is malformed")
	}
	c := &check{options: o}
	if c.key, ok = parseKey(given.Key); !ok {
		return Summary{}, finding(itemProof, "its key is malformed")
	}
	c.summary.KeyName, c.summary.KeyFingerprint = c.key.name, c.key.fingerprint
	if err := c.checkExpected(); err != nil {
		return Summary{}, finding(itemProof, "%v", err)
	}
	if err := c.openNote(note); err != nil {
		return Summary{}, err
	}
	if err := c.checkInclusion(lines[2:], []byte(given.Entry)); err != nil {
		return Summary{}, err
	}
	c.summary.Bytes = size
	return c.summary, c.checkExhibit()
}

func readExtra(line string) (extra, bool) {
	encoded, ok := strings.CutPrefix(line, "extra ")
	data, err := strict64.DecodeString(encoded)
	if !ok || err != nil || strings.ContainsAny(encoded, "\r\n") {
		return extra{}, false
	}
	fields, err := parseObject(data)
	if err != nil || len(fields) != 2 {
		return extra{}, false
	}
	key, named := fields.text("key")
	entry, held := fields.text("entry")
	again, err := json.Marshal(extra{Key: key, Entry: entry})
	return extra{Key: key, Entry: entry}, named && held && err == nil && bytes.Equal(again, data)
}

// openNote reads the checkpoint at the end of a proof.
func (c *check) openNote(note string) error {
	lines := strings.Split(note, "\n")
	if len(lines) != 6 || lines[3] != "" || lines[5] != "" {
		return finding(itemProof, "does not end with a checkpoint")
	}
	if reason := c.key.signed(lines[:3], lines[4]); reason != "" {
		return finding(itemProof, "its checkpoint: %s", reason)
	}
	var err error
	if c.point, err = readCheckpoint(itemProof, lines[:3]); err != nil {
		return err
	}
	c.summary.Case, c.summary.Root, c.summary.Entries = c.point.caseID, c.point.root, c.point.size
	return nil
}

// checkInclusion goes from the entry up to the root (RFC 9162 §2.1.3.2).
func (c *check) checkInclusion(lines []string, entry []byte) error {
	text, ok := strings.CutPrefix(lines[0], "index ")
	index, err := strconv.ParseInt(text, 10, 64)
	if !ok || err != nil || index < 0 || index >= c.point.size || strconv.FormatInt(index, 10) != text {
		return finding(itemProof, "its index is not that of an entry")
	}
	item := entryName(index + 1)
	root, ok := c.climb(index, sha256.Sum256(append([]byte{0}, entry...)), lines[1:])
	if !ok {
		return finding(item, "its path to the root is malformed")
	}
	if hex.EncodeToString(root[:]) != c.point.root {
		return finding(item, "does not lead to the root the checkpoint signs")
	}
	return c.readProved(item, index+1, entry)
}

// climb hashes a leaf with the hashes beside its path, from the bottom up. It
// fails when there are more or fewer of them than the tree is high.
func (c *check) climb(at int64, hash [sha256.Size]byte, lines []string) ([sha256.Size]byte, bool) {
	last := c.point.size - 1
	for _, line := range lines {
		raw, err := strict64.DecodeString(line)
		if err != nil || len(raw) != sha256.Size || strings.Contains(line, "\r") || last == 0 {
			return hash, false
		}
		other := [sha256.Size]byte(raw)
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

func (c *check) readProved(item string, seq int64, entry []byte) error {
	fields, err := parseObject(entry)
	if err != nil {
		return finding(item, "%v", err)
	}
	w := &walk{c: c, pace: 1}
	if err := w.checkFrame(seq, fields); err != nil {
		return err
	}
	proved := &Proved{Seq: seq, Kind: w.last.kind, At: string(w.last.at)}
	if blob, ok := w.inner.inner(fields, "blob"); ok {
		proved.SHA256, _ = blob.text("sha256")
	}
	c.summary.Proved = proved
	return nil
}

// checkExhibit compares a file with the one the entry took in.
func (c *check) checkExhibit() error {
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
		return finding(filepath.Base(path), "has the SHA-256 %s, which is not the file %s took in", sum, entryName(c.summary.Proved.Seq))
	}
	return nil
}
