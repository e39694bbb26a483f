package activities

import (
	"context"
	"crypto/sha256"
	"errors"
	"time"

	"recourse/evidence/journal"
	"recourse/evidence/seal"
	"recourse/loop"
	"recourse/postgres"
	"recourse/recovery"
)

// StampRecord is the part of the database that time stamping needs.
type StampRecord interface {
	ClaimStamps(ctx context.Context, limit int, lease time.Duration) ([]journal.PendingStamp, error)
	StoreStamp(ctx context.Context, id recovery.CaseID, size int64, token []byte, at time.Time) (journal.Checkpoint, error)
	RecordFailure(ctx context.Context, kind, item string) (setAside bool, err error)
}

// StampsLoop is the name of the loop that requests time stamps.
const StampsLoop = "stamps"

// Stamps requests time stamps for checkpoints from an authority (RFC 3161). It is
// not an activity, so that an authority that is down causes no retries in Temporal.
type Stamps struct {
	Record  StampRecord
	Stamper seal.Stamper
	Loops   *loop.Monitor // nil: nobody watches the loop
}

// maxStampWait is the longest wait for one time stamp.
const maxStampWait = 10 * time.Second

// StampBatch claims up to limit pending checkpoints and requests a time stamp for
// each; the lease must be longer than all requests can take. It returns how many
// were stamped. Failed ones become due again when the lease expires, and those whose
// reply was of no use are set aside in the end. The error is that of the database, or
// that the authority answered none of the requests.
func (s *Stamps) StampBatch(ctx context.Context, limit int, lease time.Duration) (stamped int, err error) {
	batch, err := s.Record.ClaimStamps(ctx, limit, lease)
	if err != nil {
		return 0, err
	}
	answered := 0
	for _, due := range batch {
		failure := s.Loops.Protect(ctx, StampsLoop, func(ctx context.Context) error {
			_, err := s.StampCheckpoint(ctx, due)
			return err
		})
		switch {
		case ctx.Err() != nil:
			return stamped, ctx.Err()
		case failure == nil:
			stamped++
			answered++
		case isOfItem(failure):
			answered++
			if err := s.recordFailure(ctx, due, failure); err != nil {
				return stamped, err
			}
		default:
			s.Loops.CountFailure(StampsLoop)
			err = failure
		}
	}
	if answered > 0 {
		return stamped, nil
	}
	return 0, err
}

// isOfItem reports whether a checkpoint failed because of what was answered to it. An
// authority that does not answer is no reason to set a checkpoint aside.
func isOfItem(failure error) bool {
	_, panicked := errors.AsType[*loop.PanicError](failure)
	return panicked || errors.Is(failure, seal.ErrUnusableReply)
}

func (s *Stamps) recordFailure(ctx context.Context, due journal.PendingStamp, cause error) error {
	item := postgres.StampItem(due.CaseID, due.Size)
	return s.Loops.FailItem(ctx, StampsLoop, item, cause, func(ctx context.Context) (bool, error) {
		return s.Record.RecordFailure(ctx, postgres.ItemStamp, item)
	})
}

// StampCheckpoint requests a time stamp for a checkpoint and returns the stored
// checkpoint. If it has a stamp already, that one is kept.
func (s *Stamps) StampCheckpoint(ctx context.Context, due journal.PendingStamp) (journal.Checkpoint, error) {
	stamp, err := s.Stamp(ctx, sha256.Sum256([]byte(due.Note)), due.Newest)
	if err != nil {
		return journal.Checkpoint{}, err
	}
	checkpoint, err := s.Record.StoreStamp(ctx, due.CaseID, due.Size, stamp.Token, stamp.At)
	if err == nil { // an earlier failure of this checkpoint has ended
		s.Loops.Report(ctx, StampsLoop, postgres.StampItem(due.CaseID, due.Size), nil)
	}
	return checkpoint, err
}

// Stamp implements seal.Stamper. It waits at most maxStampWait.
func (s *Stamps) Stamp(ctx context.Context, digest [32]byte, notBefore time.Time) (seal.Stamp, error) {
	ctx, cancel := context.WithTimeout(ctx, maxStampWait)
	defer cancel()
	return s.Stamper.Stamp(ctx, digest, notBefore)
}

// RootsPEM implements seal.Stamper.
func (s *Stamps) RootsPEM() []byte { return s.Stamper.RootsPEM() }
