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

// acknowledged is what a client was told to be kept.
type acknowledged struct{ caseID, evidenceID, digest string }

// E7: while four clients file cases and hand in files without a pause, the product
// or the database is killed without warning, five times over. Everything that
// was acknowledged is there afterwards, in the record, in the journal and on the
// disk, and the verifier finds a bag of it sound.
func TestAcknowledgedSurvivesKills(t *testing.T) {
	p := newPlace(t)
	var kept []acknowledged
	for round, victim := range []string{"recourse", "postgres", "recourse", "postgres", "recourse"} {
		s := p.start(t, "--no-sample")
		s.await(t, up)
		kept = append(kept, p.busy(t, round, 9+7*round, victim)...)
		s.exit(t)
	}
	t.Logf("%d things were acknowledged", len(kept))
	s := p.start(t, "--no-sample")
	s.await(t, up)
	for _, one := range kept {
		p.assertKept(t, one)
	}
	p.assertBagOf(t, kept[len(kept)-1].caseID)
	s.interrupt(t)
}

// busy works the product until the victim was killed at so many answers, and
// gives what had been acknowledged.
func (p place) busy(t *testing.T, round, answers int, victim string) (kept []acknowledged) {
	t.Helper()
	told, over := make(chan acknowledged), make(chan struct{})
	var clients sync.WaitGroup
	for client := range 4 {
		clients.Go(func() {
			for n := 0; !t.Failed(); n++ {
				one, err := p.handIn(t, fmt.Sprintf("%d-%d-%d", round, client, n))
				select {
				case <-over:
					if err == nil { // answered before the end was known
						told <- one
					}
					return
				default:
				}
				if err == nil {
					told <- one
				}
			}
		})
	}
	go func() { clients.Wait(); close(told) }()
	for one := range told {
		if kept = append(kept, one); len(kept) == answers {
			p.kill(t, victim)
			close(over)
		}
	}
	return kept
}

// handIn files one case and hands in one file.
func (p place) handIn(t *testing.T, key string) (one acknowledged, err error) {
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
	if err := p.send(t, "claimant", http.MethodPost, "/cases", "application/json", key, body, &filed); err != nil {
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
	err = p.send(t, "claimant", http.MethodPost, "/cases/"+filed.ID+"/evidence", parts.FormDataContentType(), key+"-file", form.Bytes(), &added)
	sum := sha256.Sum256(content)
	return acknowledged{filed.ID, added.ID, hex.EncodeToString(sum[:])}, err
}

// send asks the product; into takes the answer's JSON, or its bytes.
func (p place) send(t *testing.T, as, method, path, form, key string, body []byte, into any) error {
	content, err := os.ReadFile(filepath.Join(p.data, "tokens.json"))
	if err != nil {
		return err
	}
	tokens := map[string]string{}
	if err := json.Unmarshal(content, &tokens); err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(t.Context(), method, "http://"+p.addr+"/api/v1"+path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	request.Header.Set("Authorization", "Bearer "+tokens[as])
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
		t.Errorf("%s %s: %s: %s", method, path, response.Status, answer) // asked wrongly
	}
	if response.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	if raw, is := into.(*[]byte); is {
		*raw = answer
		return nil
	}
	return json.Unmarshal(answer, into)
}

func (p place) assertKept(t *testing.T, one acknowledged) {
	t.Helper()
	var content []byte
	if err := p.send(t, "claimant", http.MethodGet, "/evidence/"+one.evidenceID+"/content", "", "", nil, &content); err != nil {
		t.Errorf("an acknowledged file: %v", err)
		return
	}
	if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != one.digest {
		t.Errorf("the file %s has other bytes", one.evidenceID)
	}
	var journal struct {
		Items []struct {
			Seq  int    `json:"seq"`
			Kind string `json:"kind"`
		} `json:"items"`
	}
	p.get(t, "auditor", "/cases/"+one.caseID+"/journal?limit=200", &journal)
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
}

// assertBagOf has the papers of a case built, and its bag judged by the product's
// verifier and by the bag's own script.
func (p place) assertBagOf(t *testing.T, id string) {
	t.Helper()
	var export struct{ ID, State string }
	if err := p.send(t, "legal", http.MethodPost, "/cases/"+id+"/exports", "application/json", "export", []byte(`{"audience":"archive"}`), &export); err != nil {
		t.Fatal(err)
	}
	for end := time.Now().Add(limit); export.State != "ready"; <-time.After(200 * time.Millisecond) {
		if export.State == "failed" || time.Now().After(end) {
			t.Fatalf("the papers: %+v", export)
		}
		p.get(t, "legal", "/exports/"+export.ID, &export)
	}
	var bag []byte
	if err := p.send(t, "legal", http.MethodGet, "/exports/"+export.ID+"/bag.zip", "", "", nil, &bag); err != nil {
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
