package evidence

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
}
