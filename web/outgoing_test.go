package web_test

import (
	"testing"

	"recourse/textlint/masktest"
)

// TestNothingPersonalOnTheReturnPage plants personal data in every free text of a case,
// and searches the pages of a counterpart for it.
func TestNothingPersonalOnTheReturnPage(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	planted := s.PlantCase(t)
	visitor := s.newBrowser(t)
	path := "/return#" + planted.Token
	for where, page := range map[string]pageResponse{
		"before opening": visitor.get(path).expect(t, 200),
		"opened":         visitor.post(returnPage, nil).expect(t, 200),
		"another answer": visitor.post(returnPage+"/"+planted.Words[0], nil).expect(t, 404),
	} {
		if found := masktest.Search(page.Body, planted.Words); len(found) > 0 {
			t.Errorf("%s: the page contains %v", where, found)
		}
	}
}
