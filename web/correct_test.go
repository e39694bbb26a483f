package web_test

import (
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"recourse/recovery"
)

// correctLinks lists the paths of the forms that correct an entry.
func correctLinks(page pageResponse) []string {
	var paths []string
	forEachElement(page.Root, func(n *html.Node) {
		if n.Data == "a" && strings.HasSuffix(attribute(n, "href"), "/correct") {
			paths = append(paths, attribute(n, "href"))
		}
	})
	return paths
}

// TestMistypedReturnIsCorrected: the page asks before a sum that is too large, keeps
// everything typed, and corrects it afterwards.
func TestMistypedReturnIsCorrected(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	typed := url.Values{"amount_fen": {"200000"}, "channel": {"bank_transfer"}}
	asked := p.submitForm(p.get(home), "do-record_return", typed).expect(t, 409, "金额没写错吗", "200000", "没写错，就这样记", "回去改")
	path, kept := p.readForm(asked, "do-record_return")
	if kept.Get("amount_fen") != "200000" || kept.Get("channel") != "bank_transfer" || kept.Get("confirm") != "" {
		t.Fatalf("kept: %v", kept)
	}
	kept.Set("edit", "true")
	back := p.post(path, kept).expect(t, 200)
	if _, again := p.readForm(back, "do-record_return"); again.Get("amount_fen") != "200000" {
		t.Errorf("back in the form: %v", again)
	}
	closed := p.submitForm(asked, "do-record_return", url.Values{"confirm": {"true"}}).expect(t, 200, "已结案", "多收", "要退给对方")
	links := correctLinks(closed)
	if len(links) != 1 {
		t.Fatalf("links to correct: %v", links)
	}
	form := p.get(links[0]).expect(t, 200, "更正一条记录", recovery.Money(20000000).String())
	if missing := p.submitForm(form, "correct", url.Values{"amount_fen": {"20"}}); !missing.hasText("correct", "请填写") {
		t.Error("a correction without a reason is not refused beside its field")
	}
	open := p.submitForm(form, "correct", url.Values{"amount_fen": {"20"}, "correction_reason": {"多打了四个零"}}).
		expect(t, 200, "原来那条还在时间线里", "已更正：见第", "多打了四个零", "¥20.00", "不再算数")
	if strings.Contains(open.Body, "已结案") || strings.Contains(open.Body, "要退给对方") {
		t.Error("the case is still closed, or the surplus is still shown")
	}
	p.submitForm(p.get(links[0]), "correct", url.Values{"take_back": {"true"}, "correction_reason": {"根本没收到"}}).expect(t, 200, "已撤回：见第")
}

// TestAnEmptiedFieldIsCleared: the form shows the whole entry, so an empty optional field
// means that the entry has none.
func TestAnEmptiedFieldIsCleared(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.submitForm(p.get(home), "do-record_response", url.Values{"kind": {"refused"}, "refusal": {"refuses"}, "text": {"钱已经花完了"}}).
		expect(t, 200, "钱已经花完了")
	form := p.get(correctLinks(page)[0])
	p.submitForm(form, "correct", url.Values{"kind": {""}, "correction_reason": {"记错了"}}).expect(t, 422)
	p.submitForm(form, "correct", url.Values{"text": {""}, "refusal": {""}, "correction_reason": {"记错了"}}).expect(t, 200, "已更正：见第")
	if _, again := p.readForm(p.get(correctLinks(page)[0]), "correct"); again.Get("text") != "" || again.Get("refusal") != "" || again.Get("kind") != "refused" {
		t.Errorf("the entry still says %v", again)
	}
}

// TestCorrectionsAreOfferedToWhoMay: agents see none beside the claimant's entries.
func TestCorrectionsAreOfferedToWhoMay(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	page := p.submitForm(p.get(home), "do-record_contact", url.Values{"text": {"麻烦退回"}})
	if links := correctLinks(page); len(links) != 1 {
		t.Fatalf("the author: %v", links)
	}
	for role, want := range map[recovery.Role]int{recovery.RoleAgent: 0, recovery.RoleSupervisor: 1, recovery.RoleAuditor: 0} {
		if links := correctLinks(s.signIn(t, role).get("/desk" + home)); len(links) != want {
			t.Errorf("%s: %v", role, links)
		}
	}
	s.signIn(t, recovery.RoleAgent).get(correctLinks(page)[0]).expect(t, 200, "这条记录你不能更正")
	amend := p.get(home+"/entries/1/correct").expect(t, 200, "请用“补充或更正事实”填上对的内容")
	if !amend.hasLink(home + "#do-amend_facts") {
		t.Error("no link to the form that amends the filing")
	}
	p.get(home+"/entries/99/correct").expect(t, 404)
}

// TestLargeCorrectionWaits: another person sees who proposed it, the old and the new
// value, and approves or rejects it.
func TestLargeCorrectionWaits(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	p.submitForm(p.get(home), "do-record_return", url.Values{"amount_fen": {view.Amount.String()}}).expect(t, 200)
	closed, err := s.Case(t.Context(), s.Actor(recovery.RoleClaimant), view.ID)
	if err != nil {
		t.Fatal(err)
	}
	closed.Position.FourEyes = 1
	s.SetPosition(t, view.ID, closed.Position)
	page := p.get(home)
	form := p.get(correctLinks(page)[0])
	change := url.Values{"amount_fen": {"1"}, "correction_reason": {"写错了"}}
	p.submitForm(form, "correct", change).expect(t, 200, "已提交，等另一人确认", "有一条更正等人确认")
	boss := s.signIn(t, recovery.RoleSupervisor)
	waiting := boss.get("/desk"+home).expect(t, 200, "有一条更正等人确认", "¥"+view.Amount.String(), "¥1.00", "写错了", "提出的人")
	rejected := boss.submitForm(waiting, "reject-2", url.Values{"reason": {"有转账记录"}}).expect(t, 200, "没有同意更正")
	if strings.Contains(rejected.Body, "有一条更正等人确认") {
		t.Error("a rejected correction still waits")
	}
	p.submitForm(p.get(correctLinks(page)[0]), "correct", change)
	path, seen := approvalForm(boss.get("/desk" + home))
	p.submitForm(p.get(correctLinks(page)[0]), "correct", url.Values{"amount_fen": {"2"}, "correction_reason": {"又写错了"}}).expect(t, 200)
	boss.post(path, seen).expect(t, 409, "案件的状态已经变化")
	path, seen = approvalForm(boss.get("/desk"+home).expect(t, 200, "¥2.00"))
	boss.post(path, seen).expect(t, 200, "已更正：见第")
	if after, err := s.Case(t.Context(), s.Actor(recovery.RoleClaimant), view.ID); err != nil || after.Position.Recovered != 200 {
		t.Errorf("%v, %v", after.Position.Recovered, err)
	}
}

// approvalForm returns the path and the hidden values of the form that approves a
// correction.
func approvalForm(page pageResponse) (path string, values url.Values) {
	values = url.Values{}
	forEachElement(page.Root, func(n *html.Node) {
		if n.Data == "form" && strings.HasSuffix(attribute(n, "action"), "/approve_correction") {
			path = attribute(n, "action")
			forEachElement(n, func(input *html.Node) {
				if input.Data == "input" {
					values.Set(attribute(input, "name"), attribute(input, "value"))
				}
			})
		}
	})
	return path, values
}

// TestTheEntryInTheWayIsLinked: a correction that a later entry prevents names that entry
// in words and links to its form; so do the entries that followed from another one.
func TestTheEntryInTheWayIsLinked(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	home := "/cases/" + string(view.Number)
	p := s.signIn(t, recovery.RoleClaimant)
	escalated := p.submitForm(p.get(home), "do-escalate", url.Values{"to": {"legal"}, "reason": {"对方失联"}}).expect(t, 200)
	links := correctLinks(escalated)
	if len(links) != 1 {
		t.Fatalf("links to correct: %v", links)
	}
	chosen := p.submitForm(escalated, "do-choose_route", url.Values{"route": {"civil_suit"}, "why": {"金额较大"}}).expect(t, 200)
	later := correctLinks(chosen)[0]
	form := p.get(links[0]).expect(t, 200, "整条撤回")
	refused := p.submitForm(form, "correct", url.Values{"correction_reason": {"升级早了"}}).expect(t, 409, "以这一条为前提", "选定法律途径", "升级早了")
	if !refused.hasLink(later) {
		t.Errorf("no link to %s", later)
	}
	entered := strings.Replace(links[0], "/2/", "/3/", 1)
	if page := p.get(entered).expect(t, 200, "是随第 2 条", "去更正第 2 条"); !page.hasLink(links[0]) {
		t.Errorf("no link to %s", links[0])
	}
}

// hasLink reports whether a page links to a path.
func (a pageResponse) hasLink(path string) bool {
	return findNode(a.Root, func(n *html.Node) bool { return n.Data == "a" && attribute(n, "href") == path }) != nil
}
