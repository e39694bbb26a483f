package api_test

import (
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/labstack/echo/v4"

	"recourse/api"
	"recourse/recovery"
)

func TestTokens(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, value := range []string{
		"", "Bearer", "Bearer ", "Bearer x", "Bearer rc_x", "Basic cm9vdDpyb290", s.Token(recovery.RoleAdmin),
		"Bearer rc_" + strings.Repeat("x", 200), "Bearer " + s.Token(recovery.RoleAdmin) + "x",
	} {
		refused := s.send(t, testCall{method: "GET", path: "/api/v1/cases", header: map[string]string{"Authorization": value}})
		refused.problem(http.StatusUnauthorized, "unauthenticated")
		if got := refused.header.Get("WWW-Authenticate"); !strings.HasPrefix(got, "Bearer ") {
			t.Errorf("%q: WWW-Authenticate %q", value, got)
		}
	}
	s.send(t, testCall{method: "GET", path: "/api/v1/cases", header: map[string]string{"Authorization": "bearer  " + s.Token(recovery.RoleAdmin)}}).wantStatus(http.StatusOK)
}

// TestEveryPathNeedsToken sends each operation of the specification without a
// token.
func TestEveryPathNeedsToken(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	document, err := loadContract()
	failOnError(t, err)
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			path := strings.NewReplacer("{id}", "019a0000-0000-7000-8000-000000000000", "{version}", "2026-11").Replace(path)
			a := s.send(t, testCall{method: method, path: path})
			open := operation.Security != nil && len(*operation.Security) == 0
			if open == (a.status == http.StatusUnauthorized) || open && method == http.MethodGet && a.status != http.StatusOK {
				t.Errorf("%s %s without a token: %d", method, path, a.status)
			}
		}
	}
}

func TestWrongMethodsAndPaths(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for _, c := range []struct{ method, path, allow string }{
		{"DELETE", "/api/v1/cases/" + id, "GET"}, {"PUT", "/api/v1/cases", "POST"}, {"GET", "/api/v1/cases/" + id + "/actions/withdraw", "POST"},
		{"POST", "/healthz", "GET"}, {"BREW", "/api/v1/cases", "GET"},
	} {
		a := s.send(t, testCall{as: recovery.RoleAdmin, method: c.method, path: c.path})
		a.problem(http.StatusMethodNotAllowed, "method_not_allowed")
		if !strings.Contains(a.header.Get("Allow"), c.allow) {
			t.Errorf("%s %s: Allow %q", c.method, c.path, a.header.Get("Allow"))
		}
	}
	for _, path := range []string{"/api/", "/api/v2/cases", "/api/v1/cases/" + id + "/x", "/api/v1/assessment", "/api/v1/%ff"} {
		s.get(t, recovery.RoleAdmin, path).problem(http.StatusNotFound, "not_found")
	}
}

func TestOtherPathsKeepTheirErrors(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	response, err := s.server.Client().Get(s.server.URL + "/cases")
	failOnError(t, err)
	body, err := io.ReadAll(response.Body)
	failOnError(t, err)
	failOnError(t, response.Body.Close())
	if response.StatusCode != http.StatusTeapot || string(body) != "a page's own error" {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}

// TestInternalErrorsHideCause lets a handler return an unknown error and panic.
func TestInternalErrorsHideCause(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	const secret = "password=hunter2"
	s.echo.GET("/api/panic", func(echo.Context) error { panic(secret) })
	s.echo.GET("/api/error", func(echo.Context) error { return errors.New(secret) })
	s.echo.GET("/api/fault", func(echo.Context) error {
		return &recovery.Fault{Code: recovery.CodeInternal, Detail: secret, Cause: errors.New(secret)}
	})
	for _, path := range []string{"/api/panic", "/api/error", "/api/fault"} {
		response, err := s.server.Client().Get(s.server.URL + path + "?name=林晓")
		failOnError(t, err)
		body, err := io.ReadAll(response.Body)
		failOnError(t, err)
		failOnError(t, response.Body.Close())
		testResponse{t: t, status: response.StatusCode, header: response.Header, body: body}.problem(http.StatusInternalServerError, "internal")
		if strings.Contains(string(body), secret) {
			t.Errorf("%s contains the cause: %s", path, body)
		}
		id := response.Header.Get("X-Request-Id")
		if !strings.Contains(string(body), id) || !strings.Contains(s.logged.String(), id) {
			t.Errorf("%s: the request %s is not named in\n%s\n%s", path, id, body, s.logged)
		}
	}
	if strings.Contains(s.logged.String(), "林晓") {
		t.Errorf("the log names people: %s", s.logged)
	}
}

func TestRefusalsAreNotLogged(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: []byte(`{"narrative":"林晓"}`)}).problem(422, "invalid")
	if got := s.logged.String(); got != "" {
		t.Errorf("%s", got)
	}
}

func TestHealthAndReadiness(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	if got := s.get(t, "", "/healthz").wantStatus(http.StatusOK).stringField("version"); got != "test" {
		t.Errorf("version %q", got)
	}
	s.get(t, "", "/readyz").wantStatus(http.StatusOK)
	s.Engine.Away = recovery.Faultf(recovery.CodeUnavailable, "nobody answers at 10.0.0.7")
	s.get(t, "", "/healthz").wantStatus(http.StatusOK)
	refused := s.get(t, "", "/readyz")
	refused.problem(http.StatusServiceUnavailable, "unavailable")
	if strings.Contains(string(refused.body), "10.0.0.7") {
		t.Errorf("%s", refused.body)
	}
}

func TestGetSpecification(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	want, err := os.ReadFile("openapi.yaml")
	failOnError(t, err)
	if got := s.get(t, "", "/api/v1/openapi.yaml").wantStatus(http.StatusOK); string(got.body) != string(want) {
		t.Errorf("%d bytes, want %d", len(got.body), len(want))
	}
}

func TestMetrics(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	s.get(t, recovery.RoleAgent, "/api/v1/cases/"+id).wantStatus(http.StatusOK)
	s.get(t, "", "/api/v1/cases/"+id)
	s.send(t, testCall{method: "BREW", path: "/api/v1/" + id})
	result := string(s.get(t, "", "/metrics").wantStatus(http.StatusOK).body)
	for _, want := range []string{
		`recourse_build_info{version="test"} 1`,
		`recourse_http_requests_total{method="POST",route="/api/v1/cases",status="201"} 1`,
		`recourse_http_requests_total{method="GET",route="/api/v1/cases/:id",status="200"} 1`,
		`recourse_http_requests_total{method="GET",route="/api/v1/cases/:id",status="401"} 1`,
		`recourse_http_requests_total{method="other",route="unmatched",status="404"} 1`,
		`recourse_http_request_duration_seconds_count{method="POST",route="/api/v1/cases"} 1`,
	} {
		if !strings.Contains(result, want) {
			t.Errorf("no %s in\n%s", want, result)
		}
	}
	if strings.Contains(result, id) {
		t.Error("the metrics contain a case id")
	}
}
