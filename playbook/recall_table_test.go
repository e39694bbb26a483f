package playbook_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// what is the answer at one instant, in a word.
func what(r playbook.Recall, _ time.Time) string {
	switch {
	case r.Possible:
		return "take it back"
	case strings.Contains(r.How, "钱可能还在路上、没到对方手里"):
		return "under way"
	case r.WorthTrying:
		return "try"
	case r.Until != nil:
		return "wait"
	case r.RefundAt != nil:
		return "look"
	default:
		return "ask"
	}
}

// The sources' time lines, cell by cell: what an unclaimed sum can do at each
// boundary. wait: for the auto-refund; look: it should have come; ask: the
// recipient, the company or the platform.
func TestTheTimeLines(t *testing.T) {
	t.Parallel()
	b := book(t)
	s, m, h := time.Second, time.Minute, time.Hour
	line := []time.Duration{0, 2*m - s, 2 * m, 2*m + s, h - s, h, h + s, 2*h - s, 2 * h, 2*h + s, 24*h - s, 24 * h, 24*h + s}
	asked := strings.TrimSpace(strings.Repeat("ask ", len(line)))
	for _, cell := range cells {
		want := asked
		if cell.refunds {
			words := make([]string, len(line))
			for i, after := range line {
				switch {
				case after < cell.window:
					words[i] = "try"
				case after < day:
					words[i] = "wait"
				default:
					words[i] = "look"
				}
			}
			want = strings.Join(words, " ")
		}
		var got []string
		for _, after := range line {
			now := sent.Add(after)
			got = append(got, strings.ReplaceAll(what(b.Recall(facts(cell.platform, cell.instrument, recovery.Unclaimed), now), now), " ", "_"))
		}
		if answer := strings.Join(got, " "); answer != want {
			t.Errorf("%s %s:\n%s, want\n%s", cell.platform, cell.instrument, answer, want)
		}
	}
}

// TestDelayCountsFromAcceptance: money that may still be under way is never called
// taken, and the arrival counts from the acceptance.
func TestDelayCountsFromAcceptance(t *testing.T) {
	t.Parallel()
	b := book(t)
	s, h := time.Second, time.Hour
	never := time.Duration(-1)
	for _, test := range []struct {
		delay    recovery.Delay
		claim    recovery.ClaimState
		accepted time.Duration // after the sending
		after    time.Duration
		want     string
	}{
		{recovery.TwoHours, recovery.Claimed, 3 * h, 5*h - s, "under way"},
		{recovery.TwoHours, recovery.Claimed, 3 * h, 5 * h, "ask"},
		{recovery.OneDay, recovery.Claimed, 20 * h, 44*h - s, "under way"},
		{recovery.OneDay, recovery.Claimed, 20 * h, 44 * h, "ask"},
		{recovery.TwoHours, recovery.ClaimUnknown, h, 2 * h, "under way"},
		{recovery.TwoHours, recovery.Claimed, never, 0, "under way"},
		{recovery.TwoHours, recovery.Claimed, never, 26*h - s, "under way"},
		{recovery.TwoHours, recovery.Claimed, never, 26 * h, "ask"},
		{recovery.OneDay, recovery.Claimed, never, 48*h - s, "under way"},
		{recovery.OneDay, recovery.Claimed, never, 48 * h, "ask"},
		{recovery.NoDelay, recovery.Claimed, never, 0, "ask"},
		{"", recovery.Claimed, never, 0, "ask"},
		{recovery.OneDay, recovery.Unclaimed, never, 0, "try"},
		{recovery.OneDay, recovery.ClaimUnknown, never, h, "try"},
		{recovery.OneDay, recovery.ClaimUnknown, never, 30 * h, "under way"},
		{recovery.OneDay, recovery.ClaimUnknown, never, 48 * h, "look"},
		{recovery.TwoHours, recovery.Unclaimed, never, 2 * h, "try"},
		{recovery.OneDay, recovery.Unclaimed, never, 24 * h, "look"},
	} {
		f := facts(recovery.WeChat, recovery.Transfer, test.claim)
		f.Delay = test.delay
		if test.accepted != never {
			at := sent.Add(test.accepted)
			f.AcceptedAt = &at
		}
		now := sent.Add(test.after)
		got := b.Recall(f, now)
		if answer := what(got, now); answer != test.want {
			t.Errorf("delay %q, %s accepted %s, after %s: %s, want %s", test.delay, test.claim, test.accepted, test.after, answer, test.want)
		}
		underWay := test.want == "under way"
		if known := got.ArrivesAt != nil; underWay && known != (test.accepted != never) {
			t.Errorf("delay %q after %s: an arrival is named: %v", test.delay, test.after, known)
		}
		if underWay && (!got.Stoppable || !slices.Contains(got.Who, "platform") || strings.Contains(got.How, "被收走")) {
			t.Errorf("delay %q after %s: nobody is asked to stop it: %+v", test.delay, test.after, got)
		}
	}
}

// TestAnUnknownDelayIsAsked: an accepted transfer may still be under way, so the time
// of the acceptance and the delay are asked, and the answer says so.
func TestAnUnknownDelayIsAsked(t *testing.T) {
	t.Parallel()
	b := book(t)
	asked := func(r playbook.Recall, text string) bool {
		return slices.ContainsFunc(r.Questions, func(q playbook.Question) bool { return strings.Contains(q.Text, text) })
	}
	f := facts(recovery.WeChat, recovery.Transfer, recovery.Claimed)
	got := b.Recall(f, sent.Add(time.Hour))
	if !asked(got, "延时到账") || !strings.Contains(got.How, "延时到账") {
		t.Errorf("unknown delay: %s %v", got.How, got.Questions)
	}
	if got := b.Recall(f, sent.Add(3*day)); strings.Contains(got.How, "延时到账") {
		t.Errorf("three days later no delay is possible: %s", got.How)
	}
	f.Delay = recovery.TwoHours
	if got := b.Recall(f, sent.Add(time.Hour)); !asked(got, "几点") {
		t.Errorf("unknown acceptance: %v", got.Questions)
	}
	f.Counterparts = []recovery.FilingCounterpart{{Alias: "山风", ClaimedAt: f.SentAt}}
	if got := b.Recall(f, sent.Add(time.Hour)); asked(got, "几点") || got.ArrivesAt == nil {
		t.Errorf("the only recipient's time counts as the acceptance: %+v", got)
	}
}

// Whatever account and delay, the readings stay and nothing more is promised.
func TestAccountsAndDelaysPromiseNothing(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, cell := range cells {
		for _, account := range recovery.Accounts {
			for _, delay := range recovery.Delays {
				for _, claim := range recovery.ClaimStates {
					for _, after := range instants {
						full := facts(cell.platform, cell.instrument, claim)
						full.Account, full.Delay = account, delay
						now := sent.Add(after)
						got := b.Recall(full, now)
						if got.Possible || got.How == "" || len(got.Who) == 0 {
							t.Fatalf("%s %s %s %s %s after %s: %+v", cell.platform, cell.instrument, account, delay, claim, after, got)
						}
					}
				}
			}
		}
	}
}

func TestWhoHasToAct(t *testing.T) {
	t.Parallel()
	b := book(t)
	company := facts(recovery.WeCom, recovery.EnterprisePacket, recovery.Unclaimed)
	company.Account = recovery.Company
	employee := company
	employee.Account = recovery.Personal
	for _, test := range []struct {
		name  string
		facts playbook.AssessmentFacts
		after time.Duration
		want  []string
	}{
		{"a transfer just sent", facts(recovery.WeChat, recovery.Transfer, recovery.Unclaimed), 0, []string{"sender", "recipient"}},
		{"a packet under way", facts(recovery.WeChat, recovery.LuckyPacket, recovery.Unclaimed), time.Hour, []string{"sender", "recipient"}},
		{"a packet taken", facts(recovery.WeChat, recovery.LuckyPacket, recovery.Claimed), time.Hour, []string{"recipient"}},
		{"a day later, nobody claimed", facts(recovery.WeChat, recovery.LuckyPacket, recovery.Unclaimed), 24 * time.Hour, []string{"platform"}},
		{"a day later, some did", facts(recovery.WeChat, recovery.LuckyPacket, recovery.PartlyClaimed), 24 * time.Hour, []string{"recipient", "platform"}},
		{"a company's packet", company, time.Hour, []string{"company", "recipient"}},
		{"seen by an employee", employee, time.Hour, []string{"company", "recipient"}},
	} {
		if got := b.Recall(test.facts, sent.Add(test.after)).Who; !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// Whoever holds a share, or may, is never left out of those to be asked.
func TestWhoMayHoldMoneyIsAsked(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, cell := range cells {
		for _, claim := range []recovery.ClaimState{recovery.ClaimUnknown, recovery.PartlyClaimed, recovery.Claimed} {
			for _, after := range instants {
				if got := b.Recall(facts(cell.platform, cell.instrument, claim), sent.Add(after)).Who; !slices.Contains(got, "recipient") {
					t.Errorf("%s %s %s after %s: %v", cell.platform, cell.instrument, claim, after, got)
				}
			}
		}
	}
}

// When a day has passed, nobody is told to do something within a day.
func TestNoTimeThatIsOverIsNamed(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, cell := range cells {
		for _, claim := range recovery.ClaimStates {
			got := b.Recall(facts(cell.platform, cell.instrument, claim), sent.Add(24*time.Hour))
			if said := got.How + strings.Join(got.Steps, ""); strings.Contains(said, "24 小时内") {
				t.Errorf("%s %s %s: %s", cell.platform, cell.instrument, claim, said)
			}
		}
	}
}

// A rule with a time of its own is heard only of money sent in it.
func TestARuleOutOfTimeIsNotHeard(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		validity string
		readings int
	}{
		{"", 5}, {"    valid_to: 2026-11-01\n", 4}, {"    valid_from: 2026-12-01\n", 4},
		{"    valid_from: 2026-11-01\n    valid_to: 2026-12-01\n", 5},
	} {
		files, _, _ := changed(t, "  - id: recall.wechat.transfer.platform\n", "  - id: recall.wechat.transfer.platform\n"+test.validity)
		playbooks, err := load(files)
		if err != nil {
			t.Fatal(err)
		}
		got := playbooks.Current().Recall(facts(recovery.WeChat, recovery.Transfer, recovery.Unclaimed), sent)
		if len(got.Readings) != test.readings {
			t.Errorf("%q: %d readings, want %d", test.validity, len(got.Readings), test.readings)
		}
	}
	files, _, _ := changed(t, "  - id: recall.wechat.transfer.platform\n", "  - id: recall.wechat.transfer.platform\n    valid_from: 2026-12-01\n    valid_to: 2026-11-01\n")
	if _, err := load(files); err == nil || !strings.Contains(err.Error(), "lies before") {
		t.Errorf("a rule that ends before it begins: %v", err)
	}
}
