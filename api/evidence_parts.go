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
	if err := known(id); err != nil {
		return err
	}
	var body UploadAnnouncement
	request, err := readRequest(c, params.IdempotencyKey, &body)
	if err != nil {
		return err
	}
	reply, err := a.service.BeginUpload(c.Request().Context(), request, recovery.CaseID(id), announcedOf(body))
	if err != nil {
		return err
	}
	setLocation(c, "uploads", reply.Value.ID)
	return send(c, http.StatusCreated, reply, uploadOf)
}

func announcedOf(b UploadAnnouncement) casework.Announced {
	return casework.Announced{Size: b.Size, FileDescription: recovery.FileDescription{
		Kind: recovery.EvidenceKind(b.Kind), CapturedAt: b.CapturedAt, Source: deref(b.Source), Description: deref(b.Description),
		FileName: deref(b.FileName), SHA256: b.Sha256,
	}}
}

// GetUpload implements ServerInterface.
func (a *API) GetUpload(c echo.Context, id ID) error {
	if err := known(id); err != nil {
		return err
	}
	state, err := a.service.UploadState(c.Request().Context(), actor(c), recovery.EvidenceID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, uploadOf(state))
}

// PutUploadPart implements ServerInterface. Nothing of the part is held in
// memory.
func (a *API) PutUploadPart(c echo.Context, id ID, n int, params PutUploadPartParams) error {
	if err := known(id); err != nil {
		return err
	}
	r := c.Request()
	media, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType))
	if err != nil || media != echo.MIMEOctetStream {
		return recovery.Faultf(recovery.CodeUnsupportedMedia, "Send a part as application/octet-stream.")
	}
	if err := isPlain(r.Header); err != nil {
		return err
	}
	if r.ContentLength > casework.PartSize {
		return invalidField("part", "too_long", "The part is larger than any part of an upload.")
	}
	source := &watched{Reader: r.Body}
	state, err := a.service.PutPart(r.Context(), actor(c), recovery.EvidenceID(id), n, params.Offset, source)
	if source.err != nil {
		return cutOff("part", source.err)
	}
	if err != nil {
		return err
	}
	return sendJSON(c, uploadOf(state))
}

// CompleteUpload implements ServerInterface.
func (a *API) CompleteUpload(c echo.Context, id ID, params CompleteUploadParams) error {
	if err := known(id); err != nil {
		return err
	}
	request, err := newRequest(c, params.IdempotencyKey)
	if err != nil {
		return err
	}
	reply, err := a.service.CompleteUpload(c.Request().Context(), request, recovery.EvidenceID(id))
	return sendNewExhibit(c, reply, err)
}

func uploadOf(s casework.UploadState) Upload {
	return Upload{
		ID: string(s.ID), CaseID: string(s.CaseID), Size: s.Size, Sha256: s.SHA256, PartSize: s.PartSize, Parts: s.Count,
		Received: each(s.Received, partOf), Complete: s.Complete, ExpiresAt: local(s.CreatedAt.Add(recovery.UploadLife)),
	}
}

func partOf(p blob.Part) UploadPart { return UploadPart{N: p.No, Size: p.Size} }
