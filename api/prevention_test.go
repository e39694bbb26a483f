package api_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"recourse/api"
	"recourse/casework/casetest"
	"recourse/playbook"
	"recourse/recovery"
)

// fullSend describes a planned send with every optional field set.
const fullSend = `{
	"platform": "alipay", "instrument": "password_packet", "amount_fen": 1000, "account": "personal", "delayed_arrival": "none",
	"group": {"kind": "strangers", "size": 80}, "circumstances": {"unfamiliar": true}
}`

func (s *testServer) postPrevention(t testing.TB, body string) testResponse {
	t.Helper()
	return s.send(t, testCall{method: "POST", path: "/api/v1/preventions", body: []byte(body)})
}

// preventionResult has the fields of a prevention that tests check.
type preventionResult struct {
	Confirmations []struct{ ID, Text, Source string }
	Measures      []struct {
		ID, Name, Applies, Text, Source string
		Rating                          int
	}
	Warnings  []struct{ Code, Text, Source string }
	Questions []struct{ Signal, Text string }
	Playbook  struct{ Version string }
}

func (a testResponse) decodePrevention() preventionResult {
	a.t.Helper()
	var got preventionResult
	failOnError(a.t, json.Unmarshal(a.wantStatus(http.StatusOK).body, &got))
	return got
}

func TestPrevention(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	a := s.postPrevention(t, fullSend)
	got := a.decodePrevention()
	if len(got.Confirmations) != 3 || got.Playbook.Version != s.Registry.Current().Version() {
		t.Errorf("%s", a.body)
	}
	warned := map[string]bool{}
	for _, warning := range got.Warnings {
		warned[warning.Code] = warning.Text != "" && warning.Source != ""
	}
	if !warned["group"] || !warned["strangers"] || !warned["password_packet"] {
		t.Errorf("warnings %v", warned)
	}
	if len(got.Measures) == 0 || len(got.Questions) == 0 {
		t.Errorf("%s", a.body)
	}
	for _, measure := range got.Measures {
		if measure.Rating < 1 || measure.Rating > 5 || measure.Text == "" || measure.Source == "" || measure.Applies == string(playbook.No) {
			t.Errorf("%+v", measure)
		}
	}
}

// TestPreventionAcceptsAnswers answers each question of a response.
func TestPreventionAcceptsAnswers(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	asked := map[string]bool{}
	for _, platform := range recovery.Platforms {
		for _, instrument := range recovery.Instruments {
			for _, rest := range []string{``, `,"amount_fen":10000000000`, `,"amount_fen":0,"group":{"kind":"family","size":5000},"account":null`} {
				got := s.postPrevention(t, fmt.Sprintf(`{"platform":%q,"instrument":%q%s}`, platform, instrument, rest)).decodePrevention()
				for _, question := range got.Questions {
					if question.Signal != "" { // else a field of the facts answers it
						asked[question.Signal] = true
					}
				}
			}
		}
	}
	for signal := range asked {
		body := fmt.Sprintf(`{"platform":"wechat","instrument":"transfer","circumstances":{%q:true}}`, signal)
		for _, question := range s.postPrevention(t, body).decodePrevention().Questions {
			if question.Signal == signal {
				t.Errorf("%s is asked again", signal)
			}
		}
	}
	if len(asked) < 5 {
		t.Errorf("only %v are asked", slices.Sorted(maps.Keys(asked)))
	}
}

func TestImpossibleSendsNameField(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, c := range []struct{ old, replacement, field string }{
		{`"unfamiliar"`, `"no_such_signal"`, "circumstances.no_such_signal"},
		{`"unfamiliar"`, `"same_employer"`, "circumstances.same_employer"}, // only valid for a mis-send
		{`"unfamiliar"`, `"` + strings.Repeat("x", 81) + `"`, "circumstances"},
		{`"unfamiliar"`, `"林"`, "circumstances"},
		{`"unfamiliar": true`, strings.TrimSuffix(strings.Repeat(`"x%d": true,`, 101), ","), "circumstances"},
		{`"amount_fen"`, `"sent_at": "2026-03-01T12:30:00+08:00", "amount_fen"`, "sent_at"},
		{`1000`, `10000000001`, "amount_fen"},
		{`80`, `5001`, "group.size"},
	} {
		body := strings.Replace(fullSend, c.old, c.replacement, 1)
		for i := range 101 {
			body = strings.Replace(body, "%d", strconv.Itoa(i), 1)
		}
		if p := s.postPrevention(t, body).problem(422, "invalid"); !p.namesField(c.field) {
			t.Errorf("%.80s: %+v does not name %s", c.replacement, p, c.field)
		}
	}
}

func TestPreventionsStoreNothing(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{})
	for _, body := range []string{fullSend, strings.Replace(fullSend, "1000", "2000", 1)} {
		a := s.send(t, testCall{method: "POST", path: "/api/v1/preventions", body: []byte(body), key: "k"}).wantStatus(http.StatusOK)
		if a.header.Get("Idempotent-Replay") != "" {
			t.Error("an idempotency record was stored")
		}
	}
	if s.countCases() != 0 || s.countBlobs() != 0 {
		t.Errorf("%d cases, %d files are left", s.countCases(), s.countBlobs())
	}
	large := `{"platform":"wechat","circumstances":{"` + strings.Repeat("x", 64<<10) + `":true}}`
	s.postPrevention(t, large).problem(http.StatusRequestEntityTooLarge, "too_large")
}

// TestAddressLimitIsSharedByEndpoints uses another endpoint after the limit is
// reached.
func TestAddressLimitIsSharedByEndpoints(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, api.Options{}, casetest.Limits(t, "assessments=1/hour"))
	s.postPrevention(t, fullSend).wantStatus(http.StatusOK)
	refused := s.postPrevention(t, fullSend)
	refused.problem(http.StatusTooManyRequests, "rate_limited")
	if refused.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.postAssessment(t, fullFacts).problem(http.StatusTooManyRequests, "rate_limited")
	s.fileCase(t) // the limit does not apply to accounts
}

// TestPreventionFieldsMatchPlaybook compares the schema with the fields of the
// playbook's result.
func TestPreventionFieldsMatchPlaybook(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"Prevention": playbook.Prevention{}, "Confirmation": playbook.Confirmation{}, "Measure": playbook.Measure{},
	} {
		fields := []string{}
		for field := range reflect.TypeOf(value).Fields() {
			fields = append(fields, field.Tag.Get("json"))
		}
		slices.Sort(fields)
		if result := slices.Sorted(maps.Keys(schemaNamed(t, name).Properties)); !slices.Equal(fields, result) {
			t.Errorf("%s: playbook %v, specification %v", name, fields, result)
		}
	}
}
