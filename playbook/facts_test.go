package playbook_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

func wantField(t *testing.T, err error, field string) {
	t.Helper()
	var fault *recovery.Fault
	if !errors.As(err, &fault) || fault.Code != recovery.CodeInvalid {
		t.Errorf("%s: %v", field, err)
		return
	}
	if !slices.ContainsFunc(fault.Fields, func(f recovery.FieldFault) bool { return f.Field == field && f.Code != "" && f.Detail != "" }) {
		t.Errorf("%s is not among %v", field, fault.Fields)
	}
}

// story is a mis-send with all its common facts: 2,000 yuan by transfer into a
// family group, claimed.
func story() playbook.AssessmentFacts {
	at := sent
	return playbook.AssessmentFacts{
		Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000, SentAt: &at,
		Reason: recovery.WrongPerson, ClaimState: recovery.Claimed,
		Group:        &recovery.Group{Kind: recovery.NoGroup},
		Counterparts: []recovery.FilingCounterpart{{Alias: "山风"}},
		Claimant:     recovery.Claimant{Province: "浙江省", City: "杭州"},
		Facts:        recovery.Facts{Circumstances: map[string]bool{}},
	}
}

func TestFactsThatCannotBe(t *testing.T) {
	t.Parallel()
	b := book(t)
	now := sent.Add(time.Hour)
	if err := b.CheckFacts(story(), now); err != nil {
		t.Errorf("sound facts: %v", err)
	}
	least := playbook.AssessmentFacts{Platform: recovery.QQ, Instrument: recovery.OrdinaryPacket, Amount: 1}
	if err := b.CheckFacts(least, now); err != nil {
		t.Errorf("the least that can be told: %v", err)
	}
	early, dayBefore, late := sent.Add(-time.Second), sent.AddDate(0, 0, -1), now.Add(time.Hour)
	old := time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC)
	minus := -1
	for field, change := range map[string]func(*playbook.AssessmentFacts){
		"platform":                   func(f *playbook.AssessmentFacts) { f.Platform = "icq" },
		"instrument":                 func(f *playbook.AssessmentFacts) { f.Instrument = "" },
		"amount_fen":                 func(f *playbook.AssessmentFacts) { f.Amount = 1_000_000_000_000 }, // ten billion yuan
		"sent_at":                    func(f *playbook.AssessmentFacts) { f.SentAt = &late },
		"reason":                     func(f *playbook.AssessmentFacts) { f.Reason = "boredom" },
		"claim_state":                func(f *playbook.AssessmentFacts) { f.ClaimState = "perhaps" },
		"account":                    func(f *playbook.AssessmentFacts) { f.Account = "joint" },
		"delayed_arrival":            func(f *playbook.AssessmentFacts) { f.Delay = "3h" },
		"refusal":                    func(f *playbook.AssessmentFacts) { f.Refusal = "no" },
		"noticed_at":                 func(f *playbook.AssessmentFacts) { f.NoticedAt = &dayBefore },
		"notified_at":                func(f *playbook.AssessmentFacts) { f.NotifiedAt = &old },
		"group.kind":                 func(f *playbook.AssessmentFacts) { f.Group.Kind = "choir" },
		"group.size":                 func(f *playbook.AssessmentFacts) { f.Group.Size = 5_001 },
		"bystanders":                 func(f *playbook.AssessmentFacts) { f.Bystanders = &minus },
		"circumstances.full_moon":    func(f *playbook.AssessmentFacts) { f.Circumstances["full_moon"] = true },
		"circumstances.claimed":      func(f *playbook.AssessmentFacts) { f.Circumstances["claimed"] = true },
		"counterparts":               func(f *playbook.AssessmentFacts) { f.Counterparts[0].Claimed = 200_001 },
		"counterparts[0].claimed_at": func(f *playbook.AssessmentFacts) { f.Counterparts[0].ClaimedAt = &early },
	} {
		f := story()
		change(&f)
		wantField(t, b.CheckFacts(f, now), field)
	}
	zero := story()
	zero.Amount = 0
	wantField(t, b.CheckFacts(zero, now), "amount_fen")
	crowd := story()
	crowd.Counterparts = make([]recovery.FilingCounterpart, recovery.MaxCounterparts+1)
	wantField(t, b.CheckFacts(crowd, now), "counterparts")
}

// What is odd is said, and nothing is promised on its ground.
func TestFindings(t *testing.T) {
	t.Parallel()
	b := book(t)
	now := sent.Add(25 * time.Hour)
	for _, test := range []struct {
		code   string
		change func(*playbook.AssessmentFacts)
	}{
		{"group_of_one", func(f *playbook.AssessmentFacts) { f.Group = &recovery.Group{Kind: recovery.WorkGroup, Size: 1} }},
		{"family_too_large", func(f *playbook.AssessmentFacts) { f.Group = &recovery.Group{Kind: recovery.FamilyGroup, Size: 5_000} }},
		{"lucky_one_to_one", func(f *playbook.AssessmentFacts) { f.Instrument = recovery.LuckyPacket }},
		{"lucky_one_to_one", func(f *playbook.AssessmentFacts) {
			f.Instrument, f.Group = recovery.LuckyPacket, &recovery.Group{Kind: recovery.FriendsGroup, Size: 2}
		}},
		{"claimed_though_unclaimed", func(f *playbook.AssessmentFacts) {
			f.ClaimState, f.Counterparts[0].Claimed = recovery.Unclaimed, 100
		}},
		{"enterprise_from_person", func(f *playbook.AssessmentFacts) {
			f.Instrument, f.Account = recovery.EnterprisePacket, recovery.Personal
		}},
		{"unknown_province", func(f *playbook.AssessmentFacts) { f.Claimant.Province = "亚特兰蒂斯" }},
		{"tiny", func(f *playbook.AssessmentFacts) { f.Amount = 1 }},
		{"not_worth", func(f *playbook.AssessmentFacts) { f.Amount = 5_000 }},
		{"no_time", func(f *playbook.AssessmentFacts) { f.SentAt = nil }},
		{"sent_long_ago", func(f *playbook.AssessmentFacts) { long := now.AddDate(-3, 0, 0); f.SentAt = &long }},
	} {
		plain := codes(b.Assess(story(), now, playbook.Knowledge{}).Warnings)
		if slices.Contains(plain, test.code) {
			t.Errorf("%s is found in sound facts", test.code)
		}
		f := story()
		test.change(&f)
		got := b.Assess(f, now, playbook.Knowledge{})
		if !slices.Contains(codes(got.Warnings), test.code) {
			t.Errorf("%s is not found: %v", test.code, codes(got.Warnings))
		}
		if got.Recall.Possible {
			t.Errorf("%s: promised on odd facts", test.code)
		}
	}
}

// TestLongAgoButNoticedLately: three years count from the day of knowing.
func TestLongAgoButNoticedLately(t *testing.T) {
	t.Parallel()
	now := sent.Add(time.Hour)
	f, long, lately := story(), now.AddDate(-4, 0, 0), now.AddDate(-1, 0, 0)
	f.SentAt, f.NoticedAt = &long, &lately
	if got := codes(book(t).Assess(f, now, playbook.Knowledge{}).Warnings); slices.Contains(got, "sent_long_ago") {
		t.Errorf("warned %v", got)
	}
}

func TestFactsOfACase(t *testing.T) {
	t.Parallel()
	c := sample(recovery.WorkGroup)
	c.Counterparts[0].Refusal = recovery.ClaimsGift
	f := playbook.FactsOf(c)
	if f.Platform != c.Platform || f.Amount != c.Amount || !f.SentAt.Equal(sent) || f.Group.Kind != recovery.WorkGroup ||
		f.Refusal != recovery.ClaimsGift || len(f.Counterparts) != 1 {
		t.Errorf("%+v", f)
	}
	if empty := playbook.FactsOf(recovery.Case{}); empty.SentAt != nil || empty.Group != nil {
		t.Errorf("nothing is known of %+v", empty)
	}
}

// What is accepted can be answered; nothing that can be sent brings the engine
// down.
func FuzzFacts(f *testing.F) {
	f.Add([]byte(`{"platform":"wechat","instrument":"transfer","amount_fen":200000,"sent_at":"2026-11-21T12:30:00+08:00"}`))
	f.Add([]byte(`{"platform":"qq","instrument":"lucky_packet","amount_fen":1,"group":{"kind":"family","size":5000},"circumstances":{"abroad":true}}`))
	f.Add([]byte(`{"amount_fen":-1,"counterparts":[{"claimed_fen":9223372036854775807}],"bystanders":-4}`))
	b := book(f)
	f.Fuzz(func(t *testing.T, body []byte) {
		var facts playbook.AssessmentFacts
		if json.Unmarshal(body, &facts) != nil || b.CheckFacts(facts, sent) != nil {
			return
		}
		answer := b.Assess(facts, sent, playbook.Knowledge{Incomes: figures()})
		if _, err := json.Marshal(answer); err != nil || answer.Recall.How == "" || len(answer.Plan) == 0 {
			t.Errorf("%s: %v, %+v", body, err, answer.Recall)
		}
	})
}

func TestPromptNotice(t *testing.T) {
	t.Parallel()
	b := book(t)
	for after, want := range map[time.Duration]bool{24 * time.Hour: true, 24*time.Hour + time.Second: false} {
		f := story()
		told := sent.Add(after)
		f.NotifiedAt = &told
		gift := theory(t, b.Characterise(f, told), "gift")
		if got := slices.ContainsFunc(gift.Against, func(text string) bool { return strings.Contains(text, "很快就说明发错了") }); got != want {
			t.Errorf("told after %s: prompt %v", after, got)
		}
	}
}
