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

// tell writes a step of a case with what it gives others to know.
func (s *site) tell(t testing.TB, c recovery.Case, kind recovery.EntryKind) {
	t.Helper()
	change := notify.ChangeInPlace(c, kind, s.Actor(recovery.RoleAgent), s.Now())
	_, err := s.Store.WriteStep(t.Context(), postgres.StepWrite{
		CaseID: c.ID, Next: c.Position, Deadlines: c.Deadlines, Notifications: s.notifyRules.For(change),
		Drafts: []journal.Draft{{Kind: kind, At: s.Now(), Actor: change.Actor, Key: string(kind), Collector: journal.Collector{Tool: "t", Version: "1"}}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestInbox(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
	view := s.File(t)
	p := s.signedIn(t, recovery.RoleClaimant)
	for _, item := range p.unread(t) {
		p.sendAs(p.get("/inbox"), item)
	}
	p.get("/inbox").want(t, 200, "你的账号编号")
	s.tell(t, view.Case, recovery.EntryEvidenceRequested)
	page := p.get("/inbox").want(t, 200, "消息（1）", "未读", string(view.Number))
	open := p.unread(t)
	if len(open) != 1 {
		t.Fatalf("%d unread", len(open))
	}
	got := p.sendAs(page, open[0]).want(t, 200, string(view.Number))
	if len(p.unread(t)) != 0 || find(got.Root, func(n *html.Node) bool { return text(n) == "消息（1）" && n.Data == "a" }) != nil {
		t.Error("what was read still counts")
	}
	agent := s.signedIn(t, recovery.RoleAgent)
	agent.get("/inbox").want(t, 200)
	s.stranger(t).get("/inbox").want(t, 200, "选择一个演示账号")
}

// unread are where the unread notices are marked as read.
func (p *person) unread(t testing.TB) []string {
	t.Helper()
	var paths []string
	each(p.get("/inbox").Root, func(n *html.Node) {
		if n.Data == "form" && attr(n, "action") != "/sign-out" {
			paths = append(paths, attr(n, "action"))
		}
	})
	return paths
}

func TestMailsInDevelopmentOnly(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.signedIn(t, recovery.RoleAdmin).get("/dev/mails").want(t, 200, "发出的邮件", "还没有邮件")
	s.stranger(t).get("/dev/mails").want(t, 200, "选择一个演示账号")
	closed := newSite(t, func(c *casework.Config) { c.Development = false })
	closed.stranger(t).get("/dev/mails").want(t, 404)
}

// Without notices there is neither an inbox nor a way to it.
func TestNoInboxWithoutNotices(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	e := echo.New()
	web.New(s.Service, s.Store.Sessions(), web.Options{Log: s.Service.Log}).Register(e)
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	s.URL = server.URL
	p := s.signedIn(t, recovery.RoleClaimant)
	p.get("/inbox").want(t, 404)
	p.get("/dev/mails").want(t, 404)
	if page := p.get("/cases"); find(page.Root, func(n *html.Node) bool { return attr(n, "href") == "/inbox" }) != nil {
		t.Error("the way to an inbox that is not there")
	}
}
