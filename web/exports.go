package web

import (
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"

	"recourse/casework"
	"recourse/recovery"
)

// exportBody is the model of the export room.
type exportBody struct {
	caseBody
	Lists []missingList
}

// missingList is what a complete dossier for an audience would hold and the
// case does not.
type missingList struct {
	Audience recovery.Audience
	Missing  []string
}

// exportRoom is where legal takes the papers out.
func (w *Web) exportRoom(c *call) error { return c.showExports(http.StatusOK, nil) }

func (c *call) showExports(status int, failed *attempt) error {
	data, err := c.load(c.Param("number"))
	if err != nil {
		return err
	}
	inner, err := c.caseBody(data, failed)
	if err != nil {
		return err
	}
	body := exportBody{caseBody: inner}
	if body.Lists, err = c.missing(data); err != nil {
		return err
	}
	body.Home += "/export"
	body.Acts = slices.DeleteFunc(body.Acts, func(f form) bool { return !legalForms[f.ID] })
	for i := range body.Acts {
		body.Acts[i].Hidden = append(body.Acts[i].Hidden, option{Label: "from", Value: fromExports})
	}
	if body.Export != nil {
		body.Export.Hidden = append(body.Export.Hidden, option{Label: "from", Value: fromExports})
	}
	return c.show(status, "export", page{
		Title: c.say.T("export.title", "number", data.Number), Pace: data.Pace, Desk: true, Scripts: []string{"live.js"}, Body: body,
	})
}

// legalForms are the actions that belong beside the papers.
var legalForms = map[string]bool{"do-choose_route": true, "do-record_legal_step": true, "do-close": true}

func (c *call) missing(d *caseData) ([]missingList, error) {
	book, err := c.web.service.Registry.RuleSet(d.Playbook)
	if err != nil {
		return nil, err
	}
	var lists []missingList
	for _, audience := range recovery.Audiences {
		lists = append(lists, missingList{Audience: audience, Missing: book.Missing(d.Case, d.evidence, audience)})
	}
	return lists, nil
}

// exportFiles are the files of an export and their types.
var exportFiles = map[string]string{
	casework.DossierFile: "application/pdf", casework.BagFile: "application/zip",
}

// downloadExport streams a dossier or a bag.
func (w *Web) downloadExport(c *call) error {
	name := c.Param("file")
	mediaType, known := exportFiles[name]
	if !known {
		return recovery.Faultf(recovery.CodeNotFound, "An export has no such file.")
	}
	ctx, id := c.Request().Context(), recovery.ExportID(c.Param("id"))
	file, export, err := w.service.OpenExport(ctx, c.request(nil), id, name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // only read from
	view, err := w.service.Case(ctx, c.who.Actor, export.CaseID)
	if err != nil {
		return err
	}
	length, err := file.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	if err != nil {
		return err
	}
	c.attach(string(view.Number)+"-"+name, length)
	return c.Stream(http.StatusOK, mediaType, file)
}

// attach sets the headers of a file that is saved, never run.
func (c *call) attach(name string, length int64) {
	h := c.Response().Header()
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Length", strconv.FormatInt(length, 10))
}
