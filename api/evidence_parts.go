package api

import (
	"mime"
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/evidence/originals/blob"
	"recourse/recovery"
)

// BeginUpload implements ServerInterface.
func (a *API) BeginUpload(c echo.Context, id ID, params BeginUploadParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	var body UploadAnnouncement
	request, err := readRequest(c, params.IdempotencyKey, &body)
	if err != nil {
		return err
	}
	reply, err := a.service.BeginUpload(c.Request().Context(), request, recovery.CaseID(id), newAnnouncement(body))
	if err != nil {
		return err
	}
	setLocation(c, "uploads", reply.Value.ID)
	return sendReply(c, http.StatusCreated, reply, renderUpload)
}

func newAnnouncement(b UploadAnnouncement) casework.AnnouncedFile {
	return casework.AnnouncedFile{Size: b.Size, FileDescription: recovery.FileDescription{
		Kind: recovery.EvidenceKind(b.Kind), CapturedAt: b.CapturedAt, Source: valueOrZero(b.Source), Description: valueOrZero(b.Description),
		FileName: valueOrZero(b.FileName), SHA256: b.Sha256,
	}}
}

// GetUpload implements ServerInterface.
func (a *API) GetUpload(c echo.Context, id ID) error {
	if err := checkID(id); err != nil {
		return err
	}
	state, err := a.service.UploadState(c.Request().Context(), actorFrom(c), recovery.EvidenceID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, renderUpload(state))
}

// DeleteUpload implements ServerInterface.
func (a *API) DeleteUpload(c echo.Context, id ID) error {
	if err := checkID(id); err != nil {
		return err
	}
	if err := a.service.DeleteUpload(c.Request().Context(), actorFrom(c), recovery.EvidenceID(id)); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// PutUploadPart implements ServerInterface. The part is streamed, not held in
// memory.
func (a *API) PutUploadPart(c echo.Context, id ID, n int, params PutUploadPartParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	r := c.Request()
	media, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEOctetStream {
		return recovery.Faultf(recovery.CodeUnsupportedMedia, "Send a part as application/octet-stream.")
	}
	if err := checkNotEncoded(r.Header); err != nil {
		return err
	}
	if r.ContentLength > casework.PartSize {
		return invalidField("part", "too_long", "The part is too large. Send parts of the size given by part_size.")
	}
	source := &errorRecorder{Reader: r.Body}
	state, err := a.service.PutPart(r.Context(), actorFrom(c), recovery.EvidenceID(id), n, params.Offset, source)
	if source.err != nil {
		return incompleteBodyFault("part", source.err)
	}
	if err != nil {
		return err
	}
	return sendJSON(c, renderUpload(state))
}

// CompleteUpload implements ServerInterface.
func (a *API) CompleteUpload(c echo.Context, id ID, params CompleteUploadParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	request, err := newRequest(c, params.IdempotencyKey)
	if err != nil {
		return err
	}
	reply, err := a.service.CompleteUpload(c.Request().Context(), request, recovery.EvidenceID(id))
	return sendNewExhibit(c, reply, err)
}

func renderUpload(s casework.UploadState) Upload {
	return Upload{
		ID: string(s.ID), CaseID: string(s.CaseID), Size: s.Size, Sha256: s.SHA256, PartSize: s.PartSize, Parts: s.Count,
		Received: renderList(s.Received, renderPart), Complete: s.Complete, ExpiresAt: renderTime(s.CreatedAt.Add(recovery.UploadLife)),
	}
}

func renderPart(p blob.Part) UploadPart { return UploadPart{N: p.No, Size: p.Size} }
