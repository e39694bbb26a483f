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

// Finding is the first error found. Item is a file of the bag ("dossier.pdf",
// "data/journal/values.json"), an entry ("entry 17"), a value of an entry
// ("entry 3 value claimant.name"), or the verified file if it is not a bag.
type Finding struct { //nolint:errname // "finding" is the term that reports use
	Item   string `json:"item"`
	Reason string `json:"reason"`
}

// Error implements error.
func (f *Finding) Error() string { return f.Item + ": " + f.Reason }

func newFinding(item, format string, args ...any) error {
	return &Finding{Item: item, Reason: fmt.Sprintf(format, args...)}
}

// Summary describes a verified file. Digests are lower-case hex SHA-256. Times are
// RFC 3339 in UTC by the installation's own clock, which proves nothing to others.
type Summary struct {
	Number      string `json:"number"`
	Case        string `json:"case"`
	Audience    string `json:"audience"`
	Generator   string `json:"generator"`
	Custodian   string `json:"custodian"`
	At          string `json:"at"`            // when the export was requested
	LastEntryAt string `json:"last_entry_at"` // time of the newest entry the checkpoint covers
	Pace        int64  `json:"pace"`          // above 1: accelerated time, a development case
	Entries     int64  `json:"entries"`
	Values      int64  `json:"values"` // disclosed personal values, each matching its commitment
	Hidden      int64  `json:"hidden"` // commitments without a value: redacted or erased
	Originals   int    `json:"originals"`
	// WithheldEntries are the entries of which the bag has only the hash.
	WithheldEntries int64  `json:"withheld_entries,omitempty"`
	Withheld        int    `json:"withheld"` // originals not given to this audience
	Shown           int    `json:"shown"`    // copies that replace some of the withheld originals
	Bytes           int64  `json:"bytes"`    // total of all files, uncompressed
	Root            string `json:"root"`
	Fingerprint     string `json:"fingerprint"` // of the payload, as printed on the dossier's cover
	KeyName         string `json:"key_name"`
	KeyFingerprint  string `json:"key_fingerprint"`
	KeyExpected     bool   `json:"key_expected"` // the key matches Options.Key
	Sealed          bool   `json:"sealed"`       // the key signed every file, including the dossier

	Corrections []Correction `json:"corrections,omitempty"` // entries that correct earlier ones, in order
	Erasure     *Erasure     `json:"erasure,omitempty"`     // nil if the journal has no erasure
	Keys        int          `json:"keys,omitempty"`        // number of keys in the key history
	Checkpoints int          `json:"checkpoints,omitempty"` // earlier checkpoints, consistent with the journal
	Stamps      int          `json:"stamps,omitempty"`      // checkpoints with a time stamp
	Stamp       *Stamp       `json:"stamp,omitempty"`       // of the checkpoint or of a PDF's seal; nil if there is none
	SupersetOf  string       `json:"superset_of,omitempty"` // fingerprint of the earlier bag that this one contains
	Proved      *ProvedEntry `json:"proved,omitempty"`      // for a proof: its entry; Entries and Root are those of the checkpoint
	PDF         *SealedPDF   `json:"pdf,omitempty"`         // for a sealed PDF; apart from it only Bytes and Stamp are set
}

// Options are requirements beyond a consistent file.
type Options struct {
	// Key is the key that must have signed the bag: a verifier key
	// ("name+hash+base64") or the 64 hex digits of its fingerprint, obtained
	// from a source other than the bag. Empty accepts any key; then only a
	// comparison of Summary.KeyFingerprint detects a bag that was forged
	// completely with a new key. For a sealed PDF, Key is the fingerprint of the
	// root certificate or of the signer's certificate.
	Key string // Authority is the hex SHA-256 of a certificate in the chain of every time
	// stamp, obtained from a source other than the file. Empty accepts any
	// authority.
	Authority string
	// Exhibit is the path of a file that must be the one recorded by the entry
	// of a proof.
	Exhibit string

	earlier   *Summary        // a bag that this one must contain
	collector *proofCollector // set while a proof is made
}

// File verifies a bag, a sealed PDF or a proof. The error is a *Finding if the
// file is wrong, and another error if it could not be read.
func File(path string) (Summary, error) { return Options{}.File(path) }

// File verifies a bag, a sealed PDF or a proof against these options.
func (o Options) File(path string) (Summary, error) {
	file, err := os.Open(path)
	if err != nil {
		return Summary{}, fmt.Errorf("verify: %w", err)
	}
	defer func() { _ = file.Close() }() // read only
	info, err := file.Stat()
	if err != nil {
		return Summary{}, fmt.Errorf("verify: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Summary{}, newFinding(filepath.Base(path), "not a file")
	}
	return o.verifyAny(filepath.Base(path), file, info.Size())
}

// Reader verifies size bytes of r like File.
func (o Options) Reader(r io.ReaderAt, size int64) (Summary, error) {
	return o.verifyAny("bag.zip", r, size)
}

// verifyAny chooses the verifier by the first bytes of the file.
func (o Options) verifyAny(name string, r io.ReaderAt, size int64) (Summary, error) {
	head := make([]byte, min(size, int64(len(proofHeader))))
	if _, err := r.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return Summary{}, fmt.Errorf("verify: %w", err)
	}
	if bytes.HasPrefix(head, []byte("%PDF-")) {
		return o.verifyPDF(name, r, size)
	}
	if string(head) == proofHeader {
		return o.verifyProof(r, size)
	}
	box, err := openContainer(name, r, size)
	if err != nil {
		return Summary{}, err
	}
	c := &verification{container: box, options: o}
	if err := c.runSteps(); err != nil {
		return Summary{}, err
	}
	return c.summary, nil
}

// verification is the state of verifying one bag. Each step may rely on the steps
// before it.
type verification struct {
	container          *container
	options            Options
	layout             layout
	key                key
	keyPeriods         []keyPeriod // from the key history
	keyIndex           int         // index in keyPeriods of the key that signed the checkpoint
	checkpoint         checkpoint
	earlierCheckpoints []earlierCheckpoint
	roots              []*x509.Certificate // trust anchors of time stamps
	caseInfo           caseInfo
	snapshot           *caseSnapshot     // nil if the bag has none
	digests            map[string]string // SHA-256 by path, of the files read completely
	summary            Summary
}

func (c *verification) runSteps() error {
	c.digests = map[string]string{}
	steps := []func() error{
		c.checkLayout, c.checkKey, c.checkHistory, c.checkExpectedKey, c.checkCheckpoint, c.checkEarlierCheckpoints, c.checkEarlierBag,
		c.checkCaseFile, c.checkSnapshot, c.checkJournal, c.checkPayload, c.checkTagFiles, c.checkSeal,
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	c.summary.Bytes = c.container.total
	return nil
}

// readSmall reads a file of at most limit bytes into memory.
func (c *verification) readSmall(path string, limit int64) ([]byte, error) {
	if size := c.container.members[path].size; size > limit {
		return nil, newFinding(path, "%d bytes; at most %d are allowed", size, limit)
	}
	r, err := c.container.openMember(path)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// isDigest reports whether text is lower-case hex of 32 bytes.
func isDigest(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return len(text) == 64
}
