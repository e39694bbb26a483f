package web_test

import (
	"net/url"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"recourse/casework"
	"recourse/recovery"
)

// TestStaffWorkflow finds a case, assigns it, requests evidence, decides and
// hands it to legal.
func TestStaffWorkflow(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.caseWithAppeal(t)
	number := string(view.Number)
	agent := s.signIn(t, recovery.RoleAgent)
	agent.get("/desk").expect(t, 200, number, "客服申诉", "接手")
	agent.get("/desk?stage=legal").expect(t, 200, "没有符合条件的案件")
	agent.get("/desk?stage=appeal&waiting_on=agent&platform=wechat&assignee=nobody").expect(t, 200, number)
	queue := agent.get("/desk")
	claimed := agent.submitForm(queue, labelForm(t, queue, "/cases/"+number+"/actions/assign"), nil)
	claimed.expect(t, 200, "已记录", "放回")
	agent.get("/desk?assignee=me").expect(t, 200, number)
	page := agent.get("/desk/cases/" + number)
	page = agent.submitForm(page, "do-request_evidence", url.Values{"kinds": {"statement", "ticket"}, "note": {"请补充"}}).expect(t, 200, "待补证据", "账单明细、客服工单")
	s.signIn(t, recovery.RoleClaimant).get("/cases/"+number).expect(t, 200, "补充证据", "请补充")
	page.expect(t, 200, "等待 申请人")
	agent.submitForm(page, "do-add_note", url.Values{"text": {"内部看法"}, "visibility": {"internal"}}).expect(t, 200, "内部看法")
	own := s.signIn(t, recovery.RoleClaimant).get("/cases/" + number)
	if strings.Contains(own.Body, "内部看法") || !strings.Contains(own.Body, "内容仅工作人员可见") {
		t.Error("the claimant reads an internal note")
	}
}

// labelSearchForm gives the search form of the queue the id "search".
func labelSearchForm(t testing.TB, page pageResponse) {
	t.Helper()
	found := findNode(page.Root, func(n *html.Node) bool { return n.Data == "form" && attribute(n, "role") == "search" })
	if found == nil {
		t.Fatal("the queue has no search")
	}
	found.Attr = append(found.Attr, html.Attribute{Key: "id", Val: "search"})
}

// TestSearchTermIsNotInURLs searches for a name.
func TestSearchTermIsNotInURLs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	agent := s.signIn(t, recovery.RoleAgent)
	page := agent.get("/desk")
	labelSearchForm(t, page)
	got := agent.submitForm(page, "search", url.Values{"q": {"林晓"}}).expect(t, 200, string(view.Number))
	if got.Path != "/desk?search=1" {
		t.Errorf("found at %s", got.Path)
	}
	labelSearchForm(t, got)
	agent.submitForm(got, "search", url.Values{"q": {"nobody at all"}}).expect(t, 200, "没有符合条件的案件")
	labelSearchForm(t, got)
	if back := agent.submitForm(got, "search", url.Values{"q": {""}}); back.Path != "/desk" {
		t.Errorf("an empty search leads to %s", back.Path)
	}
	agent.get("/desk?cursor=nonsense").expect(t, 422)
}

func TestPagePermissions(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	number := string(view.Number)
	claimant := s.signIn(t, recovery.RoleClaimant)
	claimant.get("/desk").expect(t, 403, "没有权限")
	claimant.get("/desk/cases/"+number+"/export").expect(t, 403)
	other := s.newBrowser(t)
	another := s.NewActor(t, recovery.RoleClaimant)
	page := other.get("/sign-in")
	other.post("/sign-in", url.Values{"csrf": {hiddenValue(page, "csrf")}, "account": {string(another.ID)}}).expect(t, 200, "还没有案件")
	other.get("/cases/"+number).expect(t, 404, "没有找到")
	auditor := s.signIn(t, recovery.RoleAuditor)
	auditor.get("/file").expect(t, 403)
	auditor.get("/desk/cases/"+number).expect(t, 200, "现在没有你可以做的操作")
	if got := auditor.get("/cases"); got.Path != "/desk" {
		t.Errorf("the auditor's cases are at %s", got.Path)
	}
	auditor.get("/nowhere").expect(t, 404, "没有找到")
	legal := s.signIn(t, recovery.RoleLegal)
	legal.get("/desk/cases/"+number+"/export").expect(t, 200, "未齐备", "法院", "内部存档", "怎样核验")
}

// TestPaceIsShown expects the pace on every page.
func TestPaceIsShown(t *testing.T) {
	t.Parallel()
	s := newSite(t, func(c *casework.Config) { c.Pace = 3600 })
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleAgent)
	for _, path := range []string{"/", "/sign-in", "/file", "/desk", "/desk/cases/" + string(view.Number), "/desk/cases/" + string(view.Number) + "/export", "/nowhere"} {
		if got := p.get(path); !strings.Contains(nodeText(got.Root), "1 秒当作 3600 秒") {
			t.Errorf("%s does not mark the pace", path)
		}
	}
}

var assetForm = regexp.MustCompile(`/assets/[a-z]+\.[0-9a-f]{8}\.[a-z]+`)

// TestPageWeight limits the size of a page with everything it loads.
func TestPageWeight(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.caseWithAppeal(t)
	for range 60 {
		act := recovery.ActionBody{Action: recovery.AddNote, Text: strings.Repeat("很长的备注", 20), Visibility: recovery.NoteShared}
		if _, err := s.TakeAction(t.Context(), s.As(recovery.RoleAgent), view.ID, act); err != nil {
			t.Fatal(err)
		}
	}
	number := string(view.Number)
	for role, paths := range map[recovery.Role][]string{
		recovery.RoleClaimant:   {"/", "/file", "/cases", "/cases/" + number},
		recovery.RoleSupervisor: {"/desk", "/desk/cases/" + number, "/desk/cases/" + number + "/export"},
	} {
		p := s.signIn(t, role)
		for _, path := range paths {
			page := p.get(path)
			weight := len(page.Body)
			for _, asset := range assetForm.FindAllString(page.Body, -1) {
				got := p.get(asset)
				if got.Status != 200 || !strings.Contains(got.Header.Get("Cache-Control"), "immutable") {
					t.Errorf("%s: %d %v", asset, got.Status, got.Header)
				}
				weight += len(got.Body)
			}
			if weight > 100_000 {
				t.Errorf("%s weighs %d bytes", path, weight)
			}
		}
	}
	s.signIn(t, recovery.RoleClaimant).get("/cases/"+number).expect(t, 200, "更早的记录")
	s.newBrowser(t).get("/assets/app.css").expect(t, 404)
}

func TestNoPersonalDataInURLs(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.caseWithAppeal(t)
	for role, path := range map[recovery.Role]string{recovery.RoleClaimant: "/cases/" + string(view.Number), recovery.RoleAgent: "/desk"} {
		forEachElement(s.signIn(t, role).get(path).Root, func(n *html.Node) {
			for _, address := range []string{attribute(n, "href"), attribute(n, "action"), attribute(n, "src")} {
				plain, err := url.QueryUnescape(address)
				if err != nil || strings.Contains(plain, "林晓") || strings.Contains(plain, "老王") || strings.Contains(plain, "@") {
					t.Errorf("an address names somebody: %q", address)
				}
			}
		})
	}
}
