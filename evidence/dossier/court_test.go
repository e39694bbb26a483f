package dossier_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/casework"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
	"recourse/textlint"
)

// filled are papers without a blank that anybody would be sent back for.
func filled() *folio.Papers {
	by, knew := time.Date(2026, 12, 5, 4, 0, 0, 0, time.UTC), filedAt.Add(-20*time.Minute)
	return &folio.Papers{
		Court: "深圳市南山区", ReturnBy: &by, KnewGain: &knew, KnewHolder: &knew,
		Claimant: folio.Identity{
			Name: "𬭊晓玥", Sex: "女", Born: "1990年3月4日", Nation: "汉族", Work: "示例科技公司职员", Home: "广东省深圳市福田区示例路1号",
			Document: "居民身份证 440300199003040021", ServeAt: "广东省深圳市福田区示例路1号",
		},
		Holders: map[recovery.CounterpartID]folio.Identity{
			"cp-1": {Name: "王小刚", Sex: "男", Home: "广东省广州市天河区样例街2号", Document: "居民身份证 440100198801010012", Phone: "13900005678"},
		},
		Interest: &folio.Interest{RateBP: 310, AsOf: "2026-11-20", Source: "全国银行间同业拆借中心"},
		Fees: []folio.Fee{
			{Name: "suit", Base: 150_000, Amount: 5_000, Law: folio.Citation{Statute: "诉讼费用交纳办法", Section: "13", Edition: "国务院令第481号", Mark: "V"}},
			{Name: "summary", Base: 150_000, Amount: 2_500, Law: folio.Citation{Statute: "诉讼费用交纳办法", Section: "16", Edition: "国务院令第481号", Mark: "V"}},
			{Name: "payment_order", Base: 150_000, Amount: 1_667, Law: folio.Citation{Statute: "诉讼费用交纳办法", Section: "14", Edition: "国务院令第481号", Mark: "V"}},
			{Name: "preservation", Base: 150_000, Amount: 3_500, Law: folio.Citation{Statute: "诉讼费用交纳办法", Section: "14", Edition: "国务院令第481号", Mark: "V"}},
		},
		Citations: []folio.Citation{{Statute: "民法典", Section: "986、988", Edition: "2020-05-28 公布", Mark: "V"}},
	}
}

// full is a case that went through everything, with its papers filled in.
func full(t testing.TB, audience recovery.Audience) *caseOf {
	t.Helper()
	c := walked(t, audience)
	c.folio.Missing, c.folio.Papers = nil, filled()
	return c
}

// Every one of the eleven parts is in the court's dossier, in its order.
func TestElevenParts(t *testing.T) {
	t.Parallel()
	data, report := build(t, full(t, recovery.ForCourt).seal())
	if len(report.Missing) > 0 {
		t.Errorf("missing: %q", report.Missing)
	}
	contents := solid(textPages(t, data)[1])
	last := -1
	for _, part := range []string{
		"民事起诉状", "证据目录", "证据1-1", "原始载体清单", "催告函", "还款协议", "时效台账", "真实性说明", "时间线", "离线核验步骤",
	} {
		at := strings.Index(contents, part)
		if at <= last {
			t.Errorf("%s is missing or out of order in %s", part, contents)
		}
		last = at
	}
	lacks(t, contents, "调查取证申请书", "财产保全申请书", "支付令申请书", "客服申诉书", "报案材料")
}

// orderFits makes the papers of a case in which a payment order may be applied for.
func orderFits(p *folio.Papers) {
	p.Route = recovery.PaymentOrder
	who := p.Holders["cp-1"]
	who.OtherDebts = recovery.No
	p.Holders["cp-1"] = who
}

// Each route and each audience get their papers, and only those.
func TestPapersByRoute(t *testing.T) {
	t.Parallel()
	all := []string{"民事起诉状", "支付令申请书", "催告函", "调查取证申请书", "财产保全申请书", "还款协议", "报案材料", "客服申诉书", "时效台账", "原始载体清单"}
	for _, test := range []struct {
		name     string
		audience recovery.Audience
		change   func(*folio.Papers)
		want     string
	}{
		{"suit", recovery.ForCourt, func(*folio.Papers) {}, "民事起诉状 催告函 还款协议 时效台账 原始载体清单"},
		{"unknown holder", recovery.ForCourt, func(p *folio.Papers) { p.Holders = nil }, "民事起诉状 催告函 调查取证申请书 还款协议 时效台账 原始载体清单"},
		{"preservation", recovery.ForCourt, func(p *folio.Papers) { p.Preservation = true }, "民事起诉状 催告函 财产保全申请书 还款协议 时效台账 原始载体清单"},
		{"payment order", recovery.ForCourt, orderFits, "支付令申请书 催告函 还款协议 时效台账 原始载体清单"},
		{
			"never a payment order beside preservation", recovery.ForCourt,
			func(p *folio.Papers) { p.Route, p.Preservation = recovery.PaymentOrder, true },
			"民事起诉状 催告函 财产保全申请书 还款协议 时效台账 原始载体清单",
		},
		{"police", recovery.ForCourt, func(p *folio.Papers) { p.Route = recovery.PoliceReport }, "民事起诉状 催告函 还款协议 报案材料 时效台账 原始载体清单"},
		{"opponent", recovery.ForOpponent, func(*folio.Papers) {}, "民事起诉状 催告函 还款协议"},
		{"opponent, no suit", recovery.ForOpponent, func(p *folio.Papers) { p.Route = recovery.Mediation }, "催告函 还款协议"},
		{"opponent is told of no preservation", recovery.ForOpponent, func(p *folio.Papers) { p.Preservation = true }, "民事起诉状 催告函 还款协议"},
		{"platform", recovery.ForPlatform, func(*folio.Papers) {}, "客服申诉书"},
		{"archive", recovery.ForArchive, func(*folio.Papers) {}, "民事起诉状 支付令申请书 催告函 调查取证申请书 还款协议 报案材料 客服申诉书 时效台账 原始载体清单"},
		{
			"archive with preservation", recovery.ForArchive, func(p *folio.Papers) { p.Preservation = true },
			"民事起诉状 催告函 调查取证申请书 财产保全申请书 还款协议 报案材料 客服申诉书 时效台账 原始载体清单",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newCase(t, test.audience)
			c.folio.Papers = filled()
			test.change(c.folio.Papers)
			data, _ := build(t, c.seal())
			contents := solid(textPages(t, data)[1])
			if dir := os.Getenv(outVariable); dir != "" {
				if err := os.WriteFile(filepath.Join(dir, "route-"+strings.ReplaceAll(test.name, " ", "_")+".pdf"), data, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			for _, paper := range all {
				if got, want := strings.Contains(contents, paper), strings.Contains(test.want, paper); got != want {
					t.Errorf("%s is there: %v", paper, got)
				}
			}
		})
	}
}

func TestPaymentOrderBesidePreservationIsNamed(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.folio.Papers = filled()
	orderFits(c.folio.Papers)
	c.folio.Papers.Preservation = true
	c.folio.Papers.Assets, c.folio.Papers.Security, c.folio.Papers.Risk = "支付账户余额", "保函", "对方说要把钱转走"
	data, report := build(t, c.seal())
	if len(report.Missing) != 1 {
		t.Errorf("missing: %q", report.Missing)
	}
	has(t, solid(textPages(t, data)[0]), "本卷没有《支付令申请书》：已申请诉前保全的，不能再申请支付令", "第四百二十七条")
}

// A payment order is printed only if nothing known forbids it; otherwise the cover
// says why it is not there. What the claimant did not confirm yet is missing.
func TestPaymentOrderNeedsItsConditions(t *testing.T) {
	t.Parallel()
	fits := func(who *folio.Identity, _ *folio.Papers) {
		who.OtherDebts, who.InChina, who.CanBeServed = recovery.No, recovery.Yes, recovery.Yes
	}
	for name, test := range map[string]struct {
		change  func(*folio.Identity, *folio.Papers)
		printed bool
		missing string
	}{
		"fits": {func(*folio.Identity, *folio.Papers) {}, true, ""},
		"not due yet": {func(_ *folio.Identity, p *folio.Papers) {
			p.Plan = []folio.Instalment{{DueOn: filedAt.AddDate(0, 2, 0), Amount: 150_000}}
		}, false, "欠款还没有到期"},
		"no day agreed":     {func(_ *folio.Identity, p *folio.Papers) { p.Plan = nil }, true, "债务已到期的依据"},
		"not confirmed":     {func(who *folio.Identity, _ *folio.Papers) { who.InChina = "" }, true, "申请支付令的条件"},
		"other debts":       {func(who *folio.Identity, _ *folio.Papers) { who.OtherDebts = recovery.Yes }, false, "双方还有其他债务"},
		"they claim a debt": {func(who *folio.Identity, _ *folio.Papers) { who.OtherDebts = "" }, false, "双方还有其他债务"},
		"abroad":            {func(who *folio.Identity, _ *folio.Papers) { who.InChina = recovery.No }, false, "对方不在国内或者下落不明"},
		"cannot be served":  {func(who *folio.Identity, _ *folio.Papers) { who.CanBeServed = recovery.No }, false, "支付令不能送达对方"},
		"preserved":         {func(_ *folio.Identity, p *folio.Papers) { p.Preserved.Done = recovery.Yes }, false, "已申请诉前保全"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCase(t, recovery.ForCourt)
			c.exhibit(recovery.Agreement, "application/pdf", "a.pdf", "", []byte("a"))
			c.folio.Papers = filled()
			c.folio.Papers.Route, c.folio.Papers.Plan = recovery.PaymentOrder, []folio.Instalment{{DueOn: filedAt, Amount: 150_000}}
			who := c.folio.Papers.Holders["cp-1"]
			fits(&who, c.folio.Papers)
			test.change(&who, c.folio.Papers)
			c.folio.Papers.Holders["cp-1"] = who
			data, report := build(t, c.seal())
			papers := paperTexts(t, data)
			order, suit := strings.Join(papers["支付令申请书"], ""), papers["民事起诉状（不当得利纠纷）"]
			if (order != "") != test.printed || (len(suit) > 0) == test.printed {
				t.Errorf("printed: %v, and %d complaints", order != "", len(suit))
			}
			if missing := strings.Join(report.Missing, "\n"); (missing == "") != (test.missing == "") || !strings.Contains(missing, test.missing) {
				t.Errorf("missing: %q", report.Missing)
			}
			if test.printed {
				has(t, order, "督促其给付 人民币 1,500.00 元", "申请费由被申请人负担", "见证据 1-1")
				lacks(t, order, "□", "不属实")
			}
			if test.missing == "" {
				has(t, order, "申请人声明：双方没有其他债务纠纷；没有申请诉前保全")
			}
		})
	}
}

// What a court would send a paper back for is named on the cover.
func TestBlanksAreNamed(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	data, report := build(t, c.seal())
	has(t, solid(textPages(t, data)[0]), "未齐备", "《民事起诉状（不当得利纠纷）》：", "原告的身份证件号码", "受理法院", "可供识别的被告信息", "《催告函》：催告函给出的返还期限", "《调查取证申请书》：举证期限届满的日期；受理法院")
	if len(report.Missing) != 5 {
		t.Errorf("missing: %q", report.Missing)
	}
	has(t, solid(strings.Join(textPages(t, data), "")), "证件类型、证件号码＿＿＿＿", "工作单位、职务＿＿＿＿")
}

// The complaint holds the items of 民事诉讼法 124.
func TestComplaint(t *testing.T) {
	t.Parallel()
	text := textOf(t, full(t, recovery.ForCourt).seal())
	has(
		t, text, "原告（自然人）姓名：𬭊晓玥", "性别：女出生日期：1990年3月4日民族：汉族", "居民身份证 440300199003040021", "被告（自然人）姓名：王小刚", "收款的平台账号老𠮷王🧧", "居民身份证 440100198801010012",
		"判令被告返还不当得利款 人民币 1,500.00 元（人民币壹仟伍佰元整）", "一年期贷款市场报价利率（LPR）3.10％（2026-11-20 公布，来源：全国银行间同业拆借中心）",
		"本案案件受理费由被告负担", "其他请求＿＿＿＿", "案件受理费（普通程序）", "1,500.00 元50.00 元", "诉讼费用交纳办法第 13 条",
		"是否已经诉前保全□是□否", "深圳市南山区人民法院", "副本 1 份", "《民法典》第九百八十五条（2020-05-28 公布）",
		"民法典第 986、988 条（2020-05-28 公布）", "具状人（签字、盖章）",
	)
	lacks(t, text, "利率待填")
}

// Without a traceable rate no paper has one.
func TestNoRateIsInvented(t *testing.T) {
	t.Parallel()
	for name, interest := range map[string]*folio.Interest{
		"none": nil, "no source": {RateBP: 310, AsOf: "2026-11-20"}, "no date": {RateBP: 310, Source: "某处"},
		"absurd": {RateBP: 31_000, AsOf: "2026-11-20", Source: "某处"}, "negative": {RateBP: -1, AsOf: "2026-11-20", Source: "某处"},
	} {
		c := full(t, recovery.ForCourt)
		c.folio.Papers.Interest = interest
		text := textOf(t, c.seal())
		has(t, text, "按全国银行间同业拆借中心公布的一年期贷款市场报价利率（LPR）计算", "利息另计")
		if regexp.MustCompile(`\d％`).MatchString(text) {
			t.Errorf("%s: a rate is printed", name)
		}
	}
}

// A demand neither threatens nor insults: the linter of the playbook agrees.
func TestDemandPassesTheLinter(t *testing.T) {
	t.Parallel()
	linter, err := textlint.Load()
	if err != nil {
		t.Fatal(err)
	}
	c := full(t, recovery.ForOpponent)
	pages := textPages(t, func() []byte { data, _ := build(t, c.seal()); return data }())
	for i, page := range pages {
		text := solid(page)
		if at := strings.Index(text, "致："); at >= 0 && strings.Contains(text, "催告函·") {
			for _, finding := range linter.Lint(text[at:strings.Index(text, "催告人（签名）")], textlint.Letter) {
				t.Errorf("page %d: %+v", i+1, finding)
			}
			return
		}
	}
	t.Error("there is no demand")
}

// The ledger counts what the journal proves.
func TestLedger(t *testing.T) {
	t.Parallel()
	c := full(t, recovery.ForCourt)
	legal := recovery.Actor{Role: recovery.RoleLegal, ID: "u"}
	c.add(journal.Draft{Kind: recovery.EntryLegalStep, Actor: legal, Facts: map[string]any{"kind": "mediation_requested"}})
	c.add(journal.Draft{Kind: recovery.EntryContactRecorded, Facts: map[string]any{"channel": "group_message", "in_group": true}})
	c.add(journal.Draft{Kind: recovery.EntryResponseRecorded, Facts: map[string]any{"kind": "promised", "counterpart_id": "cp-1"}})
	c.add(journal.Draft{Kind: recovery.EntryLegalStep, Actor: legal, Facts: map[string]any{"kind": "payment_order_applied"}})
	late := time.Date(2027, 2, 1, 2, 0, 0, 0, time.UTC)
	c.add(journal.Draft{Kind: recovery.EntryLegalStep, Actor: legal, ClaimedAt: &late, Facts: map[string]any{"kind": "police_reported"}})
	text := textOf(t, c.seal())
	has(
		t, text, "不计任何中断的届满日（稳妥日期）2029年11月20日", "二十年最长期间届满日2046年11月20日", "重大误解撤销权（九十日）届满日2027年2月18日",
		"催告到达（《诉讼时效规定》第八条）", "申请调解（《诉讼时效规定》第十二条）", "申请支付令（《诉讼时效规定》第十一条）",
		"对方部分履行（《诉讼时效规定》第十四条）", "对方同意返还或作出还款计划", "报案（《诉讼时效规定》第十三条）", "2030年2月1日", "计入 7 次",
	)
}

// What is printed is what the case's own ledger tells, row by row and in order:
// each act towards whom it counts, its entries, what it did, and the new end.
func TestTheLedgerOnPaperIsTheCases(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.folio.Case.Counterparts = append(c.folio.Case.Counterparts, recovery.Counterpart{ID: "cp-2", Alias: "小李", Claimed: 30_000})
	c.folio.Case.Counterparts[0].Alias, c.folio.Entries[0].Parsed.Commitments = "老王", nil
	by := func(kind recovery.EntryKind, role recovery.Role, facts map[string]any) {
		c.add(journal.Draft{Kind: kind, Actor: recovery.Actor{Role: role, ID: "u"}, Facts: facts})
	}
	by(recovery.EntryContactRecorded, recovery.RoleClaimant, map[string]any{"channel": "private_message", "counterpart_id": "cp-1"})
	by(recovery.EntryContactRecorded, recovery.RoleClaimant, map[string]any{"channel": "private_message", "counterpart_id": "cp-2"})
	by(recovery.EntryLinkOpened, recovery.RoleCounterpart, map[string]any{"counterpart_id": "cp-2"})
	by(recovery.EntryResponseRecorded, recovery.RoleCounterpart, map[string]any{"kind": "refused", "counterpart_id": "cp-1"})
	by(recovery.EntryResponseRecorded, recovery.RoleCounterpart, map[string]any{"kind": "returned", "counterpart_id": "cp-1"})
	by(recovery.EntryPlanAccepted, recovery.RoleCounterpart, map[string]any{"counterpart_id": "cp-1"})
	by(recovery.EntryLegalStep, recovery.RoleLegal, map[string]any{"kind": "suit_filed"})
	early := filedAt.AddDate(0, 0, -3)
	c.add(journal.Draft{
		Kind: recovery.EntryLegalStep, Actor: recovery.Actor{Role: recovery.RoleLegal, ID: "u"}, ClaimedAt: &early,
		Facts: map[string]any{"kind": "police_reported"},
	})
	f := c.seal()
	text := textOf(t, f)
	if strings.Count(text, "中断，自当日重新计算") != 3 || strings.Count(text, "期间尚未开始，不生中断") != 1 {
		t.Error("there are other rows than those of the ledger")
	}
	from := strings.Index(text, "中断时效的行为")
	for _, row := range rowsOf(t, f) {
		at := strings.Index(text[max(from, 0):], row)
		if at < 0 {
			t.Fatalf("%q is not printed, or not in its place", row)
		}
		from += at
	}
}

// rowsOf tells the ledger of the case, as anybody asks for it, in words.
func rowsOf(t *testing.T, f folio.Folio) []string {
	t.Helper()
	entries := make([]journal.Entry, len(f.Entries))
	for i, one := range f.Entries {
		entries[i] = one.Parsed
	}
	kinds := map[recovery.InterruptionKind]string{
		recovery.DemandReached: "催告到达（《诉讼时效规定》第八条）", recovery.DebtorPromised: "对方同意返还或作出还款计划（《诉讼时效规定》第十四条）",
		recovery.SuitFiled: "起诉（《民法典》第一百九十五条）", recovery.PoliceReported: "报案（《诉讼时效规定》第十三条）",
	}
	effects := map[recovery.Effect]string{recovery.Interrupts: "中断，自当日重新计算", recovery.BeforeBegin: "期间尚未开始，不生中断"}
	ledgers := casework.LimitationOf(f.Case, entries).Counterparts
	if len(ledgers) != 2 || len(ledgers[0].Steps) != 4 || len(ledgers[1].Steps) != 2 {
		t.Fatalf("the sample has the ledgers %+v", ledgers)
	}
	var rows []string
	for _, step := range ledgers[0].Steps {
		who, seq := "老王", strconv.FormatInt(step.Seq, 10)
		if slices.Contains(ledgers[1].Steps, step) {
			who = "全部对方"
		}
		if step.Proof > 0 {
			seq += "、" + strconv.FormatInt(step.Proof, 10)
		}
		ends := step.Ends.Add(-time.Second).In(recovery.Shanghai).Format("2006年1月2日")
		rows = append(rows, step.At.In(recovery.Shanghai).Format(time.DateOnly)+kinds[step.Kind]+who+seq+effects[step.Effect]+ends)
	}
	return rows
}

// What the holders are asked for has to make up the claim; where it does not,
// the claimant's side is told so.
func TestSumsThatDiffer(t *testing.T) {
	t.Parallel()
	for audience, told := range map[recovery.Audience]bool{recovery.ForCourt: true, recovery.ForOpponent: false, recovery.ForPlatform: false} {
		c := full(t, audience)
		c.folio.Case.Counterparts = append(c.folio.Case.Counterparts, recovery.Counterpart{ID: "cp-2", Alias: "小李", Claimed: 30_000})
		text := textOf(t, c.seal())
		if strings.Contains(text, "各人请求返还合计2,300.00元，与尚未返还1,500.00元不一致") != told {
			t.Errorf("%s is not told as it should be: %v", audience, told)
		}
	}
}

// Legal steps and replies of the platform are told in words.
func TestStepsHaveWords(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.add(journal.Draft{Kind: recovery.EntryLegalStep, Facts: map[string]any{"kind": "mediation_requested"}})
	c.add(journal.Draft{Kind: recovery.EntryPlatformReplied, Facts: map[string]any{"kind": "in_review"}})
	has(t, textOf(t, c.seal()), "记录法律程序（申请调解）", "平台答复（审核中）")
}

func TestLedgerWhenTimeIsUp(t *testing.T) {
	t.Parallel()
	c := full(t, recovery.ForCourt)
	c.folio.At = time.Date(2030, 3, 1, 0, 0, 0, 0, time.UTC)
	has(t, textOf(t, c.seal()), "2029年11月20日（已届满）", "2027年2月18日（已届满）")
}

// A paper tells the course of events in few pages, however long the journal; a
// thousand demands take no longer to reckon than to print.
func TestLongCourse(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForPlatform)
	for range 1_000 {
		c.add(journal.Draft{Kind: recovery.EntryContactRecorded, Facts: map[string]any{"channel": "sms", "in_group": false, "counterpart_id": "cp-1"}})
		c.add(journal.Draft{Kind: recovery.EntryResponseRecorded, Facts: map[string]any{"kind": "refused", "counterpart_id": "cp-1"}})
	}
	data, report := build(t, c.seal())
	if report.Pages > 12 {
		t.Errorf("%d pages", report.Pages)
	}
	has(t, solid(dossierText(t, data)), "其余 1941 件从略")
}

// Near duplicates prove no more than one of them.
func TestDependentExhibitsCountOnce(t *testing.T) {
	t.Parallel()
	c := newCase(t, recovery.ForCourt)
	c.exhibit(recovery.SealedReceipt, "application/pdf", "a.pdf", "", []byte("a"))
	c.exhibit(recovery.TransferScreenshot, "image/webp", "b.webp", "", []byte("b"))
	c.exhibit(recovery.TransferScreenshot, "image/webp", "c.webp", "", []byte("c"))
	c.folio.Exhibits[1].NotIndependentOf = []recovery.EvidenceID{"ev-1"}
	c.folio.Exhibits[2].NotIndependentOf = []recovery.EvidenceID{"ev-2"}
	has(t, textOf(t, c.seal()), "C收款人即对方1-1、1-2、1-3虽有3件，但互不独立，按一件计，须补充")
	c.exhibit(recovery.Statement, "text/csv", "d.csv", "", []byte("d"))
	has(t, textOf(t, c.seal()), "A申请人付出该笔款项1-1、1-2、1-3、1-4共4件，其中相互独立2件")
}

// Withheld exhibits keep their number and are named with the reason; nothing
// of them is opened.
func TestWithheldExhibitsAreListed(t *testing.T) {
	t.Parallel()
	c := walked(t, recovery.ForOpponent)
	c.exhibit(recovery.ChatExport, "text/plain", "与家人的聊天.txt", "涉及家人病情", []byte("private talk"))
	last := &c.folio.Exhibits[len(c.folio.Exhibits)-1]
	last.Withheld, last.NoSafeCopy, last.Open, last.Copy = true, true, nil, nil
	c.exhibit(recovery.Identity, "image/png", "身份证.png", "正面", asPNG(t, screenshot(t, 300, 200, "身份证")))
	for i := range c.folio.Entries { // as the masks of the product leave the values out
		if n := len(c.folio.Entries); i >= n-2 {
			c.folio.Entries[i].Values = nil
		}
	}
	text := textOf(t, c.seal())
	has(t, text, "不予展示的证据", "聊天记录导出文件文件含有或者可能含有与本案无关的个人信息", "身份材料涉及申请人的身份、住址等个人信息", "本卷不附此件")
	lacks(t, text, "家人病情", "与家人的聊天", "身份证.png", "原件在证据包中打开")
}

// Nothing an opponent or a platform must not see is in the file, whatever the
// way of reading it.
func TestMaskedCopiesLeakNothing(t *testing.T) {
	t.Parallel()
	for _, audience := range []recovery.Audience{recovery.ForOpponent, recovery.ForPlatform} {
		c := full(t, audience)
		c.folio.Papers.Assets, c.folio.Papers.Security = "招商银行账户6225", "保函2026-77"
		c.exhibit(recovery.Identity, "image/png", "s.png", "", asPNG(t, screenshot(t, 300, 200, "身份证")))
		f := c.seal()
		if audience == recovery.ForPlatform { // as the masks of the product leave it
			f.Case.Claimant.Phone, f.Case.Claimant.Email, f.Case.Counterparts[0].Contact = "", "", ""
			for i := range f.Entries[0].Values {
				if path := f.Entries[0].Values[i].Path; path == "claimant.phone" || path == "claimant.email" || strings.HasSuffix(path, ".contact") {
					f.Entries[0].Values[i].Value = ""
				}
			}
		}
		data, _ := build(t, f)
		path := filepath.Join(t.TempDir(), "a.pdf")
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
		readings := map[string][]byte{"file": data}
		for name, args := range map[string][]string{
			"pdftotext": {"pdftotext", "-enc", "UTF-8", path, "-"}, "raw": {"pdftotext", "-raw", "-enc", "UTF-8", path, "-"},
			"strings": {"strings", "-a", "-n", "4", path}, "utf-16": {"strings", "-a", "-e", "b", path},
			"uncompressed": {"qpdf", "--qdf", "--object-streams=disable", path, "-"}, "exiftool": {"exiftool", "-a", "-u", path},
		} {
			out, err := exec.Command(args[0], args[1:]...).Output()
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			readings[name] = out
		}
		readings["text"] = []byte(solid(string(readings["raw"])))
		for _, secret := range []string{
			"440300199003040021", "440100198801010012", "13900005678", "13800001234", "xiaoyue@example.com", "wxid_7788", "示例路1号",
			"样例街2号", "1990年3月4日", "示例科技公司", "招商银行", "保函2026", "对方曾有同类投诉",
		} {
			for name, reading := range readings {
				if bytes.Contains(reading, []byte(secret)) {
					t.Errorf("%s: %q is in the %s", audience, secret, name)
				}
			}
		}
		if len(dossierText(t, data)) < 500 {
			t.Error("nothing was read")
		}
	}
}

func dossierText(t testing.TB, data []byte) string {
	t.Helper()
	return strings.Join(textPages(t, data), "")
}

// Names of ten thousand characters, of pictographs only, and of rare characters
// are printed whole once and end early elsewhere.
func TestLongAndRareNames(t *testing.T) {
	t.Parallel()
	for _, name := range []string{strings.Repeat("长", 10_000), "🧧😀🎉", "𠮷䶮", "\u202e甲\u0007乙"} {
		c := newCase(t, recovery.ForCourt)
		c.folio.Papers = filled()
		c.folio.Case.Claimant.Name, c.folio.Case.Counterparts[0].Alias, c.folio.Entries[0].Parsed.Commitments = name, name, nil
		data, report := build(t, c.seal())
		text := solid(dossierText(t, data))
		if want := strings.NewReplacer("\u202e", "[U+202E]", "\u0007", "[U+0007]").Replace(name); strings.Count(text, solid(want)) < 1 && len(name) < 100 {
			t.Errorf("%.40q is not in the papers", name)
		}
		if len(name) > 1000 && (strings.Count(text, "长") < 10_000 || report.Pages > 80 || !strings.Contains(text, "全称见当事人表")) {
			t.Errorf("%d times in %d pages", strings.Count(text, "长"), report.Pages)
		}
	}
}

// With papers, too, the same folio gives the same bytes and a sound file.
func TestPapersAreReproducible(t *testing.T) {
	t.Parallel()
	c := full(t, recovery.ForArchive)
	for i := range 40 {
		id := recovery.CounterpartID(strings.Repeat("x", i+1))
		c.folio.Papers.Holders[id] = folio.Identity{Name: "某人"}
		c.folio.Case.Counterparts = append(c.folio.Case.Counterparts, recovery.Counterpart{ID: id, Alias: "群友", Claimed: 100})
	}
	f := c.seal()
	first, _ := build(t, f)
	if again, _ := build(t, f); !bytes.Equal(first, again) {
		t.Error("two builds differ")
	}
	if out := tool(t, first, "qpdf", "--check", "FILE"); strings.Contains(out, "WARNING") {
		t.Error(out)
	}
}
