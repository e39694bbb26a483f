package playbook_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"recourse/recovery"
)

func having(kinds ...recovery.EvidenceKind) []recovery.Evidence {
	var have []recovery.Evidence
	for _, kind := range kinds {
		have = append(have, recovery.Evidence{Kind: kind})
	}
	return have
}

func at(stage recovery.Stage, i recovery.Instrument, group recovery.GroupKind) recovery.Case {
	return recovery.Case{
		Platform: recovery.WeChat, Instrument: i, Group: recovery.Group{Kind: group},
		Position: recovery.Position{Stage: stage},
	}
}

func TestRequirementsByStageAndInstrument(t *testing.T) {
	t.Parallel()
	b := book(t)
	type kinds = []recovery.EvidenceKind
	for _, test := range []struct {
		name               string
		c                  recovery.Case
		required, optional kinds
	}{
		{
			"a transfer in private contact", at(recovery.PrivateContact, recovery.Transfer, recovery.NoGroup),
			kinds{recovery.TransferScreenshot}, kinds{recovery.Statement, recovery.ChatScreenshot, recovery.OtherEvidence},
		},
		{
			"a packet in a family group", at(recovery.GroupNotice, recovery.LuckyPacket, recovery.FamilyGroup),
			kinds{recovery.PacketScreenshot}, kinds{recovery.Statement, recovery.ChatScreenshot, recovery.NoticeScreenshot, recovery.OtherEvidence},
		},
		{
			"an appeal one to one", at(recovery.Appeal, recovery.Transfer, recovery.NoGroup),
			kinds{recovery.TransferScreenshot, recovery.Statement, recovery.ChatScreenshot}, kinds{recovery.Ticket, recovery.OtherEvidence},
		},
		{
			"a suit over a packet among strangers", at(recovery.Legal, recovery.OrdinaryPacket, recovery.StrangersGroup),
			kinds{recovery.PacketScreenshot, recovery.Statement, recovery.ChatScreenshot, recovery.Identity},
			kinds{recovery.NoticeScreenshot, recovery.Ticket, recovery.PoliceReceipt, recovery.OtherEvidence},
		},
		{"a closed case", at(recovery.Closed, recovery.Transfer, ""), nil, nil},
	} {
		var required, optional kinds
		for _, r := range b.Requirements(test.c, nil) {
			if r.Satisfied || r.Why == "" {
				t.Errorf("%s: %+v", test.name, r)
			}
			if r.Required {
				required = append(required, r.Kind)
			} else {
				optional = append(optional, r.Kind)
			}
		}
		if diff := cmp.Diff(test.required, required); diff != "" {
			t.Errorf("%s: required %s", test.name, diff)
		}
		if diff := cmp.Diff(test.optional, optional); diff != "" {
			t.Errorf("%s: optional %s", test.name, diff)
		}
	}
}

func TestRequirementsAreSatisfiedByTheirKindOnly(t *testing.T) {
	t.Parallel()
	c := at(recovery.Appeal, recovery.Transfer, recovery.NoGroup)
	for _, r := range book(t).Requirements(c, having(recovery.Statement, recovery.Location)) {
		if r.Satisfied != (r.Kind == recovery.Statement) {
			t.Errorf("%+v", r)
		}
	}
}

func TestRequirementsAreNeverNil(t *testing.T) {
	t.Parallel()
	if book(t).Requirements(recovery.Case{Position: recovery.Position{Stage: recovery.Closed}}, nil) == nil {
		t.Error("a list that reaches JSON is empty, not null")
	}
}

// TestNobodyInDangerIsSentToTheOtherSide: what a dossier lacks and what a suit needs ask
// nobody in danger to write to the other side or to find out who it is.
func TestNobodyInDangerIsSentToTheOtherSide(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, danger := range recovery.Dangers {
		c := at(recovery.Legal, recovery.Transfer, recovery.NoGroup)
		c.Position.Facts.Circumstances = map[string]bool{danger: true}
		for _, audience := range recovery.Audiences {
			if got := strings.Join(b.Missing(c, nil, audience), " "); strings.Contains(got, "请其退还") {
				t.Errorf("%s, for %s: %s", danger, audience, got)
			}
		}
		for _, r := range b.Requirements(c, nil) {
			if r.Kind == recovery.Identity && (r.Required || !strings.Contains(r.Why, "不要自己去打听")) {
				t.Errorf("%s: the identity is required %t: %s", danger, r.Required, r.Why)
			}
		}
	}
}

func TestMissing(t *testing.T) {
	t.Parallel()
	b := book(t)
	bare := at(recovery.Legal, recovery.Transfer, recovery.NoGroup)
	full := bare
	full.TransactionNo, full.Narrative = "1000", "发错了"
	full.Claimant = recovery.Claimant{Name: "甲", Phone: "13800000000", Province: "浙江", City: "杭州"}
	all := having(recovery.TransferScreenshot, recovery.Statement, recovery.ChatScreenshot, recovery.Identity, recovery.Ticket)
	for _, test := range []struct {
		audience recovery.Audience
		bare     int
	}{{recovery.ForCourt, 9}, {recovery.ForOpponent, 2}, {recovery.ForPlatform, 6}, {recovery.ForArchive, 3}} {
		if got := b.Missing(bare, nil, test.audience); len(got) != test.bare {
			t.Errorf("%s: a bare case lacks %d: %q", test.audience, len(got), got)
		}
		if got := b.Missing(full, all, test.audience); len(got) != 0 {
			t.Errorf("%s: a full case lacks %q", test.audience, got)
		}
	}
}

func TestAnyOneOfTheKindsCompletes(t *testing.T) {
	t.Parallel()
	b := book(t)
	c := at(recovery.Appeal, recovery.LuckyPacket, recovery.FamilyGroup)
	lacks := func(have ...recovery.EvidenceKind) int {
		return len(b.Missing(c, having(have...), recovery.ForOpponent))
	}
	if got := []int{
		lacks(), lacks(recovery.PacketScreenshot), lacks(recovery.TransferScreenshot),
		lacks(recovery.PacketScreenshot, recovery.ChatExport), lacks(recovery.PacketScreenshot, recovery.NoticeScreenshot),
	}; !slices.Equal(got, []int{2, 1, 1, 0, 0}) {
		t.Errorf("missing counts %v", got)
	}
}

// TestMistakesAreShownByTheirOwnEvidence: each reason has a row for what shows that
// mistake, and every row names the fact that it is to prove.
func TestMistakesAreShownByTheirOwnEvidence(t *testing.T) {
	t.Parallel()
	b := book(t)
	for reason, word := range map[recovery.Reason]string{
		recovery.WrongPerson: "本来要付的那个人", recovery.WrongGroup: "本来要发到哪个群", recovery.WrongAmount: "本来该付多少",
		recovery.Duplicate: "前一次已经付过", recovery.TakenByAnother: "本来要给谁", recovery.LeakedPassword: "口令发给谁",
		recovery.OtherReason: "不是有意",
	} {
		for _, stage := range []recovery.Stage{recovery.PrivateContact, recovery.Appeal, recovery.Legal} {
			c := at(stage, recovery.Transfer, recovery.NoGroup)
			c.Reason = reason
			proven, worded := map[recovery.ProvenFact]bool{}, false
			for _, r := range b.Requirements(c, nil) {
				proven[r.Proves] = true
				worded = worded || r.Proves == recovery.ProvesMistake && strings.Contains(r.Why, word)
			}
			for _, fact := range []recovery.ProvenFact{recovery.ProvesPayment, recovery.ProvesRecipient, recovery.ProvesMistake, recovery.ProvesKnowledge} {
				if !proven[fact] {
					t.Errorf("%s in %s: nothing proves the %s", reason, stage, fact)
				}
			}
			if !worded {
				t.Errorf("%s in %s: nothing says %q", reason, stage, word)
			}
		}
	}
}

// TestRequirementsHearDangerAndDistance: nobody in danger is asked whether they wrote to
// the other side, and somebody who was blocked shows that instead of a talk.
func TestRequirementsHearDangerAndDistance(t *testing.T) {
	t.Parallel()
	b := book(t)
	whys := func(circumstance string) string {
		c := at(recovery.Appeal, recovery.Transfer, recovery.NoGroup)
		c.Position.Facts.Circumstances = map[string]bool{circumstance: true}
		var all []string
		for _, r := range b.Requirements(c, nil) {
			all = append(all, r.Why)
		}
		return strings.Join(all, " ")
	}
	for _, danger := range recovery.Dangers {
		if got := whys(danger); strings.Contains(got, "告诉对方") || !strings.Contains(got, "被威胁") {
			t.Errorf("%s: %s", danger, got)
		}
	}
	for _, distance := range []string{recovery.Blocked, recovery.Unreachable} {
		if got := whys(distance); strings.Contains(got, "告诉对方") || !strings.Contains(got, "发不出消息") {
			t.Errorf("%s: %s", distance, got)
		}
	}
}
