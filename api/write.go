package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// pacedWriter gives a long answer a deadline for each step instead of one for
// all, as pacedBody does for requests.
type pacedWriter struct {
	http.ResponseWriter
	control *http.ResponseController
}

func newPacedWriter(c echo.Context) *pacedWriter {
	return &pacedWriter{ResponseWriter: c.Response(), control: http.NewResponseController(c.Response())}
}

// Write implements io.Writer.
func (w *pacedWriter) Write(p []byte) (int, error) {
	w.deadline(time.Now().Add(progressTime)) // of the connection, by the system's clock
	return w.ResponseWriter.Write(p)
}

func (w *pacedWriter) flush() error { return w.control.Flush() }

// done takes the deadline away, which would otherwise meet the next answer on
// the same connection.
func (w *pacedWriter) done() { w.deadline(time.Time{}) }

// deadline is not supported by test recorders, which need none.
func (w *pacedWriter) deadline(at time.Time) { _ = w.control.SetWriteDeadline(at) }
