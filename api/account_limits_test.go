package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework/casetest"
	"recourse/recovery"
)

// TestRequestsOfAccountAtOnce sends fifty requests of one account at once to two
// processes. A process that starts later refuses, too.
func TestRequestsOfAccountAtOnce(t *testing.T) {
	t.Parallel()
	table := casetest.Limits(t, "claimant_requests=20/minute,30/day")
	s := newTestServer(t, api.Options{}, table)
	noon := s.SetNoon(1)
	servers := []*testServer{s, s.secondServer(t, table)}
	answers := make([]testResponse, 50)
	var group sync.WaitGroup
	for n := range answers {
		group.Go(func() { answers[n] = servers[n%2].get(t, recovery.RoleClaimant, "/api/v1/cases") })
	}
	group.Wait()
	count := map[int]int{}
	for _, a := range answers {
		count[a.status]++
		if a.status == http.StatusTooManyRequests {
			s.wantRefusal(t, a, noon.Add(time.Minute))
		}
	}
	if want := map[int]int{http.StatusOK: 20, http.StatusTooManyRequests: 30}; !maps.Equal(count, want) {
		t.Errorf("the statuses are %v", count)
	}
	restarted := s.secondServer(t, table)
	restarted.get(t, recovery.RoleClaimant, "/api/v1/cases").problem(http.StatusTooManyRequests, "rate_limited")
	s.get(t, otherClaimant, "/api/v1/cases").wantStatus(http.StatusOK)
	restarted.get(t, recovery.RoleAgent, "/api/v1/cases").wantStatus(http.StatusOK)
	s.SetClock(noon.Add(time.Minute))
	for range 10 {
		restarted.get(t, recovery.RoleClaimant, "/api/v1/cases").wantStatus(http.StatusOK)
	}
	s.wantRefusal(t, s.get(t, recovery.RoleClaimant, "/api/v1/cases"), noon.Add(24*time.Hour))
}

// TestChangesOfAccount counts what may change something apart from what only reads.
func TestChangesOfAccount(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "claimant_changes=2/minute,100/day"))
	noon := s.SetNoon(1)
	s.fileCase(t)
	s.fileCase(t)
	refused := s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("")})
	s.wantRefusal(t, refused, noon.Add(time.Minute))
	s.get(t, recovery.RoleClaimant, "/api/v1/cases").wantStatus(http.StatusOK)
	s.send(t, testCall{as: otherClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("")}).wantStatus(http.StatusCreated)
}

// TestWhatAnAccountStores stores as much as an account may, at once in two processes:
// beyond it nothing is stored, and repetitions are free.
func TestWhatAnAccountStores(t *testing.T) {
	t.Parallel()
	type sender func(s *testServer, n int) testResponse
	post := func(path string, body func(n int) string) func(id string) sender {
		return func(id string) sender {
			return func(s *testServer, n int) testResponse {
				return s.send(s.t, testCall{
					as: recovery.RoleClaimant, method: "POST", path: strings.ReplaceAll(path, "{id}", id), body: []byte(body(n)), key: fmt.Sprintf("key-%d", n),
				})
			}
		}
	}
	for class, c := range map[string]struct {
		table string
		used  int // by the case itself
		send  func(id string) sender
	}{
		"claimant_cases": {"cases", 1, post("/api/v1/cases", func(n int) string { return string(filingBody(fmt.Sprintf("10000500012026030100%08d", n))) })},
		"claimant_files": {"evidence", 0, func(id string) sender {
			return func(s *testServer, n int) testResponse {
				return s.upload(s.t, id, "evidence", fmt.Sprintf("key-%d", n), formPart{"kind", "", "other"}, formPart{"file", "附件.txt", fmt.Sprintf("退款 %d", n)})
			}
		}},
	} {
		t.Run(class, func(t *testing.T) {
			t.Parallel()
			table := casetest.Limits(t, fmt.Sprintf("%s=%d/hour,9/day", class, 2+c.used))
			s := newTestServer(t, api.Options{}, table)
			noon := s.SetNoon(1)
			id := s.fileCase(t).stringField("id")
			before := s.CountRows(t, c.table)
			servers := []*testServer{s.secondServer(t, table), s.secondServer(t, table)}
			send := c.send(id)
			answers := make([]testResponse, 8)
			var group sync.WaitGroup
			for n := range answers {
				group.Go(func() { answers[n] = send(servers[n%2], n) })
			}
			group.Wait()
			var accepted []int
			for n, a := range answers {
				switch a.status {
				case http.StatusCreated, http.StatusAccepted:
					accepted = append(accepted, n)
				default:
					s.wantRefusal(t, a, noon.Add(time.Hour+time.Minute))
				}
			}
			if rows := s.CountRows(t, c.table) - before; len(accepted) != 2 || rows != 2 {
				t.Fatalf("%d accepted, %d rows", len(accepted), rows)
			}
			for _, n := range accepted {
				if a := send(servers[0], n); a.header.Get("Idempotent-Replay") != "true" {
					t.Errorf("the repetition of %d: %d %s", n, a.status, a.body)
				}
			}
		})
	}
}

// TestExportsOfAnAccount orders exports of several cases at once in two processes. An
// export that exists is free.
func TestExportsOfAnAccount(t *testing.T) {
	t.Parallel()
	table := casetest.Limits(t, "claimant_exports=2/hour,3/day")
	s := newTestServer(t, api.Options{}, table)
	noon := s.SetNoon(1)
	servers := []*testServer{s, s.secondServer(t, table)}
	ids := make([]string, 6)
	for n := range ids {
		ids[n] = s.fileCase(t).stringField("id")
	}
	answers := make([]testResponse, len(ids))
	var group sync.WaitGroup
	for n, id := range ids {
		group.Go(func() { answers[n] = servers[n%2].orderExport(t, recovery.RoleClaimant, id, "court", "") })
	}
	group.Wait()
	accepted := 0
	for n, a := range answers {
		if a.status == http.StatusTooManyRequests {
			s.wantRefusal(t, a, noon.Add(time.Hour+time.Minute))
			continue
		}
		accepted++
		s.orderExport(t, recovery.RoleClaimant, ids[n], "court", "").wantStatus(http.StatusAccepted)
	}
	if rows := s.CountRows(t, "exports"); accepted != 2 || rows != 2 {
		t.Errorf("%d accepted, %d rows", accepted, rows)
	}
}

// TestLinksOfAnAccount issues as many links as an account may.
func TestLinksOfAnAccount(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "claimant_links=2/hour,3/day"))
	noon := s.SetNoon(1)
	filed := s.fileCase(t)
	s.issueLink(t, filed, 0, "")
	s.issueLink(t, filed, 0, "")
	refused := s.send(t, testCall{
		as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + filed.stringField("id") + "/links",
		body: []byte(`{"counterpart_id":"` + filed.counterpartIDs()[0] + `"}`),
	})
	s.wantRefusal(t, refused, noon.Add(time.Hour+time.Minute))
	if n := s.CountRows(t, "links"); n != 2 {
		t.Errorf("%d links are stored", n)
	}
}

// TestWhatIsRefusedUsesNothing sends cases that are refused for another reason.
func TestWhatIsRefusedUsesNothing(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "claimant_cases=2/hour,3/day"))
	file := func(number string) testResponse {
		return s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody(number)})
	}
	file("1000050001202603010000000001").wantStatus(http.StatusCreated)
	for range 3 {
		file("1000050001202603010000000001").problem(http.StatusConflict, "transaction_has_open_case")
	}
	file("1000050001202603010000000002").wantStatus(http.StatusCreated)
	file("1000050001202603010000000003").problem(http.StatusTooManyRequests, "rate_limited")
}

// TestFilesOfACase fills a case with files of several people.
func TestFilesOfACase(t *testing.T) {
	t.Parallel()
	for name, settings := range map[string]string{"number": "case_files=2/case", "bytes": "case_files=100/case,1MB/case"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newTestServer(t, api.Options{}, casetest.Limits(t, settings))
			id := s.fileCase(t).stringField("id")
			send := func(as recovery.Role, n int) testResponse {
				body, media := multipartBody(t, formPart{"kind", "", "other"}, formPart{"file", "附件.txt", strings.Repeat(fmt.Sprintf("退款 %04d\n", n), 40_000)})
				return s.send(t, testCall{as: as, method: "POST", path: "/api/v1/cases/" + id + "/evidence", body: body, media: media})
			}
			send(recovery.RoleClaimant, 1).wantStatus(http.StatusCreated)
			send(recovery.RoleAgent, 2).wantStatus(http.StatusCreated)
			blobs, entries := s.countBlobs(), s.countEntries(id)
			send(recovery.RoleAgent, 3).problem(http.StatusRequestEntityTooLarge, "too_large")
			if s.countBlobs() != blobs || s.countEntries(id) != entries {
				t.Error("a refused file was stored")
			}
		})
	}
}

// TestAnnouncedBytesCount begins uploads: what is announced and not complete counts
// with what is stored.
func TestAnnouncedBytesCount(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "claimant_files=100/day,2MB/day"))
	id := s.fileCase(t).stringField("id")
	s.upload(t, id, "evidence", "", formPart{"kind", "", "other"}, formPart{"file", "附件.txt", "退款"}).wantStatus(http.StatusCreated)
	begin := func() testResponse {
		body := fmt.Sprintf(`{"kind":"other","size":1000000,"sha256":"%064d"}`, 1)
		return s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases/" + id + "/uploads", body: []byte(body)})
	}
	first := begin().wantStatus(http.StatusCreated)
	begin().wantStatus(http.StatusCreated)
	begin().problem(http.StatusTooManyRequests, "rate_limited")
	s.send(t, testCall{as: recovery.RoleClaimant, method: "DELETE", path: first.header.Get("Location")}).wantStatus(http.StatusNoContent)
	begin().wantStatus(http.StatusCreated)
}

// TestRateLimitFields names the quotas of an account, a link and an address, and what
// is left of them.
func TestRateLimitFields(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "claimant_requests=320/minute,1000/day claimant_changes=5/minute,7/day claimant_cases=3/hour link_requests=9/minute assessments=4/minute"))
	s.SetNoon(1)
	want := func(a testResponse, policy, state string) {
		t.Helper()
		if got := a.header.Get("RateLimit-Policy"); got != policy {
			t.Errorf("RateLimit-Policy: %s\nwant %s", got, policy)
		}
		if got := a.header.Get("RateLimit"); got != state {
			t.Errorf("RateLimit: %s\nwant %s", got, state)
		}
	}
	filed := s.fileWithLink(t) // two requests, two changes, one case
	for range 3 {
		s.get(t, recovery.RoleClaimant, "/api/v1/cases").wantStatus(http.StatusOK)
	}
	want(s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+filed.stringField("id")),
		`"claimant_requests_minute";q=320;w=60, "claimant_requests_day";q=1000;w=86400`,
		`"claimant_requests_minute";r=314, "claimant_requests_day";r=994`)
	want(s.send(t, testCall{as: recovery.RoleClaimant, method: "POST", path: "/api/v1/cases", body: filingBody("")}),
		`"claimant_requests_minute";q=320;w=60, "claimant_requests_day";q=1000;w=86400, "claimant_changes_minute";q=5;w=60, "claimant_changes_day";q=7;w=86400, "claimant_cases_hour";q=3;w=3600`,
		`"claimant_requests_minute";r=313, "claimant_requests_day";r=993, "claimant_changes_minute";r=2, "claimant_changes_day";r=4, "claimant_cases_hour";r=1`)
	want(s.readReturn(t), `"link_visits_minute";q=240;w=60, "link_visits_day";q=10000;w=86400, "link_requests_minute";q=9;w=60`,
		`"link_visits_minute";r=239, "link_visits_day";r=9999, "link_requests_minute";r=8`)
	for left := 3; left >= 0; left-- {
		a := s.send(t, testCall{method: "POST", path: "/api/v1/assessments", body: []byte("{}")})
		want(a, `"assessments_minute";q=4;w=60`, fmt.Sprintf(`"assessments_minute";r=%d`, left))
	}
	refused := s.send(t, testCall{method: "POST", path: "/api/v1/assessments", body: []byte("{}")})
	refused.problem(http.StatusTooManyRequests, "rate_limited")
	want(refused, `"assessments_minute";q=4;w=60`, `"assessments_minute";r=0`)
}
