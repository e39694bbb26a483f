package web_test

import (
	"net/http/httptest"
	"testing"

	"github.com/labstack/echo/v4"
	"golang.org/x/net/html"

	"recourse/casework"
	"recourse/evidence/journal"
	"recourse/notify"
	"recourse/postgres"
	"recourse/recovery"
	"recourse/web"
)

// writeNotice adds an entry to a case together with its notifications.
func (s *testSite) writeNotice(t testing.TB, c recovery.Case, kind recovery.EntryKind) {
	t.Helper()
	change := notify.ChangeInPlace(c, kind, s.Actor(recovery.RoleAgent), s.Now())
	_, err := s.Store.WriteStep(t.Context(), postgres.StepWrite{
		CaseID: c.ID, Next: c.Position, Deadlines: c.Deadlines, Notifications: s.notifyRules.NotificationsFor(change),
		Drafts: []journal.Draft{{Kind: kind, At: s.Now(), Actor: change.Actor, Key: string(kind), Collector: journal.Collector{Tool: "t", Version: "1"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestInbox(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	view := s.FileCase(t)
	p := s.signIn(t, recovery.RoleClaimant)
	for _, item := range p.unreadPaths(t) {
		p.postForm(p.get("/inbox"), item)
	}
	p.get("/inbox").expect(t, 200, "你的账号编号")
	s.writeNotice(t, view.Case, recovery.EntryEvidenceRequested)
	page := p.get("/inbox").expect(t, 200, "消息（1）", "未读", string(view.Number))
	open := p.unreadPaths(t)
	if len(open) != 1 {
		t.Fatalf("%d unread", len(open))
	}
	got := p.postForm(page, open[0]).expect(t, 200, string(view.Number))
	if len(p.unreadPaths(t)) != 0 || findNode(got.Root, func(n *html.Node) bool { return nodeText(n) == "消息（1）" && n.Data == "a" }) != nil {
		t.Error("what was read still counts")
	}
	agent := s.signIn(t, recovery.RoleAgent)
	agent.get("/inbox").expect(t, 200)
	s.newBrowser(t).get("/inbox").expect(t, 200, "选择一个演示账号")
}

// unreadPaths returns the paths that mark the unread notifications as read.
func (p *browser) unreadPaths(t testing.TB) []string {
	t.Helper()
	var paths []string
	forEachElement(p.get("/inbox").Root, func(n *html.Node) {
		if n.Data == "form" && attribute(n, "action") != "/sign-out" {
			paths = append(paths, attribute(n, "action"))
		}
	})
	return paths
}

func TestMailsOnlyInDevelopment(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.signIn(t, recovery.RoleAdmin).get("/dev/mails").expect(t, 200, "发出的邮件", "还没有邮件")
	s.newBrowser(t).get("/dev/mails").expect(t, 200, "选择一个演示账号")
	closed := newSite(t, func(c *casework.Config) { c.Development = false })
	closed.newBrowser(t).get("/dev/mails").expect(t, 404)
}

// TestNoInboxWithoutNotices expects neither an inbox nor a link to it.
func TestNoInboxWithoutNotices(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	e := echo.New()
	web.New(s.Service, s.Store.SessionStore(), web.Options{Log: s.Service.Log}).Register(e)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	s.URL = server.URL
	p := s.signIn(t, recovery.RoleClaimant)
	p.get("/inbox").expect(t, 404)
	p.get("/dev/mails").expect(t, 404)
	if page := p.get("/cases"); findNode(page.Root, func(n *html.Node) bool { return attribute(n, "href") == "/inbox" }) != nil {
		t.Error("the way to an inbox that is not there")
	}
}
