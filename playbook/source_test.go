package playbook_test

import (
	"strings"
	"testing"
	"time"

	"recourse/playbook"
	"recourse/recovery"
)

func TestSourcesAsTheyAreCited(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		source playbook.Source
		want   string
	}{
		{playbook.Source{Article: "B", Section: "表二"}, "网络文章，未经核实"},
		{playbook.Source{Press: "三明日报", Edition: "2025-01-20", Mark: playbook.Secondary}, "媒体报道：三明日报（2025-01-20）"},
		{playbook.Source{Survey: "国家统计局", Edition: "2025-01-21 公布", Mark: playbook.Recalled}, "国家统计局（2025-01-21 公布）"},
		{playbook.Source{Statute: "意见", Section: "二（一）", Edition: "法发〔2016〕32号", Mark: playbook.Secondary}, "意见 二（一）（法发〔2016〕32号）"},
		{playbook.Source{House: "because"}, playbook.HouseRule},
		{
			playbook.Source{Statute: "民法典", Section: "985", Edition: "2020-05-28 公布", Mark: playbook.Verbatim},
			"民法典 第985条（2020-05-28 公布）",
		},
	} {
		if got := test.source.String(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// TestTheDataNamesEverySource: what pages leave out is in the citation of a rule.
func TestTheDataNamesEverySource(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		source playbook.Source
		want   string
	}{
		{playbook.Source{Article: "B", Section: "表二"}, "文章 B · 表二"},
		{playbook.Source{House: "because"}, playbook.HouseRule},
		{playbook.Source{Statute: "民法典", Section: "985", Edition: "2020-05-28 公布", Mark: playbook.Verbatim}, "民法典 第985条（2020-05-28 公布）[V]"},
	} {
		if got := test.source.Citation(); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}

// Both articles are heard on everything they contradict one another about.
func TestADisputeShowsEveryReading(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, cell := range cells {
		if !cell.disputed {
			continue
		}
		heard := map[string]bool{}
		for _, reading := range b.Recall(facts(cell.platform, cell.instrument, recovery.Unclaimed), sent).Readings {
			if reading.Text == "" {
				t.Errorf("%s %s: a reading without text", cell.platform, cell.instrument)
			}
			heard[reading.Text] = true
		}
		if len(heard) < 2 {
			t.Errorf("%s %s: only %v is heard", cell.platform, cell.instrument, heard)
		}
	}
}

// What a claimant is told follows from where the mis-send stands in time.
func TestGuidanceByMoment(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, test := range []struct {
		name  string
		facts playbook.AssessmentFacts
		after time.Duration
		how   string // a part of the sentence
	}{
		{"a transfer just sent", facts(recovery.WeChat, recovery.Transfer, recovery.Unclaimed), time.Minute, "请先别收"},
		{"perhaps accepted", facts(recovery.WeChat, recovery.Transfer, recovery.ClaimUnknown), time.Minute, "不一定有"},
		{"an hour later", facts(recovery.WeChat, recovery.Transfer, recovery.Unclaimed), time.Hour, "请先别收"},
		{"a packet on its way", facts(recovery.WeChat, recovery.LuckyPacket, recovery.PartlyClaimed), time.Hour, "没人领的部分"},
		{"where sources disagree", facts(recovery.QQ, recovery.OrdinaryPacket, recovery.Unclaimed), 0, "不一定有"},
		{"after the refund", facts(recovery.WeChat, recovery.OrdinaryPacket, recovery.Unclaimed), 25 * time.Hour, "一般已经退回"},
		{"claimed", facts(recovery.Alipay, recovery.OrdinaryPacket, recovery.Claimed), 0, "撤不回了"},
		{"a company's packet", facts(recovery.WeCom, recovery.EnterprisePacket, recovery.Unclaimed), time.Hour, "本企业管理员"},
		{"a transfer that arrives at once", facts(recovery.Alipay, recovery.Transfer, recovery.Unclaimed), 0, "马上到账"},
		{"nobody says", facts(recovery.QQ, recovery.Transfer, recovery.Unclaimed), 0, "手头的资料没有谈到"},
	} {
		if got := b.Recall(test.facts, sent.Add(test.after)).How; !strings.Contains(got, test.how) {
			t.Errorf("%s: %q lacks %q", test.name, got, test.how)
		}
	}
}

// A recovery tool is warned of in every answer, whatever the case.
func TestEveryAnswerWarnsOfTools(t *testing.T) {
	t.Parallel()
	b := book(t)
	for _, cell := range cells {
		for _, claim := range recovery.ClaimStates {
			warnings := strings.Join(b.Recall(facts(cell.platform, cell.instrument, claim), sent).Warnings, "\n")
			for _, want := range []string{"追回神器", "滋扰", "隐私"} {
				if !strings.Contains(warnings, want) {
					t.Errorf("%s %s %s: no word of %s", cell.platform, cell.instrument, claim, want)
				}
			}
		}
	}
}
