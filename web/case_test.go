package web_test

import (
	"bytes"
	"image"
	"image/png"
	"net/url"
	"os"
	"path/filepath"
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

// Exactly what is allowed has a form, at every place of the journey.
func TestFormsFollowAllowedActions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.appealed(t)
	for _, role := range []recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleSupervisor, recovery.RoleLegal, recovery.RoleAuditor} {
		seen, err := s.Case(t.Context(), s.Actor(role), view.ID)
		if err != nil {
			t.Fatal(err)
		}
		page := s.signedIn(t, role).get("/cases/"+string(view.Number)).want(t, 200)
		shown := 0
		each(page.Root, func(n *html.Node) {
			if n.Data == "form" && strings.Contains(attr(n, "action"), "/actions/") {
				shown++
			}
		})
		for _, action := range seen.Allowed {
			if find(page.Root, byID("do-"+string(action))) == nil {
				t.Errorf("%s has no form for %s", role, action)
			}
		}
		if shown != len(seen.Allowed) {
			t.Errorf("%s sees %d forms for %d actions", role, shown, len(seen.Allowed))
		}
	}
}

// The claimant's journey by its forms: each next thing leads to its form.
func TestActsFromThePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	page := p.get(home + "?do=record_contact")
	if n := find(page.Root, byID("act-do-record_contact")); !strings.Contains(render(n), " open") {
		t.Error("the form that was asked for is folded")
	}
	page = p.fill(page, "do-record_contact", url.Values{"text": {"麻烦退回"}}).want(t, 200, "已记录", "等对方答复", "联系了对方", "麻烦退回")
	page = p.fill(page, "do-record_response", url.Values{"kind": {"refused"}, "refusal": {"claims_gift"}}).want(t, 200, "在群里说明", "说是赠与")
	page = p.fill(page, "do-escalate", url.Values{"to": {"appeal"}, "reason": {"都拒绝"}}).want(t, 200, "补齐申诉材料", "必需，还缺")
	got := p.fill(page, "do-submit_appeal", nil)
	if !got.says("do-submit_appeal", "请先勾选确认") {
		t.Error("an unconfirmed appeal is not refused beside its box")
	}
	got.want(t, 422)
	page = p.fill(page, "do-submit_appeal", url.Values{"confirm": {"yes"}}).want(t, 200, "等申诉审核")
	p.fill(page, "do-withdraw", url.Values{"reason": {"不追了"}}).want(t, 200, "已撤回", "已结案")
	shared := p.fill(p.get(home), "do-share_lesson", nil).want(t, 200, "不再分享这个案例", "匿名分享案例")
	p.fill(shared, "do-share_lesson", nil).want(t, 200, "同意匿名分享")
	p.fill(page, "do-escalate", url.Values{"to": {"legal"}, "reason": {"晚了"}}).want(t, 409, "案件的状态已经变化")
}

// An engine that is away costs nobody what they wrote.
func TestEngineAway(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	page := p.get("/cases/" + string(view.Number))
	s.Engine.Away = recovery.Faultf(recovery.CodeUnavailable, "away")
	got := p.fill(page, "do-record_contact", url.Values{"text": {"麻烦退回"}})
	got.want(t, 503, "刚才的操作没有生效")
	if got.Header.Get("Retry-After") == "" {
		t.Error("nobody says when to try again")
	}
	if !got.says("do-record_contact-text", "麻烦退回") {
		t.Error("the text is lost")
	}
	s.Engine.Away = nil
	p.fill(got, "do-record_contact", nil).want(t, 200, "已记录")
}

func TestEvidencePages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	home := "/cases/" + string(view.Number)
	p := s.signedIn(t, recovery.RoleClaimant)
	path, values := p.form(p.get(home), "upload-form")
	values.Set("kind", "transfer_screenshot")
	got := p.send(path, values, "转账 <1>.png", pixel(t)).want(t, 200, "已上传", "转账 <1>.png", "SHA-256")
	if again := p.send(path, values, "转账 <1>.png", pixel(t)); strings.Count(again.Body, `/view">`) != 1 {
		t.Error("the same upload twice is kept twice")
	}
	link := find(got.Root, func(n *html.Node) bool { return strings.HasPrefix(attr(n, "href"), "/evidence/") })
	saved := p.get(attr(link, "href"))
	if saved.Body != string(pixel(t)) || !strings.HasPrefix(saved.Header.Get("Content-Disposition"), "attachment;") ||
		!strings.HasPrefix(saved.Header.Get("Content-Security-Policy"), "sandbox") || saved.Header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("an original is given out with %v", saved.Header)
	}
	if looked := p.get(attr(link, "href") + "/view"); looked.Header.Get("Content-Type") != "image/png" || looked.Header.Get("Content-Disposition") != "" {
		t.Errorf("an image is shown with %v", looked.Header)
	}
	kinds := map[recovery.EntryKind]int{}
	for _, entry := range s.Entries(t, view.ID) {
		kinds[entry.Kind]++
	}
	if kinds[recovery.EntryEvidenceAdded] != 1 || kinds[recovery.EntryEvidenceViewed] != 2 {
		t.Errorf("the journal has %v", kinds)
	}
	for _, id := range []string{"nonsense", "00000000-0000-7000-8000-000000000000"} {
		p.get("/evidence/"+id).want(t, 404)
		p.get("/evidence/"+id+"/view").want(t, 404)
	}
}

func TestBadUploads(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *casework.Config) { c.UploadLimit = 1000 })
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	path, values := p.form(p.get("/cases/"+string(view.Number)), "upload-form")
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
		"web page":  {"a.png", []byte("<!doctype html><html><body>hello</body></html>"), 415, "不接受这种文件"},
		"long name": {strings.Repeat("长", 300) + ".png", pixel(t), 422, ""},
	} {
		got := p.send(path, values, test.file, test.content)
		if got.Status != test.status || test.says != "" && !got.says("upload-form", test.says) {
			t.Errorf("%s: %d, %.200s", name, got.Status, got.Body)
		}
	}
	p.post(path, values).want(t, 422)
	values.Set("kind", "nonsense")
	p.send(path, values, "a.png", pixel(t)).want(t, 422, "请从给出的选项里选")
	if entries := s.Entries(t, view.ID); len(entries) != 1 {
		t.Errorf("%d entries after bad uploads", len(entries))
	}
}

func TestBillImport(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	path, values := p.form(p.get("/cases/"+string(view.Number)), "bill-form")
	at := view.SentAt.In(time.FixedZone("", 8*3600)).Format("2006-01-02 15:04:05")
	bill := "微信支付账单明细,,,,,,,,,,\n----------------------微信支付账单明细列表--------------------,,,,,,,,,,\n" +
		"交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n" +
		at + ",转账,老王,/,支出,¥2000.00,零钱,支付成功,\"4200042\"\t,\"/\",/\n"
	got := p.send(path, values, "bill.csv", []byte(bill)).want(t, 200, "共读到 1 笔交易", "匹配", "4200042")
	if p.send(path, values, "bill.csv", []byte(bill)).Status != 200 {
		t.Error("the same bill again is refused")
	}
	if got.Path != path {
		t.Errorf("the answer lies at %s", got.Path)
	}
	bad := p.send(path, values, "bill.csv", []byte("no,bill\n"))
	if bad.Status != 409 && (bad.Status != 422 || !bad.says("bill-form", "")) {
		t.Errorf("no bill: %d %.300s", bad.Status, bad.Body)
	}
	p.get("/cases/"+string(view.Number)).want(t, 200, "账单明细", "bill.csv")
}

// ready records an export as the builder would, with small files.
func ready(t testing.TB, s *site, page answer, p *person) recovery.Export {
	t.Helper()
	p.fill(page, "papers-form", url.Values{"audience": {"court"}}).want(t, 200, "正在生成")
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
	view := s.File(t)
	legal := s.signedIn(t, recovery.RoleLegal)
	room := "/desk/cases/" + string(view.Number) + "/export"
	export := ready(t, s, legal.get(room), legal)
	page := legal.get(room).want(t, 200, "已生成", "7 页", strings.Repeat("abababab ", 2), "未齐备 1 项", "交易单号")
	if find(page.Root, func(n *html.Node) bool { return attr(n, "href") == "/exports/"+string(export.ID)+"/dossier.pdf" }) == nil {
		t.Error("the dossier is not linked")
	}
	for name, content := range map[string]string{"dossier.pdf": "%PDF-1.7 paper", "bag.zip": "PK bag"} {
		got := legal.get("/exports/" + string(export.ID) + "/" + name)
		want := `attachment; filename=` + string(view.Number) + "-" + name
		if got.Body != content || got.Header.Get("Content-Disposition") != want || got.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %q with %v", name, got.Body, got.Header)
		}
	}
	s.signedIn(t, recovery.RoleClaimant).get("/cases/"+string(view.Number)).want(t, 200, "下载证据材料（PDF）", "下载材料")
	legal.get("/exports/"+string(export.ID)+"/secrets").want(t, 404)
	legal.get("/exports/nonsense/dossier.pdf").want(t, 404)
	path, values := legal.form(legal.get(room), "papers-form")
	values.Set("audience", "everybody")
	legal.post(path, values).want(t, 422, "请从给出的选项里选")
}

func TestUnreadyExportIsNotGivenOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	p.fill(p.get("/cases/"+string(view.Number)), "papers-form", nil).want(t, 200, "正在生成")
	exports, err := s.ExportsOf(t.Context(), s.Actor(recovery.RoleClaimant), view.ID)
	if err != nil || len(exports) != 1 {
		t.Fatal(exports, err)
	}
	p.get("/exports/"+string(exports[0].ID)+"/dossier.pdf").want(t, 409)
}
