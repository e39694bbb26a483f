package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"recourse/casework/casetest"
	"recourse/recovery"
)

// TestStoppingTheMails: the page alone stops nothing, its button does, once and
// without an account; the case says so.
func TestStoppingTheMails(t *testing.T) {
	t.Parallel()
	s := noonSite(t)
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
	stranger := s.stranger(t)
	path := "/stop/" + token
	for range 2 {
		stranger.get(path).want(t, http.StatusOK, "停收本案的邮件")
	}
	if stops(t, s, reply.Value.ID) != 0 {
		t.Fatal("looking stops them")
	}
	for range 2 {
		stranger.post(path, map[string][]string{"List-Unsubscribe": {"One-Click"}}).want(t, http.StatusOK, "已经停收")
	}
	page := stranger.get(path).want(t, http.StatusOK, "已经停收")
	if stops(t, s, reply.Value.ID) != 1 {
		t.Error("it is not written in the case, once")
	}
	if strings.Contains(page.Body, filing.Claimant.Email) || strings.Contains(page.Body, filing.Claimant.Name) {
		t.Error("the page names somebody")
	}
	for _, wrong := range []string{"/stop/x", "/stop/" + strings.Repeat("0", 64)} {
		stranger.get(wrong).want(t, http.StatusNotFound)
		stranger.post(wrong, nil).want(t, http.StatusNotFound)
	}
}

func stops(t *testing.T, s *site, id recovery.CaseID) (n int) {
	t.Helper()
	for _, entry := range s.Entries(t, id) {
		if entry.Kind == recovery.EntryMailsStopped {
			n++
		}
	}
	return n
}
