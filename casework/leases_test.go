package casework_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// secondService is another process on the same database.
func secondService(t testing.TB, rig *casetest.Fixture, option casetest.Option) *casework.Service {
	t.Helper()
	parts := rig.Dependencies
	parts.Store = pgtest.Open(t, rig.URL, postgres.Options{Now: rig.Now})
	config := casework.Config{Version: "test", MarkKey: []byte("test")}
	option(&config)
	service := casework.New(parts, config)
	t.Cleanup(service.Close)
	return service
}

// TestLeases uses up a limit in two processes that count in advance: together they
// never exceed it, and reach it but for what is left of one lease. Most requests cost
// no statement.
func TestLeases(t *testing.T) {
	t.Parallel()
	table := casetest.Limits(t, "claimant_requests=640/minute,900/day")
	rig := casetest.New(t, table)
	noon := rig.SetNoon(1)
	services := []*casework.Service{rig.Service, secondService(t, rig, table)}
	use := func(tries int) int64 {
		var group sync.WaitGroup
		var accepted atomic.Int64
		for n := range tries {
			group.Go(func() {
				err := services[n%2].AllowAccount(t.Context(), rig.Actor(recovery.RoleClaimant), false)
				switch recovery.CodeOf(err) {
				case recovery.CodeRateLimited:
				default:
					if err != nil {
						t.Error(err)
					}
					accepted.Add(1)
				}
			})
		}
		group.Wait()
		return accepted.Load()
	}
	const lease = 640 / 32
	first := use(2_000)
	if first > 640 || first < 640-lease {
		t.Errorf("%d accepted in the minute, want 640 or at most %d fewer", first, lease)
	}
	rig.SetClock(noon.Add(time.Minute))
	second := use(2_000)
	if first+second > 900 || first+second < 900-2*lease {
		t.Errorf("%d accepted in the day, want 900 or at most %d fewer", first+second, 2*lease)
	}
	if third := use(10); third != 0 {
		t.Errorf("%d accepted after the limit", third)
	}
}

// TestLeaseIsExactForFew counts the requests of a slow visitor one by one: what was
// counted in advance is never more than what was used.
func TestLeaseIsExactForFew(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	rig.SetNoon(1)
	for requests, want := range map[int]int64{1: 1, 2: 3, 3: 3, 7: 7, 8: 15} {
		actor := rig.NewActor(t, recovery.RoleClaimant)
		for range requests {
			if err := rig.AllowAccount(t.Context(), actor, false); err != nil {
				t.Fatal(err)
			}
		}
		if counted := rig.CountRows(t, "generate_series(1, (select sum(uses) from usage_counters where key = $1))", "account:"+string(actor.ID)); int64(counted) != want {
			t.Errorf("%d requests: %d counted, want %d", requests, counted, want)
		}
	}
}

// TestAutomaticChangesHaveNoLimit acts as the system and as the operator.
func TestAutomaticChangesHaveNoLimit(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t, casetest.Limits(t, "all=1/day"))
	for range 3 {
		for _, actor := range []recovery.Actor{recovery.System, casework.Operator} {
			if err := rig.AllowAccount(t.Context(), actor, true); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestReservedLeaseAfterCancel cancels a request while it counts: the next one is
// served.
func TestReservedLeaseAfterCancel(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if err := rig.AllowAccount(cancelled, rig.Actor(recovery.RoleAgent), false); err == nil {
		t.Error("counted after the request was cancelled")
	}
	if err := rig.AllowAccount(t.Context(), rig.Actor(recovery.RoleAgent), false); err != nil {
		t.Error(err)
	}
}
