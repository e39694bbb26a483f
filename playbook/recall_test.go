package playbook_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/playbook"
	"recourse/recovery"
)

var sent = time.Date(2026, 11, 21, 4, 30, 0, 0, time.UTC)

func book(t testing.TB) *playbook.RuleSet {
	t.Helper()
	playbooks, err := playbook.Load()
	if err != nil {
		t.Fatalf("the embedded playbook is broken: %v", err)
	}
	return playbooks.Current()
}

func facts(p recovery.Platform, i recovery.Instrument, claim recovery.ClaimState) playbook.AssessmentFacts {
	at := sent
	return playbook.AssessmentFacts{Platform: p, Instrument: i, Amount: 10_000, ClaimState: claim, SentAt: &at}
}

// cells are the sources' tables: which instruments a source speaks of, whether
// sources contradict one another, how many readings are kept, for how long any
// reading lets the sender try to take money back, and whether unclaimed money
// returns.
var cells = []struct {
	platform   recovery.Platform
	instrument recovery.Instrument
	readings   int
	disputed   bool
	window     time.Duration
	refunds    bool
}{
	{recovery.WeChat, recovery.OrdinaryPacket, 4, true, day, true},
	{recovery.WeChat, recovery.LuckyPacket, 5, true, day, true},
	{recovery.WeChat, recovery.Transfer, 5, true, day, true},
	{recovery.WeChat, recovery.EnterprisePacket, 0, false, 0, false},
	{recovery.WeChat, recovery.PasswordPacket, 0, false, 0, false},
	{recovery.Alipay, recovery.OrdinaryPacket, 4, true, 2 * time.Hour, true},
	{recovery.Alipay, recovery.LuckyPacket, 4, true, 2 * time.Hour, true},
	{recovery.Alipay, recovery.Transfer, 1, false, 0, false},
	{recovery.Alipay, recovery.EnterprisePacket, 0, false, 0, false},
	{recovery.Alipay, recovery.PasswordPacket, 4, true, 2 * time.Hour, true},
	{recovery.QQ, recovery.OrdinaryPacket, 3, true, time.Hour, true},
	{recovery.QQ, recovery.LuckyPacket, 3, true, time.Hour, true},
	{recovery.QQ, recovery.Transfer, 0, false, 0, false},
	{recovery.QQ, recovery.EnterprisePacket, 0, false, 0, false},
	{recovery.QQ, recovery.PasswordPacket, 3, true, time.Hour, true},
	{recovery.WeCom, recovery.OrdinaryPacket, 0, false, 0, false},
	{recovery.WeCom, recovery.LuckyPacket, 0, false, 0, false},
	{recovery.WeCom, recovery.Transfer, 0, false, 0, false},
	{recovery.WeCom, recovery.EnterprisePacket, 2, true, 0, false},
	{recovery.WeCom, recovery.PasswordPacket, 0, false, 0, false},
}

// instants are the boundaries of the sources' time lines, each side of each.
var instants = []time.Duration{
	0, time.Second, 2 * time.Second, 2*time.Minute - time.Second, 2 * time.Minute, 2*time.Minute + time.Second,
	time.Hour - time.Second, time.Hour, time.Hour + time.Second, 2*time.Hour - time.Second, 2 * time.Hour,
	2*time.Hour + time.Second, 24*time.Hour - time.Second, 24 * time.Hour, 24*time.Hour + time.Second,
}

func TestEveryCellAtEveryBoundary(t *testing.T) {
	t.Parallel()
	b := book(t)
	if len(cells) != len(recovery.Platforms)*len(recovery.Instruments) {
		t.Fatalf("the table has %d cells, there are %d", len(cells), len(recovery.Platforms)*len(recovery.Instruments))
	}
	for _, cell := range cells {
		for _, after := range instants {
			for _, claim := range recovery.ClaimStates {
				got := b.Recall(facts(cell.platform, cell.instrument, claim), sent.Add(after))
				name := string(cell.platform) + " " + string(cell.instrument) + " " + string(claim) + " " + after.String()
				if got.Possible {
					t.Errorf("%s: promised, though every source that allows it is disputed", name)
				}
				mayTry := claim == recovery.Unclaimed || claim == recovery.ClaimUnknown
				if want := mayTry && after < cell.window; got.WorthTrying != want {
					t.Errorf("%s: worth trying %v, want %v", name, got.WorthTrying, want)
				}
				if got.Disputed != cell.disputed || len(got.Readings) != cell.readings {
					t.Errorf("%s: disputed %v with %d readings", name, got.Disputed, len(got.Readings))
				}
				if want := cell.refunds && claim != recovery.Claimed; (got.RefundAt != nil) != want {
					t.Errorf("%s: refund at %v, want one: %v", name, got.RefundAt, want)
				}
				if got.How == "" || len(got.Steps) == 0 || len(got.Warnings) < 4 {
					t.Errorf("%s: nothing to tell the claimant: %+v", name, got)
				}
			}
		}
	}
}

func TestUntilIsTheNextEndThenTheRefund(t *testing.T) {
	t.Parallel()
	b := book(t)
	refund := sent.Add(24 * time.Hour)
	window := sent.Add(2 * time.Minute)
	for _, test := range []struct {
		claim recovery.ClaimState
		after time.Duration
		until *time.Time
	}{
		{recovery.Unclaimed, 0, &window},
		{recovery.ClaimUnknown, 0, &window},
		{recovery.PartlyClaimed, 0, &refund},
		{recovery.Claimed, 0, nil},
		{recovery.Unclaimed, 2*time.Minute - time.Second, &window},
		{recovery.Unclaimed, 2 * time.Minute, &refund},
		{recovery.Unclaimed, 24*time.Hour - time.Second, &refund},
		{recovery.Unclaimed, 24 * time.Hour, nil},
	} {
		got := b.Recall(facts(recovery.WeChat, recovery.Transfer, test.claim), sent.Add(test.after))
		if (got.Until == nil) != (test.until == nil) || got.Until != nil && !got.Until.Equal(*test.until) {
			t.Errorf("%s after %s: until %v, want %v", test.claim, test.after, got.Until, test.until)
		}
	}
}

// Whatever the facts, an answer never promises more than the sources agree on.
func TestNothingUncertainIsPromised(t *testing.T) {
	t.Parallel()
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		f := facts(rapid.SampledFrom(recovery.Platforms).Draw(t, "platform"),
			rapid.SampledFrom(recovery.Instruments).Draw(t, "instrument"),
			rapid.SampledFrom(recovery.ClaimStates).Draw(t, "claim"))
		earlier := time.Duration(rapid.Int64Range(-int64(time.Hour), int64(48*time.Hour)).Draw(t, "after"))
		later := earlier + time.Duration(rapid.Int64Range(0, int64(48*time.Hour)).Draw(t, "more"))
		first, second := b.Recall(f, sent.Add(earlier)), b.Recall(f, sent.Add(later))
		if second.Possible && !first.Possible {
			t.Fatalf("%+v: what cannot be recalled after %s can be after %s", f, earlier, later)
		}
		if first.Possible || second.WorthTrying && !first.WorthTrying {
			t.Fatalf("%+v: promised without ground: %+v", f, first)
		}
		if first.WorthTrying && (first.Until == nil || !first.Until.After(sent.Add(earlier))) {
			t.Fatalf("%+v: worth a try without an end: %+v", f, first)
		}
	})
}

func TestWithoutASendingTimeNothingIsComputed(t *testing.T) {
	t.Parallel()
	got := book(t).Recall(playbook.AssessmentFacts{Platform: recovery.WeChat, Instrument: recovery.Transfer}, sent)
	if got.Possible || got.Until != nil || got.RefundAt != nil || len(got.Steps) == 0 {
		t.Errorf("answer without a time: %+v", got)
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	b := book(t)
	password := b.Recall(facts(recovery.Alipay, recovery.PasswordPacket, recovery.Unclaimed), sent).Warnings
	ordinary := b.Recall(facts(recovery.Alipay, recovery.OrdinaryPacket, recovery.Unclaimed), sent).Warnings
	silent := b.Recall(facts(recovery.Alipay, recovery.Transfer, recovery.Unclaimed), sent).Warnings
	if len(password) != len(ordinary)+1 || len(silent) != len(ordinary)-1 {
		t.Errorf("warnings: %d for a password packet, %d for an ordinary one, %d where nothing is disputed",
			len(password), len(ordinary), len(silent))
	}
}

// What one caller does to an answer must not reach the next.
func TestAnswersAreTheCallersOwn(t *testing.T) {
	t.Parallel()
	b := book(t)
	ask := func() playbook.Recall {
		return b.Recall(facts(recovery.WeChat, recovery.Transfer, recovery.Claimed), sent)
	}
	first := ask()
	want := slices.Clone(first.Steps)
	first.Steps[0] = "changed"
	if !slices.Equal(ask().Steps, want) {
		t.Error("a caller changed the book")
	}
}
