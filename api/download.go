package api

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/evidence/originals/blob"
	"recourse/recovery"
)

// download is a file that is sent unchanged, whole or in part.
type download struct {
	media       string
	disposition string
	digest      string // SHA-256, the entity tag; "": the file is not made yet
	size        int64
	modified    time.Time         // zero: unknown
	file        io.ReadSeekCloser // nil if it is not made yet
}

// blobFile is an open original or copy.
type blobFile struct {
	*io.SectionReader
	io.Closer
}

func newBlobFile(body blob.File, size int64) blobFile {
	return blobFile{io.NewSectionReader(body, 0, size), body}
}

// openDownload opens a file for a request. It is recorded as read unless only its header
// is wanted.
type openDownload func(request casework.Request) (download, error)

// sendFile sends a file, a part of it, or nothing if the client has it already. A
// precondition that fails and a range outside the file are Faults. Only what is sent is
// recorded as read.
func sendFile(c echo.Context, open openDownload) error {
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	status := http.StatusOK
	if isConditional(c.Request()) {
		if status, err = examineConditions(c.Request(), request, open); err != nil {
			return err
		}
	}
	request.InParts = status == http.StatusPartialContent
	sent := request.InParts || status == http.StatusOK
	request.HeaderOnly = request.HeaderOnly || !sent
	d, err := open(request)
	if err != nil {
		return err
	}
	defer d.close()
	c.Response().Header().Set(echo.HeaderContentDisposition, d.disposition)
	if d.file == nil && sent {
		return sendHeader(c, d.media)
	}
	return d.send(c)
}

// isConditional reports whether the answer may be something else than the whole file.
func isConditional(r *http.Request) bool {
	for _, name := range []string{"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "Range"} {
		if r.Header.Get(name) != "" {
			return true
		}
	}
	return false
}

// examineConditions opens the file without a record and returns the status of its answer:
// the whole file, a part, or nothing of it.
func examineConditions(r *http.Request, request casework.Request, open openDownload) (int, error) {
	request.HeaderOnly = true
	d, err := open(request)
	if err != nil {
		return 0, err
	}
	defer d.close()
	asked := r.Clone(r.Context())
	asked.Method = http.MethodHead // ServeContent then reads nothing
	answer := statusOnly{header: http.Header{}}
	answer.header.Set(echo.HeaderContentType, d.media)
	answer.header.Set("ETag", d.etag())
	http.ServeContent(&answer, asked, "", d.modified, d.content())
	return answer.status, nil
}

// statusOnly is a response of which only the status is of interest.
type statusOnly struct {
	header http.Header
	status int
}

// Header implements http.ResponseWriter.
func (w *statusOnly) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *statusOnly) WriteHeader(status int) { w.status = status }

// Write implements http.ResponseWriter.
func (w *statusOnly) Write(p []byte) (int, error) { return len(p), nil }

func (d download) etag() string { return `"` + d.digest + `"` }

func (d download) close() {
	if d.file != nil {
		_ = d.file.Close() // opened for reading only
	}
}

// content returns the bytes of the file, none if it is not made yet.
func (d download) content() io.ReadSeeker {
	if d.file == nil {
		return strings.NewReader("")
	}
	return d.file
}

func (d download) send(c echo.Context) error {
	header := c.Response().Header()
	header.Set(echo.HeaderContentType, d.media)
	header.Set("ETag", d.etag())
	attempt := &refusalCatcher{ResponseWriter: c.Response()}
	http.ServeContent(attempt, c.Request(), "", d.modified, d.content())
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
