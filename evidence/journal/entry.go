package journal

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"time"

	"recourse/recovery"
)

// Format is the version of the entry's JSON. Verifiers reject other versions.
const Format = 1

// SaltSize is the length of the salt of a commitment, in bytes.
const SaltSize = 16

// Collector identifies what recorded an entry (证据规定 93(1), (2)): the program,
// its version and the name the device reported. The device may identify a person, so an
// entry only commits to it, as the value recovery.DevicePath.
type Collector struct {
	Tool    string `json:"tool"`
	Version string `json:"version"`
	Device  string `json:"-"`
}

// Blob refers to a file by its digest.
type Blob struct {
	SHA256    string `json:"sha256"`
	Size      int64  `json:"size"`
	MediaType string `json:"media_type"`
}

// Draft is an entry before it is appended. Facts are written as they are;
// Personal values are replaced by salted commitments.
type Draft struct {
	Kind      recovery.EntryKind
	At        time.Time  // when the server received it
	ClaimedAt *time.Time // when it happened, according to the actor
	Actor     recovery.Actor
	Collector Collector
	Facts     map[string]any
	Personal  map[string]string
	Blob      *Blob
	Pace      int    // written only when above 1
	Key       string // idempotency key: at most one entry per case and key
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

// Value is a personal value. It is stored outside the entry, so that it can be
// erased while the commitment in the entry remains.
type Value struct {
	Path  string
	Value string
	Salt  []byte
}

// Record is an entry ready to store: the exact bytes, their leaf hash and the
// personal values.
type Record struct {
	Seq    int64
	Kind   recovery.EntryKind
	At     time.Time
	Key    string
	Bytes  []byte
	Hash   [32]byte // RFC 6962 leaf hash of Bytes
	Values []Value
}

// timeLayout writes microseconds, the precision of PostgreSQL.
const timeLayout = "2006-01-02T15:04:05.000000Z"

// AppendEntry makes draft the next entry of a case and advances head. It reads
// the salts of the commitments from random.
func AppendEntry(head *Head, id recovery.CaseID, draft Draft, random io.Reader) (Record, error) {
	entry := Entry{
		Format: Format, Case: id, Seq: head.nextSequence(), Kind: draft.Kind,
		At: draft.At.UTC().Format(timeLayout), Actor: draft.Actor, Collector: draft.Collector,
		Facts: draft.Facts, Blob: draft.Blob, Prev: head.RootHex(),
	}
	if draft.ClaimedAt != nil {
		entry.ClaimedAt = draft.ClaimedAt.UTC().Format(timeLayout)
	}
	if draft.Pace > 1 {
		entry.Pace = draft.Pace
	}
	values, err := commitValues(&entry, draft.personalValues(), random)
	if err != nil {
		return Record{}, err
	}
	raw, err := json.Marshal(entry)
	if err != nil {
		return Record{}, fmt.Errorf("journal entry: %w", err)
	}
	hash, err := head.appendLeaf(raw)
	if err != nil {
		return Record{}, err
	}
	return Record{
		Seq: entry.Seq, Kind: entry.Kind, At: draft.At.UTC(), Key: draft.Key, Bytes: raw, Hash: hash, Values: values,
	}, nil
}

// personalValues returns the personal values of a draft, with the collecting device.
func (d Draft) personalValues() map[string]string {
	if d.Collector.Device == "" {
		return d.Personal
	}
	values := map[string]string{recovery.DevicePath: d.Collector.Device}
	maps.Copy(values, d.Personal)
	return values
}

// commitValues replaces each personal value by a salted commitment in entry, and
// returns the values with their salts.
func commitValues(entry *Entry, personal map[string]string, random io.Reader) ([]Value, error) {
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
		entry.Commitments[path] = ComputeCommitment(salt, value)
		values = append(values, Value{Path: path, Value: value, Salt: salt})
	}
	return values, nil
}

// ComputeCommitment returns hex SHA-256(salt ‖ value).
func ComputeCommitment(salt []byte, value string) string {
	hash := sha256.New()
	hash.Write(salt)
	hash.Write([]byte(value))
	return hex.EncodeToString(hash.Sum(nil))
}

// ParseEntry parses the bytes of a stored entry. It does not verify them.
func ParseEntry(raw []byte) (Entry, error) {
	var entry Entry
	if err := json.Unmarshal(raw, &entry); err != nil {
		return Entry{}, fmt.Errorf("journal entry: %w", err)
	}
	return entry, nil
}
