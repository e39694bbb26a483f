package recovery

import "time"

// Token is an API token of an account, without its secret.
type Token struct {
	ID         string // names it to people
	UserID     UserID
	Note       string // what it is for
	CreatedAt  time.Time
	ExpiresAt  *time.Time // nil: never
	LastUsedAt *time.Time // to the minute; nil: never used
	RevokedAt  *time.Time
}
