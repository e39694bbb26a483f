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

// StampRecord is the part of the database that time stamping needs.
type StampRecord interface {
	ClaimStamps(ctx context.Context, limit int, lease time.Duration) ([]journal.PendingStamp, error)
	StoreStamp(ctx context.Context, id recovery.CaseID, size int64, token []byte, at time.Time) (journal.Checkpoint, error)
}

// Stamps requests time stamps for checkpoints from an authority (RFC 3161). It is
// not an activity, so that an authority that is down causes no retries in Temporal.
type Stamps struct {
	Record  StampRecord
	Stamper seal.Stamper
}

// maxStampWait is the longest wait for one time stamp.
const maxStampWait = 10 * time.Second

// StampBatch claims up to limit pending checkpoints and requests a time stamp for
// each; the lease must be longer than all requests can take. It returns how many
// were stamped. Failed ones become due again when the lease expires. The error
// joins *recovery.Fault with CodeUnavailable.
func (s *Stamps) StampBatch(ctx context.Context, limit int, lease time.Duration) (stamped int, err error) {
	batch, err := s.Record.ClaimStamps(ctx, limit, lease)
	if err != nil {
		return 0, err
	}
	for _, due := range batch {
		if ctx.Err() != nil {
			break
		}
		_, failure := s.StampCheckpoint(ctx, due)
		if failure == nil {
			stamped++
			continue
		}
		err = errors.Join(err, fmt.Errorf("case %s, %d entries: %w", due.CaseID, due.Size, failure))
	}
	return stamped, err
}

// StampCheckpoint requests a time stamp for a checkpoint and returns the stored
// checkpoint. If it has a stamp already, that one is kept.
func (s *Stamps) StampCheckpoint(ctx context.Context, due journal.PendingStamp) (journal.Checkpoint, error) {
	stamp, err := s.Stamp(ctx, sha256.Sum256([]byte(due.Note)), due.Newest)
	if err != nil {
		return journal.Checkpoint{}, err
	}
	return s.Record.StoreStamp(ctx, due.CaseID, due.Size, stamp.Token, stamp.At)
}

// Stamp implements seal.Stamper. It waits at most maxStampWait.
func (s *Stamps) Stamp(ctx context.Context, digest [32]byte, notBefore time.Time) (seal.Stamp, error) {
	ctx, cancel := context.WithTimeout(ctx, maxStampWait)
	defer cancel()
	return s.Stamper.Stamp(ctx, digest, notBefore)
}

// RootsPEM implements seal.Stamper.
func (s *Stamps) RootsPEM() []byte { return s.Stamper.RootsPEM() }
