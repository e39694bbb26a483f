package dossier_test

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"recourse/evidence/folio"
	"recourse/recovery"
)

// own is what a page says before its list of citations, without what runs along
// on every page; found is false when it has no such list.
func own(page string) (text string, found bool) {
	before, _, found := strings.Cut(page, "引用条文")
	var lines []string
	for _, line := range strings.Split(before, "\n") {
		if !strings.Contains(line, "R20261120-000042　") && !strings.Contains(line, " 页 / 共 ") && !strings.Contains(line, "（法院用）") {
			lines = append(lines, line)
		}
	}
	return solid(strings.Join(lines, "")), found
}

// However long a story is, no paper ends with a page that holds its citations
// and no more, and nobody signs an empty page.
func TestCitationsStayWithThePaper(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*folio.Papers){
		"suit":   func(p *folio.Papers) { p.Requested = recovery.PapersOnRequest },
		"order":  func(p *folio.Papers) { p.Route = recovery.PaymentOrder },
		"police": func(p *folio.Papers) { p.Route, p.Preservation = recovery.PoliceReport, true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for sentences := range 4 {
				c := full(t, recovery.ForCourt)
				change(c.folio.Papers)
				c.folio.Papers.Narrative = strings.Repeat("那天晚上我在几个群里回消息，头像都很像，没有看清就点了发送。\n", 5*sentences)
				c.folio.Papers.Risk = strings.Repeat("平台的记录只保存有限的时间。", sentences)
				data, _ := build(t, c.seal())
				for i, page := range textPages(t, data) {
					if text, cites := own(page); cites && utf8.RuneCountInString(text) < 60 {
						t.Errorf("%d sentences: page %d holds its citations and %q", 5*sentences, i+1, text)
					}
				}
			}
		})
	}
}

// A chapter whose last lines would take a page of their own is set closer when
// that saves the page; one that is short anyway is left as it is.
func TestLastLinesSaveAPage(t *testing.T) {
	t.Parallel()
	c := full(t, recovery.ForCourt)
	data, _ := build(t, c.seal())
	for _, paper := range []string{"催告函", "送达地址确认书"} {
		pages := 0
		for _, page := range textPages(t, data) {
			if strings.Contains(page, fmt.Sprintf("%s · 第", paper)) {
				pages++
			}
		}
		if pages != 1 {
			t.Errorf("%s takes %d pages", paper, pages)
		}
	}
}
