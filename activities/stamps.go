package activities

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"time"

	"recourse/evidence/journal"
	"recourse/evidence/seal"
	"recourse/recovery"
)

// StampRecord is what stamping needs of the database.
type StampRecord interface {
	ClaimStamps(ctx context.Context, limit int, lease time.Duration) ([]journal.PendingStamp, error)
	PutStamp(ctx context.Context, id recovery.CaseID, size int64, token []byte, at time.Time) (journal.Checkpoint, error)
}

// Stamps asks an authority for the time of checkpoints (RFC 3161). It is no
// activity: an authority that is away must cost the engine nothing.
type Stamps struct {
	Record  StampRecord
	Stamper seal.Stamper
}

// stampWait is how long one stamp may take to come. Papers wait for no longer.
const stampWait = 10 * time.Second

// Lot claims up to limit checkpoints that wait for a stamp and asks for each;
// the lease must be longer than all of them may take. It tells how many came and
// what went wrong: what failed is due again after the lease. Errors join
// *recovery.Fault with CodeUnavailable.
func (s *Stamps) Lot(ctx context.Context, limit int, lease time.Duration) (stamped int, err error) {
	lot, err := s.Record.ClaimStamps(ctx, limit, lease)
	if err != nil {
		return 0, err
	}
	for _, due := range lot {
		if ctx.Err() != nil {
			break
		}
		_, failure := s.One(ctx, due)
		if failure == nil {
			stamped++
			continue
		}
		err = errors.Join(err, fmt.Errorf("case %s, %d entries: %w", due.CaseID, due.Size, failure))
	}
	return stamped, err
}

// One has a checkpoint stamped and gives it as it stands then: the first stamp
// stays, whoever asked for it.
func (s *Stamps) One(ctx context.Context, due journal.PendingStamp) (journal.Checkpoint, error) {
	stamp, err := s.Stamp(ctx, sha256.Sum256([]byte(due.Note)), due.Newest)
	if err != nil {
		return journal.Checkpoint{}, err
	}
	return s.Record.PutStamp(ctx, due.CaseID, due.Size, stamp.Token, stamp.At)
}

// Stamp implements seal.Stamper, and waits no longer than papers may.
func (s *Stamps) Stamp(ctx context.Context, digest [32]byte, notBefore time.Time) (seal.Stamp, error) {
	ctx, cancel := context.WithTimeout(ctx, stampWait)
	defer cancel()
	return s.Stamper.Stamp(ctx, digest, notBefore)
}

// Roots implements seal.Stamper.
func (s *Stamps) Roots() []byte { return s.Stamper.Roots() }
