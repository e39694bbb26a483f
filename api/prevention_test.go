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
	"recourse/playbook"
	"recourse/recovery"
)

// send is a send of which everything is told that may be.
const send = `{
	"platform": "alipay", "instrument": "password_packet", "amount_fen": 1000, "account": "personal", "delayed_arrival": "none",
	"group": {"kind": "strangers", "size": 80}, "circumstances": {"unfamiliar": true}
}`

func (s *stand) prevent(t testing.TB, body string) answer {
	t.Helper()
	return s.do(t, call{method: "POST", path: "/api/v1/preventions", body: []byte(body)})
}

// prevented is what a test looks at of a prevention.
type prevented struct {
	Confirmations []struct{ ID, Text, Source string }
	Measures      []struct {
		ID, Name, Applies, Text, Source string
		Rating                          int
	}
	Warnings  []struct{ Code, Text, Source string }
	Questions []struct{ Signal, Text string }
	Playbook  struct{ Version string }
}

func (a answer) prevented() prevented {
	a.t.Helper()
	var got prevented
	must(a.t, json.Unmarshal(a.is(http.StatusOK).body, &got))
	return got
}

func TestPrevention(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	a := s.prevent(t, send)
	got := a.prevented()
	if len(got.Confirmations) != 3 || got.Playbook.Version != s.Shelf.Current().Version() {
		t.Errorf("%s", a.body)
	}
	said := map[string]bool{}
	for _, warning := range got.Warnings {
		said[warning.Code] = warning.Text != "" && warning.Source != ""
	}
	if !said["group"] || !said["strangers"] || !said["password_packet"] {
		t.Errorf("warnings %v", said)
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

// TestWhatPreventionAsksItAccepts answers each question of an answer.
func TestWhatPreventionAsksItAccepts(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	asked := map[string]bool{}
	for _, platform := range recovery.Platforms {
		for _, instrument := range recovery.Instruments {
			for _, rest := range []string{``, `,"amount_fen":10000000000`, `,"amount_fen":0,"group":{"kind":"family","size":5000},"account":null`} {
				got := s.prevent(t, fmt.Sprintf(`{"platform":%q,"instrument":%q%s}`, platform, instrument, rest)).prevented()
				for _, question := range got.Questions {
					asked[question.Signal] = true
				}
			}
		}
	}
	for signal := range asked {
		body := fmt.Sprintf(`{"platform":"wechat","instrument":"transfer","circumstances":{%q:true}}`, signal)
		for _, question := range s.prevent(t, body).prevented().Questions {
			if question.Signal == signal {
				t.Errorf("%s is asked again", signal)
			}
		}
	}
	if len(asked) < 5 {
		t.Errorf("only %v are asked", slices.Sorted(maps.Keys(asked)))
	}
}

func TestSendsThatCannotBeAreNamed(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	for _, c := range []struct{ old, replacement, field string }{
		{`"unfamiliar"`, `"no_such_signal"`, "circumstances.no_such_signal"},
		{`"unfamiliar"`, `"same_employer"`, "circumstances.same_employer"}, // asked of a mis-send only
		{`"unfamiliar"`, `"` + strings.Repeat("x", 81) + `"`, "circumstances"},
		{`"unfamiliar"`, `"林"`, "circumstances"},
		{`"unfamiliar": true`, strings.TrimSuffix(strings.Repeat(`"x%d": true,`, 101), ","), "circumstances"},
		{`"amount_fen"`, `"sent_at": "2026-03-01T12:30:00+08:00", "amount_fen"`, "sent_at"},
		{`1000`, `10000000001`, "amount_fen"},
		{`80`, `5001`, "group.size"},
	} {
		body := strings.Replace(send, c.old, c.replacement, 1)
		for i := range 101 {
			body = strings.Replace(body, "%d", strconv.Itoa(i), 1)
		}
		if p := s.prevent(t, body).problem(422, "invalid"); !p.names(c.field) {
			t.Errorf("%.80s: %+v does not name %s", c.replacement, p, c.field)
		}
	}
}

func TestPreventionsKeepNothing(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{})
	for _, body := range []string{send, strings.Replace(send, "1000", "2000", 1)} {
		a := s.do(t, call{method: "POST", path: "/api/v1/preventions", body: []byte(body), key: "k"}).is(http.StatusOK)
		if a.header.Get("Idempotent-Replay") != "" {
			t.Error("an answer was kept")
		}
	}
	if s.cases() != 0 || s.blobs() != 0 {
		t.Errorf("%d cases, %d files are left", s.cases(), s.blobs())
	}
	large := `{"platform":"wechat","circumstances":{"` + strings.Repeat("x", 64<<10) + `":true}}`
	s.prevent(t, large).problem(http.StatusRequestEntityTooLarge, "too_large")
}

// TestAnAddressHasOneShareOfAllAsks changes the question; the limit stays.
func TestAnAddressHasOneShareOfAllAsks(t *testing.T) {
	t.Parallel()
	s := newStand(t, api.Options{AsksPerSecond: 0.001})
	s.prevent(t, send).is(http.StatusOK)
	refused := s.prevent(t, send)
	refused.problem(http.StatusTooManyRequests, "rate_limited")
	if refused.header.Get("Retry-After") == "" {
		t.Error("no Retry-After")
	}
	s.assess(t, facts).problem(http.StatusTooManyRequests, "rate_limited")
	s.file(t) // accounts are not meant
}

// TestTheFieldsOfAPreventionAreTheBooks holds what is told against what the book
// says.
func TestTheFieldsOfAPreventionAreTheBooks(t *testing.T) {
	t.Parallel()
	for name, value := range map[string]any{
		"Prevention": playbook.Prevention{}, "Confirmation": playbook.Confirmation{}, "Measure": playbook.Measure{},
	} {
		said := []string{}
		for field := range reflect.TypeOf(value).Fields() {
			said = append(said, field.Tag.Get("json"))
		}
		slices.Sort(said)
		if told := slices.Sorted(maps.Keys(schema(t, name).Properties)); !slices.Equal(said, told) {
			t.Errorf("%s: said %v, told %v", name, said, told)
		}
	}
}
