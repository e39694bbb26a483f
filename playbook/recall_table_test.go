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
func what(r playbook.Recall, now time.Time) string {
	switch {
	case r.Possible:
		return "take it back"
	case r.ArrivesAt != nil && now.Before(*r.ArrivesAt) && strings.Contains(r.How, "延时到账"):
		return "under way"
	case r.Until != nil && (r.RefundAt == nil || r.Until.Before(*r.RefundAt)):
		return "perhaps"
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
	refunded := "wait wait wait wait wait wait wait wait wait wait wait look look"
	asked := strings.TrimSpace(strings.Repeat("ask ", len(line)))
	for _, cell := range cells {
		want := asked
		if cell.refunds {
			want = refunded
		}
		if cell.window == 2*m {
			want = "take_it_back take_it_back" + strings.TrimPrefix(refunded, "wait wait")
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

func TestDelayedArrival(t *testing.T) {
	t.Parallel()
	b := book(t)
	s, h := time.Second, time.Hour
	for _, test := range []struct {
		delay recovery.Delay
		claim recovery.ClaimState
		after time.Duration
		want  string
	}{
		{recovery.TwoHours, recovery.Claimed, 0, "under way"},
		{recovery.TwoHours, recovery.Claimed, 2*h - s, "under way"},
		{recovery.TwoHours, recovery.Claimed, 2 * h, "ask"},
		{recovery.OneDay, recovery.Claimed, 24*h - s, "under way"},
		{recovery.OneDay, recovery.Claimed, 24 * h, "ask"},
		{recovery.NoDelay, recovery.Claimed, 0, "ask"},
		{"", recovery.Claimed, 0, "ask"},
		{recovery.OneDay, recovery.Unclaimed, 0, "take it back"},
		{recovery.OneDay, recovery.ClaimUnknown, 0, "perhaps"},
		{recovery.TwoHours, recovery.Unclaimed, h, "under way"},
		{recovery.TwoHours, recovery.Unclaimed, 2 * h, "wait"},
		{recovery.OneDay, recovery.Unclaimed, 24 * h, "look"},
	} {
		f := facts(recovery.WeChat, recovery.Transfer, test.claim)
		f.Delay = test.delay
		now := sent.Add(test.after)
		got := b.Recall(f, now)
		if answer := what(got, now); answer != test.want {
			t.Errorf("delay %q, %s, after %s: %s, want %s", test.delay, test.claim, test.after, answer, test.want)
		}
	}
	packet := facts(recovery.WeChat, recovery.OrdinaryPacket, recovery.Claimed)
	packet.Delay = recovery.OneDay
	if got := b.Recall(packet, sent); got.ArrivesAt != nil {
		t.Error("a packet has no delayed arrival")
	}
	unsent := playbook.RecallFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer, Delay: recovery.OneDay}
	if got := b.Recall(unsent, sent); got.ArrivesAt != nil {
		t.Error("an arrival was computed without a time of sending")
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
						plain := facts(cell.platform, cell.instrument, claim)
						full := plain
						full.Account, full.Delay = account, delay
						now := sent.Add(after)
						before, got := b.Recall(plain, now), b.Recall(full, now)
						if got.Possible != before.Possible || len(got.Readings) != len(before.Readings) || got.How == "" || len(got.Who) == 0 {
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
		facts playbook.RecallFacts
		after time.Duration
		want  []string
	}{
		{"a transfer just sent", facts(recovery.WeChat, recovery.Transfer, recovery.Unclaimed), 0, []string{"sender"}},
		{"a packet under way", facts(recovery.WeChat, recovery.LuckyPacket, recovery.Unclaimed), time.Hour, []string{"recipient", "platform"}},
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
		{"", 3}, {"    valid_to: 2026-11-01\n", 2}, {"    valid_from: 2026-12-01\n", 2},
		{"    valid_from: 2026-11-01\n    valid_to: 2026-12-01\n", 3},
	} {
		files, _, _ := changed(t, "  - id: recall.wechat.transfer.a\n", "  - id: recall.wechat.transfer.a\n"+test.validity)
		playbooks, err := load(files)
		if err != nil {
			t.Fatal(err)
		}
		got := playbooks.Current().Recall(facts(recovery.WeChat, recovery.Transfer, recovery.Unclaimed), sent)
		if len(got.Readings) != test.readings {
			t.Errorf("%q: %d readings, want %d", test.validity, len(got.Readings), test.readings)
		}
	}
	files, _, _ := changed(t, "  - id: recall.wechat.transfer.a\n", "  - id: recall.wechat.transfer.a\n    valid_from: 2026-12-01\n    valid_to: 2026-11-01\n")
	if _, err := load(files); err == nil || !strings.Contains(err.Error(), "lies before") {
		t.Errorf("a rule that ends before it begins: %v", err)
	}
}
