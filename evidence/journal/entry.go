package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"recourse/recovery"
)

// Format is the version of the entry's JSON; verifiers refuse what they do not
// know.
const Format = 1

// SaltSize is the number of random bytes before a committed value.
const SaltSize = 16

// Collector says with what an entry was made (证据规定 93(1), (2)): the program,
// its version, and the device as it named itself.
type Collector struct {
	Tool    string `json:"tool"`
	Version string `json:"version"`
	Device  string `json:"device,omitempty"`
}

// Blob points to a file by its content.
type Blob struct {
	SHA256    string `json:"sha256"`
	Size      int64  `json:"size"`
	MediaType string `json:"media_type"`
}

// Draft is what somebody wants written. Facts are stated openly; Personal
// values become commitments.
type Draft struct {
	Kind      recovery.EntryKind
	At        time.Time  // received by us
	ClaimedAt *time.Time // by the word of the actor
	Actor     recovery.Actor
	Collector Collector
	Facts     map[string]any
	Personal  map[string]string
	Blob      *Blob
	Pace      int    // stated when above 1
	Key       string // one entry per case and key, however often it is asked for
}

// Entry is the exact shape of an entry's JSON. Times are RFC 3339 in UTC.
type Entry struct {
	Format      int                `json:"v"`
	Case        recovery.CaseID    `json:"case"`
	Seq         int64              `json:"seq"` // from 1
	Kind        recovery.EntryKind `json:"kind"`
	At          string             `json:"at"`
	ClaimedAt   string             `json:"claimed_at,omitempty"`
	Actor       recovery.Actor     `json:"actor"`
	Collector   Collector          `json:"collector"`
	Facts       map[string]any     `json:"facts,omitempty"`
	Blob        *Blob              `json:"blob,omitempty"`
	Commitments map[string]string  `json:"commitments,omitempty"` // path → hex SHA-256(salt ‖ value)
	Pace        int                `json:"pace,omitempty"`
	Prev        string             `json:"prev"` // hex root of the tree before this entry
}

// Value is a personal value kept beside the journal, so that it can be erased
// while the commitment stays.
type Value struct {
	Path  string
	Value string
	Salt  []byte
}

// Record is an entry as it is stored: the bytes that were hashed, the leaf hash
// and the values beside it.
type Record struct {
	Seq    int64
	Kind   recovery.EntryKind
	At     time.Time
	Key    string
	Bytes  []byte
	Hash   [32]byte // RFC 6962 leaf hash of Bytes
	Values []Value
}

// timeForm keeps every instant at microseconds in UTC, as PostgreSQL does.
const timeForm = "2006-01-02T15:04:05.000000Z"

// Append writes a draft as the next entry of a case and advances the head. The
// randomness salts the commitments.
func Append(head *Head, id recovery.CaseID, draft Draft, random io.Reader) (Record, error) {
	entry := Entry{
		Format: Format, Case: id, Seq: head.next(), Kind: draft.Kind,
		At: draft.At.UTC().Format(timeForm), Actor: draft.Actor, Collector: draft.Collector,
		Facts: draft.Facts, Blob: draft.Blob, Prev: head.RootHex(),
	}
	if draft.ClaimedAt != nil {
		entry.ClaimedAt = draft.ClaimedAt.UTC().Format(timeForm)
	}
	if draft.Pace > 1 {
		entry.Pace = draft.Pace
	}
	values, err := commit(&entry, draft.Personal, random)
	if err != nil {
		return Record{}, err
	}
	raw, err := json.Marshal(entry)
	if err != nil {
		return Record{}, fmt.Errorf("journal entry: %w", err)
	}
	hash, err := head.add(raw)
	if err != nil {
		return Record{}, err
	}
	return Record{
		Seq: entry.Seq, Kind: entry.Kind, At: draft.At.UTC(), Key: draft.Key, Bytes: raw, Hash: hash, Values: values,
	}, nil
}

func commit(entry *Entry, personal map[string]string, random io.Reader) ([]Value, error) {
	if len(personal) == 0 {
		return nil, nil
	}
	entry.Commitments = make(map[string]string, len(personal))
	values := make([]Value, 0, len(personal))
	for path, value := range personal {
		salt := make([]byte, SaltSize)
		if _, err := io.ReadFull(random, salt); err != nil {
			return nil, fmt.Errorf("salt: %w", err)
		}
		entry.Commitments[path] = Commitment(salt, value)
		values = append(values, Value{Path: path, Value: value, Salt: salt})
	}
	return values, nil
}

// Commitment is hex SHA-256(salt ‖ value).
func Commitment(salt []byte, value string) string {
	hash := sha256.New()
	hash.Write(salt)
	hash.Write([]byte(value))
	return hex.EncodeToString(hash.Sum(nil))
}

// Parse reads the bytes of a stored entry for showing it.
func Parse(raw []byte) (Entry, error) {
	var entry Entry
	if err := json.Unmarshal(raw, &entry); err != nil {
		return Entry{}, fmt.Errorf("journal entry: %w", err)
	}
	return entry, nil
}
