package web_test

import (
	"net/url"
	"testing"
	"time"

	"recourse/recovery"
)

// TestStartTitles expects a title that neither promises nor calls money taken that may
// be under way.
func TestStartTitles(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	ago := func(d time.Duration) string {
		return s.Now().Add(-d).In(recovery.Shanghai).Format("2006-01-02T15:04:05")
	}
	for name, test := range map[string]struct {
		answers       url.Values
		want, notWant string
	}{
		"just sent":        {url.Values{"claim_state": {"unclaimed"}}, "对方还没收：先拦住", "现在还能自己撤回"},
		"not known":        {url.Values{"claim_state": {"unknown"}}, "先拦住这笔钱", "现在还能自己撤回"},
		"taken":            {url.Values{"claim_state": {"claimed"}, "delayed_arrival": {"none"}}, "钱已经被收走", "还没到对方手里"},
		"under way":        {url.Values{"claim_state": {"claimed"}, "delayed_arrival": {"24h"}, "accepted_at": {ago(time.Minute)}}, "钱可能还没到对方手里", "钱已经被收走"},
		"arrived":          {url.Values{"claim_state": {"claimed"}, "delayed_arrival": {"2h"}, "accepted_at": {ago(3 * time.Hour)}, "sent_at": {ago(5 * time.Hour)}}, "钱已经被收走", "还没到对方手里"},
		"refunded":         {url.Values{"claim_state": {"unclaimed"}, "sent_at": {ago(26 * time.Hour)}, "instrument": {"lucky_packet"}}, "先查有没有退回来", "先拦住"},
		"nobody to ask":    {url.Values{"claim_state": {"claimed"}, "reach": {"blocked"}, "delayed_arrival": {"none"}}, "联系不上", "私下给对方发一条"},
		"blocked, waiting": {url.Values{"claim_state": {"partly_claimed"}, "reach": {"silent"}, "sent_at": {ago(5 * time.Hour)}, "instrument": {"lucky_packet"}}, "官方客服", "先请对方别收"},
	} {
		query := url.Values{"platform": {"wechat"}, "instrument": {"transfer"}, "sent_at": {ago(time.Minute)}, "cause": {"own_slip"}}
		for key, value := range test.answers {
			query[key] = value
		}
		page := s.newBrowser(t).get("/?"+query.Encode()).expect(t, 200, test.want)
		if findNode(page.Root, byID("answer")) == nil || containsText(page, test.notWant) {
			t.Errorf("%s: the page says %q", name, test.notWant)
		}
	}
}

// TestCaseKeepsShowingWhatCanBeStopped expects the case page to say what can still be
// stopped, and to stop saying it when nothing can.
func TestCaseKeepsShowingWhatCanBeStopped(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	answers := filingAnswers()
	answers.Set("claim_state", "unclaimed")
	answers.Set("cause", "own_slip")
	page := p.submitForm(p.get("/file"), "f", answers).expect(t, 200, "这笔钱现在还能拦吗", "对方还没收：先拦住", "24 小时一般会自动退回")
	s.SetClock(s.Now().Add(50 * time.Hour))
	if later := p.get(page.Path); containsText(later, "这笔钱现在还能拦吗") {
		t.Error("two days later the page still speaks of stopping")
	}
}

// TestDelayIsAmended expects a delay and an acceptance that are told later to bring the
// advice back that money under way needs.
func TestDelayIsAmended(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	p := s.signIn(t, recovery.RoleClaimant)
	answers := filingAnswers()
	answers.Set("delayed_arrival", "none")
	page := p.submitForm(p.get("/file"), "f", answers).expect(t, 200)
	if containsText(page, "这笔钱现在还能拦吗") {
		t.Error("money that arrived at once cannot be stopped")
	}
	accepted := s.Now().In(recovery.Shanghai).Format("2006-01-02T15:04:05")
	p.submitForm(page, "do-amend_facts", url.Values{"delayed_arrival": {"24h"}, "accepted_at": {accepted}}).
		expect(t, 200, "这笔钱现在还能拦吗", "钱可能还没到对方手里", "最早在这时到账")
}
