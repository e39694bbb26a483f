package casework

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// TestBandsAreThePlaybooks: the record numbers the bands as the book names them.
func TestBandsAreThePlaybooks(t *testing.T) {
	t.Parallel()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	book, now := playbooks.Current(), time.Now()
	bands := book.AmountBands(now)
	begin := lowerBounds(bands)
	for _, amount := range []recovery.Money{0, 1, 199_99, 200_00, 499_99, 500_00, 4_999_99, 5_000_00, recovery.MaxMoney} {
		number := 0
		for number < len(begin) && begin[number] <= amount { // as width_bucket does
			number++
		}
		if got, want := bandName(bands, number), book.AmountBandName(amount, now); got != want || got == "" {
			t.Errorf("%s lies in %q, the book says %q", amount, got, want)
		}
	}
	if bandName(bands, len(bands)) != "" || bandName(nil, 0) != "" || len(lowerBounds(nil)) != 0 {
		t.Error("a band that is not there has a name")
	}
}

var fourBands = []playbook.AmountBand{{From: 0, Name: "0-200"}, {From: 200_00, Name: "200-500"}, {From: 500_00, Name: "500-5000"}, {From: 5_000_00, Name: "5000+"}}

func TestExperienceCountsEachWay(t *testing.T) {
	t.Parallel()
	known := countExperience([]recovery.OutcomeCount{
		{GroupKind: recovery.WorkGroup, Band: 2, LastStage: recovery.PrivateContact, Contacted: true, Cases: 10, ByContact: 7},
		{GroupKind: recovery.WorkGroup, Band: 2, LastStage: recovery.Legal, Route: recovery.SmallClaims, Contacted: true, Appealed: true, Cases: 4, ByContact: 1, ByAppeal: 2, ByLaw: 3},
		{GroupKind: recovery.WorkGroup, Band: 2, LastStage: recovery.RecallWatch, Cases: 100},
		{GroupKind: recovery.WorkGroup, Band: 2, LastStage: recovery.Legal, Route: recovery.PoliceReport, Cases: 5, ByLaw: 2},
		{GroupKind: recovery.FamilyGroup, Band: 0, LastStage: recovery.GroupNotice, Contacted: true, Cases: 1},
	}, fourBands)
	want := playbook.Experience{
		{Route: playbook.VoluntaryReturn, Group: recovery.WorkGroup, Band: "500-5000"}: {Successes: 8, N: 14},
		{Route: playbook.PlatformAppeal, Group: recovery.WorkGroup, Band: "500-5000"}:  {Successes: 2, N: 4},
		{Route: recovery.SmallClaims, Group: recovery.WorkGroup, Band: "500-5000"}:     {Successes: 3, N: 4},
		{Route: recovery.PoliceReport, Group: recovery.WorkGroup, Band: "500-5000"}:    {Successes: 2, N: 5},
		{Route: playbook.VoluntaryReturn, Group: recovery.FamilyGroup, Band: "0-200"}:  {Successes: 0, N: 1},
	}
	if len(known) != len(want) {
		t.Errorf("%+v", known)
	}
	for cohort, tally := range want {
		if known[cohort] != tally {
			t.Errorf("%+v: %+v, want %+v", cohort, known[cohort], tally)
		}
	}
}

// counter is a database that can be away.
type counter struct {
	mutex  sync.Mutex
	counts int
	away   error
}

func (c *counter) count(context.Context) (playbook.Experience, error) {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.counts++
	if c.away != nil {
		return nil, c.away
	}
	return playbook.Experience{{Route: playbook.VoluntaryReturn}: {N: c.counts}}, nil
}

func TestExperienceIsCountedOnceAMinute(t *testing.T) {
	t.Parallel()
	source, at, failed := &counter{}, time.Unix(0, 0), 0
	e := &cache[playbook.Experience]{
		load: source.count, now: func() time.Time { return at }, logFailure: func(context.Context, error) { failed++ },
	}
	ask := func(what string, want int) {
		t.Helper()
		if got := e.Get(t.Context())[playbook.Cohort{Route: playbook.VoluntaryReturn}].N; got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	source.away = errors.New("away")
	ask("without a database", 0)
	source.away = nil
	ask("too soon to try again", 0)
	at = at.Add(cacheRetry)
	ask("tried again", 2)
	at = at.Add(cacheLifetime - 1)
	ask("still good", 2)
	at = at.Add(1)
	ask("counted anew", 3)
	at, source.away = at.Add(cacheLifetime), errors.New("away")
	ask("the last count serves on", 3)
	if failed != 2 || source.counts != 4 {
		t.Errorf("%d counts, %d failures", source.counts, failed)
	}
}

func TestManyAskersCountOnce(t *testing.T) {
	t.Parallel()
	source := &counter{}
	e := &cache[playbook.Experience]{load: source.count, now: func() time.Time { return time.Unix(0, 0) }}
	gone, cancel := context.WithCancel(t.Context())
	cancel() // an asker who goes away spoils it for nobody
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if len(e.Get(gone)) == 0 {
				t.Error("asked before it was counted")
			}
		})
	}
	group.Wait()
	if source.counts != 1 {
		t.Errorf("counted %d times", source.counts)
	}
}

func TestFactsAreNamedAllAtOnce(t *testing.T) {
	t.Parallel()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	facts := playbook.AssessmentFacts{
		Platform: "telegraph", Instrument: recovery.Transfer, Amount: 0,
		Claimant:     recovery.Claimant{Province: "浙\u202e江", Phone: "call me"},
		Counterparts: []recovery.FilingCounterpart{{}, {Contact: strings.Repeat("x", 1000), Claimed: -1}},
	}
	fault, _ := errors.AsType[*recovery.Fault](CheckFacts(playbooks.Current(), facts, time.Now()))
	if fault == nil || fault.Code != recovery.CodeInvalid {
		t.Fatalf("%v", fault)
	}
	named := map[string]int{}
	for _, f := range fault.Fields {
		named[f.Field]++
	}
	for _, field := range []string{
		"platform", "amount_fen", "counterparts[1].claimed_fen", "counterparts[1].contact", "claimant.province", "claimant.phone",
	} {
		if named[field] != 1 {
			t.Errorf("%s is named %d times: %v", field, named[field], named)
		}
	}
	if len(named) != 6 {
		t.Errorf("%v", named)
	}
}
