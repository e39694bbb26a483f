package e2e_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"recourse/dev/freeport"
)

// shots is how many requests are sent at once, half of them to each process.
const shots = 50

// twoProcesses are two servers with one database, one Temporal and one data folder.
type twoProcesses struct {
	t           *testing.T
	addrs       [2]string
	environment []string // of the processes
	tokens      map[string]string
}

// startTwo starts a stack and a second product process beside the first one.
func startTwo(t *testing.T) *twoProcesses {
	t.Helper()
	p := newTestStack(t)
	run := p.startRun(t, "--no-sample")
	run.awaitOutput(t, upMessage)
	ports, release, err := freeport.Reserve(1)
	if err != nil {
		t.Fatal(err)
	}
	release()
	two := &twoProcesses{t: t, addrs: [2]string{p.addr, freeport.Address(ports[0])}, tokens: map[string]string{}}
	environment, err := os.ReadFile(fmt.Sprintf("/proc/%d/environ", p.readPid(t, "recourse")))
	if err != nil {
		t.Fatal(err)
	}
	two.environment = strings.Split(strings.TrimRight(string(environment), "\x00"), "\x00")
	second := exec.Command("../../bin/recourse", "all")
	second.Env = slices.Concat(two.environment, []string{"RECOURSE_ADDR=" + two.addrs[1]})
	if err := second.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = second.Process.Signal(os.Interrupt)
		_ = second.Wait()
		run.interrupt(t)
	})
	two.awaitReady(two.addrs[1])
	content, err := os.ReadFile(filepath.Join(p.data, "tokens.json"))
	if err != nil || json.Unmarshal(content, &two.tokens) != nil {
		t.Fatal(err)
	}
	return two
}

// in reports to a subtest.
func (p *twoProcesses) in(t *testing.T) *twoProcesses {
	sub := *p
	sub.t = t
	return &sub
}

func (p *twoProcesses) awaitReady(addr string) {
	p.t.Helper()
	over := time.After(waitLimit)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		response, err := http.Get("http://" + addr + "/readyz")
		if err == nil {
			_ = response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-tick.C:
		case <-over:
			p.t.Fatalf("the second process is not ready: %v", err)
		}
	}
}

// request is one call of the API. body is JSON, or nil for none.
type request struct {
	as, method, path, body, ifMatch string
	contentType                     string
	awaits                          int // how many of the requests fired with it are answered before it is sent
}

// send sends a request to one of the processes.
func (p *twoProcesses) send(which int, r request) (status int, body []byte, header http.Header) {
	call, err := http.NewRequestWithContext(p.t.Context(), r.method, "http://"+p.addrs[which%2]+"/api/v1"+r.path, strings.NewReader(r.body))
	if err != nil {
		p.t.Error(err)
		return 0, nil, nil
	}
	call.Header.Set("Authorization", "Bearer "+p.tokens[r.as])
	if r.body != "" {
		call.Header.Set("Content-Type", "application/json")
	}
	if r.contentType != "" {
		call.Header.Set("Content-Type", r.contentType)
	}
	if r.ifMatch != "" {
		call.Header.Set("If-Match", r.ifMatch)
	}
	response, err := http.DefaultClient.Do(call)
	if err != nil {
		p.t.Error(err)
		return 0, nil, nil
	}
	defer func() { _ = response.Body.Close() }()
	body, err = io.ReadAll(response.Body)
	if err != nil {
		p.t.Error(err)
	}
	return response.StatusCode, body, response.Header
}

// must sends a request that has to succeed, and decodes the answer.
func (p *twoProcesses) must(r request) map[string]any {
	p.t.Helper()
	status, body, _ := p.send(0, r)
	var answer map[string]any
	if err := json.Unmarshal(body, &answer); err != nil || status > 299 {
		p.t.Fatalf("%s %s: %d %s", r.method, r.path, status, body)
	}
	return answer
}

// fire sends requests to both processes at once and counts their final statuses.
func (p *twoProcesses) fire(build func(i int) request) map[int]int {
	p.t.Helper()
	statuses := [shots]int{}
	var ready, done sync.WaitGroup
	start, answered := make(chan struct{}), make(chan struct{}, shots)
	for i := range shots {
		ready.Add(1)
		done.Go(func() {
			r := build(i)
			ready.Done()
			<-start
			for range r.awaits {
				<-answered
			}
			// 503 says that nothing was done and asks for the same request again: the engine
			// takes only some of the actions of one case at a time.
			for over := time.Now().Add(waitLimit); ; {
				statuses[i], _, _ = p.send(i, r)
				if statuses[i] != http.StatusServiceUnavailable || time.Now().After(over) {
					answered <- struct{}{}
					return
				}
			}
		})
	}
	ready.Wait()
	close(start)
	done.Wait()
	counts := map[int]int{}
	for _, status := range statuses {
		counts[status]++
	}
	return counts
}

// fileCase files a case and returns its id and the id of its counterpart.
func (p *twoProcesses) fileCase(transactionNo string) (id, counterpart string) {
	p.t.Helper()
	c := p.must(request{as: "claimant", method: "POST", path: "/cases", body: filing(transactionNo, 0)})
	people, _ := c["counterparts"].([]any)
	person, _ := people[0].(map[string]any)
	id, _ = c["id"].(string)
	counterpart, _ = person["id"].(string)
	return id, counterpart
}

func filing(transactionNo string, n int) string {
	raw, _ := json.Marshal(map[string]any{
		"platform": "wechat", "instrument": "transfer", "amount_fen": 100_000, "sent_at": time.Now().Add(-72 * time.Hour).Format(time.RFC3339),
		"reason": "wrong_person", "claim_state": "claimed", "transaction_no": transactionNo,
		"counterparts": []any{map[string]any{"alias": fmt.Sprintf("小雨%d", n)}}, "claimant": map[string]any{"name": "王小明"},
	})
	return string(raw)
}

func (p *twoProcesses) act(as, id, action, body, ifMatch string) request {
	return request{as: as, method: "POST", path: "/cases/" + id + "/actions/" + action, body: body, ifMatch: ifMatch}
}

// expect checks that exactly won requests succeeded, and that every other one got 409
// or 412.
func expect(t *testing.T, counts map[int]int, won int) {
	t.Helper()
	succeeded := counts[http.StatusOK] + counts[http.StatusCreated] + counts[http.StatusAccepted]
	if refused := counts[http.StatusConflict] + counts[http.StatusPreconditionFailed]; succeeded != won || refused != shots-won {
		t.Errorf("%v: %d succeeded, want %d", maps.Clone(counts), succeeded, won)
	}
}

// TestConditionsInTwoProcesses fires each conditional request at two processes at once.
// Exactly the allowed number succeeds.
func TestConditionsInTwoProcesses(t *testing.T) {
	p := startTwo(t)
	now := time.Now().Add(-time.Hour).Format(time.RFC3339)
	getTag := func(id string) string {
		_, _, header := p.send(0, request{as: "claimant", method: "GET", path: "/cases/" + id})
		return header.Get("ETag")
	}
	for name, build := range map[string]func(id, counterpart, tag string) func(int) request{
		"record_return": func(id, _, tag string) func(int) request {
			return func(int) request {
				return p.act("claimant", id, "record_return", `{"amount_fen":30000,"at":"`+now+`","channel":"wechat"}`, tag)
			}
		},
		"add_note": func(id, _, tag string) func(int) request {
			return func(int) request { return p.act("claimant", id, "add_note", `{"text":"x","visibility":"shared"}`, tag) }
		},
		"assign": func(id, _, tag string) func(int) request {
			return func(int) request { return p.act("agent", id, "assign", `{}`, tag) }
		},
		"particulars": func(id, _, tag string) func(int) request {
			return func(int) request {
				return request{as: "claimant", method: "POST", path: "/cases/" + id + "/particulars", body: `{"court":"杭州市西湖区人民法院"}`, ifMatch: tag}
			}
		},
		"noticed_on": func(id, _, tag string) func(int) request {
			return func(int) request {
				return request{as: "claimant", method: "POST", path: "/cases/" + id + "/particulars", body: `{"noticed_on":"` + time.Now().Add(-24*time.Hour).Format(time.DateOnly) + `"}`, ifMatch: tag}
			}
		},
		"evidence": func(id, _, tag string) func(int) request {
			return func(int) request {
				body, kind := uploadBody(t)
				return request{as: "claimant", method: "POST", path: "/cases/" + id + "/evidence", body: body, contentType: kind, ifMatch: tag}
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			p := p.in(t)
			id, counterpart := p.fileCase("")
			tag := getTag(id)
			expect(t, p.fire(build(id, counterpart, tag)), 1)
			if after := p.must(request{as: "claimant", method: "GET", path: "/cases/" + id}); name == "record_return" && after["recovered_fen"] != 30_000.0 {
				t.Errorf("%v fen came back", after["recovered_fen"])
			}
			if getTag(id) != nextTag(tag) {
				t.Errorf("%s after %s", getTag(id), tag)
			}
		})
	}
	t.Run("plan_contact", func(t *testing.T) {
		p := p.in(t)
		id, counterpart := p.fileCase("")
		body := `{"channel":"wechat","counterpart_id":"` + counterpart + `","in_group":false,"text":"您好，我转错了一笔钱，麻烦您核对后退回，谢谢。"}`
		counts := p.fire(func(int) request { return p.act("claimant", id, "plan_contact", body, "") })
		limits := p.must(request{as: "claimant", method: "GET", path: "/cases/" + id})
		contacts, _ := json.Marshal(limits["contacts"])
		t.Logf("%v, %s", counts, contacts)
		if hour := time.Now().UTC().Add(8 * time.Hour).Hour(); hour >= 22 || hour < 8 {
			expect(t, counts, 0) // quiet hours
			return
		}
		expect(t, counts, 2)
	})
	t.Run("one case for each transaction", func(t *testing.T) {
		p := p.in(t)
		spellings := []string{"ab-12_c3", "AB-12_C3", "'ab-12_c3", "`AB-12_c3", `="ab-12_c3"`, "ab-12 _c3", "ａｂ－１２＿ｃ３"}
		expect(t, p.fire(func(i int) request {
			return request{as: "claimant", method: "POST", path: "/cases", body: filing(spellings[i%len(spellings)], i)}
		}), 1)
	})
	t.Run("reopen", func(t *testing.T) {
		p := p.in(t)
		ids := make([]string, 5)
		for i := range ids {
			ids[i], _ = p.fileCase("Reopened-1")
			p.must(p.act("claimant", ids[i], "withdraw", `{"reason":"x"}`, ""))
		}
		expect(t, p.fire(func(i int) request { return p.act("supervisor", ids[i%len(ids)], "reopen", `{"reason":"x"}`, "") }), 1)
	})
	t.Run("decide_appeal", func(t *testing.T) {
		p := p.in(t)
		id, _ := p.fileCase("")
		p.must(p.act("claimant", id, "escalate", `{"to":"appeal","reason":"x"}`, ""))
		p.must(p.act("claimant", id, "submit_appeal", `{"confirm":true}`, ""))
		expect(t, p.fire(func(int) request {
			return p.act("agent", id, "decide_appeal", `{"decision":"denied","reason":"x"}`, "")
		}), 1)
	})
	t.Run("adopt_match", func(t *testing.T) {
		p := p.in(t)
		id, _ := p.fileCase("")
		body, kind := formBody(t, "statement", "bill.csv", bill(time.Now().Add(-71*time.Hour)))
		file := p.must(request{as: "claimant", method: "POST", path: "/cases/" + id + "/evidence", body: body, contentType: kind})
		adopt := fmt.Sprintf(`{"evidence_id":%q,"row":4}`, file["id"])
		expect(t, p.fire(func(int) request { return p.act("claimant", id, "adopt_match", adopt, "") }), 1)
	})
	t.Run("add_counterpart", func(t *testing.T) {
		p := p.in(t)
		id, _ := p.fileCase("")
		spellings := []string{"小陈A", "小陈a", "小陈Ａ", " 小陈a"}
		expect(t, p.fire(func(i int) request {
			return p.act("claimant", id, "add_counterpart", `{"alias":"`+spellings[i%len(spellings)]+`"}`, "")
		}), 1)
	})
	t.Run("links", func(t *testing.T) {
		p := p.in(t)
		id, counterpart := p.fileCase("")
		counts := p.fire(func(int) request {
			return request{as: "claimant", method: "POST", path: "/cases/" + id + "/links", body: `{"counterpart_id":"` + counterpart + `"}`}
		})
		expect(t, counts, shots)
		valid := 0
		links, _ := p.must(request{as: "claimant", method: "GET", path: "/cases/" + id + "/links"})["items"].([]any)
		for _, link := range links {
			if one, _ := link.(map[string]any); one["revoked_at"] == nil {
				valid++
			}
		}
		if valid != 1 || len(links) != shots {
			t.Errorf("%d of %d links are valid", valid, len(links))
		}
	})
	t.Run("uploads", func(t *testing.T) {
		p := p.in(t)
		id, _ := p.fileCase("")
		expect(t, p.fire(func(int) request {
			return request{as: "claimant", method: "POST", path: "/cases/" + id + "/uploads",
				body: `{"kind":"chat_screenshot","size":10,"sha256":"` + strings.Repeat("0", 64) + `","file_name":"a.png"}`}
		}), 20)
	})
}

// nextTag is the ETag after one change.
func nextTag(tag string) string {
	var version int
	_, _ = fmt.Sscanf(tag, `"%d"`, &version)
	return fmt.Sprintf(`"%d"`, version+1)
}

// bill is a bill of WeChat with one payment, in line 4.
func bill(paidAt time.Time) string {
	return "微信支付账单明细,,,,,,,,,,\n----------------------微信支付账单明细列表--------------------,,,,,,,,,,\n" +
		"交易时间,交易类型,交易对方,商品,收/支,金额(元),支付方式,当前状态,交易单号,商户单号,备注\n" +
		paidAt.UTC().Add(8*time.Hour).Format(time.DateTime) + ",转账,周宁,/,支出,¥1000.00,零钱,朋友已收钱,100005000299,2000050099,/\n"
}

// uploadBody is a form with a small text file.
func uploadBody(t *testing.T) (body, contentType string) {
	t.Helper()
	return formBody(t, "other", "a.txt", "聊天记录\n")
}

// formBody is a form with one file, and its kind unless it is "".
func formBody(t *testing.T, kind, name, content string) (body, contentType string) {
	t.Helper()
	var buffer bytes.Buffer
	form := multipart.NewWriter(&buffer)
	if kind != "" {
		_ = form.WriteField("kind", kind)
	}
	file, err := form.CreateFormFile("file", name)
	if err != nil {
		t.Error(err)
	}
	_, _ = file.Write([]byte(content))
	_ = form.Close()
	return buffer.String(), form.FormDataContentType()
}
