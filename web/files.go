package web

import (
	"io"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"recourse/evidence/originals/intake"
	"recourse/recovery"
)

// downloadEvidence streams an original as a download. The use case records the
// access in the journal before any byte is sent.
func (w *Web) downloadEvidence(c *pageContext) error {
	record, body, err := w.openEvidence(c)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // opened for reading only
	name := record.FileName
	if name == "" {
		name = "evidence-" + strconv.FormatInt(record.Seq, 10)
	}
	c.setAttachment(name, record.Size)
	return c.sendFile(intake.DownloadType(record.MediaType), body)
}

// sendFile streams a file. For a header alone, nothing of it is read.
func (c *pageContext) sendFile(media string, body io.Reader) error {
	if c.isHead() {
		c.Response().Header().Set(echo.HeaderContentType, media)
		c.Response().WriteHeader(http.StatusOK)
		return nil
	}
	return c.Stream(http.StatusOK, media, body)
}

// viewEvidence streams the copy of a picture into a page. Unlike the original, it has no
// metadata and nothing but pixels.
func (w *Web) viewEvidence(c *pageContext) error {
	view, err := w.service.OpenView(c.Request().Context(), c.newRequest(nil), recovery.EvidenceID(c.Param("id")), "")
	if err != nil {
		return err
	}
	defer func() { _ = view.Body.Close() }() // opened for reading only
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Length", strconv.FormatInt(view.Size, 10))
	return c.sendFile(intake.ViewMedia, view.Body)
}

func (w *Web) openEvidence(c *pageContext) (recovery.Evidence, io.ReadCloser, error) {
	return w.service.OpenEvidence(c.Request().Context(), c.newRequest(nil), recovery.EvidenceID(c.Param("id")))
}
