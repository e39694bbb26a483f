package web_test

import (
	"bytes"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"

	"recourse/casework"
	"recourse/evidence/folio"
	"recourse/evidence/journal"
	"recourse/recovery"
)

func pixel(t testing.TB) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, image.NewGray(image.Rect(0, 0, 3, 3))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// TestFormsFollowAllowedActions expects a form for each allowed action, and no
// other, at every point of a case.
func TestFormsFollowAllowedActions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.caseWithAppeal(t)
	for _, role := range []recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleAuditor} {
		seen, err := s.Case(t.Context(), s.Actor(role), view.ID)
		if err != nil {
			t.Fatal(err)
		}
		page := s.signIn(t, role).get("/cases/"+string(view.Number)).expect(t, 200)
		shown := 0
		forEachElement(page.Root, func(n *html.Node) {
			if n.Data == "form" && strings.Contains(attribute(n, "action"), "/actions/") {
				shown++
			}
		})
		offered := slices.DeleteFunc(slices.Clone(seen.Allowed), func(a recovery.Action) bool {
			return a.CorrectsEntry() || a == recovery.RejectCorrection || a == recovery.AdoptMatch
		})
		for _, action := range offered {
			if findNode(page.Root, byID("do-"+string(action))) == nil {
				t.Errorf("%s has no form for %s", role, action)
			}
		}
		if shown != len(offered) {
			t.Errorf("%s sees %d forms for %d actions", role, shown, len(offered))
		}
	}
}

// TestActionsFromPages follows a claimant's case: each next step must lead to
// its form.
func TestActionsFromPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get(home + "?do=record_contact")
	if n := findNode(page.Root, byID("act-do-record_contact")); !strings.Contains(renderNode(n), " open") {
		t.Error("the form that was asked for is folded")
	}
	page = p.submitForm(page, "do-record_contact", url.Values{"text": {"麻烦退回"}}).expect(t, 200, "已记录", "等对方答复", "联系了对方", "麻烦退回")
	page = p.submitForm(page, "do-record_response", url.Values{"kind": {"refused"}, "refusal": {"claims_gift"}}).expect(t, 200, "在群里说明", "认为是赠与")
	page = p.submitForm(page, "do-escalate", url.Values{"to": {"appeal"}, "reason": {"都拒绝"}}).expect(t, 200, "补齐申诉材料", "必需，还缺")
	got := p.submitForm(page, "do-submit_appeal", nil)
	if !got.hasText("do-submit_appeal", "请先勾选确认") {
		t.Error("an unconfirmed appeal is not refused beside its box")
	}
	got.expect(t, 422)
	page = p.submitForm(page, "do-submit_appeal", url.Values{"confirm": {"yes"}}).expect(t, 200, "等申诉审核")
	p.submitForm(page, "do-withdraw", url.Values{"reason": {"不追了"}}).expect(t, 200, "已撤案", "已结案")
	shared := p.submitForm(p.get(home), "do-share_lesson", nil).expect(t, 200, "不再分享这个案例", "匿名分享案例")
	p.submitForm(shared, "do-share_lesson", nil).expect(t, 200, "同意匿名分享")
	p.submitForm(page, "do-escalate", url.Values{"to": {"legal"}, "reason": {"晚了"}}).expect(t, 409, "案件的状态已经变化")
}

// TestEngineUnavailable expects that the submitted values are kept.
func TestEngineUnavailable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get("/cases/" + string(view.Number))
	s.Engine.Away = recovery.Faultf(recovery.CodeUnavailable, "away")
	got := p.submitForm(page, "do-record_contact", url.Values{"text": {"麻烦退回"}})
	got.expect(t, 503, "刚才的操作没有生效")
	if got.Header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	if !got.hasText("do-record_contact-text", "麻烦退回") {
		t.Error("the text is lost")
	}
	s.Engine.Away = nil
	p.submitForm(got, "do-record_contact", nil).expect(t, 200, "已记录")
}

// TestQuotesInFileNames: browsers write a quote as %22, other programs as \".
func TestQuotesInFileNames(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	home := "/cases/" + string(s.FileCase(t).Number)
	p := s.signIn(t, recovery.RoleClaimant)
	for _, sent := range []string{`截图%22甲%22.png`, `截图"甲".png`} {
		path, values := p.readForm(p.get(home), "upload-form")
		values.Set("kind", "transfer_screenshot")
		p.postFile(path, values, sent, pixel(t)).expect(t, 200, "已上传", `截图"甲".png`)
	}
}

func TestEvidencePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	path, values := p.readForm(p.get(home), "upload-form")
	values.Set("kind", "transfer_screenshot")
	got := p.postFile(path, values, "转账 <1>.png", pixel(t)).expect(t, 200, "已上传", "转账 <1>.png", "SHA-256")
	if again := p.postFile(path, values, "转账 <1>.png", pixel(t)); strings.Count(again.Body, `/view">`) != 1 {
		t.Error("the same upload was stored twice")
	}
	link := findNode(got.Root, func(n *html.Node) bool { return strings.HasPrefix(attribute(n, "href"), "/evidence/") })
	saved := p.get(attribute(link, "href"))
	if saved.Body != string(pixel(t)) || !strings.HasPrefix(saved.Header.Get("Content-Disposition"), "attachment;") ||
		!strings.HasPrefix(saved.Header.Get("Content-Security-Policy"), "sandbox") || saved.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("an original is given out with %v", saved.Header)
	}
	if looked := p.get(attribute(link, "href") + "/view"); looked.Header.Get("Content-Type") != "image/jpeg" || looked.Header.Get("Content-Disposition") != "" {
		t.Errorf("an image is shown with %v", looked.Header)
	}
	kinds := map[recovery.EntryKind]int{}
	for _, entry := range s.ReadEntries(t, view.ID) {
		kinds[entry.Kind]++
	}
	if kinds[recovery.EntryEvidenceAdded] != 1 || kinds[recovery.EntryEvidenceViewed] != 2 {
		t.Errorf("the journal has %v", kinds)
	}
	for _, id := range []string{"nonsense", "00000000-0000-7000-8000-000000000000"} {
		p.get("/evidence/"+id).expect(t, 404)
		p.get("/evidence/"+id+"/view").expect(t, 404)
	}
}

func TestInvalidUploads(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *casework.Config) { c.UploadLimit = 1000 })
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	path, values := p.readForm(p.get("/cases/"+string(view.Number)), "upload-form")
	values.Set("kind", "other")
	for name, test := range map[string]struct {
		file    string
		content []byte
		status  int
		says    string
	}{
		"empty":     {"a.png", nil, 422, ""},
		"too large": {"a.txt", bytes.Repeat([]byte("text "), 400), 413, "文件太大了"},
		"a program": {"a.png", []byte("\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00"), 415, "不接受这种文件"},
		"a path":    {"../../x.png", pixel(t), 422, "文件名不能含有路径"},
		"no file":   {"", nil, 422, "请选择一个文件"},
		"drawing":   {"a.png", []byte("<svg xmlns='http://www.w3.org/2000/svg'></svg>"), 415, "不接受这种文件"},
		"long name": {strings.Repeat("长", 300) + ".png", pixel(t), 422, ""},
	} {
		got := p.postFile(path, values, test.file, test.content)
		if got.Status != test.status || test.says != "" && !got.hasText("upload-form", test.says) {
			t.Errorf("%s: %d, %.200s", name, got.Status, got.Body)
		}
	}
	p.post(path, values).expect(t, 422)
	values.Set("kind", "nonsense")
	p.postFile(path, values, "a.png", pixel(t)).expect(t, 422, "请从给出的选项里选")
	if entries := s.ReadEntries(t, view.ID); len(entries) != 1 {
		t.Errorf("%d entries after bad uploads", len(entries))
	}
}

func TestBillImport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	path, values := p.readForm(p.get("/cases/"+string(view.Number)), "bill-form")
	at := view.SentAt.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05")
	bill := "微信支付账单明细,,,,,,,,,,\n----------------------微信支付账单明细列表--------------------,,,,,,,,,,\n" +
		"交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n" +
		at + ",转账,老王,/,支出,¥2000.00,零钱,支付成功,\"4200042\"\t,\"/\",/\n"
	got := p.postFile(path, values, "bill.csv", []byte(bill)).expect(t, 200, "共读到 1 笔交易", "匹配", "4200042")
	if p.postFile(path, values, "bill.csv", []byte(bill)).Status != 200 {
		t.Error("the same bill again is refused")
	}
	if got.Path != path {
		t.Errorf("the answer lies at %s", got.Path)
	}
	if strings.Contains(got.Body, "可能说明发错了") {
		t.Error("a bill without another payment is said to show the mistake")
	}
	values.Set("key", "again")
	again := bill + view.SentAt.Add(time.Hour).In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05") + ",转账,小雨,/,支出,¥2000.00,零钱,支付成功,\"4200043\"\t,\"/\",/\n"
	p.postFile(path, values, "again.csv", []byte(again)).expect(t, 200, "可能说明发错了", "小雨", "同样的金额")
	if strings.Contains(got.Body, "可能有缺漏") {
		t.Error("a whole bill is said to have gaps")
	}
	values.Set("key", "short")
	short := strings.Replace(bill, "交易时间", "共4笔记录,,,,,,,,,,\n交易时间", 1)
	p.postFile(path, values, "bill.csv", []byte(short)).expect(t, 200, "账单写明共 4 笔，只读到 1 笔")
	values.Set("key", "returned")
	returned := p.postFile(path, values, "bill.csv", []byte(strings.Replace(bill, "支付成功", "已退款(￥12.00)", 1))).expect(t, 200, "退回 12.00 元（部分）", "可能")
	if strings.Contains(returned.Body, `tag good`) {
		t.Error("money that was given back is said to match")
	}
	values.Set("key", "jd")
	p.postFile(path, values, "bill.csv", []byte("京东账号名：甲\n交易时间,收/支,金额,交易订单号\n")).expect(t, 422, "这是别的平台或银行的账单")
	bad := p.postFile(path, values, "bill.csv", []byte("no,bill\n"))
	if bad.Status != 409 && (bad.Status != 422 || !bad.hasText("bill-form", "")) {
		t.Errorf("no bill: %d %.300s", bad.Status, bad.Body)
	}
	p.get("/cases/"+string(view.Number)).expect(t, 200, "账单明细", "bill.csv")
}

// TestTheArchiveOfABillOnThePage asks for the password, says when it is wrong, and never
// writes it on a page.
func TestTheArchiveOfABillOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	path, values := p.readForm(p.get("/cases/"+string(view.Number)), "bill-form")
	archive, err := os.ReadFile("../api/testdata/wechat-aes256.zip")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		password string
		status   int
		says     string
	}{{"", 422, "这个压缩包有密码"}, {"falsch-31415", 422, "密码不对"}, {" mima-Zq7xW ", 200, "共读到 1 笔交易"}} {
		values.Set("password", test.password)
		got := p.postFile(path, values, "微信支付账单.zip", archive).expect(t, test.status, test.says)
		if secret := strings.TrimSpace(test.password); secret != "" && strings.Contains(got.Body, secret) {
			t.Errorf("the page has the password %q", secret)
		}
	}
	p.get("/cases/"+string(view.Number)).expect(t, 200, "微信支付账单.zip", "微信支付账单(20260301-20260331).csv")
}

// TestAStoredBillIsAdopted: a bill that was imported earlier offers what it shows, until
// the case has it; somebody who only reads is not asked.
func TestAStoredBillIsAdopted(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	at := view.SentAt.In(recovery.Shanghai).Format(time.DateTime)
	bill := "微信支付账单明细,,,,,,,,,,\n----------------------微信支付账单明细列表--------------------,,,,,,,,,,\n" +
		"交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n" +
		at + ",转账,老王,/,支出,¥2000.00,零钱,已全额退款,4200042,/,/\n"
	file := s.Upload(t, view.ID, recovery.Statement, []byte(bill))
	home, page := "/cases/"+string(view.Number), "/evidence/"+string(file.ID)+"/payments"
	p := s.signIn(t, recovery.RoleClaimant)
	if got := p.get(home).expect(t, 200, "和登记的内容核对"); !strings.Contains(got.Body, page) {
		t.Error("the page does not lead to the payments of the bill")
	}
	looks := len(s.ReadEntries(t, view.ID))
	offered := p.get(page).expect(t, 200, "交易单号 还没有填 → 4200042", "采用这一笔", "这笔已退款或没付成")
	if got := len(s.ReadEntries(t, view.ID)); got != looks+1 {
		t.Errorf("%d entries for one look", got-looks)
	}
	if got := p.submitForm(offered, "adopt-4", nil); got.Status != http.StatusConflict && got.Status != http.StatusUnprocessableEntity {
		t.Errorf("a payment that was given back is adopted without a question: %d", got.Status)
	}
	p.submitForm(p.get(page), "adopt-4", url.Values{"confirm": {"yes"}}).expect(t, 200, "4200042")
	if left := p.get(page).expect(t, 200, "4200042"); strings.Contains(left.Body, "采用这一笔") {
		t.Error("what the case has is offered again")
	}
	reader := s.signIn(t, recovery.RoleAuditor)
	if got := reader.get("/desk" + home); strings.Contains(got.Body, page) {
		t.Errorf("offered to somebody who may not: %d", got.Status)
	}
	text := s.Upload(t, view.ID, recovery.OtherEvidence, []byte("无关\n"))
	p.get("/evidence/"+string(text.ID)+"/payments").expect(t, 200, "没有找到可能属于本案的付款")
}

// finishExport completes an export as the builder does, with small files.
func finishExport(t testing.TB, s *testSite, page pageResponse, p *browser) recovery.Export {
	t.Helper()
	p.submitForm(page, "papers-form", url.Values{"audience": {"court"}}).expect(t, 200, "正在生成")
	_, number, _ := strings.Cut(page.Path, "/cases/")
	number, _, _ = strings.Cut(number, "/")
	view, err := s.CaseByNumber(t.Context(), s.Actor(recovery.RoleLegal), recovery.CaseNumber(number))
	if err != nil {
		t.Fatal(err)
	}
	exports, err := s.ExportsOf(t.Context(), s.Actor(recovery.RoleLegal), view.ID)
	if err != nil || len(exports) != 1 {
		t.Fatalf("%d exports, %v", len(exports), err)
	}
	export := exports[0]
	for name, content := range map[string]string{casework.DossierFile: "%PDF-1.7 paper", casework.BagFile: "PK bag"} {
		path := folio.ExportPath(s.ExportsDir, export.ID, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	now := time.Now().UTC()
	export.State, export.Pages, export.ReadyAt = recovery.ExportReady, 7, &now
	export.SHA256, export.BagSHA256 = strings.Repeat("ab", 32), strings.Repeat("cd", 32)
	export.Missing = []string{"交易单号"}
	draft := journal.Draft{Kind: recovery.EntryExportBuilt, At: now, Actor: recovery.System, Key: "built:" + string(export.ID)}
	if err := s.Store.FinishExport(t.Context(), export, draft); err != nil {
		t.Fatal(err)
	}
	return export
}

func TestExports(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	legal := s.signIn(t, recovery.RoleLegal)
	room := "/desk/cases/" + string(view.Number) + "/export"
	export := finishExport(t, s, legal.get(room), legal)
	page := legal.get(room).expect(t, 200, "已生成", "7 页", strings.Repeat("abababab ", 2), "未齐备 1 项", "交易单号")
	if findNode(page.Root, func(n *html.Node) bool { return attribute(n, "href") == "/exports/"+string(export.ID)+"/dossier.pdf" }) == nil {
		t.Error("the dossier is not linked")
	}
	for name, content := range map[string]string{"dossier.pdf": "%PDF-1.7 paper", "bag.zip": "PK bag"} {
		got := legal.get("/exports/" + string(export.ID) + "/" + name)
		want := `attachment; filename=` + string(view.Number) + "-" + name
		if got.Body != content || got.Header.Get("Content-Disposition") != want || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q with %v", name, got.Body, got.Header)
		}
	}
	s.signIn(t, recovery.RoleClaimant).get("/cases/"+string(view.Number)).expect(t, 200, "下载证据材料（PDF）", "下载材料")
	legal.get("/exports/"+string(export.ID)+"/secrets").expect(t, 404)
	legal.get("/exports/nonsense/dossier.pdf").expect(t, 404)
	path, values := legal.readForm(legal.get(room), "papers-form")
	values.Set("audience", "everybody")
	legal.post(path, values).expect(t, 422, "请从给出的选项里选")
}

func TestUnfinishedExportCannotBeDownloaded(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	p.submitForm(p.get("/cases/"+string(view.Number)), "papers-form", nil).expect(t, 200, "正在生成")
	exports, err := s.ExportsOf(t.Context(), s.Actor(recovery.RoleClaimant), view.ID)
	if err != nil || len(exports) != 1 {
		t.Fatal(exports, err)
	}
	p.get("/exports/"+string(exports[0].ID)+"/dossier.pdf").expect(t, 409)
}
