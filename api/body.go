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
	// maxJSONSize is the maximum size of a JSON body in bytes. The largest valid
	// filing is below 100 KB.
	maxJSONSize = 1 << 20
	// maxDrainSize is the number of bytes of a refused body that are read and
	// discarded, so that a client that sends before it reads still gets the error.
	maxDrainSize = 64 << 20
	// idleTimeout is how long a client may neither send nor read.
	idleTimeout = 30 * time.Second
)

// pacedBody sets a new deadline for each read of a request body instead of one
// deadline for the whole body. A large file over a slow line is accepted; a
// stalled client is not.
type pacedBody struct {
	io.ReadCloser
	control *http.ResponseController
	started bool
	err     error // set when reading has ended; io.EOF after the whole body
}

// Read implements io.Reader.
func (b *pacedBody) Read(p []byte) (int, error) {
	b.started = true
	b.setDeadline(time.Now().Add(idleTimeout)) // a connection deadline uses the system clock
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.err = err
		b.setDeadline(time.Time{})
	}
	return n, err
}

// setDeadline ignores the error: test recorders support no deadline and need
// none.
func (b *pacedBody) setDeadline(at time.Time) { _ = b.control.SetReadDeadline(at) }

// paceBody wraps the body in a pacedBody.
func (a *API) paceBody(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		body := &pacedBody{ReadCloser: c.Request().Body, control: http.NewResponseController(c.Response())}
		c.Request().Body = body
		return next(c)
	}
}

// drainBody reads the rest of a refused body. Otherwise the connection is reset
// while the client still sends, and the client never sees the response.
func drainBody(c echo.Context) {
	body, paced := c.Request().Body.(*pacedBody)
	if !paced || body.err != nil || !body.started && c.Request().Header.Get("Expect") != "" {
		return
	}
	_, _ = io.CopyN(io.Discard, body, maxDrainSize) // an error changes nothing: the request is refused anyway
}

// readJSON reads a whole JSON body.
func readJSON(c echo.Context) ([]byte, error) { return readJSONLimited(c, maxJSONSize) }

// readJSONLimited reads a JSON body of at most limit bytes. An empty body
// counts as an empty object, so that the error lists the missing fields.
func readJSONLimited(c echo.Context, limit int64) ([]byte, error) {
	r := c.Request()
	if r.ContentLength > limit {
		return nil, bodyTooLargeFault(limit)
	}
	raw, err := readLimited(r.Body, limit, r.ContentLength)
	switch {
	case err != nil:
		return nil, incompleteBodyFault("", err)
	case int64(len(raw)) > limit:
		return nil, bodyTooLargeFault(limit)
	case len(raw) == 0:
		return []byte("{}"), nil
	}
	return raw, checkJSONType(r.Header)
}

// maxInitialBuffer limits the memory in bytes allocated because of a
// Content-Length before any data has arrived.
const maxInitialBuffer = 4 << 10

// readLimited reads a body to its end, but at most limit+1 bytes.
func readLimited(body io.Reader, limit, announced int64) ([]byte, error) {
	var raw bytes.Buffer
	raw.Grow(int(min(max(announced, 0), maxInitialBuffer)) + bytes.MinRead)
	_, err := raw.ReadFrom(io.LimitReader(body, limit+1))
	return raw.Bytes(), err
}

func bodyTooLargeFault(limit int64) error {
	return &recovery.Fault{
		Code: recovery.CodeTooLarge, Detail: fmt.Sprintf("The JSON body is too large. Send at most %d bytes.", limit),
		Fields: []recovery.FieldFault{{Field: "", Code: "too_large", Detail: "The body is too large."}},
	}
}

// incompleteBodyFault blames the sender for a body that ended early, unless
// this server closed the body itself.
func incompleteBodyFault(field string, err error) error {
	if errors.Is(err, http.ErrBodyReadAfterClose) {
		return fmt.Errorf("body: %w", err)
	}
	return malformedField(field, "cut_off", "The body ended too early. Send the request again.")
}

func checkJSONType(h http.Header) error {
	media, _, err := mime.ParseMediaType(h.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEApplicationJSON {
		return recovery.Faultf(recovery.CodeUnsupportedMedia, "Send the body as application/json.")
	}
	return checkNotEncoded(h)
}

// checkNotEncoded refuses compressed bodies, because the size limit would apply
// to the compressed data.
func checkNotEncoded(h http.Header) error {
	if coding := h.Get(echo.HeaderContentEncoding); coding != "" && coding != "identity" {
		return recovery.Faultf(recovery.CodeUnsupportedMedia, "Send the body without a Content-Encoding.")
	}
	return nil
}
