package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// walkByHand takes a case through the pages: filing, contact, appeal, denial, legal
// route, dossier. It returns the number of the case.
func walkByHand(t *testing.T, base string) string {
	claimant := newVisitor(t, base, 390, 844)
	number := fileByHand(t, claimant)
	home := "/cases/" + number
	gatherByHand(t, claimant, home)
	appealByHand(t, claimant, base, number)
	dossierByHand(t, base, number)
	claimant.openPage(home)
	claimant.awaitText("#live-timeline", "材料已生成")
	claimant.saveScreenshot("claimant-end")
	return number
}

func fileByHand(t *testing.T, v *visitor) string {
	t.Helper()
	v.openPage("/?lang=zh-CN")
	v.saveScreenshot("start")
	v.runSteps("fill the question", v.chooseOption("s", "cause", "own_slip"), v.chooseOption("s", "claim_state", "unclaimed"), v.chooseOption("s", "platform", "wechat"), v.chooseOption("s", "instrument", "transfer"))
	v.runSteps("send the question", chromedp.Submit(chromedp.CSS("#s")), chromedp.WaitVisible(chromedp.CSS("#answer")))
	v.saveScreenshot("answer")
	v.signIn("申请人")
	v.openPage("/file")
	v.runSteps("fill the filing",
		v.chooseOption("f", "cause", "own_slip"), v.chooseOption("f", "platform", "wechat"), v.chooseOption("f", "instrument", "transfer"), v.setField("f", "amount_fen", "2,000.00"),
		v.chooseOption("f", "claim_state", "claimed"), v.setField("f", "reason", "wrong_group"), v.setField("f", "group.kind", "work"),
		v.setField("f", "group.size", "36"), v.setField("f", "narrative", "本想转给妹妹，误发到项目群。"),
		v.setField("f", "counterparts[0].alias", "项目群老王"), v.setField("f", "claimant.name", "林晓 <b>&amp;"),
	)
	v.saveScreenshot("filing")
	v.submitForm("f")
	v.awaitText(".flash", "登记成功")
	v.saveScreenshot("filed")
	return strings.TrimPrefix(v.readValue(`location.pathname`), "/cases/")
}

func gatherByHand(t *testing.T, v *visitor, home string) {
	t.Helper()
	v.openPage(home)
	v.uploadFile("transfer_screenshot", screenshotFile(t, "transfer.png", 40))
	v.awaitText("#evidence", "transfer.png")
	v.uploadFile("chat_screenshot", screenshotFile(t, "chat.png", 120))
	v.submitAction(home, "record_contact", v.setField("do-record_contact", "text", "你好，这笔转账发错了群，麻烦原路退回，谢谢。"))
	v.awaitText("#live-timeline", "联系了对方")
	v.saveScreenshot("contact")
	v.submitAction(home, "record_response", v.chooseOption("do-record_response", "kind", "refused"), v.setField("do-record_response", "text", "不退"))
	v.awaitText("#live-stages [aria-current]", "群里说明")
	v.submitAction(home, "record_contact", v.setField("do-record_contact", "channel", "group_message"), v.setField("do-record_contact", "text", "各位，刚才的转账是误发。"))
	v.uploadFile("notice_screenshot", screenshotFile(t, "notice.png", 200))
	v.submitAction(home, "escalate", v.setField("do-escalate", "to", "appeal"), v.setField("do-escalate", "reason", "对方在群里也拒绝退还"))
	v.awaitText("#live-stages [aria-current]", "客服申诉")
}

func appealByHand(t *testing.T, claimant *visitor, base, number string) {
	t.Helper()
	claimant.submitAction("/cases/"+number, "submit_appeal", chromedp.Click(chromedp.CSS("#do-submit_appeal-confirm")))
	claimant.saveScreenshot("appeal")
	agent := newVisitor(t, base, 1440, 900)
	agent.signIn("客服专员")
	agent.openPage("/desk")
	agent.awaitText("table", number)
	agent.saveScreenshot("queue")
	home := "/desk/cases/" + number
	agent.submitAction(home, "assign")
	agent.submitAction(home, "request_evidence", agent.chooseOption("do-request_evidence", "kinds", "statement"), agent.setField("do-request_evidence", "note", "请补充账单明细"))
	claimant.openPage("/cases/" + number)
	claimant.saveScreenshot("more")
	claimant.uploadFile("statement", screenshotFile(t, "statement.png", 230))
	agent.openPage(home)
	agent.saveScreenshot("desk-case")
	agent.reloadUntilFound(home, "#do-decide_appeal")
	agent.submitAction(home, "decide_appeal", agent.chooseOption("do-decide_appeal", "decision", "denied"), agent.setField("do-decide_appeal", "reason", "平台无法核实收款方意愿"))
	agent.awaitText("#live-stages [aria-current]", "法律途径")
}

func dossierByHand(t *testing.T, base, number string) {
	t.Helper()
	legal := newVisitor(t, base, 1440, 900)
	legal.signIn("法务")
	room := "/desk/cases/" + number + "/export"
	legal.openPage("/desk/cases/" + number)
	legal.submitAction("/desk/cases/"+number, "choose_route", legal.chooseOption("do-choose_route", "route", "small_claims"), legal.setField("do-choose_route", "why", "金额小，事实清楚"))
	legal.openPage(room)
	legal.runSteps("request the export", legal.chooseOption("papers-form", "audience", "court"))
	legal.submitForm("papers-form")
	dossier := `#live-papers a[href$="dossier.pdf"]`
	legal.runSteps("wait for the export", chromedp.WaitVisible(chromedp.CSS(dossier)))
	legal.saveScreenshot("export")
	printed := legal.readValue("document.querySelector(`#live-papers .print code`).textContent")
	pdf := legal.downloadFile(dossier)
	sum := sha256.Sum256(pdf)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || hex.EncodeToString(sum[:]) != strings.ReplaceAll(printed, " ", "") {
		t.Errorf("the downloaded dossier (%d bytes) does not have the digest on the page", len(pdf))
	}
	if bag := legal.downloadFile(`#live-papers a[href$="bag.zip"]`); !bytes.HasPrefix(bag, []byte("PK")) {
		t.Errorf("the downloaded bag (%d bytes) is not a ZIP file", len(bag))
	}
}
