package playbook_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/playbook"
	"recourse/playbook/calendar"
	"recourse/recovery"
)

const day = 24 * time.Hour

func hours(n int) calendar.Length { return calendar.Length{Count: n, Unit: calendar.Hours} }

func days(n int, rest calendar.RestDays) calendar.Length {
	return calendar.Length{Count: n, Unit: calendar.Days, RestDays: rest}
}

func working(n int) calendar.Length { return calendar.Length{Count: n, Unit: calendar.WorkingDays} }

type position struct {
	clock    recovery.Clock
	length   calendar.Length
	position recovery.Position
}

// run gives the deadline of a position's own clock, as if it had begun at from.
func run(b *playbook.RuleSet, p recovery.Position, c recovery.Case, from time.Time, stops ...recovery.Stop) recovery.Deadline {
	return runs(b, p.MainClock(), p, c, from, stops...)
}

// runs gives the deadline of any clock of a position.
func runs(
	b *playbook.RuleSet, clock recovery.Clock, p recovery.Position, c recovery.Case, from time.Time, stops ...recovery.Stop,
) recovery.Deadline {
	running := recovery.ClockState{Clock: clock}
	if last := len(stops) - 1; last >= 0 && stops[last].Until == nil {
		running.Stopped = stops[last].Because
	}
	return b.ComputeDeadline(running, p, c, from, stops, from)
}

// beyond are the clocks that no length of the book decides: the law's own, and
// the days of a plan.
var beyond = []recovery.Clock{recovery.AvoidanceClock, recovery.LimitationClock, recovery.InstalmentClock}

// positions has one position for each clock that the calendar counts, and the
// clock's length.
var positions = []position{
	{recovery.AutoRefundClock, hours(24), recovery.Position{Stage: recovery.RecallWatch}},
	{recovery.ContactClock, days(3, calendar.Keep), recovery.Position{Stage: recovery.PrivateContact}},
	{recovery.PromiseClock, days(7, calendar.Keep), recovery.Position{
		Stage: recovery.PrivateContact, Counterparts: []recovery.CounterpartState{{ID: "a", Answer: recovery.Promised}},
	}},
	{recovery.NoticeClock, days(3, calendar.Keep), recovery.Position{Stage: recovery.GroupNotice}},
	{recovery.PreparationClock, days(14, calendar.Move), recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealPreparing}},
	{recovery.DecisionClock, working(10), recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted}},
	{recovery.MoreEvidenceClock, days(7, calendar.Move), recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealMoreEvidence}},
	{recovery.PayoutClock, working(5), recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealGranted}},
	{recovery.RouteClock, days(30, calendar.Move), recovery.Position{Stage: recovery.Legal}},
	{recovery.LegalClock, days(365, calendar.Move), recovery.Position{Stage: recovery.Legal, Route: recovery.CivilSuit}},
	{recovery.RefundAnswerClock, days(2, calendar.Keep), recovery.Position{Stage: recovery.RecallWatch, RefundAsked: true}},
	{recovery.FirstAnswerClock, working(2), recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted}},
	{recovery.SupervisorClock, working(3), recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted, Breached: true}},
	{recovery.PlatformClock, working(15), recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealWithPlatform}},
	{recovery.TaskClock, days(15, calendar.Move), recovery.Position{
		Stage: recovery.Legal, Tasks: []recovery.Task{{Kind: recovery.PoliceTask, State: recovery.TaskOpen}},
	}},
	{recovery.PauseClock, days(30, calendar.Keep), recovery.Position{Stage: recovery.PrivateContact, Pause: &recovery.Pause{}}},
	{recovery.GraceClock, working(5), recovery.Position{Stage: recovery.PrivateContact, Claim: 2, Plans: []recovery.Plan{{
		No: 1, Running: true, Grace: 1, Instalments: []recovery.Instalment{{No: 1, DueOn: "2026-11-20", Amount: 1}},
	}}}},
}

// TestPositionsCoverTheClocks: none is forgotten, and each stands where it runs.
func TestPositionsCoverTheClocks(t *testing.T) {
	t.Parallel()
	for _, clock := range recovery.Clocks {
		at := slices.IndexFunc(positions, func(p position) bool { return p.clock == clock })
		if (at < 0) != slices.Contains(beyond, clock) {
			t.Errorf("%s has no position", clock)
		}
	}
	for _, test := range positions {
		if !slices.ContainsFunc(test.position.AllClocks(), func(r recovery.ClockState) bool { return r.Clock == test.clock && r.Stopped == "" }) {
			t.Errorf("%s does not run where it is tested", test.clock)
		}
	}
}

func TestEveryClockHasItsDeadline(t *testing.T) {
	t.Parallel()
	b := book(t)
	from := sent.Add(5 * time.Hour)
	china, err := calendar.LoadChina()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range positions {
		for _, pace := range []int{0, 1, 60, 86_400, recovery.MaxPace} {
			c := recovery.Case{SentAt: sent, Pace: pace}
			got := runs(b, test.clock, test.position, c, from)
			begins := from
			if test.clock == recovery.AutoRefundClock {
				begins = sent
			}
			want := begins.Add(china.Deadline(begins, test.length, nil).At.Sub(begins) / time.Duration(max(1, pace)))
			if got.Kind != test.clock || !got.DueAt.Equal(want) || got.DueAt.Location() != time.UTC {
				t.Errorf("%s at pace %d: %+v, want %s", test.clock, pace, got, want)
			}
			if !strings.HasPrefix(got.Source, "clock."+string(test.clock)+" (") {
				t.Errorf("%s: the source is %q", test.clock, got.Source)
			}
		}
		if nominal, known := b.NominalLength(test.clock, sent); !known || nominal != test.length {
			t.Errorf("%s: nominal length %v, want %v", test.clock, nominal, test.length)
		}
	}
}

// TestRefundCountsFromTheLastPayment: of several payments the last one is refunded
// last, so the case watches until then.
func TestRefundCountsFromTheLastPayment(t *testing.T) {
	t.Parallel()
	b, last := book(t), sent.Add(3*time.Hour)
	sends := []recovery.Send{{Amount: 1, SentAt: &sent}, {Amount: 2, SentAt: &last}}
	c := recovery.Case{SentAt: sent, Sends: sends, CreatedAt: last.Add(time.Hour), Pace: 1}
	step := recovery.Step{Next: recovery.Position{Stage: recovery.RecallWatch}}
	if got := b.Deadlines(c, step, c.CreatedAt); len(got) == 0 || got[0].Kind != recovery.AutoRefundClock || !got[0].DueAt.Equal(last.Add(24*time.Hour)) {
		t.Errorf("deadlines %+v", got)
	}
	filing := recovery.Filing{Platform: recovery.WeChat, Instrument: recovery.OrdinaryPacket, SentAt: &sent, Sends: sends}
	if now := sent.Add(25 * time.Hour); !b.IsRefundAhead(filing, now) || b.IsRefundAhead(filing, last.Add(24*time.Hour)) {
		t.Error("the refund of the last payment is not expected")
	}
}

func TestNoDeadlineWhereNoClockRuns(t *testing.T) {
	t.Parallel()
	closed := recovery.Step{Next: recovery.Position{Stage: recovery.Closed}}
	if got := book(t).Deadlines(recovery.Case{}, closed, sent); len(got) > 0 {
		t.Errorf("a closed case waits for %+v", got)
	}
	if _, known := book(t).NominalLength(recovery.NoClock, sent); known {
		t.Error("no clock has a length")
	}
}

// The dates a person would find in a calendar: sent on a Saturday in November.
func TestDeadlinesByTheCalendar(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, test := range []struct {
		clock recovery.Clock
		from  time.Time
		due   string
		note  bool
	}{
		{recovery.ContactClock, sent, "2026-11-24 23:59:59", false},
		{recovery.PreparationClock, sent, "2026-12-07 23:59:59", false}, // a Saturday moves to Monday
		{recovery.DecisionClock, sent, "2026-12-04 23:59:59", false},
		{recovery.PayoutClock, time.Date(2025, 9, 30, 4, 0, 0, 0, time.UTC), "2025-10-14 23:59:59", false},
		{recovery.LegalClock, sent, "2027-11-22 23:59:59", true},
	} {
		at := slices.IndexFunc(positions, func(p position) bool { return p.clock == test.clock })
		got := run(b, positions[at].position, recovery.Case{SentAt: sent}, test.from)
		if due := got.DueAt.In(recovery.Shanghai).Format(time.DateTime); due != test.due {
			t.Errorf("%s: due %s, want %s", test.clock, due, test.due)
		}
		if strings.Contains(got.Source, "2027 年节假日安排尚未公布") != test.note {
			t.Errorf("%s: the source is %q", test.clock, got.Source)
		}
	}
}

func TestPausesMoveADeadline(t *testing.T) {
	t.Parallel()
	b := book(t)
	decision := recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted}
	stop := func(from, length time.Duration) recovery.Stop {
		until := sent.Add(from + length)
		return recovery.Stop{From: sent.Add(from), Until: &until, Because: recovery.StoppedForClaimant}
	}
	plain := run(b, decision, recovery.Case{}, sent)
	if got := run(b, decision, recovery.Case{}, sent, stop(2*day, 7*day)); !got.DueAt.Equal(plain.DueAt.Add(7 * day)) {
		t.Errorf("a week of pause: %s, without %s", got.DueAt, plain.DueAt)
	}
	quick := recovery.Case{Pace: 3_600}
	fast := run(b, decision, quick, sent)
	if got := run(b, decision, quick, sent, stop(time.Second, time.Minute)); !got.DueAt.Equal(fast.DueAt.Add(time.Minute)) {
		t.Errorf("a minute of pause at pace: %s, without %s", got.DueAt, fast.DueAt)
	}
	open := recovery.Stop{From: sent.Add(day), Because: recovery.StoppedForClaimant}
	if got := run(b, decision, recovery.Case{}, sent, open); got.PausedBecause != recovery.StoppedForClaimant {
		t.Errorf("an open pause: %+v", got)
	}
	watch := recovery.Position{Stage: recovery.RecallWatch}
	before := run(b, watch, recovery.Case{SentAt: sent}, sent)
	if got := run(b, watch, recovery.Case{SentAt: sent}, sent, stop(2*day, 7*day)); !got.DueAt.Equal(before.DueAt) {
		t.Errorf("our pause stopped the platform: %s", got.DueAt)
	}
}

func TestOnlyTheWaitingLeftAtFilingIsPaced(t *testing.T) {
	t.Parallel()
	b := book(t)
	watch := recovery.Position{Stage: recovery.RecallWatch}
	for _, test := range []struct {
		name  string
		filed time.Duration // after the sending
		pace  int
		due   time.Duration // after the sending
	}{
		{"life's pace, filed late", 23 * time.Hour, 1, 24 * time.Hour},
		{"half the window left", 12 * time.Hour, 3_600, 12*time.Hour + 12*time.Second},
		{"filed at once", 0, 3_600, 24 * time.Second},
		{"filed after the window", 25 * time.Hour, 3_600, 24 * time.Hour},
		{"a phone that runs ahead", -time.Minute, 3_600, 24 * time.Second},
	} {
		c := recovery.Case{SentAt: sent, CreatedAt: sent.Add(test.filed), Pace: test.pace}
		got := run(b, watch, c, c.CreatedAt)
		if !got.DueAt.Equal(sent.Add(test.due)) {
			t.Errorf("%s: due %s after sending, want %s", test.name, got.DueAt.Sub(sent), test.due)
		}
	}
}

// A faster pace never makes a deadline later, and a later start never makes it
// earlier.
func TestDeadlinesAreMonotone(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		drawn := rapid.SampledFrom(positions).Draw(t, "position")
		clock, position := drawn.clock, drawn.position
		c := recovery.Case{SentAt: sent, Pace: rapid.IntRange(1, recovery.MaxPace).Draw(t, "pace")}
		c.CreatedAt = sent.Add(time.Duration(rapid.Int64Range(0, int64(3*day)).Draw(t, "filed")))
		from := c.CreatedAt.Add(time.Duration(rapid.Int64Range(0, int64(90*day)).Draw(t, "from")))
		got := runs(b, clock, position, c, from)
		later := runs(b, clock, position, c, from.Add(time.Minute))
		if later.DueAt.Before(got.DueAt) {
			t.Fatalf("starting later ends earlier: %s, %s", later.DueAt, got.DueAt)
		}
		c.Pace = min(recovery.MaxPace, c.Pace+rapid.IntRange(0, 1000).Draw(t, "faster"))
		if faster := runs(b, clock, position, c, from); faster.DueAt.After(got.DueAt) {
			t.Fatalf("a faster pace ends later: %s, %s", faster.DueAt, got.DueAt)
		}
	})
}

func TestRefundAhead(t *testing.T) {
	t.Parallel()
	b := book(t)
	filing := func(p recovery.Platform, i recovery.Instrument, claim recovery.ClaimState) recovery.Filing {
		at := sent
		return recovery.Filing{Platform: p, Instrument: i, ClaimState: claim, SentAt: &at}
	}
	for _, test := range []struct {
		name   string
		filing recovery.Filing
		after  time.Duration
		want   bool
	}{
		{"just sent", filing(recovery.WeChat, recovery.LuckyPacket, recovery.PartlyClaimed), 0, true},
		{"a second left", filing(recovery.WeChat, recovery.Transfer, recovery.Unclaimed), 24*time.Hour - time.Second, true},
		{"the very end", filing(recovery.WeChat, recovery.Transfer, recovery.Unclaimed), 24 * time.Hour, false},
		{"a second late", filing(recovery.WeChat, recovery.Transfer, recovery.Unclaimed), 24*time.Hour + time.Second, false},
		{"unknown whether claimed", filing(recovery.QQ, recovery.OrdinaryPacket, recovery.ClaimUnknown), time.Hour, true},
		{"claimed", filing(recovery.WeChat, recovery.Transfer, recovery.Claimed), time.Hour, false},
		{"no source speaks of a refund", filing(recovery.WeCom, recovery.EnterprisePacket, recovery.Unclaimed), 0, false},
		{"no source speaks at all", filing(recovery.Alipay, recovery.Transfer, recovery.Unclaimed), 0, false},
		{"no time of sending", recovery.Filing{Platform: recovery.WeChat, Instrument: recovery.Transfer}, 0, false},
	} {
		if got := b.IsRefundAhead(test.filing, sent.Add(test.after)); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}
