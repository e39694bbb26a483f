package e2e_test

import (
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/evidence/originals/intake/intaketest"
)

// costlyTime is how long requests are measured, without and with costly files.
const costlyTime = 6 * time.Second

// costlyFiles are files of at most 1 MB that take most to read.
func costlyFiles(t *testing.T) map[string]string {
	t.Helper()
	return map[string]string{
		"large.png":  string(intaketest.BlankPNG(t, 7_000, 7_000, 8)),
		"tall.png":   string(intaketest.BlankPNG(t, 1, 1_000_000, 8)),
		"scans.jpg":  string(intaketest.ManyScans(t, 4_000, 63)),
		"cells.xlsx": string(intaketest.Workbook(t, strings.Repeat("<row>"+strings.Repeat("<c/>", 1_000)+"</row>", 14_000))),
		"cell.xlsx":  string(intaketest.Workbook(t, `<row><c t="inlineStr"><is><t>`+strings.Repeat("x", 60<<20)+`</t></is></c></row>`)),
	}
}

// TestOthersBesideCostlyFiles: while one account sends costly files without a pause, the
// requests of others take less than twice as long, and the process stays below 600 MB.
func TestOthersBesideCostlyFiles(t *testing.T) {
	t.Setenv("RECOURSE_LIMITS", "all=off") // the time of requests is measured, not their number
	p := newTestStack(t)
	run := p.startRun(t, "--no-sample")
	run.awaitOutput(t, upMessage)
	filed, err := p.fileWithEvidence(t, "others")
	if err != nil {
		t.Fatal(err)
	}
	costly, err := p.fileWithEvidence(t, "costly")
	if err != nil {
		t.Fatal(err)
	}
	usual := p.measureReads(t, filed.caseID, costlyTime)
	stop := make(chan struct{})
	var senders sync.WaitGroup
	var mutex sync.Mutex
	answers := map[string]int{}
	files := costlyFiles(t)
	for name, content := range files {
		kind, path := "chat_screenshot", "/cases/"+costly.caseID+"/evidence"
		if strings.HasSuffix(name, ".xlsx") {
			kind, path = "", "/cases/"+costly.caseID+"/statements"
		}
		body, contentType := formBody(t, kind, name, content)
		senders.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				status := p.postFile(t, "agent", path, body, contentType)
				mutex.Lock()
				answers[fmt.Sprint(name, " ", status)]++
				mutex.Unlock()
			}
		})
	}
	beside := p.measureReads(t, filed.caseID, costlyTime)
	close(stop)
	senders.Wait()
	peak := p.peakMemory(t)
	t.Logf("p95 %s, beside costly files %s; at most %d MB; %v", usual, beside, peak>>20, answers)
	if beside > 2*usual+10*time.Millisecond {
		t.Errorf("p95 is %s, beside costly files %s", usual, beside)
	}
	if peak > 600<<20 {
		t.Errorf("the process used %d MB", peak>>20)
	}
	run.interrupt(t)
}

// measureReads returns the 95th percentile of the time in which four people read a case.
func (p testStack) measureReads(t *testing.T, id string, length time.Duration) time.Duration {
	t.Helper()
	var people sync.WaitGroup
	var mutex sync.Mutex
	var took []time.Duration
	until := time.Now().Add(length)
	for range 4 {
		people.Go(func() {
			for time.Now().Before(until) {
				from := time.Now()
				var view struct{ ID string }
				p.getJSON(t, "claimant", "/cases/"+id, &view)
				mutex.Lock()
				took = append(took, time.Since(from))
				mutex.Unlock()
			}
		})
	}
	people.Wait()
	slices.Sort(took)
	return took[len(took)*95/100]
}

func (p testStack) postFile(t *testing.T, as, path, body, contentType string) int {
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+p.addr+"/api/v1"+path, strings.NewReader(body))
	if err != nil {
		t.Error(err)
		return 0
	}
	token, err := p.readToken(as)
	if err != nil {
		t.Error(err)
	}
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Content-Type", contentType)
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Error(err)
		return 0
	}
	_ = response.Body.Close()
	return response.StatusCode
}

// peakMemory returns the most memory that the product has used.
func (p testStack) peakMemory(t *testing.T) int64 {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.readPid(t, "recourse")))
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	var kilobytes int64
	if _, err := fmt.Sscan(peak, &kilobytes); err != nil {
		t.Fatal(err)
	}
	return kilobytes << 10
}
