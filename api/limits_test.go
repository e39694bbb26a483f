package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework"
	"recourse/casework/casetest"
	"recourse/postgres"
	"recourse/postgres/pgtest"
	"recourse/recovery"
)

// secondServer serves another process on the same database.
func (s *testServer) secondServer(t testing.TB, options ...casetest.Option) *testServer {
	t.Helper()
	parts := s.Dependencies
	parts.Store = pgtest.Open(t, s.URL, postgres.Options{Now: s.Now})
	rig := *s.Fixture
	config := casework.Config{Version: "test", Development: true, ExportsDir: s.ExportsDir, MarkKey: []byte("test")}
	for _, change := range options {
		change(&config)
	}
	rig.Service = casework.New(parts, config)
	other := &testServer{Fixture: &rig, t: t, logged: &lockedLog{}, linkToken: s.linkToken}
	other.serve(api.Options{Version: "test"})
	return other
}

// wantRefusal expects a refusal for too many requests with its time, in words and
// as seconds.
func (s *testServer) wantRefusal(t testing.TB, a testResponse, from time.Time) {
	t.Helper()
	refused := a.problem(http.StatusTooManyRequests, "rate_limited")
	words := from.In(recovery.Shanghai).Format("from 15:04")
	if now := s.Now().In(recovery.Shanghai); now.Day() != from.In(recovery.Shanghai).Day() {
		words = from.In(recovery.Shanghai).Format("from 2006-01-02 15:04")
	}
	if !strings.Contains(refused.Detail, words) {
		t.Errorf("%q does not say %q", refused.Detail, words)
	}
	if at, err := time.Parse(time.RFC3339, a.stringField("retry_at")); err != nil || !at.Equal(from) {
		t.Errorf("retry_at %s (%v), want %v", a.stringField("retry_at"), err, from)
	}
	seconds, err := strconv.Atoi(a.header.Get("Retry-After"))
	if wait := from.Sub(s.Now()).Seconds(); err != nil || float64(seconds) < wait || float64(seconds) > wait+5 {
		t.Errorf("Retry-After %d (%v), want %f", seconds, err, wait)
	}
}

// afterHour is when a use of now leaves a window of an hour, in whole minutes.
func (s *testServer) afterHour() time.Time {
	return s.Now().Add(time.Hour + time.Minute - time.Microsecond).Truncate(time.Minute)
}

const refusal = `{"kind":"refused","refusal":"refuses","text":"%d"}`

// TestAnswersAtOnce answers fifty times at once in two processes: ten are stored,
// the others store nothing.
func TestAnswersAtOnce(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.SetNoon(1)
	filed := s.fileWithLink(t)
	s.readReturn(t)
	servers := []*testServer{s, s.secondServer(t)}
	answers := make([]testResponse, 50)
	var group sync.WaitGroup
	for n := range answers {
		group.Go(func() { answers[n] = servers[n%2].postReturn(t, "response", fmt.Sprintf(refusal, n)) })
	}
	group.Wait()
	count := map[int]int{}
	for _, a := range answers {
		count[a.status]++
		if a.status == http.StatusTooManyRequests {
			s.wantRefusal(t, a, s.afterHour())
		}
	}
	if count[http.StatusOK] != 10 || count[http.StatusTooManyRequests] != 40 {
		t.Errorf("the statuses are %v", count)
	}
	id := filed.stringField("id")
	stored := slices.DeleteFunc(s.entryKinds(t, id), func(k recovery.EntryKind) bool { return k != recovery.EntryResponseRecorded })
	if requests := s.CountRows(t, "action_requests where case_id = $1", id); len(stored) != 10 || requests != 10 {
		t.Errorf("%d entries and %d requests are stored", len(stored), requests)
	}
	s.SetClock(s.Now().Add(time.Hour + time.Second))
	servers[1].postReturn(t, "response", fmt.Sprintf(refusal, 51)).wantStatus(http.StatusOK)
}

// TestAnswersOfADay answers ten times an hour until the day is used up.
func TestAnswersOfADay(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	start := s.SetNoon(1)
	s.fileWithLink(t)
	for hour := range 4 {
		s.SetClock(start.Add(time.Duration(hour) * 61 * time.Minute))
		for n := range 10 {
			s.postReturn(t, "response", fmt.Sprintf(refusal, n)).wantStatus(http.StatusOK)
		}
	}
	s.SetClock(start.Add(5 * time.Hour))
	refused := s.postReturn(t, "harassment", `{"text":"一直打电话"}`)
	at, err := time.Parse(time.RFC3339, refused.stringField("retry_at"))
	if err != nil || at.Before(start.Add(24*time.Hour)) || at.After(start.Add(24*time.Hour+2*time.Minute)) {
		t.Errorf("refused until %v (%v)", at, err)
	}
	s.wantRefusal(t, refused, at)
	s.readReturn(t) // they can still read
	s.SetClock(at)
	s.postReturn(t, "response", fmt.Sprintf(refusal, 41)).wantStatus(http.StatusOK)
}

// TestWhatUsesNothing repeats answers and sends refused ones: only what was stored
// counts.
func TestWhatUsesNothing(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	s.SetNoon(1)
	s.fileWithLink(t)
	send := func(key, part, body string) testResponse {
		return s.send(t, testCall{as: linkHolder, method: "POST", path: "/api/v1/return/" + part, body: []byte(body), key: key})
	}
	for n := range 10 {
		send("", "response", `{"kind":"refused","refusal":"none"}`).wantStatus(http.StatusUnprocessableEntity)
		send("", "plan/answer", `{"accept":true}`).wantStatus(http.StatusConflict)
		key := fmt.Sprintf("key-%d", n)
		first := send(key, "response", fmt.Sprintf(refusal, n)).wantStatus(http.StatusOK)
		if again := send(key, "response", fmt.Sprintf(refusal, n)).wantStatus(http.StatusOK); string(again.body) != string(first.body) {
			t.Errorf("repeated: %s, first %s", again.body, first.body)
		}
	}
	send("key-10", "response", fmt.Sprintf(refusal, 10)).wantStatus(http.StatusTooManyRequests)
	send("key-9", "response", fmt.Sprintf(refusal, 9)).wantStatus(http.StatusOK) // a repetition, beyond the limit too
	s.SetClock(s.Now().Add(time.Hour + time.Second))
	send("key-10", "response", fmt.Sprintf(refusal, 10)).wantStatus(http.StatusOK)
}

// TestNewLinkKeepsTheCounts issues a new link when the limits of the counterpart are
// used up: they stay used up, and another counterpart has limits of their own.
func TestNewLinkKeepsTheCounts(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "link_answers=2/hour link_files=1/link"))
	s.SetNoon(1)
	filed := s.fileWithLink(t)
	sendFile := func(n int) testResponse {
		body, media := multipartBody(t, formPart{"kind", "", "other"}, formPart{"file", "附件.txt", fmt.Sprintf("退款 %d", n)})
		return s.send(t, testCall{as: linkHolder, method: "POST", path: "/api/v1/return/evidence", body: body, media: media})
	}
	answer := func(n int) testResponse { return s.postReturn(t, "response", fmt.Sprintf(refusal, n)) }
	answer(1).wantStatus(http.StatusOK)
	sendFile(1).wantStatus(http.StatusCreated)
	s.linkToken = s.issueLink(t, filed, 0, "").stringField("token")
	answer(2).wantStatus(http.StatusOK)
	s.wantRefusal(t, answer(3), s.afterHour())
	sendFile(2).problem(http.StatusTooManyRequests, "rate_limited")
	s.linkToken = s.issueLink(t, filed, 1, "").stringField("token")
	answer(4).wantStatus(http.StatusOK)
	sendFile(3).wantStatus(http.StatusCreated)
}

// TestFilesOfALink expects a number and a sum of sizes for the life of a link, and
// nothing stored beyond.
func TestFilesOfALink(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		settings string
		size     int
		accepted int
	}{
		"number": {"link_files=3/link,200MB/link", len(png), 3},
		"bytes":  {"link_files=20/link,1MB/link", 500 << 10, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestServer(t, api.Options{}, casetest.Limits(t, c.settings))
			filed := s.fileWithLink(t)
			send := func(n int) testResponse {
				body, media := multipartBody(t, formPart{"kind", "", "other"},
					formPart{"file", "附件.txt", strings.Repeat(fmt.Sprintf("退款 %04d\n", n), c.size/12)})
				return s.send(t, testCall{as: linkHolder, method: "POST", path: "/api/v1/return/evidence", body: body, media: media, key: fmt.Sprintf("file-%d", n)})
			}
			for n := range c.accepted {
				send(n).wantStatus(http.StatusCreated)
				send(n).wantStatus(http.StatusCreated) // a repetition
			}
			blobs, entries := s.countBlobs(), s.countEntries(filed.stringField("id"))
			refused := send(c.accepted)
			if p := refused.problem(http.StatusTooManyRequests, "rate_limited"); !strings.Contains(p.Detail, "as many files") || refused.header.Get("Retry-After") == "" {
				t.Errorf("refused with %+v and Retry-After %q", p, refused.header.Get("Retry-After"))
			}
			send(c.accepted - 1).wantStatus(http.StatusCreated)
			if s.countBlobs() != blobs || s.countEntries(filed.stringField("id")) != entries {
				t.Error("a refused file was stored")
			}
		})
	}
}

// TestAddressesAreLimited counts the requests of one address in two processes, for
// every class of public operation, and stores no address.
func TestAddressesAreLimited(t *testing.T) {
	t.Parallel()
	for path, method := range map[string]string{
		"/api/v1/assessments": "POST", "/api/v1/preventions": "POST", "/api/v1/return": "GET", "/api/v1/return/response": "POST",
		"/api/v1/openapi.yaml": "GET", "/healthz": "GET", "/readyz": "GET", "/metrics": "GET", "/api/v1/cases": "GET",
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			table := casetest.Limits(t, "all=2/minute,3/day")
			s := newTestServer(t, api.Options{}, table)
			s.SetNoon(1)
			servers := []*testServer{s, s.secondServer(t, table)}
			send := func(server *testServer, address string) *httptest.ResponseRecorder {
				request := s.newRequest(t, testCall{method: method, path: path, body: []byte("{}")})
				request.RemoteAddr = address
				request.Header.Set("X-Forwarded-For", fmt.Sprintf("198.51.100.%d", s.Now().Nanosecond()%200)) // believed by nobody
				request.Header.Set("Authorization", "Bearer rc_unknown")
				recorder := httptest.NewRecorder()
				server.echo.ServeHTTP(recorder, request)
				return recorder
			}
			for i, want := range []bool{false, false, true} {
				got := send(servers[i%2], "192.0.2.7:1000")
				if (got.Code == http.StatusTooManyRequests) != want {
					t.Errorf("request %d: %d %s", i, got.Code, got.Body)
				}
				if want && got.Header().Get("Retry-After") == "" {
					t.Error("no Retry-After")
				}
			}
			if got := send(s, "192.0.2.8:1000"); got.Code == http.StatusTooManyRequests {
				t.Errorf("another address: %s", got.Body)
			}
			s.SetClock(s.Now().Add(time.Minute))
			for i, want := range []bool{false, true} {
				if got := send(servers[1-i], "192.0.2.7:2000"); (got.Code == http.StatusTooManyRequests) != want {
					t.Errorf("the day, request %d: %d %s", i, got.Code, got.Body)
				}
			}
			if n := s.CountRows(t, "usage_counters where key like '%192.0.2.%'"); n > 0 {
				t.Errorf("%d rows hold an address", n)
			}
		})
	}
}

// TestPublicOperationsHaveLimits asks every operation without a token: those that
// do not refuse have a row in the table of limits, and so has every operation that
// the specification calls public.
func TestPublicOperationsHaveLimits(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	document, err := loadContract()
	failOnError(t, err)
	public := map[string]bool{}
	for path, item := range document.Paths.Map() {
		for method, operation := range item.Operations() {
			if operation.Security != nil && len(*operation.Security) == 0 || strings.HasPrefix(path, "/api/v1/return") {
				public[method+" "+path] = true
			}
			if operation.Responses.Status(http.StatusTooManyRequests) == nil {
				t.Errorf("%s %s: the specification has no 429", method, path)
			}
		}
	}
	for _, route := range s.echo.Routes() {
		name := route.Method + " " + route.Path
		request := httptest.NewRequestWithContext(t.Context(), route.Method, route.Path, nil)
		recorder := httptest.NewRecorder()
		s.echo.ServeHTTP(recorder, request)
		isPublic := recorder.Code != http.StatusUnauthorized || strings.HasPrefix(route.Path, "/api/v1/return")
		if s.IsPublic(name) != isPublic {
			t.Errorf("%s answers %d without a token, and has a limit: %v", name, recorder.Code, s.IsPublic(name))
		}
		if delete(public, name); isPublic && route.Method == http.MethodPost && s.BodyLimit(name) == 0 {
			t.Errorf("%s has no limit of size", name)
		}
	}
	if len(public) > 0 {
		t.Errorf("public operations without a route: %v", public)
	}
	served := map[string]bool{}
	for _, route := range s.echo.Routes() {
		served[route.Method+" "+route.Path] = true
	}
	for _, limit := range s.Limits() {
		for _, route := range limit.Routes {
			if _, path, _ := strings.Cut(route, " "); strings.HasPrefix(path, "/api/") && !served[route] {
				t.Errorf("the limit %s names %s, which does not exist", limit.Class, route)
			}
		}
	}
}
