package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"recourse/api"
	"recourse/connections"
	"recourse/recovery"
)

// journalLine has the fields of a journal entry that tests check.
type journalLine struct {
	Seq     int64  `json:"seq"`
	Version int64  `json:"version"`
	Kind    string `json:"kind"`
	Hash    string `json:"hash"`
	Body    struct {
		Facts       map[string]any    `json:"facts"`
		Values      map[string]string `json:"values"`
		Withheld    []string          `json:"withheld"`
		Commitments map[string]string `json:"commitments"`
		Prev        string            `json:"prev"`
	} `json:"body"`
}

type journalPage struct {
	Items      []journalLine `json:"items"`
	Next       string        `json:"next_cursor"`
	Checkpoint *struct {
		Size int64  `json:"size"`
		Note string `json:"note"`
	} `json:"checkpoint"`
}

func (s *testServer) readJournal(t testing.TB, as recovery.Role, id, query string) journalPage {
	t.Helper()
	var page journalPage
	failOnError(t, json.Unmarshal(s.get(t, as, "/api/v1/cases/"+id+"/journal"+query).wantStatus(http.StatusOK).body, &page))
	return page
}

func TestJournal(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	for range 3 {
		s.takeAction(t, recovery.RoleClaimant, id, recovery.AddNote, `{"text":"打过电话","visibility":"shared"}`).wantStatus(http.StatusOK)
	}
	s.takeAction(t, recovery.RoleClaimant, id, recovery.Escalate, `{"to":"appeal","reason":"没有回音"}`).wantStatus(http.StatusOK)
	whole := s.readJournal(t, recovery.RoleClaimant, id, "")
	if whole.Checkpoint == nil || whole.Checkpoint.Size != int64(len(whole.Items)) || !strings.HasPrefix(whole.Checkpoint.Note, "recourse/case/"+id) {
		t.Errorf("checkpoint %+v of %d entries", whole.Checkpoint, len(whole.Items))
	}
	first := whole.Items[0]
	if first.Kind != "case_filed" || first.Body.Values["claimant.name"] != "林晓" || first.Body.Commitments["claimant.name"] == "" ||
		first.Body.Facts["amount_fen"] != 200000.0 {
		t.Errorf("%+v", first)
	}
	var paged []journalLine
	for query := "?limit=2"; query != ""; {
		page := s.readJournal(t, recovery.RoleClaimant, id, query)
		paged = append(paged, page.Items...)
		if query = ""; page.Next != "" {
			query = "?limit=2&cursor=" + page.Next
		}
	}
	if fmt.Sprint(paged) != fmt.Sprint(whole.Items) {
		t.Errorf("paged %v\nwhole %v", paged, whole.Items)
	}
	for i, entry := range whole.Items {
		if entry.Seq != int64(i+1) {
			t.Errorf("entry %d has the number %d", i+1, entry.Seq)
		}
	}
}

// TestEntriesNameTheVersionOfTheCase: what a client got with a change tells it which
// ETag the case has after it. A note does not change the record of the case.
func TestEntriesNameTheVersionOfTheCase(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	filed := s.fileCase(t)
	id := filed.stringField("id")
	want := []string{filed.header.Get("ETag")}
	for action, body := range map[recovery.Action]string{
		recovery.AddNote:  `{"text":"打过电话","visibility":"shared"}`,
		recovery.Escalate: `{"to":"appeal","reason":"没有回音"}`,
	} {
		before := len(s.readJournal(t, recovery.RoleClaimant, id, "").Items)
		tag := s.takeAction(t, recovery.RoleClaimant, id, action, body).wantStatus(http.StatusOK).header.Get("ETag")
		for range s.countEntries(id) - before {
			want = append(want, tag)
		}
	}
	var got []string
	for _, entry := range s.readJournal(t, recovery.RoleClaimant, id, "").Items {
		got = append(got, fmt.Sprintf("%q", strconv.FormatInt(entry.Version, 10)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("the entries name the versions %v, the answers had %v", got, want)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	events, _ := s.followEvents(ctx, t, id, "")
	for i := range want {
		if event := <-events; event.Seq != int64(i+1) || fmt.Sprintf("%q", strconv.FormatInt(event.Version, 10)) != want[i] {
			t.Errorf("event %d: %+v, want version %s", i+1, event, want[i])
		}
	}
}

func TestInternalNotesAreForStaff(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	id := s.fileCase(t).stringField("id")
	s.takeAction(t, recovery.RoleAgent, id, recovery.AddNote, `{"text":"像是骗子","visibility":"internal"}`).wantStatus(http.StatusOK)
	if got := s.readJournal(t, recovery.RoleAgent, id, "").Items[1].Body.Values["text"]; got != "像是骗子" {
		t.Errorf("the agent reads %q", got)
	}
	result := s.get(t, recovery.RoleClaimant, "/api/v1/cases/"+id+"/journal")
	if strings.Contains(string(result.body), "骗子") {
		t.Errorf("the claimant reads %s", result.body)
	}
	if withheld := s.readJournal(t, recovery.RoleClaimant, id, "").Items[1].Body.Withheld; fmt.Sprint(withheld) != "[collector.device text]" {
		t.Errorf("withheld %v", withheld)
	}
}

// followEvents opens an event stream. Events are sent on the channel until the
// context ends.
func (s *testServer) followEvents(ctx context.Context, t testing.TB, id, after string) (<-chan journalLine, *http.Response) {
	t.Helper()
	request := s.newRequest(t, testCall{as: recovery.RoleClaimant, method: "GET", path: "/api/v1/cases/" + id + "/events"})
	if after != "" {
		request.Header.Set("Last-Event-ID", after)
	}
	response, err := s.server.Client().Do(request.WithContext(ctx))
	failOnError(t, err)
	events := make(chan journalLine)
	go func() {
		defer close(events)
		defer response.Body.Close()
		lines := bufio.NewScanner(response.Body)
		for lines.Scan() {
			var event journalLine
			if data, is := strings.CutPrefix(lines.Text(), "data: "); is && json.Unmarshal([]byte(data), &event) == nil {
				events <- event
			}
		}
	}()
	return events, response
}

func TestEvents(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{EventPoll: 10 * time.Millisecond})
	id := s.fileCase(t).stringField("id")
	ctx, cancel := context.WithCancel(t.Context())
	events, response := s.followEvents(ctx, t, id, "")
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "text/event-stream" || response.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("%d %v", response.StatusCode, response.Header)
	}
	if event := <-events; event.Seq != 1 || event.Kind != "case_filed" {
		t.Errorf("%+v", event)
	}
	s.takeAction(t, recovery.RoleClaimant, id, recovery.AddNote, `{"text":"x","visibility":"shared"}`).wantStatus(http.StatusOK)
	if event := <-events; event.Seq != 2 || event.Kind != "note_added" {
		t.Errorf("%+v", event)
	}
	cancel()
	for range events {
		t.Error("an event after the end")
	}
	resumed, _ := s.followEvents(t.Context(), t, id, "1")
	if event := <-resumed; event.Seq != 2 {
		t.Errorf("resumed after 1 with %d", event.Seq)
	}
	s.api.Close() // the server shuts down
	for range resumed {
		t.Error("an event after the end")
	}
}

func TestInvalidEventStreams(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{EventPoll: 10 * time.Millisecond, Limits: connections.Limits{Streams: 1, StreamsPerAccount: 2, StreamsPerAddress: 2}})
	id := s.fileCase(t).stringField("id")
	path := "/api/v1/cases/" + id + "/events"
	for _, last := range []string{"x", "-1", "1.5", "99999999999999999999"} {
		p := s.send(t, testCall{as: recovery.RoleClaimant, method: "GET", path: path, header: map[string]string{"Last-Event-ID": last}}).problem(400, "invalid")
		if !p.namesField("Last-Event-ID") {
			t.Errorf("%s: %+v", last, p)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	events, _ := s.followEvents(ctx, t, id, "")
	<-events
	s.get(t, recovery.RoleClaimant, path).problem(http.StatusServiceUnavailable, "unavailable")
	cancel()
	for range events {
		t.Error("an event after the end")
	}
}

func TestStreamLongJournal(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{EventPoll: time.Hour}) // existing entries are sent without polling
	id := s.fileCase(t).stringField("id")
	const notes = 120
	for range notes {
		s.takeAction(t, recovery.RoleClaimant, id, recovery.AddNote, `{"text":"x","visibility":"shared"}`).wantStatus(http.StatusOK)
	}
	events, response := s.followEvents(t.Context(), t, id, "")
	for want := int64(1); want <= notes+1; want++ {
		if event := <-events; event.Seq != want {
			t.Fatalf("event %d, want %d", event.Seq, want)
		}
	}
	s.api.Close()
	_, err := io.Copy(io.Discard, response.Body)
	if err != nil && !strings.Contains(err.Error(), "closed") {
		t.Error(err)
	}
}
