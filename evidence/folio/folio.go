package folio

import (
	"io"
	"time"

	"recourse/evidence/journal"
	"recourse/recovery"
)

// Folio is everything a dossier and a bag are made of: the case as it stood at
// one checkpoint, for one audience. The same folio gives the same bytes.
type Folio struct {
	Case       recovery.Case
	Audience   recovery.Audience
	At         time.Time // when the export was asked for, UTC
	Entries    []Entry   // all entries the checkpoint covers, in order
	Exhibits   []Exhibit // in order of their journal entries
	Missing    []string  // what a complete dossier would hold, in Chinese
	Checkpoint string    // signed note over exactly len(Entries) entries
	Root       string    // hex root the checkpoint signs
	Key        string    // verifier key "name+hash+base64" of the checkpoint
	Generator  string    // "recourse 0.1.0"
	Custodian  string    // who runs this installation, as the papers name them
	Papers     *Papers   // for the legal papers; nil leaves their blanks open

	// Seal signs the text that covers every file of the bag, with the key of the
	// checkpoint (journal.Signer.Seal). Nil makes a bag without a seal.
	Seal func(text string) (note string, err error)

	Keys    string       // history of the checkpoint keys (journal.Keyring.History)
	Earlier []Checkpoint // at the ends of stages, by size, each smaller than len(Entries)
	Stamp   *Stamp       // outside time of Checkpoint; nil: none
	Roots   []byte       // PEM of the certificates the stamps lead to (seal.Stamper.Roots)

	// SealedBy is the common name of the certificate the PDF will be sealed
	// with, "" when with none. Development tells one of no legal effect, and the
	// papers must say so (seal.DevelopmentNotice).
	SealedBy    string
	Development bool
}

// Checkpoint is an earlier signed note of the same journal.
type Checkpoint struct {
	Size  int64 // entries it covers
	Note  string
	Stamp *Stamp // nil: no outside time
}

// Stamp is an authority's word (RFC 3161) that a checkpoint existed at a time.
type Stamp struct {
	Token []byte    // DER, over the SHA-256 of the whole signed note
	At    time.Time // as the token says, UTC
}

// Entry is one journal entry: its exact bytes, the same parsed, and those of
// its personal values this audience may see.
type Entry struct {
	Raw    []byte
	Hash   [32]byte
	Parsed journal.Entry
	Values []journal.Value
}

// Value gives a personal value by its path, or "" when it is masked or erased.
func (e Entry) Value(path string) string {
	for _, value := range e.Values {
		if value.Path == path {
			return value.Value
		}
	}
	return ""
}

// Exhibit is one original. Open streams its bytes; the caller closes.
//
// A withheld exhibit is named in the papers with the reason and nothing more:
// its Open may be nil, and no bytes of it may leave with them.
type Exhibit struct {
	recovery.Evidence
	Open     func() (io.ReadCloser, error)
	Withheld bool
	Why      string // why it is withheld, in Chinese; empty: to protect personal data

	// NotIndependentOf names exhibits this one adds nothing to as proof: near
	// duplicates, or another picture of the same screen.
	NotIndependentOf []recovery.EvidenceID

	// Copy goes with the papers in the place of the original, which tells more
	// than its picture: where it was taken, or by whom. The pages are set from
	// Open all the same, which prints no metadata.
	Copy *Copy
}

// Copy is a derivative of an original with a journal entry of its own
// (evidence_derived), which names both.
type Copy struct {
	SHA256    string
	Size      int64
	MediaType string
	Open      func() (io.ReadCloser, error)
}
