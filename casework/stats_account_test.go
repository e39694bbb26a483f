package casework_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/evidence/journal"
	"recourse/recovery"
)

// correctLatest corrects the newest entry that can be corrected: it is taken back, or a
// sum is replaced. Without one it returns the other action.
func correctLatest(random *rand.Rand, c casework.View, entries []journal.Entry, other recovery.ActionBody) recovery.ActionBody {
	for _, entry := range slices.Backward(entries) {
		rule, found := recovery.CorrectionRuleOf(entry.Kind)
		if !found || entry.Actor.Role == recovery.System.Role {
			continue
		}
		yes, part := true, recovery.Money(1+random.Int64N(int64(c.Amount)))
		body := recovery.ActionBody{Action: recovery.Correct, Seq: entry.Seq, Reason: "x", Confirm: &yes}
		if sum := entry.Facts["amount_fen"]; sum != nil && !rule.OnlyTakeBack && random.IntN(2) == 0 {
			body.Replacement = &recovery.ActionBody{Amount: &part}
		}
		return body
	}
	return other
}

// turn is a change of the stage, and gain is money that arrived in a step.
type (
	turn struct {
		seq int64
		at  time.Time
		to  recovery.Stage
	}
	gain struct {
		seq       int64
		recovered recovery.Money // all that had come back after the step
	}
)

// account is what the journal of one case says, and nothing else.
type account struct {
	recovery.StatsKey
	paced      bool
	closed     bool
	outcome    recovery.Outcome
	amount     recovery.Money
	recovered  recovery.Money
	surplus    recovery.Money
	shared     bool
	instrument recovery.Instrument
	reason     recovery.Reason
	stays      map[recovery.Stage][]float64
	turns      []turn
	gains      []gain
	appeals    []int64 // submitted
	corrected  int     // how often an entry was corrected
	at         map[int64]time.Time
	correction bool // the entries follow from a correction
}

func tell(t *testing.T, entries []journal.Entry) account {
	t.Helper()
	c := account{stays: map[recovery.Stage][]float64{}, at: map[int64]time.Time{}}
	for _, entry := range entries {
		at, err := time.Parse(time.RFC3339Nano, entry.At)
		if err != nil {
			t.Fatal(err)
		}
		c.at[entry.Seq] = at
		c.addEntry(entry)
	}
	c.countStays()
	for _, begins := range casework.StatsBands {
		if c.amount >= begins {
			c.Band++
		}
	}
	return c
}

func textOf(entry journal.Entry, name string) string {
	value, _ := entry.Facts[name].(string)
	return value
}

func (c *account) addEntry(entry journal.Entry) {
	follows := entry.Kind == recovery.EntryStageEntered || entry.Kind == recovery.EntryClosed && entry.Actor.Role == recovery.System.Role
	if !follows {
		c.correction = entry.Kind == recovery.EntryCorrected
	}
	switch entry.Kind {
	case recovery.EntryCaseFiled:
		c.addFiling(entry)
	case recovery.EntryStageEntered:
		c.enter(entry.Seq, recovery.Stage(textOf(entry, "to")))
	case recovery.EntryClosed:
		c.enter(entry.Seq, recovery.Closed)
	case recovery.EntryAppealSubmitted:
		c.appeals = append(c.appeals, entry.Seq)
	case recovery.EntryLessonShared:
		c.shared, _ = entry.Facts["share"].(bool)
	case recovery.EntryCorrected:
		c.applyCorrection(entry)
	default:
	}
	c.addMoney(entry)
	if outcome := recovery.Outcome(textOf(entry, "outcome")); outcome != "" && c.closed {
		c.shared = c.shared && outcome == c.outcome
		c.outcome = outcome
	}
}

func (c *account) addFiling(entry journal.Entry) {
	group, _ := entry.Facts["group"].(map[string]any)
	c.Platform, c.GroupKind = recovery.Platform(textOf(entry, "platform")), recovery.GroupKind(fmt.Sprint(group["kind"]))
	c.instrument, c.reason = recovery.Instrument(textOf(entry, "instrument")), recovery.Reason(textOf(entry, "reason"))
	c.amount, c.paced = recovery.Money(entry.Facts["amount_fen"].(float64)), entry.Pace > 1
	c.Month = c.at[entry.Seq].In(time.FixedZone("", 8*60*60)).Format("2006-01")
	c.enter(entry.Seq, recovery.Stage(textOf(entry, "stage")))
}

// enter records a stage. What follows from a correction is in the correction itself.
func (c *account) enter(seq int64, stage recovery.Stage) {
	if !c.correction {
		c.turns = append(c.turns, turn{seq, c.at[seq], stage})
	}
	if c.closed = stage == recovery.Closed; !c.closed {
		c.outcome, c.shared = "", false
	}
}

// applyCorrection replaces what followed from the corrected entry and from later ones.
func (c *account) applyCorrection(entry journal.Entry) {
	c.corrected++
	from := int64(entry.Facts["corrects"].(float64))
	without, _ := entry.Facts["without_effect"].([]any)
	c.appeals = slices.DeleteFunc(c.appeals, func(seq int64) bool { return slices.Contains(without, any(float64(seq))) })
	c.turns = slices.DeleteFunc(c.turns, func(one turn) bool { return one.seq >= from })
	c.gains = slices.DeleteFunc(c.gains, func(one gain) bool { return one.seq >= from })
	entered, _ := entry.Facts["entered_after"].(map[string]any)
	for text, stage := range entered {
		seq, _ := strconv.ParseInt(text, 10, 64)
		if seq < from { // it was so before, too
			continue
		}
		c.turns = append(c.turns, turn{seq, c.at[seq], recovery.Stage(stage.(string))})
	}
	recovered, _ := entry.Facts["recovered_after"].(map[string]any)
	for text, sum := range recovered {
		seq, _ := strconv.ParseInt(text, 10, 64)
		if seq < from {
			continue
		}
		c.gains = append(c.gains, gain{seq, recovery.Money(sum.(float64))})
	}
	slices.SortFunc(c.turns, func(a, b turn) int { return int(a.seq - b.seq) })
	slices.SortFunc(c.gains, func(a, b gain) int { return int(a.seq - b.seq) })
}

// addMoney keeps what came back. A larger claim takes from the surplus.
func (c *account) addMoney(entry journal.Entry) {
	if sum, stated := entry.Facts["recovered_fen"].(float64); stated {
		c.recovered = recovery.Money(sum)
		if over, surplus := entry.Facts["surplus_fen"].(float64); surplus {
			c.surplus = recovery.Money(over)
		} else if c.recovered < c.amount {
			c.surplus = 0
		}
		if !c.correction && entry.Kind != recovery.EntryClosed {
			c.gains = append(c.gains, gain{entry.Seq, c.recovered})
		}
	}
	if claim, stated := entry.Facts["claim_fen"].(float64); stated {
		received := c.recovered + c.surplus
		c.amount = recovery.Money(claim)
		c.recovered = min(received, c.amount)
		c.surplus = received - c.recovered
	}
}

// countStays measures the stages that the case has left.
func (c *account) countStays() {
	for i, turn := range c.turns {
		if turn.to == recovery.Closed {
			continue
		}
		c.Stage = turn.to
		if i+1 < len(c.turns) {
			c.stays[turn.to] = append(c.stays[turn.to], c.turns[i+1].at.Sub(turn.at).Seconds())
		}
	}
}

// wasContacted reports whether a closed case counts as one in which people were asked,
// and whether they returned money then.
func (c *account) wasContacted() (contacted, returned bool) {
	if !c.closed || c.outcome == recovery.AutoRefunded || c.outcome == recovery.NotEligible {
		return false, false
	}
	contacted = len(c.stays[recovery.PrivateContact])+len(c.stays[recovery.GroupNotice]) > 0
	before := recovery.Money(0)
	for _, one := range c.gains {
		stage := c.stageBefore(one.seq)
		returned = returned || one.recovered > before && (stage == recovery.PrivateContact || stage == recovery.GroupNotice)
		before = one.recovered
	}
	return contacted, returned
}

func (c *account) stageBefore(seq int64) (stage recovery.Stage) {
	for _, turn := range c.turns {
		if turn.seq < seq {
			stage = turn.to
		}
	}
	return stage
}

// wantCalibration expects the same cases and successes in calibration and experience.
func wantCalibration(t *testing.T, rig *casetest.Fixture, all []account) {
	t.Helper()
	n, happened := 0, 0
	for _, c := range all {
		contacted, returned := c.wasContacted()
		if contacted {
			n++
		}
		if contacted && returned {
			happened++
		}
	}
	report, err := rig.Calibration(t.Context(), rig.Actor(recovery.RoleAuditor))
	if err != nil {
		t.Fatal(err)
	}
	observed := 0.0
	for _, row := range report.Table {
		observed += row.Observed * float64(row.N)
	}
	if report.N != n || int(observed+0.5) != happened || happened == 0 || n == happened {
		t.Errorf("calibration has %d cases with %.1f successes, the journals %d with %d", report.N, observed, n, happened)
	}
	counts, err := rig.Store.OutcomeCounts(t.Context(), casework.StatsBands)
	if err != nil {
		t.Fatal(err)
	}
	counted, successes := 0, 0
	for _, o := range counts {
		if o.Contacted {
			counted, successes = counted+o.Cases, successes+o.ByContact
		}
	}
	if counted != n || successes != happened {
		t.Errorf("the experience has %d cases with %d successes, the journals %d with %d", counted, successes, n, happened)
	}
}

// wantLessons expects the lessons of the shared cases, without their days.
func wantLessons(t *testing.T, rig *casetest.Fixture, all []account) {
	t.Helper()
	want, got := map[recovery.LessonCount]int{}, map[recovery.LessonCount]int{}
	for _, c := range all {
		contacted, _ := c.wasContacted()
		if c.shared && (contacted || c.Stage == recovery.Appeal && len(c.appeals) > 0) {
			want[recovery.LessonCount{
				Platform: c.Platform, Instrument: c.instrument, GroupKind: c.GroupKind, Band: c.Band, Reason: c.reason,
				LastStage: c.Stage, Outcome: c.outcome, Percent: int(c.recovered * 100 / c.amount),
			}]++
		}
	}
	lessons, err := rig.Store.LessonCounts(t.Context(), casework.StatsBands)
	if err != nil {
		t.Fatal(err)
	}
	for _, lesson := range lessons {
		cases := lesson.Cases
		lesson.Days, lesson.Cases = 0, 0
		got[lesson] += cases
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("lessons (-journals +record):\n%s", diff)
	}
}
