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

// fakeProduct answers like the product as far as the sample needs: one case,
// idempotency by key and body, and deadlines that move the case. It can interrupt
// any request. dev/e2e runs the sample with the real product.
type fakeProduct struct {
	t  *testing.T
	mu sync.Mutex

	stage           string
	appealed        bool
	contacted       bool     // in this stage
	reads           int      // since the contact
	readsBeforeNext int      // reads of the case before a contact stage ends
	entries         []string // one for each effect
	answers         map[string]answer
	exports         int
	isMissing       bool // the case does not exist
	hasOtherCases   bool // another case exists

	posts       int
	interrupt   func(post int) interruption // whether a POST is interrupted
	unavailable int                         // number of 503 responses to send
	broken      string                      // path whose POST is invalid
}

type answer struct {
	digest string
	status int
	body   []byte
}

type interruption int

const (
	uninterrupted interruption = iota
	beforeEffect
	afterEffect
)

func newFakeProduct(t *testing.T) (*fakeProduct, *httptest.Server) {
	t.Helper()
	d := &fakeProduct{t: t, readsBeforeNext: 2, answers: map[string]answer{}, interrupt: func(int) interruption { return uninterrupted }}
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	return d, server
}

// configure changes the product between requests.
func (d *fakeProduct) configure(how func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	how()
}

// listEntries returns the entries of the journal.
func (d *fakeProduct) listEntries() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.entries)
}

func (d *fakeProduct) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.unavailable > 0 {
		d.unavailable--
		w.Header().Set("Retry-After", "soon")
		writeProblem(w, http.StatusServiceUnavailable, "unavailable", "")
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/api/v1")
	if r.Method == http.MethodGet {
		d.serveGet(w, path)
		return
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		d.t.Error(err)
	}
	d.posts++
	how := d.interrupt(d.posts)
	if how == beforeEffect {
		panic(http.ErrAbortHandler)
	}
	d.servePost(w, r, path, body, how == afterEffect)
}

func writeProblem(w http.ResponseWriter, status int, code, field string) {
	w.WriteHeader(status)
	problem := map[string]any{"code": code, "detail": "No."}
	if field != "" {
		problem["errors"] = []map[string]string{{"field": field, "detail": "is wrong"}}
	}
	_ = json.NewEncoder(w).Encode(problem)
}

func (d *fakeProduct) serveGet(w http.ResponseWriter, path string) {
	switch {
	case path == "/cases":
		items := []any{}
		if d.hasOtherCases {
			items = append(items, map[string]any{"id": "other"})
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"items": items})
	case strings.HasSuffix(path, "/journal"):
		_ = json.NewEncoder(w).Encode(map[string]any{"items": []any{
			map[string]any{"actor": map[string]string{"role": "claimant", "id": "c"}},
			map[string]any{"actor": map[string]string{"role": "agent", "id": "agent-id"}},
		}})
	case strings.HasPrefix(path, "/exports/"):
		d.serveExport(w, path)
	case d.isMissing || d.stage == "":
		writeProblem(w, http.StatusNotFound, "not_found", "")
	default:
		d.passTime()
		_ = json.NewEncoder(w).Encode(d.describeCase())
	}
}

// passTime moves a contact stage on after enough reads.
func (d *fakeProduct) passTime() {
	if !d.contacted {
		return
	}
	if d.reads++; d.reads > d.readsBeforeNext {
		d.enterStage(map[string]string{"private_contact": "group_notice", "group_notice": "appeal"}[d.stage])
	}
}

func (d *fakeProduct) enterStage(stage string) { d.stage, d.reads, d.contacted = stage, 0, false }

func (d *fakeProduct) describeCase() map[string]any {
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

func (d *fakeProduct) serveExport(w http.ResponseWriter, path string) {
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

// servePost performs a request once per key and fails the test if a key is used with
// another body.
func (d *fakeProduct) servePost(w http.ResponseWriter, r *http.Request, path string, body []byte, silent bool) {
	key, digest := r.Header.Get("Idempotency-Key"), fmt.Sprintf("%x", sha256.Sum256(body))
	if !strings.HasPrefix(r.Header.Get("Authorization"), "Bearer token-of-") || key == "" {
		d.t.Errorf("%s: without token or key", path)
	}
	known, again := d.answers[key]
	if again && known.digest != digest {
		d.t.Errorf("%s: the key was used with another body", path)
	}
	if !again {
		known = d.performOnce(path, string(body))
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

func (d *fakeProduct) performOnce(path, body string) answer {
	name := path[strings.LastIndex(path, "/")+1:]
	refused := func(status int, code string) answer {
		return answer{status: status, body: fmt.Appendf(nil, `{"code":%q,"detail":"No.","errors":[{"field":"x","detail":"is wrong"}]}`, code)}
	}
	if path == d.broken {
		return refused(http.StatusUnprocessableEntity, "invalid")
	}
	if strings.Contains(path, "/actions/") {
		allowed, _ := d.describeCase()["allowed_actions"].([]string)
		if !slices.Contains(allowed, name) {
			return refused(http.StatusConflict, "action_not_allowed")
		}
	}
	d.entries = append(d.entries, d.applyAction(name, body))
	content, err := json.Marshal(d.describeCase())
	if name == "exports" {
		content, err = json.Marshal(map[string]string{"id": "export-id", "state": "building"})
	}
	if err != nil {
		d.t.Error(err)
	}
	return answer{status: http.StatusOK, body: content}
}

// applyAction applies an action to the case and returns the name of its entry.
func (d *fakeProduct) applyAction(name, body string) string {
	switch name {
	case "cases":
		d.enterStage("private_contact")
	case "record_contact":
		d.contacted = true
		if strings.Contains(body, `"in_group":true`) {
			return "record_contact in group"
		}
	case "submit_appeal":
		d.appealed = true
	case "decide_appeal":
		d.enterStage("legal")
	case "evidence":
		for _, file := range []string{"transfer", "group", "family", "notice", "ticket"} {
			if strings.Contains(body, file+".png") {
				return "evidence " + file
			}
		}
	}
	return name
}
