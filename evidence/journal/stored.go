package journal

import (
	"time"

	"recourse/recovery"
)

// StoredEntry is an entry read from the store. Record.Values holds the values
// that still exist, Erased the paths of the erased ones.
type StoredEntry struct {
	Record  Record
	Erased  []string
	Version int64 // of the case after the change; it is not part of the hashed bytes
}

// Checkpoint is a signed state of a case's journal.
type Checkpoint struct {
	Size int64
	Note string    // C2SP signed note
	Root string    // hex root of the hash tree over Size entries
	At   time.Time // UTC

	Token     []byte     // RFC 3161 time stamp (DER) over the SHA-256 of Note; nil for none
	StampedAt *time.Time // the token's time, UTC
}

// PendingStamp is the newest checkpoint of a case that has no time stamp yet.
// Stamping it also covers every earlier checkpoint of the case.
type PendingStamp struct {
	CaseID recovery.CaseID
	Size   int64
	Note   string
	Newest time.Time // when the newest entry it covers was received, UTC
}
