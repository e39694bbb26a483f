package playbook_test

import (
	"slices"
	"strings"
	"testing"

	"recourse/playbook"
	"recourse/recovery"
)

// TestSectionsOfTheArticles: each rule names the section in which the article says it.
func TestSectionsOfTheArticles(t *testing.T) {
	t.Parallel()
	want := map[string][2]string{
		"limit.small_fen": {"A", "§3"}, "limit.far_fen": {"A", "§3"}, "limit.four_eyes_fen": {"A", "§3"}, "strategy_note.small": {"A", "§3"},
		"strategy_note.far": {"A", "§3"}, "prior.mediation": {"A", "§3"}, "question.other_province": {"A", "§3"}, "band.largest": {"A", "§3"},
		"claim.family_share": {"A", "§1"}, "claim.records": {"B", "法律与合规风险"}, "claim.qq.drawing": {"A", "§5"},
		"limit.crowd": {"A", "§6"}, "limit.income_percent": {"A", "§6"}, "limit.wage_percent": {"A", "§2"}, "limit.large_group": {"A", "§2"},
	}
	for _, rule := range book(t).Rules() {
		if section, listed := want[rule.ID]; listed && section != [2]string{rule.Source.Article, rule.Source.Section} {
			t.Errorf("%s is from %+v, want %v", rule.ID, rule.Source, section)
		}
		delete(want, rule.ID)
	}
	for id := range want {
		t.Errorf("there is no rule %s", id)
	}
}

// TestMarksOfStatutes: every statute that was read in the official text is marked
// so, and nothing that a rule decides by is cited from memory.
func TestMarksOfStatutes(t *testing.T) {
	t.Parallel()
	secondary := []string{"limit.fraud_entry_fen", "claim.records.rules"}
	for _, rule := range book(t).Rules() {
		source := rule.Source
		if source.Statute == "" {
			continue
		}
		want := playbook.Verbatim
		if slices.Contains(secondary, rule.ID) {
			want = playbook.Secondary
		}
		if source.Mark != want || source.Edition == "" {
			t.Errorf("%s: %s, want the mark %s", rule.ID, source.Citation(), want)
		}
	}
	for _, c := range book(t).Characterise(story(), sent) {
		for _, article := range c.Articles {
			national := strings.HasPrefix(article.Statute, "关于办理电信网络诈骗")
			if national != (article.Mark == playbook.Secondary) || !national && article.Mark != playbook.Verbatim {
				t.Errorf("%s cites %s", c.Theory, article.Citation())
			}
		}
	}
}

// TestRecordsAreKeptByThreeRules: the article's rule about records is disputed by
// the ordinance, its rules and the law against money laundering.
func TestRecordsAreKeptByThreeRules(t *testing.T) {
	t.Parallel()
	found := map[string]playbook.Rule{}
	for _, rule := range book(t).Rules() {
		found[rule.ID] = rule
	}
	for id, want := range map[string][3]string{
		"claim.records.ordinance":  {"非银行支付机构监督管理条例", "31", "V"},
		"claim.records.rules":      {"非银行支付机构监督管理条例实施细则", "交易记录的保存", "S"},
		"claim.records.laundering": {"反洗钱法", "34", "V"},
	} {
		source := found[id].Source
		if got := [3]string{source.Statute, source.Section, string(source.Mark)}; got != want || !slices.Contains(found["claim.records"].DisputedBy, id) {
			t.Errorf("%s: %v, want %v", id, got, want)
		}
	}
}

// TestPrecedentsNameTheirCase: the suit and the preservation are not swapped, and
// both have their date.
func TestPrecedentsNameTheirCase(t *testing.T) {
	t.Parallel()
	editions := map[string]string{"precedent.suit": "2025-09-26", "precedent.preservation": "2025-01-20"}
	for _, rule := range book(t).Rules() {
		if want, listed := editions[rule.ID]; listed && rule.Source.Edition != want {
			t.Errorf("%s is of %s, want %s", rule.ID, rule.Source.Edition, want)
		}
	}
	f := story()
	f.Circumstances["preservation"] = true
	for _, p := range book(t).Precedents(f, sent, nil) {
		if p.ID == "precedent.preservation" && !strings.Contains(p.Story, "明溪") || p.ID == "precedent.suit" && !strings.Contains(p.Story, "宿松") {
			t.Errorf("%s: %s", p.ID, p.Story)
		}
	}
}

// TestWordsOfTheTheories: the answers that decide or frighten say what the law says.
func TestWordsOfTheTheories(t *testing.T) {
	t.Parallel()
	b := book(t)
	said := func(theoryName string, circumstances map[string]bool, amount recovery.Money) string {
		f := story()
		f.Circumstances, f.Amount = circumstances, amount
		c := theory(t, b.Characterise(f, sent), theoryName)
		return strings.Join(slices.Concat(c.Supports, c.Against), "\n")
	}
	for _, test := range []struct {
		theory        string
		circumstances map[string]bool
		amount        recovery.Money
		has, hasNot   string
	}{
		{"harassment_by_claimant", map[string]bool{"pressed": true}, 200_000, "要回自己的钱不违法", "禁止"},
		{"harassment_by_claimant", map[string]bool{"pressed": false}, 200_000, "不违法", "拘留"},
		{"fraud", map[string]bool{"deceived": true}, 300_000, "全国统一从 3,000 元起", "10,000"},
		{"fraud", map[string]bool{"deceived": true}, 200_000, "加在一起算", "治安案件"},
		{"unjust_enrichment", map[string]bool{"knew_no_debt": true}, 200_000, "当时就是想付给这个人", ""},
	} {
		text := said(test.theory, test.circumstances, test.amount)
		if !strings.Contains(text, test.has) || test.hasNot != "" && strings.Contains(text, test.hasNot) {
			t.Errorf("%s of %v: %s", test.theory, test.circumstances, text)
		}
	}
	at := slices.IndexFunc(b.Questions(sent), func(q playbook.Question) bool { return q.Signal == "knew_no_debt" })
	if text := b.Questions(sent)[at].Text; !strings.Contains(text, "付给这个人") || !strings.Contains(text, "都选“不是”") {
		t.Errorf("the question reads %s", text)
	}
}

// TestAContradictionIsAskedBack: somebody who says a mistake and a purpose is told
// which answer fits a slip.
func TestAContradictionIsAskedBack(t *testing.T) {
	t.Parallel()
	for yes, want := range map[bool]bool{true: true, false: false} {
		f := story()
		f.Circumstances["knew_no_debt"] = yes
		if got := slices.Contains(codes(book(t).Assess(f, sent, playbook.Knowledge{}).Warnings), "meant_recipient"); got != want {
			t.Errorf("knew_no_debt %t: warned %t", yes, got)
		}
	}
}
