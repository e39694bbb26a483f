package journal

import (
	"time"

	"recourse/recovery"
)

// StoredEntry is an entry as it is stored now. Record.Values are the values that
// still exist; Erased are the paths of those that were erased.
type StoredEntry struct {
	Record Record
	Erased []string
}

// Checkpoint is a signed head of a case's journal.
type Checkpoint struct {
	Size int64
	Note string    // C2SP signed note
	Root string    // hex Merkle root over Size entries
	At   time.Time // UTC

	Token     []byte     // RFC 3161 time stamp (DER) over the SHA-256 of Note; nil for none
	StampedAt *time.Time // the token's time, UTC
}

// PendingStamp is the newest checkpoint of a case without a time stamp. Its stamp
// covers every earlier checkpoint of the case.
type PendingStamp struct {
	CaseID recovery.CaseID
	Size   int64
	Note   string
	Newest time.Time // when the newest entry it covers was received, UTC
}
