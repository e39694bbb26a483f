package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/recovery"
)

// TestStopMails expects that GET stops nothing and that the button stops the
// mails, once and without an account.
func TestStopMails(t *testing.T) {
	t.Parallel()
	s := newSiteAtNoon(t)
	filing := casetest.Filing()
	reply, err := s.Service.File(t.Context(), s.As(recovery.RoleAgent), filing)
	if err != nil {
		t.Fatal(err)
	}
	mails, err := s.Store.ClaimMails(t.Context(), 20, time.Minute)
	if err != nil {
		t.Fatal(err)
	}
	token := ""
	for _, mail := range mails {
		if mail.To == filing.Claimant.Email && mail.CaseID == reply.Value.ID {
			token = mail.StopToken
		}
	}
	if len(token) != 64 {
		t.Fatalf("of %d mails none can be stopped", len(mails))
	}
	stranger := s.newBrowser(t)
	path := "/stop/" + token
	for range 2 {
		stranger.get(path).expect(t, http.StatusOK, "停收本案的邮件")
	}
	if countStops(t, s, reply.Value.ID) != 0 {
		t.Fatal("looking stops them")
	}
	for range 2 {
		stranger.post(path, map[string][]string{"List-Unsubscribe": {"One-Click"}}).expect(t, http.StatusOK, "已经停收")
	}
	page := stranger.get(path).expect(t, http.StatusOK, "已经停收")
	if countStops(t, s, reply.Value.ID) != 1 {
		t.Error("it is not written in the case, once")
	}
	if strings.Contains(page.Body, filing.Claimant.Email) || strings.Contains(page.Body, filing.Claimant.Name) {
		t.Error("the page names somebody")
	}
	for _, wrong := range []string{"/stop/x", "/stop/" + strings.Repeat("0", 64)} {
		stranger.get(wrong).expect(t, http.StatusNotFound)
		stranger.post(wrong, nil).expect(t, http.StatusNotFound)
	}
}

func countStops(t *testing.T, s *testSite, id recovery.CaseID) (n int) {
	t.Helper()
	for _, entry := range s.ReadEntries(t, id) {
		if entry.Kind == recovery.EntryMailsStopped {
			n++
		}
	}
	return n
}
