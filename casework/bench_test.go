package casework_test

import (
	"slices"
	"strconv"
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// BenchmarkRecordContact records a message in a case that has few, and in one that has
// thousands. Only the ratio of the two is meaningful.
func BenchmarkRecordContact(b *testing.B) {
	for _, count := range []int{50, 3000} {
		b.Run(strconv.Itoa(count), func(b *testing.B) {
			rig := casetest.New(b)
			view := rig.FileCase(b)
			draft := journal.Draft{
				Kind: recovery.EntryContactRecorded, At: rig.Now(), Actor: recovery.System,
				Facts: map[string]any{"counterpart_id": view.Counterparts[0].ID, "breaches": []recovery.Code{recovery.CodeContactLimit}},
			}
			if _, err := rig.Store.AppendEntries(b.Context(), view.ID, false, slices.Repeat([]journal.Draft{draft}, count)...); err != nil {
				b.Fatal(err)
			}
			var took []time.Duration
			for b.Loop() {
				at, began := rig.Now(), time.Now()
				_, err := rig.TakeAction(b.Context(), rig.As(recovery.RoleClaimant), view.ID, recovery.ActionBody{
					Action: recovery.RecordContact, Channel: recovery.ByWeChat, Text: sane, CounterpartID: view.Counterparts[0].ID, SentAt: &at,
				})
				if err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		})
	}
}

// BenchmarkCorrect corrects the first return of a case that has few steps, and of one that
// has thousands. Only the ratio of the two is meaningful.
func BenchmarkCorrect(b *testing.B) {
	for _, count := range []int{50, 2000} {
		b.Run(strconv.Itoa(count), func(b *testing.B) {
			rig := casetest.New(b)
			view := rig.FileCase(b)
			acts := []recovery.ActionBody{
				{Action: recovery.RecordReturn, Channel: recovery.ByWeChat},
				{Action: recovery.RecordContact, Channel: recovery.ByWeChat, Text: sane, CounterpartID: view.Counterparts[0].ID},
				{Action: recovery.RecordResponse, Kind: string(recovery.Promised), CounterpartID: view.Counterparts[0].ID},
			}
			take := func(body recovery.ActionBody) {
				if _, err := rig.TakeAction(b.Context(), rig.As(recovery.RoleClaimant), view.ID, body); err != nil {
					b.Fatal(err)
				}
			}
			for i := range count {
				body, at := acts[i%len(acts)], rig.Now()
				switch body.Action {
				case recovery.RecordReturn:
					body.Amount, body.At = fen(1), &at
				case recovery.RecordContact:
					body.SentAt = &at
				default:
					body.At = &at
				}
				take(body)
			}
			var took []time.Duration
			amount := recovery.Money(1)
			for b.Loop() {
				amount = amount%100 + 1
				began := time.Now()
				take(recovery.ActionBody{
					Action: recovery.Correct, Seq: 2, Reason: "记错了", Replacement: &recovery.ActionBody{Amount: fen(amount + 1)},
				})
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
		})
	}
}

// BenchmarkCountRequest counts the requests of one account: those that were counted in
// advance, and with a statement for each.
func BenchmarkCountRequest(b *testing.B) {
	for name, settings := range map[string]string{"in-advance": "staff_requests=900000000/day", "each": "staff_requests=9/minute"} {
		b.Run(name, func(b *testing.B) {
			rig := casetest.New(b, casetest.Limits(b, settings))
			ahead := rig.Now()
			for b.Loop() {
				if name == "each" { // every request is the first of its minute
					ahead = ahead.Add(time.Minute)
					rig.SetClock(ahead)
				}
				if err := rig.AllowAccount(b.Context(), rig.Actor(recovery.RoleAgent), false); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
