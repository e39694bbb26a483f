package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

const (
	// maxJSON is the size in bytes of a JSON body; the largest filing the domain
	// accepts is below 100 KB.
	maxJSON = 1 << 20
	// maxDrain is how much of a refused body is read and thrown away, so that a
	// sender who writes before reading gets to read why.
	maxDrain = 64 << 20
	// progressTime is how long a sender or reader may stand still.
	progressTime = 30 * time.Second
)

// pacedBody gives a request's body a deadline for each step instead of one for
// all: a large file over a slow line is fine, standing still is not.
type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	begun   bool
	err     error // why reading ended; io.EOF at the end
}

// Read implements io.Reader.
func (b *pacedBody) Read(p []byte) (int, error) {
	b.begun = true
	b.deadline(time.Now().Add(progressTime)) // of the connection, by the system's clock
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.err = err
		b.deadline(time.Time{})
	}
	return n, err
}

// deadline is not supported by test recorders, which need none.
func (b *pacedBody) deadline(at time.Time) { _ = b.control.SetReadDeadline(at) }

// paceBody puts a pacedBody before the handlers.
func (a *API) paceBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		body := &pacedBody{ReadCloser: c.Request().Body, control: http.NewResponseController(c.Response())}
		c.Request().Body = body
		return next(c)
	}
}

// drain reads what is left of a refused body. Otherwise the connection is reset
// under a sender that is still writing, and the answer is lost.
func drain(c echo.Context) {
	body, paced := c.Request().Body.(*pacedBody)
	if !paced || body.err != nil || !body.begun && c.Request().Header.Get("Expect") != "" {
		return
	}
	_, _ = io.CopyN(io.Discard, body, maxDrain) // whatever ends it, the refusal stands
}

// readJSON reads a JSON body whole.
func readJSON(c echo.Context) ([]byte, error) { return readJSONUpTo(c, maxJSON) }

// readJSONUpTo reads a JSON body of at most limit bytes. An empty body is an
// empty object: its missing fields are named one by one.
func readJSONUpTo(c echo.Context, limit int64) ([]byte, error) {
	r := c.Request()
	if r.ContentLength > limit {
		return nil, bodyTooLarge(limit)
	}
	raw, err := readUpTo(r.Body, limit, r.ContentLength)
	switch {
	case err != nil:
		return nil, cutOff("", err)
	case int64(len(raw)) > limit:
		return nil, bodyTooLarge(limit)
	case len(raw) == 0:
		return []byte("{}"), nil
	}
	return raw, isJSON(r.Header)
}

// believed is how much room in bytes a told length is given before anything came.
const believed = 4 << 10

// readUpTo reads all of a body, or one byte more than its limit.
func readUpTo(body io.Reader, limit, told int64) ([]byte, error) {
	var raw bytes.Buffer
	raw.Grow(int(min(max(told, 0), believed)) + bytes.MinRead)
	_, err := raw.ReadFrom(io.LimitReader(body, limit+1))
	return raw.Bytes(), err
}

func bodyTooLarge(limit int64) error {
	return &recovery.Fault{
		Code: recovery.CodeTooLarge, Detail: fmt.Sprintf("A JSON body has at most %d bytes here.", limit),
		Fields: []recovery.FieldFault{{Field: "", Code: "too_large", Detail: "The body is too large."}},
	}
}

// cutOff judges a body that could not be read to its end: that is for the
// sender to mend, unless it was ours.
func cutOff(field string, err error) error {
	if errors.Is(err, http.ErrBodyReadAfterClose) {
		return fmt.Errorf("body: %w", err)
	}
	return malformedField(field, "cut_off", "The body ended before it was complete.")
}

func isJSON(h http.Header) error {
	media, _, err := mime.ParseMediaType(h.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEApplicationJSON {
		return recovery.Faultf(recovery.CodeUnsupportedMedia, "Send the body as application/json.")
	}
	return isPlain(h)
}

// isPlain refuses compressed bodies: their limit would hold for something else
// than what arrives.
func isPlain(h http.Header) error {
	if coding := h.Get(echo.HeaderContentEncoding); coding != "" && coding != "identity" {
		return recovery.Faultf(recovery.CodeUnsupportedMedia, "Send the body without a Content-Encoding.")
	}
	return nil
}
