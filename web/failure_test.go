package web_test

import (
	"bytes"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recourse/recovery"
)

// TestBrokenMultipart sends bodies that browsers never send; nothing must be
// stored.
func TestBrokenMultipart(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	path, values := p.readForm(p.get("/cases/"+string(view.Number)), "upload-form")
	values.Set("kind", "other")
	whole := multipartBody(t, values, pixel(t))
	for name, body := range map[string]string{
		"nothing":     "",
		"no boundary": "hello",
		"cut off":     whole[:len(whole)/2],
		"file first":  "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\nx\r\n--b--\r\n",
		"many parts":  strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ny\r\n", 30) + "--b--\r\n",
	} {
		response, err := p.client.Post(s.URL+path, "multipart/form-data; boundary=b", strings.NewReader(body))
		if got := p.readPage(name, response, err); got.Status < 400 || got.Status >= 500 {
			t.Errorf("%s: %d", name, got.Status)
		}
	}
	response, err := p.client.Post(s.URL+path, "application/json", strings.NewReader("{}"))
	p.readPage("JSON", response, err).expect(t, 422)
	if entries := s.ReadEntries(t, view.ID); len(entries) != 1 {
		t.Errorf("%d entries after broken bodies", len(entries))
	}
}

func multipartBody(t *testing.T, values url.Values, content []byte) string {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	if err := form.SetBoundary("b"); err != nil {
		t.Fatal(err)
	}
	for name := range values {
		if err := form.WriteField(name, values.Get(name)); err != nil {
			t.Fatal(err)
		}
	}
	file, err := form.CreateFormFile("file", "a.png")
	if err == nil {
		_, err = file.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return body.String()
}

// TestClosedAccountLosesAccess expects that a closed account loses access at
// once, despite its session.
func TestClosedAccountLosesAccess(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleAgent)
	p.get("/desk").expect(t, 200)
	user, err := s.Store.FindUser(t.Context(), s.Actor(recovery.RoleAgent).ID)
	if err != nil {
		t.Fatal(err)
	}
	user.Active = false
	if _, err := s.Store.EnsureUser(t.Context(), user); err != nil {
		t.Fatal(err)
	}
	if got := p.get("/desk"); !strings.HasPrefix(got.Path, "/sign-in") {
		t.Errorf("a closed account reads %s", got.Path)
	}
}

// TestDatabaseUnavailable expects an error page.
func TestDatabaseUnavailable(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	s.Store.Close()
	response, err := p.client.Get(s.URL + "/cases")
	got := p.readPage("/cases", response, err)
	if got.Status < 500 || strings.Contains(got.Body, "goroutine") || strings.Contains(got.Body, "pgx") || strings.Contains(got.Body, "closed pool") {
		t.Errorf("%d %s", got.Status, got.Body)
	}
	if got.Root == nil {
		t.Error("the failure is no page")
	}
}

// TestWrongMethod expects an error page.
func TestWrongMethod(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	if got := p.post("/cases", nil); got.Status != http.StatusMethodNotAllowed || got.Root == nil {
		t.Errorf("POST /cases: %d", got.Status)
	}
	page := p.get("/cases")
	got := p.post("/cases/R20261121-000042/actions/withdraw", url.Values{"csrf": {hiddenValue(page, "csrf")}, "reason": {"x"}})
	got.expect(t, 404)
	view := s.FileCase(t)
	for _, action := range []string{"nonsense", "decide_appeal", "assign"} {
		got := p.post("/cases/"+string(view.Number)+"/actions/"+action, url.Values{
			"csrf": {hiddenValue(page, "csrf")}, "decision": {"denied"}, "reason": {"x"}, "text": {"x"},
		})
		if got.Status != 403 && got.Status != 404 && got.Status != 422 {
			t.Errorf("a claimant's %s: %d", action, got.Status)
		}
	}
	if entries := s.ReadEntries(t, view.ID); len(entries) != 1 {
		t.Errorf("%d entries after acts that are not theirs", len(entries))
	}
}

// TestListPages expects consecutive pages without gaps or repeated cases.
func TestListPages(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	want := map[string]bool{}
	for range 23 {
		filing := s.FileCase(t)
		want[string(filing.Number)] = true
	}
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.get("/cases").expect(t, 200, "下一页")
	numbers := caseNumbers(page)
	next := nextPageLink(page)
	second := p.get(next).expect(t, 200, "回到第一页")
	for _, number := range append(numbers, caseNumbers(second)...) {
		if !want[number] {
			t.Errorf("%s is listed twice or unknown", number)
		}
		delete(want, number)
	}
	if len(want) > 0 || nextPageLink(second) != "" {
		t.Errorf("%d cases are on no page", len(want))
	}
}

// TestSupervisorAssigns assigns a case to another member of the staff.
func TestSupervisorAssigns(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.caseWithAppeal(t)
	p := s.signIn(t, recovery.RoleSupervisor)
	home := "/desk/cases/" + string(view.Number)
	agent := string(s.Actor(recovery.RoleAgent).ID)
	p.submitForm(p.get(home), "do-assign", url.Values{"user_id": {agent}}).expect(t, 200, "经办人 agent")
	p.get("/desk?assignee=nobody").expect(t, 200, "没有符合条件的案件")
	bad := p.submitForm(p.get(home), "do-assign", url.Values{"user_id": {string(s.Actor(recovery.RoleClaimant).ID)}})
	if bad.Status != 422 || !bad.hasText("do-assign-user_id-error", "没有这样的账号") {
		t.Errorf("given to a claimant: %d", bad.Status)
	}
	p.submitForm(p.get(home), "do-release", nil).expect(t, 200, "经办人 无人")
}

// TestDecisionAndPayout expects the amount of a decision in the right places.
func TestDecisionAndPayout(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.caseWithAppeal(t)
	home := "/desk/cases/" + string(view.Number)
	agent := s.signIn(t, recovery.RoleAgent)
	bad := agent.submitForm(agent.get(home), "do-decide_appeal", url.Values{"decision": {"partly_granted"}, "reason": {"部分"}})
	if bad.Status != 422 || !bad.hasText("do-decide_appeal-amount_fen-error", "请写明金额") {
		t.Errorf("a part without an amount: %d", bad.Status)
	}
	agent.submitForm(bad, "do-decide_appeal", url.Values{"decision": {"partly_granted"}, "amount_fen": {"５００"}, "reason": {"部分"}}).
		expect(t, 200, "已认可，等平台退款", "¥500.00")
	claimant := s.signIn(t, recovery.RoleClaimant)
	page := claimant.get("/cases/"+string(view.Number)).expect(t, 200, "等平台到账")
	claimant.submitForm(page, "do-record_return", url.Values{"amount_fen": {"2000"}}).expect(t, 200, "已全部追回", "已退回 ¥2,000.00")
}
