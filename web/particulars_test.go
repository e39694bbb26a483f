package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"recourse/recovery"
)

// TestParticularsPage fills in the missing particulars as the claimant. Errors
// are shown next to their fields, values are kept, and the page lists what is
// missing.
func TestParticularsPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	path := "/cases/" + string(view.Number) + "/particulars"
	p := s.signIn(t, recovery.RoleClaimant)
	empty := p.get(path)
	empty.expect(t, http.StatusOK)
	if !strings.Contains(p.get("/cases/"+string(view.Number)).Body, `href="`+path+`"`) {
		t.Error("the page of the case does not lead here")
	}
	for _, lack := range []string{"受理法院的全称", "真实姓名", "证件号码"} {
		if !strings.Contains(empty.Body, lack) {
			t.Errorf("%s is not asked for", lack)
		}
	}
	typed := url.Values{
		"claimant.document_kind": {"id_card"}, "claimant.document_no": {"４４０３００199003040025"}, "claimant.home": {"示例路1号"},
		"holders[0].name": {"王小刚"}, "court": {"南山"}, "papers": {"authorisation"},
	}
	wrong := p.submitForm(empty, "particulars-form", typed)
	wrong.expect(t, http.StatusUnprocessableEntity)
	for _, want := range []string{"最后一位由前面的数字算出", "以“法院”结尾", `value="示例路1号"`, `value="王小刚"`} {
		if !strings.Contains(wrong.Body, want) {
			t.Errorf("after mistakes, %s is not on the page", want)
		}
	}
	if entries := s.ReadEntries(t, view.ID); len(entries) != 1 {
		t.Errorf("%d entries after mistakes", len(entries))
	}
	right := p.submitForm(wrong, "particulars-form", url.Values{"claimant.document_no": {"440300199003040024"}, "court": {"深圳市南山区人民法院"}})
	right.expect(t, http.StatusOK)
	for _, want := range []string{`value="440300199003040024"`, `value="1990-03-04"`, `value="authorisation" id="p-papers-2" checked`} {
		if !strings.Contains(right.Body, want) {
			t.Errorf("%s is not on the page", want)
		}
	}
	if stand, err := s.Store.ReadParticulars(t.Context(), view.ID); err != nil || stand.Court != "深圳市南山区人民法院" ||
		stand.CounterpartByID(view.Counterparts[0].ID).Name != "王小刚" {
		t.Errorf("%+v %v", stand, err)
	}
	cleared := p.submitForm(right, "particulars-form", url.Values{"papers": nil, "court": {""}})
	if stand, err := s.Store.ReadParticulars(t.Context(), view.ID); err != nil || stand.Court == "" || len(stand.Papers) != 0 || cleared.Status != http.StatusOK {
		t.Errorf("%+v %v", stand, err)
	}
}

// TestParticularsPageForStaff expects masked values for agents.
func TestParticularsPageForStaff(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	view := s.FileCase(t)
	path := "/cases/" + string(view.Number) + "/particulars"
	p := s.signIn(t, recovery.RoleClaimant)
	p.submitForm(p.get(path), "particulars-form", url.Values{
		"claimant.document_kind": {"id_card"}, "claimant.document_no": {"440300199003040024"}, "claimant.home": {"示例路1号"},
	}).expect(t, http.StatusOK)
	agent := s.signIn(t, recovery.RoleAgent)
	for _, page := range []string{path, "/desk/cases/" + string(view.Number)} {
		got := agent.get(page)
		got.expect(t, http.StatusOK)
		if strings.Contains(got.Body, "44030019900304") || strings.Contains(got.Body, "示例路1号") {
			t.Errorf("an agent reads who it is on %s", page)
		}
	}
	if got := agent.get(path); !strings.Contains(got.Body, recovery.Hidden+"0024") || strings.Contains(got.Body, "particulars-form") {
		t.Errorf("%s", got.Body)
	}
	legal := s.signIn(t, recovery.RoleLegal)
	if got := legal.get(path); !strings.Contains(got.Body, "440300199003040024") {
		t.Error("legal does not read the number")
	}
}
