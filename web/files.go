package web

import (
	"io"
	"net/http"
	"strconv"

	"recourse/recovery"
)

// viewable are the types a browser may show inside a page.
var viewable = map[string]bool{"image/png": true, "image/jpeg": true, "image/webp": true, "image/gif": true}

// downloadEvidence streams an original to be saved. Looking is journalled by
// the use case before a byte is given out.
func (w *Web) downloadEvidence(c *call) error {
	record, body, err := w.openEvidence(c)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // only read from
	name := record.FileName
	if name == "" {
		name = "evidence-" + strconv.FormatInt(record.Seq, 10)
	}
	c.attach(name, record.Size)
	return c.Stream(http.StatusOK, record.MediaType, body)
}

// viewEvidence streams an image into a page.
func (w *Web) viewEvidence(c *call) error {
	record, err := w.service.Evidence(c.Request().Context(), c.who.Actor, recovery.EvidenceID(c.Param("id")))
	if err != nil {
		return err
	}
	if !viewable[record.MediaType] {
		return recovery.Faultf(recovery.CodeUnsupportedMedia, "Only images are shown in a page; save the file instead.")
	}
	record, body, err := w.openEvidence(c)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }() // only read from
	h := c.Response().Header()
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Length", strconv.FormatInt(record.Size, 10))
	return c.Stream(http.StatusOK, record.MediaType, body)
}

func (w *Web) openEvidence(c *call) (recovery.Evidence, io.ReadCloser, error) {
	return w.service.OpenEvidence(c.Request().Context(), c.request(nil), recovery.EvidenceID(c.Param("id")))
}
