package api

import (
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/recovery"
)

// download is a file that is sent unchanged, whole or in part.
type download struct {
	media    string
	digest   string // SHA-256, the entity tag
	size     int64
	modified time.Time // zero: unknown
}

// send sends the file, a part of it, or nothing if the client has it already. A
// precondition that fails and a range outside the file are Faults.
func (d download) send(c echo.Context, file io.ReadSeeker) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, d.media)
	header.Set("ETag", `"`+d.digest+`"`)
	out := newPacedWriter(c)
	defer out.clearDeadline()
	attempt := &refusalCatcher{ResponseWriter: out}
	http.ServeContent(attempt, c.Request(), "", d.modified, file)
	return attempt.fault(header, d.size)
}

// refusalCatcher keeps back the plain text with which net/http refuses a request.
type refusalCatcher struct {
	http.ResponseWriter
	refused int // status of the refusal; 0 for none
}

// WriteHeader implements http.ResponseWriter.
func (w *refusalCatcher) WriteHeader(status int) {
	if status >= http.StatusBadRequest {
		w.refused = status
		return
	}
	w.ResponseWriter.WriteHeader(status)
}

// Write implements http.ResponseWriter.
func (w *refusalCatcher) Write(p []byte) (int, error) {
	if w.refused != 0 {
		return len(p), nil
	}
	return w.ResponseWriter.Write(p)
}

// fault returns the refusal, and removes the headers that describe the file.
func (w *refusalCatcher) fault(header http.Header, size int64) error {
	if w.refused == 0 {
		return nil
	}
	for _, name := range []string{echo.HeaderContentType, echo.HeaderContentDisposition, echo.HeaderContentLength, "Accept-Ranges"} {
		header.Del(name)
	}
	switch w.refused {
	case http.StatusPreconditionFailed:
		return recovery.Faultf(recovery.CodePrecondition, "The file is not the one that the precondition names. Download it without one.")
	case http.StatusRequestedRangeNotSatisfiable:
		header.Set("Content-Range", fmt.Sprintf("bytes */%d", size))
		return recovery.Faultf(recovery.CodeRange, "The range is malformed or outside the file, which has %d bytes.", size)
	default:
		return fmt.Errorf("a download was refused with status %d", w.refused)
	}
}

// isHead reports whether only the header of a response is wanted.
func isHead(c echo.Context) bool { return c.Request().Method == http.MethodHead }

// sendHeader answers a HEAD request for a body that is made only when it is read.
func sendHeader(c echo.Context, media string) error {
	c.Response().Header().Set(echo.HeaderContentType, media)
	c.Response().WriteHeader(http.StatusOK)
	return nil
}
