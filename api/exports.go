package api

import (
	"io"
	"net/http"

	"github.com/labstack/echo/v4"

	"recourse/casework"
	"recourse/recovery"
)

// RequestExport implements ServerInterface.
func (a *API) RequestExport(c echo.Context, id ID, params RequestExportParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	var input ExportRequest
	request, err := readRequest(c, params.IdempotencyKey, &input)
	if err != nil {
		return err
	}
	reply, err := a.service.RequestExport(c.Request().Context(), request, recovery.CaseID(id), casework.ExportOrder{
		Audience: recovery.Audience(input.Audience), CounterpartID: recovery.CounterpartID(valueOrZero(input.CounterpartID)),
		Agreed: valueOrZero(input.Agreed), Confirm: valueOrZero(input.Confirm),
	})
	if err != nil {
		return err
	}
	setLocation(c, "exports", reply.Value.ID)
	return sendReply(c, http.StatusAccepted, reply, renderExportAccepted)
}

// PreviewExport implements ServerInterface.
func (a *API) PreviewExport(c echo.Context, id ID, params PreviewExportParams) error {
	if err := checkID(id); err != nil {
		return err
	}
	request, err := newRequest(c, nil)
	if err != nil {
		return err
	}
	seen, err := a.service.PreviewExport(c.Request().Context(), request, recovery.CaseID(id), casework.ExportOrder{
		Audience: recovery.Audience(params.Audience), CounterpartID: recovery.CounterpartID(valueOrZero(params.CounterpartID)),
	})
	if err != nil {
		return err
	}
	return sendJSON(c, renderPreview(seen))
}

// GetExport implements ServerInterface.
func (a *API) GetExport(c echo.Context, id ID) error {
	if err := checkID(id); err != nil {
		return err
	}
	export, err := a.service.Export(c.Request().Context(), actorFrom(c), recovery.ExportID(id))
	if err != nil {
		return err
	}
	return sendJSON(c, renderExport(export))
}

// GetDossier implements ServerInterface.
func (a *API) GetDossier(c echo.Context, id ID) error {
	return a.downloadExport(c, id, casework.DossierFile, "application/pdf", func(e recovery.Export) string { return e.SHA256 })
}

// GetBag implements ServerInterface.
func (a *API) GetBag(c echo.Context, id ID) error {
	return a.downloadExport(c, id, casework.BagFile, "application/zip", func(e recovery.Export) string { return e.BagSHA256 })
}

func (a *API) downloadExport(c echo.Context, id ID, name, media string, digest func(recovery.Export) string) error {
	if err := checkID(id); err != nil {
		return err
	}
	return sendFile(c, func(request casework.Request) (download, error) {
		file, export, err := a.service.OpenExport(c.Request().Context(), request, recovery.ExportID(id), name)
		if err != nil {
			return download{}, err
		}
		size, err := file.Seek(0, io.SeekEnd)
		return download{
			media: media, disposition: attachment(string(export.Audience) + "-" + name), digest: digest(export), size: size,
			modified: valueOrZero(export.ReadyAt), file: file,
		}, err
	})
}
