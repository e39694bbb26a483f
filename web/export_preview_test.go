package web_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"recourse/evidence/journal"
	"recourse/recovery"
)

func TestPreviewPageBeforePapersForTheOpponent(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	s.Upload(t, view.ID, recovery.Identity, []byte("身份证 110105196004080379"))
	claimant := s.signIn(t, recovery.RoleClaimant)
	home := claimant.get("/cases/" + string(view.Number))
	page := claimant.submitForm(home, "papers-form", url.Values{"audience": {"opponent"}})
	page.expect(t, 200, "先看看对方会看到什么", "林晓", "身份证明", "不给对方", "我看过了，同意提供这份材料")
	checkPage(t, "preview", page.Body)
	for _, hidden := range []string{"lin@example.org", "110105196004080379"} {
		if strings.Contains(page.Body, hidden) {
			t.Errorf("the preview shows %s", hidden)
		}
	}
	claimant.submitForm(page, "agree-form", nil).expect(t, 200, "正在生成")
	entries := s.ReadEntries(t, view.ID)
	at := slices.IndexFunc(entries, func(e journal.Entry) bool { return e.Kind == recovery.EntryExportRequested })
	if at < 0 || entries[at].Facts["agreed"] == nil {
		t.Errorf("the agreement is not recorded: %v", entries)
	}
}

func TestPreviewIsShownAgainWhenItIsOutdated(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	claimant := s.signIn(t, recovery.RoleClaimant)
	page := claimant.get("/cases/" + string(view.Number) + "/exports/preview")
	s.Upload(t, view.ID, recovery.ChatExport, []byte("聊天记录"))
	again := claimant.submitForm(page, "agree-form", nil)
	again.expect(t, 409, "请再看一遍", "聊天记录导出")
	claimant.submitForm(again, "agree-form", nil).expect(t, 200, "正在生成")
}

func TestPreviewPageIsForThoseWhoMayOrder(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	path := "/cases/" + string(s.FileCase(t).Number) + "/exports/preview"
	s.signIn(t, recovery.RoleAgent).get(path).expect(t, 403)
	s.signIn(t, recovery.RoleLegal).get(path).expect(t, 200, "同意提供这份材料")
}
