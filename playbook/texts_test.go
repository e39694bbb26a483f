package playbook_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
	"recourse/textlint"
)

func sample(group recovery.GroupKind) recovery.Case {
	return recovery.Case{
		Number: "R20261121-000042", Platform: recovery.WeChat, Instrument: recovery.Transfer, Amount: 200_000,
		SentAt: sent, TransactionNo: "1000050001", Group: recovery.Group{Kind: group},
		Claimant:     recovery.Claimant{Name: "欧阳夏", Email: "a@example.org", Phone: "13800000000"},
		Counterparts: []recovery.Counterpart{{Alias: "山风", Contact: "wxid_shanfeng"}},
		Narrative:    "想发给房东", Position: recovery.Position{Recovered: 50_000},
	}
}

// samples are one of each kind of group and instrument.
func samples() []recovery.Case {
	var all []recovery.Case
	for _, group := range recovery.GroupKinds {
		for _, instrument := range recovery.Instruments {
			c := sample(group)
			c.Instrument = instrument
			all = append(all, c)
		}
	}
	return all
}

func ids(texts []playbook.Text) []string {
	var list []string
	for _, text := range texts {
		list = append(list, text.ID)
	}
	return list
}

func TestTextsByStageAndGroup(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, test := range []struct {
		stage recovery.Stage
		group recovery.GroupKind
		want  []string
	}{
		{recovery.RecallWatch, recovery.NoGroup, []string{"text.hold.private", "text.private_word"}},
		{recovery.RecallWatch, recovery.FamilyGroup, []string{"text.hold.group", "text.private_word"}},
		{recovery.PrivateContact, "", []string{"text.private_word", "text.reminder"}},
		{recovery.GroupNotice, recovery.FamilyGroup, []string{"text.group_note", "text.mediator"}},
		{recovery.GroupNotice, recovery.WorkGroup, []string{"text.group_note.work", "text.employer"}},
		{recovery.Appeal, recovery.WorkGroup, []string{"text.employer", "text.customer_service"}},
		{recovery.GroupNotice, recovery.StrangersGroup, []string{"text.group_owner"}},
		{recovery.GroupNotice, recovery.TradeGroup, []string{"text.group_note.trade", "text.group_owner"}},
		{recovery.Appeal, recovery.NoGroup, []string{"text.customer_service"}},
		{recovery.Legal, recovery.NoGroup, []string{"text.demand"}},
		{recovery.Closed, recovery.NoGroup, nil},
	} {
		if got := ids(b.Texts(sample(test.group), test.stage)); !slices.Equal(got, test.want) {
			t.Errorf("%s in %q: %v, want %v", test.stage, test.group, got, test.want)
		}
	}
}

// Of a packet that several people took from, nobody is asked for all that is
// missing: each only for their own part.
func TestNobodyIsAskedForWhatOthersTook(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, c := range samples() {
		c.Counterparts = []recovery.Counterpart{{Alias: "山风", Claimed: 3_400}, {Alias: "小北", Claimed: 5_000}}
		for _, stage := range []recovery.Stage{recovery.PrivateContact, recovery.Legal} {
			for _, text := range b.Texts(c, stage) {
				if text.Audience != "counterpart" {
					continue
				}
				asksForAll := strings.Contains(text.Body+text.Short+text.English.Body+text.English.Short, "1,500.00")
				part := strings.Contains(text.Body, "领到的那一份")
				if split := c.CanBeSplit(); asksForAll && split || part != split {
					t.Errorf("%s of a %s in %q: %s", text.ID, c.Instrument, c.Group.Kind, text.Body)
				}
			}
		}
	}
}

func TestTextsAreFilledAndNameNobody(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, c := range samples() {
		for _, stage := range recovery.Stages {
			for _, text := range b.Texts(c, stage) {
				whole := text.Subject + text.Body + text.Short + text.English.Subject + text.English.Body + text.English.Short
				if strings.ContainsAny(whole, "{}") || strings.Contains(whole, "待补") || strings.Contains(whole, "filled in") {
					t.Errorf("%s: a variable is left: %s", text.ID, whole)
				}
				for _, personal := range []string{
					c.Claimant.Name, c.Claimant.Email, c.Claimant.Phone, c.Counterparts[0].Alias, c.Counterparts[0].Contact, c.Narrative,
				} {
					if strings.Contains(whole, personal) {
						t.Errorf("%s: holds personal data %q", text.ID, personal)
					}
				}
				for _, threat := range []string{"后果自负", "曝光", "报警抓", "骗子", "小偷", "不还就", "人肉", "坐牢", "thief", "or else", "expose", "police will"} {
					if strings.Contains(whole, threat) {
						t.Errorf("%s: threatens: %q", text.ID, threat)
					}
				}
				if text.Audience == "" || text.Channel == "" || len(text.Warnings) == 0 {
					t.Errorf("%s: incomplete: %+v", text.ID, text)
				}
			}
		}
	}
}

func TestTheAppealTextStatesTheFacts(t *testing.T) {
	t.Parallel()
	text := book(t).Texts(sample(recovery.NoGroup), recovery.Appeal)[0]
	for _, want := range []string{"2026年11月21日 12:30", "微信", "转账", "2,000.00 元", "1,500.00 元", "1000050001", "R20261121-000042"} {
		if !strings.Contains(text.Body, want) {
			t.Errorf("the text lacks %q: %s", want, text.Body)
		}
	}
}

func TestUnknownValuesAreLeftForTheSender(t *testing.T) {
	t.Parallel()
	c := sample(recovery.NoGroup)
	c.TransactionNo = ""
	if text := book(t).Texts(c, recovery.Appeal)[0]; !strings.Contains(text.Body, "交易单号 （待补）") {
		t.Errorf("a missing number reads: %s", text.Body)
	}
}

func TestAValueThatLooksLikeAVariableStaysText(t *testing.T) {
	t.Parallel()
	c := sample(recovery.NoGroup)
	c.TransactionNo = "{{.case_number}}"
	if text := book(t).Texts(c, recovery.Appeal)[0]; !strings.Contains(text.Body, "交易单号 {{.case_number}}，") {
		t.Errorf("a value was read as a variable: %s", text.Body)
	}
}

func TestTextsInEnglish(t *testing.T) {
	t.Parallel()
	text := book(t).Texts(sample(recovery.NoGroup), recovery.Appeal)[0].English
	for _, want := range []string{"2026-11-21 12:30 (UTC+8)", "WeChat", "transfer", "CNY 2,000.00", "CNY 1,500.00", "1000050001", "R20261121-000042"} {
		if !strings.Contains(text.Body, want) {
			t.Errorf("the text lacks %q: %s", want, text.Body)
		}
	}
	unknown := sample(recovery.NoGroup)
	unknown.TransactionNo, unknown.SentAt = "", time.Time{}
	blank := book(t).Texts(unknown, recovery.Appeal)[0]
	if strings.Count(blank.English.Body, "(to be filled in)") != 2 || strings.Count(blank.Body, "（待补）") != 2 {
		t.Errorf("unknown values: %s", blank.English.Body)
	}
	for _, c := range samples() {
		for _, stage := range recovery.Stages {
			for _, text := range book(t).Texts(c, stage) {
				for _, wording := range []playbook.Wording{text.Wording, text.English} {
					if len(wording.Short) >= len(wording.Body) || wording.Subject == "" {
						t.Errorf("%s: %+v", text.ID, wording)
					}
				}
				if strings.ContainsFunc(text.English.Body+text.English.Short, func(r rune) bool { return r >= 0x4E00 && r <= 0x9FFF }) {
					t.Errorf("%s: Chinese in the English: %s", text.ID, text.English.Body)
				}
			}
		}
	}
}

// What we give people to send passes what we hold their own words against, in
// both languages and lengths.
func TestEveryWordingPassesTheLinter(t *testing.T) {
	t.Parallel()
	linter, err := textlint.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range samples() {
		for _, stage := range recovery.Stages {
			for _, text := range book(t).Texts(c, stage) {
				where := textlint.PlaceFor(recovery.Channel(text.Channel), text.Audience == "group")
				for _, wording := range []playbook.Wording{text.Wording, text.English} {
					for _, words := range []string{wording.Subject, wording.Body, wording.Short} {
						for _, finding := range linter.Lint(words, where) {
							t.Errorf("%s: %s in %s", text.ID, finding.Rule, words)
						}
					}
				}
			}
		}
	}
}

// TestNobodyIsAskedForUnclaimedMoney expects that while the money is unclaimed, nobody
// is asked to return it or called its recipient: they are asked not to accept it.
func TestNobodyIsAskedForUnclaimedMoney(t *testing.T) {
	t.Parallel()
	b := book(t)
	now := time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)
	at := now.Add(-time.Hour)
	for _, instrument := range []recovery.Instrument{recovery.LuckyPacket, recovery.Transfer} {
		for state, want := range map[recovery.ClaimState]bool{recovery.Unclaimed: false, recovery.PartlyClaimed: true} {
			f := playbook.AssessmentFacts{
				Platform: recovery.WeChat, Instrument: instrument, Amount: 200_000, SentAt: &at, Reason: recovery.WrongAmount,
				ClaimState: state, Facts: recovery.Facts{Intended: 20_000},
			}
			list := ids(b.Assess(f, now, playbook.Knowledge{}).Texts)
			asked := slices.ContainsFunc(list, func(id string) bool { return strings.HasPrefix(id, "text.private_word") })
			if asked != want || !slices.Contains(list, "text.hold.private") {
				t.Errorf("%s, %s: %v", instrument, state, list)
			}
		}
	}
}
