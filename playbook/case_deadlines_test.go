package playbook_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"recourse/playbook"
	"recourse/recovery"
)

func shanghai(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation(time.DateTime, text, recovery.Shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// standing is a case as it is stored: where it stands, and its deadlines.
type standing struct {
	book *playbook.RuleSet
	c    recovery.Case
}

func filed(t *testing.T, p recovery.Position) *standing {
	t.Helper()
	s := &standing{book: book(t), c: recovery.Case{SentAt: sent, CreatedAt: sent, Pace: 1}}
	p.PaidAt = sent
	s.stand(recovery.Step{Next: p}, sent)
	return s
}

func (s *standing) stand(step recovery.Step, now time.Time) {
	s.c.Deadlines = s.book.Deadlines(s.c, step, now)
	s.c.Position = step.Next
}

func (s *standing) take(t *testing.T, m recovery.Command, now time.Time) {
	t.Helper()
	step, err := s.c.Position.Take(m)
	if err != nil {
		t.Fatalf("%s: %v", m.Action, err)
	}
	s.stand(step, now)
}

func (s *standing) clock(t *testing.T, clock recovery.Clock) recovery.Deadline {
	t.Helper()
	at := slices.IndexFunc(s.c.Deadlines, func(d recovery.Deadline) bool { return d.Kind == clock })
	if at < 0 {
		t.Fatalf("%s does not run: %+v", clock, s.c.Deadlines)
	}
	return s.c.Deadlines[at]
}

func does(action recovery.Action, role recovery.Role) recovery.Command {
	return recovery.Command{Action: action, Actor: recovery.Actor{Role: role, ID: "u"}}
}

// TestDeadlinesFollowTheSteps: a clock runs on, stops for a reason, goes on, and
// stops for another.
func TestDeadlinesFollowTheSteps(t *testing.T) {
	t.Parallel()
	agent, claimant := recovery.RoleAgent, recovery.RoleClaimant
	s := filed(t, recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted, Claim: 9, Counterparts: []recovery.CounterpartState{{ID: "a"}}})
	plain := s.clock(t, recovery.DecisionClock)
	s.take(t, does(recovery.RecordContact, claimant), sent.Add(day))
	if diff := cmp.Diff(plain, s.clock(t, recovery.DecisionClock)); diff != "" {
		t.Errorf("a contact moved it:\n%s", diff)
	}
	s.take(t, does(recovery.RequestEvidence, agent), sent.Add(2*day))
	if d := s.clock(t, recovery.DecisionClock); d.PausedBecause != recovery.StoppedForClaimant || !d.From.Equal(plain.From) {
		t.Errorf("while the claimant gathers: %+v", d)
	}
	s.take(t, does(recovery.PauseCase, claimant), sent.Add(3*day))
	if d := s.clock(t, recovery.DecisionClock); len(d.Stops) != 1 || d.PausedBecause != recovery.StoppedForClaimant {
		t.Errorf("a pause while it stands still anyway: %+v", d)
	}
	step, _ := s.c.Position.ReceiveEvidence()
	s.stand(step, sent.Add(4*day))
	want := []recovery.Stop{
		{From: sent.Add(2 * day), Until: ptr(sent.Add(4 * day)), Because: recovery.StoppedForClaimant},
		{From: sent.Add(4 * day), Because: recovery.StoppedByPause},
	}
	if d := s.clock(t, recovery.DecisionClock); !cmp.Equal(want, d.Stops) || d.PausedBecause != recovery.StoppedByPause {
		t.Errorf("the evidence came in the pause:\n%s", cmp.Diff(want, d.Stops))
	}
	s.take(t, does(recovery.ResumeCase, claimant), sent.Add(9*day))
	want[1].Until = ptr(sent.Add(9 * day))
	got := s.clock(t, recovery.DecisionClock)
	if !cmp.Equal(want, got.Stops) || got.PausedBecause != "" {
		t.Errorf("resumed:\n%s", cmp.Diff(want, got.Stops))
	}
	if !got.DueAt.Equal(plain.DueAt.Add(7 * day)) { // a week in all, which holds as many working days anywhere
		t.Errorf("due %s, without the stops %s", got.DueAt, plain.DueAt)
	}
}

func ptr[T any](value T) *T { return &value }

// TestRestart: what a step starts anew begins at that step and forgets its stops.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := filed(t, recovery.Position{Stage: recovery.Legal, Claim: 9, Route: recovery.Mediation})
	route := does(recovery.ChooseRoute, recovery.RoleLegal)
	route.Route = recovery.CivilSuit
	s.take(t, does(recovery.PauseCase, recovery.RoleClaimant), sent.Add(day))
	s.take(t, does(recovery.ResumeCase, recovery.RoleClaimant), sent.Add(2*day))
	limitation := s.clock(t, recovery.LimitationClock)
	s.take(t, route, sent.Add(5*day))
	if d := s.clock(t, recovery.LegalClock); !d.From.Equal(sent.Add(5*day)) || len(d.Stops) > 0 {
		t.Errorf("another route: %+v", d)
	}
	if diff := cmp.Diff(limitation, s.clock(t, recovery.LimitationClock)); diff != "" {
		t.Errorf("a route moved the limitation:\n%s", diff)
	}
}

// TestWarningsOfDeadlines: which warning comes next at each instant.
func TestWarningsOfDeadlines(t *testing.T) {
	t.Parallel()
	b := book(t)
	p := recovery.Position{Stage: recovery.PrivateContact, PaidAt: sent}
	c := recovery.Case{SentAt: sent, CreatedAt: sent, Pace: 1}
	for clock, want := range map[recovery.Clock][]int{recovery.AvoidanceClock: {30, 7}, recovery.LimitationClock: {90, 30, 7}} {
		due := runs(b, clock, p, c, sent).DueAt
		now := sent
		for _, days := range want {
			warning := due.Add(-time.Duration(days) * day)
			for _, at := range []time.Time{now, warning.Add(-time.Second)} {
				got := b.ComputeDeadline(recovery.ClockState{Clock: clock}, p, c, sent, nil, at)
				if got.WarnAt == nil || !got.WarnAt.Equal(warning) {
					t.Errorf("%s at %s: warned at %v, want %s", clock, at, got.WarnAt, warning)
				}
			}
			now = warning
		}
		for _, at := range []time.Time{now, due, due.Add(day)} {
			if got := b.ComputeDeadline(recovery.ClockState{Clock: clock}, p, c, sent, nil, at); got.WarnAt != nil {
				t.Errorf("%s at %s: warned at %s once more", clock, at, got.WarnAt)
			}
		}
	}
	for _, test := range positions {
		if got := runs(b, test.clock, test.position, c, sent); got.WarnAt != nil {
			t.Errorf("%s is warned of at %s", test.clock, got.WarnAt)
		}
	}
	c.Pace = 86_400
	fast := runs(b, recovery.AvoidanceClock, p, c, sent)
	if want := fast.DueAt.Add(-30 * time.Second); fast.WarnAt == nil || !fast.WarnAt.Equal(want) {
		t.Errorf("at a day a second: warned at %v, want %s", fast.WarnAt, want)
	}
}

// TestLawfulTerms: the law's own ends, to the day, and what interrupts them.
func TestLawfulTerms(t *testing.T) {
	t.Parallel()
	s := filed(t, recovery.Position{Stage: recovery.PrivateContact, Claim: 9, Counterparts: []recovery.CounterpartState{{ID: "a"}}})
	ends := func(clock recovery.Clock, want string) {
		t.Helper()
		if got := s.clock(t, clock).DueAt; !got.Equal(shanghai(t, want)) || got.Location() != time.UTC {
			t.Errorf("%s ends %s, want %s", clock, got.In(recovery.Shanghai), want)
		}
	}
	ends(recovery.AvoidanceClock, "2027-02-20 00:00:00")  // ninety days after 21 November
	ends(recovery.LimitationClock, "2029-11-22 00:00:00") // three years
	told := shanghai(t, "2028-01-10 12:00:00")
	paid := does(recovery.RecordReturn, recovery.RoleClaimant)
	paid.CounterpartID, paid.Amount, paid.At = "a", 1, ptr(shanghai(t, "2027-12-31 09:00:00"))
	s.take(t, paid, told)
	ends(recovery.LimitationClock, "2031-01-01 00:00:00") // from the payment, not from when it was told of
	ends(recovery.AvoidanceClock, "2027-02-20 00:00:00")  // nothing interrupts it
	older := paid
	older.At = ptr(shanghai(t, "2027-03-01 09:00:00"))
	s.take(t, older, told.Add(day))
	ends(recovery.LimitationClock, "2031-01-01 00:00:00")
	again := does(recovery.Withdraw, recovery.RoleClaimant)
	s.take(t, again, told.Add(2*day))
	s.take(t, does(recovery.Reopen, recovery.RoleClaimant), told.Add(3*day))
	ends(recovery.LimitationClock, "2031-01-01 00:00:00") // closing and reopening forgets nothing
	late := paid
	late.At = ptr(shanghai(t, "2030-12-01 09:00:00")) // after three years from the sending, within three from the payment
	s.take(t, late, shanghai(t, "2030-12-02 09:00:00"))
	ends(recovery.LimitationClock, "2033-12-02 00:00:00")
}

// No act moves the limitation beyond twenty years from the sending (民法典 188).
func TestLimitationHasACap(t *testing.T) {
	t.Parallel()
	old := recovery.Case{SentAt: shanghai(t, "2016-03-01 10:00:00"), CreatedAt: sent, Pace: 1}
	interrupted := shanghai(t, "2035-05-05 10:00:00")
	late := recovery.LimitationLog{}
	for year := 2018; year <= 2035; year += 2 {
		late.Interrupting = append(late.Interrupting, recovery.InterruptingEvent{Kind: recovery.DebtorPaid, At: interrupted.AddDate(year-2035, 0, 0)})
	}
	step := recovery.Step{Next: recovery.Position{Stage: recovery.Legal, Claim: 1, PaidAt: old.SentAt, Counterparts: []recovery.CounterpartState{{ID: "a", LimitationLog: late}}}}
	for _, d := range book(t).Deadlines(old, step, interrupted) {
		if d.Kind == recovery.LimitationClock && !d.DueAt.Equal(shanghai(t, "2036-03-02 00:00:00")) {
			t.Errorf("it ends %s", d.DueAt.In(recovery.Shanghai))
		}
	}
}

// TestInstalmentDays: 18:00 in China, on the day or the next working day.
func TestInstalmentDays(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, test := range []struct{ on, due, why string }{
		{"2026-12-15", "2026-12-15 18:00:00", "a Tuesday"},
		{"2026-12-12", "2026-12-14 18:00:00", "a Saturday"},
		{"2026-12-13", "2026-12-14 18:00:00", "a Sunday"},
		{"2026-10-01", "2026-10-08 18:00:00", "National Day"},
		{"2026-10-09", "2026-10-09 18:00:00", "a Friday between the holiday and its make-up day"},
		{"2026-10-10", "2026-10-10 18:00:00", "a Saturday that is worked"},
		{"2026-09-20", "2026-09-20 18:00:00", "a Sunday that is worked"},
		{"2026-02-16", "2026-02-24 18:00:00", "Spring Festival"},
		{"2028-02-29", "2028-02-29 18:00:00", "a leap day of a year without notice"},
	} {
		p := recovery.Position{Stage: recovery.PrivateContact, Plans: []recovery.Plan{{
			No: 7, Running: true, Instalments: []recovery.Instalment{{No: 1, DueOn: "2026-01-05"}, {No: 2, DueOn: test.on, Amount: 1}},
		}}}
		running := recovery.ClockState{Clock: recovery.InstalmentClock, Ref: "7/2"}
		accepted := shanghai(t, "2026-01-01 10:00:00")
		got := b.ComputeDeadline(running, p, recovery.Case{Pace: 1}, accepted, nil, accepted)
		if !got.DueAt.Equal(shanghai(t, test.due)) || got.Ref != "7/2" {
			t.Errorf("%s (%s): due %s, want %s", test.on, test.why, got.DueAt.In(recovery.Shanghai), test.due)
		}
		if strings.Contains(got.Source, "尚未公布") != strings.HasPrefix(test.on, "2028") {
			t.Errorf("%s: the source is %q", test.on, got.Source)
		}
		fast := b.ComputeDeadline(running, p, recovery.Case{Pace: 1_000}, accepted, nil, accepted)
		if want := accepted.Add(got.DueAt.Sub(accepted) / 1_000); !fast.DueAt.Equal(want) {
			t.Errorf("%s at pace: due %s, want %s", test.on, fast.DueAt, want)
		}
		running.Ref = "7/3"
		if none := b.ComputeDeadline(running, p, recovery.Case{Pace: 1}, accepted, nil, accepted); !none.DueAt.Equal(accepted) {
			t.Errorf("an instalment there is not: due %s", none.DueAt)
		}
	}
}

// TestPauseUntil: a pause ends on its day, and never later than the book allows.
func TestPauseUntil(t *testing.T) {
	t.Parallel()
	b := book(t)
	longest := run(b, recovery.Position{Stage: recovery.Legal, Pause: &recovery.Pause{}}, recovery.Case{Pace: 1}, sent).DueAt
	for until, want := range map[time.Time]time.Time{
		sent.Add(time.Hour): sent.Add(time.Hour), longest.Add(-1): longest.Add(-1), longest.Add(day): longest,
	} {
		p := recovery.Position{Stage: recovery.Legal, Pause: &recovery.Pause{Until: &until}}
		if got := run(b, p, recovery.Case{Pace: 1}, sent); !got.DueAt.Equal(want) {
			t.Errorf("until %s: due %s, want %s", until, got.DueAt, want)
		}
	}
}

// TestPausesSurviveAChangeOfRules: the same stops under two lengths.
func TestPausesSurviveAChangeOfRules(t *testing.T) {
	t.Parallel()
	files, _, _ := changed(t, "length: 10\n    unit: working_days", "length: 15\n    unit: working_days")
	playbooks, err := load(files)
	if err != nil {
		t.Fatal(err)
	}
	longer := playbooks.Current()
	s := filed(t, recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted, Claim: 9})
	s.take(t, does(recovery.RequestEvidence, recovery.RoleAgent), sent.Add(2*day))
	step, _ := s.c.Position.ReceiveEvidence()
	s.stand(step, sent.Add(16*day))
	before := s.clock(t, recovery.DecisionClock)
	s.book = longer
	s.stand(recovery.Step{Next: s.c.Position}, sent.Add(17*day))
	after := s.clock(t, recovery.DecisionClock)
	if !cmp.Equal(before.Stops, after.Stops) || !before.From.Equal(after.From) {
		t.Errorf("the stops changed with the rule:\n%s", cmp.Diff(before, after))
	}
	plain := run(longer, recovery.Position{Stage: recovery.Appeal, Appeal: recovery.AppealSubmitted}, recovery.Case{Pace: 1}, sent)
	if !after.DueAt.Equal(plain.DueAt.Add(14*day)) || !after.DueAt.After(before.DueAt) {
		t.Errorf("due %s under the longer rule, %s without the stops, %s before", after.DueAt, plain.DueAt, before.DueAt)
	}
}

// TestAClockOlderThanTheBook is counted by the book all the same.
func TestAClockOlderThanTheBook(t *testing.T) {
	t.Parallel()
	b := book(t)
	long := shanghai(t, "2019-05-05 10:00:00")
	for _, test := range positions {
		got := runs(b, test.clock, test.position, recovery.Case{SentAt: long, CreatedAt: long, Pace: 1}, long)
		if !got.DueAt.After(long) {
			t.Errorf("%s begun in 2019 is due %s", test.clock, got.DueAt)
		}
	}
	if now, then := b.ContactLimits(sent), b.ContactLimits(long); now != then || then.PerDay == 0 {
		t.Errorf("limits of 2019 %+v, of today %+v", then, now)
	}
}

func TestTerms(t *testing.T) {
	t.Parallel()
	b := book(t)
	filing := recovery.Filing{
		Platform: recovery.Alipay, Instrument: recovery.PasswordPacket, ClaimState: recovery.ClaimUnknown, SentAt: &sent,
		Reason: recovery.LeakedPassword, Group: &recovery.Group{Kind: recovery.StrangersGroup},
	}
	terms := b.Terms(filing, sent.Add(time.Hour))
	if !terms.NoNotice || terms.FourEyes != 500_000 || terms.RefundAhead != b.IsRefundAhead(filing, sent.Add(time.Hour)) {
		t.Errorf("terms %+v", terms)
	}
	filing.Reason, filing.Group = recovery.WrongGroup, nil
	if terms := b.Terms(filing, sent.AddDate(-9, 0, 0)); terms.NoNotice || terms.FourEyes != 500_000 {
		t.Errorf("terms %+v", terms)
	}
}

func TestContactLimitsOfTheBook(t *testing.T) {
	t.Parallel()
	want := recovery.ContactLimits{PerDay: 2, Total: 6, GroupDay: 1, GroupTotal: 2, QuietFrom: 22, QuietUntil: 8}
	if got := book(t).ContactLimits(sent); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// TestStopsOnlyMoveDeadlinesOn: stopping a clock longer never ends it earlier;
// two stops that touch are one; and a stop that ended before the clock began, or
// begins after it ended, changes nothing.
func TestStopsOnlyMoveDeadlinesOn(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		test := rapid.SampledFrom(positions).Draw(t, "position")
		c := recovery.Case{SentAt: sent, CreatedAt: sent, Pace: rapid.SampledFrom([]int{1, 60, 86_400}).Draw(t, "pace")}
		hours := func(name string, most int) time.Duration {
			return time.Duration(rapid.IntRange(0, most).Draw(t, name)) * time.Hour
		}
		begin := sent.Add(hours("begin", 400))
		middle := begin.Add(hours("first", 200))
		end := middle.Add(hours("second", 200))
		stop := func(from, until time.Time) recovery.Stop {
			return recovery.Stop{From: from, Until: &until, Because: recovery.StoppedByPause}
		}
		due := func(stops ...recovery.Stop) time.Time {
			return runs(b, test.clock, test.position, c, sent, stops...).DueAt
		}
		plain, short, long := due(), due(stop(begin, middle)), due(stop(begin, end))
		if short.Before(plain) || long.Before(short) {
			t.Fatalf("due %s, with a stop %s, with a longer one %s", plain, short, long)
		}
		if joined := due(stop(begin, middle), stop(middle, end)); !joined.Equal(long) {
			t.Fatalf("two stops that touch: %s, as one %s", joined, long)
		}
		if begin.After(plain) && !long.Equal(plain) {
			t.Fatalf("a stop after the end moved it from %s to %s", plain, long)
		}
		if early := due(stop(sent.Add(-9*day), sent)); !early.Equal(plain) {
			t.Fatalf("a stop before the begin moved it from %s to %s", plain, early)
		}
	})
}
