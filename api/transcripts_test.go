package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

// transcriptPage is a page of lines, as clients read it.
type transcriptPage struct {
	Form            string
	Lines, Messages int
	Gaps            []string
	Mail            *struct {
		Domain   *string
		SignedBy *string `json:"signed_by"`
		Platform *string
	}
	Items []struct {
		N             int
		At, Who, When *string
		Own           bool
		Text          string
		Note          *string
	}
	NextCursor   *string  `json:"next_cursor"`
	UnreadFields []string `json:"unread_fields"`
}

func (s *testServer) readTranscript(t testing.TB, id, query string) (page transcriptPage) {
	t.Helper()
	got := s.send(t, testCall{as: recovery.RoleClaimant, method: "GET", path: "/api/v1/evidence/" + id + "/transcript" + query}).wantStatus(http.StatusOK)
	failOnError(t, json.Unmarshal(got.body, &page))
	return page
}

func (s *testServer) addChat(t testing.TB, id, name, content string) string {
	t.Helper()
	return s.upload(t, id, "evidence", "", formPart{name: "kind", content: "chat_export"}, formPart{name: "file", file: name, content: content}).
		wantStatus(http.StatusCreated).stringField("id")
}

func TestTranscripts(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	chat := s.addChat(t, id, "a.json", `[{"time":"2026-11-28 10:35:00","sender":"我","isSend":1,"text":"转错了","id":"7"},{"time":"昨天","sender":"小杜","type":"图片","file":"a.jpg"}]`)
	entries := s.countEntries(id)
	page := s.readTranscript(t, chat, "")
	if page.Form != "chat" || page.Lines != 2 || page.Messages != 2 || len(page.Gaps) > 0 || page.Mail != nil || page.NextCursor != nil || len(page.Items) != 2 {
		t.Fatalf("%+v", page)
	}
	first, second := page.Items[0], page.Items[1]
	if first.N != 1 || *first.At != "2026-11-28T10:35:00+08:00" || *first.Who != "我" || !first.Own || first.Text != "转错了" || first.Note != nil {
		t.Errorf("%+v", first)
	}
	if second.N != 2 || second.At != nil || *second.When != "昨天" || *second.Note != "图片 a.jpg" {
		t.Errorf("%+v", second)
	}
	if len(page.UnreadFields) != 1 || page.UnreadFields[0] != "id" {
		t.Errorf("%v", page.UnreadFields)
	}
	if got := s.countEntries(id) - entries; got != 1 {
		t.Errorf("%d entries for one look", got)
	}
	mail := s.readTranscript(t, s.addChat(t, id, "a.eml", "Received: a\r\nDKIM-Signature: d=x.example; b=y\r\nFrom: a@mail.tencent.com\r\n\r\n好"), "")
	if mail.Form != "mail" || *mail.Mail.Domain != "mail.tencent.com" || *mail.Mail.SignedBy != "x.example" || *mail.Mail.Platform != "wechat" {
		t.Errorf("%+v", mail)
	}
	picture := s.upload(t, id, "evidence", "", formPart{name: "kind", content: "other"}, formPart{name: "file", file: "a.png", content: png}).stringField("id")
	s.send(t, testCall{as: recovery.RoleClaimant, method: "GET", path: "/api/v1/evidence/" + picture + "/transcript"}).problem(http.StatusConflict, "conflict")
	s.send(t, testCall{as: otherClaimant, method: "GET", path: "/api/v1/evidence/" + chat + "/transcript"}).problem(http.StatusNotFound, "not_found")
	if head := s.head(t, recovery.RoleClaimant, "/api/v1/evidence/"+chat+"/transcript", nil); head.status != http.StatusOK || len(head.body) > 0 {
		t.Errorf("%d %s", head.status, head.body)
	}
}

// TestTranscriptsArePaged: following the cursors gives each line once.
func TestTranscriptsArePaged(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	var chat strings.Builder
	for i := range 25 {
		fmt.Fprintf(&chat, "2026-11-28 10:40:00 小杜(10002)\n第%d句话\n", i+1)
	}
	file := s.addChat(t, id, "a.txt", chat.String())
	seen, query := 0, "?limit=10"
	for range 5 {
		page := s.readTranscript(t, file, query)
		for _, line := range page.Items {
			if seen++; line.N != seen || line.Text != fmt.Sprintf("第%d句话", seen) {
				t.Errorf("%+v, want line %d", line, seen)
			}
		}
		if page.NextCursor == nil {
			break
		}
		query = "?limit=10&cursor=" + *page.NextCursor
	}
	if seen != 25 {
		t.Errorf("%d lines", seen)
	}
	if beyond := s.readTranscript(t, file, "?cursor=9999999"); len(beyond.Items) > 0 || beyond.NextCursor != nil {
		t.Errorf("%+v", beyond)
	}
	s.send(t, testCall{as: recovery.RoleClaimant, method: "GET", path: "/api/v1/evidence/" + file + "/transcript?cursor=x"}).problem(http.StatusUnprocessableEntity, "invalid")
}
