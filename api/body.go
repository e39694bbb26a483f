package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

// maxJSONSize is the maximum size of a JSON body in bytes. The largest valid
// filing is below 100 KB.
const maxJSONSize = 1 << 20

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
