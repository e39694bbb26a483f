package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"time"

	"recourse/dev/local"
)

// A long case is compared with a short one.
const (
	shortCaseActs    = 50
	longCaseActs     = 5000
	longCaseClients  = 4
	longCaseMeasured = 25
	maxLongCaseRatio = 1.5
)

// longCaseStep is something that a case sees again and again. Acts fill the case, too.
type longCaseStep struct {
	name string
	act  bool
	do   func(ctx context.Context, c longCase) error
}

// longCase is one of the two cases.
type longCase struct {
	*apiClient
	pages              *http.Client // signed in
	base               string
	id, number, holder string
	correctable        int64
}

// measureLongCase measures everything that a case sees again and again, in turns on a
// case of 50 and on one of 5,000 acts of all kinds. BENCH_ACTS changes the latter number.
func measureLongCase(ctx context.Context, up local.Up) ([]row, error) {
	acts, err := strconv.ParseInt(os.Getenv("BENCH_ACTS"), 10, 64)
	if err != nil {
		acts = longCaseActs
	}
	var cases [2]longCase
	for i, count := range []int64{shortCaseActs, acts} {
		if cases[i], err = newLongCase(ctx, up, count); err != nil {
			return nil, err
		}
	}
	var rows []row
	for _, step := range longCaseSteps {
		loads, err := measureInTurns(longCaseMeasured, cases[0].once(ctx, step), cases[1].once(ctx, step))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", step.name, err)
		}
		ratio := float64(loads[1].percentile(0.5)) / float64(loads[0].percentile(0.5))
		rows = append(rows, row{
			what: step.name + " in a long case", figure: fmt.Sprintf("p50 %s after %d acts", milliseconds(loads[1].percentile(0.5)), acts),
			yardstick: fmt.Sprintf("p50 %s after %d", milliseconds(loads[0].percentile(0.5)), shortCaseActs),
			ratio:     formatRatio(ratio), budget: fmt.Sprintf("≤ %.1f times", maxLongCaseRatio), kept: ratio <= maxLongCaseRatio,
		})
	}
	return rows, nil
}

func (c longCase) once(ctx context.Context, step longCaseStep) func() (load, error) {
	return func() (load, error) {
		return callConcurrently(ctx, 1, untilCount(1), func(ctx context.Context, _ int) error { return step.do(ctx, c) })
	}
}

// newLongCase files a case and fills it with acts of all kinds.
func newLongCase(ctx context.Context, up local.Up, acts int64) (longCase, error) {
	d, err := newAPIClient(up)
	if err != nil {
		return longCase{}, err
	}
	c := longCase{apiClient: d, base: up.BaseURL}
	if c.id, err = d.fileCase(ctx); err != nil {
		return c, err
	}
	var view struct {
		Number       string                `json:"number"`
		Counterparts []struct{ ID string } `json:"counterparts"`
	}
	if err := d.getJSON(ctx, "/cases/"+c.id, &view); err != nil {
		return c, err
	}
	c.number, c.holder = view.Number, view.Counterparts[0].ID
	if err := d.recordReturn(ctx, c.id, 100); err != nil {
		return c, err
	}
	if c.correctable, err = d.findEntry(ctx, c.id, "return_recorded"); err != nil {
		return c, err
	}
	if c.pages, err = signIn(ctx, up.BaseURL); err != nil {
		return c, err
	}
	_, err = callConcurrently(ctx, longCaseClients, untilCount(acts), func(ctx context.Context, _ int) error {
		n := int(d.next.Add(1) % int64(len(longCaseSteps)))
		for !longCaseSteps[n].act {
			n = (n + 1) % len(longCaseSteps)
		}
		return longCaseSteps[n].do(ctx, c)
	})
	return c, err
}

var longCaseSteps = []longCaseStep{
	{"recording a message", true, func(ctx context.Context, c longCase) error { return c.recordContact(ctx, c.id) }},
	{"a note", true, func(ctx context.Context, c longCase) error {
		return c.take(ctx, "add_note", map[string]any{"text": "已电话核实。", "visibility": "shared"})
	}},
	{"an answer of the other side", true, func(ctx context.Context, c longCase) error {
		return c.take(ctx, "record_response", map[string]any{
			"counterpart_id": c.holder, "kind": "promised", "text": "过几天还。", "at": time.Now().Add(-time.Minute).Format(time.RFC3339),
		})
	}},
	{"a return", true, func(ctx context.Context, c longCase) error { return c.recordReturn(ctx, c.id, 1) }},
	{"a file", true, func(ctx context.Context, c longCase) error { return c.addFile(ctx) }},
	{"a correction", false, func(ctx context.Context, c longCase) error {
		return c.correctReturn(ctx, c.id, c.correctable, 1+c.next.Add(1)%1000)
	}},
	{"the case by API", false, func(ctx context.Context, c longCase) error { return c.getJSON(ctx, "/cases/"+c.id, &struct{}{}) }},
	{"the inbox by API", false, func(ctx context.Context, c longCase) error { return c.getJSON(ctx, "/inbox", &struct{}{}) }},
	{"the page of the case", false, func(ctx context.Context, c longCase) error { return c.openPage(ctx, "/cases/"+c.number) }},
}

func (c longCase) take(ctx context.Context, action string, body map[string]any) error {
	return c.postJSON(ctx, "/cases/"+c.id+"/actions/"+action, body, &struct{}{})
}

// addFile adds a small file that is different from all others.
func (c longCase) addFile(ctx context.Context) error {
	return c.uploadFile(ctx, c.id, "chat_export", "chat.txt", fmt.Appendf(nil, "聊天记录 %d\n", c.next.Add(1)))
}

var (
	csrfField    = regexp.MustCompile(`name="csrf" value="([^"]+)"`)
	accountField = regexp.MustCompile(`name="account" value="([^"]+)"`)
)

// signIn returns a client that is signed in as the first account, a claimant.
func signIn(ctx context.Context, base string) (*http.Client, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return nil, fmt.Errorf("keep cookies: %w", err)
	}
	c := longCase{pages: &http.Client{Jar: jar, Timeout: 30 * time.Second}, base: base}
	form, err := c.readPage(ctx, http.MethodGet, "/sign-in", nil)
	if err != nil {
		return nil, err
	}
	csrf, account := csrfField.FindSubmatch(form), accountField.FindSubmatch(form)
	if csrf == nil || account == nil {
		return nil, fmt.Errorf("the page for signing in has no form: %s", form)
	}
	_, err = c.readPage(ctx, http.MethodPost, "/sign-in", url.Values{"csrf": {string(csrf[1])}, "account": {string(account[1])}})
	return c.pages, err
}

func (c longCase) openPage(ctx context.Context, path string) error {
	_, err := c.readPage(ctx, http.MethodGet, path, nil)
	return err
}

func (c longCase) readPage(ctx context.Context, method, path string, form url.Values) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader([]byte(form.Encode())))
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := c.pages.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer func() { _ = response.Body.Close() }()
	page, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s %s: %s", method, path, response.Status)
	}
	return page, err
}
