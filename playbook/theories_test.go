package playbook_test

import (
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

func theory(t *testing.T, all []playbook.Characterisation, name string) playbook.Characterisation {
	t.Helper()
	at := slices.IndexFunc(all, func(c playbook.Characterisation) bool { return c.Theory == name })
	if at < 0 {
		t.Fatalf("nothing is said of %s", name)
	}
	return all[at]
}

func TestTheories(t *testing.T) {
	t.Parallel()
	b := book(t)
	packet := func(f *playbook.AssessmentFacts) { f.Instrument = recovery.OrdinaryPacket }
	told := func(name string, yes bool) func(*playbook.AssessmentFacts) {
		return func(f *playbook.AssessmentFacts) { f.Circumstances[name] = yes }
	}
	unsaid := func(f *playbook.AssessmentFacts) { f.Reason = recovery.OtherReason }
	tooMuch := func(f *playbook.AssessmentFacts) { f.Reason = recovery.WrongAmount }
	twice := func(f *playbook.AssessmentFacts) { f.Reason = recovery.Duplicate }
	unclaimed := func(f *playbook.AssessmentFacts) { f.ClaimState = recovery.Unclaimed }
	small := func(f *playbook.AssessmentFacts) { f.Amount = 299_999 }
	entry := func(f *playbook.AssessmentFacts) { f.Amount = 300_000 }
	refuses := func(f *playbook.AssessmentFacts) { f.Refusal = recovery.Refuses }
	silent := func(f *playbook.AssessmentFacts) { f.Refusal = recovery.NoAnswer }
	type changes = []func(*playbook.AssessmentFacts)
	for _, test := range []struct {
		name, theory string
		changes      changes
		want         playbook.Status
	}{
		{"a mistaken transfer", "unjust_enrichment", nil, playbook.Supported},
		{"a mistaken packet", "unjust_enrichment", changes{packet}, playbook.Supported},
		{"no word of the mistake", "unjust_enrichment", changes{unsaid}, playbook.StatusUnknown},
		{"nobody took it", "unjust_enrichment", changes{unclaimed}, playbook.Weakened},
		{"a debt was paid", "unjust_enrichment", changes{told("prior_debt", true)}, playbook.Weakened},
		{"a debt was paid, and more", "unjust_enrichment", changes{told("prior_debt", true), tooMuch}, playbook.Supported},
		{"a debt was paid twice", "unjust_enrichment", changes{told("prior_debt", true), twice}, playbook.Supported},
		{"a debt was paid, nobody says how it went wrong", "unjust_enrichment", changes{told("prior_debt", true), unsaid}, playbook.StatusUnknown},
		{"a slip", "unjust_enrichment", changes{told("knew_no_debt", false), told("prior_debt", false)}, playbook.Supported},
		{"no debt was paid", "unjust_enrichment", changes{told("prior_debt", false)}, playbook.Supported},
		{"paid on purpose, knowing there was no debt", "unjust_enrichment", changes{told("knew_no_debt", true)}, playbook.Weakened},
		{"spent in good faith", "unjust_enrichment", changes{told("spent", true)}, playbook.Supported},
		{"a transfer", "gift", nil, playbook.Weakened},
		{"a packet", "gift", changes{packet}, playbook.StatusUnknown},
		{"a packet with a wish", "gift", changes{packet, told("gift_note", true)}, playbook.Supported},
		{"a packet without", "gift", changes{packet, told("gift_note", false)}, playbook.Weakened},
		{"a mistake", "material_misunderstanding", nil, playbook.Supported},
		{"deceived of enough", "fraud", changes{told("deceived", true), entry}, playbook.Supported},
		{"deceived of less", "fraud", changes{told("deceived", true), small}, playbook.Weakened},
		{"not deceived", "fraud", changes{told("deceived", false), entry}, playbook.Weakened},
		{"nobody says", "fraud", changes{entry}, playbook.StatusUnknown},
		{"refused", "embezzlement", changes{refuses}, playbook.StatusUnknown},
		{"refused what was entrusted", "embezzlement", changes{refuses, told("entrusted", true)}, playbook.Supported},
		{"silence is no refusal", "embezzlement", changes{silent, told("entrusted", true)}, playbook.StatusUnknown},
		{"pressed", "harassment_by_claimant", changes{told("pressed", true)}, playbook.Supported},
		{"not pressed", "harassment_by_claimant", changes{told("pressed", false)}, playbook.Weakened},
		{"nobody says", "harassment_by_claimant", nil, playbook.StatusUnknown},
	} {
		f := story()
		for _, change := range test.changes {
			change(&f)
		}
		got := theory(t, b.Characterise(f, sent.Add(48*time.Hour)), test.theory)
		if got.Status != test.want || got.Why == "" || got.Article == "" || got.Name == "" {
			t.Errorf("%s, %s: %+v, want %s", test.theory, test.name, got, test.want)
		}
	}
}

// A theory that the facts weaken names the fact that weakens it. Every need of every
// theory fails here with every combination of the others.
func TestEveryWeakenedTheorySaysWhy(t *testing.T) {
	t.Parallel()
	b := book(t)
	circumstances := []map[string]bool{{}, {}, {}}
	for _, signal := range []string{"gift_note", "deceived", "entrusted", "pressed"} {
		circumstances[1][signal], circumstances[2][signal] = true, false
	}
	seen := map[string]bool{}
	check := func(f playbook.AssessmentFacts, now time.Time) {
		for _, c := range b.Characterise(f, now) {
			if c.Status == playbook.Weakened && len(c.Against) == 0 {
				t.Errorf("%s is weakened without a reason: %s %s %s %s %v", c.Theory, f.Instrument, f.Reason, f.ClaimState, f.Refusal, f.Circumstances)
			}
			seen[c.Theory] = seen[c.Theory] || c.Status == playbook.Weakened
		}
	}
	for f := range everyStory(circumstances) {
		for _, amount := range []recovery.Money{100, 5_000_00} {
			f.Amount = amount
			check(f, sent.Add(time.Hour))
			check(f, sent.AddDate(1, 0, 0))
		}
	}
	for name, weakened := range seen {
		if !weakened {
			t.Errorf("no combination weakens %s", name)
		}
	}
}

// everyStory combines the facts that the needs of theories read.
func everyStory(circumstances []map[string]bool) iter.Seq[playbook.AssessmentFacts] {
	return func(yield func(playbook.AssessmentFacts) bool) {
		for _, instrument := range recovery.Instruments {
			for _, reason := range append(recovery.Reasons, "") {
				for _, claim := range append(recovery.ClaimStates, "") {
					for _, refusal := range append(recovery.Refusals, "") {
						for _, known := range circumstances {
							f := story()
							f.Instrument, f.Reason, f.ClaimState, f.Refusal, f.Circumstances = instrument, reason, claim, refusal, known
							if !yield(f) {
								return
							}
						}
					}
				}
			}
		}
	}
}

func TestNinetyDays(t *testing.T) {
	t.Parallel()
	b := book(t)
	at := func(days int) time.Time { return sent.AddDate(0, 0, days) }
	for _, test := range []struct {
		now     time.Time
		noticed int // days after the sending; -1: not told
		want    playbook.Status
	}{
		{at(90), -1, playbook.Supported},
		{at(91), -1, playbook.StatusUnknown},
		{at(91), 1, playbook.Supported},
		{at(92), 1, playbook.Weakened},
		{at(400), 309, playbook.Weakened},
		{at(400), 310, playbook.Supported},
	} {
		f := story()
		if test.noticed >= 0 {
			noticed := at(test.noticed)
			f.NoticedAt = &noticed
		}
		if got := theory(t, b.Characterise(f, test.now), "material_misunderstanding"); got.Status != test.want {
			t.Errorf("%s, noticed %d: %s, want %s", test.now, test.noticed, got.Status, test.want)
		}
	}
}

func TestAPacketIsNotATransfer(t *testing.T) {
	t.Parallel()
	b := book(t)
	transfer, packet := story(), story()
	packet.Instrument = recovery.OrdinaryPacket
	for _, name := range []string{"unjust_enrichment", "gift"} {
		one, other := theory(t, b.Characterise(transfer, sent), name), theory(t, b.Characterise(packet, sent), name)
		if slices.Equal(one.Supports, other.Supports) && slices.Equal(one.Against, other.Against) {
			t.Errorf("%s: a packet and a transfer get the same answer", name)
		}
	}
}

// Every citation carries its mark, nothing is a verdict, and what is missing is
// a question that can be answered.
// What a field of the facts would tell is asked for while it is left out, and no
// longer.
func TestFieldsThatAreLeftOutAreAskedFor(t *testing.T) {
	t.Parallel()
	b := book(t)
	noticed, told := sent.Add(time.Hour), sent.Add(2*time.Hour)
	for _, test := range []struct {
		theory, asks string
		now          time.Time
		empty, full  func(*playbook.AssessmentFacts)
	}{
		{"unjust_enrichment", "发错的是人", sent, func(f *playbook.AssessmentFacts) { f.Reason = "" }, func(f *playbook.AssessmentFacts) { f.Reason = recovery.WrongGroup }},
		{"unjust_enrichment", "是否已被对方领取", sent, func(f *playbook.AssessmentFacts) { f.ClaimState = "" }, func(f *playbook.AssessmentFacts) { f.ClaimState = recovery.Claimed }},
		{"unjust_enrichment", "是否已经告诉对方", told, func(*playbook.AssessmentFacts) {}, func(f *playbook.AssessmentFacts) { f.NotifiedAt = &told }},
		{"material_misunderstanding", "哪天知道发错", sent.AddDate(0, 0, 120), func(*playbook.AssessmentFacts) {}, func(f *playbook.AssessmentFacts) { f.NoticedAt = &noticed }},
		{"embezzlement", "对方怎样答复", sent, func(*playbook.AssessmentFacts) {}, func(f *playbook.AssessmentFacts) { f.Refusal = recovery.ClaimsGift }},
		{"gift", "对方是否说这是送的", sent, func(*playbook.AssessmentFacts) {}, func(f *playbook.AssessmentFacts) { f.Refusal = recovery.ClaimsGift }},
	} {
		asked := func(change func(*playbook.AssessmentFacts)) bool {
			f := story()
			change(&f)
			return slices.ContainsFunc(theory(t, b.Characterise(f, test.now), test.theory).Missing, func(q playbook.Question) bool {
				return q.Signal == "" && strings.Contains(q.Text, test.asks)
			})
		}
		if !asked(test.empty) || asked(test.full) {
			t.Errorf("%s, %s: asked when left out %v, when told %v", test.theory, test.asks, asked(test.empty), asked(test.full))
		}
	}
}

func TestCharacterisationIsHonest(t *testing.T) {
	t.Parallel()
	b := book(t)
	all := b.Characterise(story(), sent)
	if len(all) != 6 {
		t.Errorf("%d theories", len(all))
	}
	for _, c := range all {
		for _, article := range c.Articles {
			if article.Mark == "" || article.Edition == "" {
				t.Errorf("%s: %+v", c.Theory, article)
			}
		}
		for _, question := range c.Missing {
			if question.Signal == "" {
				continue // a field tells it
			}
			f := story()
			f.Circumstances[question.Signal] = true
			if err := b.CheckFacts(f, sent); err != nil {
				t.Errorf("%s asks what nobody can tell: %v", c.Theory, err)
			}
			again := theory(t, b.Characterise(f, sent), c.Theory)
			if slices.Contains(again.Missing, question) {
				t.Errorf("%s asks %s though it was told", c.Theory, question.Signal)
			}
		}
		for _, text := range slices.Concat(c.Supports, c.Against, []string{c.Why}) {
			for _, verdict := range []string{"必然", "一定构成", "肯定胜诉", "已构成", "有罪"} {
				if strings.Contains(text, verdict) {
					t.Errorf("%s: a verdict: %s", c.Theory, text)
				}
			}
		}
	}
}
