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

// client calls /api/v1 with the tokens of the development accounts.
type client struct {
	base   string
	tokens map[string]string
	http   *http.Client
	pause  time.Duration // before a call without an answer is repeated
}

// problem is an error response (RFC 9457).
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

// apiCall is one request. The body is sent as JSON unless it is a *form.
type apiCall struct {
	role, method, path, key string
	body                    any
}

// form is a multipart upload of one file.
type form struct {
	fields map[string]string
	file   string // file name
	bytes  []byte
}

// maxTries limits the calls to a busy or restarting product.
const maxTries = 20

// doCall sends a call until it is answered and decodes the response. It repeats
// calls that fail with "try again later", because every call is idempotent.
func (c *client) doCall(ctx context.Context, request apiCall, into any) error {
	var err error
	for range maxTries {
		var pause time.Duration
		if pause, err = c.tryCall(ctx, request, into); pause == 0 {
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

// tryCall returns a pause above zero if the call should be repeated.
func (c *client) tryCall(ctx context.Context, request apiCall, into any) (time.Duration, error) {
	response, err := c.sendRequest(ctx, request)
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
		return 0, wrapError(err, request)
	}
	if into == nil {
		return 0, nil
	}
	return 0, wrapError(json.NewDecoder(response.Body).Decode(into), request)
}

func wrapError(err error, request apiCall) error {
	if err != nil {
		return fmt.Errorf("%s %s: %w", request.method, request.path, err)
	}
	return nil
}

func (c *client) readProblem(response *http.Response) (time.Duration, error) {
	p := &problem{Status: response.StatusCode}
	if err := json.NewDecoder(io.LimitReader(response.Body, 1<<20)).Decode(p); err != nil {
		p.Detail = "the response is not a problem document"
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

func (c *client) sendRequest(ctx context.Context, r apiCall) (*http.Response, error) {
	body, contentType, err := encodeBody(r.body, r.key)
	if err != nil {
		return nil, err
	}
	request, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, body)
	if err != nil {
		return nil, fmt.Errorf("create the request: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.tokens[r.role])
	request.Header.Set("User-Agent", "Recourse sample case")
	if contentType != "" {
		request.Header.Set("Content-Type", contentType)
	}
	if r.key != "" {
		request.Header.Set("Idempotency-Key", r.key)
	}
	return c.http.Do(request)
}

func encodeBody(body any, key string) (io.Reader, string, error) {
	switch b := body.(type) {
	case nil:
		return http.NoBody, "", nil
	case *form:
		return b.encodeMultipart(key)
	default:
		content, err := json.Marshal(body)
		if err != nil {
			return nil, "", fmt.Errorf("write the body: %w", err)
		}
		return bytes.NewReader(content), "application/json", nil
	}
}

// encodeMultipart uses the key as boundary, so that a repeated upload has the same
// bytes.
func (f *form) encodeMultipart(key string) (io.Reader, string, error) {
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

// problemCode returns the code of a problem, empty for other errors.
func problemCode(err error) string {
	var p *problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}
