package folio

import (
	"io"
	"time"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// Folio is everything a dossier and a bag are made of: the case at one
// checkpoint, for one audience. The same folio gives the same bytes.
type Folio struct {
	Case     recovery.Case
	Audience recovery.Audience
	// Counterpart is the one counterpart that the papers are for and about; "" for all.
	Counterpart recovery.CounterpartID
	At          time.Time // when the export was requested, UTC
	Entries     []Entry   // all entries the checkpoint covers, in order
	// Background are all entries in plain form, also the withheld ones, without personal
	// values. Sums and time limits are computed from them; they are never printed.
	Background []journal.Entry
	Exhibits   []Exhibit // in order of their journal entries
	Missing    []string  // what a complete dossier would hold, in Chinese
	Checkpoint string    // signed note over exactly len(Entries) entries
	Root       string    // hex root the checkpoint signs
	Key        string    // verifier key "name+hash+base64" of the checkpoint
	Generator  string    // "recourse 0.1.0"
	Custodian  string    // who runs this installation, as the papers name them
	Papers     *Papers   // for the legal papers; nil leaves their blanks open

	// Seal signs the text that covers every file of the bag, with the key of the
	// checkpoint (journal.Signer.Seal). Without it the bag has no seal.
	Seal func(text string) (note string, err error)

	Keys    string       // history of the checkpoint keys (journal.Keyring.History)
	Earlier []Checkpoint // made at the ends of stages, by size, each smaller than len(Entries)
	Stamp   *Stamp       // of Checkpoint; nil: none
	Roots   []byte       // PEM of the certificates the stamps lead to (seal.Stamper.Roots)

	// SealedBy is the common name of the certificate the PDF will be sealed
	// with, or "". Development marks a certificate without legal effect; the
	// papers must print seal.DevelopmentNotice then.
	SealedBy    string
	Development bool
}

// Checkpoint is an earlier signed note of the same journal.
type Checkpoint struct {
	Size  int64 // entries it covers
	Note  string
	Stamp *Stamp // nil: none
}

// Stamp is a time stamp of an outside authority (RFC 3161): proof that a
// checkpoint existed at a time.
type Stamp struct {
	Token []byte    // DER, over the SHA-256 of the whole signed note
	At    time.Time // time in the token, UTC
}

// Entry is one journal entry: its exact bytes, the parsed form, and the personal
// values this audience may see.
type Entry struct {
	Raw    []byte
	Hash   [32]byte
	Parsed journal.Entry
	Values []journal.Value
	// Masked are free texts without the personal data in them, by path. The papers print
	// them; they match no commitment, so the bag does not contain them.
	Masked map[string]string
	// Withheld is set for an entry that this audience may not read. Everything else is
	// then empty, except Hash, which proves the place of the entry in the journal.
	Withheld bool
}

// Value returns a personal value by its path, as this audience may read it; "" if it is
// redacted or erased.
func (e Entry) Value(path string) string {
	for _, value := range e.Values {
		if value.Path == path {
			return value.Value
		}
	}
	return e.Masked[path]
}

// Exhibit is one original. Open streams its bytes; the caller closes the stream.
//
// The papers name a withheld exhibit and the reason, nothing more. Its Open may
// be nil, and the papers must not contain its bytes.
type Exhibit struct {
	recovery.Evidence
	Open     func() (io.ReadCloser, error)
	Withheld bool

	// NoSafeCopy is set when the exhibit is withheld because there is no copy of it
	// without personal data. Others are withheld altogether, or were erased.
	NoSafeCopy bool

	// NotIndependentOf names exhibits that prove the same as this one: near
	// duplicates, or other pictures of the same screen.
	NotIndependentOf []recovery.EvidenceID

	// Stills is the sheet of stills of a film, or the wave form of a sound, for an audience
	// that gets the original; nil if there is none.
	Stills *Copy

	// Copy replaces the original, in the bag and on its page, for an audience that may
	// not have the original. Open is then nil.
	Copy *Copy
}

// StillsCopy is the kind of a Stills, as named in the journal. Nobody gets it instead of the
// original: the people in a film cannot be masked.
const StillsCopy = "stills"

// Copy is a derivative of an original. Its own journal entry (evidence_derived)
// names both.
type Copy struct {
	SHA256    string
	Size      int64
	MediaType string
	Open      func() (io.ReadCloser, error)
}
