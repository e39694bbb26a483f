package main

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"recourse/casework/casetest"
	"recourse/connections"
	"recourse/notify"
)

// TestOtherHostsAreRefused: the process answers by its own name only, however it is written.
func TestOtherHostsAreRefused(t *testing.T) {
	t.Parallel()
	local := config{Addr: "127.0.0.1:8080"}
	public := config{Addr: "0.0.0.0:8080", URL: "https://Desk.example.org"}
	behind := config{Addr: "127.0.0.1:8080", URL: "https://desk.example.org"}
	for name, test := range map[string]struct {
		config
		host, path string
		want       int
	}{
		"its address":              {local, "127.0.0.1:8080", "/", http.StatusOK},
		"another port":             {local, "127.0.0.1:9999", "/", http.StatusOK},
		"its name":                 {local, "LOCALHOST:8080", "/", http.StatusOK},
		"its address of six":       {local, "[::1]:8080", "/", http.StatusOK},
		"a rebound name":           {local, "evil.example:8080", "/", http.StatusMisdirectedRequest},
		"a name that begins alike": {local, "localhost.evil.example", "/desk", http.StatusMisdirectedRequest},
		"no name":                  {local, "", "/", http.StatusMisdirectedRequest},
		"a probe":                  {public, "10.0.0.7:8080", "/healthz", http.StatusOK},
		"the site":                 {public, "desk.example.org", "/", http.StatusOK},
		"the site with a dot":      {public, "desk.example.org.", "/", http.StatusOK},
		"the machine":              {public, "127.0.0.1:8080", "/", http.StatusMisdirectedRequest},
		"behind a proxy":           {behind, "desk.example.org", "/", http.StatusOK},
	} {
		answer := httptest.NewRecorder()
		request := httptest.NewRequest(http.MethodGet, test.path, nil)
		request.Host = test.host
		test.site().protect(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusOK) })).ServeHTTP(answer, request)
		if answer.Code != test.want {
			t.Errorf("%s: %d", name, answer.Code)
		}
		if secure := answer.Header().Get("Strict-Transport-Security") != ""; secure != (test.URL != "") {
			t.Errorf("%s: HSTS %t", name, secure)
		}
	}
}

// TestReach: development is for this machine, and a public site knows its name.
func TestReach(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		config
		says string
	}{
		"development here":             {config{Profile: development, Addr: "127.0.0.1:8080"}, ""},
		"development on six":           {config{Profile: development, Addr: "[::1]:8080"}, ""},
		"development for all":          {config{Profile: development, Addr: ":8080"}, "loopback"},
		"development for a network":    {config{Profile: development, Addr: "192.168.1.5:8080"}, "loopback"},
		"production behind a proxy":    {config{Profile: production, Addr: "127.0.0.1:8080"}, ""},
		"production without a name":    {config{Profile: production, Addr: "0.0.0.0:443"}, "RECOURSE_URL"},
		"production with its own name": {config{Profile: production, Addr: "0.0.0.0:443", URL: "https://desk.example.org"}, ""},
	} {
		err := test.checkReach()
		if (err == nil) != (test.says == "") || err != nil && !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestCookiesOfASecureSite are sent over HTTPS only, by this host only.
func TestCookiesOfASecureSite(t *testing.T) {
	t.Parallel()
	rules, err := notify.Load()
	if err != nil {
		t.Fatal(err)
	}
	rig := casetest.New(t)
	for address, want := range map[string]bool{"https://desk.example.org": true, "http://127.0.0.1:8080": false} {
		limits := connections.DefaultLimits(1000)
		d := &app{
			store: rig.Store, service: rig.Service, notifyRules: rules, log: slog.New(slog.DiscardHandler),
			config: config{URL: address, Addr: "127.0.0.1:8080"},
		}
		handler := d.newHTTPServer(echo.ExtractIPDirect(), connections.New(connections.Options{Limits: limits}), limits).Handler
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, address+"/sign-in", nil))
		cookies := answer.Result().Cookies()
		if len(cookies) == 0 || slices.ContainsFunc(cookies, func(c *http.Cookie) bool { return c.Secure != want }) {
			t.Errorf("%s: %d %v", address, answer.Code, cookies)
		}
	}
}
