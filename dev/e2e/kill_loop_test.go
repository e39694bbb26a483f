package e2e_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// acknowledged is a case and a file that the product confirmed. Corrected is set if
// it also confirmed the correction of a mistyped return.
type acknowledged struct {
	caseID, evidenceID, digest string
	corrected                  bool
}

// E7: four clients file cases and upload files without a pause while the product or
// the database is killed five times. Afterwards everything acknowledged exists in
// the database, the journal and on disk, and a bag of it verifies.
func TestAcknowledgedSurvivesKills(t *testing.T) {
	p := newTestStack(t)
	var kept []acknowledged
	for round, victim := range []string{"recourse", "postgres", "recourse", "postgres", "recourse"} {
		s := p.startRun(t, "--no-sample")
		s.awaitOutput(t, upMessage)
		kept = append(kept, p.runUntilKilled(t, round, 9+7*round, victim)...)
		s.awaitExit(t)
	}
	t.Logf("%d filings were acknowledged, %d with a correction", len(kept), countCorrected(kept))
	s := p.startRun(t, "--no-sample")
	s.awaitOutput(t, upMessage)
	for _, one := range kept {
		p.assertKept(t, one)
	}
	p.assertBagOf(t, kept[len(kept)-1].caseID)
	s.interrupt(t)
}

func countCorrected(kept []acknowledged) (n int) {
	for _, one := range kept {
		if one.corrected {
			n++
		}
	}
	return n
}

// runUntilKilled sends requests, kills the victim after the given number of answers
// and returns what was acknowledged.
func (p testStack) runUntilKilled(t *testing.T, round, answers int, victim string) (kept []acknowledged) {
	t.Helper()
	confirmed, over := make(chan acknowledged), make(chan struct{})
	var clients sync.WaitGroup
	for client := range 4 {
		clients.Go(func() {
			for n := 0; !t.Failed(); n++ {
				one, err := p.fileWithEvidence(t, fmt.Sprintf("%d-%d-%d", round, client, n))
				select {
				case <-over:
					if err == nil { // answered before the kill
						confirmed <- one
					}
					return
				default:
				}
				if err == nil {
					confirmed <- one
				}
			}
		})
	}
	go func() { clients.Wait(); close(confirmed) }()
	for one := range confirmed {
		if kept = append(kept, one); len(kept) == answers {
			p.killChild(t, victim)
			close(over)
		}
	}
	return kept
}

// fileWithEvidence files one case and uploads one file.
func (p testStack) fileWithEvidence(t *testing.T, key string) (one acknowledged, err error) {
	var filed, added struct {
		ID string `json:"id"`
	}
	filing := map[string]any{
		"platform": "wechat", "instrument": "transfer", "amount_fen": 200_000, "sent_at": time.Now().Add(-26 * time.Hour).Format(time.RFC3339),
		"transaction_no": "kill-" + key, "reason": "wrong_group", "claim_state": "claimed", "group": map[string]any{"kind": "work", "size": 36},
		"counterparts": []any{map[string]any{"alias": "老周（仓储）", "claimed_fen": 200_000}},
		"claimant":     map[string]any{"name": "沈知遥", "phone": "13800000000", "province": "浙江省", "city": "杭州市"},
		"narrative":    "本想发到家庭群，误发到工作群。",
	}
	body, err := json.Marshal(filing)
	if err != nil {
		return one, err
	}
	if err := p.callAPI(t, "claimant", http.MethodPost, "/cases", "application/json", key, body, &filed); err != nil {
		return one, err
	}
	content := bytes.Repeat([]byte("chat "+key+"\n"), 3000)
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	if err := parts.WriteField("kind", "chat_screenshot"); err != nil {
		return one, err
	}
	file, err := parts.CreateFormFile("file", "chat.txt")
	if err != nil {
		return one, err
	}
	if _, err := file.Write(content); err != nil {
		return one, err
	}
	if err := parts.Close(); err != nil {
		return one, err
	}
	err = p.callAPI(t, "claimant", http.MethodPost, "/cases/"+filed.ID+"/evidence", parts.FormDataContentType(), key+"-file", form.Bytes(), &added)
	sum := sha256.Sum256(content)
	if err != nil {
		return one, err
	}
	one = acknowledged{caseID: filed.ID, evidenceID: added.ID, digest: hex.EncodeToString(sum[:])}
	one.corrected = p.mistypeAndCorrect(t, filed.ID, key) == nil
	return one, nil
}

// The amounts of the return that is mistyped and corrected. Everything was sent back
// according to the first, so the case is closed in between.
const mistypedFen, correctedFen = 200_000, 2_000

// mistypeAndCorrect records a return with two zeros too many and corrects it.
func (p testStack) mistypeAndCorrect(t *testing.T, id, key string) error {
	at := time.Now().Add(-time.Minute).Format(time.RFC3339)
	body := fmt.Appendf(nil, `{"amount_fen":%d,"channel":"wechat","at":%q}`, mistypedFen, at)
	actions := "/cases/" + id + "/actions/"
	if err := p.callAPI(t, "claimant", http.MethodPost, actions+"record_return", "application/json", key+"-return", body, &struct{}{}); err != nil {
		return err
	}
	// The entries before it are those of the filing and of the file.
	body = fmt.Appendf(nil, `{"seq":3,"reason":"多打了两个零","replacement":{"amount_fen":%d}}`, correctedFen)
	return p.callAPI(t, "claimant", http.MethodPost, actions+"correct", "application/json", key+"-correct", body, &struct{}{})
}

func (p testStack) assertCorrected(t *testing.T, id string, entries map[string]int) {
	t.Helper()
	var c struct {
		Stage     string `json:"stage"`
		Recovered int    `json:"recovered_fen"`
	}
	p.getJSON(t, "auditor", "/cases/"+id, &c)
	if entries["return_recorded"] != 1 || entries["entry_corrected"] != 1 || c.Recovered != correctedFen || c.Stage == "closed" {
		t.Errorf("case %s: %v, %+v", id, entries, c)
	}
}

// callAPI sends a request and decodes the response as JSON, or copies its bytes.
func (p testStack) callAPI(t *testing.T, as, method, path, form, key string, body []byte, into any) error {
	token, err := p.readToken(as)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+p.addr+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", form)
	request.Header.Set("Idempotency-Key", key)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode >= 300 && response.StatusCode < 500 {
		t.Errorf("%s %s: %s: %s", method, path, response.Status, answer) // an error of the test
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer)
	}
	if raw, is := into.(*[]byte); is {
		*raw = answer
		return nil
	}
	return json.Unmarshal(answer, into)
}

func (p testStack) readToken(role string) (string, error) {
	content, err := os.ReadFile(filepath.Join(p.data, "tokens.json"))
	if err != nil {
		return "", err
	}
	tokens := map[string]string{}
	err = json.Unmarshal(content, &tokens)
	return tokens[role], err
}

func (p testStack) assertKept(t *testing.T, one acknowledged) {
	t.Helper()
	var content []byte
	if err := p.callAPI(t, "claimant", http.MethodGet, "/evidence/"+one.evidenceID+"/content", "", "", nil, &content); err != nil {
		t.Errorf("an acknowledged file: %v", err)
		return
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != one.digest {
		t.Errorf("the file %s has different bytes", one.evidenceID)
	}
	var journal struct {
		Items []struct {
			Seq  int    `json:"seq"`
			Kind string `json:"kind"`
		} `json:"items"`
	}
	p.getJSON(t, "auditor", "/cases/"+one.caseID+"/journal?limit=200", &journal)
	have := map[string]int{}
	for i, e := range journal.Items {
		have[e.Kind]++
		if e.Seq != i+1 {
			t.Errorf("case %s: entry %d has number %d", one.caseID, i+1, e.Seq)
		}
	}
	if have["case_filed"] != 1 || have["evidence_added"] != 1 {
		t.Errorf("case %s: %v", one.caseID, have)
	}
	if one.corrected {
		p.assertCorrected(t, one.caseID, have)
	}
}

// assertBagOf builds the export of a case and verifies its bag with the product and
// with the script in the bag.
func (p testStack) assertBagOf(t *testing.T, id string) {
	t.Helper()
	var export struct{ ID, State string }
	if err := p.callAPI(t, "legal", http.MethodPost, "/cases/"+id+"/exports", "application/json", "export", []byte(`{"audience":"archive"}`), &export); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(waitLimit); export.State != "ready"; <-time.After(200 * time.Millisecond) {
		if export.State == "failed" || time.Now().After(end) {
			t.Fatalf("the export: %+v", export)
		}
		p.getJSON(t, "legal", "/exports/"+export.ID, &export)
	}
	var bag []byte
	if err := p.callAPI(t, "legal", http.MethodGet, "/exports/"+export.ID+"/bag.zip", "", "", nil, &bag); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "bag.zip")
	if err := os.WriteFile(path, bag, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, command := range []string{"../../bin/recourse verify " + path, "cd " + dir + " && unzip -q bag.zip && sh */verify.sh"} {
		if out, err := exec.CommandContext(t.Context(), "sh", "-c", command).CombinedOutput(); err != nil {
			t.Errorf("%s: %v\n%s", command, err, out)
		}
	}
}
