package api_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/api"
	"recourse/casework/casetest"
	"recourse/playbook"
	"recourse/recovery"
)

// fullFacts describes a mis-send with every optional field set.
const fullFacts = `{
	"platform": "wechat", "instrument": "transfer", "amount_fen": 200000, "sent_at": "2026-03-01T12:30:00+08:00",
	"reason": "wrong_group", "claim_state": "claimed", "account": "personal", "delayed_arrival": "none",
	"group": {"kind": "work", "size": 12},
	"counterparts": [
		{"alias": "老王", "claimed_fen": 120000, "claimed_at": "2026-03-01T12:31:00+08:00", "contact": "wx-laowang"},
		{"claimed_fen": 80000}
	],
	"claimant": {"name": "林晓", "email": "lin@test.localhost", "phone": "+86 138 0000 0000", "province": "浙江省", "city": "杭州"},
	"refusal": "claims_gift", "bystanders": 3, "noticed_at": "2026-03-01T12:35:00+08:00", "notified_at": "2026-03-01T12:40:00+08:00",
	"accepted_at": "2026-03-01T12:33:00+08:00", "intended_fen": 0, "circumstances": {"same_employer": true},
	"sends": [{"amount_fen": 200000, "sent_at": "2026-03-01T12:30:00+08:00", "transaction_no": "1"}],
	"payer": {"name": "林山", "relation": "哥哥"}
}`

func (s *testServer) postAssessment(t testing.TB, body string) testResponse {
	t.Helper()
	return s.send(t, testCall{method: "POST", path: "/api/v1/assessments", body: []byte(body)})
}

// assessmentResult has the fields of an assessment that tests check.
type assessmentResult struct {
	Recall struct {
		Possible bool
		Until    *time.Time
		Readings []struct{ Source, Text string }
	}
	Plan             []struct{ Stage, Why string }
	Characterisation []struct{ Theory, Article, Status, Why string }
	Routes           []struct {
		Route       string
		Recommended bool
		Chance      struct {
			Low, High float64
			N         int
			Source    string
		}
		Cost *int64 `json:"cost_fen"`
	}
	Forecast struct {
		Low, Mean, High float64
		N               int
	}
	Warnings     []struct{ Code, Text string }
	Requirements []struct{ Kind string } `json:"evidence_requirements"`
	Texts        []struct{ ID, Body string }
	Precedents   []struct{ ID string }
	Playbook     struct{ Version string }
}

func (a testResponse) decodeAssessment() assessmentResult {
	a.t.Helper()
	var got assessmentResult
	failOnError(a.t, json.Unmarshal(a.wantStatus(http.StatusOK).body, &got))
	return got
}

func TestAssessment(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	a := s.postAssessment(t, fullFacts)
	got := a.decodeAssessment()
	if got.Recall.Possible || len(got.Recall.Readings) == 0 || len(got.Plan) == 0 || len(got.Texts) == 0 || len(got.Requirements) == 0 ||
		len(got.Characterisation) == 0 || len(got.Routes) == 0 || len(got.Precedents) == 0 || len(got.Warnings) == 0 {
		t.Errorf("%s", a.body)
	}
	if got.Playbook.Version != s.Registry.Current().Version() {
		t.Errorf("by %s", got.Playbook.Version)
	}
	recommended := 0
	for _, route := range got.Routes {
		if route.Recommended {
			recommended++
		}
		if route.Chance.Low > route.Chance.High || route.Chance.Source == "" {
			t.Errorf("%s: %+v", route.Route, route.Chance)
		}
	}
	if recommended != 1 {
		t.Errorf("%d routes are recommended", recommended)
	}
	for _, personal := range []string{"林晓", "老王", "wx-laowang", "lin@test"} {
		if strings.Contains(string(a.body)+s.logged.String(), personal) {
			t.Errorf("%s is in the response or the log", personal)
		}
	}
}

// TestAssessmentWithMinimalFacts sends as few facts as possible, and unusual
// ones.
func TestAssessmentWithMinimalFacts(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, platform := range recovery.Platforms {
		for _, instrument := range recovery.Instruments {
			for _, rest := range []string{
				`"amount_fen":1`, `"amount_fen":10000000000,"claim_state":"unclaimed"`, `"amount_fen":500,"group":{"kind":"family","size":5000}`,
				`"amount_fen":500,"group":{"kind":"work","size":1},"claim_state":null,"counterparts":[{}],"claimant":{"province":"亚特兰蒂斯"}`,
			} {
				body := fmt.Sprintf(`{"platform":%q,"instrument":%q,%s}`, platform, instrument, rest)
				if s.postAssessment(t, body).decodeAssessment().Recall.Possible {
					t.Errorf("%s: a recall is possible although the time is unknown", body)
				}
			}
		}
	}
}

func TestRecallWindowHasEnd(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	sent := time.Now().Add(-time.Minute).UTC().Format(time.RFC3339)
	a := s.postAssessment(t, `{"platform":"wechat","instrument":"transfer","amount_fen":500,"claim_state":"unclaimed","sent_at":"`+sent+`"}`)
	got := a.decodeAssessment()
	if got.Recall.Until == nil || !got.Recall.Until.After(time.Now()) {
		t.Errorf("%s", a.body)
	}
	if !strings.Contains(string(a.body), "+08:00") {
		t.Errorf("times are not in China's zone: %s", a.body)
	}
}

func TestContradictingFactsNameField(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, c := range []struct{ old, replacement, field string }{
		{`2026-03-01T12:31:00`, `2026-03-01T12:29:59`, "counterparts[0].claimed_at"},
		{`"noticed_at": "2026-03-01T12:35`, `"noticed_at": "2026-02-28T12:35`, "noticed_at"},
		{`"claimed_fen": 80000`, `"claimed_fen": 80001`, "counterparts"},
		{`"same_employer"`, `"no_such_signal"`, "circumstances.no_such_signal"},
		{`"same_employer"`, `"` + strings.Repeat("x", 81) + `"`, "circumstances"},
		{`"same_employer"`, `"林"`, "circumstances"},
		{`"same_employer": true`, strings.TrimSuffix(strings.Repeat(`"x%d": true,`, 101), ","), "circumstances"},
		{`lin@test.localhost`, `lin at home`, "claimant.email"},
	} {
		body := strings.Replace(fullFacts, c.old, c.replacement, 1)
		for i := range 101 {
			body = strings.Replace(body, "%d", strconv.Itoa(i), 1)
		}
		if p := s.postAssessment(t, body).problem(422, "invalid"); !p.namesField(c.field) {
			t.Errorf("%.80s: %+v does not name %s", c.replacement, p, c.field)
		}
	}
}

func TestAssessmentsStoreNothing(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, body := range []string{fullFacts, strings.ReplaceAll(fullFacts, "200000", "300000")} {
		a := s.send(t, testCall{method: "POST", path: "/api/v1/assessments", body: []byte(body), key: "k"}).wantStatus(http.StatusOK)
		if a.header.Get("Idempotent-Replay") != "" {
			t.Error("an idempotency record was stored")
		}
	}
	if s.countCases() != 0 || s.countBlobs() != 0 {
		t.Errorf("%d cases, %d files are left", s.countCases(), s.countBlobs())
	}
	large := `{"platform":"wechat","claimant":{"city":"` + strings.Repeat("x", 64<<10) + `"}}`
	s.postAssessment(t, large).problem(http.StatusRequestEntityTooLarge, "too_large")
}

// TestForecastUsesClosedCases closes cases and reads the forecast.
func TestForecastUsesClosedCases(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, returns := range []bool{true, false} {
		filed := s.fileCase(t)
		id := filed.stringField("id")
		if returns {
			s.takeAction(t, recovery.RoleClaimant, id, recovery.RecordReturn, `{"amount_fen":200000,"at":"`+day+`","channel":"wechat"}`).wantStatus(http.StatusOK)
			continue
		}
		s.takeAction(t, recovery.RoleClaimant, id, recovery.Withdraw, `{"reason":"算了"}`).wantStatus(http.StatusOK)
	}
	got := s.postAssessment(t, fullFacts).decodeAssessment()
	if got.Forecast.N != 2 || got.Forecast.Low <= 0 || got.Forecast.High >= 1 {
		t.Errorf("%+v", got.Forecast)
	}
	for _, route := range got.Routes {
		if want := map[string]int{string(playbook.VoluntaryReturn): 2}[route.Route]; route.Chance.N != want {
			t.Errorf("%s has %d cases", route.Route, route.Chance.N)
		}
	}
}

// TestAssessmentLatency logs how long eight parallel clients wait. It only fails
// on values that neither a busy machine nor the race detector can explain; the
// budget is measured by make bench.
func TestAssessmentLatency(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "all=off"))
	took := s.measureParallel(t, 100, http.MethodPost, "/api/v1/assessments", fullFacts)
	p99 := took[len(took)*99/100]
	t.Logf("assessments at 8 clients: p50 %s, p99 %s", took[len(took)/2], p99)
	if p99 > 500*time.Millisecond {
		t.Errorf("p99 %s", p99)
	}
}

// measureParallel sends n requests from each of eight clients and returns the
// sorted durations.
func (s *testServer) measureParallel(t testing.TB, n int, method, path, body string) []time.Duration {
	t.Helper()
	const clients = 8
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	took := make([][]time.Duration, clients)
	var group sync.WaitGroup
	for mine := range took {
		group.Go(func() {
			for range n {
				began := time.Now()
				if err := s.sendOnce(t, client, method, path, body); err != nil {
					t.Error(err)
					return
				}
				took[mine] = append(took[mine], time.Since(began))
			}
		})
	}
	group.Wait()
	return slices.Sorted(slices.Values(slices.Concat(took...)))
}

func (s *testServer) sendOnce(t testing.TB, client *http.Client, method, path, body string) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, s.server.URL+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, response.Body)
	if response.StatusCode != http.StatusOK {
		err = errors.Join(err, errors.New(response.Status))
	}
	return errors.Join(err, response.Body.Close())
}

// TestAssessmentFieldsMatchPlaybook compares the fields of the response with
// those of the playbook's result.
func TestAssessmentFieldsMatchPlaybook(t *testing.T) {
	t.Parallel()
	raw, err := json.Marshal(playbook.Assessment{})
	failOnError(t, err)
	var fields map[string]any
	failOnError(t, json.Unmarshal(raw, &fields))
	result := schemaNamed(t, "Assessment").Properties
	if !slices.Equal(slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(result))) {
		t.Errorf("playbook %v, specification %v", slices.Sorted(maps.Keys(fields)), slices.Sorted(maps.Keys(result)))
	}
}
