package sample

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// client speaks /api/v1 for the development accounts.
type client struct {
	base   string
	tokens map[string]string
	http   *http.Client
	pause  time.Duration // before a product that does not answer is asked again
}

// problem is an answer the product refused with (RFC 9457).
type problem struct {
	Status int
	Code   string `json:"code"`
	Title  string `json:"title"`
	Detail string `json:"detail"`
	Errors []struct {
		Field  string `json:"field"`
		Detail string `json:"detail"`
	} `json:"errors"`
}

func (p *problem) Error() string {
	var text strings.Builder
	fmt.Fprintf(&text, "%d %s: %s", p.Status, p.Code, p.Detail)
	for _, field := range p.Errors {
		fmt.Fprintf(&text, " [%s: %s]", field.Field, field.Detail)
	}
	return text.String()
}

func newClient(base, tokensFile string, pause time.Duration) (*client, error) {
	content, err := os.ReadFile(tokensFile)
	if err != nil {
		return nil, fmt.Errorf("read the tokens of the development accounts: %w", err)
	}
	c := &client{base: base + "/api/v1", http: &http.Client{Timeout: time.Minute}, pause: pause}
	if err := json.Unmarshal(content, &c.tokens); err != nil {
		return nil, fmt.Errorf("read the tokens of the development accounts: %w", err)
	}
	return c, nil
}

// call is one request; body is sent as JSON unless it is a *form.
type call struct {
	as, method, path, key string
	body                  any
}

// form is a multipart upload of one file.
type form struct {
	fields map[string]string
	file   string // name as sent
	bytes  []byte
}

// tries is how often a busy or restarting product is asked again.
const tries = 20

// do sends the call until it is answered and decodes the answer into into. A
// product that says "not now, later" is asked again: every call is repeatable.
func (c *client) do(ctx context.Context, request call, into any) error {
	var err error
	for range tries {
		var pause time.Duration
		if pause, err = c.once(ctx, request, into); pause == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
		}
	}
	return err
}

// once gives a pause above zero when asking again makes sense.
func (c *client) once(ctx context.Context, request call, into any) (time.Duration, error) {
	response, err := c.send(ctx, request)
	if err != nil {
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		return c.pause, err
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode >= 300 {
		return c.readProblem(response)
	}
	if file, ok := into.(io.Writer); ok {
		_, err := io.Copy(file, response.Body)
		return 0, wrap(err, request)
	}
	if into == nil {
		return 0, nil
	}
	return 0, wrap(json.NewDecoder(response.Body).Decode(into), request)
}

func wrap(err error, request call) error {
	if err != nil {
		return fmt.Errorf("%s %s: %w", request.method, request.path, err)
	}
	return nil
}

func (c *client) readProblem(response *http.Response) (time.Duration, error) {
	p := &problem{Status: response.StatusCode}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(p); err != nil {
		p.Detail = "the answer is no problem document"
	}
	p.Status = response.StatusCode
	if response.StatusCode != http.StatusServiceUnavailable && response.StatusCode != http.StatusTooManyRequests {
		return 0, p
	}
	seconds, err := strconv.Atoi(response.Header.Get("Retry-After"))
	if err != nil || seconds < 1 {
		return c.pause, p
	}
	return min(time.Duration(seconds)*time.Second, 5*time.Second), p
}

func (c *client) send(ctx context.Context, r call) (*http.Response, error) {
	body, contentType, err := encode(r.body, r.key)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, body)
	if err != nil {
		return nil, fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.tokens[r.as])
	request.Header.Set("User-Agent", "Recourse sample walk")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if r.key != "" {
		request.Header.Set("Idempotency-Key", r.key)
	}
	return c.http.Do(request)
}

func encode(body any, key string) (io.Reader, string, error) {
	switch b := body.(type) {
	case nil:
		return http.NoBody, "", nil
	case *form:
		return b.encode(key)
	default:
		content, err := json.Marshal(body)
		if err != nil {
			return nil, "", fmt.Errorf("write the body: %w", err)
		}
		return bytes.NewReader(content), "application/json", nil
	}
}

// encode draws the boundary from the key, so that a repeated upload is the same
// to the last byte.
func (f *form) encode(key string) (io.Reader, string, error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	if err := w.SetBoundary(key); err != nil {
		return nil, "", fmt.Errorf("write the upload: %w", err)
	}
	for _, name := range []string{"kind", "captured_at", "source", "description"} {
		if value := f.fields[name]; value != "" {
			if err := w.WriteField(name, value); err != nil {
				return nil, "", fmt.Errorf("write the upload: %w", err)
			}
		}
	}
	part, err := w.CreateFormFile("file", f.file)
	if err != nil {
		return nil, "", fmt.Errorf("write the upload: %w", err)
	}
	_, err = part.Write(f.bytes)
	if err := errors.Join(err, w.Close()); err != nil {
		return nil, "", fmt.Errorf("write the upload: %w", err)
	}
	return &body, w.FormDataContentType(), nil
}

// codeOf is the stable name of a refusal, empty for anything else.
func codeOf(err error) string {
	var p *problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}
