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

// exportBody is the model of the export page.
type exportBody struct {
	caseBody
	Lists []missingList
}

// missingList has what is missing for a complete dossier for an audience.
type missingList struct {
	Audience recovery.Audience
	Missing  []string
}

// exportPage is where legal requests and downloads exports.
func (w *Web) exportPage(c *pageContext) error { return c.showExportPage(http.StatusOK, nil) }

func (c *pageContext) showExportPage(status int, failed *formAttempt) error {
	data, err := c.loadCase(c.Param("number"))
	if err != nil {
		return err
	}
	inner, err := c.newCaseBody(data, failed)
	if err != nil {
		return err
	}
	body := exportBody{caseBody: inner}
	if body.Lists, err = c.missingLists(data); err != nil {
		return err
	}
	body.Home += "/export"
	body.ActionForms = slices.DeleteFunc(body.ActionForms, func(f form) bool { return !exportPageForms[f.ID] })
	for i := range body.ActionForms {
		body.ActionForms[i].Hidden = append(body.ActionForms[i].Hidden, option{Label: "from", Value: fromExports})
	}
	if body.Export != nil {
		body.Export.Hidden = append(body.Export.Hidden, option{Label: "from", Value: fromExports})
	}
	return c.showPage(status, "export", page{
		Title: c.texts.T("export.title", "number", data.Number), Pace: data.Pace, StaffLayout: true, Scripts: []string{"live.js"}, Body: body,
	})
}

// exportPageForms are the action forms shown on the export page.
var exportPageForms = map[string]bool{"do-choose_route": true, "do-record_legal_step": true, "do-close": true}

func (c *pageContext) missingLists(d *caseData) ([]missingList, error) {
	ruleSet, err := c.web.service.Registry.RuleSet(d.Playbook)
	if err != nil {
		return nil, err
	}
	files, err := c.web.service.EvidenceOf(c.Request().Context(), c.visitor.Actor, d.ID)
	if err != nil {
		return nil, err
	}
	var lists []missingList
	for _, audience := range recovery.Audiences {
		lists = append(lists, missingList{Audience: audience, Missing: ruleSet.Missing(d.Case, files, audience)})
	}
	return lists, nil
}

// exportFiles has the media type of each file of an export.
var exportFiles = map[string]string{
	casework.DossierFile: "application/pdf", casework.BagFile: "application/zip",
}

// downloadExport streams a dossier or a bag.
func (w *Web) downloadExport(c *pageContext) error {
	name := c.Param("file")
	mediaType, known := exportFiles[name]
	if !known {
		return recovery.Faultf(recovery.CodeNotFound, "This file does not exist. Use a link on the case page.")
	}
	ctx, id := c.Request().Context(), recovery.ExportID(c.Param("id"))
	file, export, err := w.service.OpenExport(ctx, c.newRequest(nil), id, name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // opened for reading only
	view, err := w.service.Case(ctx, c.visitor.Actor, export.CaseID)
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
	c.setAttachment(string(view.Number)+"-"+name, length)
	return c.sendFile(mediaType, file)
}

// setAttachment sets the headers of a download that browsers must not render.
func (c *pageContext) setAttachment(name string, length int64) {
	h := c.Response().Header()
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	h.Set("Content-Security-Policy", "sandbox; default-src 'none'")
	h.Set("Content-Length", strconv.FormatInt(length, 10))
}
