package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// walkByHand goes the main path in the pages alone: filed, spoken to, appealed,
// denied, a route chosen, the dossier saved. It gives the number of the case.
func walkByHand(t *testing.T, base string) string {
	claimant := newVisitor(t, base, 390, 844)
	number := fileByHand(t, claimant)
	home := "/cases/" + number
	gatherByHand(t, claimant, home)
	appealByHand(t, claimant, base, number)
	dossierByHand(t, base, number)
	claimant.open(home)
	claimant.sees("#live-timeline", "材料已生成")
	claimant.picture("claimant-end")
	return number
}

func fileByHand(t *testing.T, v *visitor) string {
	t.Helper()
	v.open("/?lang=zh-CN")
	v.picture("start")
	v.do("ask what can be done", v.pick("s", "claim_state", "unclaimed"), v.pick("s", "platform", "wechat"), v.pick("s", "instrument", "transfer"))
	v.do("send the question", chromedp.Submit(chromedp.CSS("#s")), chromedp.WaitVisible(chromedp.CSS("#answer")))
	v.picture("answer")
	v.signIn("申请人")
	v.open("/file")
	v.do("fill the filing",
		v.pick("f", "platform", "wechat"), v.pick("f", "instrument", "transfer"), v.put("f", "amount_fen", "2,000.00"),
		v.pick("f", "claim_state", "claimed"), v.put("f", "reason", "wrong_group"), v.put("f", "group.kind", "work"),
		v.put("f", "group.size", "36"), v.put("f", "narrative", "本想转给妹妹，误发到项目群。"),
		v.put("f", "counterparts[0].alias", "项目群老王"), v.put("f", "claimant.name", "林晓 <b>&amp;"),
	)
	v.picture("filing")
	v.send("f")
	v.sees(".flash", "登记成功")
	v.picture("filed")
	return strings.TrimPrefix(v.value(`location.pathname`), "/cases/")
}

func gatherByHand(t *testing.T, v *visitor, home string) {
	t.Helper()
	v.open(home)
	v.upload("transfer_screenshot", screenshotFile(t, "transfer.png", 40))
	v.sees("#evidence", "transfer.png")
	v.upload("chat_screenshot", screenshotFile(t, "chat.png", 120))
	v.act(home, "record_contact", v.put("do-record_contact", "text", "你好，这笔转账发错了群，麻烦原路退回，谢谢。"))
	v.sees("#live-timeline", "联系了对方")
	v.picture("contact")
	v.act(home, "record_response", v.pick("do-record_response", "kind", "refused"), v.put("do-record_response", "text", "不退"))
	v.sees("#live-stages [aria-current]", "群公告")
	v.act(home, "record_contact", v.put("do-record_contact", "channel", "group_message"), v.put("do-record_contact", "text", "各位，刚才的转账是误发。"))
	v.upload("notice_screenshot", screenshotFile(t, "notice.png", 200))
	v.act(home, "escalate", v.put("do-escalate", "to", "appeal"), v.put("do-escalate", "reason", "对方在群里也拒绝退还"))
	v.sees("#live-stages [aria-current]", "客服申诉")
}

func appealByHand(t *testing.T, claimant *visitor, base, number string) {
	t.Helper()
	claimant.act("/cases/"+number, "submit_appeal", chromedp.Click(chromedp.CSS("#do-submit_appeal-confirm")))
	claimant.picture("appeal")
	agent := newVisitor(t, base, 1440, 900)
	agent.signIn("客服专员")
	agent.open("/desk")
	agent.sees("table", number)
	agent.picture("queue")
	home := "/desk/cases/" + number
	agent.act(home, "assign")
	agent.act(home, "request_evidence", agent.pick("do-request_evidence", "kinds", "statement"), agent.put("do-request_evidence", "note", "请补充账单明细"))
	claimant.open("/cases/" + number)
	claimant.picture("more")
	claimant.upload("statement", screenshotFile(t, "statement.png", 230))
	agent.open(home)
	agent.picture("desk-case")
	agent.reloadUntil(home, "#do-decide_appeal")
	agent.act(home, "decide_appeal", agent.pick("do-decide_appeal", "decision", "denied"), agent.put("do-decide_appeal", "reason", "平台无法核实收款方意愿"))
	agent.sees("#live-stages [aria-current]", "法律途径")
}

func dossierByHand(t *testing.T, base, number string) {
	t.Helper()
	legal := newVisitor(t, base, 1440, 900)
	legal.signIn("法务")
	room := "/desk/cases/" + number + "/export"
	legal.open("/desk/cases/" + number)
	legal.act("/desk/cases/"+number, "choose_route", legal.pick("do-choose_route", "route", "small_claims"), legal.put("do-choose_route", "why", "金额小，事实清楚"))
	legal.open(room)
	legal.do("ask for the papers", legal.pick("papers-form", "audience", "court"))
	legal.send("papers-form")
	dossier := `#live-papers a[href$="dossier.pdf"]`
	legal.do("wait for the papers", chromedp.WaitVisible(chromedp.CSS(dossier)))
	legal.picture("export")
	printed := legal.value("document.querySelector(`#live-papers .print code`).textContent")
	pdf := legal.download(dossier)
	sum := sha256.Sum256(pdf)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || hex.EncodeToString(sum[:]) != strings.ReplaceAll(printed, " ", "") {
		t.Errorf("the saved dossier (%d bytes) is not the one the page names", len(pdf))
	}
	if bag := legal.download(`#live-papers a[href$="bag.zip"]`); !bytes.HasPrefix(bag, []byte("PK")) {
		t.Errorf("the saved bag (%d bytes) is no ZIP file", len(bag))
	}
}
