package playbook_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// succeeding are two lengths of a clock, one after the other: the first up to a
// day, the second from a day on.
func succeeding(clock, unit string, first, second int, until, from string) (before, after string) {
	before = "  - id: clock." + clock + "\n"
	length := func(id string, n int, end string) string {
		count := strconv.Itoa(n)
		return "  - {id: " + id + ", clock: " + clock + ", length: " + count + ", " + unit + end + `, source: {house: "a test"}, confidence: low}` + "\n"
	}
	return before, length("clock."+clock+".first", first, ", valid_to: "+until) + length("clock."+clock+".second", second, ", valid_from: "+from)
}

// withClock replaces a clock of the shipped book by two.
func withClock(t *testing.T, clock, unit string, first, second int, until, from string) (*playbook.Registry, error) {
	t.Helper()
	before, after := succeeding(clock, unit, first, second, until, from)
	files := shipped(t)
	const name = "books/2026-11/clocks.yaml"
	head, rest, found := strings.Cut(files[name], before)
	if !found {
		t.Fatalf("no clock %s", clock)
	}
	_, tail, _ := strings.Cut(rest, "  - id: ")
	files[name] = head + after + "  - id: " + tail
	return load(files)
}

// TestAClockHasTheLengthOfItsDay: a deadline is as long as the rules of the
// instant at which its clock began say, whatever day it ends on.
func TestAClockHasTheLengthOfItsDay(t *testing.T) {
	t.Parallel()
	playbooks, err := withClock(t, "contact_answer", "unit: days, rest_days: keep", 3, 5, turn, turn)
	if err != nil {
		t.Fatal(err)
	}
	b := playbooks.Current()
	waiting := recovery.Position{Stage: recovery.PrivateContact, WaitingOn: recovery.OnCounterpart}
	for at, want := range map[time.Time]int{turnsAt.Add(-time.Second): 3, turnsAt: 5, turnsAt.Add(time.Second): 5} {
		deadline := run(b, waiting, recovery.Case{CreatedAt: at.AddDate(0, 0, -9)}, at)
		day := time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, at.Location()).AddDate(0, 0, want+1).Add(-time.Second)
		if deadline.Kind != recovery.ContactClock || !deadline.DueAt.Equal(day) {
			t.Errorf("from %s: %+v, want %s", at, deadline, day)
		}
		if length, _ := b.NominalLength(recovery.ContactClock, at); length.Count != want {
			t.Errorf("at %s it takes %d days", at, length.Count)
		}
		for _, step := range b.Assess(story(), at, playbook.Knowledge{}).Plan {
			if said := map[int]string{3: "3 天", 5: "5 天"}[want]; step.Stage == recovery.PrivateContact && step.DueIn != said {
				t.Errorf("at %s the plan says %s", at, step.DueIn)
			}
		}
	}
}

// TestTheAutoRefundIsOfTheDayOfSending, not of the day anybody asks.
func TestTheAutoRefundIsOfTheDayOfSending(t *testing.T) {
	t.Parallel()
	playbooks, err := withClock(t, "auto_refund", "unit: hours", 24, 48, turn, turn)
	if err != nil {
		t.Fatal(err)
	}
	b := playbooks.Current()
	const day = 24 * time.Hour
	for at, length := range map[time.Time]time.Duration{turnsAt.Add(-time.Second): day, turnsAt: 2 * day, turnsAt.Add(time.Second): 2 * day} {
		ends := at.Add(length)
		facts := playbook.AssessmentFacts{Platform: recovery.WeChat, Instrument: recovery.OrdinaryPacket, ClaimState: recovery.Unclaimed, SentAt: &at}
		if got := b.Recall(facts, at.Add(time.Hour)); got.RefundAt == nil || !got.RefundAt.Equal(ends) {
			t.Errorf("sent at %s it comes back at %v", at, got.RefundAt)
		}
		c := recovery.Case{SentAt: at, CreatedAt: at.AddDate(1, 0, 0)}
		watch := recovery.Position{Stage: recovery.RecallWatch, WaitingOn: recovery.OnPlatform}
		if got := run(b, watch, c, c.SentAt); !got.DueAt.Equal(ends) {
			t.Errorf("sent at %s the clock ends at %v", at, got.DueAt)
		}
		filing := recovery.Filing{Platform: recovery.WeChat, Instrument: recovery.OrdinaryPacket, ClaimState: recovery.Unclaimed, SentAt: &at}
		if !b.IsRefundAhead(filing, ends.Add(-time.Second)) || b.IsRefundAhead(filing, ends) {
			t.Errorf("sent at %s the refund is not ahead up to %s", at, ends)
		}
	}
}

// TestStrategiesAndPlansMaySucceed one another.
func TestStrategiesAndPlansMaySucceed(t *testing.T) {
	t.Parallel()
	b := bounded(t, "strategies:\n", "strategies:\n"+
		`  - {id: strategy.one_to_one.new, groups: [none], risk: high, first: 新的。, then: 新的。, valid_from: `+turn+`, source: {house: "a test"}, confidence: low}`+"\n")
	for at, want := range map[time.Time]string{turnsAt.Add(-time.Second): "strategy.one_to_one", turnsAt: "strategy.one_to_one.new", turnsAt.Add(time.Second): "strategy.one_to_one.new"} {
		if got := b.Strategy(story(), at, nil); got.ID != want {
			t.Errorf("at %s: %s", at, got.ID)
		}
	}
	b = bounded(t, "id: plan.appeal, ", "id: plan.appeal, valid_to: "+turn+", ")
	for at, want := range map[time.Time]bool{turnsAt.Add(-time.Second): true, turnsAt: false, turnsAt.Add(time.Second): false} {
		planned := false
		for _, step := range b.Assess(story(), at, playbook.Knowledge{}).Plan {
			planned = planned || step.Stage == recovery.Appeal
		}
		if planned != want {
			t.Errorf("at %s an appeal is planned: %t", at, planned)
		}
	}
}

// TestGapsAndOverlapsAreRefused: no position is ever without a clock, and none
// has two.
func TestGapsAndOverlapsAreRefused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ until, from, want string }{
		{"2027-03-01", "2027-03-02", "books/2026-11/clocks.yaml:20: rule clock.promise.first: the clock promise has no length (on 2027-03-01)"},
		{"2027-03-02", "2027-03-01", "books/2026-11/clocks.yaml:21: rule clock.promise.second: the clock promise has two lengths (on 2027-03-01)"},
	} {
		_, err := withClock(t, "promise", "unit: days, rest_days: keep", 7, 5, test.until, test.from)
		if err == nil || !strings.HasPrefix(err.Error(), test.want) || strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("until %s, from %s: %v", test.until, test.from, err)
		}
	}
	for _, test := range []struct{ name, old, new, want string }{
		{"a clock that ends", "    clock: promise\n", "    clock: promise\n    valid_to: 2027-03-01\n", "rule clock.promise: the clock promise has no length (on 2027-03-01)"},
		{"a clock that begins", "    clock: promise\n", "    clock: promise\n    valid_from: 2027-03-01\n", "rule clock.promise: the clock promise has no length (on 2025-12-31)"},
		{"advice that ends", "    when: [delayed]\n", "    when: [delayed]\n    valid_to: 2027-03-01\n", "no guidance for delayed"},
		{"a strategy that ends", "    groups: [work]\n    risk", "    groups: [work]\n    valid_to: 2027-03-01\n    risk", "no strategy for a group that is work (on 2027-03-01)"},
		{"a theory without law", `      - {statute: 刑法, section: "98、270"`, `      - {valid_to: 2027-03-01, statute: 刑法, section: "98、270"`, "rule theory.embezzlement: from 2027-03-01 no article"},
		{"a route in two shapes", "id: route.set_off\n    route: set_off", "id: route.set_off\n    valid_from: 2027-03-01\n    route: mediation", "the route mediation has two rules"},
		{"a limit in two values", "limit: crowd, value", "limit: cohort, valid_from: 2027-03-01, value", "the limit cohort has two values"},
		{"turned round", "    clock: promise\n", "    clock: promise\n    valid_from: 2027-03-01\n    valid_to: 2027-03-01\n", "rule clock.promise: valid_to lies before valid_from"},
		{"an article turned round", `      - {statute: 刑法, section: "98、270"`, `      - {valid_from: 2027-03-01, valid_to: 2027-02-01, statute: 刑法, section: "98、270"`, "articles: valid_to lies before valid_from"},
	} {
		files, _, _ := changed(t, test.old, test.new)
		if _, err := load(files); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}
