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

// contract is the specification, read and checked once.
var contract = sync.OnceValues(func() (*openapi3.T, error) {
	raw, err := os.ReadFile("openapi.yaml")
	if err != nil {
		return nil, err
	}
	return openapi3.NewLoader().LoadFromData(raw)
})

var routes = sync.OnceValues(func() (routers.Router, error) {
	document, err := contract()
	if err != nil {
		return nil, err
	}
	return legacy.NewRouter(document)
})

// call is one request.
type call struct {
	as     recovery.Role // "" for nobody
	method string
	path   string
	body   []byte
	media  string // of the body; JSON when empty
	key    string
	header map[string]string
}

// answer is what came back.
type answer struct {
	t      testing.TB
	status int
	header http.Header
	body   []byte
}

func (s *stand) do(t testing.TB, c call) answer {
	t.Helper()
	request := s.request(t, c)
	response, err := s.server.Client().Do(request)
	must(t, err)
	body, err := io.ReadAll(response.Body)
	must(t, err)
	must(t, response.Body.Close())
	a := answer{t: t, status: response.StatusCode, header: response.Header, body: body}
	s.conforms(t, c, a)
	return a
}

func (s *stand) request(t testing.TB, c call) *http.Request {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), c.method, s.server.URL+c.path, bytes.NewReader(c.body))
	must(t, err)
	if token := s.token(c.as); token != "" {
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

// conforms holds each answer against the specification, and the request too
// when it was accepted: what the specification refuses must not pass.
func (s *stand) conforms(t testing.TB, c call, a answer) {
	t.Helper()
	if a.header.Get("X-Request-Id") == "" {
		t.Errorf("%s %s: no X-Request-Id", c.method, c.path)
	}
	if a.status >= http.StatusInternalServerError && a.status != http.StatusServiceUnavailable {
		t.Errorf("%s %s: %d %s\n%s", c.method, c.path, a.status, a.body, s.logged)
	}
	router, err := routes()
	must(t, err)
	request := s.request(t, c)
	request.URL.Scheme, request.URL.Host = "", ""
	route, params, err := router.FindRoute(request)
	if err != nil { // no such path or method: at least a problem of the right form
		conformsProblem(t, a)
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
		t.Errorf("the answer is not what the specification says: %s %s: %v", c.method, c.path, err)
	}
}

func conformsProblem(t testing.TB, a answer) {
	t.Helper()
	document, err := contract()
	must(t, err)
	var value any
	must(t, json.Unmarshal(a.body, &value))
	if err := document.Components.Schemas["Problem"].Value.VisitJSON(value); err != nil {
		t.Errorf("not a problem: %s: %v", a.body, err)
	}
}

// is checks the status.
func (a answer) is(status int) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

// object reads the body.
func (a answer) object() map[string]any {
	a.t.Helper()
	var value map[string]any
	if err := json.Unmarshal(a.body, &value); err != nil {
		a.t.Fatalf("%s: %v", a.body, err)
	}
	return value
}

func (a answer) text(name string) string {
	a.t.Helper()
	value, _ := a.object()[name].(string)
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

	ContactRefusal *api.ContactRefusal `json:"contact_refusal"`
}

func (a answer) problem(status int, code string) problem {
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

// names reports whether a problem names a field.
func (p problem) names(field string) bool {
	for _, fault := range p.Errors {
		if fault.Field == field {
			return true
		}
	}
	return false
}

// sample is a filing that is right in every field.
const sample = `{
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

// filing is the sample under another transaction number, or under none.
func filing(transaction string) []byte {
	if transaction == "" {
		return []byte(strings.Replace(sample, `"transaction_no": "1000050001202603010012345678",`, "", 1))
	}
	return []byte(strings.Replace(sample, "1000050001202603010012345678", transaction, 1))
}

// file files a case of the claimant.
func (s *stand) file(t testing.TB) answer {
	t.Helper()
	return s.do(t, call{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filing("")}).is(http.StatusCreated)
}

func (s *stand) get(t testing.TB, as recovery.Role, path string) answer {
	t.Helper()
	return s.do(t, call{as: as, method: "GET", path: path})
}

// act takes an action in a case.
func (s *stand) act(t testing.TB, as recovery.Role, id string, action recovery.Action, body string) answer {
	t.Helper()
	return s.do(t, call{as: as, method: "POST", path: "/api/v1/cases/" + id + "/actions/" + string(action), body: []byte(body)})
}

// part is one part of a multipart body, in the order given.
type part struct {
	name, file string // file: its name; "" for a field
	content    string
}

func form(t testing.TB, parts ...part) (body []byte, media string) {
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
		must(t, err)
		_, err = io.WriteString(w, p.content)
		must(t, err)
	}
	must(t, writer.Close())
	return out.Bytes(), writer.FormDataContentType()
}

// upload sends a multipart body to a collection of a case.
func (s *stand) upload(t testing.TB, id, collection, key string, parts ...part) answer {
	t.Helper()
	body, media := form(t, parts...)
	return s.do(t, call{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/" + collection,
		body: body, media: media, key: key,
	})
}

// png is the smallest content that is taken for an image.
const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
