package recovery

import "time"

// Link gives a counterpart access to their part of a case. The token itself is
// not stored: Hash is its SHA-256.
type Link struct {
	ID            string
	CaseID        CaseID
	CounterpartID CounterpartID
	Hash          []byte
	CreatedAt     time.Time
	ExpiresAt     time.Time
	OpenedAt      *time.Time
	RevokedAt     *time.Time
	By            Actor
}

// IsValid reports whether the link gives access at an instant.
func (l Link) IsValid(at time.Time) bool { return l.RevokedAt == nil && l.ExpiresAt.After(at) }

// LinkEnded is the error for a link that was revoked or has expired.
func LinkEnded() error {
	return Faultf(CodeLinkEnded, "This link has ended. Ask the sender for a new one.")
}
