package worker_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"recourse/activities"
	"recourse/evidence/journal"
	sealing "recourse/evidence/seal"
	"recourse/evidence/seal/sealtest"
	"recourse/recovery"
	"recourse/worker"
)

// moody is an authority that is away at first.
type moody struct {
	sealing.Stamper
	asked atomic.Int64
}

func (m *moody) Stamp(ctx context.Context, digest [32]byte, notBefore time.Time) (sealing.Stamp, error) {
	if m.asked.Add(1) == 1 {
		return sealing.Stamp{}, recovery.Faultf(recovery.CodeUnavailable, "away")
	}
	return m.Stamper.Stamp(ctx, digest, notBefore)
}

// counting says how many checkpoints were due each time.
type counting struct {
	activities.StampRecord
	claims chan int
}

func (c counting) ClaimStamps(ctx context.Context, limit int, _ time.Duration) ([]journal.PendingStamp, error) {
	due, err := c.StampRecord.ClaimStamps(ctx, limit, 0) // due again at once
	c.claims <- len(due)
	return due, err
}

// TestStampsRun: an authority that is away is asked again, and nothing is asked
// for once all is stamped.
func TestStampsRun(t *testing.T) {
	t.Parallel()
	office := newOffice(t)
	if _, err := office.store.AppendEntries(t.Context(), office.c.ID, true, office.entry("signed")); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	claims, ended := make(chan int), make(chan error, 1)
	authority := &moody{Stamper: sealtest.NewStampClient(t, sealtest.StartAuthority(t))}
	c := dial(t, env{"TEMPORAL_ADDRESS": unusedAddress})
	parts := worker.Parts{Stamps: &worker.Stamps{
		Work: &activities.Stamps{Record: counting{office.store, claims}, Stamper: authority}, Interval: time.Millisecond,
	}}
	go func() { ended <- worker.Run(ctx, c, parts) }()
	for i, want := range []int{1, 1, 0} {
		if got := <-claims; got != want {
			t.Errorf("round %d: %d due, want %d", i, got, want)
		}
	}
	cancel()
	for running := true; running; {
		select {
		case err := <-ended:
			if running = false; err != nil {
				t.Error(err)
			}
		case <-claims:
		}
	}
	checkpoint, found, err := office.store.LatestCheckpoint(t.Context(), office.c.ID)
	if err != nil || !found || checkpoint.StampedAt == nil || authority.asked.Load() != 2 {
		t.Errorf("%+v, asked %d times (%v)", checkpoint, authority.asked.Load(), err)
	}
}
