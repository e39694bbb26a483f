package playbook_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

// overpaid is a transfer of 11,000 yuan where 1,100 was owed.
func overpaid(intended recovery.Money) recovery.Case {
	c := sample(recovery.NoGroup)
	c.Amount, c.Reason = 1_100_000, recovery.WrongAmount
	c.Position.Recovered, c.Position.Facts.Intended = 0, intended
	return c
}

// bodies joins every wording of a case in every stage that concerns money.
func bodies(t *testing.T, c recovery.Case) string {
	t.Helper()
	var all strings.Builder
	for _, stage := range recovery.Stages {
		for _, text := range book(t).Texts(c, stage) {
			all.WriteString(text.Body + "\n" + text.Short + "\n" + text.English.Body + "\n" + text.English.Short + "\n")
		}
	}
	return all.String()
}

func TestTextsAskForTheSurplusOnly(t *testing.T) {
	t.Parallel()
	c := overpaid(110_000)
	for _, stage := range recovery.Stages {
		for _, text := range book(t).Texts(c, stage) {
			whole := text.Body + text.English.Body
			if stage != recovery.RecallWatch && !strings.Contains(whole, "9,900.00") {
				t.Errorf("%s does not ask for the surplus: %s", text.ID, text.Body)
			}
			for _, wrong := range []string{"这 11,000", "还 11,000", "还有 11,000", "还差 11,000", "发错到", "the CNY 11,000"} {
				if strings.Contains(whole, wrong) {
					t.Errorf("%s claims what was owed (%q): %s", text.ID, wrong, text.Body)
				}
			}
		}
	}
	if text := book(t).Texts(c, recovery.PrivateContact)[0]; !strings.Contains(text.Body, "本来应该是 1,100.00 元") {
		t.Errorf("the request does not say what was owed: %s", text.Body)
	}
}

func TestTextsAskForNoSumWhileTheSurplusIsUnknown(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]recovery.Case{"wrong amount": overpaid(0), "several payments of one debt": twice(0)} {
		text := bodies(t, c)
		if strings.Contains(text, "11,000.00") || strings.Contains(text, "1,000.00") || !strings.Contains(text, "多付的部分") {
			t.Errorf("%s: %s", name, text)
		}
	}
}

// twice is a debt of 500 yuan that was paid twice.
func twice(intended recovery.Money) recovery.Case {
	c := sample(recovery.NoGroup)
	later := sent.Add(4 * time.Minute)
	c.Amount, c.Reason, c.Position.Recovered, c.Position.Facts.Intended = 100_000, recovery.Duplicate, 0, intended
	c.Sends = []recovery.Send{{Amount: 50_000, SentAt: &sent}, {Amount: 50_000, SentAt: &later, TransactionNo: "1000050002"}}
	return c
}

func TestARepeatedPaymentIsAskedForOnce(t *testing.T) {
	t.Parallel()
	together := book(t).Texts(twice(50_000), recovery.PrivateContact)[0].Body
	if !strings.Contains(together, "付重复了：本来应该付 500.00 元，前后付了 1,000.00 元") || !strings.Contains(together, "多付的 500.00 元") {
		t.Errorf("both payments in one case: %s", together)
	}
	second := sample(recovery.NoGroup)
	second.Reason, second.Amount, second.Position.Recovered = recovery.Duplicate, 50_000, 0
	if text := book(t).Texts(second, recovery.PrivateContact)[0].Body; !strings.Contains(text, "重复付的 500.00 元") {
		t.Errorf("a case about the second payment only: %s", text)
	}
}

func TestTextsOfSeveralSends(t *testing.T) {
	t.Parallel()
	c := sample(recovery.NoGroup)
	c.Instrument, c.Amount, c.Reason, c.Position.Recovered = recovery.OrdinaryPacket, 112_800, recovery.WrongPerson, 0
	for i := range 6 {
		at := sent.Add(time.Duration(i) * time.Minute)
		c.Sends = append(c.Sends, recovery.Send{Amount: 18_800, SentAt: &at, TransactionNo: "100005000" + string(rune('1'+i))})
	}
	text := book(t).Texts(c, recovery.PrivateContact)[0]
	for _, want := range []string{"6 个红包（一共 1,128.00 元）", "把 6 个", "12:30 至 12:35 "} {
		if !strings.Contains(text.Body, want) {
			t.Errorf("the text lacks %q: %s", want, text.Body)
		}
	}
	if service := book(t).Texts(c, recovery.Appeal)[0].Body; !strings.Contains(service, "1000050001、1000050002") {
		t.Errorf("the appeal does not name every number: %s", service)
	}
}

// A packet that somebody else took was no slip of the sender.
func TestAPacketTakenByAnotherHasItsOwnTexts(t *testing.T) {
	t.Parallel()
	for _, group := range recovery.GroupKinds {
		c := sample(group)
		c.Instrument, c.Reason, c.Amount, c.Position.Recovered = recovery.OrdinaryPacket, recovery.TakenByAnother, 20_000, 0
		c.Counterparts[0].Claimed = 20_000
		text := bodies(t, c)
		for _, wrong := range []string{"发错", "by mistake", "填错", "重复"} {
			if strings.Contains(text, wrong) {
				t.Errorf("%q: a text says %q: %s", group, wrong, text)
			}
		}
		if !strings.Contains(text, "专门给另一个人的") || !strings.Contains(text, "领到的 200.00 元") {
			t.Errorf("%q: no request to the taker: %s", group, text)
		}
		owner := slices.Contains(ids(book(t).Texts(c, recovery.GroupNotice)), "text.group_owner.taken")
		if isGroup := group != recovery.NoGroup; owner != isGroup {
			t.Errorf("%q: a text to the owner of the group: %v", group, owner)
		}
	}
}

func TestTextsReachOnlyPeopleWhoCanBeWrittenTo(t *testing.T) {
	t.Parallel()
	privately := func(texts []playbook.Text) bool {
		return slices.ContainsFunc(texts, func(text playbook.Text) bool {
			return text.Audience == "counterpart" && text.Channel == string(recovery.PrivateMessage)
		})
	}
	for _, test := range []struct {
		signal    string
		privately bool
		want      string
	}{
		{recovery.Blocked, false, "text.go_between"},
		{recovery.Unreachable, false, "text.go_between"},
		{"counterpart_minor", true, "text.guardian"},
		{recovery.IdentityKnown, true, "text.private_word"},
	} {
		c := sample(recovery.NoGroup)
		c.Position.Facts.Circumstances = map[string]bool{test.signal: true}
		texts := book(t).Texts(c, recovery.PrivateContact)
		if privately(texts) != test.privately || !slices.Contains(ids(texts), test.want) {
			t.Errorf("%s: %v", test.signal, ids(texts))
		}
	}
	refused := sample(recovery.NoGroup)
	refused.Counterparts[0].Refusal = recovery.RefusalBlocked
	if privately(book(t).Texts(refused, recovery.PrivateContact)) {
		t.Error("somebody who blocked the sender is to be written to")
	}
}

func TestInDangerOnlyThePlatformIsWrittenTo(t *testing.T) {
	t.Parallel()
	for _, kind := range recovery.Dangers {
		c := sample(recovery.WorkGroup)
		c.Position.Facts.Circumstances = map[string]bool{kind: true}
		for _, stage := range recovery.Stages {
			for _, text := range book(t).Texts(c, stage) {
				if text.Audience != "customer_service" {
					t.Errorf("%s in %s: %s", kind, stage, text.ID)
				}
			}
		}
		if got := ids(book(t).Texts(c, recovery.Legal)); !slices.Equal(got, []string{"text.stop_payment"}) {
			t.Errorf("%s: %v", kind, got)
		}
	}
}

func TestADemandWarnsWithoutAnAddress(t *testing.T) {
	t.Parallel()
	warns := func(circumstances map[string]bool) bool {
		c := sample(recovery.NoGroup)
		c.Position.Facts.Circumstances = circumstances
		return strings.Contains(strings.Join(book(t).Texts(c, recovery.Legal)[0].Warnings, ""), "能收到信的地址")
	}
	if !warns(nil) || !warns(map[string]bool{recovery.IdentityKnown: false}) || warns(map[string]bool{recovery.IdentityKnown: true}) {
		t.Error("the demand letter must ask for an address unless it is known")
	}
}

func TestTextsUseTheRightMeasureWord(t *testing.T) {
	t.Parallel()
	for _, c := range samples() {
		text := bodies(t, c)
		for _, wrong := range []string{"一笔微信", "笔红包", "笔拼手气", "个转账", "普通红包", "原路", "朋友请方便", "一笔普通"} {
			if strings.Contains(text, wrong) {
				t.Errorf("%s in %q: %q in %s", c.Instrument, c.Group.Kind, wrong, text)
			}
		}
	}
}

func TestTextsSayWhenAnotherPersonPaid(t *testing.T) {
	t.Parallel()
	c := sample(recovery.NoGroup)
	c.Payer = recovery.Payer{Name: "欧阳春", Relation: "妹夫"}
	text := bodies(t, c)
	if !strings.Contains(text, "我请人代付时") || strings.Contains(text, "欧阳春") || strings.Contains(text, "妹夫") {
		t.Errorf("got %s", text)
	}
}

// The facts of 11,000 yuan paid where 1,100 was owed.
func overpaidFacts() playbook.AssessmentFacts {
	return playbook.AssessmentFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 1_100_000, SentAt: &sent, Reason: recovery.WrongAmount,
		ClaimState: recovery.Claimed, Group: &recovery.Group{Kind: recovery.NoGroup}, Facts: recovery.Facts{Intended: 110_000},
	}
}

// TestFeesFollowTheClaim: 9,900 yuan costs a flat fee, 11,000 yuan more than that.
func TestFeesFollowTheClaim(t *testing.T) {
	t.Parallel()
	rules, facts := book(t), overpaidFacts()
	want := map[recovery.Route]recovery.Money{}
	for _, name := range []recovery.Route{recovery.SmallClaims, recovery.CivilSuit, recovery.PaymentOrder} {
		alone := overpaidFacts()
		alone.Amount, alone.Intended, alone.Reason = 990_000, 0, recovery.WrongPerson
		want[name] = *route(t, rules.Assess(alone, noticed, playbook.Knowledge{}).Routes, name).Cost
	}
	answer := rules.Assess(facts, noticed, playbook.Knowledge{})
	for name, cost := range want {
		if got := route(t, answer.Routes, name).Cost; got == nil || *got != cost {
			t.Errorf("%s costs %v, want %v", name, got, cost)
		}
	}
}

var noticed = sent.Add(24 * time.Hour)

func TestSharesAreClaimedWithoutTheirOwnPart(t *testing.T) {
	t.Parallel()
	facts := overpaidFacts()
	facts.Instrument, facts.Group = recovery.OrdinaryPacket, &recovery.Group{Kind: recovery.WorkGroup, Size: 100}
	facts.Counterparts = []recovery.FilingCounterpart{{Alias: "甲", Claimed: 1_000_000}, {Alias: "乙", Claimed: 100_000}}
	one := overpaidFacts()
	one.Amount, one.Intended, one.Reason = 900_000, 0, recovery.WrongPerson
	two := overpaidFacts()
	two.Amount, two.Intended, two.Reason = 90_000, 0, recovery.WrongPerson
	cost := func(f playbook.AssessmentFacts) recovery.Money {
		return *route(t, book(t).Assess(f, noticed, playbook.Knowledge{}).Routes, recovery.CivilSuit).Cost
	}
	if got, want := cost(facts), cost(one)+cost(two); got != want {
		t.Errorf("the suits cost %s, want %s", got, want)
	}
}

func findTheory(t *testing.T, f playbook.AssessmentFacts, theory string) playbook.Characterisation {
	t.Helper()
	all := book(t).Characterise(f, noticed)
	at := slices.IndexFunc(all, func(c playbook.Characterisation) bool { return c.Theory == theory })
	if at < 0 {
		t.Fatalf("no theory %s", theory)
	}
	return all[at]
}

func TestOnlyTheSurplusIsUnjustEnrichment(t *testing.T) {
	t.Parallel()
	for _, reason := range []recovery.Reason{recovery.WrongAmount, recovery.Duplicate, recovery.OtherReason} {
		facts := overpaidFacts()
		facts.Reason, facts.Circumstances = reason, map[string]bool{recovery.PriorDebt: true}
		got := findTheory(t, facts, "unjust_enrichment")
		if got.Status == playbook.Weakened || !strings.Contains(strings.Join(got.Supports, ""), "只要多付的部分") {
			t.Errorf("%s: %+v", reason, got)
		}
	}
}

func TestAMissingSumIsAskedFor(t *testing.T) {
	t.Parallel()
	facts := overpaidFacts()
	facts.Intended = 0
	answer := book(t).Assess(facts, noticed, playbook.Knowledge{})
	if !slices.ContainsFunc(answer.Warnings, func(w playbook.Warning) bool { return w.Code == "claim_unknown" }) {
		t.Errorf("no warning: %+v", answer.Warnings)
	}
	asks := func(f playbook.AssessmentFacts) bool {
		return slices.ContainsFunc(findTheory(t, f, "unjust_enrichment").Missing, func(q playbook.Question) bool {
			return strings.Contains(q.Text, "本来应该付多少")
		})
	}
	if !asks(facts) || asks(overpaidFacts()) {
		t.Error("the sum that was owed must be asked for where it is missing, and only there")
	}
	lacks := func(c recovery.Case) bool {
		return strings.Contains(strings.Join(book(t).Missing(c, nil, recovery.ForCourt), ""), "本来应该付的金额")
	}
	if !lacks(overpaid(0)) || lacks(overpaid(110_000)) {
		t.Error("the papers must list the sum that was owed where it is missing, and only there")
	}
}

// TestTakenIsNoMistakeOfTheSender: the sender chose the right person and amount, so
// there is nothing to avoid, but the taker has no ground to keep the money.
func TestTakenIsNoMistakeOfTheSender(t *testing.T) {
	t.Parallel()
	facts := overpaidFacts()
	facts.Intended, facts.Reason, facts.Instrument = 0, recovery.TakenByAnother, recovery.OrdinaryPacket
	if got := findTheory(t, facts, "unjust_enrichment"); got.Status != playbook.Supported || !strings.Contains(got.Why, "发给别人的") {
		t.Errorf("unjust enrichment: %s, %s", got.Status, got.Why)
	}
	if got := findTheory(t, facts, "material_misunderstanding"); got.Status != playbook.Weakened || !strings.Contains(got.Why, "被别人领走") {
		t.Errorf("misunderstanding: %s, %s", got.Status, got.Why)
	}
}
