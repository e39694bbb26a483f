package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"recourse/api"
	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/web"
)

// TestLimitsBehindProxies sends requests through two trusted proxies in a row. Each
// visitor has one count, whatever they put into the header themselves.
func TestLimitsBehindProxies(t *testing.T) {
	t.Parallel()
	table, err := casework.ParseLimits("assessments=2/minute pages=2/minute unknown_tokens=2/minute link_visits=2/minute assets=2/minute probes=2/minute")
	if err != nil {
		t.Fatal(err)
	}
	rig := casetest.New(t, func(c *casework.Config) { c.Limits = table })
	rig.SetNoon(1)
	e := echo.New()
	if e.IPExtractor, err = (config{TrustedProxies: []string{"10.0.0.0/24", "fd00::/64"}}).addressOfVisitor(); err != nil {
		t.Fatal(err)
	}
	api.New(rig.Service, api.Options{Now: rig.Now, Log: rig.Service.Log}).Register(e)
	web.New(rig.Service, rig.Store.SessionStore(), web.Options{Now: rig.Now, Log: rig.Service.Log}).Register(e)
	for route, token := range map[string]string{
		"POST /api/v1/assessments": "", "GET /": "", "GET /api/v1/cases": "rc_unknown", "GET /return": "", "GET /assets/none.css": "", "GET /healthz": "",
	} {
		method, path, _ := strings.Cut(route, " ")
		isRefused := func(peer string, forwarded ...string) bool {
			request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader("{}"))
			request.RemoteAddr = peer
			request.Header.Set("Content-Type", "application/json")
			request.Header.Set("X-Real-Ip", "192.0.2.200") // believed by nobody
			if token != "" {
				request.Header.Set("Authorization", "Bearer "+token)
			}
			for _, line := range forwarded {
				request.Header.Add("X-Forwarded-For", line)
			}
			recorder := httptest.NewRecorder()
			e.ServeHTTP(recorder, request)
			return recorder.Code == http.StatusTooManyRequests
		}
		for _, c := range []struct {
			about     string
			peer      string
			forwarded []string
			refused   bool
		}{
			{"one of two", "10.0.0.2:80", []string{"192.0.2.1, 10.0.0.1"}, false},
			{"forged in front", "10.0.0.2:80", []string{"198.51.100.1, 192.0.2.1, 10.0.0.1"}, false},
			{"the third", "10.0.0.2:80", []string{"192.0.2.1, 10.0.0.1"}, true},
			{"forged once more", "10.0.0.2:80", []string{"198.51.100.2", "192.0.2.1", "10.0.0.1"}, true},
			{"forged as a proxy", "10.0.0.2:80", []string{"10.0.0.9, 192.0.2.1"}, true},
			{"another visitor", "10.0.0.2:80", []string{"192.0.2.2, 10.0.0.1"}, false},
			{"a proxy of IPv6", "[fd00::5]:80", []string{"192.0.2.2"}, false},
			{"and the third", "10.0.0.1:80", []string{"192.0.2.2"}, true},
			{"without a proxy", "192.0.2.3:80", []string{"192.0.2.50"}, false},
			{"with another forged one", "192.0.2.3:81", []string{"192.0.2.51, 10.0.0.1"}, false},
			{"and its third", "192.0.2.3:82", []string{"192.0.2.52"}, true},
		} {
			if got := isRefused(c.peer, c.forwarded...); got != c.refused {
				t.Errorf("%s, %s: refused %v", route, c.about, got)
			}
		}
	}
}
