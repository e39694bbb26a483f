package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"recourse/api"
	"recourse/connections"
	"recourse/recovery"
)

// openStream opens an event stream of a case until the end of the test or of the context,
// and returns the status.
func (s *testServer) openStream(ctx context.Context, t testing.TB, as recovery.Role, id string) (int, *http.Response) {
	t.Helper()
	request := s.newRequest(t, testCall{as: as, method: "GET", path: "/api/v1/cases/" + id + "/events"})
	response, err := s.server.Client().Do(request.WithContext(ctx))
	failOnError(t, err)
	t.Cleanup(func() { _ = response.Body.Close() })
	return response.StatusCode, response
}

// TestStreamsOfOneAccount: one account that asks for as many streams as there are gets a
// few, and others still get theirs.
func TestStreamsOfOneAccount(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{EventPoll: time.Hour})
	id := s.fileCase(t).stringField("id")
	ctx, closeStreams := context.WithCancel(t.Context())
	counts := map[int]int{}
	for range 205 {
		status, response := s.openStream(ctx, t, recovery.RoleClaimant, id)
		if counts[status]++; status == http.StatusTooManyRequests && response.Header.Get("Retry-After") != "60" {
			t.Errorf("Retry-After: %q", response.Header.Get("Retry-After"))
		}
	}
	if counts[http.StatusOK] != 10 || counts[http.StatusTooManyRequests] != 195 {
		t.Errorf("%v", counts)
	}
	refused := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id+"/events").problem(http.StatusTooManyRequests, "rate_limited")
	if !strings.Contains(refused.Detail, "Close one") {
		t.Errorf("the refusal does not say what to do: %q", refused.Detail)
	}
	if status, _ := s.openStream(t.Context(), t, recovery.RoleAgent, id); status != http.StatusOK {
		t.Errorf("another account: %d", status)
	}
	closeStreams()
	for end := time.Now().Add(10 * time.Second); ; {
		if status, _ := s.openStream(t.Context(), t, recovery.RoleClaimant, id); status == http.StatusOK {
			return
		}
		if time.Now().After(end) {
			t.Fatal("closed streams keep their places")
		}
	}
}

// TestStreamsOfOneAddress: many accounts at one address share its streams.
func TestStreamsOfOneAddress(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{EventPoll: time.Hour, Limits: connections.Limits{Streams: 9, StreamsPerAccount: 9, StreamsPerAddress: 2}})
	id := s.fileCase(t).stringField("id")
	for i, as := range []recovery.Role{recovery.RoleClaimant, recovery.RoleAgent, recovery.RoleAuditor} {
		want := http.StatusOK
		if i == 2 {
			want = http.StatusTooManyRequests
		}
		if status, _ := s.openStream(t.Context(), t, as, id); status != want {
			t.Errorf("stream %d: %d", i+1, status)
		}
	}
	if metrics := string(s.get(t, "", "/metrics").body); !strings.Contains(metrics, "\nrecourse_event_streams 2\n") {
		t.Errorf("%s", metrics)
	}
}

// TestStreamEndsWithAccount: a deactivated account gets no further events.
func TestStreamEndsWithAccount(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{EventPoll: 10 * time.Millisecond})
	id := s.fileCase(t).stringField("id")
	events, _ := s.followEvents(t.Context(), t, id, "")
	<-events
	user, err := s.Account(t.Context(), s.Actor(recovery.RoleClaimant).ID)
	failOnError(t, err)
	user.Active = false
	_, err = s.Store.EnsureUser(t.Context(), user)
	failOnError(t, err)
	s.SetClock(s.Now().Add(time.Minute)) // tokens are looked up again
	over := time.After(10 * time.Second)
	for {
		select {
		case _, open := <-events:
			if !open {
				if logged := s.logged.String(); logged != "" {
					t.Errorf("it is logged: %s", logged)
				}
				return
			}
		case <-over:
			t.Fatal("the stream goes on")
		}
	}
}
