package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/evidence/originals/blob"
	"recourse/recovery"
)

// TestAnswersOnThePageAreLimited gives the eleventh answer of an hour: it is
// refused with the time, and not stored.
func TestAnswersOnThePageAreLimited(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	path := issueLink(t, s, view)
	stranger := s.newBrowser(t)
	stranger.postForm(stranger.get(path), returnPage)
	answer := func(n int) pageResponse {
		return stranger.post(returnPage+"/contested", url.Values{"refusal": {"refuses"}, "text": {strconv.Itoa(n)}, "key": {fmt.Sprintf("key-%d", n)}})
	}
	for n := range 10 {
		answer(n).expect(t, 200, "已记录，谢谢")
	}
	from := s.Now().Add(time.Hour + time.Minute).In(recovery.Shanghai).Format("15:04")
	refused := answer(10).expect(t, http.StatusTooManyRequests, "请等一会儿再提交", from+" 以后可以再提交", "联系发给你链接的人")
	if seconds, err := strconv.Atoi(refused.Header.Get("Retry-After")); err != nil || seconds < 3590 || seconds > 3660 {
		t.Errorf("Retry-After %q", refused.Header.Get("Retry-After"))
	}
	checkPage(t, "the refusal", refused.Body)
	answer(9).expect(t, 200, "已记录，谢谢") // a repetition
	if n := s.CountRows(t, "action_requests where case_id = $1", view.ID); n != 10 {
		t.Errorf("%d answers are stored", n)
	}
}

// TestFilesOnThePageAreLimited sends one file more than a link may.
func TestFilesOnThePageAreLimited(t *testing.T) {
	t.Parallel()
	s := newSite(t, casetest.Limits(t, "link_files=1/link"))
	view := s.FileCase(t)
	path := issueLink(t, s, view)
	stranger := s.newBrowser(t)
	stranger.postForm(stranger.get(path), returnPage)
	send := func(n int) pageResponse {
		return stranger.postFile(returnPage+"/evidence", url.Values{"key": {fmt.Sprintf("key-%d", n)}}, "退款.txt", []byte(fmt.Sprintf("已退款 %d", n)))
	}
	send(0).expect(t, 200, "已记录，谢谢")
	send(1).expect(t, http.StatusTooManyRequests, "请等一会儿再提交", "联系发给你链接的人")
	send(0).expect(t, 200, "已记录，谢谢") // a repetition
	if n := s.CountRows(t, "evidence where case_id = $1", view.ID); n != 1 {
		t.Errorf("%d files are stored", n)
	}
}

// TestPublicPagesHaveLimits asks every page without an account: those that do not
// lead to the sign-in have a row in the table of limits, and refuse what exceeds it.
func TestPublicPagesHaveLimits(t *testing.T) {
	t.Parallel()
	s := newSite(t, casetest.Limits(t, "all=1/hour"))
	e := s.newRouter()
	address := 0
	send := func(method, path string) *httptest.ResponseRecorder {
		request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(""))
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		request.RemoteAddr = fmt.Sprintf("192.0.2.%d:1000", address)
		recorder := httptest.NewRecorder()
		e.ServeHTTP(recorder, request)
		return recorder
	}
	served := map[string]bool{}
	for _, route := range e.Routes() {
		name := route.Method + " " + route.Path
		served[name] = true
		address++
		first := send(route.Method, route.Path)
		signsIn := first.Code == http.StatusSeeOther && !strings.HasPrefix(first.Header().Get("Location"), "/return")
		isPublic := !signsIn && (first.Code != http.StatusForbidden || !needsSession(name))
		if s.IsPublic(name) != isPublic {
			t.Errorf("%s answers %d without an account, and has a limit: %v", name, first.Code, s.IsPublic(name))
		}
		if !isPublic {
			continue
		}
		if again := send(route.Method, route.Path); again.Code != http.StatusTooManyRequests || again.Header().Get("Retry-After") == "" {
			t.Errorf("%s: the second request is answered %d, Retry-After %q", name, again.Code, again.Header().Get("Retry-After"))
		}
		if route.Method == http.MethodPost && s.BodyLimit(name) == 0 {
			t.Errorf("%s has no limit of size", name)
		}
	}
	for _, limit := range s.Limits() {
		for _, route := range limit.Routes {
			if _, path, _ := strings.Cut(route, " "); !strings.HasPrefix(path, "/api/") && path != "/healthz" && path != "/readyz" && path != "/metrics" && !served[route] {
				t.Errorf("the limit %s names %s, which does not exist", limit.Class, route)
			}
		}
	}
}

// needsSession reports whether a form is refused because it belongs to no session
// before its page asks for an account.
func needsSession(name string) bool {
	return strings.HasPrefix(name, "POST ") && name != "POST /sign-in" && name != "POST /sign-out"
}

// TestFullDiskOnThePage says that there is no room, and stores nothing.
func TestFullDiskOnThePage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	s.Space = &blob.Space{Reserve: 1, Free: func(string) (int64, error) { return 0, nil }}
	visitor := s.signIn(t, recovery.RoleClaimant)
	path := "/cases/" + string(view.Number)
	page := visitor.get(path)
	refused := visitor.postFile(path+"/evidence", url.Values{"csrf": {hiddenValue(page, "csrf")}, "kind": {"other"}, "key": {"key-1"}}, "退款.txt", []byte("已退款"))
	refused.expect(t, http.StatusInsufficientStorage, "暂时存不下", "没有保存")
	checkPage(t, "the refusal", refused.Body)
	if n := s.CountRows(t, "evidence"); n != 0 {
		t.Errorf("%d files are stored", n)
	}
}
