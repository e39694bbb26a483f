package dossier_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"recourse/evidence/dossier"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/playbook"
	"recourse/recovery"
)

// forbiddenOnPaper are words about this program or its sources. No paper that is filed
// or sent has any of them.
var forbiddenOnPaper = []string{
	"〔V〕", "〔S〕", "〔R〕", "[V]", "[S]", "[R]", "尚未核实", "未经核实", "凭记忆", "本件由程序", "须由执业律师", "须经执业律师", "由执业律师核",
	"系统", "程序生成", "待填", "证据包指纹", "案件编号", "日志",
}

// quickPapers builds a dossier and returns the texts of its papers by title.
func quickPapers(t testing.TB, fonts *dossier.Fonts, dir string, f folio.Folio) map[string][]string {
	path := filepath.Join(dir, "a.pdf")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if _, err := dossier.Build(file, f, dossier.Options{Fonts: fonts, Fingerprint: fingerprint}); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", "-layout", "-enc", "UTF-8", path, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	return papersOf(strings.Split(strings.TrimSuffix(string(out), "\f"), "\f"))
}

// drawnCase is a case with what shows who each counterpart is.
type drawnCase struct {
	*caseOf
	traces [][]string
}

// drawCase draws a case with up to four counterparts, each with a name and an alias
// of their own, and with any route, papers and answers.
func drawCase(t *rapid.T, tb testing.TB) drawnCase {
	audience := rapid.SampledFrom([]recovery.Audience{recovery.ForCourt, recovery.ForArchive}).Draw(t, "audience")
	c := newCase(tb, audience)
	c.folio.Case.Counterparts, c.folio.Entries[0].Parsed.Commitments = nil, nil
	c.folio.Case.Instrument = rapid.SampledFrom(recovery.Instruments).Draw(t, "instrument")
	c.folio.Papers = answered()
	c.folio.Papers.Holders = map[recovery.CounterpartID]folio.Identity{}
	c.folio.Papers.Route = rapid.SampledFrom(recovery.Routes).Draw(t, "route")
	c.folio.Papers.Requested = rapid.SliceOfDistinct(rapid.SampledFrom(recovery.PapersOnRequest), func(p recovery.Paper) recovery.Paper { return p }).Draw(t, "papers")
	c.folio.Papers.Preservation = rapid.Bool().Draw(t, "preservation")
	var traces [][]string
	for i := range rapid.IntRange(1, 4).Draw(t, "counterparts") {
		id := recovery.CounterpartID(fmt.Sprint("x", i))
		alias, name := fmt.Sprintf("网名%d号", i), ""
		if rapid.Bool().Draw(t, "identified") {
			name = fmt.Sprintf("真名%d某", i)
			c.folio.Papers.Holders[id] = folio.Identity{Name: name, Home: fmt.Sprintf("第%d大道", i), Phone: fmt.Sprintf("1390000000%d", i)}
		}
		c.folio.Case.Counterparts = append(c.folio.Case.Counterparts, recovery.Counterpart{
			ID: id, Alias: alias, Contact: fmt.Sprintf("wx_%d_id", i), Claimed: recovery.Money(rapid.SampledFrom([]int64{0, 1_111, 22_222}).Draw(t, "share")) * recovery.Money(i+1),
			Refusal: rapid.SampledFrom(append([]recovery.Refusal{""}, recovery.Refusals...)).Draw(t, "refusal"),
		})
		traces = append(traces, strings.Fields(fmt.Sprintf("%s %s 第%d大道 1390000000%d wx_%d_id", alias, name, i, i, i)))
		c.add(journal.Draft{
			Kind: recovery.EntryResponseRecorded, Actor: recovery.Actor{Role: recovery.RoleClaimant, ID: "u"},
			Facts:    map[string]any{"kind": "refused", "counterpart_id": id},
			Personal: map[string]string{"text": "网名0号和网名1号都没退，真名2某也没有"},
		})
	}
	c.add(journal.Draft{
		Kind: recovery.EntryContactRecorded, Actor: recovery.Actor{Role: recovery.RoleClaimant, ID: "u"},
		Facts: map[string]any{"channel": "group_message", "in_group": true}, Personal: map[string]string{"text": "网名0号、网名1号、网名3号，请退回"},
	})
	c.folio.Case.Narrative = "我把红包发错了群，网名0号、网名2号和真名1某领走了。"
	return drawnCase{c, traces}
}

// No paper that is filed or sent has a word about this program, and none of the papers
// for one counterpart names another or says where to find them.
func TestFiledPapersProperty(t *testing.T) {
	t.Parallel()
	fonts, dir := mustFonts(t), t.TempDir()
	shared := map[string]bool{"报案材料": true, "客服申诉书": true, "证据目录": true, "送达地址确认书": true}
	cases := rapid.Custom(func(r *rapid.T) drawnCase { return drawCase(r, t) })
	for seed := range 30 { // each builds a whole dossier
		drawn := cases.Example(seed)
		traces := drawn.traces
		papers := quickPapers(t, fonts, dir, drawn.seal())
		for _, title := range formTitles {
			for _, text := range papers[title] {
				text := strings.ReplaceAll(text, "腾讯计算机系统", "") // a company's name
				for _, word := range forbiddenOnPaper {
					if title != "证据目录" && strings.Contains(text, word) {
						t.Errorf("%s has %q: %s", title, word, text[max(0, strings.Index(text, word)-60):])
					}
				}
				if named := peopleIn(text, traces); !shared[title] && len(named) > 1 {
					t.Errorf("%s names %v: %s", title, named, text)
				}
			}
		}
		if len(papers["催告函"]) != len(traces) {
			t.Errorf("%d letters for %d people", len(papers["催告函"]), len(traces))
		}
	}
}

// peopleIn lists the counterparts that a text names or says how to reach.
func peopleIn(text string, traces [][]string) []int {
	var named []int
	for i, some := range traces {
		if slices.ContainsFunc(some, func(trace string) bool { return strings.Contains(text, trace) }) {
			named = append(named, i)
		}
	}
	return named
}

// severalDebtors is a packet that two people took in parts.
func severalDebtors(t testing.TB, audience recovery.Audience) *caseOf {
	t.Helper()
	c := newCase(t, audience)
	c.folio.Papers = answered()
	c.folio.Papers.Preservation = true
	c.folio.Case.Instrument, c.folio.Case.Position.Recovered = recovery.LuckyPacket, 0
	c.folio.Entries[0].Parsed.Commitments = nil
	c.folio.Case.Counterparts = []recovery.Counterpart{
		{ID: "cp-1", Alias: "老王甲", Claimed: 120_000}, {ID: "cp-2", Alias: "小李乙", Claimed: 80_000, ReturnFen: 10_000},
	}
	c.folio.Case.Narrative = "红包发错了群，老王甲和小李乙领走了。"
	c.folio.Papers.Holders = map[recovery.CounterpartID]folio.Identity{
		"cp-1": {Name: "王大明", Home: "广东省广州市天河区一路1号"}, "cp-2": {Name: "李小红", Home: "浙江省杭州市西湖区二路2号"},
	}
	return c
}

// Each of several counterparts is asked, and sued, for their own share only.
func TestEachPaperHasOneShare(t *testing.T) {
	t.Parallel()
	data, _ := build(t, severalDebtors(t, recovery.ForCourt).seal())
	keepPDF(t, "several", data)
	papers := paperTexts(t, data)
	shares := [][]string{
		{"王大明", "1,200.00", "（人民币壹仟贰佰元整）"}, {"李小红", "700.00", "（人民币柒佰元整）"},
	}
	for _, title := range []string{"民事起诉状（不当得利纠纷）", "催告函", "还款协议", "财产保全申请书", "强制执行申请书", "先行调解申请书", "授权委托书"} {
		if len(papers[title]) != 2 {
			t.Fatalf("%s: %d papers", title, len(papers[title]))
		}
		for i, text := range papers[title] {
			has(t, text, shares[i]...)
			lacks(t, text, shares[1-i]...)
			lacks(t, text, "2,000.00", "1,900.00")
			lacks(t, text, []string{"小李乙", "老王甲"}[i])
		}
	}
	contents := solid(textPages(t, data)[1])
	has(t, contents, "催告函（老王甲）", "催告函（小李乙）")
}

// A copy that several counterparts may read names none of them and has no paper for
// one of them.
func TestTheOpponentsCopyForSeveral(t *testing.T) {
	t.Parallel()
	data, report := build(t, severalDebtors(t, recovery.ForOpponent).seal())
	text := solid(dossierText(t, data))
	lacks(t, text, "王大明", "李小红", "二路2号", "小李乙", "判令被告返还")
	if !strings.Contains(strings.Join(report.Missing, ""), "给每个人的文书分别印在法院用的卷宗里") {
		t.Errorf("missing: %q", report.Missing)
	}
}

// Only a lawyer may apply for an order to investigate (律师调查令).
func TestOrderToInvestigateNeedsALawyer(t *testing.T) {
	t.Parallel()
	for relation, offered := range map[recovery.Relation]bool{recovery.ByLawyer: true, recovery.ByRelative: false, "": false} {
		c := newCase(t, recovery.ForCourt)
		c.folio.Papers = answered()
		c.folio.Papers.Holders, c.folio.Papers.Agent.Relation = nil, relation
		data, _ := build(t, c.seal())
		inquiry := strings.Join(paperTexts(t, data)["调查取证申请书"], "")
		if strings.Contains(inquiry, "律师调查令") != offered {
			t.Errorf("%q: offered %v", relation, !offered)
		}
		has(t, inquiry, "案号（2026）粤0305民初12345号", "举证期限届满日2026年11月19日")
	}
}

// The costs of the preservation are claimed in the suit, if there is one.
func TestCostsOfPreservationAreClaimed(t *testing.T) {
	t.Parallel()
	for _, preserved := range []bool{true, false} {
		c := newCase(t, recovery.ForCourt)
		c.folio.Papers = answered()
		c.folio.Papers.Preservation = preserved
		data, _ := build(t, c.seal())
		complaint := strings.Join(paperTexts(t, data)["民事起诉状（不当得利纠纷）"], "")
		if strings.Contains(complaint, "财产保全申请费由被告负担") != preserved {
			t.Errorf("preservation %v", preserved)
		}
	}
}

// What is claimed is what was sent and not owed.
func TestPapersClaimWhatIsOwed(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.folio.Papers = answered()
	c.folio.Case.Reason, c.folio.Case.Position.Claim, c.folio.Case.Position.Recovered = recovery.WrongAmount, 180_000, 0
	data, _ := build(t, c.seal())
	papers := paperTexts(t, data)
	has(t, papers["民事起诉状（不当得利纠纷）"][0], "返还不当得利款 人民币 1,800.00 元", "付款金额人民币 2,000.00 元", "其中多付、误付的部分人民币 1,800.00 元")
	has(t, papers["催告函"][0], "到今天还没有收到返还", "其中 人民币 1,800.00 元（人民币壹仟捌佰元整） 是多付、误付的部分", "请求返还人民币 1,800.00 元")
	has(t, papers["还款协议"][0], "其中应当返还 人民币 1,800.00 元", "尚欠 人民币 1,800.00 元")
}

// The sheet for the person who signs has the remarks and the fees, and the papers have
// none of them.
func TestCheckSheet(t *testing.T) {
	t.Parallel()
	data, _ := build(t, filingSet(t, func(p *folio.Papers) { p.Preservation = true }).seal())
	keepPDF(t, "all", data)
	papers := paperTexts(t, data)
	sheet := strings.Join(papers["提交前核对单"], "")
	has(t, sheet, "不交给法院", "可以请律师、法律援助机构或者法院诉讼服务中心看一遍", "案件受理费（普通程序）", "每名被告各写一份", "最迟在 2028年11月11日 以前申请",
		"《民事诉讼法》第一百二十五条", "提交前请对照原文核对", "（2023 修正）")
	for _, title := range formTitles {
		lacks(t, strings.Join(papers[title], ""), "案件受理费（普通程序）", "不交给法院", "（2023 修正）")
	}
}

// Every circumstance is heard by the papers: by a note on the sheet for the person who
// signs, by the choice of the papers, or by what they plead.
func TestPapersHearEveryCircumstance(t *testing.T) {
	t.Parallel()
	for _, name := range append(slices.Clone(recovery.Circumstances), "identity_unknown") {
		c := newCase(t, recovery.ForCourt)
		c.folio.Papers = filled()
		c.folio.Case.Position.Facts.Circumstances = map[string]bool{name: true}
		if name == "identity_unknown" {
			c.folio.Case.Position.Facts.Circumstances = map[string]bool{recovery.IdentityKnown: false}
		}
		if slices.Contains([]string{
			recovery.OwnSlip, recovery.Deceived, recovery.Threatened, recovery.Gambling, recovery.AskedToSend, recovery.PriorDebt,
			"knew_no_debt", "entrusted", "other_debts", "preservation", recovery.IdentityKnown, "same_employer",
		}, name) {
			continue // TestNoFriendlyPapersInDanger, TestCircumstancesBarAPaymentOrder, TestOnlyAnswersAreTicked
		}
		data, _ := build(t, c.seal())
		sheet := strings.Join(paperTexts(t, data)["提交前核对单"], "")
		has(t, sheet, noteOf[name])
	}
}

// noteOf has words of the note on each circumstance.
var noteOf = map[string]string{
	"minor": "文书由监护人以法定代理人的身份签名", "counterpart_minor": "还款协议要有监护人签名", "senior": "可以书面委托家人办理",
	"unreachable": "可以请法院公告送达", "blocked": "发不出消息的页面", "identity_unknown": "先办转账电子凭证", "abroad": "按涉外程序办理",
	"other_province": "网上立案、网上开庭", "gift_note": "对方可能说是送的", "spent": "对方可能说钱已经用掉", "acknowledged": "列为证据", "pressed": "聊天记录要完整提交",
}

// In danger nothing asks the other side for anything; the report to the police is there.
func TestNoFriendlyPapersInDanger(t *testing.T) {
	t.Parallel()
	for _, kind := range append([]string{""}, recovery.Dangers...) {
		for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForArchive, recovery.ForOpponent} {
			c := newCase(t, audience)
			c.folio.Papers = answered()
			c.folio.Case.Position.Facts.Circumstances = map[string]bool{kind: true}
			data, _ := build(t, c.seal())
			papers := paperTexts(t, data)
			for _, title := range []string{"催告函", "还款协议", "先行调解申请书"} {
				if len(papers[title]) > 0 && kind != "" || len(papers["催告函"]) == 0 && kind == "" {
					t.Errorf("%s for %s, %s: %d papers", kind, audience, title, len(papers[title]))
				}
			}
			if kind != "" && audience != recovery.ForOpponent && len(papers["报案材料"]) == 0 {
				t.Errorf("%s for %s: nothing for the police", kind, audience)
			}
		}
	}
}

// In danger no paper says that the payment was a slip, which would end the inquiry of the
// police, and the wallet is asked not to warn the recipient.
func TestNoPaperInDangerSpeaksOfASlip(t *testing.T) {
	t.Parallel()
	slip := regexp.MustCompile("系误发|误发的原因|通过[^，。]{0,20}误发|通知收款人本款")
	for danger, word := range map[string]string{recovery.Deceived: "受到欺骗", recovery.Threatened: "受到威胁", recovery.Gambling: "涉及赌博", recovery.AskedToSend: "应他人要求付款"} {
		for _, audience := range []recovery.Audience{recovery.ForCourt, recovery.ForPlatform} {
			c := newCase(t, audience)
			c.folio.Papers = answered()
			c.folio.Case.Position.Facts.Circumstances = map[string]bool{danger: true}
			data, _ := build(t, c.seal())
			papers := paperTexts(t, data)
			if catalogue := strings.Join(papers["证据目录"], ""); strings.Contains(catalogue, "误发") {
				t.Errorf("%s for %s: the list of evidence speaks of a slip: %s", danger, audience, catalogue)
			}
			for _, title := range []string{"报案材料", "民事起诉状（不当得利纠纷）", "客服申诉书"} {
				text := strings.Join(papers[title], "")
				if found := slip.FindString(text); found != "" || text != "" && !strings.Contains(text, word) {
					t.Errorf("%s, %s for %s says %q, and %s: %t", danger, title, audience, found, word, strings.Contains(text, word))
				}
			}
		}
	}
}

// What bars a payment order may have been said with the facts of the case.
func TestCircumstancesBarAPaymentOrder(t *testing.T) {
	t.Parallel()
	for circumstance, why := range map[string]string{
		"other_debts": "双方还有其他债务", "preservation": "已申请诉前保全", "abroad": "对方不在国内", "unreachable": "支付令不能送达",
	} {
		c := newCase(t, recovery.ForCourt)
		c.folio.Papers = filled()
		orderFits(c.folio.Papers)
		c.folio.Case.Position.Facts.Circumstances = map[string]bool{circumstance: true}
		data, report := build(t, c.seal())
		if len(paperTexts(t, data)["支付令申请书"]) > 0 || !strings.Contains(strings.Join(report.Missing, ""), why) {
			t.Errorf("%s: %q", circumstance, report.Missing)
		}
	}
}

// The time to catch up is that of the case's clock, and nobody vouches for what they
// did not see.
func TestAgreementFitsTheCase(t *testing.T) {
	t.Parallel()
	data, _ := build(t, full(t, recovery.ForCourt).seal())
	agreement := strings.Join(paperTexts(t, data)["还款协议"], "")
	has(t, agreement, "五个工作日内补付", "乙方已查阅", "没有查阅的不写", "人民币壹仟伍佰元整")
	lacks(t, agreement, "超过十日", fingerprint, "本证据包")
	books, err := playbook.Load()
	if err != nil {
		t.Fatal(err)
	}
	due := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC) // a Monday, and no holiday follows
	rules := books.Current()
	clock := recovery.ClockState{Clock: recovery.GraceClock}
	ends := rules.ComputeDeadline(clock, recovery.Position{}, recovery.Case{Pace: 1}, due, nil, due).DueAt
	if day := ends.In(recovery.Shanghai).Format(time.DateOnly); day != "2026-11-09" {
		t.Errorf("the case allows until %s", day)
	}
}

// The strongest rules are cited, and the last day is explained as the law has it.
func TestRulesOnEvidenceAndTime(t *testing.T) {
	t.Parallel()
	text := textOf(t, full(t, recovery.ForCourt).seal())
	has(
		t, text, "《民事诉讼证据规定》第十一条", "《民事诉讼证据规定》第十五条第二款", "视为电子数据的原件", "宜有两件以上相互独立的证据",
		"依法顺延（《民法典》第二百零三条）；本台账从严，仍列原日期", "不适用中止、中断和延长（《民法典》第一百九十九条）",
	)
	lacks(t, text, "不作顺延", "应有两件以上", "第二十三条")
}
