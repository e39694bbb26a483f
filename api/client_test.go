package api_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"recourse/api"
	"recourse/recovery"
)

// loadContract reads and validates the specification once.
var loadContract = sync.OnceValues(func() (*openapi3.T, error) {
	raw, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(raw)
})

var routes = sync.OnceValues(func() (routers.Router, error) {
	document, err := loadContract()
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(document)
})

// testCall is one request.
type testCall struct {
	as     recovery.Role // "" sends no token
	method string
	path   string
	body   []byte
	media  string // type of the body; JSON when empty
	key    string
	header map[string]string
}

// testResponse is the response to a testCall.
type testResponse struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

func (s *testServer) send(t testing.TB, c testCall) testResponse {
	t.Helper()
	request := s.newRequest(t, c)
	response, err := s.server.Client().Do(request)
	failOnError(t, err)
	body, err := io.ReadAll(response.Body)
	failOnError(t, err)
	failOnError(t, response.Body.Close())
	a := testResponse{t: t, status: response.StatusCode, header: response.Header, body: body}
	s.checkConforms(t, c, a)
	return a
}

func (s *testServer) newRequest(t testing.TB, c testCall) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), c.method, s.server.URL+c.path, bytes.NewReader(c.body))
	failOnError(t, err)
	if token := s.tokenFor(c.as); token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if c.body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.media != "" {
		request.Header.Set("Content-Type", c.media)
	}
	if c.key != "" {
		request.Header.Set("Idempotency-Key", c.key)
	}
	for name, value := range c.header {
		request.Header.Set(name, value)
	}
	return request
}

// checkConforms checks each response against the specification, and the request
// too if it was accepted: the server must refuse what the specification
// refuses.
func (s *testServer) checkConforms(t testing.TB, c testCall, a testResponse) {
	t.Helper()
	if a.header.Get("X-Request-Id") == "" {
		t.Errorf("%s %s: no X-Request-Id", c.method, c.path)
	}
	if a.status >= http.StatusInternalServerError && a.status != http.StatusServiceUnavailable && a.status != http.StatusInsufficientStorage {
		t.Errorf("%s %s: %d %s\n%s", c.method, c.path, a.status, a.body, s.logged)
	}
	router, err := routes()
	failOnError(t, err)
	request := s.newRequest(t, c)
	request.URL.Scheme, request.URL.Host = "", ""
	route, params, err := router.FindRoute(request)
	if err != nil { // unknown path or method: only the form of the problem is checked
		checkProblemForm(t, a)
		return
	}
	input := &openapi3filter.RequestValidationInput{
		Request: request, PathParams: params, Route: route,
		Options: &openapi3filter.Options{
			AuthenticationFunc: openapi3filter.NoopAuthenticationFunc, IncludeResponseStatus: true, SkipSettingDefaults: true,
			ExcludeResponseBody: !strings.Contains(a.header.Get("Content-Type"), "json"),
		},
	}
	if a.status < http.StatusMultipleChoices {
		if err := openapi3filter.ValidateRequest(t.Context(), input); err != nil {
			t.Errorf("accepted, but not by the specification: %s %s: %v", c.method, c.path, err)
		}
	}
	output := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: input, Status: a.status, Header: a.header, Body: io.NopCloser(bytes.NewReader(a.body)),
		Options: input.Options,
	}
	if err := openapi3filter.ValidateResponse(t.Context(), output); err != nil {
		t.Errorf("the response does not follow the specification: %s %s: %v", c.method, c.path, err)
	}
}

func checkProblemForm(t testing.TB, a testResponse) {
	t.Helper()
	document, err := loadContract()
	failOnError(t, err)
	var value any
	failOnError(t, json.Unmarshal(a.body, &value))
	if err := document.Components.Schemas["Problem"].Value.VisitJSON(value); err != nil {
		t.Errorf("not a problem: %s: %v", a.body, err)
	}
}

// wantStatus fails the test on another status.
func (a testResponse) wantStatus(status int) testResponse {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// decodeObject decodes the body.
func (a testResponse) decodeObject() map[string]any {
	a.t.Helper()
	var value map[string]any
	if err := json.Unmarshal(a.body, &value); err != nil {
		a.t.Fatalf("%s: %v", a.body, err)
	}
	return value
}

func (a testResponse) stringField(name string) string {
	a.t.Helper()
	value, _ := a.decodeObject()[name].(string)
	return value
}

// problem is what a refusal tells.
type problem struct {
	Status int    `json:"status"`
	Code   string `json:"code"`
	Detail string `json:"detail"`
	Errors []struct {
		Field, Code, Detail string
	} `json:"errors"`
	Allowed []string `json:"allowed_actions"`

	ContactRefusal    *api.ContactRefusal    `json:"contact_refusal"`
	CorrectionRefusal *api.CorrectionRefusal `json:"correction_refusal"`
}

// problem is a decoded problem document.
func (a testResponse) problem(status int, code string) problem {
	a.t.Helper()
	var p problem
	if err := json.Unmarshal(a.body, &p); err != nil {
		a.t.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	if a.status != status || p.Status != status || p.Code != code {
		a.t.Fatalf("%d %s, want %d %s", a.status, a.body, status, code)
	}
	if media := a.header.Get("Content-Type"); media != "application/problem+json" {
		a.t.Errorf("a problem came as %q", media)
	}
	return p
}

// namesField reports whether a problem names a field.
func (p problem) namesField(field string) bool {
	for _, fault := range p.Errors {
		if fault.Field == field {
			return true
		}
	}
	return false
}

// validFiling is a filing with valid values in every field.
const validFiling = `{
	"platform": "wechat", "instrument": "transfer", "amount_fen": 200000, "sent_at": "2026-03-01T12:30:00+08:00",
	"transaction_no": "1000050001202603010012345678", "reason": "wrong_group", "claim_state": "claimed",
	"group": {"kind": "work", "size": 12},
	"counterparts": [
		{"alias": "老王", "claimed_fen": 120000, "claimed_at": "2026-03-01T12:31:00+08:00", "contact": "wx-laowang"},
		{"alias": "小李", "claimed_fen": 80000, "claimed_at": "2026-03-01T12:32:00+08:00", "contact": "wx-xiaoli"}
	],
	"claimant": {"name": "林晓", "email": "lin@test.localhost", "phone": "+86 138 0000 0000", "province": "浙江", "city": "杭州"},
	"narrative": "本想发给家人群，误发到工作群。", "pace": 1
}`

// filingBody returns validFiling with another transaction number, or without
// one.
func filingBody(transaction string) []byte {
	if transaction == "" {
		return []byte(strings.Replace(validFiling, `"transaction_no": "1000050001202603010012345678",`, "", 1))
	}
	return []byte(strings.Replace(validFiling, "1000050001202603010012345678", transaction, 1))
}

// fileCase files a case as the claimant.
func (s *testServer) fileCase(t testing.TB) testResponse {
	t.Helper()
	return s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("")}).wantStatus(http.StatusCreated)
}

func (s *testServer) get(t testing.TB, as recovery.Role, path string) testResponse {
	t.Helper()
	return s.send(t, testCall{as: as, method: "GET", path: path})
}

// takeAction takes an action in a case.
func (s *testServer) takeAction(t testing.TB, as recovery.Role, id string, action recovery.Action, body string) testResponse {
	t.Helper()
	return s.send(t, testCall{as: as, method: "POST", path: "/api/v1/cases/" + id + "/actions/" + string(action), body: []byte(body)})
}

// formPart is one part of a multipart body; the order is kept.
type formPart struct {
	name, file string // file is the file name; "" for a form field
	content    string
}

func multipartBody(t testing.TB, parts ...formPart) (body []byte, media string) {
	t.Helper()
	var out bytes.Buffer
	writer := multipart.NewWriter(&out)
	for _, p := range parts {
		header := textproto.MIMEHeader{}
		disposition := `form-data; name="` + p.name + `"`
		if p.file != "" {
			disposition += `; filename="` + p.file + `"`
			header.Set("Content-Type", "application/octet-stream")
		}
		header.Set("Content-Disposition", disposition)
		w, err := writer.CreatePart(header)
		failOnError(t, err)
		_, err = io.WriteString(w, p.content)
		failOnError(t, err)
	}
	failOnError(t, writer.Close())
	return out.Bytes(), writer.FormDataContentType()
}

// upload sends a multipart body to a collection of a case.
func (s *testServer) upload(t testing.TB, id, collection, key string, parts ...formPart) testResponse {
	t.Helper()
	body, media := multipartBody(t, parts...)
	return s.send(t, testCall{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/" + collection,
		body: body, media: media, key: key,
	})
}

// png is the smallest content that is detected as an image.
const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
