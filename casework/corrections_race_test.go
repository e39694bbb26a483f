package casework_test

import (
	"sync"
	"sync/atomic"
	"testing"

	"recourse/casework/casetest"
	"recourse/recovery"
)

// TestSameCorrectionAtOnce: one of many equal corrections is written, because the others
// were decided without it.
func TestSameCorrectionAtOnce(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	now := rig.SetNoon(1)
	view := rig.FileCase(t)
	act(t, rig, recovery.RoleClaimant, view.ID, recovery.ActionBody{Action: recovery.RecordReturn, Amount: fen(10), At: &now, Channel: recovery.Cash})
	seq := findEntry(t, rig, view.ID, recovery.EntryReturnRecorded).Seq
	var written, refused atomic.Int64
	var group sync.WaitGroup
	for range 10 {
		group.Go(func() {
			_, err := rig.TakeAction(t.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
				Action: recovery.Correct, Seq: seq, Reason: "x", Replacement: &recovery.ActionBody{Amount: fen(9)},
			})
			switch recovery.CodeOf(err) {
			case recovery.CodeCorrectionRefused, recovery.CodeInvalid: // it was decided before or after the first one
				refused.Add(1)
			default:
				written.Add(1)
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	marks := readCase(t, rig, view.ID).Corrections
	if written.Load() != 1 || refused.Load() != 9 || len(marks) != 1 {
		t.Errorf("%d written, %d refused: %+v", written.Load(), refused.Load(), marks)
	}
}
