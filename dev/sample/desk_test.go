package sample

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// desk answers like the product as far as a walk can see: one case, idempotency
// by key and body, a clock that moves the case on. The real product is walked in
// dev/e2e; this one can be cut off at any request and be any other way.
type desk struct {
	t  *testing.T
	mu sync.Mutex

	stage    string
	appealed bool
	asked    bool     // in this stage
	looks    int      // since then
	patience int      // looks before silence moves a contact stage on
	entries  []string // what happened, once each time it happens
	answers  map[string]answer
	exports  int
	missing  bool // the case is not known here
	others   bool // there are cases already

	posts  int
	cut    func(post int) cutting // what happens to a POST's connection
	busy   int                    // answers of 503 still to be given
	broken string                 // path whose POST is refused as invalid
}

type answer struct {
	digest string
	status int
	body   []byte
}

type cutting int

const (
	whole cutting = iota
	beforeEffect
	afterEffect
)

func newDesk(t *testing.T) (*desk, *httptest.Server) {
	t.Helper()
	d := &desk{t: t, patience: 2, answers: map[string]answer{}, cut: func(int) cutting { return whole }}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	return d, server
}

// change sets the desk up between requests.
func (d *desk) change(how func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	how()
}

// happened is what the journal would tell.
func (d *desk) happened() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.entries)
}

func (d *desk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.busy > 0 {
		d.busy--
		w.Header().Set("Retry-After", "soon")
		refuse(w, http.StatusServiceUnavailable, "unavailable", "")
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	if r.Method == http.MethodGet {
		d.get(w, path)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		d.t.Error(err)
	}
	d.posts++
	how := d.cut(d.posts)
	if how == beforeEffect {
		panic(http.ErrAbortHandler)
	}
	d.post(w, r, path, body, how == afterEffect)
}

func refuse(w http.ResponseWriter, status int, code, field string) {
	w.WriteHeader(status)
	problem := map[string]any{"code": code, "detail": "No."}
	if field != "" {
		problem["errors"] = []map[string]string{{"field": field, "detail": "is wrong"}}
	}
	_ = json.NewEncoder(w).Encode(problem)
}

func (d *desk) get(w http.ResponseWriter, path string) {
	switch {
	case path == "/cases":
		items := []any{}
		if d.others {
			items = append(items, map[string]any{"id": "other"})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	case strings.HasSuffix(path, "/journal"):
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{
			map[string]any{"actor": map[string]string{"role": "claimant", "id": "c"}},
			map[string]any{"actor": map[string]string{"role": "agent", "id": "agent-id"}},
		}})
	case strings.HasPrefix(path, "/exports/"):
		d.export(w, path)
	case d.missing || d.stage == "":
		refuse(w, http.StatusNotFound, "not_found", "")
	default:
		d.look()
		_ = json.NewEncoder(w).Encode(d.situation())
	}
}

// look lets time pass: silence moves a contact stage on.
func (d *desk) look() {
	if !d.asked {
		return
	}
	if d.looks++; d.looks > d.patience {
		d.enter(map[string]string{"private_contact": "group_notice", "group_notice": "appeal"}[d.stage])
	}
}

func (d *desk) enter(stage string) { d.stage, d.looks, d.asked = stage, 0, false }

func (d *desk) situation() map[string]any {
	allowed := []string{"record_contact", "assign", "add_note"}
	switch {
	case d.stage == "appeal" && !d.appealed:
		allowed = append(allowed, "submit_appeal")
	case d.stage == "appeal":
		allowed = append(allowed, "record_platform_reply", "decide_appeal")
	case d.stage == "legal":
		allowed = append(allowed, "choose_route")
	case d.stage == "closed":
		allowed = nil
	}
	return map[string]any{
		"id": "case-id", "number": "R20261121-000001", "stage": d.stage, "waiting_on": "counterpart", "allowed_actions": allowed,
		"counterparts": []any{map[string]string{"id": "holder-id"}},
		"deadlines":    []any{map[string]any{"kind": "contact_answer", "due_at": time.Unix(0, 0)}},
	}
}

func (d *desk) export(w http.ResponseWriter, path string) {
	if strings.HasSuffix(path, ".pdf") || strings.HasSuffix(path, ".zip") {
		_, _ = io.WriteString(w, "bytes of "+path)
		return
	}
	d.exports++
	state := "building"
	if d.exports > 1 {
		state = "ready"
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"id": "export-id", "state": state, "pages": 7, "missing": []string{"对方的身份信息"}})
}

// post performs a request at most once per key, and refuses a key that comes
// back with another body.
func (d *desk) post(w http.ResponseWriter, r *http.Request, path string, body []byte, silent bool) {
	key, digest := r.Header.Get("Idempotency-Key"), fmt.Sprintf("%x", sha256.Sum256(body))
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer token-of-") || key == "" {
		d.t.Errorf("%s: without token or key", path)
	}
	known, again := d.answers[key]
	if again && known.digest != digest {
		d.t.Errorf("%s: the key came back with another body", path)
	}
	if !again {
		known = d.perform(path, string(body))
		known.digest = digest
		if known.status < 300 {
			d.answers[key] = known
		}
	}
	if silent {
		panic(http.ErrAbortHandler)
	}
	w.WriteHeader(known.status)
	_, _ = w.Write(known.body)
}

func (d *desk) perform(path, body string) answer {
	name := path[strings.LastIndex(path, "/")+1:]
	refused := func(status int, code string) answer {
		return answer{status: status, body: fmt.Appendf(nil, `{"code":%q,"detail":"No.","errors":[{"field":"x","detail":"is wrong"}]}`, code)}
	}
	if path == d.broken {
		return refused(http.StatusUnprocessableEntity, "invalid")
	}
	if strings.Contains(path, "/actions/") {
		allowed, _ := d.situation()["allowed_actions"].([]string)
		if !slices.Contains(allowed, name) {
			return refused(http.StatusConflict, "action_not_allowed")
		}
	}
	d.entries = append(d.entries, d.effect(name, body))
	content, err := json.Marshal(d.situation())
	if name == "exports" {
		content, err = json.Marshal(map[string]string{"id": "export-id", "state": "building"})
	}
	if err != nil {
		d.t.Error(err)
	}
	return answer{status: http.StatusOK, body: content}
}

// effect does what an act does to the case and names its journal entry.
func (d *desk) effect(name, body string) string {
	switch name {
	case "cases":
		d.enter("private_contact")
	case "record_contact":
		d.asked = true
		if strings.Contains(body, `"in_group":true`) {
			return "record_contact in group"
		}
	case "submit_appeal":
		d.appealed = true
	case "decide_appeal":
		d.enter("legal")
	case "evidence":
		for _, file := range []string{"transfer", "group", "family", "notice", "ticket"} {
			if strings.Contains(body, file+".png") {
				return "evidence " + file
			}
		}
	}
	return name
}
