package verify

import (
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Finding is the first wrong thing: Item is a file of the bag ("dossier.pdf",
// "data/journal/values.json"), an entry ("entry 17"), a value of one
// ("entry 3 value claimant.name"), or the file itself when it is no bag at all.
type Finding struct { //nolint:errname // what a verifier makes is a finding, and the word of its reports
	Item   string `json:"item"`
	Reason string `json:"reason"`
}

// Error implements error.
func (f *Finding) Error() string { return f.Item + ": " + f.Reason }

func finding(item, format string, args ...any) error {
	return &Finding{Item: item, Reason: fmt.Sprintf(format, args...)}
}

// Summary is what a bag without a finding holds. Digests are lower-case hex
// SHA-256; times are RFC 3339 in UTC by the installation's own clock, which is
// no proof of time towards others.
type Summary struct {
	Number         string `json:"number"`
	Case           string `json:"case"`
	Audience       string `json:"audience"`
	Generator      string `json:"generator"`
	Custodian      string `json:"custodian"`
	At             string `json:"at"`            // when the export was asked for
	LastEntryAt    string `json:"last_entry_at"` // of the newest entry the checkpoint covers
	Pace           int64  `json:"pace"`          // above 1: not a case of real life
	Entries        int64  `json:"entries"`
	Values         int64  `json:"values"` // personal values shown, all true to their commitments
	Hidden         int64  `json:"hidden"` // commitments without a value: masked or erased
	Originals      int    `json:"originals"`
	Withheld       int    `json:"withheld"` // originals this audience does not get
	Shown          int    `json:"shown"`    // copies in the place of some of them
	Bytes          int64  `json:"bytes"`    // of all files, unpacked
	Root           string `json:"root"`
	Fingerprint    string `json:"fingerprint"` // of the payload, as on the dossier's cover
	KeyName        string `json:"key_name"`
	KeyFingerprint string `json:"key_fingerprint"`
	KeyExpected    bool   `json:"key_expected"` // the key is the one Options.Key asked for
	Sealed         bool   `json:"sealed"`       // the key signed every file, dossier included

	Erasure     *Erasure   `json:"erasure,omitempty"`     // nil: the journal tells of none
	Keys        int        `json:"keys,omitempty"`        // in the history of keys
	Checkpoints int        `json:"checkpoints,omitempty"` // earlier ones, true to the journal
	Stamps      int        `json:"stamps,omitempty"`      // checkpoints with outside time
	Stamp       *Stamp     `json:"stamp,omitempty"`       // over the checkpoint, or over a PDF's seal; nil: no outside time
	SupersetOf  string     `json:"superset_of,omitempty"` // fingerprint of an earlier bag this one contains
	Proved      *Proved    `json:"proved,omitempty"`      // of a proof: its one entry; Entries and Root are the checkpoint's
	PDF         *SealedPDF `json:"pdf,omitempty"`         // of a sealed PDF, which has nothing of the above but Bytes and Stamp
}

// Options says what to demand beyond soundness.
type Options struct {
	// Key is the key the bag must be signed with: a verifier key
	// ("name+hash+base64") or the 64 hex digits of its fingerprint, got from
	// somewhere else than the bag. Empty accepts any key; then a bag forged as
	// a whole under a new key is told only by comparing Summary.KeyFingerprint.
	// For a sealed PDF it is the fingerprint of the root's certificate, or of
	// the signer's.
	Key string
	// Authority is the hex SHA-256 of a certificate the time stamps must lead
	// to, got from somewhere else than the file. Empty accepts any authority.
	Authority string
	// Exhibit is the path of a file that the entry of a proof must have taken in.
	Exhibit string

	earlier   *Summary   // a bag this one must contain
	collector *collector // of what a proof is made of
}

// File verifies a bag, a sealed PDF or a proof. The error is a *Finding when the file is wrong, and
// another one when it could not be read.
func File(path string) (Summary, error) { return Options{}.File(path) }

// File verifies a bag or a sealed PDF with these demands.
func (o Options) File(path string) (Summary, error) {
	file, err := os.Open(path)
	if err != nil {
		return Summary{}, fmt.Errorf("verify: %w", err)
	}
	defer func() { _ = file.Close() }() // only read from
	info, err := file.Stat()
	if err != nil {
		return Summary{}, fmt.Errorf("verify: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Summary{}, finding(filepath.Base(path), "not a file")
	}
	return o.named(filepath.Base(path), file, info.Size())
}

// Reader verifies a bag or a sealed PDF of a given size in bytes, wherever it lies.
func (o Options) Reader(r io.ReaderAt, size int64) (Summary, error) {
	return o.named("bag.zip", r, size)
}

func (o Options) named(name string, r io.ReaderAt, size int64) (Summary, error) {
	head := make([]byte, min(size, int64(len(proofMark))))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return Summary{}, fmt.Errorf("verify: %w", err)
	}
	if bytes.HasPrefix(head, []byte("%PDF-")) {
		return o.pdf(name, r, size)
	}
	if string(head) == proofMark {
		return o.proof(r, size)
	}
	box, err := openContainer(name, r, size)
	if err != nil {
		return Summary{}, err
	}
	c := &check{box: box, options: o}
	if err := c.run(); err != nil {
		return Summary{}, err
	}
	return c.summary, nil
}

// check is one verification under way; each step may rely on those before it.
type check struct {
	box      *container
	options  Options
	layout   layout
	key      key
	terms    []term // of the history of keys
	term     int    // of them, the one whose key signed the checkpoint
	point    checkpoint
	points   []earlier
	roots    []*x509.Certificate // where time stamps must lead
	about    about
	standing *standing         // of data/standing.json; nil: there is none
	sums     map[string]string // digest by path, of what has been read whole
	summary  Summary
}

func (c *check) run() error {
	c.sums = map[string]string{}
	steps := []func() error{
		c.checkLayout, c.checkKey, c.checkHistory, c.checkExpected, c.checkCheckpoint, c.checkPoints, c.checkEarlier, c.checkAbout, c.checkStanding, c.checkJournal,
		c.checkPayload, c.checkTags, c.checkSeal,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	c.summary.Bytes = c.box.total
	return nil
}

// small reads a whole file of at most limit bytes.
func (c *check) small(path string, limit int64) ([]byte, error) {
	if size := c.box.members[path].size; size > limit {
		return nil, finding(path, "%d bytes; at most %d make sense", size, limit)
	}
	r, err := c.box.open(path)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// isDigest tells lower-case hex of 32 bytes.
func isDigest(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(text) == 64
}
