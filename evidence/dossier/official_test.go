package dossier_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// officialItems are what the forms of the court ask for: 法〔2025〕82号, form 09 (adapted
// to 不当得利) and form 60; 民诉法解释 and 证据规定 for the others. Each is a label of the
// paper, without white space.
var officialItems = map[string][]string{
	"complaint": {
		"民事起诉状（不当得利纠纷）", "特别提示", "虚假诉讼", "当事人信息",
		"原告（自然人）姓名", "性别", "出生日期", "民族", "工作单位、职务", "联系电话", "住所地（户籍所在地）", "经常居住地", "证件类型、证件号码",
		"委托诉讼代理人", "□无", "代理权限", "一般授权", "特别授权", "送达地址及收件人、电话", "是否接受电子送达",
		"被告（自然人）姓名", "第三人",
		"诉讼请求", "本金", "利息", "是否至实际清偿之日", "诉讼费用", "其他请求", "标的总额",
		"约定管辖和诉前保全", "有无仲裁、法院管辖约定", "合同条款及内容", "是否已经诉前保全", "保全法院：", "保全时间：", "保全案号：",
		"事实与理由", "请求依据", "合同约定", "法律规定", "其他需要说明的内容", "证据清单",
		"对纠纷解决方式的意愿", "是否了解调解", "是否了解先行调解", "是否考虑先行调解", "暂不确定，想要了解更多内容",
		"由被告住所地人民法院管辖；被告住所地与经常居住地不一致的，由经常居住地人民法院管辖", "此致", "具状人（签字、盖章）", "日期",
	},
	"enforcement": {
		"强制执行申请书", "特别提示", "申请执行人（自然人）姓名", "开户名、开户行、银行账号", "委托诉讼代理人", "代理权限",
		"被执行人（自然人）姓名", "住所地（户籍所在地）", "证件类型、证件号码",
		"执行依据信息", "执行依据名称", "作出机构", "案由", "文书号（案号）", "生效日期", "判项主文",
		"申请执行事项", "请求事项", "金钱给付", "行为", "交付特定物", "本金", "一般债务利息", "迟延履行期间的债务利息", "其他费用",
		"是否已经保全", "财产线索", "申请执行人（签字、盖章）", "日期",
	},
	"authorisation": {
		"授权委托书", "委托人", "受托人", "姓名", "住所", "身份证件", "联系方式", "执业机构、工作单位", "执业证号、证件号码", "电话",
		"委托事项和权限", "不当得利纠纷", "代理阶段", "代理权限", "一般授权", "特别授权", "此致", "委托人（签名）", "日期",
	},
	"service_address": {
		"送达地址确认书", "案号", "案由", "受送达人", "送达地址", "收件人", "电话", "邮政编码", "代收人", "是否接受电子送达", "接收的手机号、邮箱",
		"第一审、第二审、再审审查、再审和执行程序", "文书退回之日", "受送达人（签名）", "日期",
	},
	"catalogue": {"证据目录", "编号", "证据名称", "来源", "证明内容", "形式", "原始载体", "页码", "提交人（签名）", "份数", "日期"},
	"payment_order": {
		"支付令申请书", "申请人（债权人）姓名", "被申请人（债务人）姓名", "住所", "请求人民法院向被申请人发出支付令", "申请费由被申请人负担",
		"事实和证据", "债务的书面确认", "到期情况", "没有其他债务纠纷", "没有申请诉前保全", "没有下落不明", "能够送达被申请人", "此致", "申请人（签名）",
	},
	"preservation": {
		"财产保全申请书", "申请人姓名", "被申请人姓名", "诉前财产保全", "诉讼财产保全", "案号", "保全限额", "保全财产及线索", "保全方式", "担保",
		"情况紧急的事实", "难以弥补的损害", "事实与理由", "此致", "申请人（签名）",
	},
	"inquiry": {
		"调查取证申请书", "案号", "举证期限届满日", "被调查人", "名称", "住所地", "支付业务许可证编号", "申请事项", "原因", "要证明的事实", "明确的线索",
		"此致", "申请人（签名）",
	},
	"mediation": {"先行调解申请书", "申请人姓名", "被申请人姓名", "案由", "申请事项", "先行调解", "调解请求", "事实与理由", "此致", "申请人（签名）"},
}

// formTitles are the titles of the papers by their ids.
var formTitles = map[string]string{
	"complaint": "民事起诉状（不当得利纠纷）", "enforcement": "强制执行申请书", "authorisation": "授权委托书", "service_address": "送达地址确认书",
	"catalogue": "证据目录", "payment_order": "支付令申请书", "preservation": "财产保全申请书", "inquiry": "调查取证申请书", "mediation": "先行调解申请书",
	"demand": "催告函", "agreement": "还款协议", "police": "报案材料", "evidence_preservation": "证据保全申请书", "appeal": "客服申诉书",
}

// paperTexts are the texts of the papers of a dossier, each without white space, by
// title. Papers with the same title follow one another in the list.
func paperTexts(t testing.TB, data []byte) map[string][]string {
	t.Helper()
	return papersOf(textPages(t, data))
}

var pageStamp = regexp.MustCompile(`([^\n]*?) · 第 (\d+) 页 / 共 \d+ 页`)

func papersOf(pages []string) map[string][]string {
	papers, last := map[string][]string{}, ""
	for _, page := range pages {
		found := pageStamp.FindStringSubmatch(page)
		if found == nil {
			last = ""
			continue
		}
		words := strings.Fields(found[1])
		title := words[len(words)-1]
		text := solid(page)
		list := papers[title]
		if last != title || len(list) == 0 || startsPaper(page, title) {
			papers[title] = append(list, text)
		} else {
			list[len(list)-1] += text
		}
		last = title
	}
	return papers
}

// startsPaper reports whether the title stands on a line of its own.
func startsPaper(page, title string) bool {
	for _, line := range strings.Split(page, "\n") {
		if strings.TrimSpace(line) == title {
			return true
		}
	}
	return false
}

// answered are papers for which the claimant answered everything.
func answered() *folio.Papers {
	p := filled()
	due := filedAt.AddDate(0, 0, -1)
	p.DueOn = &due
	p.Requested = recovery.PapersOnRequest
	p.Assets, p.Security, p.AtRisk, p.Risk = "被申请人的微信零钱账户", "保证保险", "平台保存的聊天记录", "对方 11 月 20 日说要把钱转走"
	p.Agent = recovery.AgentParticulars{Name: "李明", Relation: recovery.ByLawyer, Work: "示例律师事务所", DocumentNo: "14403201010123456", Phone: "13700002222", Powers: recovery.SpecialPowers}
	p.CaseNo, p.EvidenceBy = "（2026）粤0305民初12345号", &due
	p.TryMediation, p.ThirdParty, p.Claimant.EService = recovery.WishYes, recovery.Yes, recovery.Yes
	p.Forum.Agreed, p.Preserved.Done = recovery.No, recovery.No
	p.Judgment = recovery.JudgmentParticulars{
		Kind: recovery.JudgmentDecision, MadeBy: "深圳市南山区人民法院", No: "（2026）粤0305民初12345号", EffectiveOn: "2026-11-01",
		Orders: "被告于本判决生效之日起十日内返还原告 1,500 元。", DueOn: "2026-11-11",
	}
	p.ReturnTo = recovery.AccountToReturn{Name: "𬭊晓玥", Bank: "示例银行深圳分行", Account: "6222000011112222333"}
	for id, who := range p.Holders {
		who.OtherDebts, who.InChina, who.CanBeServed = recovery.No, recovery.Yes, recovery.Yes
		who.Born, who.Nation, who.Residence, who.Work = "1988-01-01", "汉族", "广东省深圳市南山区样例路2号", "样例商店"
		p.Holders[id] = who
	}
	return p
}

// filingSet is a case with every paper that a court may get.
func filingSet(t testing.TB, change func(*folio.Papers)) *caseOf {
	t.Helper()
	c := walked(t, recovery.ForCourt)
	c.exhibit(recovery.Agreement, "application/pdf", "协议.pdf", "", []byte("协议"))
	c.folio.Missing, c.folio.Papers = nil, answered()
	change(c.folio.Papers)
	return c
}

// keepPDF leaves a dossier in the folder of outVariable, for a look.
func keepPDF(t testing.TB, name string, data []byte) {
	t.Helper()
	if dir := os.Getenv(outVariable); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".pdf"), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// Each paper has the items of the official form, whether the claimant answered
// everything or nothing.
func TestOfficialItems(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*folio.Papers){
		"answered": func(p *folio.Papers) { p.Preservation = true },
		"order":    func(p *folio.Papers) { p.Route, p.Requested = recovery.PaymentOrder, nil },
		"unknown":  func(p *folio.Papers) { *p = folio.Papers{Preservation: true, Requested: recovery.PapersOnRequest} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			data, _ := build(t, filingSet(t, change).seal())
			keepPDF(t, "items-"+name, data)
			papers := paperTexts(t, data)
			seen := 0
			for id, items := range officialItems {
				for _, text := range papers[formTitles[id]] {
					seen++
					has(t, text, items...)
				}
			}
			if seen < 2 {
				t.Errorf("%d papers found", seen)
			}
		})
	}
}

// What the claimant answered is ticked, and nothing else is.
func TestOnlyAnswersAreTicked(t *testing.T) {
	t.Parallel()
	data, _ := build(t, filingSet(t, func(*folio.Papers) {}).seal())
	complaint := strings.Join(paperTexts(t, data)[formTitles["complaint"]], "")
	has(t, complaint, "委托诉讼代理人☑有□无", "□一般授权☑特别授权", "☑是□否", "□有☑无", "☑是□否□暂不确定", "出生日期：1988年1月1日　民族：汉族", "☑有□无", "财付通支付科技有限公司")
	c := newCase(t, recovery.ForCourt)
	c.folio.Case.Counterparts[0].Refusal, c.folio.Case.Counterparts[0].Answer = "", ""
	data, _ = build(t, c.seal())
	complaint = strings.Join(paperTexts(t, data)[formTitles["complaint"]], "")
	for _, claim := range []string{"证人无", "代理人无", "经常居住地无", "其他请求无", "☑无", "☑否"} {
		lacks(t, complaint, claim)
	}
	if ticks := strings.Count(complaint, "☑"); ticks != 3 { // paid until it is returned; by law; not knowing
		t.Errorf("%d boxes are ticked although nobody answered", ticks)
	}
	has(t, complaint, "经常居住地＿＿＿＿", "被告（自然人）姓名：＿＿＿＿")
}

// The claim to avoid the payment is one of the claims while the ninety days run, and
// is not there afterwards.
func TestAvoidanceIsClaimedInTime(t *testing.T) {
	t.Parallel()
	for day, claimed := range map[string]bool{"2027-02-18": true, "2027-02-19": false} {
		c := full(t, recovery.ForCourt)
		at, err := time.ParseInLocation(time.DateOnly, day, recovery.Shanghai)
		if err != nil {
			t.Fatal(err)
		}
		c.folio.At = at
		data, _ := build(t, c.seal())
		complaint := strings.Join(paperTexts(t, data)[formTitles["complaint"]], "")
		if strings.Contains(complaint, "请求撤销该行为") != claimed || strings.Contains(complaint, "备位请求") != claimed {
			t.Errorf("%s: claimed %v", day, !claimed)
		}
		lacks(t, complaint, "法定期间内")
	}
}

// A city is no address: the line stays empty until somebody enters one.
func TestACityIsNoDomicile(t *testing.T) {
	t.Parallel()
	data, _ := build(t, newCase(t, recovery.ForCourt).seal())
	complaint := strings.Join(paperTexts(t, data)[formTitles["complaint"]], "")
	has(t, complaint, "住所地（户籍所在地）＿＿＿＿")
	lacks(t, complaint, "广东省深圳市")
}
