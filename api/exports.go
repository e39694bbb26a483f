package api

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// RequestExport implements ServerInterface.
func (a *API) RequestExport(c echo.Context, id ID, params RequestExportParams) error {
	if err := known(id); err != nil {
		return err
	}
	var asked ExportRequest
	request, err := readRequest(c, params.IdempotencyKey, &asked)
	if err != nil {
		return err
	}
	reply, err := a.service.RequestExport(c.Request().Context(), request, recovery.CaseID(id), recovery.Audience(asked.Audience))
	if err != nil {
		return err
	}
	setLocation(c, "exports", reply.Value.ID)
	return send(c, http.StatusAccepted, reply, acceptedOf)
}

// GetExport implements ServerInterface.
func (a *API) GetExport(c echo.Context, id ID) error {
	if err := known(id); err != nil {
		return err
	}
	export, err := a.service.Export(c.Request().Context(), actor(c), recovery.ExportID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, exportOf(export))
}

// GetDossier implements ServerInterface.
func (a *API) GetDossier(c echo.Context, id ID) error {
	return a.download(c, id, casework.DossierFile, "application/pdf", func(e recovery.Export) string { return e.SHA256 })
}

// GetBag implements ServerInterface.
func (a *API) GetBag(c echo.Context, id ID) error {
	return a.download(c, id, casework.BagFile, "application/zip", func(e recovery.Export) string { return e.BagSHA256 })
}

func (a *API) download(c echo.Context, id ID, name, media string, digest func(recovery.Export) string) error {
	if err := known(id); err != nil {
		return err
	}
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	file, export, err := a.service.OpenExport(c.Request().Context(), request, recovery.ExportID(id), name)
	if err != nil {
		return err
	}
	defer file.Close()
	header := c.Response().Header()
	attachment(header, string(export.Audience)+"-"+name)
	header.Set(echo.HeaderContentType, media)
	header.Set("ETag", `"`+digest(export)+`"`)
	out := newPacedWriter(c)
	defer out.done()
	http.ServeContent(out, c.Request(), "", deref(export.ReadyAt), file)
	return nil
}
