package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// pacedWriter sets a new deadline for each write of a long response instead of
// one for the whole response, as pacedBody does for requests.
type pacedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func newPacedWriter(c echo.Context) *pacedWriter {
	return &pacedWriter{ResponseWriter: c.Response(), control: http.NewResponseController(c.Response())}
}

// Write implements io.Writer.
func (w *pacedWriter) Write(p []byte) (int, error) {
	w.setDeadline(time.Now().Add(idleTimeout)) // a connection deadline uses the system clock
	return w.ResponseWriter.Write(p)
}

func (w *pacedWriter) flush() error { return w.control.Flush() }

// clearDeadline removes the deadline, which would otherwise apply to the next
// response on the same connection.
func (w *pacedWriter) clearDeadline() { w.setDeadline(time.Time{}) }

// setDeadline ignores the error: test recorders support no deadline and need
// none.
func (w *pacedWriter) setDeadline(at time.Time) { _ = w.control.SetWriteDeadline(at) }
