package casework_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// life walks a case at random: whatever is offered, by whoever it is offered to.
func life(t *testing.T, rig *casetest.Fixture, random *rand.Rand) {
	filing := casetest.Filing()
	filing.Platform = recovery.Platforms[random.IntN(len(recovery.Platforms))]
	filing.Group.Kind = recovery.GroupKinds[random.IntN(len(recovery.GroupKinds))]
	filing.Amount = recovery.Money(1 + random.Int64N(1_000_000))
	filing.Counterparts[0].Claimed = filing.Amount
	if random.IntN(4) == 0 {
		filing.ClaimState, filing.Counterparts[0].Claimed = recovery.Unclaimed, 0
	}
	if random.IntN(6) == 0 {
		filing.Pace = 60
	}
	if random.IntN(8) == 0 {
		filing.Circumstances = map[string]bool{recovery.Threatened: true}
	}
	filed, err := rig.Service.File(t.Context(), rig.As(recovery.RoleClaimant), filing)
	if err != nil {
		t.Error(err)
		return
	}
	for range random.IntN(14) {
		role := []recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal}[random.IntN(4)]
		view, err := rig.Case(t.Context(), rig.Actor(role), filed.Value.ID)
		if err != nil {
			t.Error(err)
			return
		}
		act := randomAct(random, view)
		if random.IntN(3) == 0 {
			act = correctLatest(random, view, rig.ReadEntries(t, view.ID), act)
		}
		if _, err = rig.TakeAction(t.Context(), rig.As(role), view.ID, act); err != nil && recovery.CodeOf(err) == recovery.CodeInternal {
			t.Errorf("%s: %v", act.Action, err)
		}
	}
}

func randomAct(random *rand.Rand, c casework.View) recovery.ActionBody {
	yes, now, part := true, time.Now(), recovery.Money(1+random.Int64N(int64(c.Amount)))
	if random.IntN(4) == 0 {
		part = max(1, c.Position.Outstanding())
	}
	more, id := c.Amount+recovery.Money(random.Int64N(600_000)), c.Counterparts[0].ID
	acts := []recovery.ActionBody{
		{Action: recovery.Escalate, To: recovery.Stages[random.IntN(len(recovery.Stages))], Reason: "x"},
		{Action: recovery.Escalate, To: recovery.Stages[random.IntN(len(recovery.Stages))], Reason: "x"},
		{Action: recovery.RecordReturn, CounterpartID: id, Amount: &part, At: &now, Channel: recovery.OriginalRoute},
		{Action: recovery.RecordReturn, Amount: &part, At: &now, Channel: recovery.AutoRefund},
		{Action: recovery.RecordResponse, CounterpartID: id, Kind: string(recovery.Refused), Refusal: recovery.Refuses, At: &now},
		{Action: recovery.RecordResponse, CounterpartID: id, Kind: string(recovery.PartlyReturned), Amount: &part, At: &now},
		{Action: recovery.SubmitAppeal, Confirm: &yes},
		{Action: recovery.DecideAppeal, Decision: recovery.Denied, Reason: "x"},
		{Action: recovery.CloseCase, Outcome: recovery.Unrecovered, Reason: "x"},
		{Action: recovery.CloseCase, Outcome: recovery.Settled, Reason: "x"},
		{Action: recovery.Withdraw, Reason: "x"},
		{Action: recovery.Reopen, Reason: "x"},
		{Action: recovery.ReportDanger, Kind: recovery.Deceived},
		{Action: recovery.AmendFacts, Amount: &more},
		{Action: recovery.ShareLesson, Share: &yes},
		{Action: recovery.ShareLesson, Share: &yes},
	}
	for i := range acts {
		if acts[i].Action == recovery.RecordReturn && random.IntN(2) == 0 {
			acts[i].Confirm = &yes // a sum beyond the claim counts, too
		}
	}
	possible := slices.DeleteFunc(acts, func(a recovery.ActionBody) bool { return !slices.Contains(c.Allowed, a.Action) })
	if len(possible) == 0 {
		return recovery.ActionBody{Action: recovery.AddNote, Text: "x", Visibility: recovery.NoteShared}
	}
	return possible[random.IntN(len(possible))]
}

// recount makes the rows of a question from what the journals tell.
func recount(all []account, by []recovery.Dimension, paced bool) []recovery.StatsRow {
	rows, spans := map[recovery.StatsKey]*recovery.StatsRow{}, map[recovery.StatsKey][]float64{}
	row := func(key recovery.StatsKey) *recovery.StatsRow {
		if rows[key] == nil {
			rows[key] = &recovery.StatsRow{StatsKey: key, Outcomes: map[recovery.Outcome]int{}}
		}
		return rows[key]
	}
	for _, c := range all {
		if c.paced != paced {
			continue
		}
		r := row(only(c.StatsKey, by))
		r.Filed++
		r.ClaimedFen += c.amount
		r.RecoveredFen += c.recovered
		if c.closed {
			r.Closed++
			r.Outcomes[c.outcome]++
		}
		for stage, stays := range c.stays {
			key := c.StatsKey
			key.Stage = stage
			if key = only(key, by); key.Stage != "" {
				row(key)
				spans[key] = append(spans[key], stays...)
			}
		}
	}
	list := []recovery.StatsRow{}
	for key, r := range rows {
		if stays := spans[key]; len(stays) > 0 {
			r.Stays, r.Median, r.P90 = len(stays), percentile(stays, 0.5), percentile(stays, 0.9)
		}
		list = append(list, *r)
	}
	return list
}

func only(key recovery.StatsKey, by []recovery.Dimension) recovery.StatsKey {
	kept := recovery.StatsKey{Band: -1}
	for _, dimension := range by {
		switch dimension {
		case recovery.ByStage:
			kept.Stage = key.Stage
		case recovery.ByPlatform:
			kept.Platform = key.Platform
		case recovery.ByGroup:
			kept.GroupKind = key.GroupKind
		case recovery.ByBand:
			kept.Band = key.Band
		case recovery.ByMonth:
			kept.Month = key.Month
		}
	}
	return kept
}

// percentile interpolates between the neighbours, as SQL's percentile_cont.
func percentile(values []float64, share float64) float64 {
	slices.Sort(values)
	place := share * float64(len(values)-1)
	low := int(math.Floor(place))
	high := min(low+1, len(values)-1)
	return values[low] + (values[high]-values[low])*(place-float64(low))
}

// TestStatsAreWhatTheJournalsSay lets a few hundred cases live at random and
// computes every figure again from the bytes of their entries.
func TestStatsAreWhatTheJournalsSay(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	var group sync.WaitGroup
	for seed := range uint64(4) {
		random := rand.New(rand.NewPCG(seed, 20261121))
		group.Go(func() {
			for range 60 {
				life(t, rig, random)
			}
		})
	}
	group.Wait()
	var all []account
	for cursor := ""; ; {
		page, next, err := rig.Store.ListCases(t.Context(), recovery.CaseFilter{}, recovery.MaxPage, cursor)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range page {
			all = append(all, tell(t, rig.ReadEntries(t, c.ID)))
		}
		if cursor = next; cursor == "" {
			break
		}
	}
	ends, corrected := map[recovery.Outcome]int{}, 0
	for _, c := range all {
		ends[c.outcome]++
		corrected += c.corrected
	}
	if len(all) != 240 || len(ends) < 6 || corrected < 50 {
		t.Errorf("%d cases with %d corrections ended in %v: too few kinds to show anything", len(all), corrected, ends)
	}
	questions := [][]recovery.Dimension{nil, recovery.Dimensions, {recovery.ByStage, recovery.ByPlatform}}
	for _, dimension := range recovery.Dimensions {
		questions = append(questions, []recovery.Dimension{dimension})
	}
	holds(t, rig, all, questions)
	wantCalibration(t, rig, all)
	wantLessons(t, rig, all)
}

// holds compares the statistics with the journals.
func holds(t *testing.T, rig *casetest.Fixture, all []account, questions [][]recovery.Dimension) {
	t.Helper()
	for _, by := range questions {
		for _, paced := range []bool{false, true} {
			got, err := rig.Stats(t.Context(), rig.Actor(recovery.RoleAuditor), by, paced)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(recount(all, by, paced), got, figures); diff != "" {
				t.Errorf("by %v, paced %v (-journals +statistics):\n%s", by, paced, diff)
			}
		}
	}
}

// figures compares rows in any order; an outcome that never came is none.
var figures = cmp.Options{
	cmpopts.SortSlices(func(a, b recovery.StatsRow) bool {
		return fmt.Sprint(a.StatsKey) < fmt.Sprint(b.StatsKey)
	}),
	cmpopts.EquateApprox(0, 1e-6),
	cmp.FilterPath(func(p cmp.Path) bool { return p.String() == "Outcomes" }, cmp.Comparer(func(a, b map[recovery.Outcome]int) bool {
		for _, outcome := range recovery.Outcomes {
			if a[outcome] != b[outcome] {
				return false
			}
		}
		return true
	})),
}

func TestStatsAreForTheDesk(t *testing.T) {
	t.Parallel()
	rig := casetest.New(t)
	for _, role := range recovery.Roles {
		_, err := rig.Stats(t.Context(), rig.Actor(role), recovery.Dimensions, false)
		may := slices.Contains([]recovery.Role{recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleAdmin, recovery.RoleAuditor}, role)
		if may && err != nil || !may && recovery.CodeOf(err) != recovery.CodeForbidden {
			t.Errorf("%s: %v", role, err)
		}
	}
	for _, by := range [][]recovery.Dimension{{"name"}, {recovery.ByStage, recovery.ByStage}} {
		_, err := rig.Stats(t.Context(), rig.Actor(recovery.RoleAdmin), by, false)
		wantCode(t, err, recovery.CodeInvalid)
	}
}
