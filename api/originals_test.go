package api_test

import (
	"net/http"
	"strings"
	"testing"

	"recourse/api"
	"recourse/recovery"
)

// TestOriginalsAreSentAsTheyCame: chat exports and mails come back byte for byte, and never
// under a type that a browser would open as a page.
func TestOriginalsAreSentAsTheyCame(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for name, test := range map[string]struct{ content, media, sent string }{
		"chat.html": {"<!doctype html><html><body><p>2026-11-28 10:40 小杜：好的</p><script>alert(1)</script></body></html>", "text/html", "application/octet-stream"},
		"chat.json": {`[{"time": "2026-11-28 10:35:00", "sender": "我", "text": "转错了"}]`, "application/json", "application/json"},
		"reply.eml": {"Received: from a by b\r\nFrom: a@example.com\r\n\r\n好\r\n", "message/rfc822", "application/octet-stream"},
		"chat.txt":  {"#! 2026-11-28 10:35:00 我(10001)\r\n转错了\x00，麻烦退一下，谢谢你了\r\n", "text/plain", "text/plain"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stored := s.upload(t, id, "evidence", "", formPart{name: "kind", content: "chat_export"}, formPart{name: "file", file: name, content: test.content}).wantStatus(http.StatusCreated)
			if media := stored.stringField("media_type"); media != test.media {
				t.Fatal(media)
			}
			got := s.send(t, testCall{as: recovery.RoleClaimant, method: "GET", path: "/api/v1/evidence/" + stored.stringField("id") + "/content"})
			header := got.header
			if string(got.body) != test.content || header.Get("Content-Type") != test.sent || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") ||
				header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(header.Get("Content-Security-Policy"), "sandbox") {
				t.Errorf("%d %v %q", got.status, header, got.body)
			}
		})
	}
}
