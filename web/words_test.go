package web_test

import (
	"fmt"
	"strings"
	"testing"

	"recourse/recovery"
)

// TestTheWordsOfAFileAreShown: a chat is text on the page, nothing of it is run, and the look
// is recorded.
func TestTheWordsOfAFileAreShown(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	chat := `<!doctype html><html><body><div class="message"><span class="sender">小杜&lt;b&gt;</span><span class="time">2026-11-28 10:40:00</span>` +
		`<p>好的，晚点退</p><script>alert(1)</script><img src=x onerror=alert(2)></div></body></html>`
	file := s.Upload(t, view.ID, recovery.ChatExport, []byte(chat))
	page := "/evidence/" + string(file.ID) + "/words"
	p := s.signIn(t, recovery.RoleClaimant)
	if got := p.get("/cases/"+string(view.Number)).expect(t, 200, "看文字"); !strings.Contains(got.Body, page) {
		t.Error("the page of the case does not lead to the words of the file")
	}
	before := len(s.ReadEntries(t, view.ID))
	got := p.get(page).expect(t, 200, "2026-11-28 10:40:00", "小杜<b>", "好的，晚点退", "只列出名称")
	if strings.Contains(got.Body, "alert(") || strings.Contains(got.Body, "小杜<b>") {
		t.Error("the page contains tags of the file")
	}
	checkPage(t, page, got.Body)
	if after := len(s.ReadEntries(t, view.ID)); after != before+1 {
		t.Errorf("%d entries for one look", after-before)
	}
	picture := s.Upload(t, view.ID, recovery.TransferScreenshot, pixel(t))
	p.get("/evidence/"+string(picture.ID)+"/words").expect(t, 409)
	s.signIn(t, recovery.RoleAuditor).get(page).expect(t, 200, "好的，晚点退")
}

func TestWordsOfMailsAndLongFiles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	mail := "Received: from a by b\r\nDKIM-Signature: d=alipay.com; b=x\r\nFrom: a@service.alipay.com\r\nSubject: 投诉结果\r\n\r\n已受理\r\n"
	file := s.Upload(t, view.ID, recovery.OtherEvidence, []byte(mail))
	p.get("/evidence/"+string(file.ID)+"/words").expect(t, 200, "投诉结果", "已受理", "service.alipay.com，这是邮件自称，未经证明", "没有验证这个签名")
	var chat strings.Builder
	for i := range 450 {
		fmt.Fprintf(&chat, "2026-11-28 10:40:00 小杜(10002)\n第%d句话\n", i+1)
	}
	long := "/evidence/" + string(s.Upload(t, view.ID, recovery.ChatExport, []byte(chat.String())).ID) + "/words"
	if got := p.get(long).expect(t, 200, "第200句话", "第 1–200 行，共 450 行"); !strings.Contains(got.Body, long+"?after=200") {
		t.Error("the first page does not lead on")
	}
	last := p.get(long+"?after=400").expect(t, 200, "第450句话", "第 401–450 行，共 450 行")
	if strings.Contains(last.Body, "第400句话") || strings.Contains(last.Body, "?after=450") {
		t.Error("the last page shows other lines or leads on")
	}
	for _, after := range []string{"-1", "x", "99999999999999999999", "451"} {
		p.get(long+"?after="+after).expect(t, 200, "第1句话")
	}
}
