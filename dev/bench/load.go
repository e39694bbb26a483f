package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"recourse/dev/local"
)

// callConcurrently lets several clients call work until enough returns true. The
// first error stops all of them.
func callConcurrently(ctx context.Context, clients int, enough func(done int64) bool, work func(ctx context.Context, client int) error) (load, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var begun atomic.Int64
	took := make([][]time.Duration, clients)
	var group sync.WaitGroup
	began := time.Now()
	for client := range clients {
		group.Go(func() {
			for ctx.Err() == nil && !enough(begun.Add(1)-1) {
				from := time.Now()
				if err := work(ctx, client); err != nil {
					cancel(err)
					return
				}
				took[client] = append(took[client], time.Since(from))
			}
		})
	}
	group.Wait()
	elapsed := time.Since(began)
	var all []time.Duration
	for _, part := range took {
		all = append(all, part...)
	}
	if err := context.Cause(ctx); err != nil {
		return load{}, err
	}
	return newLoad(all, elapsed), nil
}

// measureInTurns runs several measurements alternately, each turns times, and
// returns the combined load of each.
func measureInTurns(turns int, measures ...func() (load, error)) ([]load, error) {
	all := make([]load, len(measures))
	for range turns {
		for i, measure := range measures {
			one, err := measure()
			if err != nil {
				return nil, err
			}
			all[i] = newLoad(slices.Concat(all[i].took, one.took), all[i].elapsed+one.elapsed)
		}
	}
	return all, nil
}

// untilCount stops after n calls.
func untilCount(n int64) func(int64) bool { return func(done int64) bool { return done >= n } }

// untilElapsed stops after a duration.
func untilElapsed(d time.Duration) func(int64) bool {
	until := time.Now().Add(d)
	return func(int64) bool { return time.Now().After(until) }
}

// apiClient calls the API as the claimant of the development stack.
type apiClient struct {
	base, token string
	tokens      map[string]string // by role
	http        *http.Client
	next        *atomic.Int64 // makes keys and transaction numbers
}

func newAPIClient(up local.Up) (*apiClient, error) {
	content, err := os.ReadFile(up.Tokens)
	if err != nil {
		return nil, fmt.Errorf("read the tokens: %w", err)
	}
	tokens := map[string]string{}
	if err := json.Unmarshal(content, &tokens); err != nil {
		return nil, fmt.Errorf("read the tokens: %w", err)
	}
	d := &apiClient{
		base: up.BaseURL + "/api/v1", token: tokens["claimant"], tokens: tokens, next: &atomic.Int64{},
		http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}, Timeout: 30 * time.Second},
	}
	d.next.Store(time.Now().UnixNano()) // different from the numbers of earlier runs
	return d, nil
}

// withRole returns a client that uses the account of another role.
func (d *apiClient) withRole(role string) *apiClient {
	other := *d
	other.token = d.tokens[role]
	return &other
}

func (d *apiClient) getJSON(ctx context.Context, path string, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, d.base+path, http.NoBody)
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	return d.sendRequest(request, into)
}

func (d *apiClient) postJSON(ctx context.Context, path string, body, into any) error {
	content, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("write the body: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, d.base+path, bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", fmt.Sprintf("bench-%d", d.next.Add(1)))
	return d.sendRequest(request, into)
}

func (d *apiClient) sendRequest(request *http.Request, into any) error {
	request.Header.Set("Authorization", "Bearer "+d.token)
	response, err := d.http.Do(request)
	if err != nil {
		return fmt.Errorf("%s %s: %w", request.Method, request.URL.Path, err)
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", request.Method, request.URL.Path, err)
	}
	if response.StatusCode >= 300 {
		return &statusError{response.StatusCode, fmt.Sprintf("%s %s: %s: %s", request.Method, request.URL.Path, response.Status, answer)}
	}
	return json.Unmarshal(answer, into)
}

// statusError is a response with an error status.
type statusError struct {
	status int
	text   string
}

func (r *statusError) Error() string { return r.text }

// recordContact records a message in a case.
func (d *apiClient) recordContact(ctx context.Context, id string) error {
	return d.postJSON(ctx, "/cases/"+id+"/actions/record_contact", map[string]any{
		"channel": "private_message", "text": "您好，这笔转账发错了群，麻烦退回。", "sent_at": time.Now().Add(-time.Minute).Format(time.RFC3339), "in_group": false,
	}, &struct{}{})
}

// fileCase files one case at normal pace and returns its id.
func (d *apiClient) fileCase(ctx context.Context) (string, error) { return d.fileAt(ctx, 1) }

func (d *apiClient) fileAt(ctx context.Context, pace int) (string, error) {
	var filed struct {
		ID string `json:"id"`
	}
	err := d.postJSON(ctx, "/cases", map[string]any{
		"platform": "wechat", "instrument": "transfer", "amount_fen": 200_000, "sent_at": time.Now().Add(-26 * time.Hour).Format(time.RFC3339),
		"transaction_no": fmt.Sprintf("10000%d", d.next.Add(1)), "reason": "wrong_group", "claim_state": "claimed",
		"group":        map[string]any{"kind": "work", "size": 36},
		"counterparts": []any{map[string]any{"alias": "老周（仓储）", "claimed_fen": 200_000}},
		"claimant":     map[string]any{"name": "沈知遥", "phone": "13800000000", "province": "浙江省", "city": "杭州市"},
		"narrative":    "本想发到家庭群，误发到工作群。", "pace": pace,
	}, &filed)
	return filed.ID, err
}
